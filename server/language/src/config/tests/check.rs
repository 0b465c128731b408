use mlwright_language_testkit::TestWorkspace;
use mlwright_source_text::{Diagnostic, LineIndex, SchemaSource, Severity};

use super::{document, schema, workspace, workspace_of};

fn shown(text: &str, diagnostic: &Diagnostic) -> String {
    let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
    let line = LineIndex::new(text).line_of(diagnostic.range.start) + 1;
    format!("{line} {severity} {} {:?} {}", diagnostic.code, diagnostic.range.of(text), diagnostic.message)
}

fn check_in(workspace: &dyn SchemaSource, text: &str, expected: &[&str]) -> Vec<Diagnostic> {
    let found = document(text).diagnostics(workspace);
    assert_eq!(found.iter().map(|diagnostic| shown(text, diagnostic)).collect::<Vec<_>>(), expected, "{text}");
    found
}

/// The diagnostics of a text, as `LINE SEVERITY CODE "TEXT" MESSAGE`.
fn check(text: &str, expected: &[&str]) -> Vec<Diagnostic> {
    check_in(&workspace(), text, expected)
}

/// The text after the first fix of its only diagnostic.
fn check_fix(text: &str, code: &str, fixed: &str) {
    let found = document(text).diagnostics(&workspace());
    let [only] = found.as_slice() else { panic!("expected one diagnostic, found {found:?}") };
    assert_eq!(only.code, code, "{only:?}");
    let mut after = text.to_owned();
    for edit in only.fixes.first().expect("a fix").edits.iter().rev() {
        after.replace_range(edit.range.start as usize..edit.range.end as usize, &edit.text);
    }
    assert_eq!(after, fixed);
    assert_eq!(document(&after).diagnostics(&workspace()), [], "the fix leaves nothing to mend");
}

#[test]
fn what_is_right_is_left_alone() {
    check("", &[]);
    check(
        "roots = [\"data\"]\n[use_case]\ntable = \"telco.csv\"\ntarget = \"Churn\"\nmetric = \"roc_auc\"\npositive_class = \"Yes\"\n",
        &[],
    );
    check("[use_case]\ntable = \"./data/housing.parquet\"\ntarget = 'price'\n", &[]);
    check("[use_case]\ntable = \"features@v3\"\ntarget = 'score'\n", &[]);
    check("use_case = {table = 'telco.csv', target = 'Churn'}\ngate.metrics.rmse = '<= 5e4'\n", &[]);
    check("[gate]\ntolerance = 0\naliases = ['production']\n[gate.metrics]\nroc_auc = \">= 0.8\"\n", &[]);
    // Without its table, nothing is known of a column.
    check("[use_case]\ntarget = 'nothing'\n", &[]);
}

#[test]
fn unknown_keys_and_sections() {
    check(
        "[gate]\nbeat_baseline = true\n",
        &["2 error CFG101 \"beat_baseline\" unknown key `beat_baseline` in [gate]; did you mean beats_baseline?"],
    );
    check(
        "[usecase]\ntable = 'x'\n",
        &["1 error CFG101 \"usecase\" unknown key `usecase` at the top; did you mean use_case?"],
    );
    check(
        "[gate.metric]\nx = 1\n",
        &["1 error CFG101 \"metric\" unknown key `metric` in [gate]; did you mean metrics?"],
    );
    check(
        "[mcp]\nroots = []\n",
        &["2 error CFG101 \"roots\" unknown key `roots` in [mcp]; it belongs at the top, above the first section"],
    );
    check(
        "table = 'telco.csv'\n",
        &["1 error CFG101 \"table\" unknown key `table` at the top; it belongs in [use_case]"],
    );
    check(
        "use_case = {tabel = 'a'}\n",
        &["1 error CFG101 \"tabel\" unknown key `tabel` in [use_case]; did you mean table?"],
    );
    check_fix("[gate]\nbeat_baseline = true\n", "CFG101", "[gate]\nbeats_baseline = true\n");
    check_fix("[gaet]\ntolerance = 0.1\n", "CFG101", "[gate]\ntolerance = 0.1\n");
}

#[test]
fn values_that_are_not_allowed() {
    check("[gate]\ntolerance = -1\n", &["2 error CFG102 \"-1\" `tolerance`: expected number, 0 or more, found -1"]);
    check("[gate]\ntolerance = nan\n", &["2 error CFG102 \"nan\" `tolerance`: expected number, 0 or more, found nan"]);
    check(
        "[server]\nport = 70000\n",
        &["2 error CFG102 \"70000\" `port`: expected integer from 0 to 65535, found 70000"],
    );
    check("[server]\nport = 80.0\n", &["2 error CFG102 \"80.0\" `port`: expected integer from 0 to 65535, found 80.0"]);
    check("[gate]\naliases = ['a', 1]\n", &["2 error CFG102 \"1\" `aliases`: expected text, found 1"]);
    check(
        "[gate.metrics]\nroc_auc = 'high'\n",
        &["2 error CFG102 \"'high'\" `roc_auc`: expected a text like \">= 0.8\", found 'high'"],
    );
    check("gate = 1\n", &["1 error CFG102 \"1\" `gate`: expected table, found 1"]);
    check("[[gate]]\n", &["1 error CFG102 \"[[gate]]\" `gate`: expected table, found a list of tables"]);
    check(
        "[gate.tolerance]\nx = 1\n",
        &["1 error CFG102 \"[gate.tolerance]\" `tolerance`: expected number, 0 or more, found a table"],
    );
    check(
        "gate.tolerance.x = 1\n",
        &["1 error CFG102 \"tolerance\" `tolerance`: expected number, 0 or more, found a table"],
    );
    check(
        "[use_case]\ntarget = 2024-01-01\n",
        &["2 error CFG102 \"2024-01-01\" `target`: expected text, found the date or time 2024-01-01"],
    );
    check("roots = ['nowhere']\n", &["1 error CFG102 \"'nowhere'\" `roots`: there is no folder \"nowhere\""]);
    check_fix("[gate]\nbeats_baseline = \"true\"\n", "CFG102", "[gate]\nbeats_baseline = true\n");
    check_fix("[gate]\ntolerance = '0.5'\n", "CFG102", "[gate]\ntolerance = 0.5\n");
    check_fix("[gate]\naliases = 'champion'\n", "CFG102", "[gate]\naliases = ['champion']\n");
    check_fix("[server]\nhost = 10.5\n", "CFG102", "[server]\nhost = \"10.5\"\n");
    check_fix("[[gate]]\ntolerance = 1\n", "CFG102", "[gate]\ntolerance = 1\n");
}

#[test]
fn tables_and_columns_that_there_are_not() {
    check(
        "[use_case]\ntable = 'telko.csv'\n",
        &["2 warning CFG103 \"'telko.csv'\" there is no table \"telko.csv\"; did you mean telco.csv?"],
    );
    check(
        "[use_case]\ntable = 'data/prices.csv'\n",
        &["2 warning CFG103 \"'data/prices.csv'\" there is no table \"data/prices.csv\""],
    );
    check(
        "use_case.table = 'telco.csv'\nuse_case.target = 'churn'\n",
        &["2 warning CFG104 \"'churn'\" there is no column \"churn\" in telco.csv; did you mean Churn?"],
    );
    check_fix("[use_case]\ntable = 'feature'\n", "CFG103", "[use_case]\ntable = \"features\"\n");
    check_fix(
        "[use_case]\ntable = 'telco.csv'\ntime_column = 'tenur'\n",
        "CFG104",
        "[use_case]\ntable = 'telco.csv'\ntime_column = \"tenure\"\n",
    );
    // Nothing is known of files that cannot be listed, and there is no catalog.
    check_in(
        &TestWorkspace::default().schema(schema()),
        "roots = ['x']\n[use_case]\ntable = 'nowhere'\ntarget = 'y'\nmetric = 'z'\n",
        &[],
    );
    check("[use_case]\ntable = 'D:/elsewhere/a.csv'\n", &[]);
    // It is there, and may be a table for others.
    check("[use_case]\ntable = 'data/notes.md'\ntarget = 'x'\n", &[]);
}

#[test]
fn names_that_there_are_not() {
    check(
        "[use_case]\nmetric = 'roc'\n",
        &["2 warning CFG106 \"'roc'\" there is no metric \"roc\"; did you mean roc_auc?"],
    );
    check(
        "[gate.metrics]\nrms = '<= 1'\n",
        &["2 warning CFG106 \"rms\" there is no metric \"rms\"; did you mean rmse?"],
    );
    check("[mcp]\ntoolsets = ['train', 'xyzzy']\n", &["2 warning CFG106 \"'xyzzy'\" there is no toolset \"xyzzy\""]);
    // An alias may be made later, so that only what looks like a misspelling is told.
    check(
        "[gate]\naliases = ['champoin', 'blue']\n",
        &["2 warning CFG106 \"'champoin'\" there is no alias \"champoin\"; did you mean champion?"],
    );
    check_fix("[gate.metrics]\nrms = '<= 1'\n", "CFG106", "[gate.metrics]\nrmse = '<= 1'\n");
}

#[test]
fn what_is_no_toml() {
    check("[gate\ntolerance = 1\n", &["1 error CFG105 \"[gate\" unclosed table, expected `]`"]);
    check(
        "[use_case]\ntable = \n[gate]\nx = 1\n",
        &[
            "2 error CFG105 \"table =\" `table` has no value, expected text",
            "4 error CFG101 \"x\" unknown key `x` in [gate]; there are aliases, beats_baseline, not_worse_than_champion, tolerance, passes_test_model, metrics",
        ],
    );
    check(
        "nothing =",
        &[
            "1 error CFG101 \"nothing\" unknown key `nothing` at the top; there are use_case, train, gate, roots, server, mcp, drift, check, providers, inline_completion",
            "1 error CFG105 \"nothing =\" `nothing` has no value",
        ],
    );
    check_fix("[use_case]\ntable = telco.csv\n", "CFG105", "[use_case]\ntable = \"telco.csv\"\n");
    check_fix("[use_case]\ntable = \"telco.csv\n", "CFG105", "[use_case]\ntable = \"telco.csv\"\n");
    check_fix("[use_case]\ntarget = 'Churn  \n", "CFG105", "[use_case]\ntarget = 'Churn'  \n");
}

#[test]
fn what_is_set_twice_names_the_first_place() {
    for (text, name, first) in [
        ("[gate]\ntolerance = 1\ntolerance = 2\n", "tolerance", 7),
        ("[gate]\n[drift]\n[gate]\n", "gate", 1),
        ("gate = {tolerance = 1, tolerance = 2}\n", "tolerance", 8),
        ("gate.tolerance = 1\ngate.tolerance = 2\n", "tolerance", 5),
    ] {
        let found = document(text).diagnostics(&workspace());
        let [only] = found.as_slice() else { panic!("expected one diagnostic, found {found:?}") };
        assert_eq!((only.code, only.message.as_str()), ("CFG105", format!("`{name}` is set twice").as_str()), "{text}");
        assert_eq!(only.related.first().map(|related| related.range.start), Some(first), "{text} {only:?}");
    }
}

#[test]
fn tables_in_lists_and_choices_are_checked_too() {
    let schema = serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "rules": { "type": "array", "items": { "$ref": "#/$defs/Rule" } },
            "level": { "anyOf": [{ "$ref": "#/$defs/Level" }, { "type": "null" }] },
        },
        "$defs": {
            "Rule": { "type": "object", "additionalProperties": false, "properties": { "id": { "type": "string" }, "on": { "type": "boolean" } } },
            "Level": { "oneOf": [{ "const": "low", "description": "Not much." }, { "const": "high" }] },
        },
    });
    let workspace = workspace_of(schema);
    check_in(
        &workspace,
        "level = 'low'\nrules = [{ id = 'a' }]\n[[ruels]]\n",
        &["3 error CFG101 \"ruels\" unknown key `ruels` at the top; did you mean rules?"],
    );
    check_in(
        &workspace,
        "[[rules]]\nid = 'a'\n[[rules]]\nid = 1\nof = 2\n",
        &[
            "4 error CFG102 \"1\" `id`: expected text, found 1",
            "5 error CFG101 \"of\" unknown key `of` in [rules]; did you mean on or id?",
        ],
    );
    check_in(
        &workspace,
        "rules = [{ id = 1 }]\nlevel = 'hihg'\n",
        &[
            "1 error CFG102 \"1\" `rules`: expected text, found 1",
            "2 error CFG102 \"'hihg'\" `level`: expected \"low\" or \"high\", found 'hihg'",
        ],
    );
    check_in(
        &workspace,
        "[rules]\nid = 'a'\n",
        &["1 error CFG102 \"[rules]\" `rules`: expected list of tables, found a table"],
    );
}

#[test]
fn providers_are_those_of_the_file() {
    let named = "[inline_completion]\nprovider = \"local\"\n";
    check(&format!("{named}[providers.local]\nmodel = 'small'\n"), &[]);
    check(&format!("providers = {{ local = {{ model = 'small' }} }}\n{named}"), &[]);
    check(named, &["2 warning CFG106 \"\\\"local\\\"\" there is no provider \"local\" in [providers]"]);
    check_fix(
        &format!("[providers.locl]\n{named}"),
        "CFG106",
        "[providers.locl]\n[inline_completion]\nprovider = \"locl\"\n",
    );
}
