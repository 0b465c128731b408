//! What a job's end means to who asked for its work.

use mlwright_base::Problem;
use mlwright_engine::Engine;
use mlwright_engine::jobs::{Job, JobKind};

use crate::answer::Answer;
use crate::deploy::BatchPredict;
use crate::registry::{Registered, answer, find};
use crate::train::Train;
use crate::Operation;

/// The operation that started a job, and the answer that it gives now: the one that whoever started
/// it would have got by waiting.
///
/// # Errors
/// What the operation answers for a job that ended badly.
pub fn finished(engine: &Engine, job: Job) -> (&'static Registered, Result<Answer, Problem>) {
    let (name, outcome) = match job.kind {
        JobKind::Train => (Train::NAME, engine.training(job).and_then(|outcome| answer::<Train>(&outcome))),
        JobKind::BatchPredict => (BatchPredict::NAME, engine.batch_prediction(job).and_then(|outcome| answer::<BatchPredict>(&outcome))),
    };
    (find(name).expect("it is in the list of operations"), outcome)
}
