//! Completion of arguments of prompts and resource templates from what the workspace holds, the
//! likeliest first.

mod rank;

use mlwright_base::Problem;
use mlwright_engine::{Engine, vocabulary};
use rmcp::RoleServer;
use rmcp::model::{CompleteRequestParams, CompletionInfo, Reference};
use rmcp::service::RequestContext;

use crate::calls::Calls;
use crate::names;
use crate::resources::{Kind, report_names};

/// What predictions may be for, as examples to begin from.
const GOALS: [&str; 4] = [
    "the best model that can be trusted",
    "rank the rows, so that the first few hundred can be acted on",
    "probabilities that can be used as such, e.g. to weigh costs",
    "understand what goes along with the target; a simple model is enough",
];

/// The values that fit what was typed so far. A workspace that cannot be read completes nothing:
/// completion is a convenience, the call that follows tells what is wrong.
pub(crate) async fn complete(calls: &Calls, request: &CompleteRequestParams, context: &RequestContext<RoleServer>) -> CompletionInfo {
    let Some(source) = Source::of(&request.r#ref, &request.argument.name) else { return CompletionInfo::default() };
    let table = request.context.as_ref().and_then(|known| known.get_argument("table")).cloned();
    let typed = request.argument.value.clone();
    let ranked = calls.blocking(context, move |engine, _| Ok(rank::ranked(source.candidates(engine, table.as_deref())?, &typed)));
    match ranked.await {
        Ok(found) => page(found),
        Err(problem) => {
            tracing::info!(code = %problem.code, message = %problem.message, "nothing to complete");
            CompletionInfo::default()
        }
    }
}

/// As many as the protocol allows.
fn page(mut found: Vec<String>) -> CompletionInfo {
    let total = u32::try_from(found.len()).ok();
    let has_more = found.len() > CompletionInfo::MAX_VALUES;
    found.truncate(CompletionInfo::MAX_VALUES);
    CompletionInfo::with_pagination(found, total, has_more).unwrap_or_default()
}

/// Where the values of an argument come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Tables,
    /// Tables with newer rows: requests of endpoints first.
    NewerTables,
    /// Columns of the table that another argument names, else of the use case's.
    Columns,
    Metrics,
    Learners,
    Goals,
    Runs,
    FinishedRuns,
    Jobs,
    Models,
    ModelAddresses,
    Cards,
    Endpoints,
    Monitors,
    Assets,
    Reports,
}

impl Source {
    fn of(reference: &Reference, argument: &str) -> Option<Self> {
        match reference {
            Reference::Resource(resource) => Self::of_template(Kind::of_template(&resource.uri)?, argument),
            Reference::Prompt(_) => Self::of_argument(argument),
            _ => None,
        }
    }

    fn of_template(kind: Kind, argument: &str) -> Option<Self> {
        Some(match (kind, argument) {
            (Kind::Table | Kind::Profile | Kind::ProfilePage, "table") => Self::Tables,
            (Kind::Run, "run_id") => Self::Runs,
            (Kind::RunCard, "run_id") => Self::FinishedRuns,
            (Kind::Model, "model") => Self::Models,
            (Kind::ModelCard, "model") => Self::Cards,
            (Kind::Endpoint, "endpoint") => Self::Endpoints,
            (Kind::Monitor, "monitor") => Self::Monitors,
            (Kind::Job, "job_id") => Self::Jobs,
            (Kind::Report, "name") => Self::Reports,
            _ => return None,
        })
    }

    fn of_argument(argument: &str) -> Option<Self> {
        Some(match argument {
            "table" | "baseline" => Self::Tables,
            "current" => Self::NewerTables,
            "target" | "column" => Self::Columns,
            "metric" => Self::Metrics,
            "learner" => Self::Learners,
            "goal" => Self::Goals,
            "run_id" => Self::FinishedRuns,
            "name" => Self::Models,
            "model" => Self::ModelAddresses,
            "endpoint" => Self::Endpoints,
            "monitor" => Self::Monitors,
            "asset" => Self::Assets,
            _ => return None,
        })
    }

    /// The values there are, the likeliest first.
    fn candidates(self, engine: &Engine, table: Option<&str>) -> Result<Vec<String>, Problem> {
        let case = &engine.settings().use_case;
        let words = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
        Ok(match self {
            Self::Tables => likely(names::tables(engine), case.table.as_deref()),
            Self::NewerTables => {
                let mut all = names::inference_tables(engine)?;
                all.extend(names::tables(engine));
                all
            }
            Self::Columns => match table.or(case.table.as_deref()) {
                Some(table) => likely(names::columns(engine, table)?, case.target.as_deref()),
                None => Vec::new(),
            },
            Self::Metrics => likely(words(vocabulary::metrics()), case.metric.as_deref()),
            Self::Learners => words(vocabulary::learner_names()),
            Self::Goals => words(GOALS.to_vec()),
            Self::Runs => names::runs(engine)?,
            Self::FinishedRuns => names::finished_runs(engine)?,
            Self::Jobs => names::jobs(engine)?,
            Self::Models => names::models(engine)?,
            Self::ModelAddresses => names::model_addresses(engine)?,
            Self::Cards => names::cards(engine)?,
            Self::Endpoints => names::endpoints(engine)?,
            Self::Monitors => names::monitors(engine)?,
            Self::Assets => names::assets(engine)?,
            Self::Reports => report_names(engine)?,
        })
    }
}

/// The names with what `mlwright.toml` sets at the front, when it is among them.
fn likely(mut names: Vec<String>, preferred: Option<&str>) -> Vec<String> {
    if let Some(at) = names.iter().position(|name| Some(name.as_str()) == preferred) {
        let name = names.remove(at);
        names.insert(0, name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{prompts, resources};

    #[test]
    fn no_more_than_the_protocol_allows() {
        let found = page((0..250).map(|i| format!("t{i}")).collect());
        assert_eq!((found.values.len(), found.total, found.has_more), (100, Some(250), Some(true)));
    }

    #[test]
    fn every_argument_of_every_prompt_and_template_is_completed() {
        for prompt in prompts::list() {
            for argument in prompt.arguments.unwrap_or_default() {
                assert!(Source::of_argument(&argument.name).is_some(), "{} {}", prompt.name, argument.name);
            }
        }
        for template in resources::templates() {
            let kind = Kind::of_template(&template.uri_template).unwrap();
            let (_, variable) = template.uri_template.split_once('{').unwrap();
            let variable = variable.trim_start_matches('+').trim_end_matches('}');
            assert!(Source::of_template(kind, variable).is_some(), "{}", template.uri_template);
        }
    }

    #[test]
    fn what_the_settings_name_comes_first() {
        let names = || ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(likely(names(), Some("c")), ["c", "a", "b"]);
        assert_eq!(likely(names(), Some("d")), ["a", "b", "c"]);
    }
}
