//! What may be typed: sections, keys, values.

mod offers;

use std::collections::HashSet;

use super::Reading;
use super::describe::{self, literal, setting_markdown};
use super::names::Names;
use super::shape::{Shape, Type};
use super::spot::{Spot, spot};
use super::syntax::{Header, Setting, Value};
use mlwright_source_text::{Completion, CompletionKind, TextEdit, TextRange};
use offers::{Form, Offer};

/// Added to the rank of whole sections offered among keys.
const SECTION_RANK: u32 = 1_000;
/// Added to the rank of what is there already: TOML allows it once.
const USED_RANK: u32 = 10_000;
/// As deep as sections are offered.
const SECTION_DEPTH_MAX: usize = 4;

pub(super) fn complete(reading: &Reading<'_>, offset: u32) -> Vec<Completion> {
    let Some(file) = reading.shape() else { return Vec::new() };
    let settings = reading.tree.settings();
    let context = Context { reading, file, settings: &settings, offset };
    let mut found = match spot(reading.text, &reading.tree, &settings, offset) {
        Spot::Header { header, .. } => context.header(header),
        Spot::Key { setting, part } => context.key(&settings[setting], part),
        Spot::Value { setting, value, is_in_list } => context.value(&settings[setting], value, is_in_list),
        Spot::InlineTable { setting } => {
            let above: Vec<&str> = settings[setting].names().collect();
            context.keys(&above, TextRange::empty(offset), " = ")
        }
        Spot::Blank if context.is_line_empty() => {
            let section = reading.tree.section(offset);
            let above: Vec<&str> = section.path().iter().map(|key| key.name.as_str()).collect();
            let here = TextRange::empty(offset);
            let mut found = context.keys(&above, here, " = ");
            found.extend(context.whole_sections(here));
            found
        }
        Spot::Blank => Vec::new(),
    };
    // As editors demand.
    found.retain(|completion| !completion.edit.range.of(reading.text).contains(['\n', '\r']));
    found
}

struct Context<'a> {
    reading: &'a Reading<'a>,
    file: Shape<'a>,
    settings: &'a [Setting<'a>],
    offset: u32,
}

impl<'a> Context<'a> {
    /// Whether nothing stands on the line of the cursor but a comment behind it.
    fn is_line_empty(&self) -> bool {
        let Some((before, after)) = self.reading.text.split_at_checked(self.offset as usize) else { return false };
        let before = before.rsplit('\n').next().unwrap_or_default();
        let after = after.lines().next().unwrap_or_default().trim_start();
        before.trim().is_empty() && (after.is_empty() || after.starts_with('#'))
    }

    fn header(&self, header: &Header) -> Vec<Completion> {
        let width = if header.is_array { 2 } else { 1 };
        let start = header.range.start + width;
        let end = if header.is_closed { header.range.end - width } else { header.range.end.max(self.offset) };
        let ending = match (header.is_closed, header.is_array) {
            (true, _) => "",
            (false, true) => "]]",
            (false, false) => "]",
        };
        let wanted = if header.is_array { Type::List } else { Type::Table };
        let typed = TextRange::new(start, end);
        self.sections(wanted).map(|section| section.completion(typed, "", ending)).collect()
    }

    /// Headers with their brackets, to be offered where keys are.
    fn whole_sections(&self, range: TextRange) -> impl Iterator<Item = Completion> {
        self.sections(Type::Table).map(move |section| {
            let mut completion = section.completion(range, "[", "]");
            completion.label = format!("[{}]", section.path).into();
            completion.rank += SECTION_RANK;
            completion
        })
    }

    /// The sections of the schema, those inside others after them.
    fn sections(&self, wanted: Type) -> impl Iterator<Item = SectionOffer<'a>> {
        let mut found = Vec::new();
        add_sections(self.file, &[], wanted, &mut found);
        // The header that the cursor is in does not count as one that is there.
        let is_here = |range: TextRange| range.touches(self.offset);
        let headers = self.reading.tree.sections.iter().filter_map(|section| section.header.as_ref());
        let used: HashSet<String> = headers
            .filter(|header| !header.is_array && !is_here(header.range))
            .map(|header| header.path.iter().map(|key| describe::key(&key.name)).collect::<Vec<_>>().join("."))
            .collect();
        found.into_iter().enumerate().map(move |(index, (path, shape))| {
            let rank = index as u32 + if used.contains(&path) { USED_RANK } else { 0 };
            SectionOffer { path, shape, rank }
        })
    }

    /// On a key: what may stand instead of its part.
    fn key(&self, setting: &Setting<'_>, part: usize) -> Vec<Completion> {
        let key = setting.path[part];
        let above: Vec<&str> = setting.names().take(part).collect();
        let is_finished = setting.pair.equals.is_some() || part + 1 < setting.path.len();
        let mut found = self.keys(&above, key.range, if is_finished { "" } else { " = " });
        let is_on_its_line =
            self.reading.tree.section(self.offset).pairs.iter().any(|pair| std::ptr::eq(pair, setting.pair));
        if is_on_its_line && setting.pair.path.len() == 1 && setting.pair.equals.is_none() {
            found.extend(self.whole_sections(key.range));
        }
        found
    }

    /// Keys of the table at `above`, written over `range`.
    fn keys(&self, above: &[&str], range: TextRange, ending: &str) -> Vec<Completion> {
        let Some(table) = self.file.descend(above.iter().copied()).map(Shape::keyed) else { return Vec::new() };
        let others = self.settings.iter().filter(|other| !other.path.iter().any(|key| key.range.touches(self.offset)));
        let used: HashSet<&str> = others
            .filter(|other| {
                other.path.len() > above.len() && other.names().zip(above).all(|(name, above)| name == *above)
            })
            .map(|other| other.path[above.len()].name.as_str())
            .collect();
        let completion = |index: usize, name: &str, kind: CompletionKind, shape: Shape<'_>| {
            let default = shape.default().and_then(literal).map(|default| format!(" · default {default}"));
            Completion {
                label: name.into(),
                kind,
                detail: Some(format!("{}{}", shape.expectation(), default.unwrap_or_default())),
                documentation: Some(setting_markdown(name, shape)),
                edit: TextEdit { range, text: format!("{}{ending}", describe::key(name)) },
                rank: index as u32 + if used.contains(name) { USED_RANK } else { 0 },
            }
        };
        // A table inside is offered as a section.
        let named = table.properties().filter(|(_, shape)| !shape.types().contains(&Type::Table));
        let mut found: Vec<Completion> = named
            .enumerate()
            .map(|(index, (name, shape))| completion(index, name, CompletionKind::Property, shape))
            .collect();
        if let (Some(Names::Listed(kind)), Some(values)) = (table.key_names(), table.free_values()) {
            let names = self.reading.around.source.names(kind);
            found.extend(
                names.iter().enumerate().map(|(index, name)| completion(index, name, CompletionKind::Value, values)),
            );
        }
        found
    }

    fn value(&self, setting: &Setting<'_>, value: Option<&Value>, is_in_list: bool) -> Vec<Completion> {
        let Some(shape) = self.file.descend(setting.names()) else { return Vec::new() };
        let Some((range, form)) = self.place(value) else { return Vec::new() };
        let typed = self.reading.text.get(range.start as usize..self.offset as usize).unwrap_or("");
        let wish = offers::Wish {
            around: self.reading.around,
            file: self.file,
            tree: &self.reading.tree,
            settings: self.settings,
            setting,
            typed,
        };
        let is_list = shape.types() == [Type::List];
        let mut found = match (is_list, is_in_list) {
            (true, true) => wish.elements(shape),
            // A list is begun with its first element.
            (true, false) if form == Form::Bare => {
                let mut found: Vec<Offer> = wish.elements(shape).into_iter().filter_map(Offer::into_list).collect();
                found.extend(wish.values(shape));
                found
            }
            (true, false) => Vec::new(),
            (false, _) => wish.values(shape),
        };
        let mut seen = HashSet::new();
        found.retain(|offer| seen.insert(offer.label.clone()));
        found.into_iter().enumerate().filter_map(|(rank, offer)| offer.completion(range, form, rank as u32)).collect()
    }

    /// What a value is written over, and how.
    fn place(&self, value: Option<&Value>) -> Option<(TextRange, Form)> {
        let Some(value) = value else { return Some((TextRange::empty(self.offset), Form::Bare)) };
        match value.quoted(self.reading.text) {
            Some((content, is_closed)) => {
                let quote = value.range.of(self.reading.text).chars().next()?;
                let form = if is_closed { Form::Inside(quote) } else { Form::Open(quote) };
                content.touches(self.offset).then_some((content, form))
            }
            None => Some((value.range, Form::Bare)),
        }
    }
}

struct SectionOffer<'s> {
    path: String,
    shape: Shape<'s>,
    rank: u32,
}

impl SectionOffer<'_> {
    fn completion(&self, range: TextRange, before: &str, after: &str) -> Completion {
        Completion {
            label: self.path.as_str().into(),
            kind: CompletionKind::Property,
            detail: self.shape.description().map(str::to_owned),
            documentation: Some(describe::section_markdown(&self.path, self.shape)),
            edit: TextEdit { range, text: format!("{before}{}{after}", self.path) },
            rank: self.rank,
        }
    }
}

fn add_sections<'s>(table: Shape<'s>, above: &[String], wanted: Type, found: &mut Vec<(String, Shape<'s>)>) {
    if above.len() == SECTION_DEPTH_MAX {
        return;
    }
    for (name, shape) in table.properties().filter(|(_, shape)| shape.has_keys() && !shape.types().is_empty()) {
        let path: Vec<String> = above.iter().cloned().chain([describe::key(name)]).collect();
        if shape.types().contains(&wanted) {
            found.push((path.join("."), shape));
        }
        add_sections(shape, &path, wanted, found);
    }
}
