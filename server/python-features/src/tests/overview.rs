//! Outline, lenses and actions.

use mlwright_source_text::{Lifecycle, ModelVersion, Symbol, TextRange, TrainedRun};

use super::{script, workspace};

const TRAINED: &str = "import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv('telco.csv')
X = df[['tenure', 'MonthlyCharges']]
y = df['Churn']
model = LogisticRegression()
model.fit(X, y)
";

fn names(symbols: &[Symbol]) -> String {
    let one = |symbol: &Symbol| {
        if symbol.children.is_empty() {
            symbol.name.clone()
        } else {
            format!("{}({})", symbol.name, names(&symbol.children))
        }
    };
    symbols.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn stages_and_definitions_are_the_outline() {
    let text = format!(
        "{}from sklearn.model_selection import train_test_split\na, b, c, d = train_test_split(X, y)\nmodel.fit(a, c)\nprint(model.score(b, d))\nimport joblib\njoblib.dump(model, 'm')\n\ndef f():\n    df['z'] = 1\n\nclass A:\n    def g(self):\n        pass\n",
        TRAINED.replace("model.fit(X, y)\n", "")
    );
    let (script, _) = script(&format!("{text}$0"));
    let symbols = crate::symbols(&script, &workspace());
    assert_eq!(names(&symbols), "load split fit evaluate save f(prepare) A(g)");
    for symbol in &symbols {
        assert!(symbol.range.contains(symbol.selection), "{symbol:?}");
    }
}

#[test]
fn cells_of_a_notebook_are_sections() {
    let notebook = mlwright_source_text::Notebook::from_cells([
        (0, " Reading\nimport pandas as pd\ndf = pd.read_csv('telco.csv')"),
        (2, "df.head()"),
    ]);
    let script = mlwright_python_flow::Script::from_notebook("/w/n.ipynb", notebook);
    let symbols = crate::symbols(&script, &workspace());
    assert_eq!(names(&symbols), "cell 1(load) cell 2");
    assert_eq!(symbols[0].detail.as_deref(), Some("Reading"));
}

/// Title, operation and input of each lens.
fn lenses(text: &str, lifecycle: Lifecycle) -> Vec<String> {
    let (script, _) = script(&format!("{text}$0"));
    let describe = |lens: mlwright_source_text::Lens| {
        let command = lens.command.expect("each can be run");
        let fields = command.input.as_object().expect("an object").iter();
        let fields: std::collections::BTreeMap<_, _> =
            fields.map(|(key, value)| (key, value.as_str().expect("a text"))).collect();
        let fields: Vec<String> = fields.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("{} → {} {}", lens.title, command.operation, fields.join(" "))
    };
    crate::lenses(&script, &workspace().lifecycle(lifecycle)).into_iter().map(describe).collect()
}

#[test]
fn lenses_over_reads_know_the_target() {
    assert_eq!(
        lenses(TRAINED, Lifecycle::default()),
        [
            "Profile telco.csv → profile_table table=telco.csv target=Churn",
            "Train on telco.csv for Churn → train table=telco.csv target=Churn",
        ]
    );
    assert_eq!(
        lenses("import pandas as pd\ndf = pd.read_csv('data/houses.csv')\n", Lifecycle::default()),
        ["Profile data/houses.csv → profile_table table=data/houses.csv"]
    );
    assert!(lenses("import pandas as pd\ndf = pd.read_csv('missing.csv')\n", Lifecycle::default()).is_empty());
}

#[test]
fn lenses_over_fits_are_the_next_step() {
    let run = TrainedRun { run_id: "r1".into(), outcome: "roc_auc 0.84".into() };
    let found = lenses(TRAINED, Lifecycle { run: Some(run.clone()), ..Lifecycle::default() });
    assert_eq!(found[1], "Train on telco.csv for Churn · roc_auc 0.84 → train table=telco.csv target=Churn");
    assert_eq!(found[2], "Register the run as churn → register_model name=churn run_id=r1");
    let version = ModelVersion { model: "churn".into(), version: 2, aliases: Vec::new(), outcome: None };
    let found = lenses(TRAINED, Lifecycle { run: Some(run), version: Some(version), ..Lifecycle::default() });
    assert_eq!(found[2], "Deploy churn/2 → deploy_endpoint endpoint=churn model=models:/churn/2");
}

/// The script after the action with this title.
pub(super) fn check_action(text: &str, at: &str, title: &str, expected: Option<&str>) {
    let (script, _) = script(&format!("{text}$0"));
    let offset = text.find(at).expect("in the text") as u32;
    let actions = crate::actions(&script, TextRange::empty(offset), &workspace());
    let changed = actions.iter().find(|action| action.title == title).map(|action| {
        let mut changed = text.to_owned();
        for edit in action.edits.iter().rev() {
            changed.replace_range(edit.range.start as usize..edit.range.end as usize, &edit.text);
        }
        changed
    });
    assert_eq!(changed.as_deref(), expected);
}

#[test]
fn a_fit_on_all_rows_can_be_split() {
    let title = "Split into training and test rows first";
    check_action(
        TRAINED,
        "model.fit",
        title,
        Some(
            "import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('telco.csv')
X = df[['tenure', 'MonthlyCharges']]
y = df['Churn']
model = LogisticRegression()
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.2, stratify=y, random_state=42
)
model.fit(X_train, y_train)
",
        ),
    );
    check_action(&TRAINED.replace("model.fit(X, y)", "model.fit(X[:50], y[:50])"), "model.fit", title, None);
    check_action(TRAINED, "df = pd", title, None);
}

const SCALED: &str = "scaler = StandardScaler()
train_scaled = scaler.fit_transform(X_train)
test_scaled = scaler.transform(X_test)
model = LogisticRegression()
model.fit(train_scaled, y_train)
print(model.score(test_scaled, y_test))
";

#[test]
fn a_transformer_and_a_model_can_become_a_pipeline() {
    let head = "import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
";
    let split = "df = pd.read_csv('telco.csv')
X_train, X_test, y_train, y_test = train_test_split(df[['tenure']], df['Churn'])
";
    check_action(
        &format!("{head}{split}{SCALED}"),
        "model.fit",
        "Wrap the transformer and the model in a pipeline",
        Some(&format!(
            "{head}from sklearn.pipeline import make_pipeline
{split}scaler = StandardScaler()
model = make_pipeline(scaler, LogisticRegression())
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
"
        )),
    );
    // The scaled rows are used for something else too.
    check_action(
        &format!("{head}{split}{SCALED}print(train_scaled)\n"),
        "model.fit",
        "Wrap the transformer and the model in a pipeline",
        None,
    );
}

#[test]
fn rows_that_are_transformed_in_place_are_the_pipelines_too() {
    let title = "Wrap the transformer and the model in a pipeline";
    let in_place = SCALED.replace("train_scaled", "X_train").replace("test_scaled", "X_test");
    let head = "import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
";
    let split = "df = pd.read_csv('telco.csv')
X_train, X_test, y_train, y_test = train_test_split(df[['tenure']], df['Churn'])
print(X_train.describe())
";
    check_action(
        &format!("{head}{split}{in_place}"),
        "model.fit",
        title,
        Some(&format!(
            "{head}from sklearn.pipeline import make_pipeline
{split}scaler = StandardScaler()
model = make_pipeline(scaler, LogisticRegression())
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
"
        )),
    );
    // Elsewhere they are wanted as they are then, or it cannot be told which of the two.
    for other in
        ["print(X_train)\n", "X_train = X_train[:10]\n", "def score():\n    return model.score(X_test, y_test)\n"]
    {
        check_action(&format!("{head}{split}{in_place}{other}"), "model.fit", title, None);
    }
    let early = format!("{split}mean = lambda: X_test.mean()\n");
    check_action(&format!("{head}{early}{in_place}"), "model.fit", title, None);
    let judged_first = in_place.replace("X_test = scaler", "print(model.score(X_test, y_test))\nX_test = scaler");
    check_action(&format!("{head}{split}{judged_first}"), "model.fit", title, None);
}
