//! Frames of polars put beside, or below, each other.

use std::sync::Arc;

use mlwright_python_values::column::{Column, Columns};
use mlwright_python_values::event::{EventKind, Merge};
use mlwright_python_values::info::Infos;
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{Data, DataKind, Dialect, Value};
use mlwright_source_text::Dtype;

use super::group::names_used;
use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// `left.join(right, on=…, how=…)`, `left.join_asof(right, on=…, by=…)`.
pub(super) fn join(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    let other = call.value(0, "other");
    let Some(right) = cx.data_of(&other) else {
        let infos = data.infos.union(&cx.infos_of(&other));
        return cx.add_data(Data {
            columns: Columns { open: true, ..data.columns.clone() },
            infos,
            n_rows: None,
            ..(**data).clone()
        });
    };
    let is_asof = name == "join_asof";
    let text = |position: usize, keyword: &str| -> Result<Option<Arc<str>>, ()> {
        match if position == usize::MAX { call.keyword(keyword) } else { call.get(position, keyword) } {
            None => Ok(None),
            Some(argument) => argument.value.as_text().cloned().map(Some).ok_or(()),
        }
    };
    let how = if is_asof { Ok(Some("left".into())) } else { text(2, "how") };
    let suffix = text(usize::MAX, "suffix").map(|suffix| suffix.unwrap_or_else(|| "_right".into()));
    // Keys of each side; `None` where they are not all names.
    let mut left_keys = Some(Vec::new());
    let mut right_keys = Some(Vec::new());
    for (keyword, of_left, of_right) in [
        ("on", true, true),
        ("by", true, true),
        ("left_on", true, false),
        ("by_left", true, false),
        ("right_on", false, true),
        ("by_right", false, true),
    ] {
        // Conditions name columns of what comes of both sides.
        if name == "join_where" {
            break;
        }
        let argument = if keyword == "on" && !is_asof { call.get(1, keyword) } else { call.keyword(keyword) };
        let Some(value) = argument.map(|argument| argument.value.clone()) else { continue };
        if of_left {
            let names = names_used(cx, object, data, &value);
            left_keys = left_keys.zip(names).map(|(keys, more)| [keys, more].concat());
        }
        if of_right {
            let names = names_used(cx, &other, &right, &value);
            right_keys = right_keys.zip(names).map(|(keys, more)| [keys, more].concat());
        }
    }
    let (data, right) = (cx.data_of(object).unwrap_or_else(|| data.clone()), cx.data_of(&other).unwrap_or(right));
    let known = |names: &Option<Vec<Arc<str>>>| names.clone().filter(|names| !names.is_empty());
    if !is_asof {
        cx.note(
            call.range(),
            EventKind::Merge(Merge {
                left: data.clone(),
                right: right.clone(),
                on: known(&left_keys),
                right_on: known(&right_keys),
                validated: call.keyword("validate").and_then(|validate| validate.value.as_text().cloned()),
                how: how.clone().ok().flatten(),
            }),
        );
    }
    let how = how.map(|how| how.unwrap_or_else(|| "inner".into()));
    let coalesces = call.keyword("coalesce").map(|argument| argument.value.truth());
    let columns = match (&how, suffix, left_keys, right_keys) {
        (Ok(how), _, _, _) if matches!(&**how, "semi" | "anti") => data.columns.clone(),
        (Ok(how), Ok(suffix), Some(left_keys), Some(right_keys)) if name != "join_where" => beside(
            &data.columns,
            &right.columns,
            &Keys { left: &left_keys, right: &right_keys },
            how,
            &suffix,
            coalesces.flatten(),
        ),
        _ => {
            // Which names are given to what is in both is not known.
            let mut columns = Columns { open: true, base: None, ..data.columns.clone() };
            for column in right.columns.list.iter().filter(|column| data.columns.get(&column.name).is_none()) {
                columns.set(Column { certain: false, ..Column::clone(column) });
            }
            columns
        }
    };
    let keeps = matches!(&how, Ok(how) if matches!(&**how, "semi" | "anti"));
    let infos = if keeps { data.infos.clone() } else { data.infos.union(&right.infos) };
    if keeps {
        let filtered = Data { columns, infos, ..(*data).clone() };
        return super::super::methods::filtered(cx, &Arc::new(filtered), call);
    }
    cx.add_data(Data { columns, infos, n_rows: None, prediction: None, ..(*data).clone() })
}

/// The keys of a join.
struct Keys<'a> {
    left: &'a [Arc<str>],
    right: &'a [Arc<str>],
}

fn beside(
    left: &Columns,
    right: &Columns,
    keys: &Keys<'_>,
    how: &str,
    suffix: &str,
    coalesces: Option<bool>,
) -> Columns {
    let mut columns = left.clone();
    columns.open = left.open || right.open;
    columns.base = columns.base.or(right.base.filter(|_| right.open));
    let is_full = matches!(how, "full" | "outer");
    if !matches!(how, "inner" | "left" | "cross" | "right") && !is_full {
        return Columns { open: true, ..columns };
    }
    if how == "right" {
        let list = Arc::make_mut(&mut columns.list);
        for column in list.iter_mut().filter(|column| keys.left.contains(&column.name)) {
            Arc::make_mut(column).certain = false;
        }
    }
    for column in right.list.iter() {
        let position = keys.right.iter().position(|key| *key == column.name);
        let is_same_key = position.is_some_and(|position| keys.left.get(position) == Some(&column.name));
        let clashes = columns.get(&column.name).is_some() || left.get(&column.name).is_some();
        let name: Arc<str> = if clashes { format!("{}{suffix}", column.name).into() } else { column.name.clone() };
        // Whether an open left side has one of this name, and so changes it, is not known.
        let mut certain = column.certain && !left.open;
        match (is_same_key, position.is_some()) {
            // One column for both sides' keys, unless asked otherwise.
            (true, _) if !is_full && coalesces != Some(false) => continue,
            (true, _) if coalesces == Some(true) => continue,
            // What becomes of keys of other names depends on the version.
            (_, true) => certain = false,
            _ => {}
        }
        columns.set(Column { name, certain, ..Column::clone(column) });
    }
    columns
}

/// `pl.concat([…], how=…)`.
pub(super) fn concat(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let value = call.value(0, "items");
    let (items, open) = cx.state.items(&value).unwrap_or((Vec::new(), true));
    let all: Vec<Arc<Data>> = items.iter().filter_map(|item| cx.data_of(item)).collect();
    let Some(first) = all.first().cloned() else { return cx.opaque_result(call) };
    let how = match call.get(1, "how").map(|argument| argument.value.clone()) {
        None => Some(Arc::from("vertical")),
        Some(value) => value.as_text().cloned(),
    };
    let unknown = open || all.len() < items.len();
    let infos = all.iter().fold(Infos::default(), |infos, data| infos.union(&data.infos));
    let mut columns = Columns { base: None, ..first.columns.clone() };
    columns.open |= unknown || how.is_none();
    let is_beside = how.as_deref().is_some_and(|how| how == "horizontal" || how.starts_with("align"));
    for data in &all[1..] {
        columns.open |= data.columns.open && how.as_deref() != Some("vertical");
        for column in data.columns.list.iter() {
            match columns.get(&column.name).cloned() {
                Some(known) if !is_beside => {
                    let dtype = if known.dtype == column.dtype { known.dtype } else { Dtype::Unknown };
                    columns.set(Column {
                        infos: known.infos.union(&column.infos),
                        dtype,
                        table: None,
                        ..Column::clone(&known)
                    });
                }
                Some(_) => {}
                None => columns.set(column.clone()),
            }
        }
    }
    let dialect = if first.dialect == Dialect::PolarsLazy { Dialect::PolarsLazy } else { Dialect::Polars };
    let kind = if first.kind == DataKind::Series && !is_beside { DataKind::Series } else { DataKind::Frame };
    let rows = if is_beside || all.len() == 1 {
        first.rows
    } else {
        let site = cx.site(call.range());
        cx.add_rows(Step::Union, all.iter().map(|data| data.rows).collect(), site)
    };
    let n_rows = if is_beside {
        first.n_rows
    } else {
        all.iter().map(|data| data.n_rows).sum::<Option<u64>>().filter(|_| !unknown)
    };
    cx.add_data(Data {
        kind,
        dialect,
        columns,
        rows,
        infos,
        n_rows,
        prediction: None,
        by_time: false,
        ..(*first).clone()
    })
}

/// `df.hstack([…])`: series, or another frame, beside it.
pub(super) fn hstack(cx: &mut Interpreter<'_>, data: &Arc<Data>, call: &Call<'_>) -> Value {
    let value = call.value(0, "columns");
    let (items, open) = match cx.state.items(&value) {
        Some(items) => items,
        None => (vec![value], false),
    };
    let mut columns = data.columns.clone();
    columns.open |= open;
    for item in &items {
        match cx.data_of(item) {
            Some(more) => {
                columns.open |= more.columns.open;
                for column in more.columns.list.iter() {
                    columns.set(Column { infos: column.infos.union(&more.infos), ..Column::clone(column) });
                }
            }
            None => columns.open = true,
        }
    }
    cx.add_data(Data { columns, ..(**data).clone() })
}

/// `df.vstack(other)`, `df.extend(other)`.
pub(super) fn vstack(cx: &mut Interpreter<'_>, object: &Value, data: &Arc<Data>, name: &str, call: &Call<'_>) -> Value {
    let other = call.value(0, "other");
    let Some(other) = cx.data_of(&other) else { return cx.add_data((**data).clone()) };
    let site = cx.site(call.range());
    let rows = if other.rows == data.rows {
        cx.rows_from(Step::Copies { site }, data.rows, site)
    } else {
        cx.add_rows(Step::Union, vec![data.rows, other.rows], site)
    };
    let mut columns = data.columns.clone();
    for column in other.columns.list.iter() {
        if let Some(known) = columns.get(&column.name).cloned() {
            columns.set(Column { infos: known.infos.union(&column.infos), ..Column::clone(&known) });
        } else if columns.open {
            columns.set(column.clone());
        }
    }
    let made = Data { columns, rows, infos: data.infos.union(&other.infos), n_rows: None, ..(**data).clone() };
    if name == "extend" || call.flag("in_place") == Some(true) {
        cx.change_data(object, |data| *data = made);
        return object.clone();
    }
    cx.add_data(made)
}
