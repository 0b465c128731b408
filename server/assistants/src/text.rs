//! A settings file's text, whatever its format: what stands there, and the smallest edits.

use serde_json::{Map, Value};

use crate::{jsonc, toml_text};

/// How a settings file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// JSON, with or without comments and trailing commas.
    Jsonc,
    /// TOML.
    Toml,
}

/// Why a text cannot be read or edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It is not in its format; line and column count from 1.
    Syntax { line: usize, column: usize, what: String },
    /// It has something else where servers belong, or in a form that cannot be added to.
    Shape(String),
}

/// Where an entry stands: `name` in the object `container` at the root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot<'a> {
    pub(crate) container: &'a str,
    pub(crate) name: &'a str,
}

/// How an entry was taken out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// The text without it.
    Done(String),
    /// Its author has put comments into it, or written it in another form: it is his now.
    Adopted,
}

impl Format {
    /// The format's name, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jsonc => "JSON",
            Self::Toml => "TOML",
        }
    }

    /// Everything that the text says. A text of nothing but white space says nothing.
    pub(crate) fn root(self, text: &str) -> Result<Map<String, Value>, Broken> {
        match self {
            Self::Jsonc => jsonc::root(text),
            Self::Toml => toml_text::root(text),
        }
    }

    /// The entry, if it is there.
    pub(crate) fn get(self, text: &str, slot: Slot<'_>) -> Result<Option<Value>, Broken> {
        match self.root(text)?.get(slot.container) {
            None => Ok(None),
            Some(Value::Object(servers)) => Ok(servers.get(slot.name).cloned()),
            Some(_) => Err(Broken::Shape(format!("{:?} is not {}", slot.container, self.container_word()))),
        }
    }

    /// Whether the text has the container.
    pub(crate) fn has_container(self, text: &str, slot: Slot<'_>) -> Result<bool, Broken> {
        Ok(self.root(text)?.contains_key(slot.container))
    }

    /// The text with the entry, which it must not have yet.
    pub(crate) fn insert(self, text: &str, slot: Slot<'_>, entry: &Value) -> Result<String, Broken> {
        let mut expected = self.root(text)?;
        put(&mut expected, slot, entry)?;
        let after = match self {
            Self::Jsonc => jsonc::insert(text, slot, entry)?,
            Self::Toml => toml_text::insert(text, slot, entry)?,
        };
        self.checked(text, after, &expected)
    }

    /// The text with another entry in place of the one it has.
    pub(crate) fn replace(self, text: &str, slot: Slot<'_>, entry: &Value) -> Result<String, Broken> {
        let mut expected = self.root(text)?;
        put(&mut expected, slot, entry)?;
        let after = match self {
            Self::Jsonc => jsonc::replace(text, slot, entry)?,
            Self::Toml => match toml_text::remove(text, slot)? {
                Removal::Done(without) => toml_text::insert(&without, slot, entry)?,
                Removal::Adopted => return Err(Broken::Shape(format!("{:?} is not written as a table of its own", slot.name))),
            },
        };
        self.checked(text, after, &expected)
    }

    /// The text without the entry, and without the container when it is empty then and `with_container`.
    pub(crate) fn remove(self, text: &str, slot: Slot<'_>, with_container: bool) -> Result<Removal, Broken> {
        let mut expected = self.root(text)?;
        if let Some(Value::Object(servers)) = expected.get_mut(slot.container) {
            servers.shift_remove(slot.name);
            // A TOML table that only the entry's own header makes goes with it.
            if servers.is_empty() && (with_container || self == Self::Toml && !toml_text::has_own_container(text, slot)?) {
                expected.shift_remove(slot.container);
            }
        }
        let removal = match self {
            Self::Jsonc => jsonc::remove(text, slot, with_container)?,
            Self::Toml => toml_text::remove(text, slot)?,
        };
        match removal {
            Removal::Done(after) => Ok(Removal::Done(self.checked(text, after, &expected)?)),
            Removal::Adopted => Ok(Removal::Adopted),
        }
    }

    /// An edited text, read back: it says what it is meant to, and has lost no comment.
    fn checked(self, before: &str, after: String, expected: &Map<String, Value>) -> Result<String, Broken> {
        let keeps_comments = self == Self::Toml || jsonc::comments(before) == jsonc::comments(&after);
        match self.root(&after) {
            Ok(found) if found == *expected && keeps_comments => Ok(after),
            _ => Err(Broken::Shape("the file is written in a way that cannot be edited without changing more than the entry".to_owned())),
        }
    }

    fn container_word(self) -> &'static str {
        match self {
            Self::Jsonc => "an object",
            Self::Toml => "a table",
        }
    }
}

fn put(root: &mut Map<String, Value>, slot: Slot<'_>, entry: &Value) -> Result<(), Broken> {
    match root.entry(slot.container).or_insert_with(|| Value::Object(Map::new())) {
        Value::Object(servers) => {
            servers.insert(slot.name.to_owned(), entry.clone());
            Ok(())
        }
        _ => Err(Broken::Shape(format!("{:?} is not an object", slot.container))),
    }
}
