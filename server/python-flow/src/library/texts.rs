//! Texts: what joins and counts their words (Python's counters, NLTK), and NLTK's models, which learn from lists of features.

use std::sync::Arc;

use mlwright_python_values::event::{EventKind, Fit, Score};
use mlwright_python_values::info::Infos;
use mlwright_python_values::rows::RowsId;
use mlwright_python_values::value::{Data, DataKind, Dict, Estimator, Object, Role, Text, Value};

use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// Corpora of NLTK whose texts are no samples: lists of words, lexicons.
const WORD_LISTS: &[&str] = &["stopwords", "wordnet", "words", "cmudict", "opinion_lexicon", "omw"];

/// A function or class of NLTK (3.9) by its full name.
pub(super) fn call_nltk(cx: &mut Interpreter<'_>, full: &Arc<str>, last: &str, call: &Call<'_>) -> Value {
    let first = call.positional(0).map(|argument| argument.value.clone()).unwrap_or_default();
    let class = full.rsplit('.').nth(1).unwrap_or_default();
    match last {
        "FreqDist" => {
            let infos = cx.learn_words(&first, call.range(), last);
            if infos.is_empty() {
                return Value::Object(cx.state.add(Object::Dict(Arc::new(Dict { open: true, ..Dict::default() }))));
            }
            super::frames::statistic(cx, infos)
        }
        "from_words" | "from_documents" if class.ends_with("CollocationFinder") => {
            let infos = cx.learn_words(&first, call.range(), class);
            super::frames::statistic(cx, infos)
        }
        "train" if class.ends_with("Classifier") => {
            let model = classifier(cx, full, call);
            fit_list(cx, &model, call);
            model
        }
        "SklearnClassifier" => classifier(cx, full, call),
        "accuracy" => accuracy(cx, call),
        // A tool that is loaded, no data.
        "load" if full.starts_with("nltk.data") => Value::Unknown,
        "download" => Value::Unknown,
        _ if full.starts_with("nltk.corpus.") && !WORD_LISTS.contains(&class) => {
            // What a corpus gives, by files or as a whole, is of one set of texts.
            let key = full.rsplit_once('.').map_or(&**full, |(corpus, _)| corpus);
            let (_, rows) = cx.base(Some(key), call.range());
            cx.opaque(rows, Infos::default())
        }
        _ => cx.opaque_result(call),
    }
}

/// `Counter(words)`: what it counts of many texts; alone it is a dictionary.
pub(super) fn counter(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let first = call.positional(0).map(|argument| argument.value.clone()).unwrap_or_default();
    // Counts of a column say how often classes are there.
    if cx.state.list(&first).is_some() && cx.current_sample().is_none() {
        let infos = cx.learn_words(&first, call.range(), "Counter");
        if !infos.is_empty() {
            return super::frames::statistic(cx, infos);
        }
    }
    if call.positional(0).is_some() {
        return Value::Unknown;
    }
    Value::Object(cx.state.add(Object::Dict(Arc::new(Dict { open: true, ..Dict::default() }))))
}

fn classifier(cx: &mut Interpreter<'_>, class: &Arc<str>, call: &Call<'_>) -> Value {
    let class = class.strip_suffix(".train").unwrap_or(class);
    let site = cx.site(call.range());
    super::estimators::add(cx, Estimator::new(class, Role::Classifier, site))
}

/// Whether an estimator is NLTK's, which learns from and is judged on lists of `(features, label)`.
pub(super) fn is_nltk(estimator: &Estimator) -> bool {
    estimator.class.starts_with("nltk.")
}

/// `classifier.train([(features, label), …])`.
pub(super) fn fit_list(cx: &mut Interpreter<'_>, model: &Value, call: &Call<'_>) {
    let Some(argument) = call.positional(0) else { return };
    let range = argument.range().unwrap_or(call.range());
    let Some(x) = samples(cx, &argument.value, range) else { return };
    let Some((object, estimator)) = cx.state.estimator(model).map(|(id, estimator)| (id, estimator.clone())) else {
        return;
    };
    let infos = x.all_infos();
    let data = cx.add_data(x);
    let Some(x) = cx.given(&data, range) else { return };
    let site = cx.site(call.range());
    let fit = cx.add_fit(Fit { object, estimator, site, x, y: None, infos, supervised: true, sample_weight: false });
    super::estimators::change(cx, model, |estimator| estimator.fitted = Some(fit));
}

/// `nltk.classify.accuracy(classifier, [(features, label), …])`.
fn accuracy(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let (Some(model), Some(gold)) = (call.positional(0), call.positional(1)) else { return Value::Number(None) };
    let Some(fit) = cx.state.estimator(&model.value).and_then(|(_, estimator)| estimator.fitted) else {
        return Value::Number(None);
    };
    let range = gold.range().unwrap_or(call.range());
    if let Some(x) = samples(cx, &gold.value.clone(), range) {
        let (rows, x_infos) = (x.rows, x.all_infos());
        let metric = "accuracy".into();
        let score = Score { metric, fit, rows, x_infos, given_scores: false, y: None, predicted_at: None };
        cx.note(call.range(), EventKind::Score(score));
    }
    Value::Number(None)
}

/// The samples that a list of features holds.
fn samples(cx: &mut Interpreter<'_>, value: &Value, range: mlwright_source_text::TextRange) -> Option<Data> {
    match cx.data_of(value) {
        Some(data) => Some((*data).clone()).filter(|data| data.rows != RowsId::NONE),
        None => cx.data_of_list(value, range),
    }
}

/// Whether data may be the text of a sample, or the texts of several.
pub(super) fn is_text(data: &Arc<Data>) -> bool {
    data.rows != RowsId::NONE && matches!(data.kind, DataKind::Opaque | DataKind::Array | DataKind::Series)
}

/// `" ".join(words)`: the words of a sample, or the texts of all of them, are a text of these rows.
pub(super) fn joined(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let texts = call.positional(0).map(|argument| argument.value.clone()).unwrap_or_default();
    match cx.data_within(&texts, 2).filter(is_text) {
        Some(data) => {
            let infos = cx.infos_of(&texts);
            cx.opaque(data.rows, infos)
        }
        None => Value::Str(Text::default()),
    }
}
