//! What is known at a place.

use mlwright_source_text::Facts;

use super::{script, workspace};

fn facts(marked: &str) -> Facts {
    let (script, offset) = script(marked);
    crate::facts(&script, offset, &workspace())
}

/// Names with their columns.
fn frames(facts: &Facts) -> Vec<String> {
    let shown = |frame: &mlwright_source_text::FrameFact| {
        let columns: Vec<String> =
            frame.columns.iter().map(|column| format!("{}:{}", column.name, column.dtype.unwrap_or("?"))).collect();
        format!("{} {}", frame.name, columns.join(" ")).trim().to_owned()
    };
    facts.frames.iter().map(shown).collect()
}

const READ: &str = "import pandas as pd\ndf = pd.read_csv('data/houses.csv')\n";

#[test]
fn frames_are_as_they_are_at_the_place() {
    let made = format!("{READ}df['rooms'] = df['size'] * 2\n$0\ndf = df[['price']]\n");
    assert_eq!(frames(&facts(&made)), ["df price:float area m2:float size:integer rooms:?"]);
    let narrowed = format!("{READ}df = df[['price']]\nsmall = df.head()\nx = small.$0");
    assert_eq!(frames(&facts(&narrowed)), ["small price:float", "df price:float"]);
    // In the middle of a call over several lines.
    assert_eq!(frames(&facts(&format!("{READ}print(\n    df,\n    $0\n)\n"))).len(), 1);
}

#[test]
fn functions_see_what_their_callers_give_and_nobody_sees_into_them() {
    let inside = format!("{READ}def f(table):\n    part = table[['size']]\n    $0\n    return part\nf(df)\n");
    assert_eq!(frames(&facts(&inside))[..2], ["part size:integer", "table price:float area m2:float size:integer"]);
    let outside = format!("{READ}def f(table):\n    part = table[['size']]\n    return part\nf(df)\n$0");
    assert_eq!(frames(&facts(&outside)).len(), 1);
}

#[test]
fn models_tables_and_the_stage_are_told() {
    let found = facts(
        "import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
df = pd.read_csv('telco.csv')
X_train, X_test, y_train, y_test = train_test_split(df[['tenure']], df['Churn'])
model = LogisticRegression().fit(X_train, y_train)
$0",
    );
    assert_eq!(found.stage, Some("fit"));
    let model = &found.estimators[0];
    assert_eq!(
        (&*model.name, &*model.class, model.is_fitted),
        ("model", "sklearn.linear_model.LogisticRegression", true)
    );
    let train = found.frames.iter().find(|frame| &*frame.name == "X_train").unwrap();
    assert!(train.part.as_ref().unwrap().contains("first part"), "{train:?}");
    let early = facts("import pandas as pd\ndf = pd.read_csv('telco.csv')\n$0\nX = df[['tenure']]\n");
    assert_eq!(early.stage, Some("load"));
}

#[test]
fn nothing_known_is_no_fact() {
    assert_eq!(facts("$0"), Facts { tables: facts("x = 1\n$0").tables, ..Facts::default() });
    assert!(facts("df = load()\n$0").frames.is_empty());
}
