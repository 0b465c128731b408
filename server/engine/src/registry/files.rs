//! The files of a run's model or of a version: the model, the baseline and the held-out rows.

use mlwright_base::{CancelToken, ErrorCode, Problem};
use mlwright_data::{ReadOptions, Table};
use mlwright_learn::Model;
use polars::prelude::DataFrame;

use super::record::ModelVersion;
use crate::card::CARD_JSON;
use crate::engine::Engine;
use crate::model_uri::{EXAMPLE_FILE, MODEL_FILE, RUN_MODEL, ResolvedModel};
use crate::train::TEST_ROWS;

/// The description of the model in MLflow's form.
const MLMODEL_FILE: &str = "MLmodel";
/// The baseline's folder, beside the model's.
const BASELINE: &str = "baseline";

/// Where the files of one model lie.
#[derive(Clone, Copy)]
pub(crate) struct ModelFiles<'a> {
    engine: &'a Engine,
    /// The model's folder below the artifacts, which ends in `/model`.
    folder: &'a str,
}

impl<'a> ModelFiles<'a> {
    /// The files of a model that was found by its address.
    pub(crate) fn of(engine: &'a Engine, resolved: &'a ResolvedModel) -> Self {
        Self { engine, folder: &resolved.folder }
    }

    /// The files of a version.
    pub(crate) fn of_version(engine: &'a Engine, version: &'a ModelVersion) -> Self {
        Self { engine, folder: &version.folder }
    }

    /// The model.
    pub(crate) fn model(&self) -> Result<Model, Problem> {
        self.load(&self.model_path())
    }

    /// The baseline learner, fitted on the same rows.
    pub(crate) fn baseline(&self) -> Result<Model, Problem> {
        self.load(&format!("{}/{BASELINE}/{MODEL_FILE}", self.root()))
    }

    /// The rows held out for the test, all columns.
    pub(crate) fn test_rows(&self, cancel: &CancelToken) -> Result<DataFrame, Problem> {
        self.test_table()?.collect(cancel).map_err(|error| self.engine.shorten_paths(error.into()))
    }

    /// The first of them.
    pub(crate) fn first_test_rows(&self, n: usize) -> Result<DataFrame, Problem> {
        self.test_table()?.head(n).map_err(|error| self.engine.shorten_paths(error.into()))
    }

    /// How many they are.
    pub(crate) fn n_test_rows(&self) -> Result<u64, Problem> {
        self.test_table()?.n_rows().map_err(|error| self.engine.shorten_paths(error.into()))
    }

    fn test_table(&self) -> Result<Table, Problem> {
        let path = self.engine.artifacts.path(&self.test_rows_path())?;
        mlwright_data::open(&path, &ReadOptions::default()).map_err(|error| self.engine.shorten_paths(error.into()))
    }

    /// The rows a client may send, as the body of a request.
    pub(crate) fn example(&self) -> Result<Vec<u8>, Problem> {
        Ok(self.engine.artifacts.read(&format!("{}/{EXAMPLE_FILE}", self.folder))?)
    }

    /// The SHA-256 of `model.mlw`, hexadecimal.
    pub(crate) fn digest(&self) -> Result<String, Problem> {
        Ok(self.engine.artifacts.sha256(&self.model_path())?)
    }

    /// The SHA-256 of the file with the held-out rows, hexadecimal: equal rows are written equally.
    pub(crate) fn test_digest(&self) -> Result<String, Problem> {
        Ok(self.engine.artifacts.sha256(&self.test_rows_path())?)
    }

    /// The files that are not there.
    pub(crate) fn missing(&self) -> Result<Vec<String>, Problem> {
        let in_model = |name: &str| format!("{}/{name}", self.folder);
        let expected = [
            in_model(MLMODEL_FILE),
            self.model_path(),
            in_model(EXAMPLE_FILE),
            format!("{}/{BASELINE}/{MODEL_FILE}", self.root()),
            self.test_rows_path(),
        ];
        let mut missing = Vec::new();
        for path in expected {
            if !self.engine.artifacts.exists(&path)? {
                missing.push(path);
            }
        }
        Ok(missing)
    }

    fn load(&self, path: &str) -> Result<Model, Problem> {
        let bytes = self.engine.artifacts.read(path)?;
        Model::from_bytes(&bytes).map_err(|error| {
            let problem = Problem::from(error);
            Problem { message: format!("{path}: {}", problem.message), ..problem }
        })
    }

    fn model_path(&self) -> String {
        format!("{}/{MODEL_FILE}", self.folder)
    }

    fn test_rows_path(&self) -> String {
        format!("{}/{TEST_ROWS}", self.root())
    }

    /// The folder above the model's.
    fn root(&self) -> &'a str {
        self.folder.strip_suffix(RUN_MODEL).map_or(self.folder, |root| root.trim_end_matches('/'))
    }
}

/// The parts of a run's folder that a version gets a copy of: folders end in `/`.
pub(super) const COPIED: [&str; 4] = ["model/", "baseline/", TEST_ROWS, CARD_JSON];

/// Copies what makes a version from a run's folder to a new place; `false` when something is at
/// that place already.
pub(super) fn copy(engine: &Engine, from: &str, to: &str) -> Result<bool, Problem> {
    let staging = engine.artifacts.stage()?;
    let wanted = |path: &str| COPIED.iter().any(|part| if part.ends_with('/') { path.starts_with(part) } else { path == *part });
    for file in engine.artifacts.list(from)? {
        if !wanted(&file.path) {
            continue;
        }
        let source = engine.artifacts.path(&format!("{from}/{}", file.path))?;
        let target = staging.path(&file.path)?;
        copy_file(&source, &target).map_err(|error| {
            Problem::new(ErrorCode::Storage, format!("cannot copy {from}/{}: {error}", file.path))
        })?;
    }
    match staging.commit(to) {
        Ok(_) => Ok(true),
        Err(mlwright_store::StoreError::ArtifactExists { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn copy_file(from: &std::path::Path, to: &std::path::Path) -> std::io::Result<()> {
    use mlwright_base::system::files;
    std::io::copy(&mut files::open(from)?, &mut files::create(to)?).map(|_| ())
}
