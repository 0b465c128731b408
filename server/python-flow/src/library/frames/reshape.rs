//! Frames in another shape: renamed, turned, with indicator columns.

use std::sync::Arc;

use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::value::{Data, DataKind, Value};
use mlwright_source_text::Dtype;

use super::methods::{dtype_of, is_axis, use_columns};
use crate::arguments::Call;
use crate::interpreter::Interpreter;

pub(super) fn rename(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    if data.kind == DataKind::Series {
        let mut columns = data.columns.clone();
        if let (Some(name), [only]) = (call.value(0, "index").as_text(), &data.columns.list[..]) {
            columns = Columns::closed(vec![Column { name: name.clone(), ..Column::clone(only) }]);
        }
        return cx.add_data(Data { columns, ..(**data).clone() });
    }
    let mapping = call
        .keyword("columns")
        .or(call.keyword("mapping"))
        .or_else(|| if is_axis(call, 1) { call.positional(0) } else { None });
    let polars = !matches!(data.dialect, mlwright_python_values::value::Dialect::Pandas);
    let mapping = mapping.or_else(|| if polars { call.positional(0) } else { None });
    let Some(mapping) = mapping else { return cx.add_data((**data).clone()) };
    let mapping = mapping.value.clone();
    let Some((_, dict)) = cx.state.dict(&mapping) else {
        // Names alone, before the `:` after one is typed.
        for (_, origin) in cx.names_in(&mapping).unwrap_or_default() {
            cx.note_context(origin, mlwright_python_values::Context::Column(vec![data.clone()]));
        }
        // A function of the names: a known one is followed, another makes them unknown.
        return renamed_by(cx, data, &mapping, call);
    };
    let dict = dict.clone();
    let mut columns = data.columns.clone();
    for (from, to) in &dict.entries {
        if let Value::Str(mlwright_python_values::value::Text { value: Some(name), origin: Some(origin) }) = to
            && let Some(range) = cx.literal_range(*origin)
        {
            cx.note_use(range, name, data, None, true);
        }
        let (Some(names), Some(to)) = (cx.names_in(from), to.as_text()) else {
            columns.open = true;
            continue;
        };
        for (name, origin) in names {
            // A name that is not there is left out without an error.
            cx.note_context(origin, mlwright_python_values::Context::Column(vec![data.clone()]));
            let Some(column) = data
                .columns
                .get(&name)
                .cloned()
                .or_else(|| data.columns.open.then(|| cx.find_column(object, data, &name, None, None)))
            else {
                continue;
            };
            if let (Some(range), Some(_)) = (origin.and_then(|id| cx.literal_range(id)), data.columns.get(&name)) {
                cx.note_use(range, &name, data, Some(true), false);
            }
            let list = Arc::make_mut(&mut columns.list);
            match list.iter_mut().find(|known| known.name == name) {
                Some(known) => Arc::make_mut(known).name = to.clone(),
                None => list.push(Arc::new(Column { name: to.clone(), ..Column::clone(&column) })),
            }
            if columns.open {
                columns.note_dropped(&[name]);
            }
        }
    }
    columns.open |= dict.open;
    cx.add_data(Data { columns, ..(**data).clone() })
}

/// Every name through `str.lower` and the like.
fn renamed_by(cx: &mut Interpreter<'_>, data: &Arc<Data>, function: &Value, _call: &Call<'_>) -> Value {
    let change: Option<fn(&str) -> String> = match function {
        Value::Library(name) if &**name == "builtins.str.lower" => Some(str::to_lowercase),
        Value::Library(name) if &**name == "builtins.str.upper" => Some(str::to_uppercase),
        Value::Library(name) if &**name == "builtins.str.strip" => Some(|name| name.trim().to_owned()),
        _ => None,
    };
    let columns = match change {
        Some(change) if !data.columns.open => Columns::closed(
            data.columns
                .list
                .iter()
                .map(|column| Column { name: change(&column.name).into(), ..Column::clone(column) }),
        ),
        _ => Columns::unknown(),
    };
    let infos = if columns.open { data.all_infos() } else { data.infos.clone() };
    cx.add_data(Data { columns, infos, ..(**data).clone() })
}

/// A method of the names of columns; `None` for those that give all of them.
pub(super) fn names_method(cx: &mut Interpreter<'_>, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Option<Value> {
    let columns = match name {
        "tolist" | "to_list" | "unique" | "copy" | "view" | "isin" | "items" | "to_numpy" | "to_series" | "get_loc"
        | "any" | "all" | "sort_values" => {
            return None;
        }
        "drop" | "difference" => {
            match call.positional(0).or(call.keyword("labels")).and_then(|argument| cx.names_in(&argument.value)) {
                Some(names) if !data.columns.open => {
                    for (_, origin) in &names {
                        cx.note_context(*origin, mlwright_python_values::Context::Column(vec![data.clone()]));
                    }
                    let kept =
                        data.columns.list.iter().filter(|column| names.iter().all(|(name, _)| *name != column.name));
                    Columns::closed(kept.cloned())
                }
                _ => Columns { list: data.columns.list.clone(), ..Columns::unknown() },
            }
        }
        _ => Columns::unknown(),
    };
    Some(cx.add_data(Data { columns, ..(**data).clone() }))
}

/// `df.columns.str.lower()` and the like: each name changed; unknown where what changes it is not followed.
pub(super) fn changed_names(cx: &mut Interpreter<'_>, data: &Arc<Data>, method: &str, call: &Call<'_>) -> Value {
    let text = |position: usize, keyword: &str| {
        call.get(position, keyword).and_then(|argument| argument.value.as_text().cloned())
    };
    let is_pattern = call.flag("regex") == Some(true);
    let change: Option<Box<dyn Fn(&str) -> String>> = match (method, call.arguments.len()) {
        ("lower", 0) => Some(Box::new(str::to_lowercase)),
        ("upper", 0) => Some(Box::new(str::to_uppercase)),
        ("strip", 0) => Some(Box::new(|name| name.trim().to_owned())),
        ("replace", 2 | 3) if !is_pattern => match (text(0, "pat"), text(1, "repl")) {
            // In older pandas the text is a pattern: only what means itself in both is followed.
            (Some(from), Some(to)) if from.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-')) => {
                Some(Box::new(move |name| name.replace(&*from, &to)))
            }
            _ => None,
        },
        _ => None,
    };
    let columns = match change {
        Some(change) if !data.columns.open => {
            let changed = data
                .columns
                .list
                .iter()
                .map(|column| Column { name: change(&column.name).into(), ..Column::clone(column) });
            Columns::closed(changed)
        }
        _ => Columns::unknown(),
    };
    cx.add_data(Data { columns, ..(**data).clone() })
}

pub(super) fn affix(cx: &mut Interpreter<'_>, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    let text = call.positional(0).and_then(|argument| argument.value.as_text().cloned());
    let columns = match text {
        Some(text) if !data.columns.open => Columns::closed(data.columns.list.iter().map(|column| {
            let changed =
                if name == "add_prefix" { format!("{text}{}", column.name) } else { format!("{}{text}", column.name) };
            Column { name: changed.into(), ..Column::clone(column) }
        })),
        _ => Columns::unknown(),
    };
    let infos = if columns.open { data.all_infos() } else { data.infos.clone() };
    cx.add_data(Data { columns, infos, ..(**data).clone() })
}

pub(super) fn reset_index(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    if call.flag("drop") == Some(true) {
        return cx.add_data(Data { grouped_by: Vec::new(), ..(**data).clone() });
    }
    let has_unknown_name = data.grouped_by.iter().any(|name| name.is_empty());
    let mut list: Vec<Column> = match &data.grouped_by[..] {
        _ if has_unknown_name => Vec::new(),
        [] => vec![Column { certain: false, ..Column::named("index") }],
        names => names.iter().map(|name| Column { infos: data.infos.clone(), ..Column::named(name) }).collect(),
    };
    let mut columns = data.columns.clone();
    if data.kind == DataKind::Series
        && let (Some(name), [only]) =
            (call.keyword("name").and_then(|name| name.value.as_text().cloned()), &data.columns.list[..])
    {
        columns = Columns::closed(vec![Column { name, ..Column::clone(only) }]);
    }
    list.retain(|column| columns.get(&column.name).is_none());
    let list = list.into_iter().map(Arc::new).chain(columns.list.iter().cloned()).collect();
    // Without a known index a column `index` or of the index' name appears.
    columns.open |= data.grouped_by.is_empty() || has_unknown_name;
    columns.list = Arc::new(list);
    cx.add_data(Data { kind: DataKind::Frame, columns, grouped_by: Vec::new(), ..(**data).clone() })
}

pub(super) fn set_index(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let names = use_columns(cx, object, data, call.get(0, "keys"));
    let mut columns = cx.data_of(object).unwrap_or_else(|| data.clone()).columns.clone();
    if call.flag("drop") != Some(false) {
        for name in &names {
            columns.remove(name);
        }
        if names.is_empty() {
            columns.open = true;
        }
    }
    let dated = |name: &Arc<str>| {
        data.columns.get(name).is_some_and(|column| matches!(column.dtype, Dtype::Date | Dtype::Datetime))
    };
    let by_time = data.by_time || names.iter().any(dated);
    cx.add_data(Data { columns, by_time, grouped_by: names, ..(**data).clone() })
}

pub(super) fn select_dtypes(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let kinds = |cx: &Interpreter<'_>, value: Value| -> Option<Vec<Kind>> {
        let items = match cx.state.items(&value) {
            Some((items, false)) => items,
            Some(_) => return None,
            None => vec![value],
        };
        items.iter().map(kind_of).collect()
    };
    let include = call.get(0, "include").map(|argument| argument.value.clone());
    let exclude = call.get(1, "exclude").map(|argument| argument.value.clone());
    let all_known = !data.columns.open && data.columns.list.iter().all(|column| column.dtype != Dtype::Unknown);
    let include = include.map(|value| kinds(cx, value));
    let exclude = exclude.map(|value| kinds(cx, value));
    let columns = match (all_known, include, exclude) {
        (false, ..) | (_, Some(None), _) | (_, _, Some(None)) => Columns { base: None, ..Columns::unknown() },
        (true, include, exclude) => {
            let (include, exclude) = (include.flatten(), exclude.flatten());
            let kept = data.columns.list.iter().filter(|column| {
                include.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| kind.holds(column.dtype)))
                    && exclude.as_ref().is_none_or(|kinds| kinds.iter().all(|kind| !kind.holds(column.dtype)))
            });
            // Whether a column of whole numbers or of texts is read as such depends on missing values: none is certain.
            Columns { list: Arc::new(kept.cloned().collect()), open: true, base: None, ..Columns::default() }
        }
    };
    let infos = if columns.list.is_empty() { data.all_infos() } else { data.infos.clone() };
    cx.add_data(Data { columns, infos, ..(**data).clone() })
}

/// A group of types that `select_dtypes` knows by one name.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Number,
    One(Dtype),
    Text,
}

impl Kind {
    fn holds(self, dtype: Dtype) -> bool {
        match self {
            Kind::Number => matches!(dtype, Dtype::Integer | Dtype::Float),
            Kind::One(one) => one == dtype,
            Kind::Text => matches!(dtype, Dtype::String | Dtype::Categorical),
        }
    }
}

fn kind_of(value: &Value) -> Option<Kind> {
    let name = match value {
        Value::Str(text) => text.value.as_deref()?.to_owned(),
        Value::Library(name) => name.rsplit('.').next()?.to_owned(),
        _ => return None,
    };
    match name.as_str() {
        "number" | "numeric" => Some(Kind::Number),
        "object" | "str" | "string" | "O" => Some(Kind::Text),
        _ => match dtype_of(value) {
            Dtype::Unknown => None,
            dtype => Some(Kind::One(dtype)),
        },
    }
}

pub(super) fn melt(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let ids = call.keyword("id_vars").or(call.keyword("index")).or(call.positional(0));
    let values = call.keyword("value_vars").or(call.keyword("on")).or(call.positional(1));
    let id_names = use_columns(cx, object, data, ids);
    use_columns(cx, object, data, values);
    let name = |keyword: &str, default: &str| match call.keyword(keyword) {
        None => Some(default.into()),
        Some(argument) => argument.value.as_text().cloned(),
    };
    let names = (
        name("var_name", "variable")
            .filter(|_| call.keyword("variable_name").is_none())
            .or_else(|| name("variable_name", "variable")),
        name("value_name", "value"),
    );
    let known_ids = ids.is_none_or(|ids| cx.names_in(&ids.value).is_some());
    let columns = match names {
        (Some(variable), Some(value)) if known_ids => {
            let site = cx.site(call.range());
            let mut list: Vec<Arc<Column>> = id_names
                .iter()
                .map(|name| data.columns.get(name).cloned().unwrap_or_else(|| Arc::new(Column::named(name))))
                .collect();
            list.push(Arc::new(Column { made: Some(site), dtype: Dtype::String, ..Column::named(&variable) }));
            list.push(Arc::new(Column { made: Some(site), ..Column::named(&value) }));
            Columns::closed(list)
        }
        _ => Columns::unknown(),
    };
    let infos = data.all_infos();
    cx.add_data(Data { kind: DataKind::Frame, columns, infos, n_rows: None, ..(**data).clone() })
}

pub(super) fn pivot(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    let index = use_columns(cx, object, data, call.keyword("index"));
    for keyword in ["columns", "values", "on"] {
        use_columns(cx, object, data, call.keyword(keyword));
    }
    let infos = if name == "pivot_table" {
        cx.learn(data.rows, call.range(), name, mlwright_python_values::info::InfoKind::Statistic)
            .union(&data.all_infos())
    } else {
        data.all_infos()
    };
    let columns = Columns { open: true, ..Columns::default() };
    cx.add_data(Data { kind: DataKind::Frame, columns, infos, n_rows: None, grouped_by: index, ..(**data).clone() })
}
