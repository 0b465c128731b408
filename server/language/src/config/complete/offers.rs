//! Values that a key may have.

use mlwright_source_text::{Completion, CompletionKind, NameKind, TextEdit, TextRange, describe, is_file_name, join};

use crate::config::describe::{column_detail, literal, quoted, table_markdown};
use crate::config::names::{Found, Names, Surroundings, column_beside, providers, table_beside};
use crate::config::shape::{Shape, Type};
use crate::config::syntax::{Setting, Tree};

/// The most tables whose columns are looked up for the list.
const DESCRIBED_MAX: usize = 50;

/// What stands around the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// No quotes: the value is written whole.
    Bare,
    /// Between these quotes.
    Inside(char),
    /// Behind this quote, which is not closed yet.
    Open(char),
}

/// A value that may be written.
pub(super) struct Offer {
    pub(super) label: String,
    /// As TOML.
    literal: String,
    is_text: bool,
    kind: CompletionKind,
    detail: Option<String>,
    documentation: Option<String>,
}

impl Offer {
    fn text(name: &str, kind: CompletionKind, detail: Option<String>) -> Self {
        Self { label: name.to_owned(), literal: quoted(name), is_text: true, kind, detail, documentation: None }
    }

    fn of(value: &serde_json::Value, detail: Option<&str>) -> Option<Self> {
        let detail = detail.map(str::to_owned);
        Some(match value.as_str() {
            Some(text) => Self::text(text, CompletionKind::Value, detail),
            None => {
                let literal = literal(value)?;
                Self {
                    label: literal.clone(),
                    literal,
                    is_text: false,
                    kind: CompletionKind::Value,
                    detail,
                    documentation: None,
                }
            }
        })
    }

    /// The list of this one element.
    pub(super) fn into_list(self) -> Option<Self> {
        let literal = format!("[{}]", self.literal);
        Some(Self { label: literal.clone(), literal, is_text: false, ..self })
    }

    /// None where it cannot be written in this form.
    pub(super) fn completion(self, range: TextRange, form: Form, rank: u32) -> Option<Completion> {
        let text = match form {
            Form::Bare => self.literal,
            Form::Inside(_) | Form::Open(_) if !self.is_text => return None,
            Form::Inside(quote) => inside(&self.label, &self.literal, quote)?,
            Form::Open(quote) => format!("{}{quote}", inside(&self.label, &self.literal, quote)?),
        };
        Some(Completion {
            label: self.label.into(),
            kind: self.kind,
            detail: self.detail,
            documentation: self.documentation,
            edit: TextEdit { range, text },
            rank,
        })
    }
}

/// A text without its quotes; between single quotes nothing can be escaped.
fn inside(text: &str, literal: &str, quote: char) -> Option<String> {
    match quote {
        '\'' if text.contains(['\'', '\n', '\r']) => None,
        '\'' => Some(text.to_owned()),
        _ => Some(literal[1..literal.len() - 1].to_owned()),
    }
}

/// The key whose value is wanted.
pub(super) struct Wish<'a> {
    pub(super) around: Surroundings<'a>,
    pub(super) file: Shape<'a>,
    pub(super) tree: &'a Tree,
    pub(super) settings: &'a [Setting<'a>],
    pub(super) setting: &'a Setting<'a>,
    /// Of a text, what stands before the cursor.
    pub(super) typed: &'a str,
}

impl Wish<'_> {
    /// Values of a key: names first, then what the schema itself lists.
    pub(super) fn values(&self, shape: Shape<'_>) -> Vec<Offer> {
        let mut found: Vec<Offer> = shape
            .names()
            .filter(|_| !shape.types().contains(&Type::List))
            .map(|names| self.named(names))
            .unwrap_or_default();
        found.extend(shape.choices().into_iter().filter_map(|(value, meaning)| Offer::of(value, meaning)));
        found.extend(shape.default().and_then(|default| Offer::of(default, Some("default"))));
        if shape.types().contains(&Type::Boolean) {
            found.extend([true, false].iter().filter_map(|value| Offer::of(&serde_json::Value::from(*value), None)));
        }
        found.extend(shape.examples().filter_map(|example| Offer::of(example, Some("example"))));
        found
    }

    /// Elements of a list.
    pub(super) fn elements(&self, list: Shape<'_>) -> Vec<Offer> {
        let mut found = list.names().map(|names| self.named(names)).unwrap_or_default();
        if let Some(item) = list.item() {
            found.extend(self.values(item));
        }
        found
    }

    fn named(&self, names: Names) -> Vec<Offer> {
        match names {
            Names::Table => self.tables(),
            Names::Column => self.columns(),
            Names::Class => self.classes(),
            Names::Folder => self.entries(|_| false),
            Names::Provider => {
                let names = providers(self.tree, self.settings).into_iter();
                names.map(|name| Offer::text(name, CompletionKind::Value, None)).collect()
            }
            Names::Listed(kind) => {
                let icon = if kind == NameKind::Model { CompletionKind::Model } else { CompletionKind::Value };
                self.around.source.names(kind).iter().map(|name| Offer::text(name, icon, None)).collect()
            }
        }
    }

    fn tables(&self) -> Vec<Offer> {
        let mut found: Vec<Offer> = self
            .around
            .source
            .tables()
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let table = if index < DESCRIBED_MAX { self.around.source.table(name) } else { None };
                let offer =
                    Offer::text(name, CompletionKind::Table, table.as_ref().map(|table| describe::shape(table)));
                Offer { documentation: table.as_ref().map(|table| table_markdown(table)), ..offer }
            })
            .collect();
        found.extend(self.entries(is_file_name));
        found
    }

    /// Folders, and files that are wanted, in the folder that has been typed so far.
    fn entries(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<Offer> {
        let folder = self.typed.rfind('/').map_or("", |end| &self.typed[..=end]);
        let entries = self.around.source.entries(&join(self.around.folder, folder));
        let shown =
            entries.iter().filter(|entry| !entry.name.starts_with('.') && (entry.is_folder || is_wanted(&entry.name)));
        shown
            .map(|entry| match entry.is_folder {
                true => Offer::text(&format!("{folder}{}/", entry.name), CompletionKind::Folder, None),
                false => Offer::text(&format!("{folder}{}", entry.name), CompletionKind::File, None),
            })
            .collect()
    }

    fn columns(&self) -> Vec<Offer> {
        let Some(Found::Known(table)) =
            table_beside(self.setting, self.settings, self.file).map(|name| self.around.table(name))
        else {
            return Vec::new();
        };
        table
            .columns
            .iter()
            .map(|column| Offer::text(&column.name, CompletionKind::Column, Some(column_detail(column))))
            .collect()
    }

    fn classes(&self) -> Vec<Offer> {
        let names = (
            table_beside(self.setting, self.settings, self.file),
            column_beside(self.setting, self.settings, self.file),
        );
        let (Some(table), Some(column)) = names else { return Vec::new() };
        let Found::Known(table) = self.around.table(table) else { return Vec::new() };
        let summary = self.around.source.column_summary(&table, column);
        let values = summary.iter().flat_map(|summary| &summary.top_values);
        values
            .map(|(value, n_rows)| Offer::text(value, CompletionKind::Value, Some(format!("{n_rows} rows"))))
            .collect()
    }
}
