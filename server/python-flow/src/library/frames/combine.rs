//! Frames put beside, or below, each other, and conditions in text.

use std::sync::Arc;

use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::event::{EventKind, Merge};
use mlwright_python_values::info::Infos;
use mlwright_python_values::rows::{RowsId, Step};
use mlwright_python_values::value::{Data, DataKind, Dialect, Text, Value};
use mlwright_source_text::TextRange;

use super::methods::{is_axis, use_columns};
use crate::arguments::{Arg, Call};
use crate::interpreter::Interpreter;

/// `concat([…])`.
pub(crate) fn concat(cx: &mut Interpreter<'_>, call: &Call<'_>, dialect: Dialect) -> Value {
    let value = call.get(0, "objs").or(call.get(0, "items")).map(|argument| argument.value.clone()).unwrap_or_default();
    let (items, open) = match cx.state.dict(&value) {
        Some((_, dict)) => (dict.entries.iter().map(|(_, value)| value.clone()).collect(), dict.open),
        None => cx.state.items(&value).unwrap_or((Vec::new(), true)),
    };
    let all: Vec<Arc<Data>> = items.iter().filter_map(|item| cx.data_of(item)).collect();
    let Some(first) = all.first().cloned() else { return cx.opaque_result(call) };
    let unknown = open || all.len() < items.len();
    let beside = is_axis(call, 1)
        || matches!(call.positional(1).map(|argument| &argument.value), Some(Value::Number(Some(axis))) if *axis == 1.0)
        || call.value(1, "how").as_text().is_some_and(|how| &**how == "horizontal");
    let infos = all.iter().fold(Infos::default(), |infos, data| infos.union(&data.infos));
    // Keys become a level above the names.
    let unknown = unknown
        || (beside
            && (call.keyword("keys").is_some()
                || call.keyword("ignore_index").is_some()
                || cx.state.dict(&value).is_some()));
    if beside {
        let mut columns = Columns { open: unknown, ..Columns::default() };
        for data in &all {
            // Of two open frames it is not known which has what.
            columns.open |= data.columns.open;
            columns.base = columns.base.or(data.columns.base);
            columns.note_dropped(&data.columns.dropped);
            for column in data.columns.list.iter().filter(|column| !column.name.is_empty()) {
                columns.set(column.clone());
            }
        }
        return cx.add_data(Data {
            kind: DataKind::Frame,
            dialect,
            columns,
            infos,
            prediction: None,
            ..(*first).clone()
        });
    }
    // A row made of a statistic is a row of its own: what it knows is in no other.
    let rows_of_data = |data: &&Arc<Data>| data.rows != RowsId::NONE;
    let infos = all.iter().filter(rows_of_data).fold(Infos::default(), |infos, data| infos.union(&data.infos));
    let mut columns = first.columns.clone();
    for data in all[1..].iter().filter(rows_of_data) {
        for column in data.columns.list.iter() {
            match columns.get(&column.name) {
                Some(known) => {
                    let infos = known.infos.union(&column.infos);
                    columns.set(Column { infos, ..Column::clone(known) });
                }
                None => columns.set(column.clone()),
            }
        }
        columns.open |= data.columns.open;
    }
    columns.open |= unknown;
    let site = cx.site(call.range());
    let parents: Vec<_> = all.iter().filter(rows_of_data).map(|data| data.rows).collect();
    let rows = match &parents[..] {
        [] => first.rows,
        [only] => *only,
        _ => cx.add_rows(Step::Union, parents, site),
    };
    cx.add_data(Data {
        dialect,
        columns,
        rows,
        infos,
        n_rows: None,
        prediction: None,
        by_time: false,
        ..(*first).clone()
    })
}

/// `df.append(other)` of older pandas.
pub(super) fn append(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let other = call.value(0, "other");
    let Some(other) = cx.data_of(&other) else { return cx.add_data((**data).clone()) };
    let site = cx.site(call.range());
    let rows = if other.rows == data.rows {
        cx.rows_from(Step::Copies { site }, data.rows, site)
    } else {
        cx.add_rows(Step::Union, vec![data.rows, other.rows], site)
    };
    let columns = data.columns.join(&other.columns);
    let infos = data.infos.union(&other.infos);
    cx.add_data(Data { columns, rows, infos, n_rows: None, ..(**data).clone() })
}

/// `pd.merge(left, right, …)`.
pub(crate) fn merge_function(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    let left = call.value(0, "left");
    let Some(data) = cx.data_of(&left) else { return cx.opaque_result(call) };
    let mut skipped = false;
    let arguments: Vec<Arg<'_>> = call
        .arguments
        .iter()
        .filter(|argument| {
            let is_left = argument.keyword.as_deref() == Some("left")
                || (argument.keyword.is_none() && !skipped && call.keyword("left").is_none());
            skipped |= is_left;
            !is_left
        })
        .cloned()
        .collect();
    let rest = Call { expr: call.expr, arguments };
    merge_method(cx, &left, &data, name, &rest)
}

/// `left.merge(right, …)`, `left.join(right, …)`.
pub(super) fn merge_method(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    name: &str,
    call: &Call<'_>,
) -> Value {
    let other =
        call.get(0, "right").or(call.get(0, "other")).map(|argument| argument.value.clone()).unwrap_or_default();
    let Some(right) = cx.data_of(&other) else {
        let infos = data.infos.union(&cx.infos_of(&other));
        let columns = Columns { open: true, ..data.columns.clone() };
        return cx.add_data(Data { columns, infos, n_rows: None, ..(**data).clone() });
    };
    let is_polars = matches!(data.dialect, Dialect::Polars | Dialect::PolarsLazy);
    let join_by_index = name == "join" && !is_polars;
    let on_argument = call
        .keyword("on")
        .or_else(|| if join_by_index { call.positional(1) } else { call.positional(if is_polars { 1 } else { 2 }) });
    let on = use_columns(cx, object, data, on_argument);
    if on_argument.is_some() && !join_by_index {
        use_columns(cx, &other, &right, on_argument);
    }
    let left_on = use_columns(cx, object, data, call.keyword("left_on"));
    let right_on = use_columns(cx, &other, &right, call.keyword("right_on"));
    let by_index = ["left_index", "right_index"].iter().any(|name| call.flag(name) == Some(true))
        || (join_by_index && on.is_empty());
    let how = call
        .keyword("how")
        .or(call.positional(if is_polars { 2 } else { 1 }))
        .and_then(|how| how.value.as_text().cloned());
    let keys: Vec<Arc<str>> = if !on.is_empty() {
        on.clone()
    } else if left_on.is_empty() && !by_index && !data.columns.open && !right.columns.open {
        data.columns.names().filter(|name| right.columns.get(name).is_some()).cloned().collect()
    } else {
        Vec::new()
    };
    if name == "merge" || name == "join" {
        let known = |names: &[Arc<str>]| (!names.is_empty()).then(|| names.to_vec());
        cx.note(
            call.range(),
            EventKind::Merge(Merge {
                left: data.clone(),
                right: right.clone(),
                on: known(if left_on.is_empty() { &keys } else { &left_on }),
                right_on: known(if right_on.is_empty() { &keys } else { &right_on }),
                validated: call.keyword("validate").and_then(|validate| validate.value.as_text().cloned()),
                how: how.clone(),
            }),
        );
    }
    let semi = how.as_deref().is_some_and(|how| matches!(how, "semi" | "anti"));
    let mut columns = data.columns.clone();
    columns.open = data.columns.open || (right.columns.open && !semi);
    columns.base = columns.base.or(right.columns.base.filter(|_| right.columns.open));
    if !semi {
        let (left_suffix, right_suffix) = suffixes(cx, call, is_polars, join_by_index);
        let mut list: Vec<Arc<Column>> = Vec::new();
        let clash = |name: &Arc<str>, in_other: &Columns| in_other.get(name).is_some() && !keys.contains(name);
        for column in data.columns.list.iter() {
            let name = if clash(&column.name, &right.columns) && !is_polars {
                renamed(&column.name, &left_suffix)
            } else {
                Some(column.name.clone())
            };
            match name {
                Some(name) if name == column.name => list.push(column.clone()),
                Some(name) => list.push(Arc::new(Column { name, ..Column::clone(column) })),
                None => columns.open = true,
            }
        }
        let dropped_right: &[Arc<str>] = if is_polars { if on.is_empty() { &right_on } else { &on } } else { &keys };
        for column in right.columns.list.iter().filter(|column| !dropped_right.contains(&column.name)) {
            let name = if clash(&column.name, &data.columns) {
                renamed(&column.name, &right_suffix)
            } else {
                Some(column.name.clone())
            };
            match name {
                Some(name) => {
                    list.retain(|known| known.name != name);
                    // Whether an open left frame has one of this name, and so changes it, is not known.
                    let certain = column.certain && !data.columns.open;
                    list.push(Arc::new(Column { name, certain, ..Column::clone(column) }));
                }
                None => columns.open = true,
            }
        }
        columns.list = Arc::new(list);
    }
    match call.keyword("indicator").map(|argument| &argument.value) {
        None | Some(Value::Bool(Some(false))) => {}
        Some(Value::Bool(Some(true))) => {
            columns.set(Column { made: Some(cx.site(call.range())), ..Column::named("_merge") });
        }
        Some(name) => match name.as_text() {
            Some(name) => columns.set(Column { made: Some(cx.site(call.range())), ..Column::named(name) }),
            None => columns.open = true,
        },
    }
    // Statistics per group that are merged back carry what they know.
    let infos = if semi { data.infos.clone() } else { data.infos.union(&right.infos) };
    cx.add_data(Data { columns, infos, n_rows: None, prediction: None, ..(**data).clone() })
}

fn suffixes(
    cx: &Interpreter<'_>,
    call: &Call<'_>,
    is_polars: bool,
    join_by_index: bool,
) -> (Option<Arc<str>>, Option<Arc<str>>) {
    if is_polars {
        return (
            Some("".into()),
            call.keyword("suffix").map_or(Some("_right".into()), |suffix| suffix.value.as_text().cloned()),
        );
    }
    if join_by_index {
        let suffix = |name: &str| call.keyword(name).map_or(Some("".into()), |suffix| suffix.value.as_text().cloned());
        return (suffix("lsuffix"), suffix("rsuffix"));
    }
    match call.keyword("suffixes") {
        None => (Some("_x".into()), Some("_y".into())),
        Some(suffixes) => match cx.state.items(&suffixes.value) {
            Some((items, false)) if items.len() == 2 => {
                let text = |value: &Value| match value {
                    Value::None => Some("".into()),
                    other => other.as_text().cloned(),
                };
                (text(&items[0]), text(&items[1]))
            }
            _ => (None, None),
        },
    }
}

fn renamed(name: &Arc<str>, suffix: &Option<Arc<str>>) -> Option<Arc<str>> {
    suffix.as_ref().map(|suffix| format!("{name}{suffix}").into())
}

/// Columns named in a `query("…")`: names that are not calls, keywords, `@variables` or in quotes.
pub(super) fn query_uses(cx: &mut Interpreter<'_>, data: &Arc<Data>, text: &Text) {
    let (Some(value), Some(range)) = (&text.value, text.origin.and_then(|id| cx.literal_range(id))) else { return };
    // Only where the text stands in the file as it is.
    if range.of(cx.text) != &**value {
        return;
    }
    for (start, end) in query_names(value) {
        let name: Arc<str> = value[start..end].trim_matches('`').into();
        let found = match data.columns.get(&name) {
            Some(column) => column.certain.then_some(true),
            None if data.columns.open || data.grouped_by.contains(&name) => None,
            None => Some(false),
        };
        let at = TextRange::new(range.start + start as u32, range.start + end as u32);
        cx.note_use(at, &name, data, found, false);
    }
}

/// Places of column names in an expression of pandas' `query`.
pub fn query_names(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut names = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => at = text[at + 1..].find(quote as char).map_or(bytes.len(), |end| at + end + 2),
            b'`' => {
                let end = text[at + 1..].find('`').map_or(bytes.len(), |end| at + end + 2);
                names.push((at, end));
                at = end;
            }
            b'@' => {
                at += 1;
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'.')) {
                    at += 1;
                }
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                let start = at;
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_' || bytes[at] >= 0x80)
                {
                    at += 1;
                }
                let word = &text[start..at];
                let called = text[at..].trim_start().starts_with('(');
                let attribute = start > 0 && bytes[start - 1] == b'.';
                if !called
                    && !attribute
                    && !matches!(
                        word,
                        "and" | "or" | "not" | "in" | "True" | "False" | "None" | "index" | "nan" | "inf"
                    )
                {
                    names.push((start, at));
                }
            }
            byte if byte.is_ascii_digit() => {
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'.' | b'_')) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
    names
}
