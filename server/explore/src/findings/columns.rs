//! What matters about single columns and about the rows.

use mlwright_data::{MOSTLY_TYPED, SemanticType};

use super::order::{Collected, Topic};
use super::{FindingKind as Kind, Severity};
use crate::markup::{count, number, percent, plural};
use crate::profile::{ColumnProfile, Profile, SignalMeasure};

/// A share of missing values above which imputing invents more than it keeps.
const MUCH_MISSING: f64 = 0.4;
/// A share of missing values worth a note.
const SOME_MISSING: f64 = 0.05;
/// Whether a value is missing tells about the target: at least this effect …
const INFORMATIVE_EFFECT: f64 = 0.1;
/// … beyond chance, over all columns together …
const INFORMATIVE_P: f64 = 0.001;
/// … in at least this many rows.
const INFORMATIVE_ROWS_MIN: u64 = 20;
/// Levels above which one column of zeros and ones for each is too many.
const LEVELS_MANY: u64 = 50;
/// Share of the most frequent value above which a column hardly varies.
const NEARLY_CONSTANT: f64 = 0.99;
/// Strength above which even a nearly constant column, or an id, says something.
const STRENGTH_SOME: f64 = 0.1;
/// Skewness of a feature that distances and linear models feel.
const FEATURE_SKEW: f64 = 3.0;
/// Share of repeated rows that distorts scores.
const DUPLICATES_WARNING: f64 = 0.01;
/// Rows for each combination of values that could occur, above which rows repeat by chance.
const CHANCE_OF_REPEAT: f64 = 0.01;
/// The fewest different values of a continuous column.
const CONTINUOUS_VALUES_MIN: u64 = 20;
/// Different values over the different rows from which a column is continuous.
const CONTINUOUS_SHARE: f64 = 0.5;
/// How often the most frequent value of a continuous column may occur, in multiples of the mean.
const CONTINUOUS_REPEATS: f64 = 5.0;
/// Characters of a date without a time of day.
const DATE_CHARS: usize = 10;
const SECONDS_PER_DAY: f64 = 86_400.0;
/// Words among numbers that are named.
const WORDS_NAMED: usize = 3;
/// How far a sentinel lies from the next value, in multiples of it.
const SENTINEL_GAP: f64 = 3.0;
/// Rows with a sentinel before it is one.
const SENTINEL_ROWS_MIN: u64 = 5;

pub(super) fn look(profile: &Profile, found: &mut Collected) {
    duplicates(profile, found);
    let target = profile.target.as_ref().map(|target| target.column.as_str());
    for column in &profile.columns {
        if profile.table.n_rows == 0 {
            break;
        }
        let is_target = target == Some(column.name.as_str());
        quality(column, found);
        if is_target {
            continue;
        }
        if column.distinct < 2 {
            of_one_value(column, profile.table.n_rows, found);
            continue;
        }
        missing(column, profile, found);
        usefulness(column, profile.table.n_rows, found);
    }
}

fn duplicates(profile: &Profile, found: &mut Collected) {
    let table = &profile.table;
    let repeated = table.duplicate_rows;
    // Rows of few columns with few values repeat because there are not enough different ones.
    let combinations: f64 = profile.columns.iter().map(|column| possible_values(column, profile).ln()).sum();
    if repeated == 0 || combinations < (table.n_rows as f64 / CHANCE_OF_REPEAT).ln() {
        return;
    }
    let share = repeated as f64 / table.n_rows as f64;
    let contradicting = table.duplicate_feature_rows.unwrap_or(repeated).saturating_sub(repeated);
    let mut reason = format!(
        "{} an earlier one in every column ({})",
        plural(repeated, "row repeats", "rows repeat"),
        percent(share)
    );
    if contradicting > 0 {
        reason.push_str(&format!(
            "; {} features alike but another target",
            plural(contradicting, "more row has", "more rows have")
        ));
    }
    found.add(
        share,
        Kind::DuplicateRows,
        if share >= DUPLICATES_WARNING { Severity::Warning } else { Severity::Note },
        &[],
        reason,
        "remove the copies before splitting, so that no test row is also a training row",
    );
}

/// How many values a row could have had in the column. As many as there are, unless the different rows have about
/// as many different values: then the column is continuous, and has few values only because rows repeat.
fn possible_values(column: &ColumnProfile, profile: &Profile) -> f64 {
    let seen = column.distinct.max(1);
    let table = &profile.table;
    let different_rows = (table.n_rows - table.duplicate_rows) as f64;
    let present_share = 1.0 - column.missing_share;
    let others_vary = profile.columns.iter().any(|other| other.name != column.name && other.distinct > 1);
    // A frequent value, or missing, repeats with whatever stands beside it, by chance.
    let most = column.top_values.first().map_or(1, |top| top.count).max(column.missing) as f64;
    let names_rows = seen + u64::from(column.missing > 0) == table.n_rows - table.duplicate_rows;
    let evenly_spread = most <= CONTINUOUS_REPEATS * (table.n_rows as f64 / seen as f64 + 1.0);
    let is_continuous = others_vary
        && seen >= CONTINUOUS_VALUES_MIN
        && seen as f64 >= CONTINUOUS_SHARE * present_share * different_rows
        && (names_rows || evenly_spread);
    if is_continuous { resolution(column).max(seen as f64) } else { seen as f64 }
}

/// Values between the smallest and the largest, in steps of the last digit written.
fn resolution(column: &ColumnProfile) -> f64 {
    if let Some(numeric) = &column.numeric {
        let ends = [Some(numeric.min), Some(numeric.max), numeric.second_min, numeric.second_max];
        let written = |value: f64| value.to_string().split_once('.').map_or(0, |(_, digits)| digits.len());
        let decimals = ends.into_iter().flatten().map(written).max().unwrap_or(0);
        return (numeric.max - numeric.min) * 10_f64.powi(decimals as i32) + 1.0;
    }
    match (&column.datetime, column.semantic) {
        (Some(datetime), _) => {
            let days = datetime.min.len() <= DATE_CHARS && datetime.max.len() <= DATE_CHARS;
            datetime.span_days * if days { 1.0 } else { SECONDS_PER_DAY } + 1.0
        }
        (None, SemanticType::Text | SemanticType::Id) => f64::MAX,
        _ => 0.0,
    }
}

/// What is wrong with values, whatever the column is for.
fn quality(column: &ColumnProfile, found: &mut Collected) {
    let name = column.name.as_str();
    if column.stored_as_text {
        let what = if column.datetime.is_some() { "dates" } else { "numbers" };
        found.join(
            Topic {
                kind: Kind::StoredAsText,
                severity: Severity::Note,
                what: "numbers or dates are written as text",
                action: "they are read as what they are here; other tools may need to be told",
            },
            name,
            what.to_owned(),
            0.0,
        );
    }
    let Some(numeric) = &column.numeric else {
        return;
    };
    if numeric.infinities > 0 {
        found.join(
            Topic {
                kind: Kind::InfiniteValues,
                severity: Severity::Warning,
                what: "infinite values",
                action: "find the division by zero or the overflow they come from, or treat them as missing",
            },
            name,
            plural(numeric.infinities, "value", "values"),
            numeric.infinities as f64,
        );
    }
    if let Some((value, rows)) = sentinel(column) {
        found.join(
            Topic {
                kind: Kind::SentinelValue,
                severity: Severity::Warning,
                what: "a number far from all others seems to stand for \"missing\"",
                action: "treat it as missing if it is; as a number it pulls means and slopes",
            },
            name,
            format!("{} in {}", number(value), plural(rows, "row", "rows")),
            rows as f64,
        );
    }
}

/// -1 or minus a number of nines as the only negative number, or a number of nines far beyond all others at
/// either end, in several rows. -1 next to 0 is an ordinary value unless it is frequent.
fn sentinel(column: &ColumnProfile) -> Option<(f64, u64)> {
    let numeric = column.numeric.as_ref()?;
    if matches!(column.semantic, SemanticType::Id) || column.distinct < 10 {
        return None;
    }
    let nines = |value: f64| (1..=7).any(|digits| value == 10_f64.powi(digits) - 1.0);
    let is_frequent = |value: f64| column.top_values.iter().any(|top| top.value.parse() == Ok(value));
    let far_beyond = |value: f64, next: f64| value.abs() >= 99.0 && value.abs() >= SENTINEL_GAP * next.abs().max(1.0);
    let (low, rows) = (numeric.min, numeric.at_min);
    if let Some(next) = numeric.second_min.filter(|_| rows >= SENTINEL_ROWS_MIN) {
        let only_negative = rows == numeric.negatives;
        // -1 beside fractions is a value like any other.
        let stands_apart = next >= 1.0 || rows >= numeric.zeros || is_frequent(low);
        let minus_one = low == -1.0 && only_negative && numeric.integers && stands_apart;
        if minus_one || (nines(-low) && (only_negative || far_beyond(low, next))) {
            return Some((low, rows));
        }
    }
    let (high, rows) = (numeric.max, numeric.at_max);
    let next = numeric.second_max.filter(|_| rows >= SENTINEL_ROWS_MIN)?;
    let q = &numeric.quantiles;
    // Beside a frequent one there may be more of its kind (998 and 999): the bulk of the values is what it is far from.
    let bulk = [q.p99, q.p95, q.p75, q.p50, q.p25, q.p05, q.p01].into_iter().find(|value| *value < high);
    let lonely = far_beyond(high, next) || (is_frequent(high) && bulk.is_some_and(|bulk| far_beyond(high, bulk)));
    (nines(high) && lonely).then_some((high, rows))
}

fn of_one_value(column: &ColumnProfile, n_rows: u64, found: &mut Collected) {
    let name = column.name.as_str();
    if column.distinct == 0 {
        found.join(
            Topic {
                kind: Kind::EmptyColumn,
                severity: Severity::Warning,
                what: "no value at all",
                action: "leave out, or find out why nothing arrives",
            },
            name,
            String::new(),
            0.0,
        );
    } else if column.missing > 0 && n_rows > 1 {
        let seen = format!(
            "{} and missing in {}",
            column.top_values.first().map_or("one value", |top| top.value.as_str()),
            percent(column.missing_share)
        );
        found.join(
            Topic {
                kind: Kind::ConstantColumn,
                severity: Severity::Note,
                what: "one value where there is any",
                action: "leave out, or keep only whether it is missing",
            },
            name,
            seen,
            0.0,
        );
    } else if n_rows > 1 {
        found.join(
            Topic {
                kind: Kind::ConstantColumn,
                severity: Severity::Note,
                what: "one value where there is any",
                action: "leave out, or keep only whether it is missing",
            },
            name,
            column.top_values.first().map_or_else(String::new, |top| top.value.clone()),
            0.0,
        );
    }
}

fn missing(column: &ColumnProfile, profile: &Profile, found: &mut Collected) {
    let name = column.name.as_str();
    let seen = percent(column.missing_share);
    if column.missing_share >= MUCH_MISSING {
        found.join(
            Topic {
                kind: Kind::MuchMissing,
                severity: Severity::Warning,
                what: "much is missing",
                action: "find out why; keep the column only if it still helps, with an indicator of what was missing",
            },
            name,
            seen,
            column.missing_share,
        );
    } else if column.missing_share >= SOME_MISSING {
        found.join(
            Topic {
                kind: Kind::MuchMissing,
                severity: Severity::Note,
                what: "some values are missing",
                action: "impute within each fold, or use learners that take missing values",
            },
            name,
            seen,
            column.missing_share,
        );
    }
    let Some(effect) = column.signal.as_ref().and_then(|signal| signal.missing.as_ref()) else {
        return;
    };
    let p_max = INFORMATIVE_P / profile.columns.len().max(1) as f64;
    let told = [Kind::KnownAfterOutcome, Kind::LeakageSuspect].into_iter().any(|kind| found.names(kind, name));
    if !told && effect.effect >= INFORMATIVE_EFFECT && effect.p_value < p_max && column.missing >= INFORMATIVE_ROWS_MIN
    {
        let seen = match &effect.class {
            Some(class) => format!(
                "{class:?} in {} when missing, {} when not",
                percent(effect.when_missing),
                percent(effect.when_present)
            ),
            None => {
                format!("mean {} when missing, {} when not", number(effect.when_missing), number(effect.when_present))
            }
        };
        found.join(
            Topic {
                kind: Kind::InformativeMissing,
                severity: Severity::Note,
                what: "whether a value is missing says something about the target",
                action: "add an indicator of missing, and make sure it is known before the outcome",
            },
            name,
            seen,
            effect.effect,
        );
    }
}

/// How many values of a column that is taken for text are numbers, and the words among them, as far as they are
/// frequent; `None` when it is no column of numbers.
fn words_among_numbers(column: &ColumnProfile) -> Option<String> {
    let (_, how_many) = column.reason.split_once(MOSTLY_TYPED)?;
    let how_many = how_many.trim_start().split(';').next()?.strip_suffix(" numbers")?;
    let is_word = |text: &str| text.trim().replace(',', "").parse::<f64>().is_err();
    let words: Vec<String> = column
        .top_values
        .iter()
        .filter(|top| is_word(&top.value))
        .take(WORDS_NAMED)
        .map(|top| format!("{:?}", top.value))
        .collect();
    let such_as =
        if words.is_empty() { String::new() } else { format!(", the others are words such as {}", words.join(", ")) };
    Some(format!("{how_many} numbers{such_as}"))
}

/// Whether, and how, a model can use the column.
fn usefulness(column: &ColumnProfile, n_rows: u64, found: &mut Collected) {
    let name = column.name.as_str();
    let present = n_rows - column.missing;
    let strength = column.signal.as_ref().map_or(0.0, |signal| signal.strength);
    match column.semantic {
        SemanticType::Categorical | SemanticType::Text if let Some(seen) = words_among_numbers(column) => found.join(
            Topic {
                kind: Kind::WordsAmongNumbers,
                severity: Severity::Warning,
                what: "numbers with words among them, and so taken for text",
                action: "replace the words by nothing at the source, or with create_table: SELECT *, TRY_CAST(x AS \
                         DOUBLE) AS x_number leaves a word missing, CASE WHEN x = 'unknown' THEN 0 ELSE TRY_CAST(x AS \
                         DOUBLE) END gives it a number",
            },
            name,
            seen,
            column.distinct as f64,
        ),
        SemanticType::Id if strength >= STRENGTH_SOME => {
            let measure = match column.signal.as_ref().map(|signal| (signal.measure, signal.score)) {
                Some((SignalMeasure::RocAuc, auc)) => format!("AUC {auc:.3}"),
                Some((SignalMeasure::R2, r2)) => format!("R² {r2:.3}"),
                None => String::new(),
            };
            found.add(
                strength,
                Kind::Identifier,
                Severity::Warning,
                &[name],
                format!(
                    "{name} is an id and still tells about the target ({measure}): rows are in an order \
                         that depends on the outcome"
                ),
                "leave it out, and do not use the order of rows; if the order is time, split by time",
            );
        }
        SemanticType::Id => {
            let seen = plural(column.distinct, "value", "values");
            found.join(
                Topic {
                    kind: Kind::Identifier,
                    severity: Severity::Note,
                    what: "names rows",
                    action: "leave out: a model can only memorise it",
                },
                name,
                seen,
                column.distinct as f64,
            );
        }
        SemanticType::Text => {
            let seen = column
                .text
                .as_ref()
                .map_or_else(String::new, |text| format!("{} characters on average", number(text.length_mean.round())));
            found.join(
                Topic {
                    kind: Kind::FreeText,
                    severity: Severity::Note,
                    what: "free text",
                    action: "leave out, or turn into features (length, words, embeddings) within each fold",
                },
                name,
                seen,
                0.0,
            );
        }
        SemanticType::Categorical if column.distinct > LEVELS_MANY => {
            let seen = format!("{} levels", count(column.distinct));
            found.join(
                Topic {
                    kind: Kind::HighCardinality,
                    severity: Severity::Note,
                    what: "many levels",
                    action: "join rare levels or encode by the target within each fold, rather than one column each",
                },
                name,
                seen,
                column.distinct as f64,
            );
        }
        _ => {}
    }
    let top = column.top_values.first().map_or(0.0, |top| top.count as f64 / present.max(1) as f64);
    if top >= NEARLY_CONSTANT && strength < STRENGTH_SOME {
        let value = column.top_values.first().map_or("", |top| top.value.as_str());
        found.join(
            Topic {
                kind: Kind::NearlyConstant,
                severity: Severity::Note,
                what: "nearly one value",
                action: "expect no help from it; leave out unless the rare values matter",
            },
            name,
            format!("{value} in {}", percent(top)),
            top,
        );
    } else if let Some(numeric) = &column.numeric
        && matches!(column.semantic, SemanticType::Numeric)
        && let Some(skew) = numeric.skew.filter(|skew| *skew > FEATURE_SKEW)
        && numeric.quantiles.p50 > 0.0
        && numeric.min >= 0.0
        && numeric.max > 10.0 * numeric.quantiles.p95
        && sentinel(column).is_none()
    {
        let seen = format!("median {}, largest {}", number(numeric.quantiles.p50), number(numeric.max));
        found.join(
            Topic {
                kind: Kind::SkewedFeature,
                severity: Severity::Note,
                what: "a few values lie far above all others",
                action: "check the largest for errors; for linear models take the logarithm or cut them off",
            },
            name,
            seen,
            skew,
        );
    }
    if let Some(datetime) = column.datetime.as_ref().filter(|datetime| datetime.ordered) {
        found.add(
            datetime.span_days,
            Kind::TimeOrdered,
            Severity::Note,
            &[name],
            format!("rows are in order of {name}, from {} to {}", datetime.min, datetime.max),
            "if the model is to predict the future, split by time instead of at random",
        );
    }
}
