//! What is offered for a selection beyond the fixes of diagnostics: operations on the table read there, a split before a fit, a
//! pipeline of what is fitted one after the other, a run that logs a fit.

mod import;
mod pipeline;
mod split;
mod track;

use mlwright_python_flow::Script;
use mlwright_source_text::{Action, ActionKind, SchemaSource, TextRange};

use super::lenses;

/// What is offered for the text in `range`, beyond the fixes of its diagnostics.
pub fn actions(script: &Script, range: TextRange, source: &dyn SchemaSource) -> Vec<Action> {
    let analysis = script.analysis(source);
    let meets = |place: TextRange| place.touches(range.start) || place.touches(range.end) || range.contains(place);
    let mut actions = Vec::new();
    for (_, table) in lenses::reads(analysis).into_iter().filter(|(place, _)| meets(*place)) {
        let Some(written) = lenses::written(&table, source) else { continue };
        let target = lenses::target_of(analysis, &table);
        let profile = lenses::profile(range, &table, &written, target.as_deref(), &Default::default());
        let train = target.map(|target| lenses::train(range, &table, &written, &target, &Default::default()));
        for lens in std::iter::once(profile).chain(train) {
            actions.push(Action {
                title: lens.title,
                kind: ActionKind::Source,
                edits: Vec::new(),
                command: lens.command,
                is_preferred: false,
            });
        }
    }
    actions.extend(split::split_before_fit(script, analysis, range));
    actions.extend(pipeline::wrap_in_pipeline(script, analysis, range));
    actions.extend(track::log_fit(script, analysis, range));
    actions
}
