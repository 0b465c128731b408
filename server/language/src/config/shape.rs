//! What a key of the file may be, read from the JSON Schema: the part of draft 2020-12 that describes settings.

use serde_json::Value;

use super::names::Names;

/// References may lead to references, but not in circles.
const REFERENCES_MAX: usize = 16;

/// The schema of one value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'s> {
    root: &'s Value,
    /// As written at the key: what is said about the value here goes before what its type says.
    outer: &'s Value,
    node: &'s Value,
}

/// What a schema says of a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Child<'s> {
    Known(Shape<'s>),
    /// There must be no such key.
    Unknown,
    /// There may be any key, with any value; or the schema does not say.
    Free,
}

/// A type that values have; as in the schema, an integer is a number, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    List,
    Table,
}

impl Type {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::List,
            "object" => Self::Table,
            _ => return None,
        })
    }

    /// As shown to a reader.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "true or false",
            Self::List => "list",
            Self::Table => "table",
        }
    }
}

impl<'s> Shape<'s> {
    /// The schema of the whole file.
    pub(super) fn of_file(root: &'s Value) -> Self {
        Self::at(root, root)
    }

    fn at(root: &'s Value, outer: &'s Value) -> Self {
        let mut node = outer;
        for _ in 0..REFERENCES_MAX {
            let target =
                node.get("$ref").and_then(Value::as_str).and_then(|target| root.pointer(target.strip_prefix('#')?));
            match target.or_else(|| only_alternative(node)) {
                Some(next) => node = next,
                None => break,
            }
        }
        Self { root, outer, node }
    }

    fn get(self, keyword: &str) -> Option<&'s Value> {
        self.outer.get(keyword).or_else(|| self.node.get(keyword))
    }

    /// The types that are allowed; empty where the schema does not say.
    pub(super) fn types(self) -> Vec<Type> {
        match self.get("type") {
            Some(Value::String(name)) => Type::parse(name).into_iter().collect(),
            Some(Value::Array(names)) => names.iter().filter_map(|name| Type::parse(name.as_str()?)).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it may be a table, or a list of tables.
    pub(super) fn has_keys(self) -> bool {
        let types = self.types();
        types.is_empty()
            || types.contains(&Type::Table)
            || (types.contains(&Type::List) && self.item().is_none_or(Shape::has_keys))
    }

    /// The keys that are named, in the order of the schema.
    pub(super) fn properties(self) -> impl Iterator<Item = (&'s str, Shape<'s>)> {
        let all = self.get("properties").and_then(Value::as_object);
        all.into_iter().flatten().map(move |(name, outer)| (name.as_str(), Self::at(self.root, outer)))
    }

    /// The schema of the tables that it stands for: its own, or that of its elements when it is a list.
    pub(super) fn keyed(self) -> Shape<'s> {
        match self.item() {
            Some(item) if !self.types().contains(&Type::Table) => item,
            _ => self,
        }
    }

    /// What `name` is in a table of this schema.
    pub(super) fn child(self, name: &str) -> Child<'s> {
        if let Some((_, known)) = self.properties().find(|(property, _)| *property == name) {
            return Child::Known(known);
        }
        match self.get("additionalProperties") {
            Some(Value::Bool(false)) => Child::Unknown,
            Some(outer @ Value::Object(_)) => Child::Known(Self::at(self.root, outer)),
            _ => Child::Free,
        }
    }

    /// The schema of the values whose keys are free to choose.
    pub(super) fn free_values(self) -> Option<Shape<'s>> {
        self.get("additionalProperties").filter(|outer| outer.is_object()).map(|outer| Self::at(self.root, outer))
    }

    /// What lies at `path`.
    pub(super) fn descend<'n>(self, mut path: impl Iterator<Item = &'n str>) -> Option<Shape<'s>> {
        path.try_fold(self, |shape, name| match shape.keyed().child(name) {
            Child::Known(child) => Some(child),
            Child::Unknown | Child::Free => None,
        })
    }

    /// The schema of a list's elements.
    pub(super) fn item(self) -> Option<Shape<'s>> {
        self.get("items").filter(|items| items.is_object()).map(|outer| Self::at(self.root, outer))
    }

    /// Of what the text, or each text of the list, is the name.
    pub(super) fn names(self) -> Option<Names> {
        self.get("x-names").and_then(Value::as_str).and_then(Names::parse)
    }

    /// Of what the keys of the table are the names.
    pub(super) fn key_names(self) -> Option<Names> {
        self.get("propertyNames")?.get("x-names").and_then(Value::as_str).and_then(Names::parse)
    }

    /// The values that are allowed, each with what it means; empty where the type alone decides.
    pub(super) fn choices(self) -> Vec<(&'s Value, Option<&'s str>)> {
        if let Some(Value::Array(values)) = self.get("enum") {
            return values.iter().filter(|value| !value.is_null()).map(|value| (value, None)).collect();
        }
        let alternatives = ["oneOf", "anyOf"].iter().find_map(|keyword| self.get(keyword)?.as_array());
        let constants = alternatives.map(|all| {
            let constant = |one: &'s Value| Some((one.get("const")?, one.get("description").and_then(Value::as_str)));
            all.iter().map(constant).collect::<Option<Vec<_>>>()
        });
        constants.flatten().unwrap_or_default()
    }

    /// What the documentation says.
    pub(super) fn description(self) -> Option<&'s str> {
        self.get("description").and_then(Value::as_str)
    }

    /// What holds where the key is not there.
    pub(super) fn default(self) -> Option<&'s Value> {
        self.get("default").filter(|value| !value.is_null())
    }

    /// Values that show what is meant.
    pub(super) fn examples(self) -> impl Iterator<Item = &'s Value> {
        self.get("examples").and_then(Value::as_array).into_iter().flatten()
    }

    /// The form that a text must have.
    pub(super) fn pattern(self) -> Option<&'s str> {
        self.get("pattern").and_then(Value::as_str)
    }

    /// The least and the greatest number that are allowed.
    pub(super) fn bounds(self) -> (Option<f64>, Option<f64>) {
        let bound = |keyword| self.get(keyword).and_then(Value::as_f64);
        (bound("minimum"), bound("maximum"))
    }

    /// What is expected, in a few words: `number, 0 or more`, `list of texts`, `"a", "b" or "c"`.
    pub(super) fn expectation(self) -> String {
        let choices = self.choices();
        if !choices.is_empty() {
            return any_of(choices.iter().map(|(value, _)| value.to_string()));
        }
        if self.pattern().is_some()
            && let Some(example) = self.examples().next()
        {
            return format!("a text like {example}");
        }
        let named = self.types().into_iter().map(|kind| match (kind, self.item(), self.free_values()) {
            (Type::List, Some(item), _) => format!("list of {}", plural(&item.types())),
            (Type::Table, _, Some(value)) => format!("table of {}", plural(&value.types())),
            _ => kind.name().to_owned(),
        });
        let kinds = any_of(named);
        match self.bounds() {
            (Some(low), Some(high)) => format!("{kinds} from {low} to {high}"),
            (Some(low), None) => format!("{kinds}, {low} or more"),
            (None, Some(high)) => format!("{kinds}, {high} or less"),
            (None, None) => kinds,
        }
    }
}

/// `anyOf` of one schema and null is that schema.
fn only_alternative(node: &Value) -> Option<&Value> {
    let all = ["anyOf", "oneOf", "allOf"].iter().find_map(|keyword| node.get(keyword)?.as_array())?;
    let mut real = all.iter().filter(|one| one.get("type").is_none_or(|kind| kind != "null"));
    let only = real.next()?;
    (real.next().is_none() && only.get("const").is_none()).then_some(only)
}

fn plural(types: &[Type]) -> String {
    match types {
        [Type::Text] => "texts".to_owned(),
        [Type::Integer] => "integers".to_owned(),
        [Type::Number] => "numbers".to_owned(),
        [Type::Table] => "tables".to_owned(),
        [Type::List] => "lists".to_owned(),
        _ => "values".to_owned(),
    }
}

fn any_of(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    match names.as_slice() {
        [] => "value".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
