//! Ids and unit-like values as types of their own.

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text of an id.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// A fresh id: 32 hexadecimal digits, ordered by the time of making (UUID version 7).
            #[must_use]
            pub fn generate() -> Self {
                Self(uuid::Uuid::now_v7().simple().to_string())
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }
    };
}

text_id!(
    /// A training run, as in MLflow.
    RunId
);
text_id!(
    /// A group of runs, as in MLflow.
    ExperimentId
);
text_id!(
    /// A piece of long work in a process of its own.
    JobId
);

text_id!(
    /// One request to an endpoint.
    RequestId
);
text_id!(
    /// One deployment of a model to an endpoint: a new one each time `deploy_endpoint` is called.
    DeploymentId
);

/// The seed of everything random in one piece of work. The same inputs and seed give the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// A seed for one named part of the work, independent of the other parts' seeds
    /// (SplitMix64 over the FNV-1a hash of the name).
    #[must_use]
    pub fn derive(self, part: &str) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in part.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut z = self.0.wrapping_add(hash).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(z ^ (z >> 31))
    }
}
