//! Names of the lifecycle: models, experiments, endpoints, aliases, metrics; and addresses of models, `models:/NAME@ALIAS`.

use std::sync::Arc;

use mlwright_source_text::{Completion, CompletionKind, NameKind, TextEdit, TextRange};

use super::{N_OFFERS_MAX, Typing};

const SCHEME: &str = "models:/";

pub(super) fn complete(typing: &Typing<'_>, kind: NameKind, content: TextRange) -> Vec<Completion> {
    let typed = typing.typed(content);
    let takes_address = kind == NameKind::Model && typing.place.function_called() == Some("load_model");
    if takes_address {
        if let Some(at) = typed.find('@').filter(|_| typed.starts_with(SCHEME)) {
            let range = TextRange::new(content.start + at as u32 + 1, content.end);
            return offers(&typing.source.names(NameKind::Alias), NameKind::Alias, range, ToOwned::to_owned);
        }
        return offers(&typing.source.names(kind), kind, content, |name| format!("{SCHEME}{name}"));
    }
    offers(&typing.source.names(kind), kind, content, str::to_owned)
}

fn offers(names: &[Arc<str>], kind: NameKind, range: TextRange, written: impl Fn(&str) -> String) -> Vec<Completion> {
    names
        .iter()
        .take(N_OFFERS_MAX)
        .enumerate()
        .map(|(rank, name)| {
            let text = written(name);
            Completion {
                label: text.as_str().into(),
                kind: if kind == NameKind::Model { CompletionKind::Model } else { CompletionKind::Value },
                detail: Some(label(kind).to_owned()),
                documentation: None,
                edit: TextEdit { range, text },
                rank: rank as u32,
            }
        })
        .collect()
}

/// What a name of this kind is the name of.
pub(crate) fn label(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Model => "registered model",
        NameKind::Alias => "alias of a model",
        NameKind::Experiment => "experiment",
        NameKind::Endpoint => "endpoint",
        NameKind::Run => "run",
        NameKind::Monitor => "monitor",
        NameKind::Metric => "metric",
        NameKind::Toolset => "toolset",
    }
}
