//! Splits into training and test rows, folds, and cross-validation.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use mlwright_python_values::event::{EventKind, Scoring, Split};
use mlwright_python_values::rows::{RowsId, Step};
use mlwright_python_values::value::{Data, DataKind, Dialect, Estimator, Value};

use super::estimators::splitter_of;
use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// `train_test_split(*arrays, …)`: two parts of each.
pub(super) fn train_test_split(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let mut arrays: Vec<_> =
        call.positionals().map(|argument| (argument.value.clone(), argument.range().unwrap_or(call.range()))).collect();
    // Lists of samples are split as arrays are.
    for (value, range) in &mut arrays {
        if cx.state.list(value).is_some()
            && let Some(data) = cx.data_of_list(value, *range)
        {
            *value = cx.add_data(data);
        }
    }
    let shuffles = call.flag("shuffle") != Some(false);
    let seed = match call.keyword("random_state").map(|argument| &argument.value) {
        Some(Value::Number(Some(seed))) => Some(*seed as i64),
        _ => None,
    };
    let has_seed = call.keyword("random_state").is_some_and(|argument| !matches!(argument.value, Value::None));
    let stratified = call.keyword("stratify").is_some_and(|argument| !matches!(argument.value, Value::None));
    // The same rows, seed and sizes give the same parts, wherever they are made.
    let key = (seed.is_some() || !shuffles).then(|| {
        let mut hasher = DefaultHasher::new();
        (seed, shuffles, stratified).hash(&mut hasher);
        for keyword in ["test_size", "train_size"] {
            let size = call.keyword(keyword).map(|argument| match &argument.value {
                Value::Number(Some(size)) => size.to_bits(),
                _ => argument.range().map_or(0, |range| cx.text_hash(range)),
            });
            size.hash(&mut hasher);
        }
        hasher.finish()
    });
    let split = cx.split_number(key);
    let mut parts = Vec::with_capacity(arrays.len() * 2);
    let mut noted = false;
    let beside: Vec<RowsId> =
        arrays.iter().skip(1).filter_map(|(value, _)| cx.data_of(value)).map(|data| data.rows).collect();
    for (value, range) in &arrays {
        let Some(data) = cx.data_of(value) else {
            // A list, or something unknown: its parts are at least parts of one split.
            let rows = cx.rows_of_unknown(value, *range);
            for part in 0..2 {
                let rows = cx.rows_from(Step::Part { split, part }, rows, call.range());
                parts.push(cx.opaque(rows, Default::default()));
            }
            continue;
        };
        let rows = [0, 1].map(|part| cx.rows_from(Step::Part { split, part }, data.rows, call.range()));
        if !noted && let Some(input) = cx.given(value, *range) {
            noted = true;
            let what: Arc<str> = "train_test_split".into();
            cx.note(
                call.range(),
                EventKind::Split(Split {
                    what,
                    input,
                    beside: beside.clone(),
                    parts: rows,
                    shuffles,
                    has_seed: has_seed || !shuffles,
                    seed_site: cx.site(call.range()),
                    groups: false,
                    stratified,
                    split,
                }),
            );
        }
        for rows in rows {
            parts.push(cx.add_data(Data { rows, n_rows: None, ..(*data).clone() }));
        }
    }
    Value::Tuple(Arc::new(parts))
}

/// `splitter.split(X, y)`: pairs of positions, each pair another split.
pub(super) fn folds(cx: &mut Interpreter<'_>, splitter: &Arc<Estimator>, call: &Call<'_>) -> Value {
    let Some(x) = super::estimators::first_data(cx, call) else { return Value::Unknown };
    let short = splitter.short_name();
    let shuffles = splitter.parameter("shuffle").and_then(Value::truth) == Some(true)
        || short.contains("Shuffle")
        || short.starts_with("Repeated");
    let has_seed = !shuffles || splitter.parameter("random_state").is_some_and(|seed| !matches!(seed, Value::None));
    let groups = short.contains("Group") || call.keyword("groups").is_some() || call.positional(2).is_some();
    let mut turns = Vec::new();
    for _ in 0..2 {
        let split = cx.split_number(None);
        let rows = [0, 1].map(|part| cx.rows_from(Step::Part { split, part }, x.data.rows, call.range()));
        let stratified = short.contains("Stratified");
        let what: Arc<str> = short.into();
        cx.note(
            call.range(),
            EventKind::Split(Split {
                what,
                input: x.clone(),
                beside: Vec::new(),
                parts: rows,
                shuffles,
                has_seed,
                seed_site: splitter.made,
                groups,
                stratified,
                split,
            }),
        );
        let positions = rows.map(|rows| cx.add_data(positions(rows)));
        turns.push(Value::Tuple(Arc::new(positions.to_vec())));
    }
    cx.add_list(turns, true)
}

fn positions(rows: RowsId) -> Data {
    Data::new(DataKind::Index, Dialect::Numpy, Default::default(), rows)
}

/// What `scoring=` says.
pub(super) fn scoring_of(value: Option<&Value>) -> Scoring {
    match value {
        None | Some(Value::None) => Scoring::Default,
        Some(value) => value.as_text().map_or(Scoring::Other, |name| Scoring::Named(name.clone())),
    }
}

/// `cross_val_score(estimator, X, y, …)` and the like.
pub(super) fn cross_validate(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    let model = call.value(0, "estimator");
    let x = call.get(1, "X").and_then(|argument| cx.given(&argument.value, argument.range().unwrap_or(call.range())));
    let y = call.get(2, "y").and_then(|argument| cx.given(&argument.value, argument.range().unwrap_or(call.range())));
    if let (Some((_, estimator)), Some(x)) = (cx.state.estimator(&model), x.clone()) {
        let estimator = estimator.clone();
        let splitter = call
            .keyword("cv")
            .and_then(|cv| cx.state.estimator(&cv.value))
            .map(|(_, splitter)| splitter.clone())
            .or_else(|| splitter_of(cx, &estimator));
        let scoring = scoring_of(call.keyword("scoring").map(|scoring| &scoring.value));
        cx.note(call.range(), EventKind::CrossValidation { estimator, x, y, searches: false, splitter, scoring });
    }
    match (name, x) {
        // Each prediction was made by a model that did not see its row.
        ("cross_val_predict", Some(x)) => cx.opaque(x.data.rows, x.data.all_infos()),
        _ => Value::Unknown,
    }
}
