//! The short text beside the structured answer.

use mlwright_base::limits::SUMMARY_CHARS_MAX;

use crate::answer::Image;

/// Says an output in a few lines.
pub trait Summary {
    /// A few lines: the result, then what to do next. Markdown tables are fine.
    fn summary(&self) -> String;

    /// Pictures that an assistant can be shown.
    fn images(&self) -> Vec<Image> {
        Vec::new()
    }
}

/// Cuts a text at a line's end so that it has at most [`SUMMARY_CHARS_MAX`] characters, and says so.
#[must_use]
pub fn bounded(text: String) -> String {
    bounded_to(text, SUMMARY_CHARS_MAX)
}

fn bounded_to(text: String, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text;
    }
    let note = "\n… cut; the structured answer has everything";
    let keep: String = text.chars().take(chars_max.saturating_sub(note.chars().count())).collect();
    let end = keep.rfind('\n').filter(|end| *end > keep.len() / 2).unwrap_or(keep.len());
    format!("{}{note}", &keep[..end])
}

/// A Markdown table. Cells are cut at 60 characters and cannot break the table.
#[must_use]
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |text: &str| {
        let text = text.replace('|', "\\|").replace(['\n', '\r'], " ");
        if text.chars().count() > 60 { format!("{}…", text.chars().take(59).collect::<String>()) } else { text }
    };
    let mut out = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

/// A number in at most `digits` significant digits, without needless zeros.
#[must_use]
pub fn number(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor() as i64;
    let decimals = (digits as i64 - 1 - magnitude).clamp(0, 12) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_at_a_line() {
        let text = "line\n".repeat(100);
        let cut = bounded_to(text, 100);
        assert!(cut.chars().count() <= 100, "{}", cut.len());
        assert!(cut.ends_with("has everything"));
    }

    #[test]
    fn cells_cannot_break_the_table() {
        let text = table(&["a", "b"], &[vec!["x|y\nz".into(), "é".repeat(80)]]);
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("x\\|y z"));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(0.846_123_4, 4), "0.8461");
        assert_eq!(number(50_182.333, 4), "50182");
        assert_eq!(number(1.5, 4), "1.5");
        assert_eq!(number(-0.000_012_34, 2), "-0.000012");
        assert_eq!(number(f64::NAN, 4), "NaN");
    }
}
