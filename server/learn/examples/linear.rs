//! Fits a learner on a matrix that another program made, for `benches/linear.py`.
//!
//! `linear TASK LEARNER PARAMETERS FOLDER REPEATS` reads `FOLDER/x.f64` (rows one after the other)
//! and `FOLDER/y.f64`, little-endian, fits so many times, and prints the fitted predictor as JSON.
//! TASK is `regression`, or the number of classes.

use std::io::Write;
use std::path::Path;

use mlwright_base::{CancelToken, NoProgress, Seed};
use mlwright_learn::contract::MatrixInfo;
use mlwright_learn::{FitContext, LearnerSpec, Target, Task, learners};
use ndarray::Array2;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [task, learner, parameters, folder, repeats] = arguments.as_slice() else {
        return Err("usage: linear TASK LEARNER PARAMETERS FOLDER REPEATS".into());
    };
    let values = numbers(&Path::new(folder).join("y.f64"))?;
    let x = numbers(&Path::new(folder).join("x.f64"))?;
    let x = Array2::from_shape_vec((values.len(), x.len() / values.len().max(1)), x)?;
    let (task, y) = match task.as_str() {
        "regression" => (Task::Regression, Target::Number(values)),
        n_classes => {
            let n_classes: usize = n_classes.parse()?;
            let task = if n_classes == 2 { Task::Binary } else { Task::Multiclass };
            (task, Target::Class { codes: values.iter().map(|&code| code as u32).collect(), n_classes })
        }
    };
    let spec = LearnerSpec { parameters: serde_json::from_str(parameters)?, ..LearnerSpec::new(learner) };
    let estimator = learners::build(&spec, task, y.len())?;
    let (cancel, matrix) = (CancelToken::new(), MatrixInfo::default());
    let cx = FitContext::new(Seed(1), &cancel, &NoProgress, &matrix);
    let mut predictor = estimator.fit(x.view(), &y, &cx)?;
    for _ in 1..repeats.parse::<usize>()? {
        predictor = estimator.fit(x.view(), &y, &cx)?;
    }
    std::io::stdout().write_all(serde_json::to_string(&predictor)?.as_bytes())?;
    Ok(())
}

fn numbers(path: &Path) -> Result<Vec<f64>, std::io::Error> {
    let bytes = std::fs::read(path)?;
    let number = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().expect("chunks of eight"));
    Ok(bytes.chunks_exact(8).map(number).collect())
}
