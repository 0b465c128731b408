//! Names of tables, columns, metrics and the like that the workspace does not have.

use mlwright_base::names::nearest;
use mlwright_source_text::{Fix, Severity, TextEdit, join};

use super::{Check, fix, last_name, replacements};
use crate::config::describe::quoted;
use crate::config::names::{Found, Names, providers, table_beside};
use crate::config::shape::Shape;
use crate::config::syntax::{Key, Setting, Value, ValueKind};

impl Check<'_> {
    /// A key that is itself a name, such as a metric's.
    pub(super) fn key_name(&mut self, table: Shape<'_>, key: &Key) {
        if let Some(names @ Names::Listed(kind)) = table.key_names()
            && let Found::Missing(near) = self.reading.around.listed(kind, &key.name)
        {
            let message = unknown(names.noun(), &key.name, &near, "");
            self.report("CFG106", Severity::Warning, key.range, message, replacements(key.range, &near));
        }
    }

    /// A text that is a name by the schema of the value, or of the list it stands in.
    pub(super) fn name(&mut self, setting: &Setting<'_>, shape: Shape<'_>, value: &Value) {
        let (Some(names), ValueKind::Text(name)) = (shape.names(), &value.kind) else { return };
        let around = self.reading.around;
        match names {
            Names::Table => {
                if let Found::Missing(near) = around.table(name) {
                    self.unknown_name("CFG103", "table", value, name, &near, "");
                }
            }
            Names::Column => {
                let Some(table_name) = table_beside(setting, self.settings, self.file) else { return };
                let Found::Known(table) = around.table(table_name) else { return };
                if !table.columns.is_empty() && table.column(name).is_none() {
                    let near = nearest(name, table.columns.iter().map(|column| &*column.name));
                    self.unknown_name("CFG104", "column", value, name, &near, &format!(" in {table_name}"));
                }
            }
            Names::Folder => {
                if around.exists(&join(around.folder, name)) == Some(false) {
                    let message = format!("`{}`: there is no folder {name:?}", last_name(setting));
                    self.report("CFG102", Severity::Error, value.range, message, Vec::new());
                }
            }
            Names::Provider => {
                let known = providers(&self.reading.tree, self.settings);
                if !known.contains(&name.as_str()) {
                    let near = nearest(name, known);
                    self.unknown_name("CFG106", names.noun(), value, name, &near, " in [providers]");
                }
            }
            Names::Listed(kind) => {
                if let Found::Missing(near) = around.listed(kind, name) {
                    self.unknown_name("CFG106", names.noun(), value, name, &near, "");
                }
            }
            Names::Class => {}
        }
    }

    fn unknown_name(
        &mut self,
        code: &'static str,
        noun: &str,
        value: &Value,
        name: &str,
        near: &[String],
        place: &str,
    ) {
        let fixes: Vec<Fix> = near
            .iter()
            .map(|near| fix(format!("change it to `{near}`"), TextEdit { range: value.range, text: quoted(near) }))
            .collect();
        self.report(code, Severity::Warning, value.range, unknown(noun, name, near, place), fixes);
    }
}

fn unknown(noun: &str, name: &str, near: &[String], place: &str) -> String {
    let advice = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) };
    format!("there is no {noun} {name:?}{place}{advice}")
}
