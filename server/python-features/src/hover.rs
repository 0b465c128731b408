//! What stands under the pointer: a frame, a column, a file, an estimator, SQL.

use std::fmt::Write;
use std::sync::Arc;

use mlwright_python_flow::{Script, candidates, query_names};
use mlwright_python_syntax::ast::{Expr, ExprKind};
use mlwright_python_values::column::Column;
use mlwright_python_values::value::{Data, DataKind, Estimator};
use mlwright_python_values::{Context, Seen};
use mlwright_source_text::{Hover, SchemaSource, Table, TextRange};

use super::completion::kind_label;
use super::describe;
use super::place::{Literal, Place};

/// What is known of what stands at `offset`.
pub fn hover(script: &Script, offset: u32, source: &dyn SchemaSource) -> Option<Hover> {
    let place = Place::new(script.analysis(source), offset);
    let pointer = Pointer { script, source, place: &place };
    match place.literal() {
        Some(literal) => pointer.literal(literal),
        None => pointer.expression(),
    }
}

struct Pointer<'a> {
    script: &'a Script,
    source: &'a dyn SchemaSource,
    place: &'a Place<'a>,
}

impl Pointer<'_> {
    fn literal(&self, literal: Literal<'_>) -> Option<Hover> {
        let range = literal.content;
        match self.place.context(literal)? {
            Context::Column(frames) => self.column(frames, &literal.literal.value, range),
            Context::Query(frame) => {
                let value = &literal.literal.value;
                let at = (self.place.offset - range.start) as usize;
                let (start, end) = query_names(value).into_iter().find(|(start, end)| (*start..=*end).contains(&at))?;
                let name = value[start..end].trim_matches('`');
                let range = TextRange::new(range.start + start as u32, range.start + end as u32);
                self.column(std::slice::from_ref(frame), name, range)
            }
            Context::Path { folder } => {
                let path = match folder {
                    Some(folder) => format!("{}/{}", folder.trim_end_matches('/'), literal.literal.value),
                    None => literal.literal.value.to_string(),
                };
                let table = candidates(self.script.path(), &path, self.source)
                    .iter()
                    .find_map(|path| self.source.file(path))?;
                Some(Hover { range, markdown: describe_table(&table) })
            }
            Context::Name(kind) => {
                let name = &literal.literal.value;
                let known = self.source.names(*kind).iter().any(|known| known == name);
                let markdown = format!("**{}** — {}", describe::escaped(name), kind_label(*kind));
                known.then_some(Hover { range, markdown })
            }
            Context::Sql(tables) => {
                let text = self.script.text();
                describe::fragment(self.script.path(), text, literal, tables).hover(self.place.offset, self.source)
            }
        }
    }

    fn column(&self, frames: &[Arc<Data>], name: &str, range: TextRange) -> Option<Hover> {
        let column = frames.iter().find_map(|frame| frame.columns.get(name))?;
        Some(Hover { range, markdown: self.column_in_words(column) })
    }

    fn column_in_words(&self, column: &Column) -> String {
        let summary = column.table.as_ref().and_then(|(table, name)| self.source.column_summary(table, name));
        describe::column(column, summary.as_deref(), self.script.text())
    }

    /// The innermost expression of which something is known; of `df.head()` the call, wherever in its name the pointer is.
    fn expression(&self) -> Option<Hover> {
        let innermost = *self.place.exprs.last()?;
        let expr = match (&*innermost.kind, self.place.around(innermost)) {
            (ExprKind::Attribute { .. }, Some(outer)) if self.place.data(innermost).is_none() => match &*outer.kind {
                ExprKind::Call { function, .. } if function.id == innermost.id => outer,
                _ => innermost,
            },
            (ExprKind::Name(_) | ExprKind::Attribute { .. }, _) => innermost,
            _ => return None,
        };
        let seen = self.place.seen(expr)?;
        let range = self.place.attribute().map_or(innermost.range, |(_, attribute)| attribute.range);
        Some(Hover { range, markdown: self.seen_in_words(expr, seen)? })
    }

    fn seen_in_words(&self, expr: &Expr, seen: &Seen) -> Option<String> {
        let text = self.script.text();
        if let Some(estimator) = seen.estimator() {
            return Some(self.estimator(estimator));
        }
        let data = seen.data()?;
        let name = describe::shortened(expr.range.of(text).lines().next().unwrap_or(""), 60);
        if let (DataKind::Series, [only]) = (data.kind, &data.columns.list[..])
            && !only.name.is_empty()
        {
            return Some(self.column_in_words(only));
        }
        let is_known = !data.columns.list.is_empty() || describe::shape(data).is_some() || data.prediction.is_some();
        if !is_known || data.kind == DataKind::Statistic {
            return None;
        }
        let lines = self.script.lines();
        let flow = &self.place.analysis.flow;
        let mut words = describe::frame(&name, data, &flow.rows, lines);
        if let Some(prediction) = data.prediction {
            let fit = flow.fit(prediction.fit);
            let what = if prediction.scores { "scores" } else { "predictions" };
            let _ = write!(
                words,
                "\n\n{what} of `{}`, fitted in line {}",
                fit.estimator.short_name(),
                describe::line_number(lines, fit.site)
            );
        }
        Some(words)
    }

    fn estimator(&self, estimator: &Estimator) -> String {
        let (text, lines) = (self.script.text(), self.script.lines());
        let mut words = format!("**{}**\n\n`{}`", estimator.short_name(), estimator.class);
        match estimator.fitted {
            Some(fit) => {
                let fit = self.place.analysis.flow.fit(fit);
                let given = describe::shortened(fit.x.range.of(text), 60);
                let _ = write!(words, "\n\nfitted in line {} on `{given}`", describe::line_number(lines, fit.site));
                if let Some(shape) = describe::shape(&fit.x.data) {
                    let _ = write!(words, " ({shape})");
                }
                if let Some(y) = &fit.y {
                    let _ = write!(words, ", target `{}`", describe::shortened(y.range.of(text), 60));
                }
            }
            None => words.push_str("\n\nnot fitted here"),
        }
        words
    }
}

/// A table's shape and columns.
fn describe_table(table: &Table) -> String {
    let n_rows = table.n_rows.map_or("?".to_owned(), |n_rows| n_rows.to_string());
    let mut words = format!("**{}** — {n_rows} × {}", describe::escaped(&table.name), table.columns.len());
    let names: Vec<String> =
        table.columns.iter().take(30).map(|column| format!("`{}` {}", column.name, column.dtype.name())).collect();
    let _ = write!(words, "\n\n{}", names.join(", "));
    if table.columns.len() > names.len() {
        let _ = write!(words, " … and {} more", table.columns.len() - names.len());
    }
    words
}
