use mlwright_base::ErrorCode;
use mlwright_base::system::files;

use crate::registry::lab::{Lab, N_ROWS, N_TEST_ROWS, Recipe};
use crate::registry::{SetAliasRequest, TestModelRequest};
use crate::tracking::Run;

#[test]
fn a_card_tells_what_is_on_record_and_what_is_not() {
    let lab = Lab::new();
    let version = lab.version("churn", &Recipe::default());
    let card = lab.engine.model_card("churn").unwrap();
    let has = |card: &str, said: &str| assert!(card.contains(said), "{said:?} is missing in\n{card}");
    for said in [
        "# Model card: churn",
        "This card is about `models:/churn/1` (no alias)",
        "**Target:** `churn`, binary",
        "**Learner:** decision_tree, seed 42",
        &format!("**Rows:** {N_ROWS}, of which {N_TEST_ROWS} were held out"),
        "| metric | model | 95 % interval | baseline | better is |",
        &format!("**{}**", version.metric),
        "| `months` | numeric | 0 to 59, ",
        "the gate has not judged it",
        "test_model has not run on this version",
        "## What it relies on",
        "- `months`: ",
        "parts of at least 30 rows",
        "No column was recognised as saying something of people",
        "mlwright train --table people.csv --target churn --task binary",
        "Only 151 rows were held out",
        "`table:people.csv` → trained → `run:",
        "`run:",
    ] {
        has(&card, said);
    }
    let fingerprint = lab.engine.run(version.run_id.as_str()).unwrap().data.unwrap().fingerprint;
    has(&card, &fingerprint);
    assert!(!card.contains("not on record |"), "each metric has an interval:\n{card}");

    lab.engine.test_model(&lab.call(), &TestModelRequest { model: version.uri() }).unwrap();
    let alias = SetAliasRequest { name: "churn".to_owned(), alias: "champion".to_owned(), version: 1, override_reason: None };
    lab.engine.set_alias(&lab.call(), &alias).unwrap();
    let card = lab.engine.model_card("churn").unwrap();
    for said in ["(`champion`)", "alias `champion` moved to this version", "✓ beats_baseline", "✓ passes_test_model", "Passed on 2026-11-24"] {
        has(&card, said);
    }
}

#[test]
fn a_card_is_about_the_version_in_use_or_the_one_that_is_named() {
    let lab = Lab::new();
    lab.version("churn", &Recipe::default());
    let alias = SetAliasRequest { name: "churn".to_owned(), alias: "champion".to_owned(), version: 1, override_reason: None };
    lab.engine.set_alias(&lab.call(), &alias).unwrap();
    lab.version("churn", &Recipe { seed: 7, ..Recipe::default() });
    let about = |model: &str| {
        let card = lab.engine.model_card(model).unwrap();
        card.lines().find(|line| line.starts_with("This card")).unwrap().to_owned()
    };
    assert!(about("churn").contains("models:/churn/1"), "the champion, not the newest");
    assert!(about("churn/2").contains("models:/churn/2"));
    assert!(about("churn/latest").contains("models:/churn/2"));
    assert!(about("churn@champion").contains("models:/churn/1"));
    assert_eq!(lab.engine.model_card("chrun").unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(lab.engine.model_card("churn/9").unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(lab.engine.model_card("../churn").unwrap_err().code, ErrorCode::InvalidArgument);
    assert_eq!(lab.engine.model_card("a b").unwrap_err().code, ErrorCode::InvalidArgument);
}

/// Runs and versions of before there were cards.
#[test]
fn a_version_without_a_card_has_one_of_what_is_on_record() {
    let lab = Lab::new();
    let version = lab.version("churn", &Recipe::default());
    let run_folder = Run::artifact_folder(&version.run_id);
    let of_version = version.folder.trim_end_matches("/model");
    let measured = lab.engine.model_card("churn").unwrap();
    files::remove_file(&lab.artifact(&format!("{of_version}/card.json"))).unwrap();
    assert_eq!(lab.engine.model_card("churn").unwrap(), measured, "the run has it too");
    files::remove_file(&lab.artifact(&format!("{run_folder}/card.json"))).unwrap();
    let card = lab.engine.model_card("churn").unwrap();
    for said in ["was not measured when it was trained", "Not known: the job that trained it is not on record", "| `months` | numeric |", &format!("**{}**", version.metric), "Cross-validation: roc_auc"] {
        assert!(card.contains(said), "{said:?} is missing in\n{card}");
    }
    assert!(!card.contains("not on record |"), "evaluation.json has the intervals:\n{card}");
    files::remove_file(&lab.artifact(&format!("{run_folder}/evaluation.json"))).unwrap();
    assert!(lab.engine.model_card("churn").unwrap().contains("not on record |"));
    let of_run = lab.engine.run_card(version.run_id.as_str()).unwrap();
    assert!(of_run.contains("# Model card: churn") && of_run.contains("not on record |"), "{of_run}");
}
