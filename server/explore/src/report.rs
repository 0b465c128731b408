//! A profile as one HTML page: findings first, then the table, the target, each column, the pairs and
//! some rows. It needs no other file, no network and no script, is light or dark as the reader prefers,
//! prints, and holds nothing of the data that is not escaped.

mod cards;
mod page;
mod sections;
#[cfg(test)]
mod tests;

use crate::findings::Finding;
use crate::markup::{count, plural};
use crate::profile::Profile;

pub use page::{Page, figure};

/// Columns with a card; the rest are listed in one line each.
pub const CARDS_MAX: usize = 150;
/// Further columns listed below the cards.
pub const LISTED_MAX: usize = 2_000;
/// Pairs in the table of the strongest.
pub const PAIRS_MAX: usize = 20;
/// Columns that a finding names before it says how many more there are.
pub const FINDING_COLUMNS_MAX: usize = 12;

/// The page of a profile. `title` is the table's name, `subtitle` says where it comes from, or is empty.
#[must_use]
pub fn html(profile: &Profile, findings: &[Finding], title: &str, subtitle: &str) -> String {
    let table = &profile.table;
    let size = format!("{} × {}", plural(table.n_rows, "row", "rows"), plural(table.n_columns, "column", "columns"));
    let lead = if subtitle.is_empty() { size } else { format!("{subtitle} · {size}") };
    let mut page = Page::new(title, &lead);
    page.section(
        "findings",
        "Findings",
        &format!("{}, by what they mean for a model", count(findings.len() as u64)),
        sections::findings(findings),
    );
    page.section("overview", "Overview", "", sections::overview(profile));
    if let Some(target) = &profile.target {
        page.section("target", "Target", &target.column, sections::target(profile, target));
    }
    page.section("columns", "Columns", &count(table.n_columns), cards::columns(profile));
    if let Some(pairs) = sections::pairs(profile) {
        page.section("pairs", "Pairs", "how columns go together", pairs);
    }
    if !profile.sample.rows.is_empty() {
        page.section(
            "sample",
            "Sample",
            &format!("the first {}", plural(profile.sample.rows.len() as u64, "row", "rows")),
            sections::sample(profile),
        );
    }
    page.finish()
}
