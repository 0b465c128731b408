//! gensim's models (4.3): vectors of words and documents, topics and weights, learned from all texts that they are given.

use std::sync::Arc;

use mlwright_python_values::info::Infos;
use mlwright_python_values::value::{Estimator, Role, Value};

use super::estimators::{add, change};
use super::frames::statistic;
use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// Classes that learn from texts, when they are made or later.
const MODELS: &[&str] = &[
    "Word2Vec", "Doc2Vec", "FastText", "Dictionary", "TfidfModel", "LdaModel", "LdaMulticore", "LsiModel", "HdpModel",
    "Phrases",
];

/// A function or class of gensim by the last part of its name.
pub(super) fn call(cx: &mut Interpreter<'_>, full: &Arc<str>, last: &str, call: &Call<'_>) -> Value {
    if MODELS.contains(&last) {
        let site = cx.site(call.range());
        let model = add(cx, Estimator::new(full.clone(), Role::Transformer, site));
        learn(cx, &model, last, call);
        return model;
    }
    match last {
        // Vectors that others have learned.
        "load" | "load_word2vec_format" | "load_facebook_model" | "load_facebook_vectors" => Value::Unknown,
        _ => cx.opaque_result(call),
    }
}

/// Whether an estimator is gensim's.
pub(super) fn is_one(estimator: &Estimator) -> bool {
    estimator.class.starts_with("gensim.")
}

/// A method of a model.
pub(super) fn method(
    cx: &mut Interpreter<'_>,
    object: &Value,
    estimator: &Estimator,
    name: &str,
    call: &Call<'_>,
) -> Value {
    match name {
        "build_vocab" | "train" | "add_documents" | "update" => {
            let class = estimator.class.clone();
            learn(cx, object, class.rsplit('.').next().unwrap_or(&class), call);
            Value::None
        }
        "infer_vector" | "doc2bow" | "doc2idx" | "get_document_topics" | "get_sentence_vector" => {
            let text = call.positional(0).map(|argument| argument.value.clone()).unwrap_or_default();
            described(cx, estimator, &text)
        }
        "save" | "save_word2vec_format" | "init_sims" | "filter_extremes" | "compactify" => Value::None,
        _ => Value::Unknown,
    }
}

/// `model.wv`, `model.dv`: vectors by word or document.
pub(super) fn attribute(cx: &mut Interpreter<'_>, estimator: &Estimator, name: &str) -> Option<Value> {
    matches!(name, "wv" | "dv" | "docvecs" | "vectors" | "token2id" | "key_to_index")
        .then(|| statistic(cx, estimator.infos.clone()))
}

/// `model[texts]`, `model[word]`.
pub(super) fn described(cx: &mut Interpreter<'_>, estimator: &Estimator, text: &Value) -> Value {
    let infos = estimator.infos.union(&cx.infos_of(text));
    let rows = cx.data_within(text, 3).map(|data| data.rows).or_else(|| cx.current_sample());
    match rows {
        Some(rows) => cx.opaque(rows, infos),
        None => statistic(cx, infos),
    }
}

/// What a model is given to learn from, where it is given something.
fn learn(cx: &mut Interpreter<'_>, model: &Value, class: &str, call: &Call<'_>) {
    let named = ["sentences", "documents", "corpus_iterable", "corpus"];
    let Some(texts) = named.iter().find_map(|name| call.keyword(name)).or(call.positional(0)) else { return };
    let texts = texts.value.clone();
    let learned = cx.learn_words(&texts, call.range(), class);
    let infos: Infos = learned.union(&cx.infos_of(&texts));
    change(cx, model, |estimator| estimator.infos = estimator.infos.union(&infos));
}
