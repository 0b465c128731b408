//! Prompts: how an expert would go through one stage, or the whole lifecycle, with these tools.
//!
//! The texts stand in `prompts/`. `{{name}}` is an argument, `[[name]]` an operation, which a test
//! looks up in the registry.

use mlwright_base::{ErrorCode, Problem, names};
use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};

/// The longest value of an argument.
const ARGUMENT_CHARS_MAX: usize = 500;

struct Argument {
    name: &'static str,
    description: &'static str,
    /// What stands in the text when it is not given; `None` when it must be given.
    default: Option<&'static str>,
}

struct Template {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    arguments: &'static [Argument],
    text: &'static str,
}

const TABLE: Argument = Argument { name: "table", description: "table: path or catalog name", default: None };
const TARGET: Argument = Argument { name: "target", description: "column to predict", default: None };
const TARGET_IF_ANY: Argument =
    Argument { name: "target", description: "column to predict, if known", default: Some("not chosen yet (propose one)") };

static TEMPLATES: [Template; 9] = [
    Template {
        name: "lifecycle",
        title: "The whole lifecycle",
        description: "From a raw table to a watched endpoint: explore, train, evaluate, register, deploy, monitor",
        arguments: &[
            TABLE,
            TARGET,
            Argument { name: "goal", description: "what the predictions are for", default: Some("the best model that can be trusted") },
        ],
        text: include_str!("../prompts/lifecycle.md"),
    },
    Template {
        name: "explore",
        title: "Explore a table",
        description: "Profile a table and judge it for modelling",
        arguments: &[TABLE, TARGET_IF_ANY],
        text: include_str!("../prompts/explore.md"),
    },
    Template {
        name: "prepare",
        title: "Prepare a table",
        description: "Make a training table without leaking",
        arguments: &[TABLE, TARGET_IF_ANY],
        text: include_str!("../prompts/prepare.md"),
    },
    Template {
        name: "train",
        title: "Train models",
        description: "Train, compare and read the leaderboard critically",
        arguments: &[
            TABLE,
            TARGET,
            Argument { name: "metric", description: "primary metric, e.g. roc_auc", default: Some("choose one and say why") },
        ],
        text: include_str!("../prompts/train.md"),
    },
    Template {
        name: "evaluate",
        title: "Evaluate a model",
        description: "Metrics, calibration, segments and reasons",
        arguments: &[
            Argument { name: "model", description: "model, e.g. models:/churn@champion or runs:/ID/model", default: None },
            Argument { name: "table", description: "table to evaluate on", default: Some("its own held-out rows") },
        ],
        text: include_str!("../prompts/evaluate.md"),
    },
    Template {
        name: "register",
        title: "Register a model",
        description: "Register a run's model and take it through the gate",
        arguments: &[
            Argument { name: "run_id", description: "run whose model to register", default: None },
            Argument { name: "name", description: "registered model's name", default: None },
        ],
        text: include_str!("../prompts/register.md"),
    },
    Template {
        name: "deploy",
        title: "Deploy a model",
        description: "Put a model behind an endpoint and try it",
        arguments: &[
            Argument { name: "endpoint", description: "endpoint's name", default: None },
            Argument { name: "model", description: "model to deploy", default: Some("at alias champion") },
        ],
        text: include_str!("../prompts/deploy.md"),
    },
    Template {
        name: "monitor",
        title: "Check for drift",
        description: "Compare newer data with the baseline and say what it means",
        arguments: &[
            Argument { name: "baseline", description: "table the model learned from", default: None },
            Argument { name: "current", description: "table with newer rows", default: Some("the endpoint's recent requests") },
        ],
        text: include_str!("../prompts/monitor.md"),
    },
    Template {
        name: "platform",
        title: "Trace an asset",
        description: "Lineage and audit of a table, run, model or endpoint",
        arguments: &[Argument { name: "asset", description: "table, run, model version or endpoint", default: None }],
        text: include_str!("../prompts/platform.md"),
    },
];

/// Every prompt.
pub(crate) fn list() -> Vec<Prompt> {
    let argument = |argument: &Argument| {
        PromptArgument::new(argument.name).with_description(argument.description).with_required(argument.default.is_none())
    };
    TEMPLATES
        .iter()
        .map(|template| {
            let arguments = template.arguments.iter().map(argument).collect();
            Prompt::new(template.name, Some(template.description), Some(arguments)).with_title(template.title)
        })
        .collect()
}

/// One prompt, filled in.
///
/// # Errors
/// [`ErrorCode::NotFound`] for an unknown prompt, [`ErrorCode::InvalidArgument`] for a missing,
/// unknown or overlong argument.
pub(crate) fn get(name: &str, given: &JsonObject) -> Result<GetPromptResult, Problem> {
    let template = TEMPLATES.iter().find(|template| template.name == name).ok_or_else(|| {
        Problem::new(ErrorCode::NotFound, format!("there is no prompt {name:?}"))
            .hint(names::did_you_mean(name, TEMPLATES.iter().map(|template| template.name)))
            .field("name")
    })?;
    let invalid = |message: String, field: &str| Err(Problem::new(ErrorCode::InvalidArgument, message).field(field));
    let known: Vec<&str> = template.arguments.iter().map(|argument| argument.name).collect();
    if let Some(unknown) = given.keys().find(|key| !known.contains(&key.as_str())) {
        return invalid(format!("{name} has no argument {unknown:?}, it takes {}", known.join(", ")), unknown);
    }
    let mut text = template.text.to_owned();
    for argument in template.arguments {
        let value = match given.get(argument.name).map(|value| value.as_str().map(str::trim)) {
            Some(Some(value)) if !value.is_empty() => Some(value),
            Some(None) => return invalid(format!("{} must be a text", argument.name), argument.name),
            _ => argument.default,
        };
        let Some(value) = value else {
            return invalid(format!("{name} needs {}: {}", argument.name, argument.description), argument.name);
        };
        if value.chars().count() > ARGUMENT_CHARS_MAX {
            return invalid(format!("{} is longer than {ARGUMENT_CHARS_MAX} characters", argument.name), argument.name);
        }
        text = text.replace(&format!("{{{{{}}}}}", argument.name), value);
    }
    let text = text.replace("[[", "`").replace("]]", "`");
    let mut result = GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]);
    result.description = Some(template.description.to_owned());
    Ok(result)
}

#[cfg(test)]
mod tests {
    use mlwright_operations::Stage;
    use serde_json::json;

    use super::*;

    fn marks<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
        text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
    }

    #[test]
    fn each_stage_has_a_prompt() {
        for stage in Stage::ALL {
            assert!(TEMPLATES.iter().any(|template| template.name == stage.as_str()), "{}", stage.as_str());
        }
    }

    #[test]
    fn prompts_name_operations_and_arguments_that_exist() {
        for template in &TEMPLATES {
            let operations = marks(template.text, "[[", "]]");
            assert!(!operations.is_empty(), "{}", template.name);
            for name in operations {
                assert!(mlwright_operations::find(name).is_ok(), "{}: {name}", template.name);
            }
            let mut used = marks(template.text, "{{", "}}");
            used.sort_unstable();
            used.dedup();
            let mut declared: Vec<&str> = template.arguments.iter().map(|argument| argument.name).collect();
            declared.sort_unstable();
            assert_eq!(used, declared, "{}", template.name);
        }
    }

    #[test]
    fn arguments_are_filled_in_and_checked() {
        let given = |value: serde_json::Value| value.as_object().cloned().unwrap();
        let prompt = get("explore", &given(json!({"table": "telco.csv"}))).unwrap();
        let text = serde_json::to_value(&prompt.messages).unwrap()[0]["content"]["text"].as_str().unwrap().to_owned();
        assert!(text.contains("`telco.csv`") && text.contains("`profile_table`") && !text.contains("{{"), "{text}");
        assert_eq!(get("explore", &given(json!({}))).unwrap_err().field, "table");
        assert_eq!(get("explore", &given(json!({"table": "a", "tabel": "b"}))).unwrap_err().field, "tabel");
        assert!(get("explor", &given(json!({}))).unwrap_err().hint.contains("explore"));
    }
}
