//! A workspace with models, and a server for it.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use mlwright_base::system::files;
use mlwright_base::{CancelToken, NoProgress, Problem, Seed};
use mlwright_engine::access::Scopes;
use mlwright_engine::endpoints::{DeployRequest, EndpointStatus, StopRequest, StoppedEndpoint};
use mlwright_engine::{Actor, Call, Engine, Surface};
use mlwright_learn::{Feature, FeatureKind, Model, Predictor, Preparation, Preparer, Target, Task};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::server::{ServeOptions, run};

/// A workspace of its own, with the models `a` (always No), `b` (always Yes).
pub struct Workspace {
    pub folder: TempDir,
    pub engine: Arc<Engine>,
}

impl Workspace {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Arc::new(Engine::open(folder.path()).unwrap());
        let workspace = Self { folder, engine };
        workspace.put("a", &model(0.25));
        workspace.put("b", &model(0.75));
        workspace
    }

    /// Puts a model where a run's lies.
    pub fn put(&self, run: &str, model: &Model) {
        let folder = self.folder.path().join(format!(".mlwright/artifacts/runs/{run}/model"));
        files::create_dir_all(&folder).unwrap();
        files::write_atomic(&folder.join("model.mlw"), &model.to_bytes()).unwrap();
        files::write_atomic(&folder.join("input_example.json"), br#"{"dataframe_records": [{"age": 30, "plan": "x"}]}"#).unwrap();
    }

    pub fn deploy(&self, endpoint: &str, run: &str) -> Result<EndpointStatus, Problem> {
        let request = DeployRequest { endpoint: endpoint.into(), model: format!("runs:/{run}/model") };
        self.engine.deploy_endpoint(&call(&actor(), &CancelToken::new()), &request)
    }

    pub fn stop(&self, endpoint: &str) -> Result<StoppedEndpoint, Problem> {
        let request = StopRequest { endpoint: endpoint.into(), confirm: true };
        self.engine.stop_endpoint(&call(&actor(), &CancelToken::new()), &request)
    }

    /// Starts a server on a free port and waits until it answers.
    pub fn serve(&self) -> Server {
        let claim = self.engine.claim_server().unwrap();
        let engine = self.engine.clone();
        let (end, ended) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let wait = async move {
                let _ = ended.await;
            };
            runtime.block_on(run(engine, claim, ServeOptions::default(), |_| Vec::new(), wait))
        });
        let address = self.folder.path().join(".mlwright/run/server.json");
        let record = loop {
            assert!(!thread.is_finished(), "the server ended at once: {:?}", thread.join());
            if let Ok(text) = files::read(&address) {
                break serde_json::from_slice::<Value>(&text).unwrap();
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let text = |name: &str| record[name].as_str().unwrap().to_owned();
        Server { url: text("url"), token: text("token"), end: Some(end), thread: Some(thread) }
    }

    /// The inference table as rows of texts, once it has as many as expected.
    pub fn inference(&self, endpoint: &str) -> usize {
        self.engine.inference_frame(endpoint, None).unwrap().height()
    }
}

pub fn actor() -> Actor {
    Actor { name: "ada".into(), surface: Surface::Cli }
}

pub fn call<'a>(actor: &'a Actor, cancel: &'a CancelToken) -> Call<'a> {
    Call { actor, scopes: Scopes::ALL, cancel, progress: &NoProgress }
}

/// A model of `age` and `plan` that gives every row the same probability of `Yes`.
pub fn model(yes: f64) -> Model {
    let features = vec![
        Feature { name: "age".into(), kind: FeatureKind::Numeric },
        Feature { name: "plan".into(), kind: FeatureKind::Categorical },
    ];
    let frame = mlwright_learn::Frame::new(vec![
        ("age".into(), mlwright_learn::Column::Number(vec![1.0, 2.0, 3.0, 4.0])),
        ("plan".into(), mlwright_learn::Column::Text(["x", "y", "x", "y"].map(|text| Some(Arc::from(text))).to_vec())),
    ])
    .unwrap();
    let target = Target::Class { codes: vec![0, 1, 0, 1], n_classes: 2 };
    let preparer = Preparer::fit(&frame, &features, Preparation::Dense, &target, Task::Binary, Seed(1)).unwrap();
    Model {
        task: Task::Binary,
        target: "churned".into(),
        classes: vec!["No".into(), "Yes".into()],
        positive_class: Some("Yes".into()),
        threshold: Some(0.5),
        features,
        learner: "baseline".into(),
        parameters: serde_json::Map::new(),
        seed: Seed(1),
        n_training_rows: 4,
        preparer,
        predictor: Predictor::Constant(vec![1.0 - yes, yes]),
        calibration: None,
        regions: None,
    }
}

/// A server that runs in this process.
pub struct Server {
    pub url: String,
    pub token: String,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), Problem>>>,
}

impl Server {
    /// Ends it in an orderly way and waits until it has.
    pub fn end(mut self) {
        self.end.take().map(|end| end.send(()));
        self.thread.take().unwrap().join().unwrap().unwrap();
    }

    /// Waits until it has ended by itself.
    pub fn ended(mut self) {
        self.thread.take().unwrap().join().unwrap().unwrap();
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Value) {
        let (status, text) = self.text(method, path, headers, body);
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub fn text(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
        let mut builder = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let mut response = agent.run(builder.body(body).unwrap()).unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    pub fn invoke(&self, endpoint: &str, body: &str) -> (u16, Value) {
        self.ask("POST", &format!("/endpoints/{endpoint}/invocations"), &[("content-type", "application/json")], body.as_bytes())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end.take().map(|end| end.send(()));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
