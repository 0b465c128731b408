//! The closed list of operations, in the order of the lifecycle.

use crate::registry::Registered;
use crate::{deploy, evaluate, explore, monitor, platform, prepare, register, train};

macro_rules! operations {
    ($($operation:path),* $(,)?) => {
        pub(crate) fn registered() -> Vec<Registered> {
            vec![$(Registered::new::<$operation>()),*]
        }

        /// Names are unique: a second operation of the same name does not compile.
        const _: () = {
            const fn equal(a: &str, b: &str) -> bool {
                let (a, b) = (a.as_bytes(), b.as_bytes());
                if a.len() != b.len() {
                    return false;
                }
                let mut i = 0;
                while i < a.len() {
                    if a[i] != b[i] {
                        return false;
                    }
                    i += 1;
                }
                true
            }
            const NAMES: &[&str] = &[$(<$operation as crate::Operation>::NAME),*];
            let mut i = 0;
            while i < NAMES.len() {
                let mut j = i + 1;
                while j < NAMES.len() {
                    assert!(!equal(NAMES[i], NAMES[j]), "two operations have the same name");
                    j += 1;
                }
                i += 1;
            }
        };
    };
}

operations! {
    explore::ListTables,
    explore::DescribeTable,
    explore::ProfileTable,
    explore::Query,
    explore::Plot,
    prepare::CreateTable,
    train::Train,
    train::GetJob,
    train::CancelJob,
    train::ListJobs,
    train::ListRuns,
    train::GetRun,
    train::CompareRuns,
    evaluate::EvaluateModel,
    evaluate::ExplainModel,
    register::RegisterModel,
    register::ListModels,
    register::GetModel,
    register::TestModel,
    register::SetAlias,
    deploy::DeployEndpoint,
    deploy::ListEndpoints,
    deploy::StopEndpoint,
    deploy::Predict,
    deploy::BatchPredict,
    monitor::CreateMonitor,
    monitor::CheckDrift,
    platform::Lineage,
    platform::AuditLog,
}

#[cfg(test)]
mod tests;
