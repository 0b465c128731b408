//! What may be typed next: columns, files, SQL, and names of the lifecycle, inside strings and after dots.

mod columns;
mod names;
mod paths;
mod query;

pub(super) use columns::is_identifier;
pub(super) use names::label as kind_label;

use std::sync::Arc;

use mlwright_python_flow::{Extent, Script};
use mlwright_python_syntax::repair;
use mlwright_python_values::value::{Data, DataKind};
use mlwright_python_values::{Context, Flow};
use mlwright_source_text::{Completion, SchemaSource, TextRange};
use mlwright_sql::{Fragment, Runner};

use super::place::{Literal, Place};

/// Offers in one list at most.
const N_OFFERS_MAX: usize = 500;

/// What may be typed at `offset`, best first.
pub fn complete(script: &Script, offset: u32, source: &dyn SchemaSource) -> Vec<Completion> {
    let repaired = script.repaired(offset);
    let offers = |extent| offers(script, &repaired, offset, extent, source);
    match offers(Extent::Place) {
        Offers::Now(offers) => offers,
        Offers::Later => match offers(Extent::Whole) {
            Offers::Now(offers) => offers,
            Offers::Later => Vec::new(),
        },
    }
}

enum Offers {
    Now(Vec<Completion>),
    /// It stands in a list or assignment, and what comes later in the text has to show what for: columns of what uses it.
    Later,
}

fn offers(
    script: &Script,
    repaired: &repair::Repaired,
    offset: u32,
    extent: Extent,
    source: &dyn SchemaSource,
) -> Offers {
    let analysis = script.analyse_typed(&repaired.text, offset, extent, source);
    let place = Place::new(&analysis, offset);
    let typing = Typing { path: script.path(), text: &repaired.text, source, place: &place, flow: &analysis.flow };
    if let Some(literal) = place.literal() {
        return match typing.in_literal(literal) {
            Some(offers) => Offers::Now(offers),
            None if place.is_kept() => Offers::Later,
            None => Offers::Now(Vec::new()),
        };
    }
    if let Some((value, attribute)) = place.attribute() {
        let frame = place.data(value).filter(|data| data.kind == DataKind::Frame || data.kind == DataKind::Grouped);
        let typed_end = if repaired.placeholder.is_some_and(|placeholder| placeholder.start == attribute.range.start) {
            attribute.range.start
        } else {
            attribute.range.end
        };
        let edited = TextRange::new(attribute.range.start, typed_end);
        return Offers::Now(frame.map(|frame| columns::attributes(&typing, frame, edited)).unwrap_or_default());
    }
    Offers::Now(Vec::new())
}

/// The text while it is typed.
struct Typing<'a> {
    /// Of the script.
    path: &'a str,
    /// Repaired; the same as what is typed up to the cursor and on to the end of the word there.
    text: &'a str,
    source: &'a dyn SchemaSource,
    place: &'a Place<'a>,
    flow: &'a Flow,
}

impl Typing<'_> {
    fn in_literal(&self, literal: Literal<'_>) -> Option<Vec<Completion>> {
        let content = self.on_line(literal.content);
        Some(match self.place.context(literal)? {
            Context::Column(frames) => columns::columns(self, frames, literal, content),
            Context::Query(frame) => query::complete(self, frame, literal.content),
            Context::Path { folder } => paths::complete(self, folder.as_deref(), content),
            Context::Name(kind) => names::complete(self, *kind, content),
            Context::Sql(tables) => self.fragment(literal, tables).complete(self.place.offset, self.source),
        })
    }

    fn fragment<'f>(
        &'f self,
        literal: Literal<'_>,
        tables: &'f [(Arc<str>, Arc<mlwright_source_text::Table>)],
    ) -> Fragment<'f> {
        super::describe::fragment(self.path, self.text, literal, tables)
    }

    /// The part of a range that lies on the line of the cursor: what an edit may replace.
    fn on_line(&self, range: TextRange) -> TextRange {
        let offset = self.place.offset as usize;
        let bytes = self.text.as_bytes();
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let start = bytes[..offset].iter().rposition(is_break).map_or(0, |at| at + 1) as u32;
        let end = bytes[offset..].iter().position(is_break).map_or(bytes.len(), |at| offset + at) as u32;
        TextRange::new(range.start.max(start), range.end.min(end))
    }

    /// What is typed of a range before the cursor.
    fn typed(&self, range: TextRange) -> &str {
        TextRange::new(range.start, self.place.offset).of(self.text)
    }
}

/// How SQL in a string is run.
pub(super) fn runner_of(tables: &[(Arc<str>, Arc<mlwright_source_text::Table>)]) -> Runner {
    if tables.is_empty() { Runner::Database } else { Runner::Frames }
}

/// The columns that a frame may be asked for by name.
fn is_nameable(data: &Data) -> bool {
    !data.columns.list.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlwright_language_testkit::corpus::{Content, Files, Labelled, labelled};

    /// What is read of a text for one place is enough for what can be typed there.
    #[test]
    fn a_part_of_the_text_offers_what_the_whole_does() {
        let (mut n_places, mut n_offers) = (0, 0);
        for Labelled { name, path, content } in labelled() {
            let text = match &content {
                Content::Script(text) => text,
                Content::Notebook(notebook) => &**notebook.text(),
            };
            for (at, quote) in text.match_indices(['"', '\'']).step_by(3).take(20) {
                let end = text[at + 1..].find(quote).map_or(text.len(), |length| at + 1 + length);
                let typed = format!("{}{}", &text[..at + 1], &text[end..]);
                let script = Script::new(path.as_str(), typed.as_str());
                let offset = at as u32 + 1;
                let repaired = script.repaired(offset);
                let labels = |extent| match offers(&script, &repaired, offset, extent, &Files) {
                    Offers::Now(mut offers) => {
                        offers.sort_by(|one, other| one.label.cmp(&other.label));
                        Some(offers.into_iter().map(|offer| offer.label).collect::<Vec<_>>())
                    }
                    Offers::Later => None,
                };
                let Some(of_part) = labels(Extent::Place) else { continue };
                n_places += 1;
                n_offers += of_part.len();
                assert_eq!(of_part, labels(Extent::Whole).unwrap_or_default(), "{name}, byte {at}");
            }
        }
        assert!(n_places > 500 && n_offers > 400, "{n_offers} offers at {n_places} places");
    }
}
