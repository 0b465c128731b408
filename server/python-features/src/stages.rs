//! The steps of the lifecycle that a script goes through, with the lines that belong to each.

use mlwright_python_syntax::ast::{Expr, ExprKind, Stmt};
use mlwright_python_syntax::tree::{Part, each_expr_in, parts_of_stmt};
use mlwright_python_values::Analysis;
use mlwright_python_values::event::EventKind;
use mlwright_python_values::value::{DataKind, Role};
use mlwright_source_text::TextRange;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Load,
    Split,
    Prepare,
    Fit,
    Evaluate,
    Save,
}

impl Stage {
    pub(super) fn name(self) -> &'static str {
        match self {
            Stage::Load => "load",
            Stage::Split => "split",
            Stage::Prepare => "prepare",
            Stage::Fit => "fit",
            Stage::Evaluate => "evaluate",
            Stage::Save => "save",
        }
    }
}

/// The stage of each statement of `body` that belongs to one, in their order.
pub(super) fn stages<'t>(analysis: &Analysis, body: &'t [Stmt]) -> Vec<(Stage, &'t Stmt)> {
    body.iter().filter_map(|stmt| stage_of(analysis, stmt).map(|stage| (stage, stmt))).collect()
}

/// What a statement is there for; of several things the one furthest along.
pub(super) fn stage_of(analysis: &Analysis, stmt: &Stmt) -> Option<Stage> {
    let mut stage = None;
    let mut at_least = |found: Stage| {
        if stage.is_none_or(|known: Stage| (known as u8) < found as u8) {
            stage = Some(found);
        }
    };
    for event in analysis.flow.events.iter().filter(|event| stmt.range.contains(event.site)) {
        match &event.kind {
            EventKind::Split(_) => at_least(Stage::Split),
            EventKind::Fit(fit) => match analysis.flow.fit(*fit).estimator.role {
                Role::Classifier | Role::Regressor | Role::Model | Role::Clusterer | Role::OutlierDetector => {
                    at_least(Stage::Fit);
                }
                _ => at_least(Stage::Prepare),
            },
            EventKind::Transform { .. } | EventKind::Resample { .. } | EventKind::Merge(_) => at_least(Stage::Prepare),
            EventKind::Score(_) | EventKind::CrossValidation { .. } => at_least(Stage::Evaluate),
            EventKind::Predict { .. }
            | EventKind::Drawing { .. }
            | EventKind::Watch { .. }
            | EventKind::SetsApart { .. }
            | EventKind::Unpickle { .. }
            | EventKind::Sample { .. } => {}
            EventKind::ChainedAssignment | EventKind::Coercion { .. } | EventKind::Future { .. } => {
                at_least(Stage::Prepare);
            }
        }
    }
    if analysis.flow.uses.iter().any(|used| used.makes && stmt.range.contains(used.range)) {
        at_least(Stage::Prepare);
    }
    parts_of_stmt(stmt, &mut |part| {
        let Part::Expr(expr) = part else { return };
        each_expr_in(expr, &mut |expr| {
            if let Some(name) = called(expr) {
                if is_saving(name) {
                    at_least(Stage::Save);
                } else if is_reading(name)
                    && analysis
                        .flow
                        .at(expr.id)
                        .and_then(|seen| seen.data())
                        .is_some_and(|data| data.kind == DataKind::Frame)
                {
                    at_least(Stage::Load);
                }
            }
        });
    });
    stage
}

/// The last part of the name of what an expression calls.
pub(super) fn called(expr: &Expr) -> Option<&str> {
    let ExprKind::Call { function, .. } = &*expr.kind else { return None };
    match &*function.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute { attribute, .. } => Some(&attribute.name),
        _ => None,
    }
}

pub(super) fn is_reading(name: &str) -> bool {
    name.starts_with("read_") || name.starts_with("scan_") || name.starts_with("load_") || name.starts_with("fetch_")
}

fn is_saving(name: &str) -> bool {
    matches!(
        name,
        "dump"
            | "save_model"
            | "log_model"
            | "register_model"
            | "to_csv"
            | "to_parquet"
            | "to_feather"
            | "to_pickle"
            | "write_csv"
            | "write_parquet"
            | "to_sql"
            | "to_excel"
            | "sink_parquet"
    )
}

/// Statements of one stage that follow each other, as one range.
pub(super) fn runs(stages: &[(Stage, &Stmt)]) -> Vec<(Stage, TextRange)> {
    let mut runs: Vec<(Stage, TextRange)> = Vec::new();
    for (stage, stmt) in stages {
        match runs.last_mut() {
            Some((last, range)) if last == stage => *range = range.cover(stmt.range),
            _ => runs.push((*stage, stmt.range)),
        }
    }
    runs
}
