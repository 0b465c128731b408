//! MLW301: a column is asked for that the frame certainly does not have.
//!
//! Where anything is in doubt nothing is reported: the frame may have columns that are not known, the place is guarded, or the
//! script does what the walk does not follow.

use std::collections::HashSet;
use std::sync::Arc;

use mlwright_python_syntax::ast::{CompareOperator, Expr, ExprKind, Handler, Ident, Stmt, StmtKind};
use mlwright_python_syntax::tree::{each_expr, each_expr_in, each_stmt, range_of};
use mlwright_python_values::value::{Data, DataKind};
use mlwright_python_values::{Analysis, ColumnUse};
use mlwright_source_text::{Diagnostic, Fix, Severity, TextEdit, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

/// How like a name must be to be suggested (Jaro-Winkler, in [0, 1]).
const LIKENESS_MIN: f64 = 0.84;
/// Columns named in a message at most.
const N_NAMED_MAX: usize = 8;

/// Each column that is not there.
pub(super) fn unknown_columns(analysis: &Analysis, text: &str) -> Vec<Diagnostic> {
    let is_missing = |used: &&ColumnUse| {
        used.found == Some(false) && !used.makes && is_known_whole(&used.data) && !is_renamed_by_reader(used)
    };
    // A place is walked once for each call and turn: on every one the column must be missing.
    let missing: FxHashSet<TextRange> = analysis.flow.uses.iter().filter(is_missing).map(|used| used.range).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let mut places: FxHashMap<TextRange, Vec<&ColumnUse>> = FxHashMap::default();
    for used in analysis.flow.uses.iter().filter(|used| missing.contains(&used.range)) {
        places.entry(used.range).or_default().push(used);
    }
    places.retain(|range, uses| uses.iter().all(is_missing) && range.of(text) == &*uses[0].name);
    if places.is_empty() {
        return Vec::new();
    }
    let doubts = Doubts::new(analysis);
    if doubts.everything {
        return Vec::new();
    }
    let mut found: Vec<Diagnostic> = places
        .into_iter()
        .filter(|(range, uses)| uses.iter().all(|used| !doubts.about(*range, &used.name)))
        .map(|(range, uses)| report(range, uses[0]))
        .collect();
    found.sort_by_key(|diagnostic| diagnostic.range);
    found
}

fn report(range: TextRange, used: &ColumnUse) -> Diagnostic {
    let columns = &used.data.columns;
    let tables = used.data.tables();
    let from = match &tables[..] {
        [] => "the frame".to_owned(),
        [only] => format!("the frame from `{}`", only.name),
        [first, ..] => format!("the frame from `{}` and others", first.name),
    };
    let mut message = format!("{from} has no column `{}` here", used.name);
    let alike = alike(&used.name, columns.names());
    match &alike {
        Some(name) => message.push_str(&format!(": did you mean `{name}`?")),
        None if columns.list.len() <= N_NAMED_MAX => {
            let names: Vec<String> = columns.names().map(|name| format!("`{name}`")).collect();
            message
                .push_str(&format!("; it has {}", if names.is_empty() { "none".to_owned() } else { names.join(", ") }));
        }
        None => message.push_str(&format!("; it has {} others", columns.list.len())),
    }
    let may_be_written = |name: &Arc<str>| !name.contains(['"', '\'', '\\', '\n', '\r']);
    let fixes = alike.filter(may_be_written).map(|name| Fix {
        title: format!("Change to `{name}`"),
        edits: vec![TextEdit { range, text: name.to_string() }],
    });
    Diagnostic {
        code: "MLW301",
        severity: Severity::Warning,
        range,
        message,
        related: Vec::new(),
        fixes: fixes.into_iter().collect(),
        unnecessary: false,
    }
}

/// The name most like another, if one is like enough.
fn alike<'n>(name: &str, known: impl Iterator<Item = &'n Arc<str>>) -> Option<Arc<str>> {
    let plain =
        |name: &str| -> String { name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let wanted = plain(name);
    known
        .map(|candidate| {
            let other = plain(candidate);
            let likeness =
                if wanted == other && !wanted.is_empty() { 1.0 } else { strsim::jaro_winkler(&wanted, &other) };
            // Short names are alike by chance: of them only one letter may differ.
            let n_edits = strsim::damerau_levenshtein(&wanted, &other);
            let is_near = n_edits <= 1
                || (wanted.chars().count() >= 4 && likeness >= LIKENESS_MIN && n_edits <= 1 + wanted.len() / 3);
            (if is_near { likeness } else { 0.0 }, candidate)
        })
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN.min(0.6))
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate.clone())
}

/// Whether each column of the data is known by its name.
fn is_known_whole(data: &Data) -> bool {
    let columns = &data.columns;
    matches!(data.kind, DataKind::Frame | DataKind::Grouped)
        && !columns.open
        && !columns.list.is_empty()
        && columns.list.iter().all(|column| !column.name.is_empty())
}

/// Names that pandas and polars give to columns whose names in the file are missing or twice there.
fn is_renamed_by_reader(used: &ColumnUse) -> bool {
    let name = &*used.name;
    let counted = name.rsplit_once('.').is_some_and(|(stem, number)| {
        number.chars().all(|c| c.is_ascii_digit()) && used.data.columns.get(stem).is_some()
    });
    counted
        || name.starts_with("Unnamed")
        || name.contains("_duplicated_")
        || name.starts_with("column_")
        || name.starts_with("__index_level_")
}

/// Where, and of which names, nothing is said.
#[derive(Debug, Default)]
struct Doubts {
    everything: bool,
    ranges: Vec<TextRange>,
    /// Names that the script asks for before it uses them.
    names: HashSet<Arc<str>>,
}

impl Doubts {
    fn new(analysis: &Analysis) -> Self {
        let mut doubts = Self { everything: analysis.flow.cut_short, ..Self::default() };
        let body = &analysis.module.body;
        each_stmt(body, &mut |stmt| doubts.stmt(stmt));
        each_expr(body, &mut |expr| doubts.expr(expr));
        doubts
    }

    fn about(&self, range: TextRange, name: &Arc<str>) -> bool {
        self.names.contains(name) || self.ranges.iter().any(|doubtful| doubtful.contains(range))
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &*stmt.kind {
            // What a function writes to names outside is not followed.
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => self.everything = true,
            StmtKind::Try { body, handlers, .. } if handlers.iter().any(may_handle_missing) => {
                self.ranges.extend(range_of(body));
            }
            StmtKind::If { test, .. } | StmtKind::While { test, .. } if asks_for_columns(test) => {
                self.ranges.push(stmt.range);
            }
            StmtKind::With { items, .. } if items.iter().any(|item| is_suppression(&item.context)) => {
                self.ranges.push(stmt.range);
            }
            StmtKind::Assign { targets, .. } if targets.iter().any(writes_into_names) => self.everything = true,
            // In which order the methods of a class are called is known only where they are.
            StmtKind::ClassDef(class) => self.ranges.push(class.range),
            StmtKind::Match { .. } | StmtKind::Error(_) => self.ranges.push(stmt.range),
            _ => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &*expr.kind {
            ExprKind::Call { function, .. } => {
                if matches!(&*function.kind, ExprKind::Name(name) if matches!(&**name, "exec" | "globals" | "locals" | "vars" | "setattr" | "eval"))
                {
                    self.everything = true;
                }
            }
            ExprKind::Compare { left, rest } => {
                let asks =
                    rest.iter().any(|(operator, _)| matches!(operator, CompareOperator::In | CompareOperator::NotIn));
                if let (ExprKind::Str(literal), true) = (&*left.kind, asks) {
                    self.names.insert(literal.value.clone());
                }
            }
            ExprKind::IfElse { test, .. } if asks_for_columns(test) => self.ranges.push(expr.range),
            ExprKind::And(operands) | ExprKind::Or(operands) if operands.iter().any(asks_for_columns) => {
                self.ranges.push(expr.range);
            }
            ExprKind::Comprehension { clauses, .. }
                if clauses.iter().flat_map(|clause| &clause.conditions).any(asks_for_columns) =>
            {
                self.ranges.push(expr.range);
            }
            _ => {}
        }
    }
}

/// Whether a handler may be there for a column that is missing.
fn may_handle_missing(handler: &Handler) -> bool {
    let Some(exception) = &handler.exception else { return true };
    let mut may = false;
    each_expr_in(exception, &mut |expr| {
        if let ExprKind::Name(name) | ExprKind::Attribute { attribute: Ident { name, .. }, .. } = &*expr.kind {
            may |= matches!(
                &**name,
                "Exception"
                    | "BaseException"
                    | "KeyError"
                    | "LookupError"
                    | "ColumnNotFoundError"
                    | "PolarsError"
                    | "ValueError"
                    | "AttributeError"
                    | "IndexError"
            );
        }
    });
    may
}

/// Whether a condition asks what columns there are.
fn asks_for_columns(test: &Expr) -> bool {
    let mut asks = false;
    each_expr_in(test, &mut |expr| match &*expr.kind {
        ExprKind::Compare { rest, .. } => {
            asks |= rest.iter().any(|(operator, _)| matches!(operator, CompareOperator::In | CompareOperator::NotIn));
        }
        ExprKind::Attribute { attribute, .. } => {
            asks |= matches!(&*attribute.name, "columns" | "issubset" | "issuperset" | "schema" | "shape" | "keys");
        }
        ExprKind::Call { function, .. } => {
            asks |= matches!(&*function.kind, ExprKind::Name(name) if matches!(&**name, "hasattr" | "set" | "all" | "any" | "len"));
        }
        _ => {}
    });
    asks
}

/// `with pytest.raises(KeyError):`, `with suppress(KeyError):`
fn is_suppression(context: &Expr) -> bool {
    let mut is = false;
    each_expr_in(context, &mut |expr| {
        if let ExprKind::Name(name) | ExprKind::Attribute { attribute: Ident { name, .. }, .. } = &*expr.kind {
            is |= name.contains("raises") || name.contains("suppress") || name.contains("assert");
        }
    });
    is
}

/// `df.columns.values[0] = …`, `df.index.name = …`: names are changed in a way that is not followed.
fn writes_into_names(target: &Expr) -> bool {
    let inner = match &*target.kind {
        ExprKind::Subscript { value, .. } | ExprKind::Attribute { value, .. } => value,
        _ => return false,
    };
    let mut inside = false;
    each_expr_in(inner, &mut |expr| {
        inside |= matches!(&*expr.kind, ExprKind::Attribute { attribute, .. } if matches!(&*attribute.name, "columns" | "index" | "_data" | "__dict__"));
    });
    inside
}

#[cfg(test)]
mod tests;
