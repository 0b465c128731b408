//! Entries of an inference table as a data frame.

use std::collections::{BTreeSet, HashMap, HashSet};

use mlwright_base::{DeploymentId, ErrorCode, Problem};
use mlwright_learn::prepare::{Coerced, coerce};
use mlwright_learn::{Feature, FeatureKind, Task, Value};
use polars::prelude::{Column, DataFrame, DataType, IntoColumn, NamedFrom, PlSmallStr, Series, TimeUnit, TimeZone};
use serde_json::Value as Json;

use super::InferenceEntry;
use crate::batch::{free_name, probability_name};
use crate::endpoints::Deployment;

/// The column of the deployment that answered, unless a column of the model has that name.
const DEPLOYMENT_ID: &str = "deployment_id";

/// One row of the table, and where it comes from.
#[derive(Clone, Copy)]
struct Row<'a> {
    entry: &'a InferenceEntry,
    deployment: &'a Deployment,
    /// Its position in the entry.
    index: usize,
}

impl<'a> Row<'a> {
    fn answered(&self) -> Option<&'a Json> {
        self.entry.predictions.get(self.index)
    }
}

/// The last `limit` rows of the entries.
pub(super) fn build(
    entries: &[InferenceEntry],
    deployments: &HashMap<DeploymentId, Deployment>,
    limit: usize,
) -> Result<DataFrame, Problem> {
    let mut rows: Vec<Row<'_>> = entries
        .iter()
        .filter_map(|entry| deployments.get(&entry.deployment).map(|deployment| (entry, deployment)))
        .flat_map(|(entry, deployment)| (0..entry.rows.len()).map(move |index| Row { entry, deployment, index }))
        .collect();
    rows.drain(..rows.len().saturating_sub(limit));
    // The newest deployment first; without rows, the columns of all of them.
    let mut used: Vec<&Deployment> = if rows.is_empty() { deployments.values().collect() } else { Vec::new() };
    used.sort_by(|a, b| b.deployment_id.cmp(&a.deployment_id));
    let mut seen = HashSet::new();
    for row in rows.iter().rev() {
        if seen.insert(&row.deployment.deployment_id) {
            used.push(row.deployment);
        }
    }
    let features = features_of(&used);
    let extras: BTreeSet<&str> =
        rows.iter().filter_map(|row| row.entry.extras.get(row.index)).flat_map(|extra| extra.keys().map(String::as_str)).collect();
    let extras: Vec<&str> = extras.into_iter().filter(|name| !features.iter().any(|feature| feature.name == *name)).collect();
    let mut taken: HashSet<String> = features.iter().map(|feature| feature.name.clone()).collect();
    taken.extend(extras.iter().map(|name| (*name).to_owned()));

    let mut columns = places(&rows, &mut taken)?;
    let positions = Positions::new(&used);
    columns.extend(features.iter().map(|feature| feature_column(feature, &rows, &positions)).collect::<Result<Vec<_>, _>>()?);
    columns.extend(extras.iter().map(|name| extra_column(name, &rows)));
    columns.extend(predictions(&rows, &used, &mut taken));
    DataFrame::new(rows.len(), columns).map_err(|error| defect(&error))
}

/// The deployments that answered the rows of a table that [`build`] made.
pub(super) fn deployment_ids(frame: &DataFrame) -> HashSet<String> {
    // Columns of the models may be called so too; what they hold is no id of a deployment.
    let is_ours = |name: &&PlSmallStr| name.trim_start_matches('_') == DEPLOYMENT_ID;
    let columns = frame.get_column_names().into_iter().filter(is_ours).filter_map(|name| frame.column(name).ok()?.str().ok());
    columns.flat_map(|ids| ids.iter().flatten().map(str::to_owned)).collect()
}

fn defect(error: &polars::error::PolarsError) -> Problem {
    Problem::new(ErrorCode::Internal, format!("the inference table cannot be put together: {error}"))
}

/// The columns of the models, the newest deployment's first. One whose kind differs between
/// deployments is a text.
fn features_of(used: &[&Deployment]) -> Vec<Feature> {
    let mut features: Vec<Feature> = Vec::new();
    let mut positions: HashMap<&str, usize> = HashMap::new();
    for feature in used.iter().flat_map(|deployment| &deployment.features) {
        match positions.get(feature.name.as_str()) {
            Some(&position) if features[position].kind != feature.kind => features[position].kind = FeatureKind::Text,
            Some(_) => {}
            None => {
                positions.insert(&feature.name, features.len());
                features.push(feature.clone());
            }
        }
    }
    features
}

/// Where each deployment keeps each feature's value in a row.
struct Positions<'a> {
    by_deployment: HashMap<&'a DeploymentId, HashMap<&'a str, usize>>,
}

impl<'a> Positions<'a> {
    fn new(used: &[&'a Deployment]) -> Self {
        let of = |deployment: &'a Deployment| deployment.features.iter().enumerate().map(|(i, feature)| (feature.name.as_str(), i)).collect();
        Self { by_deployment: used.iter().map(|deployment| (&deployment.deployment_id, of(deployment))).collect() }
    }

    fn value<'r>(&self, row: Row<'r>, feature: &str) -> Value<'r> {
        let position = self.by_deployment.get(&row.deployment.deployment_id).and_then(|positions| positions.get(feature));
        position.and_then(|position| row.entry.rows[row.index].get(*position)).map_or(Value::Missing, value_of)
    }
}

fn value_of(json: &Json) -> Value<'_> {
    match json {
        Json::Bool(truth) => Value::Boolean(*truth),
        Json::Number(number) => number.as_f64().map_or(Value::Missing, Value::number),
        Json::String(text) => Value::text(text),
        Json::Null | Json::Array(_) | Json::Object(_) => Value::Missing,
    }
}

/// When, by whom and in which request.
fn places(rows: &[Row<'_>], taken: &mut HashSet<String>) -> Result<Vec<Column>, Problem> {
    let mut name = |wanted: &str| free_name(wanted, taken);
    let times: Vec<i64> = rows.iter().map(|row| row.entry.time.as_microsecond()).collect();
    let time = moments(&name("time"), times.into_iter().map(Some).collect())?;
    let requests: Vec<&str> = rows.iter().map(|row| row.entry.request.as_str()).collect();
    let positions: Vec<u32> = rows.iter().map(|row| u32::try_from(row.entry.first_row + row.index).unwrap_or(u32::MAX)).collect();
    let deployments: Vec<&str> = rows.iter().map(|row| row.deployment.deployment_id.as_str()).collect();
    let models: Vec<&str> = rows.iter().map(|row| row.deployment.model.uri.as_str()).collect();
    Ok(vec![
        time,
        Series::new(name("request_id").into(), requests).into_column(),
        Series::new(name("row").into(), positions).into_column(),
        Series::new(name(DEPLOYMENT_ID).into(), deployments).into_column(),
        Series::new(name("model").into(), models).into_column(),
    ])
}

fn moments(name: &str, micros: Vec<Option<i64>>) -> Result<Column, Problem> {
    let series = Series::new(name.into(), micros);
    let dtype = DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
    series.cast(&dtype).map(IntoColumn::into_column).map_err(|error| defect(&error))
}

fn feature_column(feature: &Feature, rows: &[Row<'_>], positions: &Positions<'_>) -> Result<Column, Problem> {
    let name = || feature.name.as_str().into();
    // Values were read as this kind once already; one that cannot be any more is left out.
    let read = rows.iter().map(|row| coerce(feature, positions.value(*row, &feature.name)).unwrap_or(Coerced::Missing));
    Ok(match feature.kind {
        FeatureKind::Numeric => {
            let values: Vec<Option<f64>> = read.map(|value| number(&value)).collect();
            Series::new(name(), values).into_column()
        }
        FeatureKind::Boolean => {
            let values: Vec<Option<bool>> = read.map(|value| number(&value).map(|number| number != 0.0)).collect();
            Series::new(name(), values).into_column()
        }
        FeatureKind::Datetime => {
            let values = read.map(|value| if let Coerced::Moment(moment) = value { Some(moment) } else { None }).collect();
            moments(&feature.name, values)?
        }
        FeatureKind::Categorical | FeatureKind::Text => {
            let values: Vec<Option<String>> =
                read.map(|value| if let Coerced::Text(text) = value { Some(text.into_owned()) } else { None }).collect();
            Series::new(name(), values).into_column()
        }
    })
}

fn number(value: &Coerced<'_>) -> Option<f64> {
    if let Coerced::Number(number) = value { Some(*number) } else { None }
}

/// A column that no model uses. Its values are kept exactly: whole numbers are integers, other numbers
/// floats, and what neither of them can hold is a text, like everything else.
fn extra_column(name: &str, rows: &[Row<'_>]) -> Column {
    let values: Vec<Option<&Json>> = rows.iter().map(|row| row.entry.extras.get(row.index)?.get(name)).collect();
    let all = |is: fn(&Json) -> bool| values.iter().flatten().all(|value| is(value));
    if all(Json::is_i64) {
        let numbers: Vec<Option<i64>> = values.iter().map(|value| value.and_then(Json::as_i64)).collect();
        return Series::new(name.into(), numbers).into_column();
    }
    if all(is_exact_float) && !all(is_whole) {
        let numbers: Vec<Option<f64>> = values.iter().map(|value| value.and_then(Json::as_f64)).collect();
        return Series::new(name.into(), numbers).into_column();
    }
    let texts: Vec<Option<String>> =
        values.iter().map(|value| value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))).collect();
    Series::new(name.into(), texts).into_column()
}

fn is_whole(value: &Json) -> bool {
    value.is_i64() || value.is_u64()
}

/// Whether a float holds this number as it is.
fn is_exact_float(value: &Json) -> bool {
    let whole = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    whole.map_or(value.is_number(), |whole| whole as f64 as i128 == whole)
}

fn predictions(rows: &[Row<'_>], used: &[&Deployment], taken: &mut HashSet<String>) -> Vec<Column> {
    let prediction = free_name("prediction", taken);
    let mut columns = if used.iter().all(|deployment| deployment.task == Task::Regression) {
        let numbers: Vec<Option<f64>> = rows.iter().map(|row| row.answered().and_then(Json::as_f64)).collect();
        vec![Series::new(prediction.as_str().into(), numbers).into_column()]
    } else {
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let texts: Vec<Option<String>> = rows.iter().map(|row| row.answered().map(text)).collect();
        vec![Series::new(prediction.as_str().into(), texts).into_column()]
    };
    let mut classes: Vec<&str> = Vec::new();
    for class in used.iter().flat_map(|deployment| &deployment.classes) {
        if !classes.contains(&class.as_str()) {
            classes.push(class);
        }
    }
    for class in classes {
        let name = free_name(&probability_name(class), taken);
        let of = |row: &Row<'_>| {
            let code = row.deployment.classes.iter().position(|known| known == class)?;
            row.entry.probabilities.get(row.index)?.get(code).copied()
        };
        let values: Vec<Option<f64>> = rows.iter().map(of).collect();
        columns.push(Series::new(name.as_str().into(), values).into_column());
    }
    columns
}
