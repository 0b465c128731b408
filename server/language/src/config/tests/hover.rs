use mlwright_language_testkit::cursor;
use mlwright_source_text::{Symbol, Target};

use super::{document, workspace};

/// The text that the hover at `$0` is about, and parts of what it says.
fn check(marked: &str, on: &str, parts: &[&str]) {
    let (text, offset) = cursor(marked);
    let hover = document(&text).hover(offset, &workspace()).unwrap_or_else(|| panic!("no hover: {marked}"));
    assert_eq!(hover.range.of(&text), on, "{marked}");
    for part in parts {
        assert!(hover.markdown.contains(part), "{part:?} is not in {:?}", hover.markdown);
    }
}

fn check_none(marked: &str) {
    let (text, offset) = cursor(marked);
    assert_eq!(document(&text).hover(offset, &workspace()), None, "{marked}");
}

#[test]
fn keys_and_sections_are_explained() {
    check(
        "[gate]\ntol$0erance = 1\n",
        "tolerance",
        &["`gate.tolerance`", "number, 0 or more", "default `0.0`", "How much worse"],
    );
    check("gate.tol$0erance = 1\n", "tolerance", &["`gate.tolerance`"]);
    check("[ga$0te]\n", "gate", &["`[gate]`", "What a model version must reach", "- `aliases` · list of texts"]);
    check("gate = { beats_$0baseline = true }\n", "beats_baseline", &["true or false", "default `true`"]);
    check("[server]\nport = 80$0\n", "80", &["`server.port`", "from 0 to 65535"]);
    check("[use_case]\nmetric = 'roc$0'\n", "'roc'", &["`use_case.metric`"]);
    check_none("[nothing]\nx$0 = 1\n");
    check_none("[gate] # a $0word\n");
    check_none("$0\n[gate]\n");
}

#[test]
fn tables_and_columns_are_described() {
    check(
        "[use_case]\ntable = 'tel$0co.csv'\n",
        "'telco.csv'",
        &["**telco.csv** — 100 rows × 3 columns", "/w/telco.csv", "| `Contract` | string | 3 % |"],
    );
    let target = "[use_case]\ntable = 'telco.csv'\ntarget = 'Ch$0urn'\n";
    check(
        target,
        "'Churn'",
        &["**Churn** — string — column of telco.csv", "categorical · 100 rows", "2 distinct", "`No` 73, `Yes` 27"],
    );
    let class = "[use_case]\ntable = 'telco.csv'\ntarget = 'Churn'\npositive_class = 'Y$0es'\n";
    check(class, "'Yes'", &["**Churn**", "`Yes` 27"]);
    // Of what is not there, the key is explained.
    check("[use_case]\ntable = 'x$0'\n", "'x'", &["`use_case.table`"]);
}

#[test]
fn definitions_lead_to_files() {
    let target = |marked: &str| {
        let (text, offset) = cursor(marked);
        document(&text).definition(offset, &workspace())
    };
    let file = |path: &str| vec![Target::File { path: path.into() }];
    assert_eq!(target("[use_case]\ntable = 'tel$0co.csv'\n"), file("/w/telco.csv"));
    assert_eq!(target("[use_case]\ntable = 'data/../telco.csv$0'\n"), file("/w/telco.csv"));
    assert_eq!(target("[use_case]\ntable = 'telco.csv'\ntarget = 'Ch$0urn'\n"), file("/w/telco.csv"));
    assert_eq!(target("[use_case]\ntable = 'feat$0ures'\n"), []);
    assert_eq!(target("[use_case]\nta$0ble = 'telco.csv'\n"), []);
}

#[test]
fn the_outline_has_sections_with_keys() {
    fn shown(symbol: &Symbol) -> String {
        let children: Vec<String> = symbol.children.iter().map(shown).collect();
        let detail = symbol.detail.as_deref().map(|detail| format!("={detail}")).unwrap_or_default();
        if children.is_empty() {
            format!("{}{detail}", symbol.name)
        } else {
            format!("{}{detail}({})", symbol.name, children.join(" "))
        }
    }
    let text = "roots = []\n[gate]\ntolerance = 1\nmetrics.rmse = '<= 1'\n[gate.metrics]\n[\n[drift]\npsi =\np_value\nx = {y = 1}\n";
    let symbols = document(text).symbols(&workspace());
    let outline: Vec<String> = symbols.iter().map(shown).collect();
    assert_eq!(
        outline,
        ["roots=[]", "gate(tolerance=1 metrics.rmse='<= 1')", "gate.metrics", "drift(psi p_value x={y = 1}(y=1))"]
    );
    assert_eq!(symbols[1].range.of(text), "[gate]\ntolerance = 1\nmetrics.rmse = '<= 1'");
    assert_eq!(symbols[1].selection.of(text), "[gate]");
}
