//! The operations erased to one shape, and the one way to call them: parse, record, run, record.

use std::sync::LazyLock;

use mlwright_base::{ErrorCode, Problem, names};
use mlwright_engine::audit::{Outcome, Recording};
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::{Summary, bounded};
use crate::{catalog, schema};

/// An operation without its types.
pub struct Registered {
    /// Name in snake case.
    pub name: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// The text an assistant reads.
    pub description: String,
    /// What it does to the workspace.
    pub effect: Effect,
    /// Where it belongs.
    pub stage: Stage,
    /// JSON Schema of the input.
    pub input_schema: Value,
    /// JSON Schema of the output.
    pub output_schema: Value,
    /// A valid input.
    pub example: Value,
    run: fn(Context<'_>, Value) -> Result<Answer, Problem>,
}

impl Registered {
    /// Erases an operation.
    #[must_use]
    pub fn new<O: Operation>() -> Self {
        Self {
            name: O::NAME,
            title: O::TITLE,
            description: schema::description::<O>(),
            effect: O::EFFECT,
            stage: O::STAGE,
            input_schema: schema::of::<O::Input>(),
            output_schema: schema::of::<O::Output>(),
            example: serde_json::from_str(O::EXAMPLE).expect("examples are JSON; a test parses them all"),
            run: run::<O>,
        }
    }

    /// The names of the input's fields, required ones first.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let required = self.required();
        let all = self.input_schema.get("properties").and_then(Value::as_object);
        let mut names: Vec<&str> = all.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        names.sort_by_key(|name| !required.contains(name));
        names
    }

    /// The names of the fields that must be given.
    #[must_use]
    pub fn required(&self) -> Vec<&str> {
        let list = self.input_schema.get("required").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// The kebab-case name that the command line uses.
    #[must_use]
    pub fn command(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// Every operation, in the order of the lifecycle. The order never changes between calls.
#[must_use]
pub fn all() -> &'static [Registered] {
    static ALL: LazyLock<Vec<Registered>> = LazyLock::new(catalog::registered);
    &ALL
}

/// The operation of that name (snake or kebab case).
///
/// # Errors
/// [`ErrorCode::NotFound`] with the nearest names.
pub fn find(name: &str) -> Result<&'static Registered, Problem> {
    let wanted = name.replace('-', "_");
    all().iter().find(|operation| operation.name == wanted).ok_or_else(|| {
        Problem::new(ErrorCode::NotFound, format!("there is no operation {name:?}"))
            .hint(names::did_you_mean(&wanted, all().iter().map(|operation| operation.name)))
    })
}

/// Calls an operation: the input is checked, the call and its outcome are written to the audit.
///
/// # Errors
/// What the operation answers, or [`ErrorCode::InvalidArgument`] naming the field at fault.
pub fn call(cx: Context<'_>, name: &str, input: Value) -> Result<Answer, Problem> {
    let operation = find(name)?;
    let input = if input.is_null() { Value::Object(Map::new()) } else { input };
    let recording = Recording::start(cx.engine, cx.call, operation.name, &input, operation.effect != Effect::Read)?;
    let result = cx.call.cancel.check().map_err(Problem::from).and_then(|()| (operation.run)(cx, input));
    let outcome = match &result {
        Ok(_) => Outcome::Done,
        Err(problem) if problem.is_cancelled() => Outcome::Cancelled,
        Err(problem) => Outcome::Failed { code: problem.code, message: problem.message.clone() },
    };
    recording.finish(outcome)?;
    result
}

/// JSON Schema counts 5.0 among the integers, and some clients write it so.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            // Up to 2^53 a float is one whole number and no other.
            if let Some(whole) = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0) {
                *value = Value::from(whole as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        _ => {}
    }
}

/// serde's words for what was expected, in the words of JSON.
fn plainly(message: &str) -> String {
    let (what, expected) = match message.rsplit_once(", expected ") {
        Some((what, expected)) => (what, expected),
        None => return message.to_owned(),
    };
    let plain = match expected {
        "usize" | "u64" | "u32" | "u16" => "a whole number of 0 or more",
        "i64" | "i32" => "a whole number",
        "f64" | "f32" => "a number",
        "a string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        other => other,
    };
    format!("{}, expected {plain}", what.replace("sequence", "list").replace("string", "text").replace("map", "object"))
}

fn run<O: Operation>(cx: Context<'_>, input: Value) -> Result<Answer, Problem> {
    let input = parse::<O>(input)?;
    let output = O::run(cx, input)?;
    let structured = serde_json::to_value(&output)
        .map_err(|error| Problem::new(ErrorCode::Internal, format!("the answer of {} is not JSON: {error}", O::NAME)))?;
    Ok(Answer { structured, summary: bounded(output.summary()), images: output.images() })
}

/// Reads an input; an error names the field, what was expected and what was found.
fn parse<O: Operation>(input: Value) -> Result<O::Input, Problem> {
    if !input.is_object() {
        return Err(Problem::new(ErrorCode::InvalidArgument, format!("{} takes a JSON object", O::NAME)).hint(usage::<O>()));
    }
    let mut input = input;
    whole_numbers(&mut input);
    serde_path_to_error::deserialize(&input).map_err(|error| {
        let path = error.path().to_string();
        let message = plainly(&error.inner().to_string());
        let quoted = message.split('`').nth(1).unwrap_or_default().to_owned();
        let mut problem = Problem::new(ErrorCode::InvalidArgument, message.clone()).hint(usage::<O>());
        if message.starts_with("unknown field") {
            let fields = schema::of::<O::Input>();
            let known = fields.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
            problem = Problem::new(ErrorCode::InvalidArgument, format!("{} has no field {quoted:?}", O::NAME))
                .hint(format!("{} {}", names::did_you_mean(&quoted, known.keys().map(String::as_str)), usage::<O>()))
                .field(quoted);
        } else if message.starts_with("missing field") {
            problem = problem.field(quoted);
        } else if path != "." {
            problem.message = format!("{path}: {message}");
            problem = problem.field(path);
        }
        problem
    })
}

fn usage<O: Operation>() -> String {
    let input = schema::of::<O::Input>();
    let required: Vec<&str> = input.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let needs = if required.is_empty() { String::new() } else { format!("{} needs {}; ", O::NAME, required.join(", ")) };
    format!("{needs}example: {} {}", O::NAME, O::EXAMPLE)
}
