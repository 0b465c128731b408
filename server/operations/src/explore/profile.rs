//! Operations that measure and draw a table.

use mlwright_base::Problem;
use mlwright_engine::plots::{self, ChartKind, Picture, PlotRequest};
use mlwright_engine::profiles::TableProfile;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::answer::Image;
use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::{Summary, number, table};

/// Findings that the text lists; the structured answer has all.
const FINDINGS_SHOWN_MAX: usize = 15;
/// Columns that the text lists by their signal.
const SIGNALS_SHOWN_MAX: usize = 10;

/// Measures every column, how columns go together and what they say about the target, and ranks
/// what matters for modelling (leakage, imbalance, missing values, ids, …), each with what to do.
/// Writes an HTML report. Name the target whenever there is one. For columns alone use describe_table.
#[derive(JsonSchema)]
pub struct ProfileTable;

/// Input of `profile_table`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileTableInput {
    /// Path or catalog name.
    table: String,
    /// Column that is to be predicted.
    target: Option<String>,
}

impl Operation for ProfileTable {
    const NAME: &'static str = "profile_table";
    const TITLE: &'static str = "Profile a table";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Explore;
    const QUOTES_TABLES: bool = true;
    const IS_LONG: bool = true;
    const EXAMPLE: &'static str = r#"{"table": "telco.csv", "target": "Churn"}"#;
    type Input = ProfileTableInput;
    type Output = TableProfile;

    fn run(cx: Context<'_>, input: ProfileTableInput) -> Result<TableProfile, Problem> {
        cx.engine.profile_table(cx.call, &input.table, input.target.as_deref())
    }
}

impl Summary for TableProfile {
    fn summary(&self) -> String {
        let profile = &self.profile;
        let size = &profile.table;
        let mut text = format!(
            "{}: {} rows, {} columns, {} duplicate rows, {} % of the cells missing.\n",
            self.name,
            size.n_rows,
            size.n_columns,
            size.duplicate_rows,
            number(size.missing_share * 100.0, 2)
        );
        if let Some(target) = &profile.target {
            let classes: Vec<String> = target.classes.iter().take(5).map(|class| format!("{} {}", class.value, class.count)).collect();
            let said = if classes.is_empty() { "a number".to_owned() } else { classes.join(", ") };
            text.push_str(&format!("Target {}: {said}.\n", target.column));
        }
        text.push_str(if profile.findings.is_empty() { "No findings.\n" } else { "\nFindings, most important first:\n" });
        for finding in profile.findings.iter().take(FINDINGS_SHOWN_MAX) {
            text.push_str(&format!("- [{}] {}. {}.\n", finding.severity.as_str(), finding.reason.trim_end_matches('.'), sentence(&finding.action)));
        }
        if profile.findings.len() > FINDINGS_SHOWN_MAX {
            text.push_str(&format!("- and {} more\n", profile.findings.len() - FINDINGS_SHOWN_MAX));
        }
        if let Some(target) = &profile.target {
            let rows: Vec<Vec<String>> = target
                .ranking
                .iter()
                .take(SIGNALS_SHOWN_MAX)
                .map(|ranked| vec![ranked.column.clone(), number(ranked.strength, 2), number(ranked.score, 3)])
                .collect();
            if !rows.is_empty() {
                text.push_str(&format!("\nWhat each column alone says about {}:\n{}", target.column, table(&["column", "signal", "score"], &rows)));
            }
        }
        for note in &profile.notes {
            text.push_str(&format!("Note: {}.\n", note.trim_end_matches('.')));
        }
        let next = profile.target.as_ref().map_or_else(
            || format!("profile_table {{\"table\": \"{}\", \"target\": \"…\"}}", self.name),
            |target| format!("train {{\"table\": \"{}\", \"target\": \"{}\"}}, with exclude for columns that leak", self.name, target.column),
        );
        text.push_str(&format!("\nReport: {}. Next: {next}.", self.report));
        text
    }

    fn images(&self) -> Vec<Image> {
        self.pictures.iter().map(image).collect()
    }
}

/// With a capital, and without its full stop, so that one can follow. Not for texts that may begin with a column's
/// name, which stays as it is.
fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A picture as an answer carries it.
pub(crate) fn image(picture: &Picture) -> Image {
    Image { media_type: "image/png", bytes: picture.png.clone() }
}

/// Draws one or two columns of a table as a chart and shows the picture, when a shape matters more
/// than a number. For all columns at once use profile_table, for numbers query.
#[derive(JsonSchema)]
pub struct Plot;

/// Input of `plot`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlotInput {
    /// Path or catalog name.
    table: String,
    /// `heatmap` draws the correlations of all numeric columns and takes no further field.
    #[schemars(schema_with = "kinds")]
    kind: ChartKind,
    /// Column along the x axis.
    x: Option<String>,
    /// Column along the y axis; scatter needs it, bar and line show its mean (share, for two levels),
    /// box its quartiles.
    y: Option<String>,
    /// Column whose levels get colours.
    color: Option<String>,
}

/// The kinds as a plain choice: what they draw stands in the fields' descriptions.
fn kinds(_: &mut SchemaGenerator) -> Schema {
    let kinds = [ChartKind::Histogram, ChartKind::Bar, ChartKind::Scatter, ChartKind::Line, ChartKind::Box, ChartKind::Heatmap];
    json_schema!({ "type": "string", "enum": kinds.map(ChartKind::as_str) })
}

impl Operation for Plot {
    const NAME: &'static str = "plot";
    const TITLE: &'static str = "Plot a table";
    const EFFECT: Effect = Effect::Read;
    const STAGE: Stage = Stage::Explore;
    const QUOTES_TABLES: bool = true;
    const EXAMPLE: &'static str = r#"{"table": "telco.csv", "kind": "histogram", "x": "tenure", "color": "Churn"}"#;
    type Input = PlotInput;
    type Output = plots::Plot;

    fn run(cx: Context<'_>, input: PlotInput) -> Result<plots::Plot, Problem> {
        let request = PlotRequest { kind: input.kind, x: input.x, y: input.y, color: input.color };
        cx.engine.plot(cx.call, &input.table, &request)
    }
}

impl Summary for plots::Plot {
    fn summary(&self) -> String {
        let notes: String = self.notes.iter().map(|note| format!("\nNote: {note}.")).collect();
        format!("{} ({}): {}.{notes}\nChart: {}, also as {}.", self.title, self.table, self.description, self.path, self.svg_path)
    }

    fn images(&self) -> Vec<Image> {
        self.picture.iter().map(image).collect()
    }
}
