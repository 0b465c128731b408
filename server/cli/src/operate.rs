//! One operation as a command.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use mlwright_base::system::{environment, files};
use mlwright_base::{CancelToken, ErrorCode, Problem};
use mlwright_engine::access::Scopes;
use mlwright_engine::{Actor, Call, Surface};
use mlwright_operations::{Answer, Context, Effect, Registered};
use serde_json::Value;

use crate::exit::Exit;
use crate::progress::Shown;
use crate::run::Setting;
use crate::{interrupt, output};

/// What to do.
pub(crate) struct Operate {
    /// The operation.
    pub(crate) operation: &'static Registered,
    /// Its input.
    pub(crate) input: Value,
    /// Where to write the answer's pictures.
    pub(crate) image_dir: Option<PathBuf>,
}

/// Runs an operation and prints its answer.
///
/// # Errors
/// What the operation answers.
pub(crate) fn run(what: Operate, setting: &Setting) -> Result<Exit, Problem> {
    let Operate { operation, input, image_dir } = what;
    let engine = setting.engine()?;
    let cancel = CancelToken::new();
    interrupt::watch(cancel.clone());
    let progress = if setting.quiet { Shown::nowhere() } else { Shown::on_stderr() };
    let actor = Actor { name: environment::user_name(), surface: Surface::Cli };
    let call = Call { actor: &actor, scopes: Scopes::ALL, cancel: &cancel, progress: &progress };
    let waits_for = waits_for(operation, &input);
    let work = || mlwright_operations::call(Context { engine: &engine, call: &call }, operation.name, input);
    let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(defect()));
    progress.finish();
    let answer = outcome.inspect_err(|problem| {
        if problem.is_cancelled()
            && let Some(job_id) = &waits_for
        {
            output::note(&format!(
                "no longer waiting; the job goes on, `mlwright cancel-job --job-id {job_id}` ends it"
            ));
        }
    })?;
    if let Some(directory) = image_dir {
        write_images(operation, &answer, &directory)?;
    }
    let exit = if setting.json { output::json(&answer.structured) } else { output::result(&answer.summary) };
    if !setting.json
        && let Some(job_id) = unfinished_job(&answer.structured)
    {
        output::note(&format!("follow it: mlwright get-job --job-id {job_id} --wait-seconds 600"));
    }
    Ok(exit)
}

/// The panic hook has said what happened.
fn defect() -> Problem {
    Problem::new(ErrorCode::Internal, "the operation broke off")
        .hint("this is a defect of mlwright; the workspace is unharmed")
}

/// The job that an operation only waits for: cancelling the call leaves it alone.
fn waits_for(operation: &Registered, input: &Value) -> Option<String> {
    (operation.effect == Effect::Read).then(|| input.get("job_id").and_then(Value::as_str).map(str::to_owned))?
}

/// The job that goes on after the answer.
fn unfinished_job(structured: &Value) -> Option<&str> {
    let job = structured.get("job").unwrap_or(structured);
    let state = job.get("state").and_then(Value::as_str)?;
    if ["queued", "running"].contains(&state) { job.get("job_id").and_then(Value::as_str) } else { None }
}

fn write_images(operation: &Registered, answer: &Answer, directory: &Path) -> Result<(), Problem> {
    let failed = |path: &Path, error: std::io::Error| {
        Problem::new(ErrorCode::Storage, format!("cannot write {}: {error}", path.display()))
    };
    files::create_dir_all(directory).map_err(|error| failed(directory, error))?;
    for (i, image) in answer.images.iter().enumerate() {
        let extension = match image.media_type {
            "image/svg+xml" => "svg",
            _ => "png",
        };
        let path = directory.join(format!("{}-{}.{extension}", operation.command(), i + 1));
        files::write_atomic(&path, &image.bytes).map_err(|error| failed(&path, error))?;
        output::note(&format!("wrote {}", path.display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use mlwright_operations::Image;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_that_goes_on_is_found_in_both_shapes() {
        assert_eq!(unfinished_job(&json!({"job": {"job_id": "a", "state": "running"}})), Some("a"));
        assert_eq!(unfinished_job(&json!({"job_id": "b", "state": "queued"})), Some("b"));
        assert_eq!(unfinished_job(&json!({"job_id": "b", "state": "done"})), None);
        assert_eq!(unfinished_job(&json!({"tables": []})), None);
    }

    #[test]
    fn only_an_operation_that_waits_leaves_its_job_alone() {
        let input = json!({"job_id": "a"});
        assert_eq!(waits_for(mlwright_operations::find("get_job").unwrap(), &input).as_deref(), Some("a"));
        assert_eq!(waits_for(mlwright_operations::find("cancel_job").unwrap(), &input), None);
        assert_eq!(waits_for(mlwright_operations::find("list_tables").unwrap(), &json!({})), None);
    }

    #[test]
    fn pictures_are_written_into_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("pictures");
        let image = Image { media_type: "image/png", bytes: vec![1, 2, 3] };
        let answer = Answer { structured: json!({}), summary: String::new(), images: vec![image.clone(), image] };
        write_images(mlwright_operations::find("plot").unwrap(), &answer, &directory).unwrap();
        for name in ["plot-1.png", "plot-2.png"] {
            assert_eq!(files::read(&directory.join(name)).unwrap(), [1, 2, 3]);
        }
    }
}
