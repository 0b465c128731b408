//! Taking values apart: unpacking, and what a loop goes over.

use std::sync::Arc;

use mlwright_python_syntax::ast::{Expr, ExprKind};
use mlwright_python_values::rows::Step;
use mlwright_python_values::value::{DataKind, Dialect, Object, Value};
use mlwright_source_text::TextRange;

use super::interpreter::Interpreter;
use crate::library::frames::statistic;

impl Interpreter<'_> {
    /// One value for each of `targets`.
    pub(crate) fn unpack(&mut self, value: &Value, targets: &[Expr], site: TextRange) -> Vec<Value> {
        if let Some((items, false)) = self.state.items(value) {
            let starred = targets.iter().position(|target| matches!(&*target.kind, ExprKind::Starred(_)));
            if let Some(starred) = starred.filter(|_| items.len() + 1 >= targets.len()) {
                let n_after = targets.len() - starred - 1;
                let (head, rest) = items.split_at(starred);
                let (middle, tail) = rest.split_at(rest.len() - n_after);
                let middle = self.add_list(middle.to_vec(), false);
                return head.iter().cloned().chain([middle]).chain(tail.iter().cloned()).collect();
            }
            if items.len() == targets.len() {
                return items;
            }
        }
        // Of parts whose number is not known, as many as are asked for.
        if let Some((mut items, true)) = self.state.items(value)
            && items.len() >= targets.len()
            && !targets.iter().any(|target| matches!(&*target.kind, ExprKind::Starred(_)))
        {
            items.truncate(targets.len());
            return items;
        }
        // Parts of something that is not understood: each is its own, and comes from it.
        let parent = self.data_of(value).filter(|data| !matches!(data.kind, DataKind::Statistic));
        (0..targets.len())
            .map(|index| {
                let Some(data) = &parent else {
                    if let Some(words) =
                        self.data_of(value).map(|data| data.infos.clone()).filter(|words| !words.is_empty())
                    {
                        return statistic(self, words);
                    }
                    return if matches!(value, Value::Unknown) {
                        self.opaque_source(targets[index].range)
                    } else {
                        Value::Unknown
                    };
                };
                let site = TextRange::new(targets[index].range.start, site.end);
                let site = self.site(site);
                let rows = self.rows_from(Step::Derived { site }, data.rows, site);
                self.opaque(rows, data.all_infos())
            })
            .collect()
    }

    /// The items that a loop over `value` goes through, and whether these are all.
    pub(crate) fn items_of_iteration(&mut self, value: &Value, iter: &Expr, n_max: usize) -> (Vec<Value>, bool) {
        if let Some((items, open)) = self.state.items(value) {
            let exact = !open && items.len() <= n_max;
            let items = items.into_iter().take(n_max).collect();
            return (self.items_of_part(value, items), exact);
        }
        if let Some((_, dict)) = self.state.dict(value) {
            let exact = !dict.open && dict.entries.len() <= n_max;
            return (dict.entries.iter().map(|(key, _)| key.clone()).take(n_max).collect(), exact);
        }
        let Some(data) = self.data_of(value) else { return (vec![Value::Unknown], false) };
        match data.kind {
            // A frame gives its columns' names.
            DataKind::Frame if !data.columns.open => (
                data.columns.names().take(n_max).map(|name| Value::text(name)).collect(),
                data.columns.list.len() <= n_max,
            ),
            DataKind::Index if !data.columns.open && !data.columns.list.is_empty() => (
                data.columns.names().take(n_max).map(|name| Value::text(name)).collect(),
                data.columns.list.len() <= n_max,
            ),
            // Positions of rows, one by one.
            DataKind::Index
                if data.dialect == Dialect::Numpy && data.rows != mlwright_python_values::rows::RowsId::NONE =>
            {
                (vec![self.opaque(data.rows, data.all_infos())], false)
            }
            DataKind::Frame | DataKind::Index => (vec![Value::Str(Default::default())], false),
            DataKind::Grouped => {
                let rows = self.rows_from(Step::filter(u64::from(iter.range.start)), data.rows, iter.range);
                let group = self.add_data(mlwright_python_values::value::Data {
                    kind: DataKind::Frame,
                    rows,
                    grouped_by: Vec::new(),
                    ..(*data).clone()
                });
                (vec![Value::Tuple(Arc::new(vec![Value::Unknown, group]))], false)
            }
            DataKind::Opaque => (vec![self.opaque(data.rows, data.all_infos())], false),
            // Texts, mostly: one row each.
            DataKind::Series | DataKind::Array
                if data.rows != mlwright_python_values::rows::RowsId::NONE && data.prediction.is_none() =>
            {
                let item = self.opaque(data.rows, data.all_infos());
                self.change_data(&item, |item| item.n_rows = Some(1));
                (vec![item], false)
            }
            DataKind::Statistic if !self.words_in(value).is_empty() => {
                let words = self.words_in(value);
                (vec![statistic(self, words)], false)
            }
            _ => (vec![Value::Unknown], false),
        }
    }

    /// Removes an item or a column.
    pub(crate) fn delete_item(&mut self, object: &Value, key: &Value, index: &Expr) {
        if let Some((id, dict)) = self.state.dict(object) {
            let mut dict = dict.clone();
            Arc::make_mut(&mut dict).entries.retain(|(known, _)| !known.same(key));
            self.state.set(id, Object::Dict(dict));
        } else if self.state.data(object).is_some() {
            self.drop_columns(object, key, Some(index), true);
        }
    }
}
