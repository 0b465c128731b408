//! What is wrong in the file, by TOML, by the schema and by the workspace.

mod names;
mod syntax;
mod value;

use mlwright_base::names::nearest;
use mlwright_source_text::{Diagnostic, Fix, Severity, TextEdit, TextRange};

use super::Reading;
use super::describe::key;
use super::shape::{Child, Shape, Type};
use super::syntax::{Header, Key, Pair, Setting, Value, ValueKind};

/// More than anybody reads; a file with more is none of settings.
const DIAGNOSTICS_MAX: usize = 500;

/// Everything that is wrong, in the order of the text.
pub(super) fn diagnostics(reading: &Reading<'_>) -> Vec<Diagnostic> {
    let mut found = syntax::errors(reading);
    if let Some(file) = reading.shape() {
        let settings = reading.tree.settings();
        let mut check = Check { reading, file, settings: &settings, found: Vec::new() };
        check.headers();
        for setting in &settings {
            check.setting(setting);
        }
        found.append(&mut check.found);
    }
    found.sort_by_key(|diagnostic| (diagnostic.range.start, diagnostic.range.end));
    found.truncate(DIAGNOSTICS_MAX);
    found
}

struct Check<'a> {
    reading: &'a Reading<'a>,
    file: Shape<'a>,
    settings: &'a [Setting<'a>],
    found: Vec<Diagnostic>,
}

impl<'a> Check<'a> {
    fn report(&mut self, code: &'static str, severity: Severity, range: TextRange, message: String, fixes: Vec<Fix>) {
        self.found.push(Diagnostic { code, severity, range, message, related: Vec::new(), fixes, unnecessary: false });
    }

    fn headers(&mut self) {
        for header in self.reading.tree.sections.iter().filter_map(|section| section.header.as_ref()) {
            let path: Vec<&Key> = header.path.iter().collect();
            if let Some(shape) = self.walk(self.file, &path, 0) {
                self.header(header, shape);
            }
        }
    }

    fn header(&mut self, header: &Header, shape: Shape<'_>) {
        let wanted = if header.is_array { Type::List } else { Type::Table };
        let types = shape.types();
        if types.is_empty() || types.contains(&wanted) {
            return;
        }
        let Some(last) = header.path.last() else { return };
        let (expected, found) = (shape.expectation(), if header.is_array { "a list of tables" } else { "a table" });
        let single = TextEdit {
            range: header.range,
            text: header.range.of(self.reading.text).replace("[[", "[").replace("]]", "]"),
        };
        let fixes = if header.is_array && types.contains(&Type::Table) {
            vec![fix("make it a table".to_owned(), single)]
        } else {
            Vec::new()
        };
        self.report(
            "CFG102",
            Severity::Error,
            header.range,
            format!("`{}`: expected {expected}, found {found}", last.name),
            fixes,
        );
    }

    /// A key with its value. Only what the header does not stand for is reported, which has been looked at.
    fn setting(&mut self, setting: &Setting<'a>) {
        let n_silent = setting.path.len() - setting.pair.path.len();
        let Some(shape) = self.walk(self.file, &setting.path, n_silent) else { return };
        if let Some(value) = &setting.pair.value {
            self.value(setting, shape, value);
        }
    }

    /// The schema at the end of a path below `shape`, if every part of it may be there. What is wrong past the first `n_silent` parts
    /// is reported.
    fn walk(&mut self, mut shape: Shape<'a>, path: &[&Key], n_silent: usize) -> Option<Shape<'a>> {
        for (index, key) in path.iter().enumerate() {
            if key.name.is_empty() && key.range.is_empty() {
                return None;
            }
            if !shape.has_keys() {
                // Told once, at the part whose value should be no table.
                if index > n_silent {
                    let parent = path[index - 1];
                    let message = format!("`{}`: expected {}, found a table", parent.name, shape.expectation());
                    self.report("CFG102", Severity::Error, parent.range, message, Vec::new());
                }
                return None;
            }
            let table = shape.keyed();
            match table.child(&key.name) {
                Child::Known(child) => {
                    if index >= n_silent {
                        self.key_name(table, key);
                    }
                    shape = child;
                }
                Child::Unknown => {
                    if index >= n_silent {
                        self.unknown_key(table, key, path.get(..index).unwrap_or_default());
                    }
                    return None;
                }
                Child::Free => return None,
            }
        }
        Some(shape)
    }

    fn unknown_key(&mut self, parent: Shape<'_>, key: &Key, above: &[&Key]) {
        let place = match above {
            [] => "at the top".to_owned(),
            above => format!("in [{}]", above.iter().map(|key| key.name.as_str()).collect::<Vec<_>>().join(".")),
        };
        let name = &key.name;
        let mut near = nearest(name, parent.properties().map(|(known, _)| known));
        // A key that is right elsewhere was rather put into the wrong section than misspelt by more than a letter.
        let home = self.home_of(name).filter(|_| near.first().is_none_or(|near| strsim::osa_distance(near, name) > 1));
        if home.is_some() {
            near.clear();
        }
        let advice = match (near.as_slice(), home) {
            (_, Some(home)) => format!("it belongs {home}"),
            ([], None) => {
                format!("there are {}", parent.properties().map(|(known, _)| known).collect::<Vec<_>>().join(", "))
            }
            (near, None) => format!("did you mean {}?", near.join(" or ")),
        };
        let fixes = replacements(key.range, &near);
        self.report("CFG101", Severity::Error, key.range, format!("unknown key `{name}` {place}; {advice}"), fixes);
    }

    /// Where at the top, or in which of its sections, there is a key of exactly this name.
    fn home_of(&self, name: &str) -> Option<String> {
        if self.file.properties().any(|(known, _)| known == name) {
            return Some("at the top, above the first section".to_owned());
        }
        let mut sections =
            self.file.properties().filter(|(_, section)| section.properties().any(|(known, _)| known == name));
        sections.next().map(|(section, _)| format!("in [{section}]"))
    }

    fn value(&mut self, setting: &Setting<'a>, shape: Shape<'a>, value: &Value) {
        if matches!(value.kind, ValueKind::Broken) {
            return;
        }
        if let Some(wrong) = value::mismatch(shape, value, self.reading.text) {
            let message = format!("`{}`: {}", last_name(setting), wrong.message);
            self.report("CFG102", Severity::Error, value.range, message, wrong.fixes);
            return;
        }
        match &value.kind {
            ValueKind::List(items) => {
                for item in items {
                    if let Some(shape) = shape.item() {
                        self.value(setting, shape, item);
                    }
                    self.name(setting, shape, item);
                    if let (ValueKind::Table(pairs), Some(shape)) = (&item.kind, shape.item()) {
                        self.pairs(setting, shape, pairs);
                    }
                }
            }
            _ => self.name(setting, shape, value),
        }
    }

    /// The keys of a table that is the element of a list.
    fn pairs(&mut self, setting: &Setting<'a>, shape: Shape<'a>, pairs: &[Pair]) {
        for pair in pairs {
            let path: Vec<&Key> = pair.path.iter().collect();
            let (Some(shape), Some(value)) = (self.walk(shape, &path, 0), &pair.value) else { continue };
            self.value(setting, shape, value);
            if let ValueKind::Table(inner) = &value.kind {
                self.pairs(setting, shape, inner);
            }
        }
    }
}

fn last_name<'s>(setting: &'s Setting<'_>) -> &'s str {
    setting.path.last().map_or("", |key| &key.name)
}

fn fix(title: String, edit: TextEdit) -> Fix {
    Fix { title, edits: vec![edit] }
}

/// One fix of a key for each of the nearest names.
fn replacements(range: TextRange, near: &[String]) -> Vec<Fix> {
    near.iter().map(|name| fix(format!("change it to `{name}`"), TextEdit { range, text: key(name) })).collect()
}
