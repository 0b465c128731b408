//! The card as a page: self-contained, light or dark, printable, without scripts.

mod charts;
mod sections;

use mlwright_explore::markup::{count, plural};
use mlwright_explore::report::Page;

use super::facts::ModelCard;

/// The whole page.
#[must_use]
pub(crate) fn html(card: &ModelCard) -> String {
    let model = &card.model;
    let lead = format!(
        "Model card · {} by {} · {} · trained {}",
        model.task,
        model.learner,
        card.data.table,
        super::markdown::minute(&card.created)
    );
    let mut page = Page::new(&model.target, &lead);
    page.section("glance", "At a glance", "", sections::glance(card));
    page.section("scores", "Scores", &format!("on {} that nothing was chosen by", plural(card.data.n_test_rows as u64, "held-out row", "held-out rows")), sections::scores(card));
    page.section("relies", "What it relies on", "", sections::relies(card));
    page.section("errs", "Where it errs", "", sections::errs(card));
    page.section("people", "Groups of people", "", sections::people(card));
    page.section("learners", "Learners", &format!("{} tried", plural(card.n_candidates as u64, "candidate", "candidates")), sections::learners(card));
    page.section("data", "Data", &format!("{} × {}", plural(card.data.n_rows as u64, "row", "rows"), plural(card.data.n_columns as u64, "column", "columns")), sections::data(card));
    page.section("columns", "Columns", &format!("{} learned from, {} left out", count(card.data.n_features as u64), count(card.data.n_excluded as u64)), sections::columns(card));
    page.section("reproduce", "How to reproduce", "", sections::reproduce(card));
    page.finish()
}
