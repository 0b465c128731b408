//! A comparison as one HTML page.

use super::{ColumnDrift, DriftReport, Measures, chart};
use crate::markup::{count, escape, number, percent, plural};
use crate::report::{Page, figure};

/// Columns that are drawn; the others are in the table.
pub const DRAWN_MAX: usize = 60;

/// The page of a comparison; `title` says of what, `subtitle` of which two tables, or is empty.
#[must_use]
pub fn html(report: &DriftReport, title: &str, subtitle: &str) -> String {
    let size = format!(
        "{} against {} of the baseline",
        plural(report.current_rows, "row", "rows"),
        count(report.baseline_rows)
    );
    let mut page = Page::new(title, &if subtitle.is_empty() { size } else { format!("{subtitle} · {size}") });
    page.section(
        "summary",
        "Drift",
        &format!("{} of {} drifted", report.drifted.len(), plural(report.columns.len() as u64, "column", "columns")),
        summary(report),
    );
    let drawn: String = report.columns.iter().take(DRAWN_MAX).filter_map(drawing).collect();
    if !drawn.is_empty() {
        page.section(
            "columns",
            "Columns",
            "baseline and current over the same bins",
            format!("<div class=\"two\">{drawn}</div>"),
        );
    }
    page.section("measures", "Measures", "", table(report));
    page.finish()
}

fn summary(report: &DriftReport) -> String {
    let mut out = String::from("<ol class=\"panel findings\">");
    let drifted: Vec<&ColumnDrift> = report.columns.iter().filter(|column| column.drifted).collect();
    for column in &drifted {
        out.push_str(&format!(
            "<li class=\"warning\"><span class=\"badge warning\">drifted</span><div><h3>{}</h3><p>{}</p></div></li>",
            escape(&column.column),
            escape(&column.reason)
        ));
    }
    if drifted.is_empty() {
        out.push_str("<li><span class=\"badge\">quiet</span><div><h3>No column drifted</h3></div></li>");
    }
    out.push_str("</ol>");
    let mut notes = vec![format!("The rule: {}", report.rule)];
    if !report.missing_columns.is_empty() {
        notes.push(format!("no longer there: {}", report.missing_columns.join(", ")));
    }
    if !report.new_columns.is_empty() {
        notes.push(format!("new: {}", report.new_columns.join(", ")));
    }
    notes
        .extend(report.skipped.iter().map(|skipped| format!("{} is not compared: {}", skipped.column, skipped.reason)));
    let notes: String = notes.iter().map(|note| format!("<li>{}</li>", escape(note))).collect();
    format!("{out}<ul class=\"panel notes\">{notes}</ul>")
}

fn drawing(column: &ColumnDrift) -> Option<String> {
    chart(column).map(|chart| figure(&chart))
}

fn table(report: &DriftReport) -> String {
    let mut rows = String::new();
    for column in &report.columns {
        let (test, p, distance, psi, js) = match &column.measures {
            Some(Measures::Numeric(m)) => (
                format!("KS {}", number(m.ks_test)),
                m.ks_p_value,
                m.wasserstein_normed.map_or_else(
                    || number(m.wasserstein_distance),
                    |normed| format!("Wasserstein {} σ", number(normed)),
                ),
                m.psi,
                m.js_distance,
            ),
            Some(Measures::Categorical(m)) => (
                format!("χ² {}", number(m.chi_squared_test)),
                m.chi_squared_p_value,
                format!("total variation {}", number(m.tv_distance)),
                m.psi,
                m.js_distance,
            ),
            None => (String::new(), 1.0, String::new(), f64::NAN, f64::NAN),
        };
        let measured = column.measures.is_some();
        let or_blank = |text: String| if measured { text } else { String::new() };
        rows.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td><td>{}</td><td \
             class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{} → {}</td></tr>",
            escape(&column.column),
            if column.drifted { "<span class=\"badge warning\">drifted</span>" } else { "" },
            escape(&test),
            or_blank(number(p)),
            escape(&distance),
            or_blank(number(psi)),
            or_blank(number(js)),
            percent(column.baseline_missing_share),
            percent(column.current_missing_share),
        ));
    }
    format!(
        "<div class=\"panel scroll\"><table><thead><tr><th>column</th><th></th><th>test</th><th \
         class=\"number\">p</th><th>distance</th><th class=\"number\">PSI</th><th class=\"number\">JS</th><th \
         class=\"number\">missing</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
}
