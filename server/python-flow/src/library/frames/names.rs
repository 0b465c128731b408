//! Names that a frame or series has by itself, so that `df.name` is not taken for a column.

/// Attributes and methods of pandas' `DataFrame` and `Series` (pandas 3.0) and polars' (1.x).
const NAMES: &[&str] = &[
    "T", "abs", "add", "add_prefix", "add_suffix", "agg", "aggregate", "align", "all", "any", "append", "apply",
    "applymap", "array", "asfreq", "asof", "assign", "astype", "at", "at_time", "attrs", "axes", "backfill", "between",
    "between_time", "bfill", "bool", "boxplot", "cast", "cat", "ceil", "clear", "clip", "clone", "col", "collect",
    "collect_schema", "columns", "combine", "combine_first", "compare", "convert_dtypes", "copy", "corr", "corrwith",
    "count", "cov", "cummax", "cummin", "cumprod", "cumsum", "describe", "diff", "div", "divide", "dot", "drop",
    "drop_duplicates", "drop_nans", "drop_nulls", "droplevel", "dropna", "dt", "dtype", "dtypes", "duplicated",
    "empty", "eq", "equals", "estimated_size", "eval", "ewm", "expanding", "explode", "explain", "extend", "factorize",
    "fetch", "ffill", "fill_nan", "fill_null", "fillna", "filter", "first", "first_valid_index", "flags", "floor",
    "floordiv", "fold", "from_dict", "from_records", "gather_every", "ge", "get", "get_column", "get_columns",
    "glimpse", "group_by", "group_by_dynamic", "groupby", "gt", "hash_rows", "hasnans", "head", "height", "hist",
    "hstack", "iat", "idxmax", "idxmin", "iloc", "index", "infer_objects", "info", "insert", "insert_column",
    "interpolate", "is_duplicated", "is_empty", "is_monotonic_decreasing", "is_monotonic_increasing", "is_unique",
    "isetitem", "isin", "isna", "isnull", "item", "items", "iteritems", "iter_columns", "iter_rows", "iter_slices",
    "iterrows", "itertuples", "join", "join_asof", "join_where", "keys", "kurt", "kurtosis", "last",
    "last_valid_index", "lazy", "le", "len", "limit", "list", "loc", "lt", "mad", "map", "mask", "max", "mean",
    "median", "melt", "memory_usage", "merge", "merge_sorted", "min", "mod", "mode", "mul", "multiply", "n_chunks",
    "n_unique", "name", "nbytes", "ndim", "ne", "nlargest", "notna", "notnull", "nsmallest", "null_count", "nunique",
    "pad", "partition_by", "pct_change", "pipe", "pivot", "pivot_table", "plot", "pop", "pow", "prod", "product",
    "quantile", "query", "radd", "rank", "ravel", "rdiv", "rechunk", "reindex", "reindex_like", "remove", "rename",
    "rename_axis", "reorder_levels", "repeat", "replace", "replace_column", "resample", "reset_index", "reverse",
    "rfloordiv", "rmod", "rmul", "rolling", "round", "row", "rows", "rpow", "rsub", "rtruediv", "sample", "schema",
    "searchsorted", "select", "select_dtypes", "sem", "serialize", "set_axis", "set_flags", "set_index", "set_sorted",
    "shape", "shift", "shrink_to_fit", "sink_csv", "sink_parquet", "size", "skew", "slice", "sort", "sort_index",
    "sort_values", "sparse", "sql", "squeeze", "stack", "std", "str", "struct", "style", "sub", "subtract", "sum",
    "swapaxes", "swaplevel", "tail", "take", "to_arrow", "to_clipboard", "to_csv", "to_dict", "to_dicts", "to_dummies",
    "to_excel", "to_feather", "to_frame", "to_hdf", "to_html", "to_json", "to_latex", "to_list", "to_markdown",
    "to_numpy", "to_pandas", "to_parquet", "to_period", "to_pickle", "to_records", "to_series", "to_sql", "to_stata",
    "to_string", "to_struct", "to_timestamp", "to_xarray", "tolist", "top_k", "transform", "transpose", "truediv",
    "truncate", "tshift", "tz_convert", "tz_localize", "unique", "unnest", "unpivot", "unstack", "update", "upsample",
    "value_counts", "values", "var", "view", "vstack", "where", "width", "with_columns", "with_columns_seq",
    "with_row_count", "with_row_index", "write_csv", "write_parquet", "xs", "alias", "arr", "name", "over", "is_null",
    "is_not_null", "is_in", "is_between", "then", "otherwise", "reshape", "flatten", "toarray", "todense", "shape",
    "tocsr", "nonzero", "argmax", "argmin", "argsort", "fill", "swapaxes", "numpy", "detach", "cpu", "float", "long",
    "int", "to", "cuda", "size", "dim", "unsqueeze", "permute", "batch", "shuffle", "prefetch", "skip", "cache",
    // Of pandas before 1.0, in older scripts.
    "as_matrix", "as_blocks", "blocks", "convert_objects", "get_dtype_counts", "get_ftype_counts", "get_value",
    "get_values", "ix", "set_value", "to_dense", "to_sparse",
];

/// Whether `df.name` is something other than a column.
pub fn is_own_name(name: &str) -> bool {
    name.starts_with('_') || NAMES.contains(&name)
}
