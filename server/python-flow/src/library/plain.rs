//! Python's own functions, texts and paths.

use std::sync::Arc;

use mlwright_python_values::Context;
use mlwright_python_values::value::{DataKind, Dict, Object, Text, Value};

use crate::arguments::Call;
use crate::interpreter::Interpreter;

const BUILTINS: &[&str] = &[
    "abs", "all", "any", "bool", "bytes", "callable", "dict", "dir", "enumerate", "eval", "exec", "filter", "float",
    "format", "frozenset", "getattr", "globals", "hasattr", "hash", "id", "input", "int", "isinstance", "issubclass",
    "iter", "len", "list", "locals", "map", "max", "min", "next", "object", "open", "ord", "pow", "print", "property",
    "range", "repr", "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod", "str", "sum", "super",
    "tuple", "type", "vars", "zip", "classmethod", "complex", "chr", "display",
];

pub(super) fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
}

/// Numbers of a `range` that are listed one by one.
const N_RANGE_MAX: f64 = 40.0;

pub(super) fn call_builtin(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    let first = call.positional(0).map(|argument| argument.value.clone()).unwrap_or_default();
    match name {
        "set" | "frozenset" | "list" if call.arguments.is_empty() => cx.add_list(Vec::new(), false),
        "set" | "frozenset" => match cx.set_of_words(&first, call.range()) {
            Some(words) => words,
            None => sequence(cx, name, &first),
        },
        "list" | "tuple" | "sorted" | "reversed" => sequence(cx, name, &first),
        "dict" => {
            let mut dict = match cx.state.dict(&first) {
                Some((_, dict)) => (**dict).clone(),
                None => match cx.state.items(&first) {
                    Some((items, open)) => {
                        let pairs = items.iter().filter_map(|item| match item {
                            Value::Tuple(pair) if pair.len() == 2 => Some((pair[0].clone(), pair[1].clone())),
                            _ => None,
                        });
                        Dict { entries: pairs.collect(), open }
                    }
                    None => Dict { open: call.positional(0).is_some(), ..Dict::default() },
                },
            };
            for argument in &call.arguments {
                if let Some(keyword) = &argument.keyword {
                    dict.entries.push((Value::text(keyword), argument.value.clone()));
                }
            }
            Value::Object(cx.state.add(Object::Dict(Arc::new(dict))))
        }
        "range" => range(cx, call),
        "zip" => zip(cx, call),
        "enumerate" => match cx.state.items(&first) {
            Some((items, open)) => {
                let pairs = items
                    .into_iter()
                    .enumerate()
                    .map(|(index, item)| Value::Tuple(Arc::new(vec![Value::Number(Some(index as f64)), item])))
                    .collect();
                cx.add_list(pairs, open)
            }
            None => {
                let item = match cx.data_of(&first) {
                    Some(data) if matches!(data.kind, DataKind::Opaque | DataKind::Array | DataKind::Series) => {
                        cx.opaque(data.rows, data.all_infos())
                    }
                    Some(data) if data.kind == DataKind::Statistic => cx.add_data((*data).clone()),
                    Some(data) if data.kind == DataKind::Index => {
                        let names = data.columns.names().map(|name| Value::text(name)).collect::<Vec<_>>();
                        if !names.is_empty() && !data.columns.open {
                            let pairs = names
                                .into_iter()
                                .enumerate()
                                .map(|(index, item)| {
                                    Value::Tuple(Arc::new(vec![Value::Number(Some(index as f64)), item]))
                                })
                                .collect();
                            return cx.add_list(pairs, false);
                        }
                        Value::Str(Text::default())
                    }
                    _ => Value::Unknown,
                };
                let pair = Value::Tuple(Arc::new(vec![Value::Number(None), item]));
                cx.add_list(vec![pair], true)
            }
        },
        "len" => match (cx.state.items(&first), cx.data_of(&first)) {
            (Some((items, false)), _) => Value::Number(Some(items.len() as f64)),
            (_, Some(data)) => Value::Number(data.length().map(|n_rows| n_rows as f64)),
            _ => Value::Number(None),
        },
        "str" | "format" | "repr" => match &first {
            Value::Str(_) => first,
            Value::Path(path) => Value::text(path),
            Value::Number(Some(number)) if number.fract() == 0.0 => Value::text(&format!("{}", *number as i64)),
            // The text of a sample is the sample's.
            _ if cx.data_of(&first).is_some_and(|data| super::texts::is_text(&data)) => cx.add_data_like(&first),
            _ => Value::Str(Text::default()),
        },
        "str.format" => Value::Str(Text::default()),
        "int" | "float" | "abs" | "round" | "pow" => match &first {
            Value::Number(_) if name != "pow" => first,
            _ => match cx.data_of(&first) {
                Some(_) => cx.add_data_like(&first),
                None => Value::Number(None),
            },
        },
        "max" | "min" | "sum" => match cx.data_of(&first) {
            Some(data) => {
                let method: Arc<str> = name.into();
                let rest = Call { expr: call.expr, arguments: Vec::new() };
                super::data_method(cx, &first, &data, &method, &rest)
            }
            None => {
                let words = cx.words_in(&first);
                if words.is_empty() { Value::Unknown } else { super::frames::statistic(cx, words) }
            }
        },
        "map" | "filter" => {
            let second = call.positional(1).map(|argument| argument.value.clone()).unwrap_or_default();
            match cx.state.items(&second) {
                Some((items, open)) if name == "map" => {
                    let results = items
                        .iter()
                        .take(40)
                        .map(|item| cx.call_with(&first, std::slice::from_ref(item), call))
                        .collect();
                    cx.add_list(results, open || items.len() > 40)
                }
                Some((items, _)) => cx.add_list(items, true),
                None => Value::Unknown,
            }
        }
        "getattr" => match call.positional(1).and_then(|argument| argument.value.as_text().cloned()) {
            Some(name) => {
                let range = call.range();
                cx.attribute(first, &mlwright_python_syntax::ast::Ident { range, name })
            }
            None => Value::Unknown,
        },
        "next" | "iter" => match cx.state.items(&first) {
            Some((items, _)) if name == "next" => items.first().cloned().unwrap_or_default(),
            Some(_) => first,
            None => match cx.data_of(&first) {
                Some(data) => cx.opaque(data.rows, data.all_infos()),
                None => Value::Unknown,
            },
        },
        "super" => Value::Unknown,
        "all" | "any" if !cx.infos_of(&first).is_empty() => {
            let infos = cx.infos_of(&first);
            super::frames::statistic(cx, infos)
        }
        "bool" | "all" | "any" | "isinstance" | "hasattr" | "callable" | "issubclass" => Value::Bool(None),
        "print" | "display" => Value::None,
        _ => Value::Unknown,
    }
}

impl Interpreter<'_> {
    /// The same data as another object.
    pub(crate) fn add_data_like(&mut self, value: &Value) -> Value {
        match self.data_of(value) {
            Some(data) => self.add_data((*data).clone()),
            None => Value::Unknown,
        }
    }
}

fn sequence(cx: &mut Interpreter<'_>, name: &str, value: &Value) -> Value {
    if let Some((mut items, open)) = cx.state.items(value) {
        match name {
            "sorted" => {
                items.sort_by_key(|item| item.as_text().cloned());
                items = items.into_iter().map(|item| cx.ranked(item)).collect();
            }
            "reversed" => items.reverse(),
            "set" | "frozenset" => {
                let mut distinct: Vec<Value> = Vec::new();
                for item in items {
                    if distinct.len() > 500 || !distinct.iter().any(|known| known.same(&item)) {
                        distinct.push(item);
                    }
                }
                items = distinct;
            }
            "tuple" if !open => return Value::Tuple(Arc::new(items)),
            _ => {}
        }
        return cx.add_list(items, open);
    }
    if let Some((_, dict)) = cx.state.dict(value) {
        let (keys, open) = (dict.entries.iter().map(|(key, _)| key.clone()).collect(), dict.open);
        return cx.add_list(keys, open);
    }
    match cx.data_of(value) {
        Some(data) if matches!(data.kind, DataKind::Frame | DataKind::Index) && !data.columns.list.is_empty() => {
            let names = data.columns.names().map(|name| Value::text(name)).collect();
            cx.add_list(names, data.columns.open)
        }
        Some(data) if matches!(data.kind, DataKind::Index | DataKind::Statistic) => cx.add_data((*data).clone()),
        Some(data) => cx.add_data((*data).clone()),
        None if matches!(value, Value::Unknown) => Value::Unknown,
        None => cx.add_list(Vec::new(), true),
    }
}

fn range(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let numbers: Option<Vec<f64>> = call
        .positionals()
        .map(|argument| match argument.value {
            Value::Number(number) => number,
            _ => None,
        })
        .collect();
    let (start, end, step) = match numbers.as_deref() {
        Some([end]) => (0.0, *end, 1.0),
        Some([start, end]) => (*start, *end, 1.0),
        Some([start, end, step]) if *step != 0.0 => (*start, *end, *step),
        _ => return cx.add_list(vec![Value::Number(None)], true),
    };
    let length = ((end - start) / step).ceil().max(0.0);
    if length > N_RANGE_MAX {
        return cx.add_list(vec![Value::Number(None)], true);
    }
    let items = (0..length as usize).map(|index| Value::Number(Some(start + step * index as f64))).collect();
    cx.add_list(items, false)
}

fn zip(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let lists: Option<Vec<(Vec<Value>, bool)>> =
        call.positionals().map(|argument| cx.state.items(&argument.value)).collect();
    match lists {
        Some(lists) if !lists.is_empty() => {
            let length = lists.iter().map(|(items, _)| items.len()).min().unwrap_or(0);
            let open = lists.iter().any(|(_, open)| *open);
            let tuples = (0..length)
                .map(|index| Value::Tuple(Arc::new(lists.iter().map(|(items, _)| items[index].clone()).collect())));
            let tuples = tuples.collect();
            cx.add_list(tuples, open)
        }
        _ => {
            let items = call
                .positionals()
                .map(|argument| match cx.data_of(&argument.value).filter(|data| data.kind == DataKind::Statistic) {
                    Some(_) => argument.value.clone(),
                    None => {
                        let items = cx.state.items(&argument.value);
                        items.and_then(|(items, _)| items.first().cloned()).unwrap_or_default()
                    }
                })
                .collect();
            cx.add_list(vec![Value::Tuple(Arc::new(items))], true)
        }
    }
}

/// An attribute of a text, path or number.
pub(crate) fn plain_attribute(object: &Value, name: &str) -> Option<Value> {
    let Value::Path(path) = object else { return None };
    match name {
        "parent" => Some(Value::Path(path.rsplit_once('/').map_or(".", |(folder, _)| folder).into())),
        "name" => Some(Value::text(path.rsplit('/').next().unwrap_or(path))),
        "stem" => {
            let file = path.rsplit('/').next().unwrap_or(path);
            Some(Value::text(file.rsplit_once('.').map_or(file, |(stem, _)| stem)))
        }
        _ => None,
    }
}

/// A method of a text, path, number or of something unknown.
pub(crate) fn plain_method(cx: &mut Interpreter<'_>, object: &Value, name: &str, call: &Call<'_>) -> Value {
    match object {
        Value::Path(path) => match name {
            "joinpath" => {
                let mut joined = path.clone();
                for argument in call.positionals() {
                    match argument.value.as_text() {
                        Some(part) => joined = join_path(&joined, part),
                        None => return Value::Unknown,
                    }
                }
                Value::Path(joined)
            }
            "resolve" | "absolute" | "expanduser" => object.clone(),
            "as_posix" => Value::text(path),
            "exists" | "is_file" | "is_dir" => Value::Bool(None),
            _ => Value::Unknown,
        },
        Value::Str(text) => match (name, &text.value) {
            ("lower", Some(value)) => Value::text(&value.to_lowercase()),
            ("upper", Some(value)) => Value::text(&value.to_uppercase()),
            ("strip", Some(value)) if call.arguments.is_empty() => Value::text(value.trim()),
            ("replace", Some(value)) => {
                let argument =
                    |position| call.positional(position).and_then(|argument| argument.value.as_text().cloned());
                match (argument(0), argument(1)) {
                    (Some(from), Some(to)) => Value::text(&value.replace(&*from, &to)),
                    _ => Value::Str(Text::default()),
                }
            }
            ("join", Some(separator)) => {
                let items = call.positional(0).and_then(|argument| cx.state.items(&argument.value));
                let parts: Option<Vec<Arc<str>>> = match items {
                    Some((items, false)) => items.iter().map(|item| item.as_text().cloned()).collect(),
                    _ => None,
                };
                match parts {
                    Some(parts) => Value::text(&parts.join(&**separator)),
                    None => super::texts::joined(cx, call),
                }
            }
            ("split", Some(value)) => {
                let separator = call.positional(0).and_then(|argument| argument.value.as_text().cloned());
                let parts: Vec<Value> = match separator {
                    Some(separator) if !separator.is_empty() => value.split(&*separator).map(Value::text).collect(),
                    None if call.arguments.is_empty() => value.split_whitespace().map(Value::text).collect(),
                    _ => return Value::Unknown,
                };
                cx.add_list(parts, false)
            }
            ("startswith", Some(value)) => {
                let prefix = call.positional(0).and_then(|argument| argument.value.as_text().cloned());
                Value::Bool(prefix.map(|prefix| value.starts_with(&*prefix)))
            }
            ("endswith", Some(value)) => {
                let suffix = call.positional(0).and_then(|argument| argument.value.as_text().cloned());
                Value::Bool(suffix.map(|suffix| value.ends_with(&*suffix)))
            }
            ("startswith" | "endswith" | "isdigit" | "isnumeric", _) => Value::Bool(None),
            _ => Value::Str(Text::default()),
        },
        Value::Number(_) | Value::Bool(_) => Value::Unknown,
        _ => super::estimators::method_of_unknown(cx, name, call),
    }
}

/// `os.path.join`, `Path(…)` and the like.
pub(super) fn call_path(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    match name {
        "os.path.join" | "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" => {
            let mut joined: Option<Arc<str>> = None;
            for argument in call.positionals() {
                let Some(part) = argument.value.as_text() else { return Value::Unknown };
                if let Value::Str(text) = &argument.value {
                    cx.note_context(text.origin, Context::Path { folder: joined.clone() });
                }
                joined = Some(match joined {
                    None => part.clone(),
                    Some(path) => join_path(&path, part),
                });
            }
            let path = joined.unwrap_or_else(|| ".".into());
            if name == "os.path.join" { Value::text(&path) } else { Value::Path(path) }
        }
        "os.path.abspath" | "os.path.expanduser" | "os.path.realpath" | "os.path.normpath" => call.value(0, "path"),
        "os.path.dirname" => match call.value(0, "p").as_text() {
            Some(path) => Value::text(path.rsplit_once('/').map_or("", |(folder, _)| folder)),
            None => Value::Unknown,
        },
        "pathlib.Path.cwd" | "os.getcwd" => Value::Path(".".into()),
        "os.path.exists" | "os.path.isfile" | "os.path.isdir" => Value::Bool(None),
        _ => Value::Unknown,
    }
}

/// Other modules of Python's own, of which only little matters here.
pub(super) fn call_other(cx: &mut Interpreter<'_>, name: &str, call: &Call<'_>) -> Value {
    match name {
        "copy.copy" | "copy.deepcopy" => {
            let value = call.value(0, "x");
            match cx.data_of(&value) {
                Some(data) => cx.add_data((*data).clone()),
                None => match cx.state.estimator(&value).map(|(_, estimator)| estimator.clone()) {
                    Some(estimator) => Value::Object(cx.state.add(Object::Estimator(estimator))),
                    None => value,
                },
            }
        }
        "tqdm.tqdm" | "tqdm.notebook.tqdm" | "tqdm.auto.tqdm" | "tqdm.tqdm_notebook" => call.value(0, "iterable"),
        "collections.OrderedDict" | "collections.defaultdict" => Value::Object(
            cx.state.add(Object::Dict(Arc::new(Dict { open: name.ends_with("defaultdict"), ..Dict::default() }))),
        ),
        "collections.Counter" => super::texts::counter(cx, call),
        "itertools.product" | "itertools.chain" | "itertools.combinations" => cx.add_list(Vec::new(), true),
        "datetime.datetime.now" | "time.time" => Value::Number(None),
        _ if name.starts_with("re.") && call.arguments.iter().any(|argument| cx.data_of(&argument.value).is_some()) => {
            cx.opaque_result(call)
        }
        _ => Value::Unknown,
    }
}

/// One path below another.
pub(crate) fn join_path(path: &str, name: &str) -> Arc<str> {
    if name.starts_with('/') || path.is_empty() {
        return name.into();
    }
    format!("{}/{name}", path.trim_end_matches('/')).into()
}
