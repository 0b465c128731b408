//! Tables of shaded cells: confusion and correlation.

use super::left_out;
use crate::chart::canvas::{Anchor, DIVERGING_SHADES, diverging, shade};
use crate::chart::frame::{Sheet, WIDTH};
use crate::chart::{Chart, HEATMAP_COLUMNS_MAX, LABEL_CHARS_MAX, label};
use crate::markup;

const LABEL_SIZE: f64 = 11.0;
/// Numbers stand in cells at least this wide.
const CELL_WITH_TEXT: f64 = 34.0;

/// The grid of a matrix: where its cells are.
struct Grid {
    left: f64,
    top: f64,
    cell: f64,
}

/// A sheet with few cells is narrower than others, but not too narrow for its title.
const NARROWEST: f64 = 420.0;
/// Column labels are turned, so that they may be long.
const TURN: f64 = -45.0;

impl Grid {
    /// Draws the labels of rows and columns and answers where the cells are.
    fn draw(sheet: &mut Sheet, rows_title: &str, columns_title: &str, labels: &[String], cell_max: f64) -> Self {
        let names: Vec<String> = labels.iter().map(|name| markup::shorten(name, LABEL_CHARS_MAX)).collect();
        let widest = names.iter().map(|name| label::width(name, LABEL_SIZE)).fold(0.0, f64::max).min(190.0);
        let left = 16.0 + widest.max(label::width(rows_title, 12.0)) + 10.0;
        // Turned labels reach to the right of the last column as far as they reach up.
        let reach = widest * std::f64::consts::FRAC_1_SQRT_2 + 16.0;
        let cell = ((WIDTH - left - reach.max(24.0)) / names.len().max(1) as f64).clamp(14.0, cell_max);
        let mut top = sheet.top + reach;
        if !columns_title.is_empty() {
            sheet.canvas.text(left, sheet.top + 10.0, Anchor::Start, "mlw-muted", columns_title);
            sheet.canvas.text(16.0, sheet.top + 10.0, Anchor::Start, "mlw-muted", rows_title);
            top += 18.0;
        }
        for (i, name) in names.iter().enumerate() {
            let middle = (i as f64 + 0.5) * cell;
            let fitted = label::fit(name, LABEL_SIZE, 190.0);
            sheet.canvas.text(left - 6.0, top + middle + 4.0, Anchor::End, "mlw-small", &fitted);
            sheet.canvas.turned(left + middle + 2.0, top - 6.0, TURN, Anchor::Start, "mlw-small", &fitted);
        }
        sheet.width = (left + cell * names.len() as f64 + reach.max(24.0)).max(NARROWEST);
        Self { left, top, cell }
    }

    fn cell(&self, sheet: &mut Sheet, (row, column): (usize, usize), class: &str, tip: &str) {
        let (x, y) = (self.left + column as f64 * self.cell, self.top + row as f64 * self.cell);
        sheet.canvas.rect(x + 0.5, y + 0.5, self.cell - 1.0, self.cell - 1.0, class, tip);
    }

    /// Writes into a cell; `strong` cells have a ground that asks for the other ink.
    fn write(&self, sheet: &mut Sheet, (row, column): (usize, usize), dy: f64, strong: bool, text: &str) {
        let (x, y) = (self.left + (column as f64 + 0.5) * self.cell, self.top + (row as f64 + 0.5) * self.cell);
        sheet.canvas.text(x, y + 4.0 + dy, Anchor::Middle, if strong { "mlw-strong" } else { "mlw-small" }, text);
    }

    fn bottom(&self, n: usize) -> f64 {
        self.top + n as f64 * self.cell
    }
}

/// What was predicted (columns) for each true class (rows). `counts[i][j]` are rows of class `i`
/// predicted as `j`; cells are shaded by their share of the row. The first [`HEATMAP_COLUMNS_MAX`]
/// classes are drawn.
#[must_use]
pub fn confusion(title: &str, labels: &[String], counts: &[Vec<u64>]) -> Chart {
    let mut notes = Vec::new();
    left_out(labels.len().saturating_sub(HEATMAP_COLUMNS_MAX), "further class is", "further classes are", &mut notes);
    let n = labels.len().min(HEATMAP_COLUMNS_MAX);
    let mut sheet = Sheet::new(title, NARROWEST, &[]);
    let grid = Grid::draw(&mut sheet, "true ↓", "predicted →", &labels[..n], 110.0);
    let (mut right, mut all) = (0, 0);
    for row in 0..n {
        let total: u64 = counts.get(row).map_or(0, |counts| counts.iter().sum());
        for column in 0..n {
            let count = counts.get(row).and_then(|counts| counts.get(column)).copied().unwrap_or(0);
            let share = if total == 0 { 0.0 } else { count as f64 / total as f64 };
            (all, right) = (all + count, if row == column { right + count } else { right });
            let tip = format!("{} predicted as {}: {} ({})", labels[row], labels[column], markup::plural(count, "row", "rows"), markup::percent(share));
            grid.cell(&mut sheet, (row, column), &shade(share), &tip);
            let strong = share > 0.5;
            if grid.cell >= 56.0 {
                grid.write(&mut sheet, (row, column), -7.0, strong, &markup::count(count));
                grid.write(&mut sheet, (row, column), 8.0, strong, &markup::percent(share));
            } else if grid.cell >= CELL_WITH_TEXT && label::width(&markup::count(count), LABEL_SIZE) < grid.cell {
                grid.write(&mut sheet, (row, column), 0.0, strong, &markup::count(count));
            }
        }
    }
    notes.push("shade and percentage: share of the true class".to_owned());
    let description = format!("{} of {} rows on the diagonal", markup::count(right), markup::count(all));
    sheet.finish(grid.bottom(n) + 8.0, description, notes)
}

/// A matrix of correlations in [-1, 1], `values[i][j]` of columns `i` and `j`; `None` where there is
/// none. The first [`HEATMAP_COLUMNS_MAX`] columns are drawn.
#[must_use]
pub fn correlation(title: &str, columns: &[String], values: &[Vec<Option<f64>>]) -> Chart {
    draw_correlation(title, columns, values, Vec::new())
}

/// As [`correlation`], with further notes.
pub(in crate::chart) fn draw_correlation(title: &str, columns: &[String], values: &[Vec<Option<f64>>], mut notes: Vec<String>) -> Chart {
    left_out(columns.len().saturating_sub(HEATMAP_COLUMNS_MAX), "further column is", "further columns are", &mut notes);
    let n = columns.len().min(HEATMAP_COLUMNS_MAX);
    let mut sheet = Sheet::new(title, NARROWEST, &[]);
    draw_scale(&mut sheet);
    let grid = Grid::draw(&mut sheet, "", "", &columns[..n], 56.0);
    let mut strongest: Option<(f64, usize, usize)> = None;
    for row in 0..n {
        for column in 0..n {
            let known = values.get(row).and_then(|values| values.get(column)).copied().flatten().filter(|value| value.is_finite());
            let Some(value) = known else {
                let tip = format!("{} and {}: no correlation", columns[row], columns[column]);
                grid.cell(&mut sheet, (row, column), "mlw-ground", &tip);
                continue;
            };
            let tip = format!("{} and {}: {value:.3}", columns[row], columns[column]);
            grid.cell(&mut sheet, (row, column), &diverging(value), &tip);
            if grid.cell >= CELL_WITH_TEXT {
                grid.write(&mut sheet, (row, column), 0.0, value.abs() > 0.7, &two_decimals(value));
            }
            if row < column && strongest.is_none_or(|(best, ..)| value.abs() > best.abs()) {
                strongest = Some((value, row, column));
            }
        }
    }
    let description = strongest.map_or_else(
        || "no pair of columns has a correlation".to_owned(),
        |(value, a, b)| format!("the strongest pair is {} and {} with {value:.3}", columns[a], columns[b]),
    );
    sheet.finish(grid.bottom(n) + 8.0, description, notes)
}

/// The key: shades from -1 to 1.
fn draw_scale(sheet: &mut Sheet) {
    let (left, width, top) = (44.0, 9.0, sheet.top);
    for i in 0..DIVERGING_SHADES {
        let value = i as f64 / (DIVERGING_SHADES - 1) as f64 * 2.0 - 1.0;
        sheet.canvas.rect(left + i as f64 * width, top, width, 10.0, &diverging(value), "");
    }
    let right = left + DIVERGING_SHADES as f64 * width;
    sheet.canvas.text(left - 6.0, top + 9.0, Anchor::End, "mlw-note", "-1");
    sheet.canvas.text((left + right) / 2.0, top + 23.0, Anchor::Middle, "mlw-note", "0");
    sheet.canvas.text(right + 6.0, top + 9.0, Anchor::Start, "mlw-note", "1");
    sheet.top += 26.0;
}

fn two_decimals(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text }
}
