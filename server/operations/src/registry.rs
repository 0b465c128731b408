//! The operations erased to one shape, and the one way to call them: parse, record, run, record.

use std::sync::LazyLock;

use mlwright_base::{ErrorCode, Problem, names};
use mlwright_engine::access::Scope;
use mlwright_engine::audit::{Outcome, Recording};
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use crate::answer::Answer;
use crate::operation::{Context, Effect, Operation, Stage};
use crate::summary::{Summary, bounded};
use crate::{catalog, lenient, schema};

/// The field of destructive operations that says that the user has agreed.
pub const CONFIRM: &str = "confirm";
/// The longest question.
const QUESTION_CHARS_MAX: usize = 500;

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
    /// What a caller must be allowed to do.
    pub scope: Scope,
    /// Where it belongs.
    pub stage: Stage,
    /// Whether its answer repeats values of tables, which anybody may have written.
    pub quotes_tables: bool,
    /// Whether its whole answer is mostly more than a model wants to read at once.
    pub is_long: bool,
    /// JSON Schema of the input.
    pub input_schema: Value,
    /// JSON Schema of the output.
    pub output_schema: Value,
    /// A valid input.
    pub example: Value,
    /// Is given the input and its schema.
    run: fn(Context<'_>, Value, &Value) -> Result<Answer, Problem>,
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
            scope: O::SCOPE,
            stage: O::STAGE,
            quotes_tables: O::QUOTES_TABLES,
            is_long: O::IS_LONG,
            input_schema: schema::of_input::<O::Input>(),
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

    /// Whether it makes a job, told by its waiting for one that its caller may bound.
    #[must_use]
    pub fn makes_job(&self) -> bool {
        self.fields().contains(&"wait_seconds") && self.output_schema["properties"].get("job").is_some()
    }

    /// What the user is asked before it is done.
    #[must_use]
    pub fn question(&self, input: &Value) -> String {
        let named: Vec<String> = input
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| *name != CONFIRM)
            .map(|(name, value)| format!("{name} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        format!("{}: {}?", self.title, named.join(", ")).chars().take(QUESTION_CHARS_MAX).collect()
    }

    /// Whether the caller may call it.
    ///
    /// # Errors
    /// [`ErrorCode::Refused`] naming the scope that is missing.
    fn permitted(&self, cx: Context<'_>) -> Result<(), Problem> {
        let scopes = cx.call.scopes;
        if scopes.contains(self.scope) {
            return Ok(());
        }
        Err(Problem::new(ErrorCode::Refused, format!("{} needs the scope {}, this caller has {scopes}", self.name, self.scope.as_str()))
            .hint("tell the user: `mlwright token create` makes a token with more scopes, and a session is read-only by --read-only or [mcp] in mlwright.toml"))
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
    // Who lives long, such as a server, follows what is changed in mlwright.toml.
    let engine = cx.engine.refreshed()?;
    let recording = Recording::start(&engine, cx.call, operation.name, &input, operation.effect != Effect::Read)?;
    let cx = Context { engine: &engine, call: cx.call };
    let result = operation
        .permitted(cx)
        .and_then(|()| cx.call.cancel.check().map_err(Problem::from))
        .and_then(|()| (operation.run)(cx, input, &operation.input_schema));
    recording.finish(result.as_ref().map_or_else(Outcome::of, |_| Outcome::Done))?;
    result
}

/// serde's words for what was found and expected, in the words of JSON. What the caller wrote stays as
/// it is.
fn plainly(message: &str) -> String {
    // What was expected comes last, in serde's words alone; what was found may hold anything.
    let Some((found, expected)) = message.rsplit_once(", expected ") else { return message.to_owned() };
    let expected = match expected {
        "usize" | "u64" | "u32" | "u16" => "a whole number of 0 or more",
        "i64" | "i32" => "a whole number",
        "f64" | "f32" => "a number",
        "a string" | "string or map" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    format!("{}, expected {expected}", found_plainly(found))
}

/// `invalid type: string "map"` as `invalid type: text "map"`.
fn found_plainly(message: &str) -> String {
    for kind in ["invalid type: ", "invalid value: "] {
        let Some(found) = message.strip_prefix(kind) else { continue };
        for (word, plain) in [("string ", "text "), ("floating point ", "number ")] {
            if let Some(value) = found.strip_prefix(word) {
                return format!("{kind}{plain}{value}");
            }
        }
        let plain = match found {
            "sequence" => "list",
            "map" => "object",
            other => other,
        };
        return format!("{kind}{plain}");
    }
    message.to_owned()
}

fn run<O: Operation>(cx: Context<'_>, input: Value, schema: &Value) -> Result<Answer, Problem> {
    let input = parse::<O>(input, schema)?;
    answer::<O>(&O::run(cx, input)?)
}

/// The answer that an output makes.
pub(crate) fn answer<O: Operation>(output: &O::Output) -> Result<Answer, Problem> {
    let structured = serde_json::to_value(output)
        .map_err(|error| Problem::new(ErrorCode::Internal, format!("the answer of {} is not JSON: {error}", O::NAME)))?;
    Ok(Answer { structured, summary: bounded(output.summary()), images: output.images() })
}

/// Reads an input; an error names the field, what was expected and what was found.
fn parse<O: Operation>(mut input: Value, schema: &Value) -> Result<O::Input, Problem> {
    if !input.is_object() {
        return Err(Problem::new(ErrorCode::InvalidArgument, format!("{} takes a JSON object", O::NAME)).hint(usage::<O>(schema)));
    }
    lenient::adapt(&mut input, schema);
    serde_path_to_error::deserialize(&input).map_err(|error| {
        let path: Vec<&Segment> = error.path().iter().collect();
        wrong::<O>(&path, &error.inner().to_string(), schema)
    })
}

/// What is wrong with an input, by where serde noticed it and what it says.
fn wrong<O: Operation>(path: &[&Segment], message: &str, schema: &Value) -> Problem {
    let problem = |message: String, hint: String| Problem::new(ErrorCode::InvalidArgument, message).hint(hint);
    if let Some(name) = unknown_field(message) {
        // The path leads to the field itself.
        let inside = match path {
            [inside @ .., Segment::Map { key }] if key == name => inside,
            path => path,
        };
        let known = part(schema, inside).and_then(|part| part.get("properties")).and_then(Value::as_object).cloned().unwrap_or_default();
        let whole = if inside.is_empty() { O::NAME.to_owned() } else { place(inside, None) };
        let hint = format!("{} {}", names::did_you_mean(name, known.keys().map(String::as_str)), usage::<O>(schema));
        return problem(format!("{whole} has no field {name:?}"), hint).field(place(inside, Some(name)));
    }
    let (at, said) = (place(path, None), plainly(message));
    let said = if at.is_empty() { said } else { format!("{at}: {said}") };
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    problem(said, usage::<O>(schema)).field(place(path, missing))
}

/// The name in serde's complaint about a field that there is none of. It may hold anything; what
/// follows it does not.
fn unknown_field(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("unknown field `")?;
    let (name, _) = rest.rsplit_once("`, expected ").or_else(|| rest.rsplit_once("`, there are no fields"))?;
    Some(name)
}

/// A place in an input as it is written in `field`, e.g. `thresholds.psi` or `rows[2].age`.
fn place(path: &[&Segment], last: Option<&str>) -> String {
    let mut place = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => place.push_str(&format!("[{index}]")),
            Segment::Map { key } => step(&mut place, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    if let Some(name) = last {
        step(&mut place, name);
    }
    place
}

fn step(place: &mut String, name: &str) {
    if !place.is_empty() {
        place.push('.');
    }
    place.push_str(name);
}

/// The part of a schema that describes a place in an input.
fn part<'s>(schema: &'s Value, path: &[&Segment]) -> Option<&'s Value> {
    path.iter().try_fold(schema, |part, segment| match segment {
        Segment::Seq { .. } => part.get("items"),
        Segment::Map { key } => part.get("properties").and_then(|fields| fields.get(key)).or_else(|| part.get("additionalProperties")),
        Segment::Enum { .. } | Segment::Unknown => None,
    })
}

fn usage<O: Operation>(schema: &Value) -> String {
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let needs = if required.is_empty() { String::new() } else { format!("{} needs {}; ", O::NAME, required.join(", ")) };
    format!("{needs}example: {} {}", O::NAME, O::EXAMPLE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::monitor::CreateMonitor;

    fn parsed(input: Value) -> Result<crate::monitor::CreateMonitorInput, Problem> {
        parse::<CreateMonitor>(input, &schema::of_input::<crate::monitor::CreateMonitorInput>())
    }

    fn refused(fields: &Value) -> Problem {
        let mut input = json!({ "name": "n", "baseline": "b.csv", "current": "c.csv" });
        for (name, value) in fields.as_object().unwrap() {
            input[name] = value.clone();
        }
        parsed(input).err().unwrap()
    }

    #[test]
    fn fields_are_named_as_the_caller_wrote_them() {
        for name in ["mapping", "a string", "se`quence", "x`, expected y"] {
            let problem = refused(&json!({ name: 1 }));
            assert_eq!((problem.field.as_str(), problem.message), (name, format!("create_monitor has no field {name:?}")));
        }
        assert!(refused(&json!({ "colums": [] })).hint.contains("did you mean columns?"));
    }

    #[test]
    fn unknown_fields_further_in_are_named_with_their_place() {
        let problem = refused(&json!({ "thresholds": { "psii": 0.1 } }));
        assert_eq!((problem.field.as_str(), problem.message.as_str()), ("thresholds.psii", "thresholds has no field \"psii\""));
        assert!(problem.hint.contains("did you mean psi?"), "{problem:?}");
    }

    #[test]
    fn types_are_said_in_the_words_of_json_and_values_as_they_are() {
        for (fields, field, message) in [
            (json!({ "thresholds": "a map, expected a string" }), "thresholds", r#"thresholds: invalid type: text "a map, expected a string", expected an object"#),
            (json!({ "columns": { "map": 1 } }), "columns", "columns: invalid type: object, expected a list"),
            (json!({ "columns": ["a", 2] }), "columns[1]", "columns[1]: invalid type: integer `2`, expected a text"),
            (json!({ "name": [] }), "name", "name: invalid type: list, expected a text"),
            (json!({ "thresholds": 0.5 }), "thresholds", "thresholds: invalid type: number `0.5`, expected an object"),
            (json!({ "thresholds": { "psi": "string" } }), "thresholds.psi", r#"thresholds.psi: invalid type: text "string", expected a number"#),
        ] {
            let problem = refused(&fields);
            assert_eq!((problem.field.as_str(), problem.message.as_str()), (field, message));
            assert!(problem.hint.contains("create_monitor needs name, baseline, current"), "{problem:?}");
        }
    }

    #[test]
    fn missing_fields_are_named() {
        let problem = parsed(json!({ "name": "n" })).err().unwrap();
        assert_eq!((problem.field.as_str(), problem.message.as_str()), ("baseline", "missing field `baseline`"));
    }
}
