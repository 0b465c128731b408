//! What the file's texts are names of, and what of that there is.

use std::sync::Arc;

use mlwright_base::names::nearest;
use mlwright_source_text::{NameKind, SchemaSource, Table, join};

use super::shape::Shape;
use super::syntax::{Setting, Tree, Value, ValueKind};

/// Between a managed table and its version: `features@v3`.
const VERSION_MARK: &str = "@v";

/// The meaning of the schema's keyword `x-names`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Table,
    /// Of the table that a key beside it names.
    Column,
    /// A value of the column that the first key beside it names which names a column: the target.
    Class,
    Folder,
    /// A key of the file's own table `providers`.
    Provider,
    Listed(NameKind),
}

/// The table that [`Names::Provider`] means.
const PROVIDERS: &str = "providers";

impl Names {
    pub(super) fn parse(keyword: &str) -> Option<Self> {
        Some(match keyword {
            "table" => Self::Table,
            "column" => Self::Column,
            "class" => Self::Class,
            "folder" => Self::Folder,
            "provider" => Self::Provider,
            "model" => Self::Listed(NameKind::Model),
            "alias" => Self::Listed(NameKind::Alias),
            "experiment" => Self::Listed(NameKind::Experiment),
            "endpoint" => Self::Listed(NameKind::Endpoint),
            "run" => Self::Listed(NameKind::Run),
            "monitor" => Self::Listed(NameKind::Monitor),
            "metric" => Self::Listed(NameKind::Metric),
            "toolset" => Self::Listed(NameKind::Toolset),
            _ => return None,
        })
    }

    /// As shown to a reader.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Column => "column",
            Self::Class => "class",
            Self::Folder => "folder",
            Self::Provider => "provider",
            Self::Listed(kind) => match kind {
                NameKind::Model => "model",
                NameKind::Alias => "alias",
                NameKind::Experiment => "experiment",
                NameKind::Endpoint => "endpoint",
                NameKind::Run => "run",
                NameKind::Monitor => "monitor",
                NameKind::Metric => "metric",
                NameKind::Toolset => "toolset",
            },
        }
    }
}

/// Whether something is there.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found<T> {
    Known(T),
    /// It is certain that there is none; the nearest names, best first.
    Missing(Vec<String>),
    /// It cannot be told.
    Unknown,
}

/// What lies around the file.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) source: &'a dyn SchemaSource,
    /// The folder of the file, absolute.
    pub(super) folder: &'a str,
}

impl Surroundings<'_> {
    /// The table of the catalog, or in the file, of this name.
    pub(super) fn table(self, name: &str) -> Found<Arc<Table>> {
        let name = name.trim();
        let bare = name.split_once(VERSION_MARK).map_or(name, |(bare, _)| bare);
        let path = join(self.folder, name);
        let found = self.source.table(name).or_else(|| self.source.table(bare)).or_else(|| self.source.file(&path));
        if let Some(table) = found {
            return Found::Known(table);
        }
        let known = self.source.tables();
        let is_listed = known.iter().any(|table| matches!(&**table, listed if listed == name || listed == bare));
        let is_file_name = name.contains(['/', '\\', '.']);
        if name.is_empty()
            || is_listed
            || (is_file_name && self.exists(&path) != Some(false))
            || (!is_file_name && known.is_empty())
        {
            return Found::Unknown;
        }
        let folder = name.rfind('/').map_or("", |end| &name[..=end]);
        let files = self.source.entries(&join(self.folder, folder));
        let files: Vec<String> =
            files.iter().filter(|entry| !entry.is_folder).map(|entry| format!("{folder}{}", entry.name)).collect();
        Found::Missing(nearest(name, known.iter().map(|table| &**table).chain(files.iter().map(String::as_str))))
    }

    /// Whether there is a file or folder at an absolute path. Only what has been listed is certain.
    pub(super) fn exists(self, path: &str) -> Option<bool> {
        let mut path = path;
        let mut is_whole = true;
        while let Some((folder, name)) = path.rsplit_once('/') {
            let entries = self.source.entries(if folder.is_empty() { "/" } else { folder });
            if !entries.is_empty() {
                let is_there = entries.iter().any(|entry| &*entry.name == name);
                return if is_there && !is_whole { None } else { Some(is_there) };
            }
            (path, is_whole) = (folder, false);
        }
        None
    }

    /// Whether there is a name of a kind that has a list.
    pub(super) fn listed(self, kind: NameKind, name: &str) -> Found<()> {
        if self.source.has_name(kind, name) {
            return Found::Known(());
        }
        let known = self.source.names(kind);
        if known.is_empty() {
            return Found::Unknown;
        }
        let near = nearest(name, known.iter().map(|name| &**name));
        match kind {
            NameKind::Metric | NameKind::Toolset | NameKind::Run => Found::Missing(near),
            // It may be meant for what is made later, such as the alias that a gate guards; only a likely misspelling is told.
            _ => match near.into_iter().filter(|near| is_misspelling(name, near)).collect::<Vec<_>>() {
                near if near.is_empty() => Found::Unknown,
                near => Found::Missing(near),
            },
        }
    }
}

fn is_misspelling(name: &str, known: &str) -> bool {
    name.chars().count() > 3 && strsim::osa_distance(name, known) <= 2
}

/// The name of the table that a key beside this one sets; that of the first such key in the file where there is none beside it.
pub(super) fn table_beside<'t>(setting: &Setting<'_>, settings: &'t [Setting<'t>], file: Shape<'_>) -> Option<&'t str> {
    let parents =
        |of: &Setting<'_>| of.names().take(of.path.len().saturating_sub(1)).map(str::to_owned).collect::<Vec<_>>();
    let here = parents(setting);
    let mut tables = settings.iter().filter(|other| names_of(other, file) == Some(Names::Table)).filter_map(|other| {
        let ValueKind::Text(name) = &other.pair.value.as_ref()?.kind else { return None };
        Some((parents(other), name.as_str()))
    });
    let first = tables.next()?;
    let beside = std::iter::once(first.clone()).chain(tables).find(|(parents, _)| *parents == here);
    Some(beside.unwrap_or(first).1)
}

/// The column that is named by the first key, in the order of the schema, that names one beside this one.
pub(super) fn column_beside<'t>(
    setting: &Setting<'_>,
    settings: &'t [Setting<'t>],
    file: Shape<'_>,
) -> Option<&'t str> {
    let parents: Vec<&str> = setting.names().take(setting.path.len().checked_sub(1)?).collect();
    let beside = file.descend(parents.iter().copied())?;
    let (name, _) = beside.properties().find(|(_, property)| property.names() == Some(Names::Column))?;
    text_at(settings, &parents.iter().copied().chain([name]).collect::<Vec<_>>())
}

/// Of what the value of a key is the name.
fn names_of(setting: &Setting<'_>, file: Shape<'_>) -> Option<Names> {
    file.descend(setting.names())?.names()
}

/// The text that a key of the whole file is set to.
pub(super) fn text_at<'t>(settings: &'t [Setting<'t>], path: &[&str]) -> Option<&'t str> {
    value_at(settings, path).and_then(|value| match &value.kind {
        ValueKind::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

/// What a key of the whole file is set to.
pub(super) fn value_at<'t>(settings: &'t [Setting<'t>], path: &[&str]) -> Option<&'t Value> {
    settings
        .iter()
        .find(|setting| setting.names().eq(path.iter().copied()))
        .and_then(|setting| setting.pair.value.as_ref())
}

/// The names of the providers that the file has, in their order.
pub(super) fn providers<'t>(tree: &'t Tree, settings: &'t [Setting<'t>]) -> Vec<&'t str> {
    let headers =
        tree.sections.iter().map(|section| section.path().iter().map(|key| key.name.as_str()).collect::<Vec<_>>());
    let keys = settings.iter().map(|setting| setting.names().collect::<Vec<_>>());
    let mut found: Vec<&str> = Vec::new();
    for path in headers.chain(keys) {
        if let [PROVIDERS, name, ..] = path[..]
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

/// The section that sets keys at `path` by its header.
pub(super) fn section_at<'t>(tree: &'t Tree, path: &[&str]) -> Option<&'t super::syntax::Section> {
    tree.sections.iter().find(|section| {
        section.header.is_some() && section.path().iter().map(|key| key.name.as_str()).eq(path.iter().copied())
    })
}
