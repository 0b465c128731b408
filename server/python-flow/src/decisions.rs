//! Decisions by statistics: which columns are kept, where `if abs(correlation[name]) > 0.1:` says so.
//!
//! A column's name says nothing of its rows. That it is on a list does, where a statistic of the rows put it there.

use std::sync::Arc;

use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::value::{DataKind, Value};

use super::interpreter::Interpreter;
use crate::library::frames::statistic;

impl Interpreter<'_> {
    /// What follows happens only where a test says so; [`Self::leave_test`] ends it.
    pub(crate) fn enter_test(&mut self, test: &Value) {
        let learned = self.learned(&self.infos_of(test));
        self.tests.push(learned);
    }

    pub(crate) fn leave_test(&mut self) {
        self.tests.pop();
    }

    /// The statistics that tests around this place look at. What a test says of one sample after the other chooses no columns.
    pub(crate) fn tested(&self) -> Infos {
        if self.current_sample().is_some() {
            return Infos::default();
        }
        self.tests.iter().fold(Infos::default(), |all, infos| all.union(infos))
    }

    /// Rows are compared with statistics: these are edges between classes of them.
    pub(crate) fn note_edges(&mut self, mask: &Value, compared: &[Value]) {
        let is_statistic = |value: &&Value| self.data_of(value).is_some_and(|data| data.kind == DataKind::Statistic);
        let statistics = compared.iter().filter(is_statistic);
        let statistics = statistics.fold(Infos::default(), |all, value| all.union(&self.infos_of(value)));
        let Some(data) = self.data_of(mask).filter(|_| !statistics.is_empty()) else { return };
        let mut infos = Infos::default();
        for id in data.infos.iter() {
            let info = self.flow.info(id).clone();
            let is_edge = info.kind == InfoKind::Statistic && statistics.iter().any(|known| known == id);
            let kept =
                if is_edge { self.learn(info.rows, info.site, &info.what, InfoKind::Edge) } else { Infos::one(id) };
            infos = infos.union(&kept);
        }
        self.change_data(mask, |data| data.infos = infos);
    }

    /// An item of what is sorted: of a name beside a statistic, the statistic says where it stands.
    pub(crate) fn ranked(&mut self, item: Value) -> Value {
        let Value::Tuple(parts) = &item else { return item };
        let infos = self.learned(&self.infos_of(&item));
        if infos.is_empty() {
            return item;
        }
        let parts: Vec<Value> = parts.to_vec();
        let parts = parts.into_iter().map(|part| match part {
            Value::Str(_) | Value::Unknown => statistic(self, infos.clone()),
            other => other,
        });
        let parts = parts.collect();
        Value::Tuple(Arc::new(parts))
    }

    /// What was learned from rows, of what is known.
    fn learned(&self, infos: &Infos) -> Infos {
        let is_learned = |kind: InfoKind| matches!(kind, InfoKind::Statistic | InfoKind::Edge | InfoKind::Fitted);
        infos.only(|id| is_learned(self.flow.info(id).kind))
    }

    /// A name or position that is put on a list: with what decided that it is.
    pub(crate) fn decided(&mut self, value: Value) -> Value {
        let infos = self.tested();
        match value {
            Value::Str(_) | Value::Number(_) | Value::Unknown if !infos.is_empty() => statistic(self, infos),
            other => other,
        }
    }
}
