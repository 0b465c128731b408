//! A run of MLflow around the fit of a model: its parameters, the scores that follow, and the model itself.

use std::sync::Arc;

use mlwright_python_flow::Script;
use mlwright_python_syntax::ast::{ArgumentKind, Expr, ExprKind, Stmt, StmtKind};
use mlwright_python_syntax::tree::{Part, each_expr, each_expr_in, each_stmt, parts_of_stmt};
use mlwright_python_values::Analysis;
use mlwright_python_values::event::EventKind;
use mlwright_python_values::value::{Composite, Estimator, FitId, Role, Value};
use mlwright_source_text::{Action, ActionKind, Table, TextEdit, TextRange};

use super::import::{line_start, module_import};
use crate::lenses;
use crate::stages::called;

/// Classes by the first part of their name, and the part of MLflow that stores their models.
const FLAVOURS: [(&str, &str); 5] = [
    ("sklearn", "sklearn"),
    ("imblearn", "sklearn"),
    ("xgboost", "xgboost"),
    ("lightgbm", "lightgbm"),
    ("catboost", "catboost"),
];

/// Metrics that are no number.
const NOT_NUMBERS: [&str; 10] = [
    "classification_report", "classification_report_imbalanced", "confusion_matrix", "det_curve",
    "multilabel_confusion_matrix", "precision_recall_curve", "precision_recall_fscore_support", "roc_curve",
    "cross_val_predict", "cross_validate",
];

/// The longest part of an experiment's name that comes from a table or column.
const NAME_CHARS_MAX: usize = 60;

/// At `model.fit(X, y)`: a run around it. Not where a run is open already, or MLflow logs by itself.
pub(super) fn log_fit(script: &Script, analysis: &Analysis, range: TextRange) -> Option<Action> {
    let text = script.text();
    let (block, index) = block_at(&analysis.module.body, range.start)?;
    let fit = Fitting::of(analysis, text, &block[index])?;
    if is_tracked(analysis, fit.stmt) {
        return None;
    }
    let n_stmts = 1 + n_following(script, analysis, &block[index..], &fit);
    let wrapped = &block[index..index + n_stmts];
    let scores: Vec<&Arc<str>> = wrapped.iter().flat_map(|stmt| scores(analysis, stmt, &fit)).collect();

    let lines = whole_lines(text, fit.stmt.range.cover(wrapped.last()?.range))?;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let indent = &text[lines.start as usize..fit.stmt.range.start as usize];
    let step = if indent.contains('\t') { "\t" } else { "    " };
    let (mlflow, import) = module_import(analysis, text, "mlflow", fit.stmt.range.start);

    let names = Names::of(script, &fit);
    let mut written = String::new();
    let mut line = |depth: &str, content: String| {
        written.push_str(indent);
        written.push_str(depth);
        written.push_str(&content);
        written.push_str(newline);
    };
    if !names_experiment(analysis) {
        line("", format!("{mlflow}.set_experiment(\"{}\")", names.experiment));
    }
    line("", format!("with {mlflow}.start_run(run_name={}):", names.run));
    let fixed = inside_literals(wrapped);
    written.push_str(&deeper(text, lines, step, &fixed));
    let mut line = |content: String| {
        written.push_str(newline);
        written.push_str(indent);
        written.push_str(step);
        written.push_str(&content);
    };
    line(format!("{mlflow}.log_params({}{})", fit.model, if fit.searches { ".best_params_" } else { ".get_params()" }));
    if !scores.is_empty() {
        let pairs: Vec<String> = scores.iter().map(|name| format!("\"{name}\": {name}")).collect();
        line(format!("{mlflow}.log_metrics({{{}}})", pairs.join(", ")));
    }
    let model = if fit.searches { format!("{}.best_estimator_", fit.model) } else { fit.model.clone() };
    line(format!("{mlflow}.{}.log_model({model}, name=\"{}\")", fit.flavour, names.model));

    let mut edits: Vec<TextEdit> = import.into_iter().collect();
    edits.push(TextEdit { range: lines, text: written });
    edits.sort_by_key(|edit| edit.range);
    let title = "Log this fit to tracking".to_owned();
    Some(Action { title, kind: ActionKind::Refactor, edits, command: None, is_preferred: false })
}

/// A statement that fits a model which can be logged.
struct Fitting<'t> {
    stmt: &'t Stmt,
    /// The fits that it makes: several where it stands in a loop or in a function.
    ids: Vec<FitId>,
    /// As it can be written after the statement.
    model: String,
    flavour: &'static str,
    /// Name of the class, where it is always the same.
    class: Option<String>,
    searches: bool,
    /// The table and column that it learns to predict, where they are known.
    predicted: Option<(Arc<Table>, Arc<str>)>,
}

impl<'t> Fitting<'t> {
    fn of(analysis: &'t Analysis, text: &str, stmt: &'t Stmt) -> Option<Self> {
        let (call, target) = match &*stmt.kind {
            StmtKind::Expr(call) => (call, None),
            StmtKind::Assign { targets, value } => match &targets[..] {
                [target] => (value, Some(target)),
                _ => return None,
            },
            _ => return None,
        };
        let ExprKind::Call { function, .. } = &*call.kind else { return None };
        let ExprKind::Attribute { value: receiver, attribute } = &*function.kind else { return None };
        if &*attribute.name != "fit" {
            return None;
        }
        let named = [Some(receiver), target].into_iter().flatten().find(|expr| is_name(expr))?;
        let sited = || analysis.flow.fits.iter().enumerate().filter(|(_, fit)| fit.site == call.range);
        let mut estimators: Vec<&Estimator> = sited().map(|(_, fit)| &*fit.estimator).collect();
        if estimators.is_empty() {
            // Nothing is known of the rows. Of a loop's own variable it is not known either what comes in the other turns.
            estimators
                .push(analysis.flow.at(receiver.id)?.estimator().filter(|_| !is_turned(analysis, receiver, stmt))?);
        }
        let first = *estimators.first()?;
        let is_logged = |estimator: &&Estimator| {
            estimator.role.is_model() || matches!(estimator.role, Role::Clusterer | Role::OutlierDetector)
        };
        let flavour = flavour_of(first)?;
        let searches = is_search(first);
        let is_alike =
            |estimator: &&Estimator| flavour_of(estimator) == Some(flavour) && is_search(estimator) == searches;
        // Without `refit` a search has no best model to log.
        let keeps_none = |estimator: &&Estimator| {
            estimator.parameter("refit").is_some_and(|refit| !matches!(refit, Value::Bool(Some(true))))
        };
        if !estimators.iter().all(is_logged)
            || !estimators.iter().all(is_alike)
            || (searches && estimators.iter().any(keeps_none))
        {
            return None;
        }
        let is_one_class = estimators.iter().all(|estimator| estimator.class == first.class);
        Some(Self {
            stmt,
            ids: sited().map(|(index, _)| FitId(index as u32)).collect(),
            model: named.range.of(text).to_owned(),
            flavour,
            class: is_one_class.then(|| first.short_name().to_owned()),
            searches,
            predicted: sited().find_map(|(_, fit)| lenses::predicted(fit)),
        })
    }
}

fn flavour_of(estimator: &Estimator) -> Option<&'static str> {
    let root = estimator.class.split('.').next()?;
    FLAVOURS.iter().find(|(library, _)| *library == root).map(|(_, flavour)| *flavour)
}

fn is_search(estimator: &Estimator) -> bool {
    estimator.composite == Some(Composite::Search)
}

/// Whether a loop around the statement gives the name its values.
fn is_turned(analysis: &Analysis, name: &Expr, stmt: &Stmt) -> bool {
    let ExprKind::Name(name) = &*name.kind else { return false };
    let mut found = false;
    each_stmt(&analysis.module.body, &mut |outer| {
        if let StmtKind::For { target, .. } = &*outer.kind
            && outer.range.contains(stmt.range)
        {
            each_expr_in(target, &mut |part| found |= matches!(&*part.kind, ExprKind::Name(bound) if bound == name));
        }
    });
    found
}

/// Whether an expression is a name, or an attribute of one: what can be written again without doing anything again.
fn is_name(expr: &Expr) -> bool {
    match &*expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Attribute { value, .. } => is_name(value),
        _ => false,
    }
}

/// The block with the innermost statement at `offset`, and which of it that is.
fn block_at(body: &[Stmt], offset: u32) -> Option<(&[Stmt], usize)> {
    let is_here = |stmt: &Stmt| stmt.range.start <= offset && offset <= stmt.range.end;
    // Of two that meet at the offset the later one begins there.
    let index = body.iter().rposition(is_here)?;
    let mut inner: Option<&[Stmt]> = None;
    parts_of_stmt(&body[index], &mut |part| {
        if let Part::Block(block) = part
            && block.iter().any(is_here)
        {
            inner = Some(block);
        }
    });
    match inner {
        Some(block) => block_at(block, offset),
        None => Some((body, index)),
    }
}

/// Whether a run is open at the statement, or MLflow logs fits by itself.
fn is_tracked(analysis: &Analysis, stmt: &Stmt) -> bool {
    let body = &analysis.module.body;
    // The function that holds the statement may be called inside a run.
    let mut around: Vec<&str> = Vec::new();
    let mut runs: Vec<&[Stmt]> = Vec::new();
    let mut opens_in_with = 0;
    each_stmt(body, &mut |outer| match &*outer.kind {
        StmtKind::FunctionDef(function) if outer.range.contains(stmt.range) => around.push(&function.name.name),
        StmtKind::With { items, body } if items.iter().any(|item| opens_run(&item.context)) => {
            opens_in_with += items.iter().filter(|item| opens_run(&item.context)).count();
            runs.push(body);
        }
        _ => {}
    });
    let (mut opens, mut is_automatic) = (0, false);
    each_expr(body, &mut |expr| {
        opens += usize::from(opens_run(expr));
        is_automatic |= called(expr) == Some("autolog");
    });
    let calls_it = |body: &[Stmt]| {
        let mut found = false;
        each_expr(body, &mut |expr| found |= called(expr).is_some_and(|name| around.contains(&name)));
        found
    };
    let is_inside = |body: &[Stmt]| body.iter().any(|inner| inner.range.contains(stmt.range));
    is_automatic || opens > opens_in_with || runs.iter().any(|body| is_inside(body) || calls_it(body))
}

fn opens_run(expr: &Expr) -> bool {
    called(expr) == Some("start_run")
}

fn names_experiment(analysis: &Analysis) -> bool {
    let mut found = false;
    each_expr(&analysis.module.body, &mut |expr| found |= called(expr) == Some("set_experiment"));
    found
}

/// How many of the statements after the first belong to the run: up to the last that gives a name to a score of this fit, before
/// anything else is fitted or defined.
fn n_following(script: &Script, analysis: &Analysis, block: &[Stmt], fit: &Fitting<'_>) -> usize {
    let cell = script
        .notebook()
        .and_then(|notebook| notebook.cells().iter().map(|cell| cell.range).find(|cell| cell.contains(fit.stmt.range)));
    let fits_another = |stmt: &Stmt| {
        let mut fits = analysis.flow.fits.iter().filter(|other| stmt.range.contains(other.site));
        fits.any(|other| other.estimator.role.is_model())
    };
    let is_in_run = |stmt: &&Stmt| {
        let is_plain = !matches!(
            *stmt.kind,
            StmtKind::FunctionDef(_)
                | StmtKind::ClassDef(_)
                | StmtKind::Import(_)
                | StmtKind::ImportFrom { .. }
                | StmtKind::Global(_)
                | StmtKind::Nonlocal(_)
                | StmtKind::Return(_)
                | StmtKind::Error(_)
        );
        is_plain && !fits_another(stmt) && cell.is_none_or(|cell| cell.contains(stmt.range))
    };
    let followers = block[1..].iter().take_while(is_in_run);
    followers
        .enumerate()
        .filter(|(_, stmt)| !scores(analysis, stmt, fit).is_empty() && whole_lines(script.text(), stmt.range).is_some())
        .last()
        .map_or(0, |(index, _)| index + 1)
}

/// The names that a statement gives to scores of the fit.
fn scores<'t>(analysis: &Analysis, stmt: &'t Stmt, fit: &Fitting<'_>) -> Vec<&'t Arc<str>> {
    let StmtKind::Assign { targets, value } = &*stmt.kind else { return Vec::new() };
    let [target] = &targets[..] else { return Vec::new() };
    let pairs: Vec<(&Expr, &Expr)> = match (&*target.kind, &*value.kind) {
        (ExprKind::Tuple(names), ExprKind::Tuple(values)) if names.len() == values.len() => {
            names.iter().zip(values).collect()
        }
        _ => vec![(target, value)],
    };
    let named = pairs.into_iter().filter_map(|(target, value)| match &*target.kind {
        ExprKind::Name(name) if is_score(analysis, value, fit) => Some(name),
        _ => None,
    });
    named.collect()
}

/// Whether an expression is a number that says how good the fit is: `accuracy_score(…)`, also inside `np.sqrt(…)`, `round(…, 3)`
/// and the like.
fn is_score(analysis: &Analysis, value: &Expr, fit: &Fitting<'_>) -> bool {
    let is_number = |expr: &Expr| {
        analysis.flow.events.iter().any(|event| {
            matches!(&event.kind, EventKind::Score(score)
                if fit.ids.contains(&score.fit) && !NOT_NUMBERS.contains(&&*score.metric))
                && event.site == expr.range
        })
    };
    match &*value.kind {
        // One number a class.
        ExprKind::Call { arguments, .. } if is_number(value) => !arguments.iter().any(|argument| {
            matches!(&argument.kind, ArgumentKind::Keyword(name) if matches!(&*name.name, "average" | "multioutput"))
                && matches!(&*argument.value.kind, ExprKind::None)
        }),
        ExprKind::Call { arguments, .. } if matches!(called(value), Some("sqrt" | "round" | "float" | "abs")) => {
            arguments.first().is_some_and(|first| is_score(analysis, &first.value, fit))
        }
        ExprKind::Unary { operand, .. } => is_score(analysis, operand, fit),
        ExprKind::Binary { left, right, .. } => {
            let is_plain = |expr: &Expr| matches!(&*expr.kind, ExprKind::Integer(_) | ExprKind::Float(_));
            (is_score(analysis, left, fit) && (is_plain(right) || is_score(analysis, right, fit)))
                || (is_plain(left) && is_score(analysis, right, fit))
        }
        _ => false,
    }
}

/// What the run and what is in it are called.
struct Names {
    experiment: String,
    /// As Python.
    run: String,
    model: String,
}

impl Names {
    fn of(script: &Script, fit: &Fitting<'_>) -> Self {
        let file = script.path().rsplit('/').next().unwrap_or_default();
        let (experiment, model) = match &fit.predicted {
            // As operations of the product name theirs.
            Some((table, target)) => (format!("{}-{}", plain(&stem(&table.name)), plain(target)), plain(target)),
            None => (plain(&stem(file)), plain(fit.model.rsplit('.').next().unwrap_or_default())),
        };
        let run = match &fit.class {
            Some(class) => format!("\"{class}\""),
            None => format!("type({}).__name__", fit.model),
        };
        let or =
            |name: String, other: &str| if name.trim_matches(['_', '-']).is_empty() { other.to_owned() } else { name };
        Self { experiment: or(experiment, "default"), run, model: or(model.to_lowercase(), "model") }
    }
}

fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).to_owned()
}

/// Without anything that a name in MLflow, or a text in Python, cannot have.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).take(NAME_CHARS_MAX).collect()
}

/// The lines of a range from their first byte to the end of the last, its line break left out; `None` where other code stands on
/// them.
fn whole_lines(text: &str, range: TextRange) -> Option<TextRange> {
    let start = line_start(text, range.start);
    let rest = &text[range.end as usize..];
    let after = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let after = after.strip_suffix('\r').unwrap_or(after);
    let before = &text[start as usize..range.start as usize];
    let is_alone = before.trim().is_empty() && (after.trim().is_empty() || after.trim_start().starts_with('#'));
    is_alone.then(|| TextRange::new(start, range.end + after.len() as u32))
}

/// Literals that go over several lines: what stands in them must not move.
fn inside_literals(stmts: &[Stmt]) -> Vec<TextRange> {
    let mut found = Vec::new();
    for stmt in stmts {
        each_expr(std::slice::from_ref(stmt), &mut |expr| {
            if matches!(&*expr.kind, ExprKind::Str(_) | ExprKind::FString { .. } | ExprKind::Bytes) {
                found.push(expr.range);
            }
        });
    }
    found
}

/// Lines one step further in, but for empty ones and those that begin inside `fixed`.
fn deeper(text: &str, lines: TextRange, step: &str, fixed: &[TextRange]) -> String {
    let mut moved = String::new();
    let mut offset = lines.start;
    for line in lines.of(text).split_inclusive('\n') {
        let is_fixed = fixed.iter().any(|literal| literal.start < offset && offset < literal.end);
        if !is_fixed && !line.trim().is_empty() {
            moved.push_str(step);
        }
        moved.push_str(line);
        offset += line.len() as u32;
    }
    moved
}
