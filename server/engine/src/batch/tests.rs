use mlwright_base::{CancelToken, JobId, NoProgress};
use mlwright_data::write::rows_as_json;
use mlwright_learn::Task;
use serde_json::{Map, Value as Json};

use super::*;
use crate::serving::fixture::{Fixture, model};
use crate::serving::{PredictMethod, read_records};

const ROWS: &str = "id,age,plan,active,joined\n\
    1,30,basic,yes,2024-01-31\n\
    2,,pro,no,2023-05-06\n\
    3,61.5, basic ,,2021-12-31\n\
    4,18,never seen,yes,\n\
    5,?,N/A,no,2024-01-31\n";

fn request(model: &str, output: &str) -> BatchPredictRequest {
    BatchPredictRequest { model: model.into(), table: "people.csv".into(), output: output.into(), overwrite: false, wait_seconds: None }
}

fn work(fixture: &Fixture, spec: &BatchPredictRequest) -> Result<BatchPredictResult, Problem> {
    let job_id = JobId::new("job");
    let cx = JobContext { job_id: &job_id, actor: &fixture.actor, cancel: &fixture.cancel, enough: &CancelToken::new(), progress: &NoProgress };
    Ok(serde_json::from_value(run(&fixture.engine, spec, &cx)?).unwrap())
}

fn workspace(task: Task) -> (Fixture, String) {
    let fixture = Fixture::new();
    files::write_atomic(&fixture.folder.path().join("people.csv"), ROWS.as_bytes()).unwrap();
    let uri = fixture.put("a", &model(task, -3.0));
    (fixture, uri)
}

fn rows(fixture: &Fixture, table: &str) -> Vec<Map<String, Json>> {
    rows_as_json(&fixture.engine.open_table(table).unwrap().table.collect(&fixture.cancel).unwrap())
}

#[test]
fn batch_and_online_give_the_same_answers() {
    for task in [Task::Binary, Task::Regression] {
        let (fixture, uri) = workspace(task);
        let result = work(&fixture, &request(&uri, "out/scored.parquet")).unwrap();
        assert_eq!((result.rows, result.output.as_str()), (5, "out/scored.parquet"));
        let scored = rows(&fixture, "out/scored.parquet");
        let served = fixture.engine.load_model(&uri).unwrap();
        // What a client would send: the rows of the table as JSON.
        let online = read_records(&rows(&fixture, "people.csv"), &served.layout).unwrap();
        let online = served.answer(&served.predict(&online, &fixture.cancel).unwrap(), PredictMethod::Predict, &online);
        for (row, scored) in scored.iter().enumerate() {
            assert_eq!(scored["prediction"], online.predictions[row], "row {row}");
            if task == Task::Binary {
                assert_eq!(scored["probability_Yes"], online.probabilities[row]["Yes"], "row {row}");
            }
            assert_eq!(scored["id"], row + 1, "the table's own columns stay");
        }
        let lineage = fixture.engine.lineage("table:out/scored.parquet").unwrap();
        let from: Vec<&str> = lineage.upstream.iter().map(|link| link.from.as_str()).collect();
        assert!(from.contains(&"run:a") && from.contains(&"table:people.csv"), "{from:?}");
    }
}

#[test]
fn nothing_is_written_where_it_must_not_be() {
    let (fixture, uri) = workspace(Task::Binary);
    let refused = |output: &str| fixture.engine.batch_predict(&fixture.call(), &request(&uri, output)).unwrap_err();
    assert_eq!(refused("../out.csv").code, ErrorCode::Refused);
    assert_eq!(refused("people.csv").code, ErrorCode::InvalidArgument);
    assert_eq!(refused("out.xlsx").field, "output");
    assert_eq!(refused(".mlwright/metadata.csv").code, ErrorCode::Refused);
}

#[test]
fn only_what_a_batch_prediction_wrote_is_replaced() {
    let (fixture, uri) = workspace(Task::Binary);
    let refused = |request: &BatchPredictRequest| {
        let started = fixture.engine.batch_predict(&fixture.call(), request).unwrap_err();
        assert_eq!(work(&fixture, request).unwrap_err(), started, "the job looks again");
        (started.code, started.hint)
    };
    let again = |output: &str| BatchPredictRequest { overwrite: true, ..request(&uri, output) };
    let path = fixture.folder.path().join("there.csv");
    files::write_atomic(&path, b"a\n1\n").unwrap();
    let delete = "choose another name, or delete the file first".to_owned();
    assert_eq!(refused(&request(&uri, "there.csv")), (ErrorCode::Conflict, delete.clone()));
    assert_eq!(refused(&again("there.csv")), (ErrorCode::Conflict, delete));
    assert_eq!(files::read(&path).unwrap(), b"a\n1\n");

    assert_eq!(work(&fixture, &again("new.csv")).unwrap().rows, 5);
    let (code, hint) = refused(&request(&uri, "new.csv"));
    assert!(code == ErrorCode::Conflict && hint.contains("overwrite"), "{hint}");
    files::write_atomic(&fixture.folder.path().join("people.csv"), ROWS[..ROWS.len() - 1].rsplit_once('\n').unwrap().0.as_bytes()).unwrap();
    assert_eq!(work(&fixture, &again("new.csv")).unwrap().rows, 4);
}

#[test]
fn a_file_that_appears_while_rows_are_predicted_stays() {
    let (fixture, uri) = workspace(Task::Binary);
    let path = fixture.folder.path().join("out.csv");
    let intruder = |progress: Progress| {
        if progress.message.contains("rows predicted") {
            files::write_atomic(&path, b"mine\n").unwrap();
        }
    };
    let job_id = JobId::new("job");
    let cx = JobContext { job_id: &job_id, actor: &fixture.actor, cancel: &fixture.cancel, enough: &CancelToken::new(), progress: &intruder };
    for overwrite in [false, true] {
        files::remove_file(&path).unwrap();
        let spec = BatchPredictRequest { overwrite, ..request(&uri, "out.csv") };
        let problem = run(&fixture.engine, &spec, &cx).unwrap_err();
        assert_eq!((problem.code, problem.field.as_str()), (ErrorCode::Conflict, "output"), "{problem:?}");
        assert_eq!(files::read(&path).unwrap(), b"mine\n");
    }
}

#[test]
fn roots_are_not_written() {
    let (fixture, uri) = workspace(Task::Binary);
    let other = tempfile::tempdir().unwrap();
    let settings = format!("roots = [{:?}]\n", other.path());
    files::write_atomic(&fixture.folder.path().join("mlwright.toml"), settings.as_bytes()).unwrap();
    let engine = fixture.engine.refreshed().unwrap();
    files::write_atomic(&other.path().join("people.csv"), ROWS.as_bytes()).unwrap();
    let inside = |name: &str| other.path().join(name).to_str().unwrap().to_owned();
    assert!(engine.open_table(&inside("people.csv")).is_ok());
    let problem = engine.batch_predict(&fixture.call(), &request(&uri, &inside("out.csv"))).unwrap_err();
    assert_eq!((problem.code, problem.field.as_str()), (ErrorCode::Refused, "output"), "{problem:?}");
}

#[test]
fn a_column_that_is_missing_is_named_before_any_job_starts() {
    let (fixture, uri) = workspace(Task::Binary);
    files::write_atomic(&fixture.folder.path().join("people.csv"), b"age,plan,activ,joined\n1,x,yes,2024-01-31\n2,y,no,2024-01-31\n").unwrap();
    let problem = fixture.engine.batch_predict(&fixture.call(), &request(&uri, "out.csv")).unwrap_err();
    assert_eq!((problem.code, problem.hint.as_str()), (ErrorCode::NotFound, "did you mean activ?"), "{problem:?}");
    assert!(fixture.engine.list_jobs(10).unwrap().is_empty());
}

#[test]
fn cancelling_leaves_no_file() {
    let (fixture, uri) = workspace(Task::Binary);
    fixture.cancel.cancel();
    assert!(work(&fixture, &request(&uri, "out.csv")).unwrap_err().is_cancelled());
    assert!(!files::exists(&fixture.folder.path().join("out.csv")));
}

#[test]
fn names_are_made_free() {
    let mut taken = HashSet::from(["prediction".to_owned(), "_prediction".to_owned()]);
    assert_eq!(free_name("prediction", &mut taken), "__prediction");
    assert_eq!(free_name("prediction", &mut taken), "___prediction");
    assert_eq!(free_name("other", &mut taken), "other");
}
