//! Methods behind an accessor: `series.str.lower()`, `df.column.fillna(0)`.

use std::sync::Arc;

use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::value::{Data, DataKind, Value};
use mlwright_source_text::Dtype;

use super::{data_method, use_columns};
use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// A method of `data.str`, `data.dt`, `df.column` and the like: `inner` is the data and the name of the accessor.
pub(crate) fn accessor(
    cx: &mut Interpreter<'_>,
    data: &Arc<Data>,
    object: &Value,
    accessor: &Arc<str>,
    name: &Arc<str>,
    call: &Call<'_>,
) -> Value {
    if data.kind == DataKind::Index && data.rows == mlwright_python_values::rows::RowsId::NONE && &**accessor == "str" {
        return crate::library::frames::reshape::changed_names(cx, data, name, call);
    }
    match &**accessor {
        "str" | "dt" | "cat" | "list" | "arr" | "struct" | "sparse" | "bin" => match &**name {
            "contains" | "startswith" | "endswith" | "match" | "isdigit" | "isnumeric" | "isalpha" | "fullmatch" => {
                cx.combined(&[object], Some(DataKind::Mask))
            }
            "get_dummies" | "split" | "extract" | "partition" if **accessor == *"str" => {
                let infos = data.all_infos();
                cx.add_data(Data { kind: DataKind::Opaque, columns: Columns::unknown(), infos, ..(**data).clone() })
            }
            _ => {
                let mut made = Data { ..(**data).clone() };
                if let [only] = &data.columns.list[..] {
                    made.columns = Columns::closed(vec![Column { dtype: Dtype::Unknown, ..Column::clone(only) }]);
                }
                cx.add_data(made)
            }
        },
        "plot" => {
            for keyword in ["x", "y", "C", "column", "by"] {
                if let Some(argument) = call.keyword(keyword).filter(|_| data.kind == DataKind::Frame) {
                    use_columns(cx, object, data, Some(argument));
                }
            }
            Value::None
        }
        "loc" | "iloc" | "at" | "iat" => cx.opaque(data.rows, data.all_infos()),
        "index" | "columns" => Value::Unknown,
        // `df.column.method(…)` of a frame of which little is known.
        _ => {
            let series = cx.column(object, data, accessor, None, None);
            match cx.data_of(&series) {
                Some(data) => data_method(cx, &series, &data, name, call),
                None => Value::Unknown,
            }
        }
    }
}
