//! Reads the sources of code cells from the JSON of a notebook file.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::NotebookError;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow, default)]
    metadata: Option<Metadata<'a>>,
    #[serde(borrow, default)]
    cells: Option<Vec<FileCell<'a>>>,
    /// nbformat 3.
    #[serde(borrow, default)]
    worksheets: Option<Vec<Worksheet<'a>>>,
}

#[derive(Deserialize)]
struct Worksheet<'a> {
    #[serde(borrow, default)]
    cells: Vec<FileCell<'a>>,
}

#[derive(Deserialize, Default)]
struct Metadata<'a> {
    #[serde(borrow, default)]
    kernelspec: Option<Kernel<'a>>,
    #[serde(borrow, default)]
    language_info: Option<LanguageInfo<'a>>,
}

#[derive(Deserialize)]
struct Kernel<'a> {
    #[serde(borrow, default)]
    language: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct LanguageInfo<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct FileCell<'a> {
    #[serde(borrow, default)]
    cell_type: Cow<'a, str>,
    #[serde(default)]
    source: Source,
    /// What nbformat 3 calls the source of a code cell.
    #[serde(default)]
    input: Source,
    #[serde(borrow, default)]
    language: Option<Cow<'a, str>>,
    #[serde(default, rename = "outputs")]
    _outputs: IgnoredAny,
}

/// A string, or a list of strings that are its lines.
#[derive(Default)]
struct Source(Option<String>);

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourceVisitor).map(Source)
    }
}

struct SourceVisitor;

impl<'de> Visitor<'de> for SourceVisitor {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or a list of strings")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Self::Value, A::Error> {
        let mut text = String::new();
        while let Some(line) = lines.next_element::<Cow<'de, str>>()? {
            text.push_str(&line);
        }
        Ok(Some(text))
    }
}

/// The sources of the code cells, each with its place among all cells.
pub(super) fn read(json: &str) -> Result<Vec<(usize, String)>, NotebookError> {
    let file: File<'_> = serde_json::from_str(json.trim_start_matches('\u{feff}')).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
        NotebookError::NotJson { line, column, message }
    })?;
    let metadata = file.metadata.unwrap_or_default();
    let named = metadata.language_info.and_then(|info| info.name);
    check_language(named.or(metadata.kernelspec.and_then(|kernel| kernel.language)).as_deref())?;
    let cells = match (file.cells, file.worksheets) {
        (Some(cells), _) => cells,
        (None, Some(worksheets)) => worksheets.into_iter().flat_map(|worksheet| worksheet.cells).collect(),
        (None, None) => return Err(NotebookError::NoCells),
    };
    let mut sources = Vec::new();
    for (index, cell) in cells.into_iter().enumerate() {
        if cell.cell_type != "code" {
            continue;
        }
        check_language(cell.language.as_deref())?;
        sources.push((index, cell.source.0.or(cell.input.0).unwrap_or_default()));
    }
    Ok(sources)
}

fn check_language(language: Option<&str>) -> Result<(), NotebookError> {
    match language {
        Some(language) if !language.to_ascii_lowercase().contains("python") && !language.is_empty() => {
            Err(NotebookError::OtherLanguage { language: language.to_owned() })
        }
        _ => Ok(()),
    }
}
