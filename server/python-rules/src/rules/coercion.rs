//! MLW208: values that become missing without a word.

use mlwright_python_values::event::EventKind;

use super::Findings;
use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for event in facts.events() {
        let EventKind::Coercion { what } = &event.kind else { continue };
        // Counting what is missing, before or after, is looking.
        let looks = ["isna", "isnull", "notna", "notnull", "count(", "null_count", "info("];
        let after = facts.text.get(event.site.start as usize..).unwrap_or("");
        if looks.iter().any(|word| after.contains(word)) {
            continue;
        }
        let message = format!(
            "`{what}` turns what it cannot read into missing values without a word: a changed format of the file goes unnoticed. Count the missing values before and after, or name what means missing with `na_values`"
        );
        found.report("MLW208", event.site, message, Vec::new());
    }
}
