//! Tables and columns in words.

use std::fmt::Write;

use crate::schema::{ColumnSummary, Table, TableColumn};

/// `float · 3 % missing`
pub fn detail(column: &TableColumn) -> String {
    let mut detail = column.dtype.name().to_owned();
    if let Some(missing) = missing(column.missing_share) {
        let _ = write!(detail, " · {missing}");
    }
    detail
}

/// `3 % missing`; nothing where nothing is or where it is not known.
pub fn missing(share: Option<f64>) -> Option<String> {
    let percent = share.filter(|share| *share > 0.0)? * 100.0;
    Some(if percent < 1.0 { "<1 % missing".to_owned() } else { format!("{percent:.0} % missing") })
}

/// `1,234,567`
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `7,043 rows × 21 columns`
pub fn shape(table: &Table) -> String {
    let n_columns = table.columns.len();
    let columns = format!("{n_columns} {}", if n_columns == 1 { "column" } else { "columns" });
    match table.n_rows {
        Some(n_rows) => format!("{} {} × {columns}", grouped(n_rows), if n_rows == 1 { "row" } else { "rows" }),
        None => columns,
    }
}

/// Columns that a hover lists; of more it says how many.
const COLUMNS_MAX: usize = 40;

/// One line for each column.
pub fn columns<'c>(columns: impl ExactSizeIterator<Item = &'c TableColumn>) -> String {
    let n_columns = columns.len();
    let mut text = String::from("| column | type | missing | example |\n| --- | --- | --- | --- |\n");
    for column in columns.take(COLUMNS_MAX) {
        let missing = column.missing_share.map_or(String::new(), |share| format!("{:.0} %", share * 100.0));
        let example = column.example.as_deref().map_or(String::new(), cell);
        let _ = writeln!(text, "| {} | {} | {missing} | {example} |", cell(&column.name), column.dtype.name());
    }
    if n_columns > COLUMNS_MAX {
        let _ = writeln!(text, "\nand {} more columns", n_columns - COLUMNS_MAX);
    }
    text
}

/// Text inside a table of Markdown, on one line and not too long.
fn cell(text: &str) -> String {
    /// Characters of a value that are shown.
    const CELL_CHARS_MAX: usize = 40;
    let mut cell: String = text.chars().take(CELL_CHARS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(CELL_CHARS_MAX).is_some() {
        cell.push('…');
    }
    format!("`{}`", cell.replace('`', "'").replace('|', "\\|"))
}

/// What a profile says of a column.
pub fn summary(summary: &ColumnSummary) -> String {
    let mut text = String::new();
    let mut facts = vec![format!("{} rows", grouped(summary.n_rows))];
    facts.push(missing(Some(summary.missing_share)).unwrap_or_else(|| "none missing".to_owned()));
    if let Some(n_distinct) = summary.n_distinct {
        facts.push(format!("{} distinct", grouped(n_distinct)));
    }
    let _ = writeln!(text, "{} · {}\n", summary.semantic_type, facts.join(" · "));
    if let Some((least, greatest)) = &summary.range {
        let _ = write!(text, "from {} to {}", cell(least), cell(greatest));
        if let Some(mean) = summary.mean {
            let _ = write!(text, ", mean {}", number(mean));
        }
        if let Some([low, middle, high]) = summary.quartiles {
            let _ = write!(text, ", quartiles {} · {} · {}", number(low), number(middle), number(high));
        }
        text.push_str("\n\n");
    }
    if !summary.histogram.is_empty() {
        let _ = writeln!(text, "`{}`\n", bars(&summary.histogram));
    }
    if !summary.top_values.is_empty() {
        let values: Vec<String> =
            summary.top_values.iter().map(|(value, n)| format!("{} {}", cell(value), grouped(*n))).collect();
        let _ = writeln!(text, "{}\n", values.join(", "));
    }
    for finding in &summary.findings {
        let _ = writeln!(text, "- {finding}");
    }
    text
}

/// A number with four significant digits.
fn number(value: f64) -> String {
    let digits = if value == 0.0 || !value.is_finite() {
        0
    } else {
        (3 - value.abs().log10().floor() as i32).clamp(0, 6) as usize
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A histogram in one line; a bin that has anything has a bar.
fn bars(counts: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar =
        |count: u64| if count == 0 { ' ' } else { BARS[((count as f64 / most as f64) * 8.0).ceil() as usize - 1] };
    counts.iter().map(|count| bar(*count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
        for (value, expected) in
            [(0.0, "0"), (32.371149, "32.37"), (1234567.0, "1234567"), (0.00012345, "0.000123"), (-5.0, "-5")]
        {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn shares_are_rounded_but_never_to_nothing() {
        assert_eq!(missing(Some(0.034)).as_deref(), Some("3 % missing"));
        assert_eq!(missing(Some(0.001)).as_deref(), Some("<1 % missing"));
        assert_eq!(missing(Some(0.0)), None);
    }

    #[test]
    fn histograms_have_a_bar_wherever_there_is_a_value() {
        assert_eq!(bars(&[0, 1, 50, 100]), " ▁▄█");
    }
}
