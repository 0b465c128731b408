//! Plotting functions: their arguments name columns of the frame that they draw.

use mlwright_python_values::event::EventKind;
use mlwright_python_values::value::{DataKind, Value};

use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// Notes predictions that a plotting function is given.
pub(super) fn note_predictions(cx: &mut Interpreter<'_>, call: &Call<'_>) {
    for argument in &call.arguments {
        let Some(data) = cx.data_of(&argument.value) else { continue };
        if let Some(prediction) = data.prediction {
            cx.note(call.range(), EventKind::Drawing { fit: prediction.fit, rows: data.rows });
        }
    }
}

const COLUMNS: &[&str] = &[
    "x", "y", "hue", "style", "size", "col", "row", "color", "facet_col", "facet_row", "values", "names", "hover_name",
    "units",
];

pub(super) fn call(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let frame = call
        .keyword("data")
        .or(call.keyword("data_frame"))
        .or(call.positional(0))
        .map(|argument| argument.value.clone());
    if let Some(object) = frame
        && let Some(data) = cx.data_of(&object).filter(|data| data.kind == DataKind::Frame)
    {
        for keyword in COLUMNS {
            if let Some(argument) = call.keyword(keyword) {
                for (name, origin) in cx.names_in(&argument.value).unwrap_or_default() {
                    // A colour or a size may be meant as it is written.
                    if matches!(*keyword, "color" | "size") && data.columns.get(&name).is_none() {
                        continue;
                    }
                    cx.find_column(&object, &data, &name, None, origin);
                }
            }
        }
    }
    Value::Unknown
}
