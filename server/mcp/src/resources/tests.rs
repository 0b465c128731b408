use mlwright_base::system::files;
use serde_json::Value;

use super::*;

fn engine() -> (tempfile::TempDir, Engine) {
    let folder = tempfile::tempdir().unwrap();
    files::write_atomic(&folder.path().join("people.csv"), b"age,left\n31,no\n42,yes\n").unwrap();
    let engine = Engine::open(folder.path()).unwrap();
    (folder, engine)
}

#[test]
fn resources_are_read_by_operations_that_exist() {
    for operation in ["describe_table", "profile_table", "get_run", "get_model", "get_job", "list_endpoints"] {
        assert!(mlwright_operations::find(operation).is_ok(), "{operation}");
    }
    assert_eq!(templates().len(), Kind::ALL.len());
    let schema = &mlwright_operations::find("profile_table").unwrap().output_schema;
    assert_eq!(schema["properties"]["report"]["type"], "string", "the page is found by its path");
}

#[test]
fn what_there_is_is_listed_each_with_what_one_gets() {
    let (_folder, engine) = engine();
    let listed = listed(&engine).unwrap();
    let addresses: Vec<&str> = listed.iter().map(|one| one.uri.as_str()).collect();
    assert_eq!(addresses, ["mlwright://workspace", "mlwright://schema/mlwright.toml", "mlwright://tables/people.csv", "mlwright://profiles/people.csv"]);
    assert!(listed.iter().all(|one| one.description.as_ref().is_some_and(|said| said.len() > 20) && one.mime_type.is_some()));
}

#[test]
fn the_schema_of_the_settings_knows_every_key() {
    let schema = status::settings_schema();
    let written: Value = serde_json::to_value(mlwright_engine::settings::Settings::default()).unwrap();
    for (section, keys) in written.as_object().unwrap() {
        let known = &schema["properties"][section];
        assert!(known["description"].is_string() || known["type"] == "array", "{section}: {known}");
        for key in keys.as_object().into_iter().flat_map(|keys| keys.keys()) {
            assert!(known["properties"][key].is_object(), "{section}.{key}");
        }
    }
    assert_eq!(schema["additionalProperties"], false, "unknown keys are errors");
    assert_eq!(schema["properties"]["gate"]["properties"]["tolerance"]["type"], "number");
}

#[test]
fn the_workspace_tells_its_state_and_no_secret() {
    let (_folder, engine) = engine();
    let state = status::workspace(&engine).unwrap();
    assert_eq!(state["counts"]["tables"], 1);
    assert_eq!(state["issues"], Value::Array(Vec::new()));
    assert_eq!(state["settings"]["gate"]["aliases"][0], "champion");
    assert!(!state.to_string().contains("token"), "{state}");
}

#[test]
fn what_is_not_there_is_told_with_the_field() {
    let (_folder, engine) = engine();
    assert_eq!(status::endpoint(&engine, "churn").unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(status::monitor(&engine, "churn").unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(status::card(&engine, "churn").unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(status::card(&engine, "../x").unwrap_err().code, ErrorCode::InvalidArgument);
}
