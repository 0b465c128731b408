//! What a preparation may do, as checked parameters: the defaults of each family of learners, and
//! what a search may vary.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::learners::{described, in_range, parse};
use crate::{LearnError, Preparation};

/// What a missing number becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Impute {
    /// It stays missing (NaN): for learners that know missing values.
    Keep,
    /// The training rows' median.
    Median,
    /// The training rows' mean.
    Mean,
    /// The training rows' most frequent value, the smallest of equals.
    MostFrequent,
    /// [`PreparationSpec::fill`].
    Constant,
}

/// How numbers are brought to one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// As they are.
    None,
    /// Mean 0, standard deviation 1 (scikit-learn's `StandardScaler`).
    Standard,
    /// Median 0, distance of the quartiles 1 (`RobustScaler`); the standard deviation where the
    /// quartiles are equal.
    Robust,
    /// The training rows' range becomes 0 to 1 (`MinMaxScaler`); later values may lie outside.
    MinMax,
}

/// Whether skewed numbers are made more like a normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// As they are.
    None,
    /// Yeo & Johnson 2000, with the most likely exponent (`PowerTransformer`).
    YeoJohnson,
}

/// How categories become numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CategoryEncoding {
    /// Codes that the learner knows to be categories; columns with too many levels are target-encoded.
    Native,
    /// One column per level; columns with more than [`PreparationSpec::one_hot_levels_max`] levels
    /// are target-encoded.
    OneHot,
    /// The level's place in its order, as a number (`OrdinalEncoder`).
    Ordinal,
    /// The target's mean among the rows of the level, shrunk and cross-fitted (`TargetEncoder`).
    Target,
}

/// How a level's target mean is pulled towards the mean of all rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Smoothing {
    /// By the ratio of the variances within and between levels, an empirical Bayes estimate
    /// (`TargetEncoder(smooth="auto")`; Micci-Barreca 2001, equations 5 and 6).
    Auto,
    /// As if so many rows had the overall mean (`TargetEncoder(smooth=m)`).
    Rows(f64),
}

/// Which word sequences of a text are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextVocabulary {
    /// Those that enough training rows have.
    Counted,
    /// All of them, folded into a fixed number of buckets (Weinberger et al. 2009): for texts with
    /// more different words than are worth counting.
    Hashed,
}

/// What a preparation does. The defaults ([`PreparationSpec::of`]) are those of a learner's family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PreparationSpec {
    /// Who learns from it.
    pub family: Preparation,
    /// What a missing number becomes. Truth values become the more frequent one whatever is chosen,
    /// unless missing numbers are kept.
    pub impute: Impute,
    /// What a missing number becomes under [`Impute::Constant`].
    pub fill: f64,
    /// Whether a column says where a value was missing.
    pub indicators: bool,
    /// How numbers, parts of dates, measures of texts and target means are scaled.
    pub scaling: Scaling,
    /// Whether numbers are transformed before they are scaled.
    pub power: Power,
    /// How categories become numbers.
    pub categories: CategoryEncoding,
    /// The most columns that levels of one feature get, at least 2.
    pub one_hot_levels_max: usize,
    /// The rows a level needs so as not to be rare; rare levels count as one. `None`: 1 % of the
    /// rows, at least 2, at most 5.
    pub rare_rows_min: Option<usize>,
    /// How target means are shrunk.
    pub smoothing: Smoothing,
    /// The levels of ordered features by name, from low to high. Such features become places in that
    /// order, as numbers, whatever [`PreparationSpec::categories`] says.
    pub orders: BTreeMap<String, Vec<String>>,
    /// Whether parts of dates that come round again are given as sine and cosine too.
    pub cyclic_dates: bool,
    /// Whether the days between two dates get a column.
    pub date_differences: bool,
    /// Which word sequences are known.
    pub text_vocabulary: TextVocabulary,
    /// The longest word sequence, from 1 to 3.
    pub text_ngrams_max: usize,
    /// Word sequences known at most (or buckets, rounded up to a power of two), by the number of rows
    /// that have them.
    pub text_vocabulary_max: usize,
    /// Columns for single word sequences at most: those that tell most about the target (χ² for
    /// classes, F for numbers).
    pub text_words_max: usize,
    /// Columns of the latent semantic analysis (truncated SVD) of all known word sequences, at most 200.
    pub text_components: usize,
    /// Whether a column (one per class) holds what a linear model of the text alone says, cross-fitted.
    pub text_score: bool,
}

impl PreparationSpec {
    /// The defaults for a family of learners.
    #[must_use]
    pub fn of(family: Preparation) -> Self {
        let dense = Self {
            family,
            impute: Impute::Median,
            fill: 0.0,
            indicators: true,
            scaling: Scaling::Standard,
            power: Power::None,
            categories: CategoryEncoding::OneHot,
            one_hot_levels_max: 30,
            rare_rows_min: None,
            // Automatic smoothing gives a level of one row that row's own value, which cross-fitted
            // training rows never see; fixed rows did better on 681 tickets of Titanic (log loss
            // 0.608, not 0.616) and on 2,948 crossed levels of Adult (0.396, not 0.398).
            smoothing: Smoothing::Rows(10.0),
            orders: BTreeMap::new(),
            cyclic_dates: true,
            date_differences: true,
            text_vocabulary: TextVocabulary::Counted,
            text_ngrams_max: 2,
            text_vocabulary_max: 50_000,
            // Single words, and more components, cost linear models and boosting more by chance than
            // they tell beside the score (`examples/text_tables.rs`).
            text_words_max: 0,
            text_components: 20,
            text_score: true,
        };
        match family {
            Preparation::Dense => dense,
            // Distances add up over columns: many columns of one feature would drown the others.
            Preparation::Distance => Self { one_hot_levels_max: 10, ..dense },
            Preparation::Tree => Self {
                impute: Impute::Keep,
                indicators: false,
                scaling: Scaling::None,
                categories: CategoryEncoding::Native,
                cyclic_dates: false,
                ..dense
            },
        }
    }

    /// The defaults of a family with some parameters put over them, by name.
    ///
    /// # Errors
    /// [`LearnError::Parameter`] for an unknown name (with the nearest ones), a value of the wrong
    /// type or out of its range.
    pub fn with_parameters(family: Preparation, parameters: &Map<String, Value>) -> Result<Self, LearnError> {
        parse(Self::of(family), parameters)?.checked()
    }

    /// Parameters as (name, value), in a stable order, for the run's record.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, Value)> {
        described(self)
    }

    /// Checks every parameter's range, and that the family can learn from what comes out.
    ///
    /// # Errors
    /// [`LearnError::Parameter`] for the first that does not fit.
    pub fn checked(self) -> Result<Self, LearnError> {
        in_range("fill", self.fill, |_| true, "a finite number")?;
        let count = |name: &str, value: usize, low: usize, high: usize| {
            in_range(name, value as f64, |_| (low..=high).contains(&value), &format!("from {low} to {high}"))
        };
        count("one_hot_levels_max", self.one_hot_levels_max, 2, 10_000)?;
        if let Some(rows) = self.rare_rows_min {
            count("rare_rows_min", rows, 1, 1_000_000)?;
        }
        if let Smoothing::Rows(rows) = self.smoothing {
            in_range("smoothing", rows, |rows| rows >= 0.0, "at least 0 rows, or auto")?;
        }
        count("text_ngrams_max", self.text_ngrams_max, 1, 3)?;
        count("text_vocabulary_max", self.text_vocabulary_max, 2, 1 << 20)?;
        count("text_words_max", self.text_words_max, 0, 10_000)?;
        count("text_components", self.text_components, 0, 200)?;
        if self.family != Preparation::Tree {
            let wrong = |parameter: &str, found: &str, expected: &str| {
                let (parameter, found, expected) = (parameter.to_owned(), found.to_owned(), expected.to_owned());
                Err(LearnError::Parameter { parameter, found, expected })
            };
            if self.impute == Impute::Keep {
                return wrong(
                    "impute",
                    "keep",
                    "median, mean, most_frequent or constant: only trees know missing values",
                );
            }
            if self.categories == CategoryEncoding::Native {
                return wrong("categories", "native", "one_hot, ordinal or target: only trees know categories");
            }
        }
        for (column, levels) in &self.orders {
            let different: std::collections::HashSet<&String> = levels.iter().collect();
            if different.len() < levels.len() || levels.len() < 2 {
                return Err(LearnError::Parameter {
                    parameter: format!("orders.{column}"),
                    found: levels.join(" < "),
                    expected: "two or more levels, each once".to_owned(),
                });
            }
        }
        Ok(self)
    }
}

impl From<Preparation> for PreparationSpec {
    fn from(family: Preparation) -> Self {
        Self::of(family)
    }
}

impl From<&Self> for PreparationSpec {
    fn from(spec: &Self) -> Self {
        spec.clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(family: Preparation, parameters: &Value) -> Result<PreparationSpec, String> {
        let parameters = parameters.as_object().expect("an object");
        PreparationSpec::with_parameters(family, parameters).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_fit_their_family_and_parameters_go_over_them() {
        for family in [Preparation::Dense, Preparation::Tree, Preparation::Distance] {
            assert_eq!(of(family, &json!({})), Ok(PreparationSpec::of(family)));
        }
        let spec =
            of(Preparation::Dense, &json!({"categories": "target", "smoothing": "auto", "power": "yeo_johnson"}));
        let spec = spec.expect("fits");
        assert_eq!(
            (spec.categories, spec.smoothing, spec.power),
            (CategoryEncoding::Target, Smoothing::Auto, Power::YeoJohnson)
        );
        assert_eq!(
            of(Preparation::Dense, &json!({"smoothing": {"rows": 3.0}})).expect("fits").smoothing,
            Smoothing::Rows(3.0)
        );
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let refused = |family, parameters: Value| of(family, &parameters).expect_err("refused");
        let message = refused(Preparation::Dense, json!({"scalling": "robust"}));
        assert!(message.ends_with("(did you mean scaling?)"), "{message}");
        assert!(refused(Preparation::Dense, json!({"impute": "keep"})).contains("only trees know missing values"));
        assert!(refused(Preparation::Distance, json!({"categories": "native"})).contains("only trees know categories"));
        assert!(refused(Preparation::Tree, json!({"text_ngrams_max": 4})).contains("from 1 to 3"));
        assert!(refused(Preparation::Tree, json!({"orders": {"size": ["small", "small"]}})).contains("each once"));
        assert!(refused(Preparation::Tree, json!({"smoothing": {"rows": -1.0}})).contains("at least 0"));
    }
}
