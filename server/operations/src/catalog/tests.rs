//! Tests made from the list: every operation keeps the contract.

use serde_json::Value;

use crate::{Effect, all};

#[test]
fn every_operation_says_what_it_is() {
    for operation in all() {
        let name = operation.name;
        assert!(!operation.title.is_empty(), "{name}");
        assert!(operation.description.len() > 40, "{name}: {:?}", operation.description);
        assert!(operation.description.len() < 500, "{name}: {} characters", operation.description.len());
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        assert_eq!(operation.input_schema["type"], "object", "{name}");
        assert_eq!(operation.input_schema["additionalProperties"], Value::Bool(false), "{name} must refuse unknown fields");
        assert_eq!(operation.output_schema["type"], "object", "{name}: {}", operation.output_schema);
        for (field, schema) in operation.input_schema["properties"].as_object().unwrap() {
            assert!(schema.get("description").is_some(), "{name}.{field} says nothing");
        }
    }
}

/// A model that reads one text has to see where it leads astray: each names an operation to use
/// before, after or instead.
#[test]
fn every_operation_says_what_else_there_is() {
    for operation in all() {
        let others = all().iter().filter(|other| other.name != operation.name);
        let named = others.filter(|other| operation.description.contains(other.name)).count();
        assert!(named > 0 || operation.description.contains("instead of"), "{}: {}", operation.name, operation.description);
    }
}

#[test]
fn destructive_operations_take_a_confirmation() {
    for operation in all().iter().filter(|operation| operation.effect == Effect::Destructive) {
        assert!(operation.fields().contains(&"confirm"), "{}", operation.name);
    }
}

#[test]
fn examples_name_only_known_fields_and_all_required_ones() {
    for operation in all() {
        let example = operation.example.as_object().unwrap_or_else(|| panic!("{}: the example is no object", operation.name));
        let fields = operation.fields();
        for field in example.keys() {
            assert!(fields.contains(&field.as_str()), "{}: {field}", operation.name);
        }
        for field in operation.required() {
            assert!(example.contains_key(field), "{}: {field} is missing from the example", operation.name);
        }
    }
}

#[test]
fn the_order_is_that_of_the_lifecycle() {
    let stages: Vec<_> = all().iter().map(|operation| operation.stage).collect();
    assert!(stages.is_sorted());
}
