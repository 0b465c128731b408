//! Free text as a bounded number of columns, in four blocks:
//!
//! 1. four measures of the text as a whole;
//! 2. TF-IDF weights of the word sequences that tell most about the target (`text/select.rs`);
//! 3. latent components of the weights of all known word sequences (`text/latent.rs`);
//! 4. what a linear model of all known word sequences says, cross-fitted as target means are, so that
//!    no training row's score was learned from its own target (`text/score.rs`). A dense learner thus
//!    gets in one column what else takes as many columns as there are words.
//!
//! Word sequences and their weights are those of scikit-learn's `TfidfVectorizer`
//! (`text/vocabulary.rs`).

mod latent;
mod ngrams;
mod score;
mod select;
mod sparse;
mod vocabulary;

use mlwright_base::CancelToken;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::score::Weights;
use self::sparse::Sparse;
use self::vocabulary::Vocabulary;
use super::cross_fit::{CrossFit, Outcomes};
use super::encoder::{Encoder, Fitted, Fitting, Training};
use super::scale::Scale;
use super::spec::{Impute, Power, PreparationSpec, TextVocabulary};
use super::{CHUNK_ROWS, Coerced};
use crate::LearnError;
use crate::target_scale::TargetScale;

/// Weights of texts that selection and scores are learned from, at most; with more, every so many-th row.
const WEIGHTS_MAX: usize = 20_000_000;
/// Weights of texts that components are learned from, at most.
const LATENT_WEIGHTS_MAX: usize = 4_000_000;
/// Matrix cells of the words of one text column, at most: many rows get fewer words.
const WORD_CELLS_MAX: usize = 40_000_000;
/// Words that have a column however many rows there are.
const WORDS_MIN: usize = 10;

const MEASURES: [&str; 4] = ["characters", "words", "digits", "capitals"];

/// A text column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TextFile", into = "TextFile")]
pub(super) struct TextEncoder {
    vocabulary: Vocabulary,
    /// The names of the word columns.
    words: Vec<String>,
    /// The position of each word column in the vocabulary.
    columns: Vec<u32>,
    /// The other way round; [`NO_COLUMN`] for most.
    column_of: Vec<u32>,
    /// Shape `(vocabulary, n_components)`.
    components: Vec<f32>,
    n_components: usize,
    /// Shape `(vocabulary, n_scores)`.
    scores: Vec<f32>,
    /// One per score.
    intercepts: Vec<f64>,
    /// The class of each score when there are several.
    classes: Vec<u32>,
    /// How measures and scores are scaled; empty where they are passed on.
    scales: Vec<Scale>,
    /// Whether a missing text is NaN in measures and scores, or as an empty text.
    missing_is_nan: bool,
}

const NO_COLUMN: u32 = u32::MAX;

/// A text encoder as it is kept. Older files have the first three fields: a vocabulary of single
/// words, each with a column.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct TextFile {
    words: Vec<String>,
    idf: Vec<f64>,
    missing_is_nan: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sequences: Option<SequencesFile>,
}

/// What came with word sequences.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SequencesFile {
    ngrams_max: usize,
    /// Empty when sequences are hashed.
    numbers: Vec<u64>,
    columns: Vec<u32>,
    components: Vec<f32>,
    n_components: usize,
    scores: Vec<f32>,
    intercepts: Vec<f64>,
    classes: Vec<u32>,
    scales: Vec<Scale>,
}

impl TryFrom<TextFile> for TextEncoder {
    type Error = String;

    fn try_from(file: TextFile) -> Result<Self, String> {
        let broken = || "a text encoding is incomplete".to_owned();
        let TextFile { words, idf, missing_is_nan, sequences } = file;
        let parts = sequences.unwrap_or_else(|| SequencesFile {
            ngrams_max: 1,
            numbers: words.iter().map(|word| ngrams::number_of(word)).collect(),
            columns: (0..).zip(&words).map(|(column, _)| column).collect(),
            components: Vec::new(),
            n_components: 0,
            scores: Vec::new(),
            intercepts: Vec::new(),
            classes: Vec::new(),
            scales: Vec::new(),
        });
        let vocabulary = Vocabulary::new(parts.numbers, idf, parts.ngrams_max).ok_or_else(broken)?;
        let n = vocabulary.len();
        let n_scores = parts.intercepts.len();
        let fits = parts.columns.len() == words.len()
            && parts.columns.iter().all(|&position| (position as usize) < n)
            && parts.components.len() == n * parts.n_components
            && parts.scores.len() == n * n_scores
            && (parts.classes.is_empty() && n_scores <= 1 || parts.classes.len() == n_scores)
            && (parts.scales.is_empty() || parts.scales.len() == MEASURES.len() + n_scores);
        if !fits {
            return Err(broken());
        }
        let column_of = column_of(&parts.columns, n);
        Ok(Self {
            vocabulary,
            words,
            columns: parts.columns,
            column_of,
            components: parts.components,
            n_components: parts.n_components,
            scores: parts.scores,
            intercepts: parts.intercepts,
            classes: parts.classes,
            scales: parts.scales,
            missing_is_nan,
        })
    }
}

impl From<TextEncoder> for TextFile {
    fn from(encoder: TextEncoder) -> Self {
        Self {
            words: encoder.words,
            idf: encoder.vocabulary.idf().to_vec(),
            missing_is_nan: encoder.missing_is_nan,
            sequences: Some(SequencesFile {
                ngrams_max: encoder.vocabulary.ngrams_max(),
                numbers: encoder.vocabulary.numbers().to_vec(),
                columns: encoder.columns,
                components: encoder.components,
                n_components: encoder.n_components,
                scores: encoder.scores,
                intercepts: encoder.intercepts,
                classes: encoder.classes,
                scales: encoder.scales,
            }),
        }
    }
}

fn column_of(columns: &[u32], n: usize) -> Vec<u32> {
    let mut column_of = vec![NO_COLUMN; n];
    for (column, &position) in (0..).zip(columns) {
        column_of[position as usize] = column;
    }
    column_of
}

/// ln(1 + count) of characters and words; the shares of digits and capital letters.
fn measures(text: &str) -> [f64; MEASURES.len()] {
    let (mut characters, mut digits, mut capitals) = (0u32, 0u32, 0u32);
    for c in text.chars() {
        characters += 1;
        digits += u32::from(c.is_numeric());
        capitals += u32::from(c.is_uppercase());
    }
    let mut words = 0u32;
    ngrams::for_each(text, 1, |_| words += 1);
    let share = |part: u32| f64::from(part) / f64::from(characters.max(1));
    [f64::from(characters).ln_1p(), f64::from(words).ln_1p(), share(digits), share(capitals)]
}

/// Learns from training values.
pub(super) fn fit(fitting: &Fitting<'_>, cancel: &CancelToken) -> Result<Fitted, LearnError> {
    if !differs(fitting, cancel)? {
        return Ok(Encoder::Dropped.into());
    }
    let spec = fitting.spec;
    let (vocabulary, n_weights) = Vocabulary::count(fitting, cancel)?;
    let n = vocabulary.len();
    let n_rows = fitting.column.len();
    let rows: Vec<usize> = (0..n_rows).step_by(n_weights.div_ceil(WEIGHTS_MAX).max(1)).collect();
    let weights = weigh(fitting, &vocabulary, &rows, cancel)?;
    let outcomes = Outcomes::new(fitting.target);

    let words_max = spec.text_words_max.min((WORD_CELLS_MAX / n_rows).max(WORDS_MIN));
    let relevance = select::relevance(&weights, &rows, &outcomes);
    let mut best: Vec<u32> =
        (0..).zip(&relevance).filter(|(_, relevance)| **relevance > 0.0).map(|(position, _)| position).collect();
    best.sort_by(|&a, &b| relevance[b as usize].total_cmp(&relevance[a as usize]).then(a.cmp(&b)));
    best.truncate(words_max);
    let mut named = names_of(fitting, &vocabulary, &best, cancel)?;
    named.sort();
    let (words, columns): (Vec<String>, Vec<u32>) = named.into_iter().unzip();

    let latent = weights.every(weights.n_values().div_ceil(LATENT_WEIGHTS_MAX).max(1));
    let (mut components, n_components) = latent::components(&latent, spec.text_components, fitting.seed, cancel)?;
    if !spec.is_unscaled() && n_components > 0 {
        // One unit for all, so that the strong ones stay strong in distances.
        let first: Vec<f64> =
            latent.times(&components, n_components, cancel)?.into_iter().step_by(n_components).collect();
        let unit = TargetScale::fit(&first).spread;
        components.iter_mut().for_each(|value| *value /= unit);
    }
    let mut encoder = TextEncoder {
        column_of: column_of(&columns, n),
        vocabulary,
        words,
        columns,
        components: components.into_iter().map(|value| value as f32).collect(),
        n_components,
        scores: Vec::new(),
        intercepts: Vec::new(),
        classes: Vec::new(),
        scales: Vec::new(),
        missing_is_nan: spec.impute == Impute::Keep,
    };
    let mut scores = if spec.text_score && n > 0 {
        encoder.learn_scores(fitting, &weights, &rows, &outcomes, cancel)?
    } else {
        Vec::new()
    };
    if !spec.is_unscaled() {
        encoder.learn_scales(fitting, &mut scores, cancel)?;
    }
    let training = (!scores.is_empty()).then(|| Training {
        offset: encoder.width() - encoder.intercepts.len(),
        width: encoder.intercepts.len(),
        values: scores,
    });
    Ok(Fitted { encoder: Encoder::Text(encoder), training })
}

/// Whether any two training rows differ.
fn differs(fitting: &Fitting<'_>, cancel: &CancelToken) -> Result<bool, LearnError> {
    let mut first = None;
    for value in fitting.values(cancel) {
        let value = value?;
        match &first {
            None => first = Some(value),
            Some(first) if *first != value => return Ok(true),
            Some(_) => {}
        }
    }
    Ok(false)
}

/// The weights of some rows, in parallel over pieces of fixed size.
fn weigh(
    fitting: &Fitting<'_>,
    vocabulary: &Vocabulary,
    rows: &[usize],
    cancel: &CancelToken,
) -> Result<Sparse, LearnError> {
    let pieces: Vec<Sparse> = rows
        .par_chunks(CHUNK_ROWS)
        .map(|rows| {
            cancel.check()?;
            let mut piece = Sparse::new(vocabulary.len());
            for &row in rows {
                if let Coerced::Text(text) = fitting.value(row)? {
                    vocabulary.weigh(&text, |position, weight| piece.push(position, weight));
                }
                piece.end_row();
            }
            Ok(piece)
        })
        .collect::<Result<_, LearnError>>()?;
    let mut all = Sparse::new(vocabulary.len());
    pieces.iter().for_each(|piece| all.append(piece));
    Ok(all)
}

/// Positions with the sequences as they are written; hashed ones have the number of their bucket.
fn names_of(
    fitting: &Fitting<'_>,
    vocabulary: &Vocabulary,
    positions: &[u32],
    cancel: &CancelToken,
) -> Result<Vec<(String, u32)>, LearnError> {
    if fitting.spec.text_vocabulary == TextVocabulary::Hashed {
        return Ok(positions.iter().map(|position| (format!("#{position}"), *position)).collect());
    }
    let mut missing: std::collections::HashSet<u32> = positions.iter().copied().collect();
    let mut named = Vec::with_capacity(positions.len());
    for value in fitting.values(cancel) {
        if missing.is_empty() {
            break;
        }
        if let Coerced::Text(text) = value? {
            let mut is_there = false;
            ngrams::for_each(&text, vocabulary.ngrams_max(), |number| {
                is_there |= vocabulary.position(number).is_some_and(|position| missing.contains(&position));
            });
            if is_there {
                ngrams::for_each_written(&text, vocabulary.ngrams_max(), |number, sequence| {
                    if let Some(position) = vocabulary.position(number)
                        && missing.remove(&position)
                    {
                        named.push((sequence.to_owned(), position));
                    }
                });
            }
        }
    }
    Ok(named)
}

impl TextEncoder {
    /// Learns the score of each outcome from all rows, and answers the training rows' scores, each
    /// learned from the folds it is not in: shape `(n_samples, n_outcomes)`.
    fn learn_scores(
        &mut self,
        fitting: &Fitting<'_>,
        weights: &Sparse,
        rows: &[usize],
        outcomes: &Outcomes<'_>,
        cancel: &CancelToken,
    ) -> Result<Vec<f64>, LearnError> {
        let folds = CrossFit::new(fitting.target.len(), fitting.seed);
        let k = outcomes.n();
        // Numbers are learned in units of their spread.
        let targets: Vec<Vec<f64>> = (0..k)
            .map(|outcome| {
                let values: Vec<f64> = rows.iter().map(|&row| outcomes.value(row, outcome)).collect();
                let scale = TargetScale::fit(&values);
                if outcomes.are_classes() {
                    values
                } else {
                    values.into_iter().map(|value| scale.standardize(value)).collect()
                }
            })
            .collect();
        let learned: Vec<Weights> = (0..(folds.n_folds + 1) * k)
            .into_par_iter()
            .map(|at| {
                let (fold, outcome) = (at / k, at % k);
                // Past the last fold: all rows.
                let learn: Vec<usize> =
                    (0..rows.len()).filter(|&at| usize::from(folds.fold_of[rows[at]]) != fold).collect();
                score::fit(weights, &learn, &targets[outcome], outcomes.are_classes(), fitting.seed, cancel)
            })
            .collect::<Result<_, _>>()?;
        let interleaved = |models: &[Weights]| -> Vec<f32> {
            (0..self.vocabulary.len())
                .flat_map(|position| models.iter().map(move |model| model.columns[position] as f32))
                .collect()
        };
        let of_fold: Vec<(Vec<f32>, Vec<f64>)> = learned
            .chunks_exact(k)
            .map(|models| (interleaved(models), models.iter().map(|model| model.intercept).collect()))
            .collect();
        let mut training = vec![0.0; fitting.column.len() * k];
        training.par_chunks_mut(k * CHUNK_ROWS).enumerate().try_for_each(|(chunk, out)| {
            cancel.check()?;
            for (offset, out) in out.chunks_exact_mut(k).enumerate() {
                let row = chunk * CHUNK_ROWS + offset;
                let (scores, intercepts) = &of_fold[usize::from(folds.fold_of[row])];
                match fitting.value(row)? {
                    Coerced::Text(text) => add_up(&self.vocabulary, &text, scores, intercepts, out),
                    _ if self.missing_is_nan => out.fill(f64::NAN),
                    _ => out.copy_from_slice(intercepts),
                }
            }
            Ok::<(), LearnError>(())
        })?;
        let (scores, intercepts) = of_fold.into_iter().next_back().expect("one model of all rows");
        (self.scores, self.intercepts, self.classes) = (scores, intercepts, outcomes.named_classes());
        Ok(training)
    }

    /// Scales measures by the training rows, and scores by the training rows' cross-fitted scores.
    fn learn_scales(
        &mut self,
        fitting: &Fitting<'_>,
        scores: &mut [f64],
        cancel: &CancelToken,
    ) -> Result<(), LearnError> {
        let spec = PreparationSpec { power: Power::None, ..fitting.spec.clone() };
        let mut columns = vec![Vec::with_capacity(fitting.column.len()); MEASURES.len()];
        for value in fitting.values(cancel) {
            let measured = match value? {
                Coerced::Text(text) => measures(&text),
                _ if self.missing_is_nan => [f64::NAN; MEASURES.len()],
                _ => [0.0; MEASURES.len()],
            };
            columns.iter_mut().zip(measured).for_each(|(column, value)| column.push(value));
        }
        let k = self.intercepts.len();
        columns.extend((0..k).map(|output| scores.iter().skip(output).step_by(k).copied().collect()));
        for column in &columns {
            self.scales.push(Scale::fit(column, &spec, cancel)?.unwrap_or(Scale::neutral(0.0)));
        }
        for (at, score) in scores.iter_mut().enumerate() {
            *score = self.scales[MEASURES.len() + at % k].apply(Some(*score));
        }
        Ok(())
    }

    pub(super) fn width(&self) -> usize {
        MEASURES.len() + self.words.len() + self.n_components + self.intercepts.len()
    }

    pub(super) fn names(&self, feature: &str) -> Vec<String> {
        let measures = MEASURES.iter().map(|measure| format!("{feature} {measure}"));
        let words = self.words.iter().map(|word| format!("{feature} has {word:?}"));
        let components = (1..=self.n_components).map(|k| format!("{feature} component {k}"));
        let score = (self.classes.is_empty() && !self.intercepts.is_empty()).then(|| format!("{feature} score"));
        let scores = self.classes.iter().map(|class| format!("{feature} score of class {class}"));
        measures.chain(words).chain(components).chain(score).chain(scores).collect()
    }

    pub(super) fn treatment(&self) -> String {
        let score = if self.intercepts.is_empty() { "" } else { ", a cross-fitted score" };
        format!(
            "measures, {} word(s), {} component(s){score} of {} known word sequence(s)",
            self.words.len(),
            self.n_components,
            self.vocabulary.len()
        )
    }

    pub(super) fn encode(&self, value: &Coerced<'_>, out: &mut [f64]) {
        let (head, rest) = out.split_at_mut(MEASURES.len());
        let (words, rest) = rest.split_at_mut(self.words.len());
        let (components, scores) = rest.split_at_mut(self.n_components);
        words.fill(0.0);
        components.fill(0.0);
        match value {
            Coerced::Text(text) => {
                head.copy_from_slice(&measures(text));
                scores.copy_from_slice(&self.intercepts);
                self.vocabulary.weigh(text, |position, weight| {
                    let position = position as usize;
                    if let Some(slot) = words.get_mut(self.column_of[position] as usize) {
                        *slot = weight;
                    }
                    add(&self.components, position, weight, components);
                    add(&self.scores, position, weight, scores);
                });
            }
            _ if self.missing_is_nan => {
                head.fill(f64::NAN);
                scores.fill(f64::NAN);
            }
            _ => {
                head.fill(0.0);
                scores.copy_from_slice(&self.intercepts);
            }
        }
        for (slot, scale) in head.iter_mut().chain(scores).zip(&self.scales) {
            *slot = scale.apply(Some(*slot));
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        // Reading it from a file has checked it.
        Ok(())
    }
}

/// Adds a row of a matrix of shape `(vocabulary, out.len())`, weighted.
fn add(matrix: &[f32], position: usize, weight: f64, out: &mut [f64]) {
    let from = position * out.len();
    out.iter_mut().zip(&matrix[from..]).for_each(|(out, value)| *out += weight * f64::from(*value));
}

fn add_up(vocabulary: &Vocabulary, text: &str, scores: &[f32], intercepts: &[f64], out: &mut [f64]) {
    out.copy_from_slice(intercepts);
    vocabulary.weigh(text, |position, weight| add(scores, position as usize, weight, out));
}
