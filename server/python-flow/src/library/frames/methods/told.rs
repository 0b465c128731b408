//! Methods that are not worked out, of frames and of what is not understood: an object of another file, a tensor, a data set.

use std::sync::Arc;

use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Data, Value};

use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// What something that is not understood says: of the data that it is given, or which of its own rows only it knows. The same
/// words give the same rows, other words perhaps others: `data.train_part()`, `data.test_part()`.
pub(super) fn told(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    if call.arguments.iter().any(|argument| cx.data_within(&argument.value, 3).is_some()) {
        return cx.opaque_result(call);
    }
    let key = cx.text_hash(call.range());
    let rows = cx.rows_from(Step::filter(key), data.rows, call.range());
    cx.opaque(rows, data.all_infos())
}

/// Whether a method of tensors, data sets or texts gives something of the same rows.
pub(super) fn keeps_rows(name: &str) -> bool {
    matches!(
        name,
        "to" | "cuda"
            | "cpu"
            | "float"
            | "double"
            | "half"
            | "long"
            | "int"
            | "bool"
            | "type"
            | "type_as"
            | "detach"
            | "contiguous"
            | "requires_grad_"
            | "unsqueeze"
            | "permute"
            | "expand"
            | "size"
            | "data_ptr"
            | "lower"
            | "upper"
            | "strip"
            | "encode"
            | "decode"
            | "batch"
            | "padded_batch"
            | "prefetch"
            | "with_options"
            | "with_format"
            | "set_format"
            | "rename_column"
            | "remove_columns"
            | "values"
            | "tocsr"
            | "tocsc"
            | "tocoo"
            | "softmax"
            | "log_softmax"
            | "sigmoid"
            | "exp"
            | "log"
            | "log1p"
            | "sqrt"
            | "item"
    )
}

/// Whether a method that is not worked out gives a frame of the same columns.
pub(super) fn keeps_columns(name: &str) -> bool {
    matches!(
        name,
        "abs"
            | "round"
            | "clip"
            | "ffill"
            | "pad"
            | "cumsum"
            | "cumprod"
            | "cummax"
            | "cummin"
            | "diff"
            | "pct_change"
            | "replace"
            | "where"
            | "mask"
            | "infer_objects"
            | "convert_dtypes"
            | "sort_index"
            | "add"
            | "sub"
            | "mul"
            | "div"
            | "truediv"
            | "floordiv"
            | "mod"
            | "pow"
            | "divide"
            | "multiply"
            | "subtract"
            | "asfreq"
            | "tz_localize"
            | "tz_convert"
            | "set_flags"
            | "isin"
            | "to_period"
            | "to_timestamp"
            | "reorder_levels"
            | "swapaxes"
            | "repeat"
            | "shuffle"
            | "compute"
            | "persist"
            | "repartition"
            | "cache"
    )
}
