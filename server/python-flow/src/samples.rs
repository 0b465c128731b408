//! Loops over samples, and over words: what is made in them belongs to the samples, and knows what the words know.
//!
//! A list of words that was collected from texts is knowledge about them all. It reaches a sample's features not through a
//! value but through the loop: `for word in words: features[word] = word in text`.

use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::rows::RowsId;
use mlwright_python_values::value::{DataKind, Object, ObjectId, Value};
use mlwright_source_text::TextRange;

use super::interpreter::Interpreter;
use crate::library::frames::statistic;

/// How deep lists and tuples are looked into for the rows of samples.
const DEPTH_MAX: usize = 3;

/// The item that a loop is at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    /// The rows that it comes from: it is a sample, or a part of one.
    rows: Option<RowsId>,
    /// What is known to a vocabulary that it is a word of.
    words: Infos,
}

impl Interpreter<'_> {
    /// A loop comes to an item; [`Self::leave_item`] follows.
    pub(crate) fn enter_item(&mut self, item: &Value) {
        let within = self.data_within(item, DEPTH_MAX);
        let rows = within
            .filter(|data| !matches!(data.kind, DataKind::Statistic | DataKind::Index) && data.rows != RowsId::NONE)
            .map(|data| data.rows);
        let words = if rows.is_none() { self.words_in(item) } else { Infos::default() };
        self.items.push(Item { rows, words });
    }

    pub(crate) fn leave_item(&mut self) {
        self.items.pop();
    }

    /// The rows of the sample that the loops are at.
    pub(crate) fn current_sample(&self) -> Option<RowsId> {
        self.items.iter().rev().find_map(|item| item.rows)
    }

    /// What is known of vocabularies in a value.
    pub(crate) fn words_in(&self, value: &Value) -> Infos {
        self.infos_of(value).only(|id| self.flow.info(id).kind == InfoKind::Vocabulary)
    }

    /// As [`Self::words_in`], also in what instances of the script's classes hold.
    pub(crate) fn words_within(&self, value: &Value, depth: usize) -> Infos {
        let own = self.words_in(value);
        if depth == 0 {
            return own;
        }
        let mut inner = self.state.items(value).map(|(items, _)| items).unwrap_or_default();
        if let Some((_, instance)) = self.state.instance(value) {
            inner.extend(instance.attributes.iter().map(|(_, value)| value.clone()));
        }
        inner.iter().fold(own, |all, value| all.union(&self.words_within(value, depth - 1)))
    }

    /// A value that is put somewhere while loops go through words: it knows what the words know.
    pub(crate) fn marked(&mut self, value: Value) -> Value {
        let words = self.items.iter().fold(Infos::default(), |all, item| all.union(&item.words));
        if words.is_empty() {
            return value;
        }
        match &value {
            Value::Bool(_) | Value::Number(_) | Value::Str(_) | Value::Unknown => statistic(self, words),
            Value::Object(_) => {
                if let Some(data) = self.data_of(&value) {
                    return self.changed(&data, words);
                }
                value
            }
            _ => value,
        }
    }

    /// A value that is made for a sample with a vocabulary belongs to the sample, also where it is only numbers.
    pub(crate) fn belonging(&mut self, value: Value) -> Value {
        let Some(rows) = self.current_sample() else { return value };
        let infos = self.words_in(&value);
        let has_rows = |this: &Self| this.data_within(&value, DEPTH_MAX).is_some_and(|data| data.rows != RowsId::NONE);
        if infos.is_empty() || has_rows(self) {
            return value;
        }
        self.opaque(rows, infos)
    }

    /// `vector[numbers[word]] += 1`: the vector is the sample's, and knows which words have a place in it.
    pub(crate) fn mark_by_word(&mut self, object: &Value, key: &Value) {
        let words = self.words_in(key);
        let Some(data) = self.data_of(object).filter(|_| !words.is_empty()) else { return };
        let is_new = self.blank.contains(&data.rows);
        let sample = self.current_sample().filter(|_| is_new);
        self.change_data(object, |data| {
            data.infos = data.infos.union(&words);
            data.rows = sample.unwrap_or(data.rows);
        });
    }

    /// Knowledge of the words of all texts in a value.
    pub(crate) fn learn_words(&mut self, value: &Value, site: TextRange, what: &str) -> Infos {
        let Some(data) = self.data_within(value, DEPTH_MAX) else { return self.words_in(value) };
        // `texts.sum()`: all of them in one.
        let summed = || data.infos.iter().map(|id| self.flow.info(id).rows).last();
        let known = self.words_in(value);
        let rows = match data.kind {
            DataKind::Statistic if !known.is_empty() => return known,
            DataKind::Statistic => summed().unwrap_or(RowsId::NONE),
            _ => self.flow.rows.set_above(data.rows),
        };
        self.learn(rows, site, what, InfoKind::Vocabulary).union(&self.words_in(value))
    }

    /// Whether a container is given words one by one from sample after sample: by a loop in a loop, from outside of both.
    pub(crate) fn collects_words(&self, container: ObjectId, word: &Value) -> bool {
        let Some(place) = self.n_objects_before.len().checked_sub(2) else { return false };
        let is_older = container.0 < self.n_objects_before[place];
        is_older
            && self.data_of(word).is_some_and(|data| {
                data.rows != RowsId::NONE && !matches!(data.kind, DataKind::Statistic | DataKind::Index)
            })
    }

    /// A list or set is given words of a sample. What a set says from then on is knowledge of them; a list still repeats them.
    pub(crate) fn collect_words(&mut self, list: ObjectId, words: &Value, is_set: bool, site: TextRange) -> Value {
        self.word_lists.insert(list);
        if !is_set {
            return words.clone();
        }
        let infos = self.learn_words(words, site, "set");
        if infos.is_empty() { words.clone() } else { statistic(self, infos) }
    }

    /// `set(words)`: which words there are, of all samples.
    pub(crate) fn set_of_words(&mut self, list: &Value, site: TextRange) -> Option<Value> {
        let Value::Object(id) = list else { return None };
        if !self.word_lists.contains(id) || self.current_sample().is_some() {
            return None;
        }
        let infos = self.learn_words(list, site, "set");
        (!infos.is_empty()).then(|| statistic(self, infos))
    }

    /// A dictionary is given words of a text: from then on what it says is knowledge of them.
    pub(crate) fn count_words(&mut self, dict: ObjectId, words: &Value, site: TextRange) {
        let infos = self.learn_words(words, site, "dictionary");
        if infos.is_empty() {
            return;
        }
        let known = statistic(self, infos);
        if let Object::Dict(dict_before) = self.state.get(dict).clone() {
            let mut changed = dict_before;
            let entries = &mut std::sync::Arc::make_mut(&mut changed).entries;
            if entries.len() < 2 {
                entries.push((known.clone(), known));
                std::sync::Arc::make_mut(&mut changed).open = true;
                self.state.set(dict, Object::Dict(changed));
            }
        }
    }
}
