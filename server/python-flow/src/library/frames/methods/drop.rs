//! What is left of data without some of its columns or rows.

use std::sync::Arc;

use mlwright_python_values::Context;
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Data, Value};

use super::is_axis;
use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// `drop` of columns, or of rows.
pub(super) fn drop(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let positional_axis = matches!(call.positional(1).map(|argument| &argument.value), Some(Value::Number(Some(number))) if *number == 1.0)
        || call.positional(1).is_some_and(|argument| argument.value.as_text().is_some_and(|text| &**text == "columns"));
    let columns = call
        .keyword("columns")
        .or_else(|| if is_axis(call, 1) || positional_axis { call.get(0, "labels") } else { None });
    if let Some(columns) = columns {
        // `errors="ignore"` may name what is not there.
        if call.value(9, "errors").as_text().is_some_and(|errors| &**errors == "ignore") {
            let mut kept = data.columns.clone();
            for (name, origin) in cx.names_in(&columns.value).unwrap_or_default() {
                cx.note_context(origin, Context::Column(vec![data.clone()]));
                kept.remove(&name);
            }
            return cx.add_data(Data { columns: kept, ..(**data).clone() });
        }
        let value = columns.value.clone();
        return cx.drop_columns(object, &value, columns.expr, false);
    }
    // Rows by their labels: of other data that came from these rows, the rest.
    let labels =
        call.get(0, "labels").or(call.keyword("index")).map(|argument| argument.value.clone()).unwrap_or_default();
    let chosen = cx
        .data_of(&labels)
        .filter(|chosen| cx.flow.rows.comes_from(chosen.rows, data.rows) && chosen.rows != data.rows);
    let rows = match chosen {
        Some(chosen) => {
            let split = cx.split_number(Some(u64::from(chosen.rows.0) << 8 | 0x5a));
            cx.rows_from(Step::Part { split, part: 1 }, data.rows, call.range())
        }
        None => {
            let index = call.get(0, "labels").or(call.keyword("index")).and_then(|argument| argument.expr);
            let step = match index {
                Some(index) => cx.step_without(index),
                None => Step::filter(cx.text_hash(call.range())),
            };
            cx.rows_from(step, data.rows, call.range())
        }
    };
    cx.add_data(Data { rows, n_rows: None, ..(**data).clone() })
}
