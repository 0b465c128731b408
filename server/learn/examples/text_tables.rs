//! How well prepared texts are learned from: scores of our learners on a table of texts with two
//! classes, under several preparations. `text_tables.py` makes the tables and scores scikit-learn's
//! TF-IDF with logistic regression on the same rows.
//!
//! ```sh
//! python server/learn/examples/text_tables.py DIRECTORY_OF_TABLES OUT
//! cargo run --release -p mlwright-learn --example text_tables -- OUT/sms.json OUT/foods.json
//! ```
//!
//! Arguments such as `'{"text_components": 100}'` are preparations to try instead of the usual ones.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use mlwright_base::{CancelToken, NoProgress, Seed};
use mlwright_learn::prepare::PreparationSpec;
use mlwright_learn::{
    Column, Feature, FeatureKind, FitContext, Frame, LearnerSpec, Metric, Predictions, Preparer, Target, Task, Value,
    learners, metrics,
};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Part {
    texts: Vec<String>,
    /// 0 or 1.
    classes: Vec<u32>,
}

#[derive(Deserialize)]
struct Table {
    train: Part,
    test: Part,
}

impl Part {
    fn frame(&self) -> Frame {
        let texts = self.texts.iter().map(|text| Some(Arc::from(text.as_str()))).collect();
        Frame::new(vec![("text".to_owned(), Column::Text(texts))]).expect("one column")
    }

    fn target(&self) -> Target {
        Target::Class { codes: self.classes.clone(), n_classes: 2 }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "table learner preparation: columns, ROC AUC, log loss, seconds to prepare and fit, µs per row to prepare"
    )?;
    let (asked, paths): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with('{'));
    let usual = [
        json!({}),
        json!({"text_score": false}),
        json!({"text_components": 0}),
        json!({"text_words_max": 100}),
        json!({"text_words_max": 500, "text_components": 0, "text_score": false, "text_ngrams_max": 1}),
        json!({"text_vocabulary": "hashed", "text_vocabulary_max": 65536}),
    ];
    let asked =
        asked.iter().map(|argument| serde_json::from_str(argument)).collect::<Result<Vec<serde_json::Value>, _>>()?;
    for path in paths {
        let table: Table = serde_json::from_slice(&std::fs::read(&path)?)?;
        for learner in ["logistic_regression", "gradient_boosting"] {
            for parameters in if asked.is_empty() { &usual[..] } else { &asked } {
                writeln!(out, "{path} {learner} {parameters}: {}", score(&table, learner, parameters)?)?;
                out.flush()?;
            }
        }
    }
    Ok(())
}

fn score(table: &Table, learner: &str, parameters: &serde_json::Value) -> Result<String, Box<dyn std::error::Error>> {
    let (train, test) = (table.train.frame(), table.test.frame());
    let target = table.train.target();
    let estimator = learners::build(&LearnerSpec::new(learner), Task::Binary, target.len())?;
    let parameters = parameters.as_object().ok_or("parameters are an object")?;
    let spec = PreparationSpec::with_parameters(estimator.preparation(), parameters)?;
    let features = [Feature { name: "text".to_owned(), kind: FeatureKind::Text }];
    let cancel = CancelToken::new();
    let started = Instant::now();
    let (preparer, x) = Preparer::fit_transform(&train, &features, spec, &target, Task::Binary, Seed(7), &cancel)?;
    let prepared = started.elapsed();
    let cx = FitContext::new(Seed(7), &cancel, &NoProgress, preparer.matrix());
    let predictor = estimator.fit(x.view(), &target, &cx)?;
    let fitted = started.elapsed() - prepared;
    let asked = preparer.transform(&test, &cancel)?;
    let mut outputs = ndarray::Array2::zeros((asked.nrows(), 2));
    for (row, mut out) in asked.rows().into_iter().zip(outputs.rows_mut()) {
        predictor.predict_row(
            row.as_slice().ok_or("rows are contiguous")?,
            out.as_slice_mut().ok_or("rows are contiguous")?,
        );
    }
    let started = Instant::now();
    let mut row = vec![0.0; preparer.matrix().names.len()];
    for text in &table.test.texts {
        preparer.transform_row(&[Value::text(text)], &mut row)?;
    }
    let per_row = started.elapsed().as_secs_f64() * 1e6 / table.test.texts.len() as f64;
    let predictions = Predictions::from_outputs(Task::Binary, outputs, None);
    let (auc, loss) = (
        metrics::compute(Metric::RocAuc, &table.test.target(), &predictions)?,
        metrics::compute(Metric::LogLoss, &table.test.target(), &predictions)?,
    );
    Ok(format!(
        "{} columns, AUC {auc:.5}, log loss {loss:.5}, {:.2} + {:.2} s, {per_row:.1} µs",
        x.ncols(),
        prepared.as_secs_f64(),
        fitted.as_secs_f64()
    ))
}
