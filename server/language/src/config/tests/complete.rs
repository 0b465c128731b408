use mlwright_language_testkit::cursor;
use mlwright_source_text::SchemaSource;

use super::{document, workspace, workspace_of};

fn complete_in(workspace: &dyn SchemaSource, marked: &str) -> Vec<(String, String)> {
    let (text, offset) = cursor(marked);
    let mut found = document(&text).complete(offset, workspace);
    found.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    found
        .into_iter()
        .map(|completion| {
            let mut after = text.clone();
            after.replace_range(
                completion.edit.range.start as usize..completion.edit.range.end as usize,
                &completion.edit.text,
            );
            (completion.label.to_string(), after)
        })
        .collect()
}

/// The labels that are offered at `$0`, best first: exactly these, or these first where the last one is `…`. The first is taken.
fn check(marked: &str, expected: &[&str], after: &str) {
    let found = complete_in(&workspace(), marked);
    let labels: Vec<&str> = found.iter().map(|(label, _)| label.as_str()).collect();
    match expected.split_last() {
        Some((&"…", first)) => assert_eq!(&labels[..first.len().min(labels.len())], first, "{marked}"),
        _ => assert_eq!(labels, expected, "{marked}"),
    }
    assert_eq!(found.first().map(|(_, after)| after.as_str()), Some(after), "{marked}");
}

fn check_none(marked: &str) {
    assert_eq!(complete_in(&workspace(), marked), [], "{marked}");
}

#[test]
fn sections_in_brackets() {
    let all = ["use_case", "train", "gate", "gate.metrics", "server", "mcp", "drift", "check", "providers", "inline_completion"];
    check("[$0", &all, "[use_case]");
    check("[ga$0\nx = 1\n", &["use_case", "train", "…"], "[use_case]\nx = 1\n");
    check("[g$0ate]\n", &["use_case", "train", "…"], "[use_case]\n");
    check("[gate.$0", &["use_case", "…"], "[use_case]");
    check(
        "[use_case]\n[$0]\n",
        &["train", "gate", "gate.metrics", "server", "mcp", "drift", "check", "providers", "inline_completion", "use_case"],
        "[use_case]\n[train]\n",
    );
}

#[test]
fn keys_of_the_section_then_sections() {
    check(
        "[use_case]\n$0\n",
        &["table", "target", "metric", "positive_class", "time_column", "sensitive_columns", "[train]", "…"],
        "[use_case]\ntable = \n",
    );
    check(
        "[use_case]\ntable = 'x'\nta$0\n",
        &["target", "metric", "positive_class", "time_column", "…"],
        "[use_case]\ntable = 'x'\ntarget = \n",
    );
    check("$0", &["roots", "[use_case]", "[train]", "[gate]", "…"], "roots = ");
    check("gate.$0", &["aliases", "…"], "gate.aliases = ");
    check("[drift]\np$0 = 1\n", &["psi", "p_value", "missing_delta"], "[drift]\npsi = 1\n");
    check("[drift]\npsi = 1\np$0\n", &["p_value", "missing_delta", "…"], "[drift]\npsi = 1\np_value = \n");
    check("drift = { $0 }", &["psi", "p_value", "missing_delta"], "drift = { psi =  }");
    check("drift = { psi = 1, p$0 }", &["p_value", "missing_delta", "psi"], "drift = { psi = 1, p_value =  }");
    check(
        "[gate.metrics]\nlog_loss = '<= 1'\n$0",
        &["roc_auc", "rmse", "…"],
        "[gate.metrics]\nlog_loss = '<= 1'\nroc_auc = ",
    );
    check("[drift]\n$0 # a comment\n", &["psi", "…"], "[drift]\npsi =  # a comment\n");
    check_none("[nothing]\nx$0 = 1\n");
    check_none("$0[gate]\n");
    check_none("drift = { psi = 1 }$0\n");
}

#[test]
fn tables_and_files() {
    let tables = ["features", "data/", "telco.csv"];
    check("[use_case]\ntable = $0\n", &tables, "[use_case]\ntable = \"features\"\n");
    check("[use_case]\ntable = fe$0\n", &tables, "[use_case]\ntable = \"features\"\n");
    check("[use_case]\ntable = \"$0\n[gate]\n", &tables, "[use_case]\ntable = \"features\"\n[gate]\n");
    check("[use_case]\ntable = 'tel$0'\n", &tables, "[use_case]\ntable = 'features'\n");
    check(
        "[use_case]\ntable = './data/$0x'\n",
        &["features", "./data/housing.parquet"],
        "[use_case]\ntable = 'features'\n",
    );
    check("roots = ['$0']\n", &["data/"], "roots = ['data/']\n");
    check("roots = [$0]\n", &["data/"], "roots = [\"data/\"]\n");
    check("roots = $0\n", &["[\"data/\"]", "[]"], "roots = [\"data/\"]\n");
}

#[test]
fn columns_and_classes_of_the_table() {
    check(
        "[use_case]\ntable = 'telco.csv'\ntarget = \"$0\"\n",
        &["tenure", "Contract", "Churn"],
        "[use_case]\ntable = 'telco.csv'\ntarget = \"tenure\"\n",
    );
    check(
        "[use_case]\ntarget = '$0\ntable = 'features'\n",
        &["id", "score"],
        "[use_case]\ntarget = 'id'\ntable = 'features'\n",
    );
    check(
        "use_case = {table = 'telco.csv', time_column = $0}",
        &["tenure", "Contract", "Churn"],
        "use_case = {table = 'telco.csv', time_column = \"tenure\"}",
    );
    check(
        "[use_case]\ntable = 'telco.csv'\ntarget = 'Churn'\npositive_class = $0",
        &["No", "Yes"],
        "[use_case]\ntable = 'telco.csv'\ntarget = 'Churn'\npositive_class = \"No\"",
    );
    check_none("[use_case]\ntarget = '$0'\n");
}

#[test]
fn other_values() {
    check("[use_case]\nmetric = '$0'\n", &["roc_auc", "log_loss", "rmse"], "[use_case]\nmetric = 'roc_auc'\n");
    check("[gate]\nbeats_baseline = $0\n", &["true", "false"], "[gate]\nbeats_baseline = true\n");
    check("[gate]\nbeats_baseline = f$0\n", &["true", "false"], "[gate]\nbeats_baseline = true\n");
    check("[mcp]\nread_only = $0\n", &["false", "true"], "[mcp]\nread_only = false\n");
    check("[drift]\npsi = $0\n", &["0.2"], "[drift]\npsi = 0.2\n");
    check("[gate.metrics]\nroc_auc = \"$0\"\n", &[">= 0.8", "<= 50000"], "[gate.metrics]\nroc_auc = \">= 0.8\"\n");
    check(
        "[gate]\naliases = [\"champion\", \"$0\"]\n",
        &["champion", "challenger"],
        "[gate]\naliases = [\"champion\", \"champion\"]\n",
    );
    check(
        "[mcp]\ntoolsets = [\n  'explore',\n  $0\n]\n",
        &["explore", "train"],
        "[mcp]\ntoolsets = [\n  'explore',\n  \"explore\"\n]\n",
    );
    check_none("[gate]\nbeats_baseline = '$0'\n");
    check_none("[gate]\naliases = ['champion']$0\n");
    check_none("[gate]\n# beats_baseline = $0\n");
    check_none("[use_case]\nmetric = 'roc_auc' $0\n");
}

#[test]
fn names_that_need_quotes_or_escapes() {
    let schema = serde_json::json!({
        "type": "object",
        "properties": { "a b": { "type": "string", "enum": ["it's", "say \"x\"", "C:\\x"] } },
    });
    let workspace = workspace_of(schema);
    let after = |marked: &str| complete_in(&workspace, marked).into_iter().map(|(_, after)| after).collect::<Vec<_>>();
    assert_eq!(after("$0"), ["\"a b\" = "]);
    assert_eq!(after("'a b' = $0"), ["'a b' = \"it's\"", "'a b' = \"say \\\"x\\\"\"", "'a b' = \"C:\\\\x\""]);
    assert_eq!(after("'a b' = \"$0\""), ["'a b' = \"it's\"", "'a b' = \"say \\\"x\\\"\"", "'a b' = \"C:\\\\x\""]);
    assert_eq!(after("'a b' = '$0'"), ["'a b' = 'say \"x\"'", "'a b' = 'C:\\x'"]);
}

#[test]
fn details_say_type_and_default() {
    let (text, offset) = cursor("[gate]\ntol$0\n");
    let found = document(&text).complete(offset, &workspace());
    let tolerance = found.iter().find(|completion| &*completion.label == "tolerance").expect("offered");
    assert_eq!(tolerance.detail.as_deref(), Some("number, 0 or more · default 0.0"));
    assert!(
        tolerance.documentation.as_deref().is_some_and(|text| text.contains("How much worse than the champion")),
        "{tolerance:?}"
    );
    let (text, offset) = cursor("[use_case]\ntable = 'telco.csv'\ntarget = '$0'\n");
    let details: Vec<_> =
        document(&text).complete(offset, &workspace()).into_iter().filter_map(|completion| completion.detail).collect();
    assert_eq!(details, ["integer · e.g. 1", "string · 3 % missing", "string"]);
}

#[test]
fn providers_of_the_file() {
    let file = "[providers.local]\nmodel = 'small'\n[inline_completion]\nprovider = ";
    check(&format!("{file}$0\n"), &["local"], &format!("{file}\"local\"\n"));
    check(&format!("{file}\"$0\"\n"), &["local"], &format!("{file}\"local\"\n"));
}
