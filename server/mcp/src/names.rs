//! The names that exist in the workspace, from the operations that list them.

use mlwright_base::Problem;
use rmcp::RoleServer;
use rmcp::service::RequestContext;
use serde_json::{Map, Value, json};

use crate::calls::Calls;

/// A kind of thing with a name, and where to ask for the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Table,
    Model,
    Run,
    Endpoint,
}

impl Kind {
    /// Every kind.
    #[cfg(test)]
    const ALL: [Self; 4] = [Self::Table, Self::Model, Self::Run, Self::Endpoint];

    /// The operation that lists them, the list in its answer, and the field with the name.
    fn source(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Table => ("list_tables", "tables", "name"),
            Self::Model => ("list_models", "models", "name"),
            Self::Run => ("list_runs", "runs", "run_id"),
            Self::Endpoint => ("list_endpoints", "endpoints", "name"),
        }
    }
}

/// The names of a kind, in the order of the listing.
pub(crate) async fn of(kind: Kind, calls: &Calls, context: &RequestContext<RoleServer>) -> Result<Vec<String>, Problem> {
    let (operation, list, field) = kind.source();
    ask(operation, Map::new(), list, field, calls, context).await
}

/// The columns of a table.
pub(crate) async fn columns(table: &str, calls: &Calls, context: &RequestContext<RoleServer>) -> Result<Vec<String>, Problem> {
    let input = json!({ "table": table }).as_object().cloned().unwrap_or_default();
    ask("describe_table", input, "columns", "name", calls, context).await
}

async fn ask(
    operation: &str,
    input: Map<String, Value>,
    list: &str,
    field: &str,
    calls: &Calls,
    context: &RequestContext<RoleServer>,
) -> Result<Vec<String>, Problem> {
    let answer = calls.run(mlwright_operations::find(operation)?, Value::Object(input), context).await?;
    Ok(pluck(&answer.structured, list, field))
}

fn pluck(answer: &Value, list: &str, field: &str) -> Vec<String> {
    let items = answer.get(list).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(|item| item.get(field).and_then(Value::as_str).map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listings_hold_what_is_asked_of_them() {
        let mut sources: Vec<_> = Kind::ALL.iter().map(|kind| kind.source()).collect();
        sources.push(("describe_table", "columns", "name"));
        for (operation, list, field) in sources {
            let schema = &mlwright_operations::find(operation).unwrap().output_schema;
            let kind = &schema["properties"][list]["items"]["properties"][field]["type"];
            assert_eq!(kind, "string", "{operation}: {list}[].{field}");
        }
    }

    #[test]
    fn names_are_plucked_in_order() {
        let answer = json!({"tables": [{"name": "b"}, {"path": "x"}, {"name": "a"}]});
        assert_eq!(pluck(&answer, "tables", "name"), ["b", "a"]);
        assert!(pluck(&answer, "models", "name").is_empty());
    }
}
