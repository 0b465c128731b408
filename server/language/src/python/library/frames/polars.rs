//! polars: frames, lazy frames and expressions.

use std::sync::Arc;

use crate::python::flow::arguments::Call;
use crate::python::flow::interpreter::Interpreter;
use crate::python::flow::value::{Data, Dialect, Value};

/// A function of polars by its name.
pub(crate) fn call_polars(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    match name {
        "read_csv" | "read_parquet" | "read_json" | "read_ndjson" | "read_ipc" | "read_excel" | "read_avro" | "read_delta" => {
            super::read::read_file(cx, call, Dialect::Polars)
        }
        "scan_csv" | "scan_parquet" | "scan_ndjson" | "scan_ipc" | "scan_delta" => super::read::read_file(cx, call, Dialect::PolarsLazy),
        "DataFrame" | "from_dict" | "from_dicts" => super::read::frame(cx, call, Dialect::Polars),
        "LazyFrame" => super::read::frame(cx, call, Dialect::PolarsLazy),
        "concat" => super::concat(cx, call, Dialect::Polars),
        _ => cx.opaque_result(call),
    }
}

/// A method of a frame of polars; `None` for those that mean what pandas' do.
pub(super) fn frame_method(_cx: &mut Interpreter<'_>, _object: &Value, _data: &Arc<Data>, _name: &str, _call: &Call<'_>) -> Option<Value> {
    None
}
