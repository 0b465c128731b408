use mlwright_language_testkit::TestWorkspace;
use mlwright_source_text::Notebook;

use super::*;
use crate::Language;

const LEAKY: &str = "\
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
X, y = pd.read_csv('x.csv'), pd.read_csv('y.csv')
scaler = StandardScaler()
X = scaler.fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
print(Ridge().fit(X_train, y_train).score(X_test, y_test))
";

fn found(text: &str) -> Vec<Finding> {
    let document = Document::new("/w/a.py", Language::Python, text);
    findings(&document, "a.py", &TestWorkspace::default(), &Selection::default())
}

#[test]
fn a_finding_says_where_and_what() {
    let all = found(LEAKY);
    let [finding] = &all[..] else { panic!("{all:?}") };
    assert_eq!((finding.code, finding.name), ("MLW101", "preprocessing-before-split"));
    assert_eq!((finding.place.line, finding.place.column, finding.place.cell), (7, 5, None));
    assert!(
        text(&all, 1, 0).starts_with("a.py:7:5: warning MLW101: `StandardScaler` is fitted on rows"),
        "{}",
        text(&all, 1, 0)
    );
    assert!(github(&all).starts_with(
        "::warning file=a.py,line=7,endLine=7,col=5,endColumn=28,title=MLW101 preprocessing-before-split::"
    ));
    let log = sarif(&all, "0.1.0");
    assert_eq!(log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"], 7);
    assert_eq!(json(&all, 1, 0)["findings"][0]["category"], "preprocessing-leakage");
}

#[test]
fn a_baseline_knows_findings_when_lines_move() {
    let baseline = Baseline::parse(&Baseline::of(&found(LEAKY)).to_text()).expect("what it wrote itself");
    let moved = found(&format!("# a note\n\n{LEAKY}"));
    assert!(moved.len() == 1 && moved.iter().all(|finding| baseline.knows(finding)));
    let changed = found(&LEAKY.replace("X = scaler.fit", "Z = X\nX = scaler  .fit"));
    assert!(changed.len() == 1 && !baseline.knows(&changed[0]));
    assert!(Baseline::parse("{\"version\": 9, \"findings\": {}}").is_err());
}

#[test]
fn rules_are_selected_by_code_start_of_code_and_name() {
    let selection = |select: &[&str], ignore: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Selection::new(&owned(select), &owned(ignore))
    };
    let some = selection(&["MLW1"], &["multi-test"]).expect("rules");
    assert!(some.takes("MLW101") && !some.takes("MLW106") && !some.takes("MLW203"));
    assert_eq!(selection(&["multitest"], &[]).expect_err("no rule").suggestion, Some("multi-test"));
    assert!(selection(&[""], &[]).is_err());
}

#[test]
fn places_in_notebooks_are_places_in_cells() {
    let (first, second) = LEAKY.split_at(LEAKY.find("scaler =").expect("in the text"));
    let notebook = Notebook::from_cells([(1, first), (4, second)]);
    let document = Document::from_notebook("/w/a.ipynb", notebook);
    let all = findings(&document, "a.ipynb", &TestWorkspace::default(), &Selection::default());
    assert_eq!((all[0].place.cell, all[0].place.line), (Some(5), 2));
    assert!(text(&all, 1, 0).starts_with("a.ipynb:cell 5:2:5: warning"));
}
