//! Frames that are read from files and databases, or written down in the script.

use std::sync::Arc;

use mlwright_python_values::Context;
use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::value::{Data, DataKind, Dialect, Value};
use mlwright_source_text::{Table, TextRange};

use super::numpy::array_of;
use crate::arguments::Call;
use crate::interpreter::Interpreter;
use crate::library::datasets;

/// A function of pandas by its name.
pub(crate) fn call_pandas(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    match name {
        "read_csv" | "read_table" | "read_parquet" | "read_json" | "read_feather" | "read_excel" | "read_orc"
        | "read_fwf" | "read_hdf" | "read_stata" | "read_sas" | "read_spss" | "read_xml" | "read_html"
        | "read_clipboard" => read_file(cx, call, Dialect::Pandas),
        "read_sql" | "read_sql_query" | "read_sql_table" | "read_gbq" => read_sql(cx, call),
        "read_pickle" => {
            cx.note(
                call.range(),
                mlwright_python_values::event::EventKind::Unpickle { what: "pandas.read_pickle".into() },
            );
            read_file(cx, call, Dialect::Pandas)
        }
        // Of keys that are rows, or that the reader chooses among, only the names of columns are known that are given.
        "DataFrame.from_dict" | "DataFrame.from_records"
            if call.keyword("orient").is_some() || call.keyword("exclude").is_some() =>
        {
            let value = call.value(0, "data");
            let infos = cx.infos_of(&value);
            let (base, rows) = cx.base(None, call.range());
            let columns = Columns { base: Some(base), ..Columns::unknown() };
            cx.add_data(Data { infos, ..frame_data(columns, rows, None, Dialect::Pandas) })
        }
        "DataFrame" | "DataFrame.from_dict" | "DataFrame.from_records" => frame(cx, call, Dialect::Pandas),
        "Series" => series(cx, call),
        "concat" => super::concat(cx, call, Dialect::Pandas),
        "merge" | "merge_asof" | "merge_ordered" => super::merge_function(cx, name, call),
        "get_dummies" => super::dummies::get_dummies(cx, call),
        "cut" | "qcut" => bins(cx, name, call),
        "melt" | "pivot" | "pivot_table" | "wide_to_long" => {
            let Some(first) = call.get(0, "data").or(call.get(0, "frame")) else { return Value::Unknown };
            let object = first.value.clone();
            let Some(data) = cx.data_of(&object) else { return cx.opaque_result(call) };
            let rest = Call { expr: call.expr, arguments: call.arguments.iter().skip(1).cloned().collect() };
            super::data_method(cx, &object, &data, &name.into(), &rest)
        }
        "to_numeric" => {
            if call.value(1, "errors").as_text().is_some_and(|errors| &**errors == "coerce") {
                cx.note(
                    call.range(),
                    mlwright_python_values::event::EventKind::Coercion { what: "pandas.to_numeric".into() },
                );
            }
            same_rows(cx, call)
        }
        "to_datetime" | "to_timedelta" => {
            if call
                .keyword("errors")
                .and_then(|errors| errors.value.as_text())
                .is_some_and(|errors| &**errors == "coerce")
            {
                cx.note(
                    call.range(),
                    mlwright_python_values::event::EventKind::Coercion { what: format!("pandas.{name}").into() },
                );
            }
            let made = same_rows(cx, call);
            let dtype = if name == "to_datetime" {
                mlwright_source_text::Dtype::Datetime
            } else {
                mlwright_source_text::Dtype::Duration
            };
            cx.change_data(&made, |data| {
                data.columns.change_each(|column| column.dtype = dtype);
            });
            made
        }
        "isna" | "isnull" | "notna" | "notnull" => same_rows(cx, call),
        "factorize" => {
            let codes = same_rows(cx, call);
            Value::Tuple(Arc::new(vec![codes, Value::Unknown]))
        }
        "unique" => Value::Unknown,
        "crosstab" => {
            let infos = call
                .arguments
                .iter()
                .fold(Infos::default(), |infos, argument| infos.union(&cx.infos_of(&argument.value)));
            statistic(cx, infos)
        }
        "date_range" | "timedelta_range" | "period_range" | "RangeIndex" | "Index" | "MultiIndex.from_product" => {
            Value::Unknown
        }
        "set_option" | "reset_option" | "option_context" | "Timestamp" | "Timedelta" | "NA" | "NaT" | "Categorical" => {
            Value::Unknown
        }
        _ => cx.opaque_result(call),
    }
}

/// The first argument, with the same rows and knowledge.
fn same_rows(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let value =
        call.positional(0).or(call.arguments.first()).map(|argument| argument.value.clone()).unwrap_or_default();
    match cx.data_of(&value) {
        Some(data) => cx.changed(&data, Infos::default()),
        None => Value::Unknown,
    }
}

/// Numbers that sum up rows.
pub(crate) fn statistic(cx: &mut Interpreter<'_>, infos: Infos) -> Value {
    cx.add_data(Data {
        infos,
        ..Data::new(
            DataKind::Statistic,
            Dialect::Pandas,
            Columns::unknown(),
            mlwright_python_values::rows::RowsId::NONE,
        )
    })
}

/// `pd.cut`, `pd.qcut`: edges that are computed from the rows are knowledge of them.
fn bins(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    let value = call.value(0, "x");
    let Some(data) = cx.data_of(&value) else { return Value::Unknown };
    let computed = name == "qcut" || matches!(call.value(1, "bins"), Value::Number(_));
    let infos = if computed { cx.learn(data.rows, call.range(), name, InfoKind::Edge) } else { Infos::default() };
    let codes = cx.changed(&data, infos);
    match call.flag("retbins") {
        Some(true) => Value::Tuple(Arc::new(vec![codes, Value::Unknown])),
        _ => codes,
    }
}

/// Reads the file that the first argument names.
pub(crate) fn read_file(cx: &mut Interpreter<'_>, call: &Call<'_>, dialect: Dialect) -> Value {
    let argument = call.positional(0).or_else(|| {
        ["filepath_or_buffer", "path", "io", "source", "path_or_buf"].iter().find_map(|name| call.keyword(name))
    });
    let value = argument.map(|argument| argument.value.clone()).unwrap_or_default();
    if let Value::Str(text) = &value {
        cx.note_context(text.origin, Context::Path { folder: None });
    }
    let path = value.as_text().cloned();
    let table = path.as_ref().and_then(|path| cx.find_file(path));
    let key = table.as_ref().and_then(|table| table.path.clone()).or(path);
    let (base, rows) = cx.base(key.as_deref(), call.range());
    let mut columns = match &table {
        Some(table) => cx.columns_of(table, base),
        None => Columns { base: Some(base), ..Columns::unknown() },
    };
    let mut n_rows = table.as_ref().and_then(|table| table.n_rows);
    let is_partial =
        ["nrows", "skiprows", "n_rows", "skip_rows", "chunksize"].iter().any(|name| call.keyword(name).is_some());
    n_rows = n_rows.filter(|_| !is_partial);
    let header = call.keyword("header").or(call.keyword("has_header"));
    let no_header = header.is_some_and(|header| matches!(header.value, Value::None | Value::Bool(Some(false))));
    let renames = call.keyword("names").or(call.keyword("new_columns"));
    let unusual = no_header
        || header.is_some_and(|header| {
            !matches!(header.value, Value::Number(Some(0.0)) | Value::Bool(Some(true)) | Value::None)
        })
        || ["sheet_name", "skiprows", "skip_rows", "comment"].iter().any(|name| call.keyword(name).is_some());
    if let Some(names) = renames {
        columns = match cx.names_in(&names.value) {
            Some(names) => Columns::closed(names.iter().map(|(name, _)| Column::named(name))),
            None => Columns::unknown(),
        };
    } else if unusual {
        columns = Columns { base: Some(base), ..Columns::unknown() };
    }
    columns.open |= may_be_read_otherwise(cx, call, &columns);
    let chosen = call.keyword("usecols").or(call.keyword("columns"));
    let mut by_time = false;
    if let Some(dates) = call.keyword("parse_dates") {
        for (name, _) in cx.names_in(&dates.value).unwrap_or_default() {
            let known = columns.get(&name).cloned();
            if let Some(column) = known.or_else(|| {
                columns
                    .open
                    .then(|| Arc::new(Column { origins: Arc::from([cx.origin(base, &name)]), ..Column::named(&name) }))
            }) {
                columns.set(Column { dtype: mlwright_source_text::Dtype::Datetime, ..Column::clone(&column) });
            }
            by_time |= call.keyword("index_col").is_some_and(|index| index.value.as_text() == Some(&name));
        }
        by_time |= dates.value.truth() == Some(true) && call.keyword("index_col").is_some();
    }
    let whole = Arc::new(frame_data(columns.clone(), rows, n_rows, dialect));
    if let Some(chosen) = chosen {
        columns = match cx.names_in(&chosen.value) {
            Some(names) => {
                let object = Value::Unknown;
                let mut list: Vec<Arc<Column>> =
                    names.iter().map(|(name, origin)| cx.find_column(&object, &whole, name, None, *origin)).collect();
                // A file keeps its own order.
                let place = |column: &Arc<Column>| {
                    whole.columns.names().position(|name| *name == column.name).unwrap_or(usize::MAX)
                };
                list.sort_by_key(place);
                Columns::closed(list)
            }
            None => Columns::unknown(),
        };
    }
    let mut index_names: Vec<Arc<str>> = Vec::new();
    if let Some(index) = call.keyword("index_col") {
        match (&index.value, cx.names_in(&index.value)) {
            (_, Some(names)) => {
                for (name, origin) in names {
                    cx.note_context(origin, Context::Column(vec![whole.clone()]));
                    columns.remove(&name);
                    index_names.push(name);
                }
            }
            (Value::Number(Some(position)), _) if !columns.open && (*position as usize) < columns.list.len() => {
                let name = columns.list[*position as usize].name.clone();
                columns.remove(&name);
                index_names.push(name);
            }
            (Value::None | Value::Bool(Some(false)), _) => {}
            _ => columns = Columns { base: columns.base, ..Columns::unknown() },
        }
    }
    for name in ["dtype", "parse_dates", "na_values", "converters"] {
        if let Some(argument) = call.keyword(name) {
            let keys = match cx.state.dict(&argument.value) {
                Some((_, dict)) => dict.entries.iter().map(|(key, _)| key.clone()).collect(),
                None if name == "parse_dates" => {
                    cx.state.items(&argument.value).map(|(items, _)| items).unwrap_or_default()
                }
                None => Vec::new(),
            };
            for key in keys {
                if let Value::Str(text) = key {
                    cx.note_context(text.origin, Context::Column(vec![whole.clone()]));
                }
            }
        }
    }
    if call.keyword("chunksize").is_some() {
        let chunk = cx.add_data(frame_data(columns, rows, None, dialect));
        return cx.add_list(vec![chunk], true);
    }
    if matches!(call.value(1, "sheet_name"), Value::None) && call.keyword("sheet_name").is_some() {
        return Value::Unknown;
    }
    cx.add_data(Data { by_time, grouped_by: index_names, ..frame_data(columns, rows, n_rows, dialect) })
}

/// Whether settings of the reader may give other columns than the file is known to have.
fn may_be_read_otherwise(cx: &Interpreter<'_>, call: &Call<'_>, columns: &Columns) -> bool {
    let separator = ["sep", "delimiter", "separator", "delim_whitespace"]
        .iter()
        .find_map(|name| call.keyword(name))
        .or(call.positional(1));
    // A separator that is not the one found in the file leaves one column, as does a missing one that is needed.
    let is_split_otherwise = columns.list.len() == 1
        || separator.is_some_and(|separator| {
            separator.value.as_text().is_none_or(|text| text.chars().count() != 1 && &**text != "\t")
        });
    let combines_dates = call.keyword("parse_dates").is_some_and(|dates| {
        cx.state.dict(&dates.value).is_some()
            || cx.state.items(&dates.value).is_some_and(|(items, _)| items.iter().any(|item| item.as_text().is_none()))
    });
    let is_arranged = ["orient", "typ", "lines", "include_file_paths", "row_index_name", "hive_partitioning", "prefix"]
        .iter()
        .any(|name| call.keyword(name).is_some());
    is_split_otherwise || combines_dates || is_arranged
}

pub(crate) fn frame_data(
    columns: Columns,
    rows: mlwright_python_values::rows::RowsId,
    n_rows: Option<u64>,
    dialect: Dialect,
) -> Data {
    Data { n_rows, ..Data::new(DataKind::Frame, dialect, columns, rows) }
}

/// SQL whose answer is a frame.
fn read_sql(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    if let Some(Value::Str(text)) = call.positional(0).or(call.keyword("sql")).map(|argument| argument.value.clone()) {
        cx.note_context(text.origin, Context::Sql(Vec::new()));
    }
    let (base, rows) = cx.base(None, call.range());
    cx.add_data(frame_data(Columns { base: Some(base), ..Columns::unknown() }, rows, None, Dialect::Pandas))
}

/// `pd.DataFrame(…)`, `pl.DataFrame(…)`.
pub(super) fn frame(cx: &mut Interpreter<'_>, call: &Call<'_>, dialect: Dialect) -> Value {
    let made = frame_of(cx, call, dialect);
    if let Some(index) = call.keyword("index").map(|argument| argument.value.clone()) {
        // An index may have names, which many methods take for columns.
        match cx.data_of(&index).filter(|index| index.kind == DataKind::Index) {
            Some(index) => cx.change_data(&made, |data| data.grouped_by = index.grouped_by.clone()),
            None if cx.state.items(&index).is_some() || matches!(index, Value::None) => {}
            None => cx.change_data(&made, |data| data.columns.open = true),
        }
    }
    made
}

fn frame_of(cx: &mut Interpreter<'_>, call: &Call<'_>, dialect: Dialect) -> Value {
    let value = call.get(0, "data").map(|argument| argument.value.clone()).unwrap_or(Value::None);
    let names = call
        .keyword("columns")
        .or(call.keyword("schema"))
        .or(call.positional(2))
        .map(|argument| argument.value.clone());
    let made = if cx.state.dict(&value).is_some() {
        frame_of_dict(cx, &value, call.range(), dialect)
    } else if let Some(data) = cx.data_of(&value) {
        let columns = match data.kind {
            DataKind::Frame => data.columns.clone(),
            // What was taken out of something that is not understood may be a frame itself.
            DataKind::Series => Columns { open: true, ..data.columns.clone() },
            _ => Columns::unknown(),
        };
        let infos = if data.kind == DataKind::Frame { data.infos.clone() } else { data.all_infos() };
        cx.add_data(Data { kind: DataKind::Frame, dialect, columns, infos, ..(*data).clone() })
    } else {
        frame_of_rows(cx, &value, call.range(), dialect)
    };
    // An index that is not a plain list may have names, which many methods take for columns: an empty one stands for them.
    if dialect == Dialect::Pandas
        && let Some(index) = call.get(1, "index").map(|argument| argument.value.clone())
        && !matches!(index, Value::None)
        && cx.state.items(&index).is_none_or(|(items, open)| {
            open || !items.iter().all(|item| matches!(item, Value::Str(_) | Value::Number(_)))
        })
    {
        cx.change_data(&made, |data| data.grouped_by = vec!["".into()]);
    }
    if let Some(index) =
        call.keyword("index").and_then(|index| cx.data_of(&index.value)).filter(|_| cx.data_of(&value).is_none())
    {
        cx.change_data(&made, |data| data.rows = index.rows);
    }
    if let Some(names) = names {
        let Some(data) = cx.data_of(&made) else { return made };
        let is_selection =
            cx.state.dict(&value).is_some() || cx.data_of(&value).is_some_and(|data| data.kind == DataKind::Frame);
        match cx.names_in(&names) {
            Some(names) if !is_selection => {
                let infos = data.all_infos();
                // Names for an array whose columns are known take their place.
                let origins = cx
                    .data_of(&value)
                    .map(|data| data.columns.clone())
                    .filter(|columns| columns.list.len() == names.len());
                let list = names.iter().enumerate().map(|(index, (name, _))| Column {
                    infos: infos.clone(),
                    origins: origins
                        .as_ref()
                        .map_or_else(|| Arc::from([]), |columns| columns.list[index].origins.clone()),
                    ..Column::named(name)
                });
                let columns = Columns::closed(list);
                cx.change_data(&made, |data| data.columns = columns);
            }
            Some(names) => return cx.select_columns(&made, &data, &names),
            None => cx.change_data(&made, |data| data.columns = Columns::unknown()),
        }
    }
    made
}

/// A frame of a dictionary of columns.
fn frame_of_dict(cx: &mut Interpreter<'_>, value: &Value, site: TextRange, dialect: Dialect) -> Value {
    let Some((_, dict)) = cx.state.dict(value) else { return Value::Unknown };
    let dict = dict.clone();
    let mut columns = Columns { open: dict.open, ..Columns::default() };
    let mut rows = None;
    let mut n_rows = None;
    for (key, value) in &dict.entries {
        let Some(name) = key.as_text() else {
            columns.open = true;
            continue;
        };
        let made = match key {
            Value::Str(text) => text.origin.and_then(|id| cx.literal_range(id)),
            _ => None,
        };
        if let Some((items, false)) = cx.state.items(value) {
            n_rows = n_rows.or(Some(items.len() as u64));
        }
        let mut column = cx.column_from(name, value, made.or(Some(site)));
        if let Some(first) = cx.state.items(value).and_then(|(items, _)| items.first().cloned()) {
            column.dtype = cx.column_from(name, &first, None).dtype;
        }
        rows = rows.or_else(|| cx.data_of(value).filter(|data| data.kind != DataKind::Statistic).map(|data| data.rows));
        columns.set(column);
    }
    let rows = rows.unwrap_or_else(|| cx.new_rows(site));
    let mut frame = frame_data(columns, rows, n_rows, dialect);
    if rows == mlwright_python_values::rows::RowsId::NONE {
        // A table of columns' names beside what is known of them: who sorts or filters it chooses names by that.
        frame.infos = frame.all_infos();
    }
    cx.add_data(frame)
}

/// A frame of a list of rows: of dictionaries, or of what is not understood.
fn frame_of_rows(cx: &mut Interpreter<'_>, value: &Value, site: TextRange, dialect: Dialect) -> Value {
    let rows = cx.new_rows(site);
    let Some((items, open)) = cx.state.items(value) else {
        let columns = if matches!(value, Value::None) { Columns::default() } else { Columns::unknown() };
        let infos = cx.infos_of(value);
        return cx.add_data(Data { infos, ..frame_data(columns, rows, None, dialect) });
    };
    let mut columns = Columns { open: items.is_empty() || open, ..Columns::default() };
    for item in &items {
        match cx.state.dict(item) {
            Some((_, dict)) => {
                let dict = dict.clone();
                columns.open |= dict.open;
                for (key, value) in &dict.entries {
                    match key.as_text() {
                        Some(name) => columns.set(cx.column_from(name, value, Some(site))),
                        None => columns.open = true,
                    }
                }
            }
            None => columns.open = true,
        }
    }
    let n_rows = (!open && !items.is_empty()).then_some(items.len() as u64);
    cx.add_data(frame_data(columns, rows, n_rows, dialect))
}

fn series(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let value = call.value(0, "data");
    let name: Arc<str> = call.value(3, "name").as_text().cloned().unwrap_or_else(|| "".into());
    let column = cx.column_from(&name, &value, Some(call.range()));
    match cx.data_of(&value) {
        Some(data) => {
            let infos = data.infos.clone();
            cx.add_data(Data {
                kind: DataKind::Series,
                dialect: Dialect::Pandas,
                columns: Columns::closed(vec![column]),
                infos,
                ..(*data).clone()
            })
        }
        None => {
            let rows = cx.new_rows(call.range());
            cx.add_data(Data {
                kind: DataKind::Series,
                ..frame_data(Columns::closed(vec![column]), rows, None, Dialect::Pandas)
            })
        }
    }
}

/// `sklearn.datasets.load_…`, `seaborn.load_dataset`.
pub(crate) fn load_dataset(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    // The same call gives the same rows; `subset="train"` and `subset="test"` do not.
    let given: String = call
        .arguments
        .iter()
        .map(|argument| {
            format!(
                "{}={}",
                argument.keyword.as_deref().unwrap_or(""),
                argument.range().map_or("", |range| range.of(cx.text))
            )
        })
        .collect::<Vec<_>>()
        .join(",");
    let given = given.replace("as_frame=True", "").replace("return_X_y=True", "");
    let subset = if given.contains("subset") || name.starts_with("make_") { given.as_str() } else { "" };
    let (base, rows) = cx.base(Some(&format!("dataset:{name}:{subset}")), call.range());
    let known = datasets::columns(name);
    if call.flag("return_X_y") == Some(true) {
        let features = known.map(|(features, _)| named(cx, base, features)).unwrap_or_else(Columns::unknown);
        let kind = if call.flag("as_frame") == Some(true) { DataKind::Frame } else { DataKind::Array };
        let x = cx.add_data(Data { kind, ..frame_data(features, rows, None, Dialect::Pandas) });
        let target = named(cx, base, &["target"]);
        let y = cx.add_data(Data { kind: DataKind::Series, ..frame_data(target, rows, None, Dialect::Pandas) });
        return Value::Tuple(Arc::new(vec![x, y]));
    }
    if name.starts_with("make_") {
        let x = array_of(cx, rows, Infos::default());
        let y = array_of(cx, rows, Infos::default());
        let weights =
            call.keyword("weights").and_then(|weights| cx.state.items(&weights.value)).map(|(items, _)| items);
        let share = weights.into_iter().flatten().filter_map(|weight| match weight {
            Value::Number(share) => share,
            _ => None,
        });
        if let Some(share) = share.reduce(f64::max) {
            cx.flow.shares.push((rows, share));
        }
        return Value::Tuple(Arc::new(vec![x, y]));
    }
    let value = match known {
        Some((features, target)) => {
            let all: Vec<&str> = features.iter().copied().chain(target.iter().copied()).collect();
            let columns = named(cx, base, &all);
            cx.add_data(Data { kind: DataKind::Opaque, ..frame_data(columns, rows, None, Dialect::Pandas) })
        }
        None => cx.opaque(rows, Infos::default()),
    };
    datasets::bunch(cx, value, call)
}

fn named(cx: &mut Interpreter<'_>, base: mlwright_python_values::column::BaseId, names: &[&str]) -> Columns {
    Columns::closed(
        names.iter().map(|name| Column { origins: Arc::from([cx.origin(base, name)]), ..Column::named(name) }),
    )
}

impl Interpreter<'_> {
    /// The table in a file, relative to this file's folder or to a root.
    pub(crate) fn find_file(&self, path: &str) -> Option<Arc<Table>> {
        self.candidates(path).iter().find_map(|path| self.source.file(path))
    }

    /// The absolute paths that a path of the script may mean.
    pub(crate) fn candidates(&self, path: &str) -> Vec<String> {
        crate::library::candidates(&self.path, path, self.source)
    }
}
