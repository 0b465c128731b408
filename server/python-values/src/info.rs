//! Knowledge about rows that has gone into values: what makes leakage visible.

use std::sync::Arc;

use mlwright_source_text::TextRange;

use super::rows::RowsId;

/// Place of an [`Info`] in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InfoId(pub u32);

/// That something was learned, or computed, across rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    /// The rows that it was learned from.
    pub rows: RowsId,
    /// The call that learned it.
    pub site: TextRange,
    /// Name of what did: `StandardScaler`, `mean`.
    pub what: Arc<str>,
    pub kind: InfoKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InfoKind {
    /// `fit` of a transformer.
    Fitted,
    /// A statistic over rows.
    Statistic,
    /// A statistic that values are only compared with, or cut into classes by.
    Edge,
    /// Words, or what is frequent, collected from texts.
    Vocabulary,
    /// Values of later rows: `shift(-1)`, `bfill`.
    Future,
}

/// A set of [`InfoId`]s: sorted, shared, mostly empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Infos(Option<Arc<Vec<InfoId>>>);

impl Infos {
    /// The set of one.
    pub fn one(id: InfoId) -> Self {
        Self(Some(Arc::new(vec![id])))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub fn iter(&self) -> impl Iterator<Item = InfoId> + '_ {
        self.0.iter().flat_map(|ids| ids.iter().copied())
    }

    /// Those of the set that are to be kept.
    pub fn only(&self, keep: impl Fn(InfoId) -> bool) -> Infos {
        let kept: Vec<InfoId> = self.iter().filter(|id| keep(*id)).collect();
        Infos((!kept.is_empty()).then(|| Arc::new(kept)))
    }

    /// What is in either.
    pub fn union(&self, other: &Infos) -> Infos {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => self.clone(),
            (Some(a), Some(b)) => {
                let mut ids: Vec<InfoId> = a.iter().chain(b.iter()).copied().collect();
                ids.sort_unstable();
                ids.dedup();
                Infos(Some(Arc::new(ids)))
            }
        }
    }
}
