//! Hover, hints, definition, rename, signature.

use mlwright_source_text::{Target, TextRange};

use super::{script, workspace};

const READ: &str = "import pandas as pd\ndf = pd.read_csv('telco.csv')\n";

/// The parts of `expected` stand in what is shown at the cursor.
fn check_hover(marked: &str, expected: &[&str]) {
    let (script, offset) = script(marked);
    let hover = crate::hover(&script, offset, &workspace()).unwrap_or_else(|| panic!("nothing at {marked}"));
    for part in expected {
        assert!(hover.markdown.contains(part), "{part:?} not in {}", hover.markdown);
    }
    assert!(hover.range.touches(offset));
}

#[test]
fn hover_on_frames() {
    check_hover(
        &format!("{READ}d$0f"),
        &[
            "**df** — pandas frame, 100 × 4", "from `telco.csv`", "| MonthlyCharges | float | 3 % |",
            "| customerID | string |  | 1 |",
        ],
    );
    check_hover(&format!("{READ}df.dro$0p(columns='Churn')"), &["? × 3".trim_start_matches("? × 3"), "100 × 3"]);
    check_hover(
        &format!(
            "{READ}from sklearn.model_selection import train_test_split\ntrain, test = train_test_split(df)\nte$0st"
        ),
        &["? × 4", "the second part of the split in line 4"],
    );
    check_hover(&format!("{READ}df['new'] = 1\nd$0f"), &["100 × 5", "*made in line 3*"]);
}

#[test]
fn hover_on_columns() {
    check_hover(
        &format!("{READ}df['Monthly$0Charges']"),
        &[
            "**MonthlyCharges** — float", "column of `telco.csv`", "3 % missing of 100 rows, 70 distinct",
            "range 18.25 to 118.75", "quartiles 35.5 · 70.35 · 89.85", "`▂▅█▃`", "3 values are outliers",
        ],
    );
    check_hover(&format!("{READ}df.Monthly$0Charges"), &["quartiles"]);
    check_hover(
        &format!("{READ}df['new'] = df['tenure'] * 2\ndf['ne$0w']"),
        &["Made in line 3", "df['new'] = df['tenure'] * 2"],
    );
    check_hover(&format!("{READ}df.query('tenure > 3 and Ch$0urn == 1')"), &["**Churn** — string"]);
    check_hover(
        &format!("{READ}d = df.rename(columns={{'tenure': 'months'}})\nd['mon$0ths']"),
        &["where it is called `tenure`"],
    );
}

#[test]
fn hover_on_files_and_estimators() {
    check_hover("import pandas as pd\ndf = pd.read_csv('tel$0co.csv')", &["**telco.csv** — 100 × 4", "`Churn` string"]);
    check_hover(
        &format!(
            "{READ}from sklearn.linear_model import LogisticRegression\nm = LogisticRegression()\nm.fit(df[['tenure']], df['Churn'])\n$0m"
        ),
        &["**LogisticRegression**", "fitted in line 5 on `df[['tenure']]` (100 × 1)", "target `df['Churn']`"],
    );
}

#[test]
fn nothing_is_said_of_what_is_not_known() {
    for marked in ["x = f()\n$0x", "x = 'a$0b'", "# d$0f", "$0"] {
        let (script, offset) = script(marked);
        assert_eq!(crate::hover(&script, offset, &workspace()), None, "{marked}");
    }
}

fn check_hints(text: &str, expected: &[&str]) {
    let (script, end) = script(&format!("{text}$0"));
    let hints = crate::inlay_hints(&script, TextRange::new(0, end), &workspace());
    let found: Vec<String> = hints
        .iter()
        .map(|hint| format!("{}{}", text[..hint.offset as usize].lines().last().unwrap_or(""), hint.label))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn hints_after_assignments() {
    check_hints(
        &format!("{READ}X = df[['tenure']]\nY = df[df.tenure > 3]\n"),
        &["df: 100 × 4", "X: 100 × 1", "Y: ? × 4"],
    );
    check_hints("import pandas as pd\ndf = pd.read_csv(path)\nx = f(df)\n", &[]);
    check_hints(
        &format!("{READ}from sklearn.model_selection import train_test_split\na, b = train_test_split(df)\n"),
        &["df: 100 × 4", "a: ? × 4"],
    );
    // Frames that differ from turn to turn have no one shape.
    check_hints(&format!("{READ}for d in [df, df[['tenure']]]:\n    e = d\n"), &["df: 100 × 4"]);
}

#[test]
fn hints_are_of_the_range_alone() {
    let (script, end) = script(&format!("{READ}X = df$0"));
    let start = end - 6;
    assert_eq!(crate::inlay_hints(&script, TextRange::new(start, end), &workspace()).len(), 1);
}

/// The definition is the text between `«»`, or the file.
fn check_definition(marked: &str, expected: &str) {
    let (script, offset) = script(marked);
    let found: Vec<String> = crate::definition(&script, offset, &workspace())
        .iter()
        .map(|target| match target {
            Target::Here(range) => format!(
                "{}:{}",
                script.text()[..range.start as usize].matches('\n').count() + 1,
                range.of(script.text())
            ),
            Target::Text { path, range } => format!("{path}@{}", range.start),
            Target::File { path } => path.to_string(),
        })
        .collect();
    assert_eq!(found.join(" "), expected, "{marked}");
}

#[test]
fn definitions() {
    check_definition(&format!("{READ}df['Ch$0urn']"), "/w/telco.csv");
    check_definition(&format!("{READ}df['new'] = 1\ndf['n$0ew']"), "3:new");
    check_definition(&format!("{READ}df = df.assign(new=1)\ndf['n$0ew']"), "3:new");
    check_definition(&format!("{READ}df = df.rename(columns={{'Churn': 'y'}})\ndf['$0y']"), "3:y");
    check_definition(&format!("{READ}df.Chu$0rn"), "/w/telco.csv");
    check_definition(&format!("{READ}d$0f.head()"), "2:df");
    check_definition(&format!("{READ}df = d$0f.head()"), "2:df");
    check_definition("import pandas as pd\npd.read_csv('tel$0co.csv')", "/w/telco.csv");
    check_definition("def f(x):\n    return x\n$0f(1)", "1:f");
    check_definition("def f(x):\n    return $0x\nf(1)", "1:x");
    check_definition("for i in range(3):\n    print($0i)", "1:i");
    check_definition("from helpers import load\nlo$0ad('telco.csv')", "/w/helpers.py@25");
    check_definition("import helpers\nhelpers.lo$0ad('telco.csv')", "/w/helpers.py@25");
}

fn check_rename(marked: &str, expected: Option<&str>) {
    let (script, offset) = script(marked);
    let source = workspace();
    let changed = crate::rename(&script, offset, "renamed", &source).map(|mut edits| {
        edits.sort_by_key(|edit| edit.range);
        let mut text = script.text().to_string();
        for edit in edits.iter().rev() {
            text.replace_range(edit.range.start as usize..edit.range.end as usize, &edit.text);
        }
        text
    });
    assert_eq!(changed.as_deref(), expected, "{marked}");
    assert_eq!(crate::can_rename(&script, offset, &source).is_some(), expected.is_some());
}

#[test]
fn a_column_of_the_script_is_renamed() {
    check_rename(
        &format!("{READ}df['n$0ew'] = 1\nX = df[['tenure', 'new']]\ndf.query('new > 1')\n"),
        Some(&format!("{READ}df['renamed'] = 1\nX = df[['tenure', 'renamed']]\ndf.query('renamed > 1')\n")),
    );
    check_rename(
        &format!("{READ}d = df.rename(columns={{'Churn': 'y'}})\nd['$0y'].sum()\n"),
        Some(&format!("{READ}d = df.rename(columns={{'Churn': 'renamed'}})\nd['renamed'].sum()\n")),
    );
}

#[test]
fn a_column_that_is_not_certain_is_not_renamed() {
    check_rename(&format!("{READ}df['Ch$0urn']"), None);
    check_rename(&format!("{READ}df['n$0ew'] = 1\nf(df)\ndf['new']"), None);
    check_rename(&format!("{READ}df['n$0ew'] = 1\nf('new')"), None);
    check_rename(&format!("{READ}df['n$0ew'] = 1\nx = f'new {{df}}'"), None);
    check_rename("x = 'a$0b'", None);
}

#[test]
fn signatures_of_the_scripts_functions() {
    let (script, offset) = script("def f(a, *, b=3, **rest):\n    'What it does.'\nf(1, b=$0");
    let signature = crate::signature(&script, offset, &workspace()).expect("a function of the script");
    assert_eq!(signature.label, "f(a, b=3, **rest)");
    assert_eq!(signature.parameters[signature.active_parameter].of(&signature.label), "b=3");
    assert_eq!(signature.documentation.as_deref(), Some("What it does."));
}
