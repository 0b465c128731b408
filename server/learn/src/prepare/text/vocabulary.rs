//! Which word sequences count, their weights, and a text as a weighted list of them.
//!
//! The weights are those of scikit-learn's `TfidfVectorizer`: times the sequence occurs × smoothed
//! idf `ln((1 + n) / (1 + df)) + 1`, rows of length 1 (Salton and Buckley 1988).

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use mlwright_base::CancelToken;
use rayon::prelude::*;

use super::ngrams;
use crate::LearnError;
use crate::prepare::Coerced;
use crate::prepare::encoder::Fitting;
use crate::prepare::spec::TextVocabulary;

/// Rows that must have a sequence for it to count.
const DOCUMENTS_MIN: u32 = 2;
/// Different sequences that are counted at most; beyond it, those of one row so far are forgotten.
const COUNTED_MAX: usize = 2_000_000;
/// Rows that are counted as one piece, so that the number of threads does not matter.
const PIECE_ROWS: usize = 2048;
/// Pieces that are counted before they are put together.
const PIECES: usize = 8;

/// Passes on numbers that are hashes already.
#[derive(Debug, Clone, Default)]
pub(super) struct Passed(u64);

impl Hasher for Passed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash << 8) | u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

pub(super) type ByNumber<V> = HashMap<u64, V, BuildHasherDefault<Passed>>;

/// How a sequence's number becomes its position.
#[derive(Debug, Clone, PartialEq)]
enum Positions {
    Known(ByNumber<u32>),
    /// The lowest bits are the position; a power of two, less one.
    Hashed(u64),
}

/// The word sequences that count.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vocabulary {
    positions: Positions,
    /// Of the known ones, by position; empty when they are hashed.
    numbers: Vec<u64>,
    idf: Vec<f64>,
    ngrams_max: usize,
}

thread_local! {
    /// The positions of the text at hand, kept so that a text needs no memory of its own.
    static FOUND: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

impl Vocabulary {
    /// From the parts that a file keeps; `None` when they do not fit together.
    pub(super) fn new(numbers: Vec<u64>, idf: Vec<f64>, ngrams_max: usize) -> Option<Self> {
        let positions = if numbers.is_empty() {
            Positions::Hashed((idf.len() as u64).saturating_sub(1))
        } else {
            Positions::Known(numbers.iter().copied().zip(0..).collect())
        };
        let fits = match &positions {
            Positions::Known(known) => known.len() == idf.len(),
            Positions::Hashed(_) => idf.len().is_power_of_two() || idf.is_empty(),
        };
        (fits && (1..=ngrams::NGRAMS_MAX).contains(&ngrams_max)).then_some(Self { positions, numbers, idf, ngrams_max })
    }

    /// Counts the word sequences of training texts; answers the vocabulary, and how many weights the
    /// training rows have in all.
    pub(super) fn count(fitting: &Fitting<'_>, cancel: &CancelToken) -> Result<(Self, usize), LearnError> {
        let spec = fitting.spec;
        let n_rows = fitting.column.len();
        let hashed = spec.text_vocabulary == TextVocabulary::Hashed;
        let n_buckets = spec.text_vocabulary_max.next_power_of_two();
        let mask = if hashed { n_buckets as u64 - 1 } else { u64::MAX };
        let pieces: Vec<(usize, usize)> =
            (0..n_rows).step_by(PIECE_ROWS).map(|start| (start, (start + PIECE_ROWS).min(n_rows))).collect();
        let mut found: ByNumber<u32> = HashMap::default();
        for wave in pieces.chunks(PIECES) {
            let counted: Vec<ByNumber<u32>> = wave
                .par_iter()
                .map(|&(start, end)| {
                    cancel.check()?;
                    let mut piece: ByNumber<u32> = HashMap::default();
                    let mut in_row: Vec<u64> = Vec::new();
                    for row in start..end {
                        let Coerced::Text(text) = fitting.value(row)? else { continue };
                        in_row.clear();
                        ngrams::for_each(&text, spec.text_ngrams_max, |number| in_row.push(number & mask));
                        in_row.sort_unstable();
                        in_row.dedup();
                        in_row.iter().for_each(|number| *piece.entry(*number).or_default() += 1);
                    }
                    Ok(piece)
                })
                .collect::<Result<_, LearnError>>()?;
            for piece in counted {
                for (number, rows) in piece {
                    *found.entry(number).or_default() += rows;
                }
                if found.len() > COUNTED_MAX {
                    found.retain(|_, rows| *rows > 1);
                }
            }
        }
        let idf = |rows: u32| ((1.0 + n_rows as f64) / (1.0 + f64::from(rows))).ln() + 1.0;
        if hashed {
            let idf = (0..n_buckets as u64).map(|bucket| idf(found.get(&bucket).copied().unwrap_or(0))).collect();
            let n_weights = found.values().map(|rows| *rows as usize).sum();
            let positions = Positions::Hashed(mask);
            return Ok((Self { positions, numbers: Vec::new(), idf, ngrams_max: spec.text_ngrams_max }, n_weights));
        }
        let mut counted: Vec<(u32, u64)> =
            found.into_iter().filter(|(_, rows)| *rows >= DOCUMENTS_MIN).map(|(number, rows)| (rows, number)).collect();
        counted.sort_unstable_by(|a, b| b.cmp(a));
        counted.truncate(spec.text_vocabulary_max);
        counted.sort_unstable_by_key(|(_, number)| *number);
        let numbers: Vec<u64> = counted.iter().map(|(_, number)| *number).collect();
        let idf = counted.iter().map(|(rows, _)| idf(*rows)).collect();
        let n_weights = counted.iter().map(|(rows, _)| *rows as usize).sum();
        Ok((
            Self::new(numbers, idf, spec.text_ngrams_max).expect("each sequence has one number and one weight"),
            n_weights,
        ))
    }

    pub(super) fn len(&self) -> usize {
        self.idf.len()
    }

    pub(super) fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    pub(super) fn idf(&self) -> &[f64] {
        &self.idf
    }

    pub(super) fn ngrams_max(&self) -> usize {
        self.ngrams_max
    }

    /// The position of a sequence's number.
    pub(super) fn position(&self, number: u64) -> Option<u32> {
        match &self.positions {
            Positions::Known(known) => known.get(&number).copied(),
            Positions::Hashed(mask) => {
                (!self.idf.is_empty()).then(|| u32::try_from(number & mask).expect("buckets fit 32 bits"))
            }
        }
    }

    /// Calls `each` with position and weight of every known sequence of a text, in the order of positions.
    pub(super) fn weigh(&self, text: &str, mut each: impl FnMut(u32, f64)) {
        FOUND.with_borrow_mut(|found| {
            found.clear();
            ngrams::for_each(text, self.ngrams_max, |number| found.extend(self.position(number)));
            found.sort_unstable();
            let weights =
                || found.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f64 * self.idf[run[0] as usize]));
            let length = weights().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            weights().for_each(|(position, weight)| each(position, weight / length));
        });
    }
}
