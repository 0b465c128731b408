//! Columns of a frame, as far as they are known.

use std::sync::Arc;

use mlwright_source_text::{Dtype, Table, TextRange};

use super::info::Infos;

/// Where a column that was read comes from: the table read, and its name there. Two columns with a common origin hold the
/// same values or values made from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OriginId(pub u32);

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: Arc<str>,
    pub dtype: Dtype,
    /// The table that it was read from, unchanged but for its name.
    pub table: Option<(Arc<Table>, Arc<str>)>,
    /// Where the script makes it.
    pub made: Option<TextRange>,
    /// What it is computed from, sorted.
    pub origins: Arc<[OriginId]>,
    pub infos: Infos,
    /// Whether it is there on every way through the script.
    pub certain: bool,
}

impl Column {
    /// A column of which only the name is known.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            dtype: Dtype::Unknown,
            table: None,
            made: None,
            origins: Arc::default(),
            infos: Infos::default(),
            certain: true,
        }
    }
}

/// Place of a table that was read: its identity for columns that have not been named yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BaseId(pub u32);

/// The columns of a frame.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// In their order, as far as that is known. A column that one step leaves as it is is shared by the frames before and after.
    pub list: Arc<Vec<Arc<Column>>>,
    /// Whether there may be columns that are not listed.
    pub open: bool,
    /// Where `open`: all columns of this table are there but for those in `dropped`.
    pub base: Option<BaseId>,
    pub dropped: Arc<Vec<Arc<str>>>,
}

impl Columns {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// These, and perhaps others.
    pub fn listed<C: Into<Arc<Column>>>(list: impl IntoIterator<Item = C>) -> Arc<Vec<Arc<Column>>> {
        Arc::new(list.into_iter().map(Into::into).collect())
    }

    /// Exactly these.
    pub fn closed<C: Into<Arc<Column>>>(list: impl IntoIterator<Item = C>) -> Self {
        Self { list: Self::listed(list), ..Self::default() }
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Column>> {
        self.list.iter().find(|column| &*column.name == name)
    }

    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.list.iter().map(|column| &column.name)
    }

    /// Puts a column in, in the place of the one of the same name or last.
    pub fn set(&mut self, column: impl Into<Arc<Column>>) {
        let column = column.into();
        let list = Arc::make_mut(&mut self.list);
        match list.iter_mut().find(|known| known.name == column.name) {
            Some(known) => *known = column,
            None => list.push(column),
        }
        if self.dropped.iter().any(|dropped| list.iter().any(|column| column.name == *dropped)) {
            let list = self.list.clone();
            Arc::make_mut(&mut self.dropped).retain(|dropped| list.iter().all(|column| column.name != *dropped));
        }
    }

    /// Changes each column.
    pub fn change_each(&mut self, change: impl Fn(&mut Column)) {
        for column in Arc::make_mut(&mut self.list) {
            change(Arc::make_mut(column));
        }
    }

    /// Takes a column out.
    pub fn remove(&mut self, name: &str) {
        Arc::make_mut(&mut self.list).retain(|column| &*column.name != name);
        if self.open {
            self.note_dropped(&[name.into()]);
        }
    }

    /// Columns of these names are gone, where they were there: each is listed once, however often branches meet.
    pub fn note_dropped(&mut self, names: &[Arc<str>]) {
        for name in names {
            if !self.dropped.contains(name) {
                Arc::make_mut(&mut self.dropped).push(name.clone());
            }
        }
    }

    /// What is so on both ways: columns of one way only are not certain.
    pub fn join(&self, other: &Columns) -> Columns {
        if Arc::ptr_eq(&self.list, &other.list) {
            return Columns { open: self.open || other.open, ..self.clone() };
        }
        let mut list: Vec<Arc<Column>> = Vec::with_capacity(self.list.len());
        for column in self.list.iter() {
            list.push(match other.get(&column.name) {
                Some(twin) => Arc::new(Column {
                    infos: column.infos.union(&twin.infos),
                    origins: union(&column.origins, &twin.origins),
                    certain: column.certain && twin.certain,
                    dtype: if column.dtype == twin.dtype { column.dtype } else { Dtype::Unknown },
                    table: column.table.clone().filter(|_| twin.table.is_some()),
                    ..(**column).clone()
                }),
                None => Arc::new(Column { certain: column.certain && other.open, ..(**column).clone() }),
            });
        }
        for column in other.list.iter().filter(|column| self.get(&column.name).is_none()) {
            list.push(Arc::new(Column { certain: column.certain && self.open, ..(**column).clone() }));
        }
        let mut joined = Columns {
            list: Arc::new(list),
            open: self.open || other.open,
            base: self.base.filter(|base| other.base == Some(*base)),
            dropped: self.dropped.clone(),
        };
        joined.note_dropped(&other.dropped);
        joined
    }
}

/// Both sets of origins.
pub fn union(a: &Arc<[OriginId]>, b: &Arc<[OriginId]>) -> Arc<[OriginId]> {
    if b.is_empty() || Arc::ptr_eq(a, b) {
        return a.clone();
    }
    if a.is_empty() {
        return b.clone();
    }
    let mut all: Vec<OriginId> = a.iter().chain(b.iter()).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_branches_drop_is_listed_once() {
        let mut columns = Columns { open: true, ..Columns::default() };
        columns.remove("a");
        for _ in 0..16 {
            let mut other = columns.clone();
            other.set(Column::named("b"));
            other.remove("a");
            columns = columns.join(&other);
        }
        assert_eq!(columns.dropped.iter().map(|name| &**name).collect::<Vec<_>>(), ["a"]);
    }
}
