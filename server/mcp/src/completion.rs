//! Completion of arguments of prompts and resource templates from what the workspace holds.

use mlwright_base::Problem;
use rmcp::RoleServer;
use rmcp::model::{CompleteRequestParams, CompletionInfo, Reference};
use rmcp::service::RequestContext;

use crate::calls::Calls;
use crate::names::{self, Kind};
use crate::resources;

/// The values that fit what was typed so far. A workspace that cannot be read completes nothing:
/// completion is a convenience, the call that follows tells what is wrong.
pub(crate) async fn complete(calls: &Calls, request: &CompleteRequestParams, context: &RequestContext<RoleServer>) -> CompletionInfo {
    match candidates(calls, request, context).await {
        Ok(names) => matching(names, &request.argument.value),
        Err(problem) => {
            tracing::info!(code = %problem.code, message = %problem.message, "nothing to complete");
            CompletionInfo::default()
        }
    }
}

async fn candidates(calls: &Calls, request: &CompleteRequestParams, context: &RequestContext<RoleServer>) -> Result<Vec<String>, Problem> {
    let argument = request.argument.name.as_str();
    if let Reference::Resource(reference) = &request.r#ref
        && reference.uri.starts_with(resources::REPORTS)
    {
        return resources::reports(calls, context).await;
    }
    match argument {
        "table" | "baseline" | "current" => names::of(Kind::Table, calls, context).await,
        "target" | "column" => match request.context.as_ref().and_then(|known| known.get_argument("table")) {
            Some(table) => names::columns(table, calls, context).await,
            None => Ok(Vec::new()),
        },
        "run_id" => names::of(Kind::Run, calls, context).await,
        "endpoint" => names::of(Kind::Endpoint, calls, context).await,
        "name" => names::of(Kind::Model, calls, context).await,
        // A resource's model is a name, a prompt's model is an address.
        "model" if matches!(request.r#ref, Reference::Resource(_)) => names::of(Kind::Model, calls, context).await,
        "model" => names::model_addresses(calls, context).await,
        "asset" => {
            let mut all = names::of(Kind::Table, calls, context).await?;
            all.extend(names::of(Kind::Endpoint, calls, context).await?);
            all.extend(names::model_addresses(calls, context).await?);
            Ok(all)
        }
        _ => Ok(Vec::new()),
    }
}

/// Names that begin with the text (any case), then those that hold it; as many as the protocol
/// allows.
fn matching(names: Vec<String>, typed: &str) -> CompletionInfo {
    let typed = typed.to_lowercase();
    let (mut found, rest): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| name.to_lowercase().starts_with(&typed));
    found.extend(rest.into_iter().filter(|name| name.to_lowercase().contains(&typed)));
    let total = u32::try_from(found.len()).ok();
    let has_more = found.len() > CompletionInfo::MAX_VALUES;
    found.truncate(CompletionInfo::MAX_VALUES);
    CompletionInfo::with_pagination(found, total, has_more).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_with_the_text_come_first() {
        let names = ["old_telco.csv", "Telco.csv", "iris.csv"].map(str::to_owned).to_vec();
        let found = matching(names, "tel");
        assert_eq!(found.values, ["Telco.csv", "old_telco.csv"]);
        assert_eq!((found.total, found.has_more), (Some(2), Some(false)));
    }

    #[test]
    fn no_more_than_the_protocol_allows() {
        let found = matching((0..250).map(|i| format!("t{i}")).collect(), "");
        assert_eq!((found.values.len(), found.total, found.has_more), (100, Some(250), Some(true)));
    }
}
