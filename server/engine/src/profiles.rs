//! `profile_table`: what a table holds and what matters in it for modelling, as data, page and charts.

use mlwright_base::{ErrorCode, Problem};
use mlwright_data::{ColumnSchema, SemanticType};
use mlwright_explore::chart::{self, Chart, ChartKind, HEATMAP_COLUMNS_MAX, PlotRequest, Unit};
use mlwright_explore::profile::{PairMeasure, Profile, ProfileOptions, TargetKind, TargetSummary, profile};
use mlwright_explore::report;
use polars::prelude::DataFrame;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::engine::Engine;
use crate::plots::Picture;
use crate::reports::file_stem;

/// Columns in the chart of signals, or of missing values.
const RANKED_MAX: usize = 15;

/// A table's profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TableProfile {
    /// The table, with its version when it has one.
    pub name: String,
    /// The page for people, relative to the workspace.
    pub report: String,
    /// The whole profile as a JSON file, relative to the workspace.
    pub report_json: String,
    /// What was measured.
    #[serde(flatten)]
    pub profile: Profile,
    /// The charts that say most.
    #[serde(skip)]
    pub pictures: Vec<Picture>,
}

impl Engine {
    /// Measures a table, towards a target when one is named, ranks what matters for modelling, and
    /// writes a page and the profile as JSON among the reports.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for an unknown table or target, [`ErrorCode::Cancelled`], and what
    /// reading the table gives.
    pub fn profile_table(&self, call: &Call<'_>, table: &str, target: Option<&str>) -> Result<TableProfile, Problem> {
        let open = self.open_table(table)?;
        let (frame, schema) = open.collect(call.cancel).map_err(|problem| self.shorten_paths(problem))?;
        let cx = mlwright_explore::Context::new(call.cancel, call.progress);
        let measured = profile(&frame, &schema, target, &ProfileOptions::default(), &cx)?;
        call.cancel.check()?;
        let pictures = pictures(&frame, &schema, &measured, call)?;
        let name = open.versioned_name();
        let subtitle = target.map_or_else(String::new, |target| format!("towards {target}"));
        let page = report::html(&measured, &measured.findings, &name, &subtitle);
        let json = serde_json::to_vec_pretty(&measured)
            .map_err(|error| Problem::new(ErrorCode::Internal, format!("the profile cannot be written: {error}")))?;
        let stem = file_stem("profile", &[&name, target.unwrap_or_default()]);
        let report_json = self.write_report(&format!("{stem}.json"), &json)?;
        let report = self.write_report(&format!("{stem}.html"), page.as_bytes())?;
        Ok(TableProfile { name, report, report_json, profile: measured, pictures })
    }
}

/// With a target: what each column says about it, and the strongest column in detail. Without: what
/// is missing. And the correlations.
fn pictures(frame: &DataFrame, schema: &[ColumnSchema], profile: &Profile, call: &Call<'_>) -> Result<Vec<Picture>, Problem> {
    let cx = mlwright_explore::Context::quiet(call.cancel);
    let mut charts: Vec<Chart> = Vec::new();
    let draw = |request: &PlotRequest| match chart::plot(frame, schema, request, &cx) {
        Ok(chart) => Ok(Some(chart)),
        Err(mlwright_explore::ExploreError::Cancelled) => Err(Problem::from(mlwright_base::Cancelled)),
        // A chart goes with the profile where the columns allow it.
        Err(_) => Ok(None),
    };
    match &profile.target {
        Some(target) => {
            charts.extend(signals(target));
            if let Some(strongest) = target.ranking.first().filter(|ranked| ranked.strength > 0.0) {
                charts.extend(draw(&against(schema, &strongest.column, target))?);
            }
        }
        None => charts.extend(missing(profile)),
    }
    charts.extend(correlations(profile));
    Ok(charts.iter().map(Picture::of).collect())
}

fn signals(target: &TargetSummary) -> Option<Chart> {
    let ranked: Vec<(String, f64)> = target.ranking.iter().take(RANKED_MAX).map(|ranked| (ranked.column.clone(), ranked.strength)).collect();
    let title = format!("What each column alone says about {}", target.column);
    (!ranked.is_empty()).then(|| chart::bars(&title, "signal, from 0 (nothing) to 1 (everything)", Unit::Number, &ranked))
}

/// The correlations that the profile measured, of the numeric columns.
fn correlations(profile: &Profile) -> Option<Chart> {
    let pearson = || profile.pairs.pairs.iter().filter(|pair| pair.measure == PairMeasure::Pearson);
    let is_paired = |name: &str| pearson().any(|pair| pair.a == name || pair.b == name);
    let names: Vec<String> = profile.pairs.columns.iter().filter(|name| is_paired(name)).take(HEATMAP_COLUMNS_MAX).cloned().collect();
    if names.len() < 3 {
        return None;
    }
    let place = |name: &str| names.iter().position(|known| known == name);
    let mut values: Vec<Vec<Option<f64>>> = (0..names.len()).map(|row| (0..names.len()).map(|column| (row == column).then_some(1.0)).collect()).collect();
    for pair in pearson() {
        if let (Some(a), Some(b)) = (place(&pair.a), place(&pair.b)) {
            values[a][b] = Some(pair.value);
            values[b][a] = Some(pair.value);
        }
    }
    Some(chart::correlation("Correlation of numeric columns (Pearson)", &names, &values))
}

fn missing(profile: &Profile) -> Option<Chart> {
    let mut shares: Vec<(String, f64)> =
        profile.columns.iter().filter(|column| column.missing > 0).map(|column| (column.name.clone(), column.missing_share)).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    shares.truncate(RANKED_MAX);
    (!shares.is_empty()).then(|| chart::bars("Missing values", "share of rows", Unit::Share, &shares))
}

/// How to draw one column against the target.
fn against(schema: &[ColumnSchema], column: &str, target: &TargetSummary) -> PlotRequest {
    let numeric = schema.iter().any(|described| described.name == column && described.semantic == SemanticType::Numeric);
    let named = |name: &str| Some(name.to_owned());
    let (kind, y, color) = match (target.kind, numeric) {
        (TargetKind::Regression, true) => (ChartKind::Scatter, named(&target.column), None),
        (TargetKind::Regression, false) => (ChartKind::Box, named(&target.column), None),
        (_, true) => (ChartKind::Histogram, None, named(&target.column)),
        (TargetKind::Binary, false) => (ChartKind::Bar, named(&target.column), None),
        (TargetKind::Multiclass, false) => (ChartKind::Bar, None, named(&target.column)),
    };
    PlotRequest { kind, x: named(column), y, color }
}
