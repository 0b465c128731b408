//! What a script does with data and models, in its order.

use std::sync::Arc;

use mlwright_source_text::TextRange;

use super::info::Infos;
use super::rows::RowsId;
use super::value::{Data, Estimator, FitId, ObjectId};

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// The call.
    pub site: TextRange,
    pub kind: EventKind,
    /// The loops around it, outermost first: where, and which turn.
    pub loops: Arc<Vec<Turn>>,
    /// The arms of `if` statements around it, outermost first.
    pub arms: Arc<Vec<Arm>>,
}

impl Event {
    /// Whether it lies in an arm that is not taken.
    pub fn is_skipped(&self) -> bool {
        self.arms.iter().any(|arm| arm.skipped)
    }

    /// Whether of two events only one can happen: each is in another arm of one `if`, come to once.
    pub fn excludes(&self, other: &Event) -> bool {
        self.arms.iter().any(|arm| other.arms.iter().any(|rival| rival.visit == arm.visit && rival.body != arm.body))
    }
}

/// An arm of an `if` statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arm {
    /// Number of the time that the walk comes to an `if`.
    pub visit: u32,
    /// The body, rather than what is done otherwise.
    pub body: bool,
    /// Whether the test is known to lead to the other arm.
    pub skipped: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub site: TextRange,
    pub number: u32,
    /// Whether a search calls it again and again to find the best settings.
    pub optimizes: bool,
}

/// Data as it was given to a call.
#[derive(Debug, Clone)]
pub struct Given {
    pub data: Arc<Data>,
    pub range: TextRange,
}

#[derive(Debug, Clone)]
pub enum EventKind {
    Split(Split),
    /// `fit` of anything.
    Fit(FitId),
    /// `transform` with what was fitted.
    Transform {
        estimator: ObjectId,
        fit: Option<FitId>,
        x: Given,
    },
    /// `predict` and the like.
    Predict {
        fit: FitId,
        x: Given,
        scores: bool,
    },
    /// A number that says how good a fit is.
    Score(Score),
    /// A prediction for some rows that is put into a plot.
    Drawing {
        fit: FitId,
        rows: RowsId,
    },
    /// `cross_val_score`, `fit` of a search.
    CrossValidation {
        estimator: Arc<Estimator>,
        x: Given,
        y: Option<Given>,
        searches: bool,
        splitter: Option<Arc<Estimator>>,
        scoring: Scoring,
    },
    /// Over-sampling, augmenting, bootstrapping.
    Resample {
        what: Arc<str>,
        x: Given,
        estimator: Option<ObjectId>,
    },
    /// Rows drawn at random, without putting back.
    Sample {
        x: Given,
        rows: RowsId,
        has_seed: bool,
    },
    /// A fit that watches data while it learns.
    Watch {
        fit: FitId,
        x: Given,
        stops_early: bool,
    },
    /// A fit that sets some of its rows apart, to watch itself on them: `validation_split`.
    SetsApart {
        fit: FitId,
    },
    /// A model was read from a pickle.
    Unpickle {
        what: Arc<str>,
    },
    Merge(Merge),
    /// A value assigned through two indexings, `df[…][…] = …`.
    ChainedAssignment,
    /// A coercion that turns what it cannot read into missing values.
    Coercion {
        what: Arc<str>,
    },
    /// `shift(-1)`, `bfill` and the like.
    Future {
        what: Arc<str>,
        column: Option<Arc<str>>,
    },
}

/// The metric of a cross-validation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scoring {
    /// The estimator's own: accuracy or R².
    Default,
    Named(Arc<str>),
    /// Several, or one that is not known.
    Other,
}

/// `train_test_split` and the like.
#[derive(Debug, Clone)]
pub struct Split {
    pub what: Arc<str>,
    pub input: Given,
    /// Rows of the other arrays that are split with it.
    pub beside: Vec<RowsId>,
    pub parts: [RowsId; 2],
    pub shuffles: bool,
    pub has_seed: bool,
    /// Where a seed would be given.
    pub seed_site: TextRange,
    pub groups: bool,
    pub stratified: bool,
    /// Key of the partition: equal keys of equal rows are the same partition.
    pub split: u32,
}

/// What an estimator learned from.
#[derive(Debug, Clone)]
pub struct Fit {
    pub object: ObjectId,
    pub estimator: Arc<Estimator>,
    pub site: TextRange,
    pub x: Given,
    pub y: Option<Given>,
    /// Knowledge in `x` and `y`, and in the estimator before.
    pub infos: Infos,
    /// Whether `y` was given otherwise than by data that is understood.
    pub supervised: bool,
    pub sample_weight: bool,
}

/// A judgement of one fit on some rows.
#[derive(Debug, Clone)]
pub struct Score {
    pub metric: Arc<str>,
    pub fit: FitId,
    pub rows: RowsId,
    pub x_infos: Infos,
    /// Whether the metric was given scores (probabilities) or labels.
    pub given_scores: bool,
    pub y: Option<Given>,
    /// Index of the event of the prediction that is judged.
    pub predicted_at: Option<usize>,
}

/// `merge` or `join`.
#[derive(Debug, Clone)]
pub struct Merge {
    pub left: Arc<Data>,
    pub right: Arc<Data>,
    pub on: Option<Vec<Arc<str>>>,
    pub right_on: Option<Vec<Arc<str>>>,
    /// What the script says of the keys: `one_to_one`, `1:m`.
    pub validated: Option<Arc<str>>,
    pub how: Option<Arc<str>>,
}
