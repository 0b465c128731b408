//! Charts as whole pictures: well-formed, legible, honest about what they leave out.

use mlwright_base::CancelToken;
use mlwright_data::{ColumnSchema, SemanticType};
use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, df};
use resvg::usvg::{Node, Tree};

use super::*;
use crate::{Context, ExploreError};

fn schema(columns: &[(&str, SemanticType)]) -> Vec<ColumnSchema> {
    let column = |(name, semantic): &(&str, SemanticType)| ColumnSchema {
        name: (*name).to_owned(),
        dtype: String::new(),
        semantic: *semantic,
        stored_as_text: false,
        reason: String::new(),
    };
    columns.iter().map(column).collect()
}

/// 5,000 rows: a number, a count, a category with a hostile level, a flag, a date.
fn table() -> (DataFrame, Vec<ColumnSchema>) {
    let n = 5_000i64;
    let levels = ["<b>&\"quoted\"</b>", "Month-to-month", "One year"];
    let number: Vec<Option<f64>> = (0..n).map(|i| (i % 100 != 0).then(|| (i as f64 * 0.37).sin() * 50.0 + i as f64 / 100.0)).collect();
    let count: Vec<i64> = (0..n).map(|i| (i * i) % 73).collect();
    let category: Vec<Option<&str>> = (0..n).map(|i| if i % 50 == 3 { None } else { Some(levels[(i % 7 / 3) as usize]) }).collect();
    let flag: Vec<&str> = (0..n).map(|i| if i % 4 == 0 { "Yes" } else { "No" }).collect();
    let many: Vec<String> = (0..n).map(|i| format!("level {}", i % 40)).collect();
    let date = polars::prelude::Series::new("date".into(), (0..n).map(|i| (18_000 + i / 2) as i32).collect::<Vec<_>>()).cast(&DataType::Date).unwrap();
    let mut frame = df!("number" => number, "count" => count, "category" => category, "flag" => flag, "many" => many).unwrap();
    frame.with_column(date.into_column()).unwrap();
    let described = schema(&[
        ("number", SemanticType::Numeric),
        ("count", SemanticType::Numeric),
        ("category", SemanticType::Categorical),
        ("flag", SemanticType::Boolean),
        ("many", SemanticType::Categorical),
        ("date", SemanticType::Datetime),
    ]);
    (frame, described)
}

fn request(kind: ChartKind, x: &str, y: &str, color: &str) -> PlotRequest {
    let named = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    PlotRequest { kind, x: named(x), y: named(y), color: named(color) }
}

fn draw(kind: ChartKind, x: &str, y: &str, color: &str) -> Result<Chart, ExploreError> {
    let (frame, described) = table();
    plot(&frame, &described, &request(kind, x, y, color), &Context::quiet(&CancelToken::new()))
}

fn drawn(kind: ChartKind, x: &str, y: &str, color: &str) -> Chart {
    draw(kind, x, y, color).unwrap_or_else(|error| panic!("{kind:?} {x} {y} {color}: {error}"))
}

/// Every text's box, in the chart's coordinates.
fn texts(tree: &Tree) -> Vec<(String, [f32; 4])> {
    fn walk(node: &Node, found: &mut Vec<(String, [f32; 4])>) {
        match node {
            Node::Group(group) => group.children().iter().for_each(|child| walk(child, found)),
            Node::Text(text) => {
                let content: String = text.chunks().iter().map(resvg::usvg::TextChunk::text).collect();
                let bounds = text.abs_bounding_box();
                found.push((content, [bounds.left(), bounds.top(), bounds.right(), bounds.bottom()]));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    tree.root().children().iter().for_each(|child| walk(child, &mut found));
    found
}

/// What holds for every chart: it can be read, and no text leaves the picture or covers another.
fn check(chart: &Chart) {
    let (width, height) = chart.size();
    let title = chart.title();
    assert!(width > 0.0 && height > 0.0 && height < 1_500.0, "{title}: {width} × {height}");
    let tree = png::tree(chart);
    let texts = texts(&tree);
    assert!(!texts.is_empty(), "{title}: no text");
    for (text, [left, top, right, bottom]) in &texts {
        assert!(*left >= -0.5 && *top >= -0.5 && *right <= width as f32 + 0.5 && *bottom <= height as f32 + 0.5, "{title}: {text:?} leaves the picture: {left} {top} {right} {bottom} of {width} {height}");
    }
    let turned = chart.svg().contains("rotate(");
    for (i, (a, p)) in texts.iter().enumerate().filter(|_| !turned) {
        for (b, q) in &texts[i + 1..] {
            let apart = p[2] <= q[0] + 1.0 || q[2] <= p[0] + 1.0 || p[3] <= q[1] + 3.0 || q[3] <= p[1] + 3.0;
            assert!(apart, "{title}: {a:?} covers {b:?}: {p:?} {q:?}");
        }
    }
    assert!(!chart.svg_for_page().contains("<style"), "{title}: a page's style must not change");
    assert!(!chart.description().is_empty(), "{title}");
    assert_eq!(&chart.png(1.0)[..8], b"\x89PNG\r\n\x1a\n", "{title}");
}

#[test]
fn every_kind_draws_every_sensible_choice_of_columns() {
    use ChartKind::{Bar, Box, Heatmap, Histogram, Line, Scatter};
    for (kind, x, y, color) in [
        (Histogram, "number", "", ""),
        (Histogram, "count", "", "category"),
        (Histogram, "date", "", "flag"),
        (Histogram, "many", "", ""),
        (Bar, "category", "", ""),
        (Bar, "category", "", "flag"),
        (Bar, "many", "number", ""),
        (Bar, "category", "flag", ""),
        (Bar, "number", "flag", ""),
        (Bar, "category", "number", "many"),
        (Scatter, "number", "count", ""),
        (Scatter, "date", "number", "category"),
        (Scatter, "count", "number", "number"),
        (Line, "date", "number", ""),
        (Line, "date", "", "category"),
        (Line, "count", "flag", "flag"),
        (Box, "number", "", ""),
        (Box, "category", "number", ""),
        (Box, "number", "category", "flag"),
        (Box, "many", "number", ""),
        (Heatmap, "", "", ""),
    ] {
        check(&drawn(kind, x, y, color));
    }
}

#[test]
fn builders_draw_extremes() {
    let long: Vec<String> = (0..40).map(|i| format!("a column with a very long name, number {i}")).collect();
    let pairs: Vec<(String, f64)> = long.iter().cloned().zip((0..40).map(|i| f64::from(i) - 20.0)).collect();
    check(&bars("Importance", "drop", Unit::Number, &pairs));
    check(&bars("Nothing", "drop", Unit::Number, &[("a".to_owned(), f64::NAN)]));
    let series: Vec<Series> = (0..9).map(|i| Series::new(format!("series {i}"), vec![0.1 * f64::from(i), 1.0, f64::INFINITY])).collect();
    let grouped = grouped_bars("Groups", "share", Unit::Share, &long[..3], &series);
    check(&grouped);
    let wide: Vec<EstimateRow> = pairs.iter().map(|(name, value)| EstimateRow { name: name.clone(), value: *value, low: value - 1.0, high: value + 1.0 }).collect();
    for reach in [Reach::FromZero, Reach::AroundValues] {
        let drawn = intervals("Intervals", "drop", Unit::Number, reach, &wide, Some(("all", 0.0)));
        check(&drawn);
        assert_eq!(drawn.notes(), ["20 further rows are left out", "dashed: all, 0"]);
        check(&intervals("Unsure", "share", Unit::Share, reach, &[EstimateRow { name: "a".into(), value: 0.5, low: f64::NAN, high: 1.0 }], None));
        check(&intervals("Nothing", "share", Unit::Share, reach, &[], None));
    }
    let line = DependenceLine { x_label: "x", x_unit: Unit::Number, y_label: "y", y_unit: Unit::Share, x: &[1.0, 2.0, 3.0] };
    check(&dependence("Dependence", &line, &series[..2], &[1.0, 2.0, 3.0], &[5, 0]));
    check(&dependence("Constant", &line, &[Series::new("y", vec![0.5; 3])], &[], &[]));
    check(&dependence("Nothing", &DependenceLine { x: &[], ..line }, &[Series::new("y", vec![f64::NAN])], &[], &[]));
    assert_eq!(grouped.notes(), ["2 further series are left out"]);
    check(&line_series("Lines", "x", Unit::Number, "y", Unit::Number, &[1.0, 2.0, 3.0], &series[..2]));
    check(&histogram("One bin", "x", Unit::Number, &[5.0, 6.0], &[3]));
    check(&small_histogram("Small", Unit::Time, &[0.0, 1e15], &[1]));
    let curve = |shape: fn(f64) -> f64| CurveSeries { name: "model".into(), points: (0..5_000).map(|i| (f64::from(i) / 5e3, shape(f64::from(i) / 5e3))).collect(), area: Some(0.9) };
    check(&roc("ROC", &[curve(f64::sqrt)]));
    check(&precision_recall("Precision and recall", &[curve(|recall| 1.0 - recall * recall)], 0.25));
    check(&calibration("Calibration", &[]));
    check(&confusion("Confusion", &["No".into(), "Yes".into()], &[vec![1_234_567, 0], vec![3, 4]]));
    let n = long.len();
    let matrix: Vec<Vec<Option<f64>>> = (0..n).map(|i| (0..n).map(|j| (i != j).then(|| ((i + j) as f64).cos())).collect()).collect();
    let heat = correlation("Correlation", &long, &matrix);
    check(&heat);
    assert_eq!(heat.notes(), ["10 further columns are left out"]);
}

#[test]
fn what_is_left_out_is_said() {
    let scatter = drawn(ChartKind::Scatter, "number", "count", "");
    assert_eq!(scatter.notes(), ["50 rows without both values left out", "a sample of 4,000 of 4,950 rows is drawn"]);
    assert_eq!(scatter.svg().matches("<circle").count(), SCATTER_POINTS_MAX);
    let bars = drawn(ChartKind::Bar, "many", "", "");
    assert_eq!(bars.notes(), ["other: 21 levels of many with fewer rows"]);
}

#[test]
fn means_and_shares_are_those_of_the_rows() {
    let frame = df!("g" => ["a", "a", "b", "b", "b"], "v" => [1.0, 2.0, 3.0, 4.0, 8.0], "won" => ["no", "yes", "yes", "yes", "no"]).unwrap();
    let described = schema(&[("g", SemanticType::Categorical), ("v", SemanticType::Numeric), ("won", SemanticType::Boolean)]);
    let describe = |y: &str| {
        let chart = plot(&frame, &described, &request(ChartKind::Bar, "g", y, ""), &Context::quiet(&CancelToken::new())).unwrap();
        (chart.title().to_owned(), chart.description().to_owned())
    };
    assert_eq!(describe("v"), ("mean of v by g".to_owned(), "b (3) 5, a (2) 1.5".to_owned()));
    assert_eq!(describe("won"), ("share of won = yes by g".to_owned(), "b (3) 67 %, a (2) 50 %".to_owned()));
    assert_eq!(describe(""), ("g".to_owned(), "b 3, a 2".to_owned()));
}

#[test]
fn wrong_arguments_name_the_field() {
    use ChartKind::{Bar, Heatmap, Histogram, Line, Scatter};
    let field = |kind, x, y, color| mlwright_base::Problem::from(draw(kind, x, y, color).unwrap_err()).field;
    assert_eq!(field(Scatter, "number", "", ""), "y");
    assert_eq!(field(Scatter, "category", "number", ""), "x");
    assert_eq!(field(Histogram, "", "", ""), "x");
    assert_eq!(field(Histogram, "number", "count", ""), "y");
    assert_eq!(field(Heatmap, "number", "", ""), "x");
    assert_eq!(field(Bar, "category", "many", ""), "y");
    assert_eq!(field(Line, "category", "number", ""), "x");
    let problem = mlwright_base::Problem::from(draw(Histogram, "numbr", "", "").unwrap_err());
    assert_eq!((problem.field.as_str(), problem.hint.as_str()), ("x", "did you mean number?"));
    let cancelled = CancelToken::new();
    cancelled.cancel();
    let (frame, described) = table();
    let result = plot(&frame, &described, &request(Histogram, "number", "", ""), &Context::quiet(&cancelled));
    assert_eq!(result, Err(ExploreError::Cancelled));
}

#[test]
fn empty_and_degenerate_columns_are_answered() {
    let frame = df!("none" => [None::<f64>, None], "same" => [3.0, 3.0], "text" => ["a", "b"]).unwrap();
    let described = schema(&[("none", SemanticType::Constant), ("same", SemanticType::Constant), ("text", SemanticType::Id)]);
    let draw = |kind, x: &str, y: &str| plot(&frame, &described, &request(kind, x, y, ""), &Context::quiet(&CancelToken::new()));
    assert!(matches!(draw(ChartKind::Histogram, "none", ""), Err(ExploreError::NothingToShow { .. })));
    assert!(matches!(draw(ChartKind::Scatter, "same", "none"), Err(ExploreError::NothingToShow { .. })));
    assert!(matches!(draw(ChartKind::Heatmap, "", ""), Err(ExploreError::NothingToShow { .. })));
    for (kind, x, y) in [(ChartKind::Histogram, "same", ""), (ChartKind::Scatter, "same", "same"), (ChartKind::Box, "text", "same"), (ChartKind::Line, "same", "")] {
        check(&draw(kind, x, y).unwrap());
    }
    assert!(matches!(
        plot(&frame.slice(0, 0), &described, &request(ChartKind::Histogram, "same", "", ""), &Context::quiet(&CancelToken::new())),
        Err(ExploreError::NothingToShow { .. })
    ));
}

#[test]
fn the_same_rows_give_the_same_picture() {
    let draw = || drawn(ChartKind::Scatter, "number", "count", "category");
    assert_eq!(draw().svg(), draw().svg());
    assert_eq!(draw().png(1.0), draw().png(1.0));
}

#[test]
fn hostile_names_stay_text() {
    let chart = drawn(ChartKind::Bar, "category", "", "");
    assert!(!chart.svg().contains("<b>") && !chart.svg_for_page().contains("<b>"));
    assert!(texts(&png::tree(&chart)).iter().any(|(text, _)| text == "<b>&\"quoted\"</b>"));
}

#[test]
fn widths_are_those_of_the_bundled_font() {
    for text in ["Permutation importance", "1,234,567.89 %", "WWWW iiii", "MonthlyCharges"] {
        let chart = bars(text, "", Unit::Number, &[("a".to_owned(), 1.0)]);
        let (_, [left, _, right, _]) = texts(&png::tree(&chart)).into_iter().find(|(found, _)| found == text).unwrap();
        let expected = label::width(text, 15.0);
        assert!((f64::from(right - left) - expected).abs() < 2.0, "{text}: {} and {expected}", right - left);
    }
}
