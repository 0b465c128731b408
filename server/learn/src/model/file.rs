//! `model.mlw`: a model as bytes that load without running code.
//!
//! Layout: the 8 bytes `MLWMODEL`; the format's version (u32, little endian); the SHA-256 of the
//! payload (32 bytes); the payload, the [`Model`] in MessagePack with named fields. Fields are only
//! ever added, with a default, within one version.

use sha2::{Digest, Sha256};

use super::Model;
use crate::{LearnError, Task};

/// The first bytes of every model file.
pub const MAGIC: &[u8; 8] = b"MLWMODEL";

/// The version of the format that this program writes, and the newest it reads.
pub const FORMAT_VERSION: u32 = 1;

const HEADER_BYTES: usize = MAGIC.len() + 4 + 32;

impl Model {
    /// The model as the bytes of a `model.mlw`. Equal models give equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let payload = rmp_serde::to_vec_named(self).expect("a model is plain data that MessagePack can hold");
        let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&Sha256::digest(&payload));
        bytes.extend_from_slice(&payload);
        bytes
    }

    /// Reads the bytes of a `model.mlw`.
    ///
    /// # Errors
    /// [`LearnError::ModelFile`] when the bytes are no model file, are of a newer version, are
    /// truncated or damaged, or hold parts that do not fit together.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LearnError> {
        let broken = |message: String| LearnError::ModelFile(message);
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(broken("it does not start with MLWMODEL, so it is no mlwright model".to_owned()));
        };
        let Some((header, payload)) = rest.split_at_checked(HEADER_BYTES - MAGIC.len()) else {
            return Err(broken(format!("it is truncated: {} bytes, expected more than {HEADER_BYTES}", bytes.len())));
        };
        let (version, digest) = header.split_at(4);
        let version = u32::from_le_bytes(version.try_into().expect("split at four bytes"));
        if version == 0 || version > FORMAT_VERSION {
            return Err(broken(format!(
                "its format has version {version}, this program reads versions up to {FORMAT_VERSION}; use a newer mlwright"
            )));
        }
        if Sha256::digest(payload).as_slice() != digest {
            return Err(broken("it is damaged or truncated: its checksum does not fit its content".to_owned()));
        }
        let model: Self =
            rmp_serde::from_slice(payload).map_err(|error| broken(format!("its content cannot be read: {error}")))?;
        model.check().map_err(|message| broken(format!("its parts do not fit together: {message}")))?;
        Ok(model)
    }

    fn check(&self) -> Result<(), String> {
        if self.preparer.features() != self.features {
            return Err("the preparation is for other features".to_owned());
        }
        self.preparer.check()?;
        let classes_fit = match self.task {
            Task::Regression => self.classes.is_empty(),
            Task::Binary => self.classes.len() == 2,
            Task::Multiclass => self.classes.len() > 2,
        };
        if !classes_fit {
            return Err(format!("{} classes for the task {:?}", self.classes.len(), self.task));
        }
        self.predictor.check(self.preparer.matrix().names.len()).map_err(|error| error.to_string())?;
        if self.predictor.n_outputs() != self.n_outputs() {
            return Err(format!("{} outputs, expected {}", self.predictor.n_outputs(), self.n_outputs()));
        }
        if self.calibration.as_ref().is_some_and(|calibration| self.task != Task::Binary || !calibration.is_sound()) {
            return Err("its calibration is not one of two classes".to_owned());
        }
        let is_number = self.task == Task::Regression;
        if self.regions.as_ref().is_some_and(|regions| !regions.is_sound(is_number, self.n_outputs())) {
            return Err("its intervals or sets do not fit its outputs".to_owned());
        }
        Ok(())
    }
}
