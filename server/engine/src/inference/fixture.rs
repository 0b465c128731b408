//! Entries of an endpoint without a server, for tests of what reads them.

use mlwright_base::{DeploymentId, RequestId, RunId};
use mlwright_learn::{Feature, FeatureKind, Task};
use mlwright_store::StoreError;
use serde_json::Value as Json;

use super::InferenceEntry;
use crate::endpoints::{DEPLOYMENTS, Deployment, Endpoint};
use crate::model_uri::ResolvedModel;
use crate::serving::fixture::Fixture;

/// A deployment to `churn` that takes these columns (`plan` is a category, others are numbers), on record.
pub(crate) fn deploy(fixture: &Fixture, id: &str, columns: &[&str]) {
    let model = ResolvedModel {
        uri: format!("models:/m/{id}"),
        asset: format!("model:m/{id}"),
        folder: "f".into(),
        name: Some("m".into()),
        version: Some(1),
        run_id: RunId::new("r"),
        digest: None,
    };
    let kind = |name: &str| if name == "plan" { FeatureKind::Categorical } else { FeatureKind::Numeric };
    let deployment = Deployment {
        deployment_id: DeploymentId::new(id),
        endpoint: "churn".into(),
        model,
        digest: "d".into(),
        target: Some("cost".into()),
        task: Task::Regression,
        classes: Vec::new(),
        features: columns.iter().map(|name| Feature { name: (*name).to_owned(), kind: kind(name) }).collect(),
    };
    let now = fixture.engine.now();
    let endpoint =
        Endpoint { name: "churn".into(), current: None, pending: None, last_failure: None, created: now, updated: now, history: Vec::new() };
    let write = |tx: &mlwright_store::WriteTx<'_>| {
        tx.insert(DEPLOYMENTS, id, Some("churn"), &deployment, 0)?;
        tx.put("endpoints", "churn", None, None, &endpoint, 0)
    };
    fixture.engine.store.write::<_, StoreError>(|tx| write(tx).map(|_| ())).unwrap();
}

/// The entry of a request with one row.
pub(crate) fn entry(request: usize, deployment: &str, columns: &[&str], sent: &Json) -> InferenceEntry {
    let row = columns.iter().map(|name| sent[*name].clone()).collect();
    let extra = sent.as_object().expect("a row").iter().filter(|(name, _)| !columns.contains(&name.as_str()));
    InferenceEntry {
        time: jiff::Timestamp::UNIX_EPOCH,
        request: RequestId::new(request.to_string()),
        deployment: DeploymentId::new(deployment),
        first_row: 0,
        rows: vec![row],
        extras: vec![extra.map(|(name, value)| (name.clone(), value.clone())).collect()],
        predictions: vec![Json::from(1)],
        probabilities: Vec::new(),
    }
}
