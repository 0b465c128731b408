//! MLW207: distances over columns of different scales.

use mlwright_python_values::event::EventKind;
use mlwright_python_values::value::{DataKind, Estimator, Role};

use super::Findings;
use super::facts::Facts;

const OF_DISTANCES: &[&str] = &[
    "KNeighborsClassifier", "KNeighborsRegressor", "RadiusNeighborsClassifier", "RadiusNeighborsRegressor", "SVC",
    "SVR", "NuSVC", "NuSVR", "KMeans", "MiniBatchKMeans", "DBSCAN", "AgglomerativeClustering", "LocalOutlierFactor",
    "OneClassSVM", "KNNImputer", "MLPClassifier", "MLPRegressor", "LinearSVC", "LinearSVR", "KernelRidge",
];

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for event in facts.events() {
        let EventKind::Fit(id) = &event.kind else { continue };
        let fit = facts.fit(*id);
        let parts = facts.parts(&fit.estimator);
        let Some(model) = parts.iter().find(|part| OF_DISTANCES.contains(&part.short_name()) && !linear_kernel(part))
        else {
            continue;
        };
        let scaled = parts.iter().any(|part| {
            matches!(part.role, Role::Transformer | Role::RowTransformer)
                && part.composite.is_none()
                && !part.short_name().contains("Imputer")
        });
        if scaled {
            continue;
        }
        let x = &fit.x.data;
        // Columns as they were read, each a number, and more than one: nothing has scaled them.
        let raw = matches!(x.kind, DataKind::Frame | DataKind::Array)
            && !x.columns.open
            && x.columns.list.len() > 1
            && x.columns.list.iter().all(|column| column.table.is_some())
            && x.all_infos().is_empty();
        if !raw || !differ(facts, x) {
            continue;
        }
        let message = format!(
            "`{}` compares distances, and its columns have different scales: those with large numbers decide alone. Put a `StandardScaler` before it in a `Pipeline`",
            model.short_name()
        );
        found.report("MLW207", fit.site, message, Vec::new());
    }
}

fn linear_kernel(estimator: &Estimator) -> bool {
    estimator.parameter("kernel").and_then(|kernel| kernel.as_text()).is_some_and(|kernel| &**kernel == "linear")
}

/// Whether the ranges of two columns differ by more than a fifth, where these are known.
fn differ(facts: &Facts<'_>, x: &mlwright_python_values::value::Data) -> bool {
    let mut widths: Vec<f64> = Vec::new();
    for column in x.columns.list.iter() {
        let Some((table, name)) = &column.table else { return false };
        let Some(summary) = facts.source.column_summary(table, name) else { return true };
        let Some((low, high)) = &summary.range else { return true };
        if let (Ok(low), Ok(high)) = (low.parse::<f64>(), high.parse::<f64>()) {
            widths.push(high - low);
        }
    }
    let (least, most) =
        widths.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), width| (least.min(*width), most.max(*width)));
    widths.len() > 1 && most > 1.2 * least
}
