//! What is under the pointer, and where it comes from.

use std::sync::Arc;

use mlwright_source_text::{Hover, Table, Target};

use super::Reading;
use super::describe::{column_markdown, section_markdown, setting_markdown, table_markdown};
use super::names::{Found, Names, column_beside, table_beside};
use super::shape::{Shape, Type};
use super::spot::{Spot, spot};
use super::syntax::{Setting, Value, ValueKind};

pub(super) fn hover(reading: &Reading<'_>, offset: u32) -> Option<Hover> {
    let file = reading.shape()?;
    let settings = reading.tree.settings();
    match spot(reading.text, &reading.tree, &settings, offset) {
        Spot::Header { header, part } => {
            let part = part?;
            let names: Vec<&str> = header.path.iter().take(part + 1).map(|key| key.name.as_str()).collect();
            Some(Hover { range: header.path[part].range, markdown: key_markdown(file, &names)? })
        }
        Spot::Key { setting, part } => {
            let setting = &settings[setting];
            let names: Vec<&str> = setting.names().take(part + 1).collect();
            Some(Hover { range: setting.path[part].range, markdown: key_markdown(file, &names)? })
        }
        Spot::Value { setting, value: Some(value), .. } => {
            let setting = &settings[setting];
            let named = meant(reading, file, &settings, setting, value).and_then(|meant| meant.markdown(reading));
            let markdown = named.or_else(|| key_markdown(file, &setting.names().collect::<Vec<_>>()))?;
            Some(Hover { range: value.range, markdown })
        }
        Spot::Value { value: None, .. } | Spot::InlineTable { .. } | Spot::Blank => None,
    }
}

pub(super) fn definition(reading: &Reading<'_>, offset: u32) -> Vec<Target> {
    let Some(file) = reading.shape() else { return Vec::new() };
    let settings = reading.tree.settings();
    let Spot::Value { setting, value: Some(value), .. } = spot(reading.text, &reading.tree, &settings, offset) else {
        return Vec::new();
    };
    let path = meant(reading, file, &settings, &settings[setting], value).and_then(|meant| meant.table.path.clone());
    path.map(|path| Target::File { path }).into_iter().collect()
}

fn key_markdown(file: Shape<'_>, names: &[&str]) -> Option<String> {
    let shape = file.descend(names.iter().copied())?;
    let path = names.join(".");
    let is_section = shape.types().contains(&Type::Table) && shape.properties().next().is_some();
    Some(if is_section { section_markdown(&path, shape) } else { setting_markdown(&path, shape) })
}

/// A table, or one of its columns.
struct Meant {
    table: Arc<Table>,
    column: Option<String>,
}

impl Meant {
    fn markdown(&self, reading: &Reading<'_>) -> Option<String> {
        let Some(name) = &self.column else { return Some(table_markdown(&self.table)) };
        let column = self.table.column(name)?;
        let summary = reading.around.source.column_summary(&self.table, name);
        Some(column_markdown(&self.table, column, summary.as_deref()))
    }
}

/// The table or column that a value names; for a class, the column whose value it is.
fn meant(
    reading: &Reading<'_>,
    file: Shape<'_>,
    settings: &[Setting<'_>],
    setting: &Setting<'_>,
    value: &Value,
) -> Option<Meant> {
    let ValueKind::Text(text) = &value.kind else { return None };
    let names = file.descend(setting.names())?.names()?;
    let (table, column) = match names {
        Names::Table => (text.as_str(), None),
        Names::Column => (table_beside(setting, settings, file)?, Some(text.clone())),
        Names::Class => {
            (table_beside(setting, settings, file)?, Some(column_beside(setting, settings, file)?.to_owned()))
        }
        Names::Folder | Names::Provider | Names::Listed(_) => return None,
    };
    match reading.around.table(table) {
        Found::Known(table) => Some(Meant { table, column }),
        Found::Missing(_) | Found::Unknown => None,
    }
}
