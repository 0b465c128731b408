//! Decisions by statistics: which columns are kept, where `if abs(correlation[name]) > 0.1:` says so.
//!
//! A column's name says nothing of its rows. That it is on a list does, where a statistic of the rows put it there.

use mlwright_python_values::info::{InfoKind, Infos};
use mlwright_python_values::value::Value;

use super::interpreter::Interpreter;
use crate::library::frames::statistic;

impl Interpreter<'_> {
    /// What follows happens only where a test says so; [`Self::leave_test`] ends it.
    pub(crate) fn enter_test(&mut self, test: &Value) {
        let infos = self.infos_of(test);
        let is_learned = |kind: InfoKind| matches!(kind, InfoKind::Statistic | InfoKind::Fitted);
        let statistics = infos.iter().filter(|id| is_learned(self.flow.info(*id).kind));
        let statistics = statistics.fold(Infos::default(), |all, id| all.union(&Infos::one(id)));
        self.tests.push(statistics);
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

    /// A name or position that is put on a list: with what decided that it is.
    pub(crate) fn decided(&mut self, value: Value) -> Value {
        let infos = self.tested();
        match value {
            Value::Str(_) | Value::Number(_) | Value::Unknown if !infos.is_empty() => statistic(self, infos),
            other => other,
        }
    }
}
