//! Columns: those of one source, those of all that are visible, and ways to join.

use mlwright_source_text::{CompletionKind, describe};

use super::place::Spot;
use super::{Offer, Offers, rank};
use crate::check::{qualifier as qualifier_of, source_name};
use crate::fragment::Reading;
use crate::resolve::{Column, Origin, Relation, find};
use crate::syntax::{Clause, Ident, ItemKind, SelectId};

/// `integer · 3 % missing`, with an example and where it comes from.
fn offer<'o>(column: &'o Column, text: String, rank: u32) -> Offer<'o> {
    let known = &column.column;
    let example = known.example.as_deref().map(|example| format!("For example `{}`", example.replace('`', "'")));
    let from = match &column.origin {
        Origin::Table(table, _) => Some(format!("Column of **{}**", table.name)),
        Origin::Here(_) => None,
    };
    let documentation = [from, example].into_iter().flatten().collect::<Vec<_>>().join("\n\n");
    Offer {
        text,
        detail: Some(describe::detail(known)),
        documentation: (!documentation.is_empty()).then_some(documentation),
        rank,
        ..Offer::new(&known.name, CompletionKind::Column)
    }
}

/// Names that the SELECT has used already, but for the one that is being typed.
fn used(reading: &Reading<'_>, select: SelectId, clause: Clause, offset: u32) -> Vec<String> {
    let refs = reading.script.select(select).refs.iter().filter(|used| used.clause == clause);
    refs.filter_map(|used| used.path.last())
        .filter(|name| !name.range.touches(offset))
        .map(|name| name.name.to_lowercase())
        .collect()
}

/// The columns of what a qualifier names.
pub(super) fn of_source(
    reading: &Reading<'_>,
    select: SelectId,
    qualifier: &[Ident],
    spot: &Spot,
    offers: &mut Offers,
) {
    let Some((of, index)) = reading.resolver.source_named(select, qualifier, usize::MAX) else { return };
    let clause = reading.script.select(select).clause_at(spot.offset);
    let used = used(reading, select, clause, spot.offset);
    let in_quotes = is_in_quotes(reading, spot);
    let relation = reading.resolver.source(of, index);
    let others: Vec<_> = if clause == Clause::On { other_sources(reading, select, of, index) } else { Vec::new() };
    for column in &relation.columns {
        let name = &column.column.name;
        let is_joined = others.iter().any(|other| find(other, name).is_some());
        let rank = if used.contains(&name.to_lowercase()) {
            rank::USED_COLUMN
        } else if is_joined {
            rank::FIRST
        } else {
            rank::COLUMN
        };
        let text = if in_quotes { name.to_string() } else { reading.written(name) };
        offers.push(offer(column, text, rank));
    }
    if clause == Clause::Items && !in_quotes {
        offers.push(Offer {
            detail: Some("all columns".to_owned()),
            rank: rank::SOURCE,
            ..Offer::new("*", CompletionKind::Value)
        });
    }
}

fn is_in_quotes(reading: &Reading<'_>, spot: &Spot) -> bool {
    spot.edit.start > 0
        && reading.text[..spot.edit.start as usize].ends_with(['"', '`'])
        && reading.script.tokens.get(spot.before).is_some_and(|token| token.range.start < spot.edit.start)
}

fn other_sources(reading: &Reading<'_>, select: SelectId, of: SelectId, index: usize) -> Vec<std::rc::Rc<Relation>> {
    let n_sources = reading.script.select(select).sources.len();
    (0..n_sources)
        .filter(|other| (select, *other) != (of, index))
        .map(|other| reading.resolver.source(select, other))
        .collect()
}

/// All columns that are visible, aliases where they can be named, sources, and in ON whole conditions.
pub(super) fn visible(reading: &Reading<'_>, select: SelectId, clause: Clause, spot: &Spot, offers: &mut Offers) {
    if clause == Clause::On {
        for (rank, condition) in conditions(reading, select, spot.offset).into_iter().enumerate() {
            offers.push(Offer {
                rank: rank::JOIN + rank.min(9) as u32,
                detail: Some("join".to_owned()),
                ..Offer::new(&condition, CompletionKind::Value)
            });
        }
    }
    let used = used(reading, select, clause, spot.offset);
    let selected = if clause == Clause::GroupBy { plain_items(reading, select) } else { Vec::new() };
    let columns = reading.resolver.visible(select, usize::MAX);
    // A table of ten thousand columns is looked through once.
    let mut owners = std::collections::HashMap::<&str, usize>::new();
    for (of, _, column) in &columns {
        *owners.entry(&*column.column.name).or_default() += usize::from(*of == select);
    }
    for (of, index, column) in &columns {
        let name = &column.column.name;
        let low = name.to_lowercase();
        let rank = match () {
            () if *of != select => rank::OUTER_COLUMN,
            () if selected.contains(&low) && !used.contains(&low) => rank::FIRST,
            () if used.contains(&low) => rank::USED_COLUMN,
            () => rank::COLUMN,
        };
        let source = reading.script.select(*of).sources.get(*index);
        let is_merged = source
            .is_some_and(|source| source.join.is_natural || source.join.using.iter().any(|using| using.name == *name));
        let is_ambiguous = owners.get(&**name).is_some_and(|n| *n > 1) && *of == select && !is_merged;
        match qualifier_of(reading, *of, *index).filter(|_| is_ambiguous) {
            Some(owner) => {
                let label = format!("{owner}.{}", reading.written(name));
                let offer = offer(column, label.clone(), rank);
                offers.push(Offer { label: &label, ..offer });
            }
            None => offers.push(offer(column, reading.written(name), rank)),
        }
    }
    if matches!(clause, Clause::OrderBy | Clause::GroupBy | Clause::Having | Clause::Qualify) {
        for item in &reading.script.select(select).items {
            if let Some(alias) = item.alias.as_ref().filter(|alias| !alias.range.touches(spot.offset)) {
                let detail = item.range.of(reading.text).lines().next().unwrap_or("").chars().take(60).collect();
                let text = reading.written(&alias.name);
                offers.push(Offer {
                    text,
                    detail: Some(detail),
                    rank: rank::FIRST,
                    ..Offer::new(&alias.name, CompletionKind::Column)
                });
            }
        }
    }
    for index in 0..reading.script.select(select).sources.len() {
        if let Some(name) = qualifier_of(reading, select, index) {
            let n_columns = reading.resolver.source(select, index).columns.len();
            offers.push(Offer {
                detail: Some(format!("{n_columns} columns")),
                rank: rank::SOURCE,
                ..Offer::new(&name, CompletionKind::Table)
            });
        }
    }
}

/// The names of columns that are selected as they are: those to group by.
fn plain_items(reading: &Reading<'_>, select: SelectId) -> Vec<String> {
    let items = reading.script.select(select).items.iter();
    items
        .filter_map(|item| match &item.kind {
            ItemKind::Column(path) => path.last().map(|name| name.name.to_lowercase()),
            _ => None,
        })
        .collect()
}

/// The columns of all sources, to stand between quotes that are there.
pub(super) fn in_quotes(reading: &Reading<'_>, select: SelectId, spot: &Spot, offers: &mut Offers) {
    let clause = reading.script.select(select).clause_at(spot.offset);
    let used = used(reading, select, clause, spot.offset);
    for (of, _, column) in &reading.resolver.visible(select, usize::MAX) {
        let name = &column.column.name;
        let rank = match () {
            () if *of != select => rank::OUTER_COLUMN,
            () if used.contains(&name.to_lowercase()) => rank::USED_COLUMN,
            () => rank::COLUMN,
        };
        offers.push(offer(column, name.to_string(), rank));
    }
}

/// The columns that the last source and one before it have.
pub(super) fn common(reading: &Reading<'_>, select: SelectId, offers: &mut Offers) {
    let n_sources = reading.script.select(select).sources.len();
    let Some(last) = n_sources.checked_sub(1) else { return };
    let left: Vec<_> = (0..last).map(|index| reading.resolver.source(select, index)).collect();
    for column in &reading.resolver.source(select, last).columns {
        if left.iter().any(|left| left.columns.iter().any(|known| known.column.name == column.column.name)) {
            offers.push(offer(column, reading.written(&column.column.name), rank::COLUMN));
        }
    }
}

/// The columns that `*` stands for, written out.
pub(super) fn expansion(reading: &Reading<'_>, select: SelectId, qualifier: &[Ident], offers: &mut Offers) {
    let mut relation = Relation { is_complete: true, ..Relation::default() };
    reading.resolver.star(select, qualifier, &[], &mut relation);
    if !relation.is_complete || relation.columns.is_empty() {
        return;
    }
    let owner = crate::syntax::path_range(qualifier).of(reading.text);
    let prefix = if qualifier.is_empty() { String::new() } else { format!("{owner}.") };
    let names: Vec<String> =
        relation.columns.iter().map(|column| format!("{prefix}{}", reading.written(&column.column.name))).collect();
    let label = format!("{prefix}* as {} columns", names.len());
    let text = names.join(", ");
    offers.push(Offer {
        documentation: Some(text.clone()),
        text,
        is_always: true,
        ..Offer::new(&label, CompletionKind::Value)
    });
}

/// Conditions on which the last table before `offset` may be joined with one before it: equal names first, then `t_id` with `id`.
pub(super) fn conditions(reading: &Reading<'_>, select: SelectId, offset: u32) -> Vec<String> {
    let sources = &reading.script.select(select).sources;
    let Some(last) = sources.iter().rposition(|source| source.range.start < offset) else { return Vec::new() };
    let Some(right) = qualifier_of(reading, select, last) else { return Vec::new() };
    let (mut equal, mut keys) = (Vec::new(), Vec::new());
    let joined = reading.resolver.source(select, last);
    for index in (0..last).rev() {
        let Some(left) = qualifier_of(reading, select, index) else { continue };
        let known = reading.resolver.source(select, index);
        for column in &joined.columns {
            let name = &column.column.name;
            if known.columns.iter().any(|other| other.column.name == *name) {
                let written = reading.written(name);
                equal.push(format!("{left}.{written} = {right}.{written}"));
            }
        }
        let (left_name, right_name) = (source_name(reading, select, index), source_name(reading, select, last));
        keys.extend(foreign_keys(reading, &known, &left, &joined, &right, &right_name));
        keys.extend(foreign_keys(reading, &joined, &right, &known, &left, &left_name));
    }
    // Of many columns that happen to be called the same, the first will do.
    const CONDITIONS_MAX: usize = 8;
    let is_key = |condition: &String| condition.to_lowercase().ends_with("id");
    equal.sort_by_key(|condition| !is_key(condition));
    // Two tables that both have an `id` are joined by `t_id` where there is one.
    let has_key = !keys.is_empty();
    let mut conditions = if has_key { keys } else { Vec::new() };
    conditions.extend(equal);
    conditions.truncate(CONDITIONS_MAX);
    conditions
}

/// `from.customer_id = to.id`, where `to` has `id` and is called `customers`.
fn foreign_keys(
    reading: &Reading<'_>,
    from: &Relation,
    from_name: &str,
    to: &Relation,
    to_name: &str,
    to_known: &str,
) -> Vec<String> {
    let Some(id) = to.columns.iter().find(|column| column.column.name.eq_ignore_ascii_case("id")) else {
        return Vec::new();
    };
    let table = to.table.as_ref().map_or(to_known, |table| &table.name).trim_matches('`').to_lowercase();
    let stem = table.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or("").to_owned();
    let singular = stem.strip_suffix('s').unwrap_or(&stem).to_owned();
    let is_key = |name: &str| {
        let name = name.to_lowercase();
        let owner = name.strip_suffix("_id").or_else(|| name.strip_suffix("id")).unwrap_or("");
        !owner.is_empty() && (owner == stem || owner == singular)
    };
    let keys = from.columns.iter().filter(|column| is_key(&column.column.name));
    keys.map(|key| {
        format!("{from_name}.{} = {to_name}.{}", reading.written(&key.column.name), reading.written(&id.column.name))
    })
    .collect()
}
