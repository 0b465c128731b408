//! Which kind of split fits a table, and why.

use serde::{Deserialize, Serialize};

use super::SplitKind;
use crate::Task;

/// A kind of split, without its times or groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SplitName {
    /// Any row anywhere.
    Random,
    /// Each class keeps its share.
    Stratified,
    /// Whole groups.
    Grouped,
    /// Whole groups, each class about its share.
    StratifiedGrouped,
    /// The past to learn from, the future to score on.
    TimeOrdered,
}

impl SplitName {
    /// The kind in a word, as [`SplitKind::name`] gives it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Stratified => "stratified",
            Self::Grouped => "grouped",
            Self::StratifiedGrouped => "stratified_grouped",
            Self::TimeOrdered => "time_ordered",
        }
    }
}

/// A kind of split, and the reason in a sentence for the run's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SplitChoice {
    /// What was chosen.
    pub name: SplitName,
    /// Why.
    pub reason: String,
}

/// A column that says which rows belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupColumn<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many groups it has; see [`super::n_groups`].
    pub n_groups: usize,
    /// How many rows.
    pub n_rows: usize,
}

/// Chooses a kind of split. Time comes before groups: a model that is asked about the future must be
/// scored on it, whoever is in it. Groups come before classes, which a grouped split balances too.
#[must_use]
pub fn choose(task: Task, time_column: Option<&str>, group_column: Option<GroupColumn<'_>>) -> SplitChoice {
    let of_classes = task != Task::Regression;
    if let Some(time) = time_column {
        let groups = group_column
            .map(|group| format!("; rows of one {} may be in both parts, as they will be in use", group.name));
        return SplitChoice {
            name: SplitName::TimeOrdered,
            reason: format!(
                "rows have a time, {time}, and predictions are made for later rows{}",
                groups.unwrap_or_default()
            ),
        };
    }
    if let Some(GroupColumn { name, n_groups, n_rows }) =
        group_column.filter(|group| 2 <= group.n_groups && group.n_groups < group.n_rows)
    {
        let classes = if of_classes { ", and each class keeps about its share" } else { "" };
        return SplitChoice {
            name: if of_classes { SplitName::StratifiedGrouped } else { SplitName::Grouped },
            reason: format!(
                "{n_rows} rows are of {n_groups} different {name}: rows of one stay together, so that scores are those for a {name} never seen{classes}"
            ),
        };
    }
    if of_classes {
        let reason =
            "rows have neither time nor groups; each class keeps its share, so that rare ones are in every part";
        return SplitChoice { name: SplitName::Stratified, reason: reason.to_owned() };
    }
    SplitChoice { name: SplitName::Random, reason: "rows have neither time nor groups".to_owned() }
}

/// A split of some of a table's rows, with their times or groups.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnedSplit {
    /// [`SplitKind::Random`].
    Random,
    /// [`SplitKind::Stratified`].
    Stratified,
    /// [`SplitKind::Grouped`].
    Grouped(Vec<u32>),
    /// [`SplitKind::StratifiedGrouped`].
    StratifiedGrouped(Vec<u32>),
    /// [`SplitKind::TimeOrdered`].
    TimeOrdered(Vec<i64>),
}

impl OwnedSplit {
    /// The kind, borrowed.
    #[must_use]
    pub fn kind(&self) -> SplitKind<'_> {
        match self {
            Self::Random => SplitKind::Random,
            Self::Stratified => SplitKind::Stratified,
            Self::Grouped(groups) => SplitKind::Grouped(groups),
            Self::StratifiedGrouped(groups) => SplitKind::StratifiedGrouped(groups),
            Self::TimeOrdered(moments) => SplitKind::TimeOrdered(moments),
        }
    }
}

impl SplitKind<'_> {
    /// The same kind for some of the rows.
    ///
    /// # Panics
    /// When a row is not below the number of times or groups.
    #[must_use]
    pub fn of_rows(&self, rows: &[usize]) -> OwnedSplit {
        let groups_of = |groups: &[u32]| rows.iter().map(|&row| groups[row]).collect();
        match *self {
            Self::Random => OwnedSplit::Random,
            Self::Stratified => OwnedSplit::Stratified,
            Self::Grouped(groups) => OwnedSplit::Grouped(groups_of(groups)),
            Self::StratifiedGrouped(groups) => OwnedSplit::StratifiedGrouped(groups_of(groups)),
            Self::TimeOrdered(moments) => OwnedSplit::TimeOrdered(rows.iter().map(|&row| moments[row]).collect()),
        }
    }
}
