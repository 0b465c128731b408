//! What may be typed next: tables, files, columns, functions and keywords, each where it can stand.

use std::collections::HashSet;
use std::sync::Arc;

use super::fragment::Reading;

mod columns;
mod keywords;
mod place;
mod tables;

use mlwright_source_text::{Completion, CompletionKind, NameKind, TextEdit, TextRange};
use place::{Place, Spot};

/// The most offers of one list; more cannot be looked through.
const OFFERS_MAX: usize = 1000;

/// How good an offer is: lower is better.
mod rank {
    pub(super) const JOIN: u32 = 10;
    pub(super) const FIRST: u32 = 20;
    pub(super) const COLUMN: u32 = 100;
    pub(super) const USED_COLUMN: u32 = 200;
    pub(super) const OUTER_COLUMN: u32 = 300;
    pub(super) const SOURCE: u32 = 350;
    pub(super) const AGGREGATE: u32 = 400;
    pub(super) const FUNCTION: u32 = 500;
    pub(super) const KEYWORD: u32 = 600;
    pub(super) const NO_PREFIX: u32 = 1000;
}

/// What may be typed at `offset`, best first.
pub(crate) fn complete(reading: &Reading<'_>, offset: u32) -> Vec<Completion> {
    let range = reading.fragment.range;
    if !range.touches(offset) || !reading.text.is_char_boundary(offset as usize) {
        return Vec::new();
    }
    let Some(spot) = place::spot(reading, offset) else { return Vec::new() };
    let mut offers =
        Offers { edit: spot.edit, prefix: spot.prefix.to_lowercase(), offers: Vec::new(), known: HashSet::new() };
    match &spot.place {
        Place::Statement => keywords::statement(reading, &mut offers),
        Place::Table { select } => tables::tables(reading, *select, &spot, &mut offers),
        Place::File { is_quoted_name, select } => {
            tables::in_quotes(reading, *select, &spot, *is_quoted_name, &mut offers);
        }
        Place::Column { select, qualifier } => columns::of_source(reading, *select, qualifier, &spot, &mut offers),
        Place::Operand { select, clause } => operand(reading, *select, *clause, &spot, &mut offers),
        Place::QuotedColumn { select } => columns::in_quotes(reading, *select, &spot, &mut offers),
        Place::Using { select } => columns::common(reading, *select, &mut offers),
        Place::Star { select, qualifier } => columns::expansion(reading, *select, qualifier, &mut offers),
        Place::Behind { select, clause } => keywords::behind(reading, *select, *clause, &spot, &mut offers),
        Place::Type => keywords::types(reading, &mut offers),
        Place::Endpoint => {
            for (index, name) in reading.resolver.world.source.names(NameKind::Endpoint).into_iter().enumerate() {
                offers.push(Offer {
                    rank: index as u32,
                    detail: Some("endpoint".to_owned()),
                    ..Offer::new(&name, CompletionKind::Model)
                });
            }
        }
    }
    offers.finish()
}

fn operand(
    reading: &Reading<'_>,
    select: super::syntax::SelectId,
    clause: super::syntax::Clause,
    spot: &Spot,
    offers: &mut Offers,
) {
    columns::visible(reading, select, clause, spot, offers);
    keywords::functions(reading, clause, offers);
    keywords::operand(reading, clause, spot, offers);
}

/// Something to offer; what is left out is as in [`Offer::new`].
struct Offer<'o> {
    label: &'o str,
    /// Replaces what has been typed.
    text: String,
    kind: CompletionKind,
    detail: Option<String>,
    documentation: Option<String>,
    rank: u32,
    /// Offered whatever has been typed.
    is_always: bool,
}

impl<'o> Offer<'o> {
    fn new(label: &'o str, kind: CompletionKind) -> Self {
        Self { label, text: label.to_owned(), kind, detail: None, documentation: None, rank: 0, is_always: false }
    }
}

/// The list while it is made.
struct Offers {
    edit: TextRange,
    /// What has been typed, in small letters.
    prefix: String,
    offers: Vec<Completion>,
    known: HashSet<(Arc<str>, CompletionKind)>,
}

impl Offers {
    /// Adds what the typed letters can become, unless it is there already.
    fn push(&mut self, offer: Offer<'_>) {
        let label: Arc<str> = Arc::from(offer.label);
        if !(offer.is_always || is_subsequence(&self.prefix, offer.label))
            || !self.known.insert((label.clone(), offer.kind))
        {
            return;
        }
        // What begins as has been typed comes before what has the letters somewhere.
        let is_prefix = offer.is_always || offer.label.to_lowercase().starts_with(&self.prefix);
        self.offers.push(Completion {
            label,
            kind: offer.kind,
            detail: offer.detail,
            documentation: offer.documentation,
            edit: TextEdit { range: self.edit, text: offer.text },
            rank: offer.rank + if is_prefix { 0 } else { rank::NO_PREFIX },
        });
    }

    fn finish(mut self) -> Vec<Completion> {
        self.offers.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.label.cmp(&b.label)));
        self.offers.truncate(OFFERS_MAX);
        self.offers
    }
}

/// Whether the letters of `typed` stand in `label` in this order, whatever their case.
fn is_subsequence(typed: &str, label: &str) -> bool {
    let mut letters = label.chars().flat_map(char::to_lowercase);
    typed.chars().all(|typed| letters.any(|letter| letter == typed))
}

#[cfg(test)]
mod tests;
