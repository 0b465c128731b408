//! MLW109 and MLW110: what lies later in time.

use mlwright_python_values::event::EventKind;
use mlwright_python_values::info::InfoKind;

use super::Findings;
use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for (_, fit) in facts.model_fits() {
        for info in facts.info(&fit.x.data.all_infos()) {
            if info.kind == InfoKind::Future {
                let message = format!(
                    "`{}` puts values of later rows into a feature: when the model is used they are not known yet. Use values of earlier rows (`shift(1)`, `ffill`, a trailing window)",
                    info.what
                );
                found.report("MLW109", info.site, message, vec![(fit.site, "a model learns from it here")]);
            }
        }
    }
    for event in facts.events() {
        match &event.kind {
            EventKind::Split(split) if split.shuffles && split.input.data.by_time && !split.groups => {
                let message = "the rows are in the order of time and are split at random: the model learns from later rows than those it is judged on. Split by time (`shuffle=False`, a cut-off date, `TimeSeriesSplit`)";
                found.report("MLW110", event.site, message.to_owned(), vec![(split.input.range, "these rows")]);
            }
            EventKind::Sample { x, rows, .. } if x.data.by_time && *rows != x.data.rows => {
                let learned = facts.model_fits().any(|(_, fit)| facts.flow().rows.comes_from(fit.x.data.rows, *rows));
                if learned {
                    let message = "the rows are in the order of time and training rows are drawn at random: the model learns from later rows than those it is judged on. Cut at a date";
                    found.report("MLW110", event.site, message.to_owned(), vec![(x.range, "these rows")]);
                }
            }
            EventKind::CrossValidation { x, splitter, .. } if x.data.by_time => {
                let shuffles = splitter.as_ref().is_some_and(|splitter| {
                    let short = splitter.short_name();
                    short.contains("Shuffle")
                        || splitter.parameter("shuffle").and_then(mlwright_python_values::value::Value::truth)
                            == Some(true)
                });
                if shuffles {
                    let message =
                        "the rows are in the order of time and the folds are drawn at random. Use `TimeSeriesSplit`";
                    found.report("MLW110", event.site, message.to_owned(), Vec::new());
                }
            }
            _ => {}
        }
    }
}
