//! PyTorch: networks that learn in a loop of the script's own, and epochs that are chosen in it.
//!
//! What a loop learns from is what its `loss.backward()` was computed from; what chooses an epoch is what a comparison such as
//! `if accuracy > best:` was computed from. The layers between are not looked into.

use std::sync::Arc;

use mlwright_python_syntax::ast::{Expr, ExprKind, Stmt, StmtKind};
use mlwright_python_values::Input;
use mlwright_python_values::event::{EventKind, Fit, Given, Score};
use mlwright_python_values::rows::RowsId;
use mlwright_python_values::value::{Data, DataKind, Estimator, FitId, LOOP, Object, Role, Value};
use mlwright_source_text::TextRange;
use rustc_hash::FxHashMap;

use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// Rows that unknown things are called with which are told apart at most.
const N_INPUTS_MAX: usize = 512;

/// What was seen of networks.
#[derive(Debug, Default)]
pub(crate) struct Networks {
    /// Fits by the `backward()` that they are and the rows that the loss is of.
    fits: FxHashMap<(TextRange, RowsId), FitId>,
    /// The fit that was made last in each outermost loop.
    in_loop: FxHashMap<TextRange, FitId>,
}

/// `loss.backward()`: the network learns from the rows that the loss is of.
pub(crate) fn backward(cx: &mut Interpreter<'_>, loss: &Arc<Data>, call: &Call<'_>) {
    let Some(outermost) = cx.turns.first().map(|turn| turn.site) else { return };
    if loss.rows == RowsId::NONE {
        return;
    }
    let rows = cx.flow.rows.part_above(loss.rows);
    let site = cx.site(call.range());
    let fit = match cx.networks.fits.get(&(site, rows)) {
        Some(fit) => *fit,
        None => {
            let estimator = Arc::new(network(site));
            let object = cx.state.add(Object::Estimator(estimator.clone()));
            let infos = loss.all_infos();
            let x = Given { data: Arc::new(Data { rows, ..(**loss).clone() }), range: site };
            let fit =
                cx.add_fit(Fit { object, estimator, site, x, y: None, infos, supervised: true, sample_weight: false });
            cx.networks.fits.insert((site, rows), fit);
            fit
        }
    };
    cx.networks.in_loop.insert(outermost, fit);
}

fn network(made: TextRange) -> Estimator {
    Estimator::new(LOOP, Role::Model, made)
}

/// Something is called with data: a network, for all that is known.
pub(crate) fn note_input(cx: &mut Interpreter<'_>, call: &Call<'_>) {
    let outermost = cx.turns.first().map(|turn| turn.site);
    for argument in &call.arguments {
        let Some(data) = cx.data_of(&argument.value).filter(|data| data.rows != RowsId::NONE) else { continue };
        if matches!(data.kind, DataKind::Statistic) {
            continue;
        }
        let (rows, before_event) = (cx.flow.rows.part_above(data.rows), cx.flow.events.len());
        let n_inputs = cx.flow.inputs.len();
        match cx.flow.inputs.iter_mut().find(|input| input.rows == rows && input.around == outermost) {
            Some(known) => known.before_event = before_event,
            None if n_inputs < N_INPUTS_MAX => cx.flow.inputs.push(Input { rows, around: outermost, before_event }),
            None => {}
        }
    }
}

/// `if accuracy > best: best = accuracy`, `if loss > best: break`: the rows that the first is computed from choose the epoch.
pub(crate) fn choose(cx: &mut Interpreter<'_>, test: &Expr, values: &[Value], body: &[Stmt]) {
    let Some(fit) = cx.turns.first().and_then(|turn| cx.networks.in_loop.get(&turn.site)).copied() else { return };
    if !keeps(test, body) {
        return;
    }
    let Some(judged) = values.iter().find_map(|value| cx.data_of(value)) else { return };
    let rows = match judged.rows {
        RowsId::NONE => judged.all_infos().iter().map(|id| cx.flow.info(id).rows).last(),
        rows => Some(rows),
    };
    let Some(rows) = rows.filter(|rows| *rows != RowsId::NONE).map(|rows| cx.flow.rows.part_above(rows)) else {
        return;
    };
    let trained_on = cx.flow.fit(fit).x.data.rows;
    if rows == trained_on || cx.flow.rows.relation(trained_on, rows).overlaps() {
        return;
    }
    let x = Given { data: Arc::new(Data { rows, ..(*judged).clone() }), range: test.range };
    let x_infos = judged.all_infos();
    let score = Score { metric: "epoch".into(), fit, rows, x_infos, given_scores: true, y: None, predicted_at: None };
    cx.note(test.range, EventKind::Score(score));
    cx.note(test.range, EventKind::Watch { fit, x, stops_early: true });
}

/// Whether the body of an `if` keeps what its test compares, `best = accuracy`, or leaves the loop.
fn keeps(test: &Expr, body: &[Stmt]) -> bool {
    let ExprKind::Compare { left, rest } = &*test.kind else { return false };
    let names: Vec<&str> = std::iter::once(left)
        .chain(rest.iter().map(|(_, operand)| operand))
        .filter_map(|operand| match &*operand.kind {
            ExprKind::Name(name) => Some(&**name),
            _ => None,
        })
        .collect();
    body.iter().any(|stmt| match &*stmt.kind {
        StmtKind::Assign { targets, .. } => {
            targets.iter().any(|target| matches!(&*target.kind, ExprKind::Name(name) if names.contains(&&**name)))
        }
        StmtKind::Break => true,
        _ => false,
    })
}

/// `torchvision.datasets.CIFAR10(train=False)`: the part that the library keeps for the test.
pub(crate) fn data_set(cx: &mut Interpreter<'_>, call: &Call<'_>) -> Value {
    let value = cx.opaque_source(call.range());
    let is_test = call.flag("train") == Some(false)
        || call
            .keyword("split")
            .and_then(|split| split.value.as_text().cloned())
            .is_some_and(|split| &*split == "test");
    if let Some(data) = cx.data_of(&value) {
        cx.flow.read_rows.push(data.rows);
        if is_test {
            cx.flow.test_rows.push(data.rows);
        }
    }
    value
}
