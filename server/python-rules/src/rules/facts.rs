//! What several rules want to know of a script.

use std::sync::Arc;

use mlwright_python_values::event::{Event, EventKind, Fit, Split};
use mlwright_python_values::info::{Info, InfoId, Infos};
use mlwright_python_values::rows::{Relation, RowsId};
use mlwright_python_values::value::{Data, DataKind, Estimator, FitId, LOOP};
use mlwright_python_values::{Analysis, Flow};
use mlwright_source_text::{ColumnSummary, SchemaSource, TextRange};
use rustc_hash::FxHashMap;

/// The walk, and what follows from it.
pub(super) struct Facts<'a> {
    pub analysis: &'a Analysis,
    pub text: &'a str,
    pub source: &'a dyn SchemaSource,
    pub judged: Vec<Judged>,
    /// Events of splits by their numbers.
    splits: FxHashMap<u32, usize>,
    /// Events of fits by their ids.
    fitted: FxHashMap<FitId, usize>,
}

/// That a fitted model predicted, or was scored on, some rows.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    /// Index of the event.
    pub event: usize,
    pub fit: FitId,
    pub rows: RowsId,
    pub infos: Infos,
    pub site: TextRange,
    /// The metric; none where it only predicted.
    pub metric: Option<Arc<str>>,
    pub given_scores: bool,
}

impl<'a> Facts<'a> {
    pub fn new(analysis: &'a Analysis, text: &'a str, source: &'a dyn SchemaSource) -> Self {
        let mut judged = Vec::new();
        let mut splits = FxHashMap::default();
        let mut fitted = FxHashMap::default();
        for (index, event) in analysis.flow.events.iter().enumerate() {
            match &event.kind {
                EventKind::Split(split) => {
                    splits.entry(split.split).or_insert(index);
                }
                EventKind::Fit(fit) => {
                    fitted.insert(*fit, index);
                }
                EventKind::Predict { fit, x, scores } => judged.push(Judged {
                    event: index,
                    fit: *fit,
                    rows: x.data.rows,
                    infos: x.data.all_infos(),
                    site: event.site,
                    metric: None,
                    given_scores: *scores,
                }),
                EventKind::Score(score) => judged.push(Judged {
                    event: index,
                    fit: score.fit,
                    rows: score.rows,
                    infos: score.x_infos.clone(),
                    site: event.site,
                    metric: Some(score.metric.clone()),
                    given_scores: score.given_scores,
                }),
                _ => {}
            }
        }
        judged.retain(|judged| analysis.flow.fit(judged.fit).estimator.role.is_model());
        Self { analysis, text, source, judged, splits, fitted }
    }

    pub fn flow(&self) -> &'a Flow {
        &self.analysis.flow
    }

    pub fn events(&self) -> &'a [Event] {
        &self.analysis.flow.events
    }

    pub fn fit(&self, id: FitId) -> &'a Fit {
        self.analysis.flow.fit(id)
    }

    /// Fits of models, in their order. Of a network in a loop of the script's own too little is understood to be one of them.
    pub fn model_fits(&self) -> impl Iterator<Item = (FitId, &'a Fit)> {
        let fits = self.analysis.flow.fits.iter().enumerate();
        fits.map(|(index, fit)| (FitId(index as u32), fit))
            .filter(|(_, fit)| fit.estimator.role.is_model() && &*fit.estimator.class != LOOP)
    }

    /// Whether a fit is in a loop.
    pub fn is_in_loop(&self, fit: FitId) -> bool {
        self.fitted.get(&fit).is_some_and(|index| !self.analysis.flow.events[*index].loops.is_empty())
    }

    /// Whether a model is fitted at a place.
    pub fn is_fit(&self, site: TextRange) -> bool {
        self.analysis.flow.fits.iter().any(|fit| fit.site == site)
    }

    /// All splits, in the order of the walk.
    pub fn splits(&self) -> impl Iterator<Item = (&'a Event, &'a Split)> {
        self.analysis.flow.events.iter().filter_map(|event| match &event.kind {
            EventKind::Split(split) => Some((event, split)),
            _ => None,
        })
    }

    /// The `train_test_split`s whose test part `rows` are of.
    pub fn splits_for_test_of(&self, rows: RowsId) -> impl Iterator<Item = (&'a Event, &'a Split)> {
        let table = &self.analysis.flow.rows;
        self.splits()
            .filter(move |(_, split)| &*split.what == "train_test_split" && table.comes_from(rows, split.parts[1]))
    }

    /// Whether `rows` are of one part of an earlier split, whose other part the script goes on to use.
    pub fn other_part_is_used(&self, rows: RowsId) -> bool {
        let table = &self.analysis.flow.rows;
        let Some((part, _, _)) = table.split_above(rows) else { return false };
        let of_part = |split: &Split| split.parts.contains(&part) && !table.comes_from(split.input.data.rows, part);
        let Some((event, split)) = self.splits().find(|(_, split)| of_part(split)) else { return false };
        self.analysis.flow.seen.iter().flatten().any(|seen| {
            let is_other = |data: &Arc<Data>| {
                split.parts.iter().any(|other| *other != part && table.comes_from(data.rows, *other))
            };
            seen.range.start > event.site.end && seen.data().is_some_and(is_other)
        })
    }

    /// `train_test_split`s of which no part, nor the whole, is given to a model that is understood: what learns from them is
    /// a network in plain PyTorch, a class of the script, or another file.
    pub fn splits_for_unknown_models(&self) -> Vec<(&'a Event, &'a Split)> {
        let rows = &self.analysis.flow.rows;
        let is_known =
            |split: &Split| self.model_fits().any(|(_, fit)| rows.comes_from(fit.x.data.rows, split.input.data.rows));
        self.splits().filter(|(_, split)| &*split.what == "train_test_split" && !is_known(split)).collect()
    }

    /// How two sets of rows lie to each other.
    pub fn relation(&self, a: RowsId, b: RowsId) -> Relation {
        self.analysis.flow.rows.relation(a, b)
    }

    /// How the rows that a model was fitted on lie to those it is judged on.
    pub fn against_training(&self, judged: &Judged) -> Relation {
        self.relation(self.fit(judged.fit).x.data.rows, judged.rows)
    }

    /// Whether a judgement is on rows that the model was not fitted on, as far as can be known.
    pub fn is_held_out(&self, judged: &Judged) -> bool {
        !self.against_training(judged).overlaps()
    }

    /// Whether a judgement is meant to be on other rows than those that the model was fitted on, even if copies of these are there.
    pub fn is_test(&self, judged: &Judged) -> bool {
        !matches!(self.against_training(judged), Relation::Same | Relation::Contains | Relation::Within)
    }

    /// Whether a model was judged on other rows. A model that watches rows of the same table is not judged by what it only
    /// predicts for another one: that is what it is for.
    pub fn is_judged(&self, id: FitId) -> bool {
        let trained_on = self.fit(id).x.data.rows;
        let rows = &self.analysis.flow.rows;
        let is_near = |of: RowsId| of == RowsId::NONE || rows.are_related(of, trained_on);
        let watches = self.events().iter().any(|event| match &event.kind {
            EventKind::Watch { fit, x, .. } if *fit == id => {
                let relation = self.relation(trained_on, x.data.rows);
                is_near(x.data.rows) && !matches!(relation, Relation::Same | Relation::Contains | Relation::Within)
            }
            _ => false,
        });
        self.judged.iter().any(|judged| {
            judged.fit == id && self.is_test(judged) && (judged.metric.is_some() || !watches || is_near(judged.rows))
        })
    }

    /// Fits that set rows apart themselves, by which alone they are judged: their rows are no part of a split, and nothing else
    /// judges them.
    pub fn fits_that_set_apart(&self) -> Vec<(FitId, &'a Fit)> {
        let apart = self.events().iter().filter_map(|event| match &event.kind {
            EventKind::SetsApart { fit } => Some((*fit, self.fit(*fit))),
            _ => None,
        });
        let rows = &self.analysis.flow.rows;
        apart.filter(|(id, fit)| rows.split_or_cut_above(fit.x.data.rows).is_none() && !self.is_judged(*id)).collect()
    }

    /// Whether what was learned, the info at `index`, went into a table of some rows.
    pub fn prepares(&self, index: usize, of: RowsId) -> bool {
        let id = InfoId(index as u32);
        self.flow().seen.iter().flatten().filter_map(|seen| seen.data()).any(|data| {
            is_table(data)
                && data.all_infos().iter().any(|known| known == id)
                && self.flow().rows.comes_from(data.rows, of)
        })
    }

    pub fn info(&self, infos: &Infos) -> Vec<&'a Info> {
        infos.iter().map(|id| self.analysis.flow.info(id)).collect()
    }

    /// Whether rows came through copying or synthesising: the set where that was.
    pub fn copies_above(&self, rows: RowsId) -> Option<RowsId> {
        self.analysis.flow.rows.copies_above(rows)
    }

    /// Whether something happens inside a function that nothing calls, whose callers may do what is missing here.
    pub fn in_uncalled(&self, site: TextRange) -> bool {
        self.uncalled_around(site).is_some()
    }

    /// The function around a place that nothing calls.
    pub fn uncalled_around(&self, site: TextRange) -> Option<TextRange> {
        self.analysis.flow.alone.iter().copied().find(|range| range.contains(site))
    }

    /// An estimator and all it is made of.
    pub fn parts(&self, estimator: &Arc<Estimator>) -> Vec<Arc<Estimator>> {
        let mut parts = vec![estimator.clone()];
        let mut next = 0;
        while next < parts.len() && parts.len() < 64 {
            let steps = parts[next].steps.clone();
            next += 1;
            let made = &self.analysis.flow.made;
            parts.extend(
                steps
                    .iter()
                    .filter_map(|step| made.iter().find(|(id, _)| id == step))
                    .map(|(_, estimator)| estimator.clone()),
            );
        }
        parts
    }

    /// The split whose part some rows are, where it is noted.
    pub fn split_of(&self, rows: RowsId) -> Option<&'a Split> {
        let (_, number, _) = self.analysis.flow.rows.split_above(rows)?;
        match &self.analysis.flow.events.get(*self.splits.get(&number)?)?.kind {
            EventKind::Split(split) => Some(split),
            _ => None,
        }
    }

    /// What is known of the column that data holds alone, where it is as it was read.
    pub fn column_summary(&self, data: &Data) -> Option<Arc<ColumnSummary>> {
        let [column] = &data.columns.list[..] else { return None };
        let (table, name) = column.table.as_ref().filter(|_| !data.columns.open)?;
        self.source.column_summary(table, name)
    }

    /// Share of the most frequent value of a target that is as it was read.
    pub fn top_share(&self, data: &Data) -> Option<f64> {
        let shares = &self.analysis.flow.shares;
        if let Some((_, share)) = shares.iter().find(|(rows, _)| self.analysis.flow.rows.comes_from(data.rows, *rows)) {
            return Some(*share);
        }
        let summary = self.column_summary(data)?;
        let (_, count) = summary.top_values.first()?;
        let n_present = summary.n_rows as f64 * (1.0 - summary.missing_share);
        (n_present > 0.0 && summary.n_distinct.is_none_or(|n_distinct| n_distinct <= 20))
            .then(|| *count as f64 / n_present)
    }

    /// Whether what is scored are labels made of scores by a comparison: `p > t`.
    pub fn threshold_of(&self, judged: &Judged) -> bool {
        let event = &self.events()[judged.event];
        let inside = |range: TextRange| event.site.contains(range) && event.site != range;
        self.flow().seen.iter().flatten().any(|seen| {
            // Of the truth, `y_test == 1` only says which class is asked about.
            let is_of_scores = |data: &Arc<Data>| data.kind == DataKind::Mask && data.prediction.is_some();
            inside(seen.range) && seen.data().is_some_and(is_of_scores)
        })
    }
}

/// Whether data is a table or array that a model may learn from.
pub(super) fn is_table(data: &Data) -> bool {
    matches!(data.kind, DataKind::Frame | DataKind::Array | DataKind::Opaque | DataKind::Series)
}
