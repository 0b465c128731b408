//! "Log this fit to tracking": what it writes, and where it is not offered. That what it writes is Python, and runs, is shown by
//! `tests/lsp/test_tracking.py`.

use mlwright_python_flow::Script;
use mlwright_source_text::{Notebook, TextRange};

use super::overview::check_action;
use super::{script, workspace};

const TITLE: &str = "Log this fit to tracking";

const HEAD: &str = "import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, roc_auc_score
from sklearn.model_selection import train_test_split
";

const SPLIT: &str = "df = pd.read_csv('telco.csv')
X_train, X_test, y_train, y_test = train_test_split(df[['tenure']], df['Churn'], random_state=0)
model = LogisticRegression()
";

/// What stands after the split once the fit is logged.
fn check(after_split: &str, expected: Option<&str>) {
    let text = format!("{HEAD}{SPLIT}{after_split}");
    let expected = expected.map(|expected| format!("{HEAD}import mlflow\n{SPLIT}{expected}"));
    check_action(&text, ".fit(", TITLE, expected.as_deref());
}

#[test]
fn a_fit_is_logged_with_the_scores_that_follow() {
    check(
        "model.fit(X_train, y_train)  # all of them
predicted = model.predict(X_test)

accuracy = accuracy_score(y_test, predicted)
table = confusion_matrix(y_test, predicted)
auc = round(roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]), 3)
print(accuracy, auc)
",
        Some(
            "mlflow.set_experiment(\"telco-Churn\")
with mlflow.start_run(run_name=\"LogisticRegression\"):
    model.fit(X_train, y_train)  # all of them
    predicted = model.predict(X_test)

    accuracy = accuracy_score(y_test, predicted)
    table = confusion_matrix(y_test, predicted)
    auc = round(roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]), 3)
    mlflow.log_params(model.get_params())
    mlflow.log_metrics({\"accuracy\": accuracy, \"auc\": auc})
    mlflow.sklearn.log_model(model, name=\"churn\")
print(accuracy, auc)
",
        ),
    );
}

#[test]
fn without_scores_the_run_ends_with_the_fit() {
    let logged = "mlflow.set_experiment(\"telco-Churn\")
with mlflow.start_run(run_name=\"LogisticRegression\"):
    model.fit(X_train, y_train)
    mlflow.log_params(model.get_params())
    mlflow.sklearn.log_model(model, name=\"churn\")";
    check("model.fit(X_train, y_train)", Some(logged));
    // Of another fit, of no number, of one number a class.
    for rest in [
        "print(model.score(X_test, y_test))\n",
        "other = LogisticRegression().fit(X_train, y_train)\naccuracy = other.score(X_test, y_test)\n",
        "table = confusion_matrix(y_test, model.predict(X_test))\n",
    ] {
        check(&format!("model.fit(X_train, y_train)\n{rest}"), Some(&format!("{logged}\n{rest}")));
    }
}

#[test]
fn what_is_inside_literals_does_not_move() {
    check(
        "fitted = LogisticRegression().fit(
    X_train,
    y_train,
)
text = f'''
 {len(X_test)} rows
'''
accuracy = fitted.score(X_test, y_test)
",
        Some(
            "mlflow.set_experiment(\"telco-Churn\")
with mlflow.start_run(run_name=\"LogisticRegression\"):
    fitted = LogisticRegression().fit(
        X_train,
        y_train,
    )
    text = f'''
 {len(X_test)} rows
'''
    accuracy = fitted.score(X_test, y_test)
    mlflow.log_params(fitted.get_params())
    mlflow.log_metrics({\"accuracy\": accuracy})
    mlflow.sklearn.log_model(fitted, name=\"churn\")
",
        ),
    );
}

#[test]
fn a_loop_has_a_run_a_turn() {
    check(
        "for c in [0.1, 1.0]:
\tmodel = LogisticRegression(C=c)
\tmodel.fit(X_train, y_train)
\taccuracy = model.score(X_test, y_test)
",
        Some(
            "for c in [0.1, 1.0]:
\tmodel = LogisticRegression(C=c)
\tmlflow.set_experiment(\"telco-Churn\")
\twith mlflow.start_run(run_name=\"LogisticRegression\"):
\t\tmodel.fit(X_train, y_train)
\t\taccuracy = model.score(X_test, y_test)
\t\tmlflow.log_params(model.get_params())
\t\tmlflow.log_metrics({\"accuracy\": accuracy})
\t\tmlflow.sklearn.log_model(model, name=\"churn\")
",
        ),
    );
}

#[test]
fn a_search_logs_what_it_found() {
    let head =
        "from sklearn.ensemble import RandomForestClassifier\nfrom sklearn.model_selection import GridSearchCV\n";
    check_action(
        &format!("{head}search = GridSearchCV(RandomForestClassifier(), {{'max_depth': [2, 3]}})\nsearch.fit(X, y)\n"),
        ".fit(",
        TITLE,
        Some(&format!(
            "{head}import mlflow
search = GridSearchCV(RandomForestClassifier(), {{'max_depth': [2, 3]}})
mlflow.set_experiment(\"script\")
with mlflow.start_run(run_name=\"GridSearchCV\"):
    search.fit(X, y)
    mlflow.log_params(search.best_params_)
    mlflow.sklearn.log_model(search.best_estimator_, name=\"search\")
"
        )),
    );
    let kept = format!("{head}search = GridSearchCV(RandomForestClassifier(), {{}}, refit=False)\nsearch.fit(X, y)\n");
    check_action(&kept, ".fit(", TITLE, None);
}

#[test]
fn libraries_have_their_own_models() {
    for (import, class, flavour) in [
        ("xgboost", "XGBClassifier", "xgboost"),
        ("lightgbm", "LGBMRegressor", "lightgbm"),
        ("catboost", "CatBoostClassifier", "catboost"),
    ] {
        let head = format!("\"\"\"A script.\"\"\"\nimport mlflow as ml\nimport {import}\nmodel = {import}.{class}()\n");
        check_action(
            &format!("{head}ml.set_experiment('mine')\nmodel.fit(X, y)\n"),
            "model.fit(",
            TITLE,
            Some(&format!(
                "{head}ml.set_experiment('mine')
with ml.start_run(run_name=\"{class}\"):
    model.fit(X, y)
    ml.log_params(model.get_params())
    ml.{flavour}.log_model(model, name=\"model\")
"
            )),
        );
    }
}

#[test]
fn it_is_not_offered_where_something_logs_or_there_is_nothing_to_log() {
    for inside in [
        "import mlflow\nwith mlflow.start_run():\n    model.fit(X_train, y_train)\n",
        "import mlflow\nmlflow.start_run()\nmodel.fit(X_train, y_train)\nmlflow.end_run()\n",
        "import mlflow\nmlflow.sklearn.autolog()\nmodel.fit(X_train, y_train)\n",
        "import mlflow\ndef train():\n    model.fit(X_train, y_train)\nwith mlflow.start_run():\n    train()\n",
        // Other code on the line.
        "model.fit(X_train, y_train); print(model)\n",
        "if len(X_train): model.fit(X_train, y_train)\n",
        // There is no name for the model.
        "LogisticRegression().fit(X_train, y_train)\n",
        "predicted = LogisticRegression().fit(X_train, y_train).predict(X_test)\n",
        "from sklearn.preprocessing import StandardScaler\nscaler = StandardScaler()\nscaler.fit(X_train)\n",
        "thing.fit(X_train, y_train)\n",
        "for name, one in models.items():\n    one.fit(X_train, y_train)\n",
    ] {
        check(inside, None);
    }
    check_action(&format!("{HEAD}{SPLIT}"), "df =", TITLE, None);
}

#[test]
fn a_run_stays_in_its_cell() {
    let cells = [
        format!("{HEAD}{SPLIT}"),
        "model.fit(X_train, y_train)\nfirst = model.score(X_test, y_test)".to_owned(),
        "second = model.score(X_train, y_train)".to_owned(),
    ];
    let notebook = Notebook::from_cells(cells.iter().enumerate().map(|(index, cell)| (index, cell.as_str())));
    let script = Script::from_notebook("/w/notebook.ipynb", notebook);
    let offset = script.text().find(".fit(").unwrap() as u32;
    let actions = crate::actions(&script, TextRange::empty(offset), &workspace());
    let action = actions.iter().find(|action| action.title == TITLE).expect("it is offered");
    let written = &action.edits.last().unwrap().text;
    assert!(written.contains("{\"first\": first}") && !written.contains("second"), "{written}");
    let last = script.notebook().unwrap().cells()[1].range;
    assert_eq!(action.edits.last().unwrap().range, last);
}

#[test]
fn line_breaks_stay_what_they_are() {
    let (script, _) = script(&format!("{HEAD}{SPLIT}model.fit(X_train, y_train)\n$0").replace('\n', "\r\n"));
    let offset = script.text().find(".fit(").unwrap() as u32;
    let actions = crate::actions(&script, TextRange::empty(offset), &workspace());
    let action = actions.iter().find(|action| action.title == TITLE).expect("it is offered");
    for edit in &action.edits {
        assert_eq!(edit.text.matches('\n').count(), edit.text.matches("\r\n").count(), "{:?}", edit.text);
    }
}
