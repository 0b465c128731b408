//! Making estimators: what they are, and what they are made of.

use std::sync::Arc;

use mlwright_python_values::info::Infos;
use mlwright_python_values::value::{Composite, Estimator, Object, ObjectId, Role, Value};

use crate::arguments::Call;
use crate::interpreter::Interpreter;
use crate::library::roles;

/// How deep parameters are looked into for words: a list of tuples of a name and an instance that holds a list.
const DEPTH_OF_PARAMETERS_MAX: usize = 4;

/// An estimator of the class with this full name, where it is known.
pub(in crate::library) fn make(cx: &mut Interpreter<'_>, full: &Arc<str>, call: &Call<'_>) -> Option<Value> {
    let short = full.rsplit('.').next().unwrap_or(full);
    let (own, composite) = match short {
        "make_pipeline" | "make_union" => (Role::RowTransformer, Some(Composite::Pipeline)),
        "make_column_transformer" => (Role::RowTransformer, Some(Composite::ColumnTransformer)),
        _ => (roles::role_of(full)?, roles::composite_of(short)),
    };
    let mut parameters: Vec<(Arc<str>, Value)> = Vec::new();
    for (position, argument) in call.positionals().enumerate() {
        parameters.push((format!("{position}").into(), argument.value.clone()));
    }
    for argument in &call.arguments {
        if let Some(keyword) = &argument.keyword {
            parameters.push((keyword.clone(), argument.value.clone()));
        }
    }
    let mut steps: Vec<ObjectId> = Vec::new();
    if composite.is_some() || own == Role::Model {
        for (name, value) in &parameters {
            if !matches!(&**name, "memory" | "param_grid" | "param_distributions" | "cv" | "scoring" | "columns") {
                collect(cx, value, &mut steps, 3);
            }
        }
    }
    let role = match composite {
        Some(Composite::Pipeline) if short != "FeatureUnion" && short != "make_union" => role_of_pipeline(cx, &steps),
        Some(Composite::Pipeline | Composite::ColumnTransformer) => role_of_union(cx, &steps),
        Some(Composite::Search) => {
            steps.first().and_then(|id| role(cx, *id)).filter(|role| role.is_model()).unwrap_or(Role::Model)
        }
        _ => {
            let parameter = |name: &str| parameters.iter().find(|(known, _)| &**known == name);
            match roles::learns(short, |name| parameter(name).map(|(_, value)| value.clone())) {
                Some(true) => Role::Transformer,
                Some(false) => Role::RowTransformer,
                None => own,
            }
        }
    };
    // Words that it is made with, `CountVectorizer(vocabulary=words)`, it knows before it is fitted.
    let prepares = composite.is_some() || matches!(own, Role::Transformer | Role::RowTransformer);
    let infos = match prepares {
        true => parameters
            .iter()
            .fold(Infos::default(), |all, (_, value)| all.union(&cx.words_within(value, DEPTH_OF_PARAMETERS_MAX))),
        false => Infos::default(),
    };
    let estimator = Estimator {
        class: full.clone(),
        role,
        made: cx.site(call.range()),
        parameters,
        steps,
        composite,
        fitted: None,
        infos,
        revision: 0,
    };
    Some(add(cx, estimator))
}

/// A new estimator, as a value; the rules are told of it.
pub(in crate::library) fn add(cx: &mut Interpreter<'_>, estimator: Estimator) -> Value {
    let estimator = Arc::new(estimator);
    let id = cx.state.add(Object::Estimator(estimator.clone()));
    cx.flow.made.push((id, estimator));
    Value::Object(id)
}

fn role(cx: &Interpreter<'_>, id: ObjectId) -> Option<Role> {
    match cx.state.get(id) {
        Object::Estimator(estimator) => Some(estimator.role),
        _ => None,
    }
}

/// The estimators in a value, and in the tuples and lists that it holds.
fn collect(cx: &Interpreter<'_>, value: &Value, steps: &mut Vec<ObjectId>, depth: usize) {
    if let Some((id, _)) = cx.state.estimator(value) {
        steps.push(id);
    } else if depth > 0
        && let Some((items, _)) = cx.state.items(value)
    {
        for item in &items {
            collect(cx, item, steps, depth - 1);
        }
    }
}

/// A pipeline is what its last step is; one of transformers learns when one of them does.
fn role_of_pipeline(cx: &Interpreter<'_>, steps: &[ObjectId]) -> Role {
    match steps.last().and_then(|id| role(cx, *id)) {
        Some(last @ (Role::Transformer | Role::RowTransformer)) => {
            let learns = steps.iter().any(|id| role(cx, *id) == Some(Role::Transformer));
            if learns { Role::Transformer } else { last }
        }
        Some(last) => last,
        None => Role::Model,
    }
}

fn role_of_union(cx: &Interpreter<'_>, steps: &[ObjectId]) -> Role {
    // Steps that are not understood may learn: as the classes of libraries mostly do.
    let learns = steps.is_empty() || steps.iter().any(|id| !matches!(role(cx, *id), Some(Role::RowTransformer)));
    if learns { Role::Transformer } else { Role::RowTransformer }
}
