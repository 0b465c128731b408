//! Tables: what WITH defines, what the program has, the catalog, and files.

use mlwright_source_text::{CompletionKind, TextRange, describe, is_file_name};

use super::place::Spot;
use super::{Offer, Offers, rank};
use crate::fragment::Reading;
use crate::syntax::SelectId;
use crate::words::needs_quotes;

const CTE: u32 = 0;
const PROGRAM: u32 = 10;
const CATALOG: u32 = 20;
const FILE: u32 = 30;
const FOLDER: u32 = 40;

/// Everything that can stand behind FROM without quotes, files in quotes of their own.
pub(super) fn tables(reading: &Reading<'_>, select: Option<SelectId>, spot: &Spot, offers: &mut Offers) {
    named(reading, select, spot.offset, offers, &|name| {
        if is_file_name(name) {
            return file_in_quotes(reading, name);
        }
        if name.split('.').all(|part| !needs_quotes(part)) { name.to_owned() } else { reading.written(name) }
    });
    for entry in reading.resolver.world.entries("") {
        if !entry.is_folder && is_file_name(&entry.name) {
            offers.push(Offer {
                text: file_in_quotes(reading, &entry.name),
                rank: FILE,
                ..Offer::new(&entry.name, CompletionKind::File)
            });
        }
    }
    let word = super::keywords::cased(reading, "SELECT");
    if reading.script.tokens.get(spot.before.wrapping_sub(1)).is_some_and(|token| token.is_sign(reading.text, "(")) {
        offers.push(Offer { rank: rank::KEYWORD, ..Offer::new(&word, CompletionKind::Keyword) });
    }
}

fn file_in_quotes(reading: &Reading<'_>, name: &str) -> String {
    match reading.fragment.delimiter {
        Some('\'') => format!("\"{name}\""),
        _ => format!("'{}'", name.replace('\'', "''")),
    }
}

/// Tables that have a name of their own.
fn named(
    reading: &Reading<'_>,
    select: Option<SelectId>,
    offset: u32,
    offers: &mut Offers,
    written: &dyn Fn(&str) -> String,
) {
    let script = reading.script;
    let query = select.map(|id| script.select(id).query);
    let around = script
        .queries
        .iter()
        .enumerate()
        .filter(|(_, query)| query.range.touches(offset))
        .map(|(id, _)| crate::syntax::QueryId(id));
    for query in query.into_iter().chain(around) {
        for (query, position) in reading.resolver.ctes(query) {
            let cte = &script.query(query).ctes[position];
            // A definition that is being written does not see itself.
            if cte.range.start < offset && offset <= cte.range.end && !script.query(query).is_recursive {
                continue;
            }
            let n_columns = reading.resolver.of_cte(query, position).columns.len();
            let text = written(&cte.name.name);
            offers.push(Offer {
                text,
                detail: Some(format!("WITH · {n_columns} columns")),
                rank: CTE,
                ..Offer::new(&cte.name.name, CompletionKind::Table)
            });
        }
    }
    let world = &reading.resolver.world;
    for (name, table) in world.tables {
        offers.push(Offer {
            text: written(name),
            detail: Some(describe::shape(table)),
            rank: PROGRAM,
            ..Offer::new(name, CompletionKind::Table)
        });
    }
    for made in script.statements.iter().filter_map(|statement| statement.creates.as_ref()) {
        offers.push(Offer {
            text: written(&made.name),
            rank: PROGRAM,
            ..Offer::new(&made.name, CompletionKind::Table)
        });
    }
    for name in world.source.tables() {
        let detail = world.source.table(&name).map(|table| describe::shape(&table));
        let kind = if is_file_name(&name) { CompletionKind::File } else { CompletionKind::Table };
        offers.push(Offer { text: written(&name), detail, rank: CATALOG, ..Offer::new(&name, kind) });
    }
}

/// Files of the folder that has been typed so far, and, between the quotes of a name, tables.
pub(super) fn in_quotes(
    reading: &Reading<'_>,
    select: Option<SelectId>,
    spot: &Spot,
    is_quoted_name: bool,
    offers: &mut Offers,
) {
    let typed = &spot.prefix;
    let (folder, last) = typed.rfind('/').map_or(("", typed.as_str()), |at| (&typed[..=at], &typed[at + 1..]));
    if folder.is_empty() && is_quoted_name {
        named(reading, select, spot.offset, offers, &str::to_owned);
    }
    // Only the last part of the path is written anew.
    let edit = TextRange::new(spot.edit.start + folder.len() as u32, spot.edit.end);
    let mut files = Offers {
        edit,
        prefix: last.to_lowercase(),
        offers: std::mem::take(&mut offers.offers),
        known: std::mem::take(&mut offers.known),
    };
    for entry in reading.resolver.world.entries(folder) {
        if entry.is_folder {
            let label = format!("{}/", entry.name);
            files.push(Offer { rank: FOLDER, ..Offer::new(&label, CompletionKind::Folder) });
        } else if is_file_name(&entry.name) {
            let detail =
                reading.resolver.world.file(&format!("{folder}{}", entry.name)).map(|table| describe::shape(&table));
            files.push(Offer { detail, rank: FILE, ..Offer::new(&entry.name, CompletionKind::File) });
        }
    }
    offers.offers = files.offers;
}
