//! Lists of samples: which rows they hold, and which a part of them holds.

use std::sync::Arc;

use mlwright_python_values::column::Columns;
use mlwright_python_values::rows::{RowsId, Step};
use mlwright_python_values::value::{Data, DataKind, Dialect, ObjectId, Value};
use mlwright_source_text::TextRange;

use super::interpreter::{DEPTH_OF_ITEMS_MAX, Interpreter};

impl Interpreter<'_> {
    /// Notes that a list is given a value: one that is given a sample and, in the same turn of a loop, something made of it
    /// holds copies.
    pub(crate) fn note_appended(&mut self, list: ObjectId, value: &Value, site: TextRange) {
        let (Some(turn), Some(n_before)) = (self.turns.last().copied(), self.n_objects_before.last()) else { return };
        // A list that is made in the turn holds one sample's values.
        if list.0 >= *n_before {
            return;
        }
        let Some(data) = self.data_of(value).filter(|data| data.rows != RowsId::NONE && data.prediction.is_none())
        else {
            return;
        };
        if matches!(data.kind, DataKind::Statistic) {
            return;
        }
        let whole = self.flow.rows.whole_above(data.rows);
        match self.appended.insert((list, whole), (turn, site)) {
            Some((earlier, place)) if earlier == turn && place != site => self.state.note_augmented(list),
            _ => {}
        }
    }

    /// The samples that a list holds, as data: its rows come from those of its first item.
    pub(crate) fn data_of_list(&mut self, value: &Value, site: TextRange) -> Option<Data> {
        let within = self.data_within(value, 3).filter(|data| data.rows != RowsId::NONE)?;
        let infos = self.infos_of(value);
        if let Value::Object(id) = value
            && let Some(rows) = self.rows_of_lists.get(id)
        {
            return Some(Data { infos, ..Data::new(DataKind::Array, Dialect::Numpy, Columns::unknown(), *rows) });
        }
        let site = self.site(site);
        let step = match value {
            Value::Object(id) if self.state.is_augmented(*id) => Step::Copies { site },
            _ => Step::Derived { site },
        };
        let parent =
            if matches!(step, Step::Copies { .. }) { self.flow.rows.whole_above(within.rows) } else { within.rows };
        let rows = self.rows_from(step, parent, site);
        let columns = Columns::unknown();
        let by_time = within.by_time;
        Some(Data { infos, by_time, ..Data::new(DataKind::Array, Dialect::Numpy, columns, rows) })
    }

    /// Some of the samples in a list, `list[from:to]`: the same bounds are the same rows.
    pub(crate) fn note_slice(&mut self, list: &Value, slice: &Value, step: Step, site: TextRange) {
        let (Value::Object(list), Value::Object(slice)) = (list, slice) else { return };
        let known = self.rows_of_lists.get(list).copied();
        let within = || self.data_within(&Value::Object(*list), 3).map(|data| data.rows);
        let Some(whole) = known.or_else(within).filter(|rows| *rows != RowsId::NONE) else { return };
        let whole = if known.is_some() { whole } else { self.flow.rows.whole_above(whole) };
        let rows = self.rows_from(step, whole, site);
        self.rows_of_lists.insert(*slice, rows);
    }

    /// The items of a list that is a part of another one are of that part.
    pub(crate) fn items_of_part(&mut self, list: &Value, items: Vec<Value>) -> Vec<Value> {
        let part = match list {
            Value::Object(id) => self.rows_of_lists.get(id).copied(),
            _ => None,
        };
        match part.filter(|part| self.flow.rows.get(*part).parents.len() == 1) {
            Some(part) => {
                let whole = self.flow.rows.get(part).parents[0];
                items.into_iter().map(|item| self.item_of_part(item, whole, part, DEPTH_OF_ITEMS_MAX)).collect()
            }
            None => items,
        }
    }

    fn item_of_part(&mut self, item: Value, whole: RowsId, part: RowsId, depth: usize) -> Value {
        if depth == 0 {
            return item;
        }
        if let Some(data) = self.data_of(&item) {
            let is_of_whole =
                self.flow.rows.comes_from(data.rows, whole) && !self.flow.rows.comes_from(data.rows, part);
            return if is_of_whole { self.add_data(Data { rows: part, ..(*data).clone() }) } else { item };
        }
        let inner = |this: &mut Self, items: &[Value]| -> Vec<Value> {
            items.iter().map(|item| this.item_of_part(item.clone(), whole, part, depth - 1)).collect()
        };
        match &item {
            Value::Tuple(items) => Value::Tuple(Arc::new(inner(self, &items.clone()))),
            _ => match self.state.list(&item).map(|(_, list)| list.clone()) {
                Some(list) => {
                    let items = inner(self, &list.items);
                    self.add_list(items, list.open)
                }
                None => item,
            },
        }
    }

    /// The rows of a value that is no data: a list has the same rows each time.
    pub(crate) fn rows_of_unknown(&mut self, value: &Value, site: TextRange) -> RowsId {
        let list = match value {
            Value::Object(id) if self.state.list(value).is_some() => Some(*id),
            _ => None,
        };
        if let Some(rows) = list.and_then(|list| self.rows_of_lists.get(&list)) {
            return *rows;
        }
        let rows = self.new_rows(site);
        if let Some(list) = list {
            self.rows_of_lists.insert(list, rows);
        }
        rows
    }
}
