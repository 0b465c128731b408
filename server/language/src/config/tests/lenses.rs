use mlwright_source_text::{Lifecycle, ModelVersion, ServedEndpoint, TrainedRun, WatchingMonitor};
use serde_json::json;

use super::{document, workspace};

const USE_CASE: &str =
    "[use_case]\ntable = \"telco.csv\"\ntarget = \"Churn\"\npositive_class = \"Yes\"\n[server]\n[drift]\n";

/// The lenses of a text as `TEXT: TITLE` with the command's input.
fn check(text: &str, lifecycle: Lifecycle, expected: &[(&str, &str, serde_json::Value)]) {
    let lenses = document(text).lenses(&workspace().lifecycle(lifecycle));
    let found: Vec<(String, &str, serde_json::Value)> = lenses
        .iter()
        .map(|lens| {
            let (operation, input) =
                lens.command.as_ref().map_or(("", json!(null)), |command| (command.operation, command.input.clone()));
            (format!("{}: {}", lens.range.of(text), lens.title), operation, input)
        })
        .collect();
    let expected: Vec<(String, &str, serde_json::Value)> =
        expected.iter().map(|(title, operation, input)| ((*title).to_owned(), *operation, input.clone())).collect();
    assert_eq!(found, expected, "{text}");
}

fn version(aliases: &[(&str, u64)]) -> Option<ModelVersion> {
    let aliases = aliases.iter().map(|(name, version)| ((*name).into(), *version)).collect();
    Some(ModelVersion { model: "churn".into(), version: 3, aliases, outcome: None })
}

#[test]
fn nothing_is_offered_before_a_table_is_named() {
    check("", Lifecycle::default(), &[]);
    check("[use_case]\ntarget = 'Churn'\n", Lifecycle::default(), &[]);
    check("[use_case]\ntable = ''\n", Lifecycle::default(), &[]);
    check(
        "[use_case]\ntable = 't.csv'\n",
        Lifecycle::default(),
        &[("table: Profile t.csv", "profile_table", json!({ "table": "t.csv" }))],
    );
}

#[test]
fn what_is_set_is_what_is_trained() {
    let text = "use_case = {table = 'telco.csv', target = 'Churn', metric = 'rmse', time_column = 'tenure'}";
    check(
        text,
        Lifecycle::default(),
        &[
            ("table: Profile telco.csv", "profile_table", json!({ "table": "telco.csv", "target": "Churn" })),
            (
                "target: Train for Churn",
                "train",
                json!({ "table": "telco.csv", "target": "Churn", "metric": "rmse", "time_column": "tenure" }),
            ),
        ],
    );
}

#[test]
fn each_step_leads_to_the_next() {
    let profile = ("table: Profile telco.csv", "profile_table", json!({ "table": "telco.csv", "target": "Churn" }));
    let input = json!({ "table": "telco.csv", "target": "Churn", "positive_class": "Yes" });
    let train = ("target: Train for Churn · roc_auc 0.91, 2 hours ago", "train", input);
    let run = Some(TrainedRun { run_id: "r1".into(), outcome: "roc_auc 0.91, 2 hours ago".into() });
    let trained = Lifecycle { run, ..Lifecycle::default() };
    let register =
        ("[use_case]: Register the run as churn", "register_model", json!({ "run_id": "r1", "name": "churn" }));
    check(USE_CASE, trained.clone(), &[register, profile.clone(), train.clone()]);

    let registered = Lifecycle { version: version(&[]), ..trained.clone() };
    let promote = (
        "[use_case]: Promote churn/3 to champion",
        "set_alias",
        json!({ "name": "churn", "alias": "champion", "version": 3 }),
    );
    let deploy = (
        "[server]: Deploy churn/3 to churn",
        "deploy_endpoint",
        json!({ "endpoint": "churn", "model": "models:/churn/3" }),
    );
    check(USE_CASE, registered, &[promote, profile.clone(), train.clone(), deploy]);

    let endpoint = Some(ServedEndpoint { name: "live".into(), outcome: "serves churn/2".into() });
    let deployed = Lifecycle { version: version(&[("champion", 3)]), endpoint, ..trained };
    let is_champion = ("[use_case]: churn/3 is champion", "", json!(null));
    let deploy = (
        "[server]: Deploy churn@champion to live · serves churn/2",
        "deploy_endpoint",
        json!({ "endpoint": "live", "model": "models:/churn@champion" }),
    );
    let drift = (
        "[drift]: Check drift of inference/live against telco.csv",
        "check_drift",
        json!({ "baseline": "telco.csv", "current": "inference/live" }),
    );
    check(USE_CASE, deployed.clone(), &[is_champion.clone(), profile.clone(), train.clone(), deploy.clone(), drift]);

    let monitor = Some(WatchingMonitor { name: "watch".into(), outcome: Some("2 columns drifted, yesterday".into()) });
    let watched = Lifecycle { monitor, ..deployed };
    let drift =
        ("[drift]: Check drift of watch · 2 columns drifted, yesterday", "check_drift", json!({ "monitor": "watch" }));
    check(USE_CASE, watched, &[is_champion, profile, train, deploy, drift]);
}

#[test]
fn the_alias_is_the_one_that_the_gate_guards() {
    let text = "use_case.table = 'telco.csv'\n[gate]\naliases = ['live', 'other']\n";
    let lifecycle = Lifecycle { version: version(&[("live", 2)]), ..Lifecycle::default() };
    check(
        text,
        lifecycle.clone(),
        &[
            ("table: Profile telco.csv", "profile_table", json!({ "table": "telco.csv" })),
            (
                "table: Deploy churn@live to churn",
                "deploy_endpoint",
                json!({ "endpoint": "churn", "model": "models:/churn@live" }),
            ),
            ("[gate]: Promote churn/3 to live", "set_alias", json!({ "name": "churn", "alias": "live", "version": 3 })),
        ],
    );
    check(
        "use_case.table = 't'\n[gate]\naliases = []\n",
        lifecycle,
        &[
            ("table: Profile t", "profile_table", json!({ "table": "t" })),
            (
                "table: Deploy churn/3 to churn",
                "deploy_endpoint",
                json!({ "endpoint": "churn", "model": "models:/churn/3" }),
            ),
        ],
    );
}
