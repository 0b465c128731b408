//! Lists, sets, dictionaries and their methods.

use std::sync::Arc;

use mlwright_python_values::value::{DataKind, List, Object, Value};

use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// A method of a list, set or dictionary.
pub(crate) fn container_method(cx: &mut Interpreter<'_>, object: &Value, name: &str, call: &Call<'_>) -> Value {
    let first = call.positional(0).map(|argument| argument.value.clone()).unwrap_or_default();
    if let Some((id, list)) = cx.state.list(object) {
        let mut list = list.clone();
        let result = match name {
            "append" | "add" => {
                cx.note_appended(id, &first, call.range());
                let first = cx.marked(first);
                let first = cx.belonging(first);
                let mut first = cx.decided(first);
                if cx.collects_words(id, &first) {
                    first = cx.collect_words(id, &first, name == "add", call.range());
                }
                Arc::make_mut(&mut list).items.push(first);
                Value::None
            }
            "extend" | "update" => {
                let more = cx.state.items(&first);
                let changed = Arc::make_mut(&mut list);
                match more {
                    Some((items, open)) => {
                        changed.items.extend(items);
                        changed.open |= open;
                    }
                    None => {
                        changed.open = true;
                        if cx.data_of(&first).is_some_and(|data| data.kind == DataKind::Opaque) {
                            let in_loop = cx.n_objects_before.last().is_some_and(|n_before| id.0 < *n_before);
                            let words = match in_loop {
                                true => cx.collect_words(id, &first, name == "update", call.range()),
                                false => first,
                            };
                            changed.items.push(words);
                        }
                    }
                }
                Value::None
            }
            "remove" | "discard" => {
                let changed = Arc::make_mut(&mut list);
                match changed.items.iter().position(|item| item.same(&first)) {
                    Some(index) => {
                        changed.items.remove(index);
                    }
                    None => changed.open |= first.as_text().is_none(),
                }
                Value::None
            }
            "insert" => {
                if let Some(item) = call.positional(1) {
                    Arc::make_mut(&mut list).items.insert(0, item.value.clone());
                }
                Value::None
            }
            "pop" => {
                let changed = Arc::make_mut(&mut list);
                match first {
                    Value::Number(Some(index)) if index >= 0.0 && (index as usize) < changed.items.len() => {
                        changed.items.remove(index as usize)
                    }
                    _ => changed.items.pop().unwrap_or_default(),
                }
            }
            "clear" => {
                *Arc::make_mut(&mut list) = List::default();
                Value::None
            }
            "copy" => return cx.add_list(list.items.clone(), list.open),
            "union" | "difference" | "intersection" | "symmetric_difference" => {
                let other = cx.state.items(&first);
                return match (name, other) {
                    ("union", Some((items, open))) => {
                        cx.add_list(list.items.iter().cloned().chain(items).collect(), list.open || open)
                    }
                    ("difference", Some((items, false))) => {
                        let kept = list
                            .items
                            .iter()
                            .filter(|item| !items.iter().any(|other| other.same(item)))
                            .cloned()
                            .collect();
                        cx.add_list(kept, list.open)
                    }
                    _ => cx.add_list(list.items.clone(), true),
                };
            }
            "sort" | "reverse" => Value::None,
            _ => return Value::Unknown,
        };
        cx.state.set(id, Object::List(list));
        return result;
    }
    let Some((id, dict)) = cx.state.dict(object) else { return Value::Unknown };
    let mut dict = dict.clone();
    match name {
        "items" | "most_common" => {
            let pairs = dict
                .entries
                .iter()
                .map(|(key, value)| Value::Tuple(Arc::new(vec![key.clone(), value.clone()])))
                .collect();
            cx.add_list(pairs, dict.open)
        }
        "keys" => cx.add_list(dict.entries.iter().map(|(key, _)| key.clone()).collect(), dict.open),
        "values" => cx.add_list(dict.entries.iter().map(|(_, value)| value.clone()).collect(), dict.open),
        "get" | "setdefault" => match first.as_text().and_then(|key| dict.get(key)).cloned() {
            Some(value) => value,
            None if first.as_text().is_none() && !cx.words_in(object).is_empty() => {
                let infos = cx.infos_of(object);
                super::frames::statistic(cx, infos)
            }
            None => call.positional(1).map(|argument| argument.value.clone()).unwrap_or_default(),
        },
        "pop" => {
            let changed = Arc::make_mut(&mut dict);
            let place = changed.entries.iter().position(|(key, _)| key.same(&first));
            let value = place.map(|place| changed.entries.remove(place).1).unwrap_or_default();
            cx.state.set(id, Object::Dict(dict));
            value
        }
        "update" => {
            let more = cx.state.dict(&first).map(|(_, more)| more.clone());
            let changed = Arc::make_mut(&mut dict);
            match more {
                Some(more) => {
                    changed.open |= more.open;
                    for (key, value) in &more.entries {
                        match changed.entries.iter_mut().find(|(known, _)| known.same(key)) {
                            Some((_, known)) => *known = value.clone(),
                            None => changed.entries.push((key.clone(), value.clone())),
                        }
                    }
                }
                None => changed.open = true,
            }
            cx.state.set(id, Object::Dict(dict));
            let is_dict = cx.state.dict(&first).is_some();
            if !is_dict && !cx.turns.is_empty() && cx.n_objects_before.last().is_some_and(|n_before| id.0 < *n_before) {
                cx.count_words(id, &first, call.range());
            }
            Value::None
        }
        "copy" => Value::Object(cx.state.add(Object::Dict(dict))),
        _ => Value::Unknown,
    }
}
