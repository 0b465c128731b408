//! What expressions make of a frame.

use std::sync::Arc;

use mlwright_python_values::column::{Column, union};
use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::recipe::{Change, Recipe};
use mlwright_python_values::value::{Data, Value};
use mlwright_source_text::Dtype;

use super::build::is_pattern;
use crate::interpreter::Interpreter;

/// The columns that an expression makes.
#[derive(Debug, Clone, Default)]
pub(super) struct Made {
    pub(super) columns: Vec<MadeColumn>,
    /// Whether there may be more, or others.
    pub(super) open: bool,
    /// Whether each is one value rather than one a row.
    pub(super) is_single: bool,
    /// Whether the rows may be fewer, more or in another order.
    pub(super) other_rows: bool,
    pub(super) by_time: bool,
    /// Knowledge in columns that are not listed.
    pub(super) infos: Infos,
}

#[derive(Debug, Clone)]
pub(super) struct MadeColumn {
    pub(super) column: Column,
    /// The name that it had in the frame.
    root: Arc<str>,
}

impl Made {
    fn of(columns: Vec<Column>) -> Self {
        let columns = columns.into_iter().map(|column| MadeColumn { root: column.name.clone(), column }).collect();
        Self { columns, ..Self::default() }
    }

    fn each(&mut self, mut change: impl FnMut(&mut MadeColumn)) {
        self.columns.iter_mut().for_each(&mut change);
    }

    /// All knowledge in it.
    fn all_infos(&self) -> Infos {
        self.columns.iter().fold(self.infos.clone(), |infos, made| infos.union(&made.column.infos))
    }
}

/// What `recipe` makes of `data`, which lies at `object`; columns in `keys` are not among all columns.
pub(super) fn resolve(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    keys: &[Arc<str>],
    recipe: &Recipe,
) -> Made {
    match recipe {
        Recipe::Columns(names) => {
            let mut made = Made::default();
            for (name, origin) in names {
                if name.as_ref() == "*" {
                    made.columns.extend(all_but(data, keys).columns);
                    made.open |= data.columns.open;
                } else if is_pattern(name) {
                    made.open = true;
                    made.infos = data.all_infos();
                } else {
                    made.columns.extend(
                        Made::of(vec![Column::clone(&cx.find_column(object, data, name, None, *origin))]).columns,
                    );
                }
            }
            made
        }
        Recipe::AllBut(names) => {
            for (name, origin) in names {
                cx.find_column(object, data, name, None, *origin);
            }
            let without: Vec<Arc<str>> =
                names.iter().map(|(name, _)| name.clone()).chain(keys.iter().cloned()).collect();
            all_but(data, &without)
        }
        Recipe::Chosen => Made { open: true, infos: data.all_infos(), ..Made::default() },
        Recipe::Constant(value) => {
            let column = cx.column_from(&"literal".into(), value, None);
            Made { is_single: true, ..Made::of(vec![column]) }
        }
        Recipe::Series(series) => match (&series.columns.list[..], series.columns.open) {
            ([only], false) => Made::of(vec![Column { infos: series.all_infos(), table: None, ..Column::clone(only) }]),
            _ => Made { open: true, infos: series.all_infos(), ..Made::default() },
        },
        Recipe::Combined { parts, dtype } => combine(cx, object, data, keys, parts, *dtype),
        Recipe::Folded { parts, dtype } => {
            let mut made = combine(cx, object, data, keys, parts, *dtype);
            let (infos, others) = (made.all_infos(), origins_of(&made));
            made.columns.truncate(1);
            made.open &= made.columns.is_empty();
            made.each(|one| {
                one.column.infos = infos.clone();
                one.column.origins = others.clone();
            });
            made
        }
        Recipe::Condition(parts) => combine(cx, object, data, keys, parts, Dtype::Boolean),
        Recipe::Changed { inner, change } => {
            let made = resolve(cx, object, data, keys, inner);
            apply(cx, object, data, keys, made, change)
        }
    }
}

fn all_but(data: &Data, names: &[Arc<str>]) -> Made {
    let kept = data.columns.list.iter().filter(|column| !names.contains(&column.name));
    let kept = kept.map(|column| Column::clone(column)).collect();
    let open = data.columns.open;
    Made { open, infos: if open { data.infos.clone() } else { Infos::default() }, ..Made::of(kept) }
}

fn origins_of(made: &Made) -> Arc<[mlwright_python_values::column::OriginId]> {
    made.columns.iter().fold(Arc::from([]), |all, one| union(&all, &one.column.origins))
}

/// Element by element: named like the first, from the values of all.
fn combine(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    keys: &[Arc<str>],
    parts: &[Arc<Recipe>],
    dtype: Dtype,
) -> Made {
    let Some((first, rest)) = parts.split_first() else { return Made { open: true, ..Made::default() } };
    let mut made = resolve(cx, object, data, keys, first);
    // One element by itself, with arguments that are no expressions, stays what it is.
    for part in rest {
        let other = resolve(cx, object, data, keys, part);
        let (infos, origins) = (other.all_infos(), origins_of(&other));
        // Which is the first of columns chosen by type is not known; one beside several is put to each.
        made.open |= made.columns.is_empty();
        made.is_single &= other.is_single;
        made.by_time |= other.by_time;
        made.infos = if made.open { made.infos.union(&infos) } else { made.infos };
        made.each(|one| {
            one.column.infos = one.column.infos.union(&infos);
            one.column.origins = union(&one.column.origins, &origins);
        });
    }
    made.each(|one| {
        one.column.table = None;
        one.column.made = None;
        one.column.dtype = dtype;
    });
    made
}

fn apply(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    keys: &[Arc<str>],
    mut made: Made,
    change: &Change,
) -> Made {
    match change {
        Change::Name((name, origin)) => {
            let range = origin.and_then(|id| cx.literal_range(id));
            if let Some(range) = range {
                cx.note_use(range, name, data, None, true);
            }
            match (&mut made.columns[..], made.open) {
                ([only], false) => {
                    only.column.name = name.clone();
                    only.column.made = range.map(|range| cx.site(range));
                }
                _ => {
                    // Whichever column it is, it has this name now.
                    let infos = made.all_infos();
                    let origins = origins_of(&made);
                    let column =
                        Column { infos, origins, made: range.map(|range| cx.site(range)), ..Column::named(name) };
                    made =
                        Made { columns: Made::of(vec![column]).columns, open: false, infos: Infos::default(), ..made };
                }
            }
        }
        Change::SomeName | Change::Scattered => {
            made = Made { infos: made.all_infos(), columns: Vec::new(), open: true, ..made }
        }
        Change::Affix { before, after } => {
            made.each(|one| one.column.name = format!("{before}{}{after}", one.root).into());
        }
        Change::Case { upper } => made.each(|one| {
            one.column.name = if *upper { one.root.to_uppercase() } else { one.root.to_lowercase() }.into();
        }),
        Change::KeepName => made.each(|one| one.column.name = one.root.clone()),
        Change::Dtype(dtype) => made.each(|one| {
            one.column.dtype = *dtype;
            one.column.table = None;
        }),
        Change::Statistic { what, site, dtype } => {
            let learned = cx.learn(data.rows, *site, what, InfoKind::Statistic);
            made.infos = made.infos.union(&learned);
            made.is_single = true;
            made.each(|one| summed_up(&mut one.column, &learned, *dtype));
        }
        Change::Single(dtype) => {
            made.is_single = true;
            made.each(|one| summed_up(&mut one.column, &Infos::default(), *dtype));
        }
        Change::Ranking { what, site } => {
            let learned = cx.learn(data.rows, *site, what, InfoKind::Statistic);
            made.infos = made.infos.union(&learned);
            made.each(|one| {
                one.column.infos = one.column.infos.union(&learned);
                one.column.dtype = Dtype::Unknown;
                one.column.table = None;
            });
        }
        Change::Lagged | Change::Trailing => {
            made.by_time = true;
            let lagged = matches!(change, Change::Lagged);
            made.each(|one| {
                one.column.table = None;
                if lagged {
                    // Other rows' values: an earlier target is no target.
                    one.column.origins = Arc::from([]);
                } else {
                    one.column.dtype = Dtype::Unknown;
                }
            });
        }
        Change::Ahead { what, site } => {
            let learned = cx.learn(data.rows, *site, what, InfoKind::Future);
            made.by_time = true;
            made.infos = made.infos.union(&learned);
            made.each(|one| {
                one.column.infos = one.column.infos.union(&learned);
                one.column.table = None;
                if what.starts_with("shift") {
                    one.column.origins = Arc::from([]);
                }
            });
        }
        Change::Over(by) => {
            for key in by {
                resolve(cx, object, data, keys, key);
            }
            made.is_single = false;
        }
        Change::Rows => {
            made.other_rows = true;
            made.is_single = false;
        }
    }
    made
}

fn summed_up(column: &mut Column, learned: &Infos, dtype: Dtype) {
    column.infos = column.infos.union(learned);
    column.table = None;
    // What is computed over rows is knowledge of them, not the rows' own values.
    column.origins = Arc::from([]);
    column.dtype = match dtype {
        // The mean of dates is no number.
        Dtype::Float if !column.dtype.is_numeric() => Dtype::Unknown,
        Dtype::Unknown if column.dtype == Dtype::Boolean => Dtype::Unknown,
        Dtype::Unknown => column.dtype,
        dtype => dtype,
    };
}

/// What several expressions make, one after the other; those given by keyword under their keyword.
#[derive(Debug, Default)]
pub(super) struct Together {
    pub(super) columns: Vec<Column>,
    pub(super) open: bool,
    pub(super) is_single: bool,
    pub(super) other_rows: bool,
    pub(super) by_time: bool,
    pub(super) infos: Infos,
    n_recipes: usize,
}

/// The expressions of a call, positions first. Keywords in `options` are none.
pub(super) fn resolve_call(
    cx: &mut Interpreter<'_>,
    object: &Value,
    data: &Arc<Data>,
    keys: &[Arc<str>],
    call: &crate::arguments::Call<'_>,
    options: &[&str],
) -> Together {
    let mut all = Together { is_single: true, ..Together::default() };
    for argument in &call.arguments {
        let keyword =
            argument.keyword.as_ref().filter(|keyword| !matches!(&***keyword, "exprs" | "aggs" | "by" | "predicates"));
        if keyword.is_some_and(|keyword| options.contains(&&**keyword)) {
            continue;
        }
        let mut recipes = super::build::recipes_in(cx, &argument.value, true);
        if let Some(keyword) = keyword {
            let range = super::super::methods::keyword_range(cx, call, argument, keyword);
            cx.note_use(range, keyword, data, None, true);
            // A list by keyword is one column of lists.
            let inner = match &recipes[..] {
                [only] => only.clone(),
                _ => Arc::new(Recipe::Folded { parts: recipes.clone(), dtype: Dtype::Unknown }),
            };
            recipes = vec![Arc::new(Recipe::Changed { inner, change: Change::Name((keyword.clone(), None)) })];
        }
        for recipe in recipes {
            let mut made = resolve(cx, object, data, keys, &recipe);
            if let (Some(keyword), [only]) = (keyword, &mut made.columns[..]) {
                only.column.made = Some(cx.site(super::super::methods::keyword_range(cx, call, argument, keyword)));
            }
            all.open |= made.open;
            all.is_single &= made.is_single;
            all.other_rows |= made.other_rows;
            all.by_time |= made.by_time;
            all.infos = all.infos.union(&made.infos);
            all.columns.extend(made.columns.into_iter().map(|one| one.column));
            all.n_recipes += 1;
        }
    }
    all.is_single &= all.n_recipes > 0;
    all
}
