//! Fits a tree learner on a matrix that another program wrote, for measurements beside other libraries.
//!
//! `boost TASK.json`: the task names raw files of little-endian `f64`, row by row, and gets its
//! predictions as one such file; times go to standard output as JSON. See `benches/boosting.py`.

use std::fs;
use std::io::Write;
use std::time::Instant;

use mlwright_base::{CancelToken, NoProgress, Seed};
use mlwright_learn::{FitContext, LearnerSpec, MatrixInfo, Target, Task, learners};
use ndarray::Array2;
use serde::Deserialize;

#[derive(Deserialize)]
struct Job {
    /// Raw file, shape `(n_train, n_columns)`.
    train: String,
    /// Raw file, shape `(n_train,)`.
    target: String,
    /// Raw file, shape `(n_test, n_columns)`.
    test: String,
    /// Where predictions go, shape `(n_test, n_outputs)`.
    predictions: String,
    /// The number of category codes of each column, null for numbers.
    categorical: Vec<Option<u32>>,
    task: Task,
    n_classes: usize,
    seed: u64,
    threads: usize,
    learner: LearnerSpec,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1).ok_or("expected the path of a task")?;
    let job: Job = serde_json::from_slice(&fs::read(path)?)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(job.threads).build()?;
    pool.install(|| run(&job))
}

fn run(job: &Job) -> Result<(), Failure> {
    let n_columns = job.categorical.len();
    let matrix = |path: &str| -> Result<Array2<f64>, Failure> {
        let values = numbers(path)?;
        Ok(Array2::from_shape_vec((values.len() / n_columns, n_columns), values)?)
    };
    let (train, test, target) = (matrix(&job.train)?, matrix(&job.test)?, numbers(&job.target)?);
    let y = match job.task {
        Task::Regression => Target::Number(target),
        Task::Binary | Task::Multiclass => {
            Target::Class { codes: target.into_iter().map(|code| code as u32).collect(), n_classes: job.n_classes }
        }
    };
    let info = MatrixInfo {
        names: (0..n_columns).map(|column| format!("c{column}")).collect(),
        categorical: job.categorical.clone(),
        source: (0..n_columns).collect(),
    };
    let learner = learners::build(&job.learner, job.task, train.nrows())?;
    let cancel = CancelToken::new();
    let cx = FitContext::new(Seed(job.seed), &cancel, &NoProgress, &info);
    let (cpu, wall) = (cpu_seconds()?, Instant::now());
    let predictor = learner.fit(train.view(), &y, &cx)?;
    let (fit_cpu, fit_wall) = (cpu_seconds()? - cpu, wall.elapsed().as_secs_f64());
    let (cpu, wall) = (cpu_seconds()?, Instant::now());
    let predictions = predictor.predict(test.view(), &cancel)?;
    let (predict_cpu, predict_wall) = (cpu_seconds()? - cpu, wall.elapsed().as_secs_f64());
    // Rows one by one, as an endpoint asks them; long enough for the clock's hundredths of a second.
    let (cpu, wall, mut n_asked, mut out) = (cpu_seconds()?, Instant::now(), 0, vec![0.0; predictor.n_outputs()]);
    while n_asked < 1000 || (wall.elapsed().as_secs_f64() < 0.5 && n_asked < 50_000) {
        predictor.predict_row(test.row(n_asked * 7919 % test.nrows()).to_slice().ok_or("a row in pieces")?, &mut out);
        n_asked += 1;
    }
    let row_us = (cpu_seconds()? - cpu) * 1e6 / n_asked as f64;
    let bytes: Vec<u8> = predictions.iter().flat_map(|value| value.to_le_bytes()).collect();
    fs::write(&job.predictions, bytes)?;
    let answer = serde_json::json!({
        "fit_cpu_seconds": fit_cpu, "fit_seconds": fit_wall,
        "predict_cpu_seconds": predict_cpu, "predict_seconds": predict_wall,
        "row_us": row_us, "n_rounds": predictor.n_rounds(),
    });
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}

fn numbers(path: &str) -> Result<Vec<f64>, Failure> {
    let bytes = fs::read(path)?;
    let (chunks, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(format!("{path}: {} bytes are no whole number of f64", bytes.len()).into());
    }
    Ok(chunks.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect())
}

/// User and system time of this process; Linux counts it in hundredths of a second.
fn cpu_seconds() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/self/stat has no command")?;
    let mut times = fields.split_whitespace().skip(11).take(2);
    let mut next = || -> Result<f64, Failure> { Ok(times.next().ok_or("/proc/self/stat is short")?.parse()?) };
    Ok((next()? + next()?) / 100.0)
}
