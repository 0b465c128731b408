//! MLW209 and MLW211, and the mend that moves a `fit_transform` behind the split.

use mlwright_python_syntax::ast::{Expr, ExprKind, Stmt, StmtKind};
use mlwright_python_values::event::EventKind;
use mlwright_source_text::{Fix, TextEdit, TextRange};

use super::Findings;
use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_>, found: &mut Findings) {
    for event in facts.events() {
        match &event.kind {
            EventKind::ChainedAssignment => {
                let message = "this assigns to a copy: the frame itself stays as it was (always from pandas 3 on). Use `df.loc[rows, column] = …`";
                found.report("MLW209", event.site, message.to_owned(), Vec::new());
            }
            // A file whose digest is compared with a known one is not anybody's.
            EventKind::Unpickle { .. } if facts.text[..event.site.start as usize].contains("hexdigest") => {}
            EventKind::Unpickle { what } => {
                let message = format!(
                    "`{what}` runs whatever code the file holds, and needs the same versions of all libraries. Keep models in a format that is only data (ONNX, `skops`, the library's own)"
                );
                found.report("MLW211", event.site, message, Vec::new());
            }
            _ => {}
        }
    }
}

/// `A = s.fit_transform(B)`, and later `a, b, … = train_test_split(A, …)` as the only use of `A`: fits on the training part
/// instead. None where the statements are not of this form.
pub(super) fn split_first(facts: &Facts<'_>, site: TextRange) -> Vec<Fix> {
    plan(facts, site).into_iter().collect()
}

fn plan(facts: &Facts<'_>, site: TextRange) -> Option<Fix> {
    let body = &facts.analysis.module.body;
    let place = body.partition_point(|stmt| stmt.range.end < site.end);
    body.get(place).filter(|stmt| stmt.range.contains(site))?;
    let StmtKind::Assign { targets, value } = &*body[place].kind else { return None };
    let [Expr { kind, .. }] = &targets[..] else { return None };
    let ExprKind::Name(prepared) = &**kind else { return None };
    if value.range != site {
        return None;
    }
    let ExprKind::Call { function, arguments } = &*value.kind else { return None };
    let ExprKind::Attribute { value: scaler, attribute } = &*function.kind else { return None };
    let [argument] = &arguments[..] else { return None };
    let (ExprKind::Name(scaler), ExprKind::Name(raw)) = (&*scaler.kind, &*argument.value.kind) else { return None };
    if &*attribute.name != "fit_transform" {
        return None;
    }
    let split_place = place + 1 + body[place + 1..].iter().position(is_split)?;
    let StmtKind::Assign { targets, value: split } = &*body[split_place].kind else { return None };
    let ExprKind::Call { arguments: split_arguments, .. } = &*split.kind else { return None };
    let first = &split_arguments.first()?.value;
    if !matches!(&*first.kind, ExprKind::Name(name) if name == prepared) {
        return None;
    }
    let parts = match &*targets.first()?.kind {
        ExprKind::Tuple(parts) | ExprKind::List(parts) => parts,
        _ => return None,
    };
    let (ExprKind::Name(train), ExprKind::Name(test)) = (&*parts.first()?.kind, &*parts.get(1)?.kind) else {
        return None;
    };
    // Anything else that reads what was prepared would read something else after the change.
    let between = TextRange::new(body[place].range.end, body[split_place].range.start);
    let after = TextRange::new(body[split_place].range.end, facts.text.len() as u32);
    let reads = |range: TextRange| {
        facts
            .flow()
            .seen
            .iter()
            .flatten()
            .any(|seen| range.contains(seen.range) && seen.range.of(facts.text) == &**prepared)
    };
    if reads(between) || (prepared != train && prepared != test && reads(after)) {
        return None;
    }
    let line = whole_line(facts.text, body[place].range);
    let insert = body[split_place].range.end;
    let mut edits = vec![TextEdit { range: line, text: String::new() }];
    if raw != prepared {
        edits.push(TextEdit { range: first.range, text: raw.to_string() });
    }
    edits.push(TextEdit {
        range: TextRange::empty(insert),
        text: format!("\n{train} = {scaler}.fit_transform({train})\n{test} = {scaler}.transform({test})"),
    });
    Some(Fix { title: format!("Split first, then fit `{scaler}` on the training rows"), edits })
}

fn is_split(stmt: &Stmt) -> bool {
    let StmtKind::Assign { value, .. } = &*stmt.kind else { return false };
    let ExprKind::Call { function, .. } = &*value.kind else { return false };
    match &*function.kind {
        ExprKind::Name(name) => &**name == "train_test_split",
        ExprKind::Attribute { attribute, .. } => &*attribute.name == "train_test_split",
        _ => false,
    }
}

/// The statement with its line break, where it stands alone on its lines.
fn whole_line(text: &str, range: TextRange) -> TextRange {
    let end = text[range.end as usize..].find('\n').map_or(text.len(), |place| range.end as usize + place + 1);
    let rest = &text[range.end as usize..end];
    if rest.trim().is_empty() || rest.trim_start().starts_with('#') {
        TextRange::new(range.start, end as u32)
    } else {
        range
    }
}
