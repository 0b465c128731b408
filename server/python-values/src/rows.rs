//! Which samples a value holds, and whether two values share some.

use std::hash::{Hash, Hasher};

use mlwright_source_text::TextRange;
use rustc_hash::FxHasher;

use super::condition::Condition;

/// Place of a set of rows in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowsId(pub u32);

impl RowsId {
    /// No rows: a constant.
    pub const NONE: RowsId = RowsId(0);
}

/// How a set of rows came from others.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Step {
    /// Read, or made by the script.
    Source,
    /// One part of a split; other parts of the same split hold other rows.
    Part { split: u32, part: u32 },
    /// Rows from one position up to, and without, another.
    Slice { lower: Bound, upper: Bound },
    /// Rows chosen by a condition; equal keys are equal conditions.
    Filter {
        key: u64,
        /// What is known of the condition; all of it must hold.
        conditions: Vec<Condition>,
    },
    /// A random sample, by its seed and share where these are known.
    Sample { key: u64 },
    /// Rows and copies, or synthetic neighbours, of them.
    Copies { site: TextRange },
    /// Several sets one below the other.
    Union,
    /// Made by code that is not understood.
    Derived { site: TextRange },
}

impl Step {
    /// Rows chosen in a way of which only is known when two ways are one.
    pub fn filter(key: u64) -> Self {
        Step::Filter { key, conditions: Vec::new() }
    }
}

/// An end of a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    Open,
    /// A position; negative ones count from the end.
    At(i64),
    /// An expression of which only the text is known, by its hash.
    Expression(u64),
}

#[derive(Debug, Clone)]
pub struct RowSet {
    pub step: Step,
    pub parents: Vec<RowsId>,
    /// Where it was made.
    pub site: TextRange,
}

/// How two sets of rows lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    Same,
    /// The first holds all of the second.
    Contains,
    /// The second holds all of the first.
    Within,
    /// They share rows, as two random samples of one table do.
    Crossing,
    /// One has copies of rows of the other; the set where the copies were made.
    Copies(RowsId),
    Disjoint,
    Unknown,
}

impl Relation {
    /// Whether rows are certainly in both.
    pub fn overlaps(self) -> bool {
        !matches!(self, Relation::Disjoint | Relation::Unknown)
    }
}

/// All sets of rows of a script.
#[derive(Debug, Clone)]
pub struct RowsTable {
    sets: Vec<RowSet>,
    /// For each set the hash of its step and parents.
    hashes: Vec<u64>,
}

impl Default for RowsTable {
    fn default() -> Self {
        let none = RowSet { step: Step::Source, parents: Vec::new(), site: TextRange::default() };
        Self { hashes: vec![hash(&none.step, &none.parents)], sets: vec![none] }
    }
}

/// How far up the ways by which rows came are followed.
const N_STEPS_MAX: usize = 64;

impl RowsTable {
    /// Adds a set; the same step from the same parents is the same set, but for sources.
    pub fn add(&mut self, step: Step, parents: Vec<RowsId>, site: TextRange) -> RowsId {
        let shared = !matches!(step, Step::Source);
        let hash = hash(&step, &parents);
        let recent = self.sets.len().saturating_sub(512);
        if shared
            && let Some(known) = (recent..self.sets.len()).find(|index| {
                // A hash is quicker to look at than the parents, which lie elsewhere in memory.
                let set = &self.sets[*index];
                self.hashes[*index] == hash && set.step == step && set.parents == parents
            })
        {
            return RowsId(known as u32);
        }
        self.hashes.push(hash);
        self.sets.push(RowSet { step, parents, site });
        RowsId(self.sets.len() as u32 - 1)
    }

    pub fn get(&self, id: RowsId) -> &RowSet {
        &self.sets[id.0 as usize]
    }

    /// The set and those it came from, nearest first, along first parents until a union or a source.
    fn line(&self, id: RowsId) -> Vec<RowsId> {
        let mut line = vec![id];
        while line.len() < N_STEPS_MAX {
            let set = self.get(*line.last().expect("not empty"));
            match set.parents[..] {
                [parent] => line.push(parent),
                _ => break,
            }
        }
        line
    }

    /// The nearest set above `id` that is not merely some of, or made from, the one before.
    pub fn whole_above(&self, id: RowsId) -> RowsId {
        let line = self.line(id);
        let is_made = |set: &RowsId| {
            matches!(self.get(*set).step, Step::Derived { .. } | Step::Filter { .. } | Step::Slice { .. })
        };
        *line.iter().find(|set| !is_made(set)).or(line.last()).expect("a line starts with the set itself")
    }

    /// As [`Self::whole_above`], but for the rows before or from a position on, which are a part to learn from or to judge by.
    pub fn part_above(&self, id: RowsId) -> RowsId {
        let whole = self.whole_above(id);
        match self.split_or_cut_above(id) {
            Some(part) if self.comes_from(part, whole) => part,
            _ => whole,
        }
    }

    /// The nearest set above `id` that is not merely made from the one before.
    pub fn set_above(&self, id: RowsId) -> RowsId {
        let line = self.line(id);
        let is_made = |set: &&RowsId| matches!(self.get(**set).step, Step::Derived { .. });
        *line.iter().find(|set| !is_made(set)).or(line.last()).expect("a line starts with the set itself")
    }

    /// The rows as they were read or given, of which `id` is all or some, and nothing else.
    pub fn source_above(&self, id: RowsId) -> Option<RowsId> {
        let last = *self.line(id).last().expect("a line starts with the set itself");
        (last != RowsId::NONE && matches!(self.get(last).step, Step::Source)).then_some(last)
    }

    /// Whether two sets are what one statement unpacked, `train, check, test = parts(rows)`, of which it is not known how they lie.
    pub fn are_unpacked_together(&self, a: RowsId, b: RowsId) -> bool {
        let (a, b) = (self.get(a), self.get(b));
        let ends = |set: &RowSet| match set.step {
            Step::Derived { site } => Some(site.end),
            _ => None,
        };
        ends(a).is_some() && ends(a) == ends(b) && a.parents == b.parents
    }

    /// Whether two sets came from one, unions included.
    pub fn are_related(&self, a: RowsId, b: RowsId) -> bool {
        let (above_a, above_b) = (self.all_above(a), self.all_above(b));
        above_a.iter().any(|set| above_b.contains(set))
    }

    fn all_above(&self, id: RowsId) -> Vec<RowsId> {
        let mut above = vec![id];
        let mut next = 0;
        while next < above.len() && next < N_STEPS_MAX {
            for parent in &self.get(above[next]).parents {
                if !above.contains(parent) {
                    above.push(*parent);
                }
            }
            next += 1;
        }
        above
    }

    /// Whether `ancestor` is `id` or one that it came from, unions included.
    pub fn comes_from(&self, id: RowsId, ancestor: RowsId) -> bool {
        let mut open = vec![id];
        let mut n_seen = 0;
        while let Some(next) = open.pop() {
            n_seen += 1;
            if next == ancestor {
                return true;
            }
            if n_seen < N_STEPS_MAX {
                open.extend(&self.get(next).parents);
            }
        }
        false
    }

    /// As [`Self::comes_from`], but some rows of several tables put together may all be those of another one.
    fn certainly_from(&self, id: RowsId, ancestor: RowsId) -> bool {
        let mut open = vec![(id, false)];
        let mut n_seen = 0;
        while let Some((next, is_some_rows)) = open.pop() {
            n_seen += 1;
            if next == ancestor {
                return true;
            }
            let set = self.get(next);
            if n_seen >= N_STEPS_MAX || (is_some_rows && matches!(set.step, Step::Union)) {
                continue;
            }
            let is_some_rows = is_some_rows || matches!(set.step, Step::Slice { .. } | Step::Filter { .. });
            open.extend(set.parents.iter().map(|parent| (*parent, is_some_rows)));
        }
        false
    }

    /// How `a` lies to `b`.
    pub fn relation(&self, a: RowsId, b: RowsId) -> Relation {
        if a == RowsId::NONE || b == RowsId::NONE {
            return Relation::Unknown;
        }
        if a == b {
            return Relation::Same;
        }
        let (line_a, line_b) = (self.line(a), self.line(b));
        let Some((up_a, up_b)) = line_a
            .iter()
            .enumerate()
            .find_map(|(up_a, set)| line_b.iter().position(|other| other == set).map(|up_b| (up_a, up_b)))
        else {
            return self.relation_of_unions(&line_a, &line_b);
        };
        let below_a: Vec<&RowSet> = line_a[..up_a].iter().map(|id| self.get(*id)).collect();
        let below_b: Vec<&RowSet> = line_b[..up_b].iter().map(|id| self.get(*id)).collect();
        let copied = |below: &[&RowSet]| below.iter().position(|set| matches!(set.step, Step::Copies { .. }));
        let unclear = |below: &[&RowSet]| below.iter().any(|set| matches!(set.step, Step::Derived { .. }));
        if below_a.is_empty() || below_b.is_empty() {
            let (line, below, holds) = if below_a.is_empty() {
                (&line_b, &below_b, Relation::Contains)
            } else {
                (&line_a, &below_a, Relation::Within)
            };
            return match copied(below) {
                Some(index) => Relation::Copies(line[index]),
                None if unclear(below) => Relation::Unknown,
                None => holds,
            };
        }
        // Rows of which something else is demanded are others, and so are their copies.
        if any_pair(&below_a, &below_b, Condition::excludes) {
            return Relation::Disjoint;
        }
        // What lies just below the nearest common set decides.
        let (top_a, top_b) = (below_a[below_a.len() - 1], below_b[below_b.len() - 1]);
        let meeting = &line_a[up_a..];
        let first_relation = siblings(&top_a.step, &top_b.step);
        let separated = matches!(first_relation, Relation::Disjoint | Relation::Unknown);
        if separated
            && first_relation == Relation::Disjoint
            && let Some(copies) = self.copies_above(meeting[0])
        {
            return Relation::Copies(copies);
        }
        if first_relation == Relation::Disjoint {
            return Relation::Disjoint;
        }
        if unclear(&below_a) || unclear(&below_b) {
            return Relation::Unknown;
        }
        match (copied(&below_a), copied(&below_b)) {
            (Some(index), _) if matches!(top_a.step, Step::Copies { .. }) => Relation::Copies(line_a[index]),
            (_, Some(index)) if matches!(top_b.step, Step::Copies { .. }) => Relation::Copies(line_b[index]),
            _ => first_relation,
        }
    }

    fn relation_of_unions(&self, line_a: &[RowsId], line_b: &[RowsId]) -> Relation {
        let (top_a, top_b) = (line_a[line_a.len() - 1], line_b[line_b.len() - 1]);
        let whole = |line: &[RowsId], top: RowsId| line.len() == 1 && self.get(top).parents.len() > 1;
        if whole(line_a, top_a) && self.get(top_a).parents.iter().any(|parent| self.comes_from(line_b[0], *parent)) {
            return Relation::Contains;
        }
        if whole(line_b, top_b) && self.get(top_b).parents.iter().any(|parent| self.comes_from(line_a[0], *parent)) {
            return Relation::Within;
        }
        // Put together again of parts of the other one.
        let is_of = |line: &[RowsId], top: RowsId, other: RowsId| {
            let is_part = |part: &RowsId| {
                matches!(self.relation(*part, other), Relation::Same | Relation::Within | Relation::Copies(_))
            };
            whole(line, top) && self.get(top).parents.iter().all(is_part)
        };
        if is_of(line_a, top_a, line_b[0]) {
            return Relation::Within;
        }
        if is_of(line_b, top_b, line_a[0]) {
            return Relation::Contains;
        }
        // Two tables that were read may hold the same rows, but nobody can tell.
        Relation::Unknown
    }

    /// Whether knowledge from `learned` is knowledge about rows of `judged`: `judged` comes from `learned`, or is part of what
    /// was put together in it.
    pub fn knows_of(&self, learned: RowsId, judged: RowsId) -> bool {
        if learned == RowsId::NONE || judged == RowsId::NONE {
            return false;
        }
        if self.certainly_from(judged, learned) {
            return true;
        }
        if self.relation(learned, judged) == Relation::Disjoint || self.are_chosen_apart(learned, judged) {
            return false;
        }
        // Learned from a union of which the judged rows are a part, or from rows and their copies.
        self.line(learned).iter().any(|id| {
            let set = self.get(*id);
            let everything = self.line(learned).iter().take_while(|other| *other != id).all(|below| {
                matches!(self.get(*below).step, Step::Copies { .. } | Step::Filter { .. } | Step::Derived { .. })
            });
            everything
                && (matches!(set.step, Step::Union)
                    && set.parents.iter().any(|parent| self.comes_from(judged, *parent))
                    || matches!(set.step, Step::Copies { .. } | Step::Filter { .. })
                        && set.parents.iter().any(|parent| self.comes_from(judged, *parent)))
        })
    }

    /// Whether two sets are chosen by other values of one thing, of which it is not known what they are: the training and the
    /// test patients.
    fn are_chosen_apart(&self, a: RowsId, b: RowsId) -> bool {
        let (line_a, line_b) = (self.line(a), self.line(b));
        let below = |line: &[RowsId], other: &[RowsId]| -> Vec<&RowSet> {
            line.iter().take_while(|id| !other.contains(id)).map(|id| self.get(*id)).collect()
        };
        any_pair(&below(&line_a, &line_b), &below(&line_b, &line_a), Condition::may_exclude)
    }

    /// Whether rows of `id` are there several times, as copies or synthetic neighbours: the set where they were made.
    pub fn copies_above(&self, id: RowsId) -> Option<RowsId> {
        self.copies_within(id, 0)
    }

    fn copies_within(&self, id: RowsId, depth: usize) -> Option<RowsId> {
        if depth > 12 {
            return None;
        }
        let top = *self.line(id).iter().find(|id| matches!(self.get(**id).step, Step::Copies { .. } | Step::Union))?;
        let set = self.get(top);
        if matches!(set.step, Step::Copies { .. }) {
            return Some(top);
        }
        // Parts that were put together: copies in one of them, or rows that two of them share.
        if let Some(copies) = set.parents.iter().find_map(|parent| self.copies_within(*parent, depth + 1)) {
            return Some(copies);
        }
        let parents = &set.parents[..set.parents.len().min(12)];
        let shared = parents.iter().enumerate().any(|(index, a)| {
            parents[..index]
                .iter()
                .any(|b| matches!(self.relation(*a, *b), Relation::Same | Relation::Contains | Relation::Within))
        });
        shared.then_some(top)
    }

    /// The part of a split, or the rows before or from a position on, nearest above `id`.
    pub fn split_or_cut_above(&self, id: RowsId) -> Option<RowsId> {
        self.line(id).into_iter().find(|id| {
            matches!(
                self.get(*id).step,
                Step::Part { .. }
                    | Step::Slice { lower: Bound::Open, upper: Bound::At(_) | Bound::Expression(_) }
                    | Step::Slice { lower: Bound::At(_) | Bound::Expression(_), upper: Bound::Open }
            )
        })
    }

    /// The split nearest above `id`, and its part.
    pub fn split_above(&self, id: RowsId) -> Option<(RowsId, u32, u32)> {
        self.line(id).into_iter().find_map(|id| match self.get(id).step {
            Step::Part { split, part } => Some((id, split, part)),
            _ => None,
        })
    }
}

fn hash(step: &Step, parents: &[RowsId]) -> u64 {
    let mut hasher = FxHasher::default();
    (step, parents).hash(&mut hasher);
    hasher.finish()
}

/// Whether a condition by which the one was chosen and one by which the other was lie so to each other.
fn any_pair(below_a: &[&RowSet], below_b: &[&RowSet], lie: impl Fn(&Condition, &Condition) -> bool) -> bool {
    fn conditions<'s>(below: &'s [&RowSet]) -> impl Iterator<Item = &'s Condition> {
        below.iter().flat_map(|set| match &set.step {
            Step::Filter { conditions, .. } => &conditions[..],
            _ => &[],
        })
    }
    conditions(below_a).any(|a| conditions(below_b).any(|b| lie(a, b)))
}

/// How two sets lie that came from one by these steps.
fn siblings(a: &Step, b: &Step) -> Relation {
    match (a, b) {
        (Step::Part { split: a, part: one }, Step::Part { split: b, part: other }) if a == b => {
            if one == other {
                Relation::Same
            } else {
                Relation::Disjoint
            }
        }
        (Step::Part { .. }, Step::Part { .. }) => Relation::Crossing,
        (Step::Slice { lower: lower_a, upper: upper_a }, Step::Slice { lower: lower_b, upper: upper_b }) => {
            slices((*lower_a, *upper_a), (*lower_b, *upper_b))
        }
        // A condition and its opposite.
        (Step::Filter { key: a, .. }, Step::Filter { key: b, .. }) if *a == !*b => Relation::Disjoint,
        (Step::Sample { key: a }, Step::Sample { key: b }) if a != b => Relation::Crossing,
        (Step::Copies { .. }, _) | (_, Step::Copies { .. }) => Relation::Crossing,
        _ => Relation::Unknown,
    }
}

/// Whether two ranges of positions share one.
fn slices(a: (Bound, Bound), b: (Bound, Bound)) -> Relation {
    if a == b {
        return Relation::Same;
    }
    // `[:n]` and `[n:]`, whatever `n` is.
    if (a.1 != Bound::Open && a.1 == b.0) || (b.1 != Bound::Open && b.1 == a.0) {
        return Relation::Disjoint;
    }
    // `[:n]` and `[:m]`: one lies within the other.
    let from_start = |bound: Bound| matches!(bound, Bound::Open | Bound::At(0));
    if from_start(a.0) && from_start(b.0) {
        return match (a.1, b.1) {
            (Bound::At(one), Bound::At(other)) if one >= 0 && other >= 0 && one > other => Relation::Contains,
            (Bound::Open, _) => Relation::Contains,
            _ => Relation::Within,
        };
    }
    let position = |bound: Bound, open: i64| match bound {
        Bound::Open => Some(open),
        Bound::At(position) if position >= 0 => Some(position),
        Bound::At(_) | Bound::Expression(_) => None,
    };
    let ends = (position(a.0, 0), position(b.0, 0), position(a.1, i64::MAX), position(b.1, i64::MAX));
    let (Some(start_a), Some(start_b), Some(end_a), Some(end_b)) = ends else { return Relation::Unknown };
    if start_a.max(start_b) < end_a.min(end_b) { Relation::Crossing } else { Relation::Disjoint }
}

#[cfg(test)]
mod tests;
