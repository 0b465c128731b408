//! Whatever the text, the tree holds its promises.

use mlwright_language_testkit::Dice;
use mlwright_source_text::TextRange;

use super::print;
use crate::ast::*;
use crate::lower::{MAX_DEPTH, parse};

pub(super) const SNIPPETS: [&str; 6] = [
    "import pandas as pd\ndf = pd.read_csv(\"a.csv\")\nx, y = df[[\"a\", 'b']], df.loc[:, \"é\"]\nx_train = f(x, y, test_size=0.2)[0]\n",
    "@a(b)\nclass C(D, m=E):\n    def f(self, *a: int, b=1, **k) -> F:\n        return [i for i in self if i] # c\n\nz = C()\n",
    "with (open(p) as f, g()):\n  try:\n    x = f\"{a!r:>{b}} {c['d']}\"\n  except (E, F) as e:\n    raise\n  finally: pass\nq = 1\n",
    "match a:\n  case {'k': [b, *c]} if b: d = lambda x, y=1: x if y else (await z)\n  case _: del a, b\nfor i, in j: print(i)\nelse: k\n",
    "%time x = !ls\n%matplotlib\nif a:\n\tb = 1\nelif c < d <= e:\n\tf: int = {1: 2, **g}\nx = '''a\n'''  'b' rb\"c\" \\\n  + 1\n",
    "type(a).b = type(c)\ntype D[T: int] = list[T] | None\nglobal q, r\nfrom .a import (b as c, d,)\nassert x, \"\\x41\\N{BULLET}\"\n",
];

/// Ids are dense and in the order of the source, ranges lie in the text and in those around them.
#[track_caller]
pub(super) fn check_tree(text: &str, module: &Module) {
    let mut walk = Walk { text, ids: Vec::new() };
    walk.block(&module.body, TextRange::new(0, text.len() as u32), 0);
    let expected: Vec<u32> = (0..module.n_exprs).collect();
    assert_eq!(walk.ids, expected, "ids of {text:?}");
}

struct Walk<'t> {
    text: &'t str,
    ids: Vec<u32>,
}

impl Walk<'_> {
    fn range(&self, range: TextRange, parent: TextRange) {
        assert!(self.text.get(range.start as usize..range.end as usize).is_some(), "{range:?} of {:?}", self.text);
        assert!(parent.contains(range), "{range:?} in {parent:?} of {:?}", self.text);
    }

    fn ident(&self, ident: &Ident, parent: TextRange) {
        self.range(ident.range, parent);
    }

    fn block(&mut self, body: &[Stmt], parent: TextRange, depth: u32) {
        assert!(depth <= 2 * MAX_DEPTH, "blocks deeper than the limit");
        for statement in body {
            self.range(statement.range, parent);
            self.statement(statement, depth);
        }
    }

    fn statement(&mut self, statement: &Stmt, depth: u32) {
        let range = statement.range;
        let depth = depth + 1;
        match &*statement.kind {
            StmtKind::Expr(value) => self.expr(value, range, depth),
            StmtKind::Assign { targets, value } => {
                self.exprs(targets, range, depth);
                self.expr(value, range, depth);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target, range, depth);
                self.expr(value, range, depth);
            }
            StmtKind::AnnAssign { target, annotation, value } => {
                self.expr(target, range, depth);
                self.expr(annotation, range, depth);
                self.exprs(value, range, depth);
            }
            StmtKind::FunctionDef(function) => {
                self.exprs(&function.decorators, range, depth);
                self.ident(&function.name, range);
                self.parameters(&function.parameters, range, depth);
                self.exprs(&function.returns, range, depth);
                self.block(&function.body, range, depth);
            }
            StmtKind::ClassDef(class) => {
                self.exprs(&class.decorators, range, depth);
                self.ident(&class.name, range);
                self.arguments(&class.arguments, range, depth);
                self.block(&class.body, range, depth);
            }
            StmtKind::Return(value) | StmtKind::Raise(value) => self.exprs(value, range, depth),
            StmtKind::Delete(values) | StmtKind::Error(values) => self.exprs(values, range, depth),
            StmtKind::For { target, iter, body, orelse } => {
                self.expr(target, range, depth);
                self.expr(iter, range, depth);
                self.block(body, range, depth);
                self.block(orelse, range, depth);
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test, range, depth);
                self.block(body, range, depth);
                self.block(orelse, range, depth);
            }
            StmtKind::With { items, body } => {
                for item in items {
                    self.expr(&item.context, range, depth);
                    self.exprs(&item.target, range, depth);
                }
                self.block(body, range, depth);
            }
            StmtKind::Try { body, handlers, orelse, finally } => {
                self.block(body, range, depth);
                for handler in handlers {
                    self.exprs(&handler.exception, range, depth);
                    self.block(&handler.body, range, depth);
                }
                self.block(orelse, range, depth);
                self.block(finally, range, depth);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject, range, depth);
                for case in cases {
                    case.bindings.iter().for_each(|name| self.ident(name, range));
                    self.exprs(&case.guard, range, depth);
                    self.block(&case.body, range, depth);
                }
            }
            StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                names.iter().for_each(|name| self.ident(&name.name, range));
            }
            StmtKind::Global(names) | StmtKind::Nonlocal(names) => {
                names.iter().for_each(|name| self.ident(name, range));
            }
            StmtKind::Assert { test, message } => {
                self.expr(test, range, depth);
                self.exprs(message, range, depth);
            }
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
    }

    fn exprs<'e>(&mut self, values: impl IntoIterator<Item = &'e Expr>, parent: TextRange, depth: u32) {
        values.into_iter().for_each(|value| self.expr(value, parent, depth));
    }

    fn arguments(&mut self, arguments: &[Argument], parent: TextRange, depth: u32) {
        for argument in arguments {
            if let ArgumentKind::Keyword(name) = &argument.kind {
                self.ident(name, parent);
            }
            self.expr(&argument.value, parent, depth);
        }
    }

    fn parameters(&mut self, parameters: &[Parameter], parent: TextRange, depth: u32) {
        for parameter in parameters {
            self.ident(&parameter.name, parent);
            self.exprs(&parameter.annotation, parent, depth);
            self.exprs(&parameter.default, parent, depth);
        }
    }

    fn expr(&mut self, value: &Expr, parent: TextRange, depth: u32) {
        assert!(depth <= 2 * MAX_DEPTH, "expressions deeper than the limit");
        self.range(value.range, parent);
        self.ids.push(value.id.0);
        let (range, depth) = (value.range, depth + 1);
        match &*value.kind {
            ExprKind::Attribute { value, attribute } => {
                self.expr(value, range, depth);
                self.ident(attribute, range);
            }
            ExprKind::Subscript { value, index } => {
                self.expr(value, range, depth);
                self.expr(index, range, depth);
            }
            ExprKind::Slice { lower, upper, step } => {
                self.exprs(lower.iter().chain(upper).chain(step), range, depth);
            }
            ExprKind::Call { function, arguments } => {
                self.expr(function, range, depth);
                self.arguments(arguments, range, depth);
            }
            ExprKind::Str(literal) => {
                if let Some(content) = literal.content {
                    self.range(content, range);
                    assert_eq!(content.of(self.text), &*literal.value, "of {:?}", self.text);
                }
            }
            ExprKind::FString { parts } => {
                for part in parts {
                    if let FStringPart::Value(value) = part {
                        self.expr(value, range, depth);
                    }
                }
            }
            ExprKind::List(items)
            | ExprKind::Tuple(items)
            | ExprKind::Set(items)
            | ExprKind::And(items)
            | ExprKind::Or(items) => {
                self.exprs(items, range, depth);
            }
            ExprKind::Dict(entries) => {
                for (key, value) in entries {
                    self.exprs(key, range, depth);
                    self.expr(value, range, depth);
                }
            }
            ExprKind::Unary { operand: value, .. }
            | ExprKind::Starred(value)
            | ExprKind::Await(value)
            | ExprKind::Named { value, .. } => self.expr(value, range, depth),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left, range, depth);
                self.expr(right, range, depth);
            }
            ExprKind::Compare { left, rest } => {
                self.expr(left, range, depth);
                self.exprs(rest.iter().map(|(_, right)| right), range, depth);
            }
            ExprKind::IfElse { test, body, orelse } => {
                self.expr(body, range, depth);
                self.expr(test, range, depth);
                self.expr(orelse, range, depth);
            }
            ExprKind::Lambda(lambda) => {
                self.parameters(&lambda.parameters, range, depth);
                self.expr(&lambda.body, range, depth);
            }
            ExprKind::Comprehension { element, value, clauses, .. } => {
                self.expr(element, range, depth);
                self.exprs(value, range, depth);
                for clause in clauses {
                    self.expr(&clause.target, range, depth);
                    self.expr(&clause.iter, range, depth);
                    self.exprs(&clause.conditions, range, depth);
                }
            }
            ExprKind::Yield(value) => self.exprs(value, range, depth),
            _ => {}
        }
    }
}

#[test]
fn every_prefix_reads() {
    for snippet in SNIPPETS {
        for (end, _) in snippet.char_indices() {
            check_tree(&snippet[..end], &parse(&snippet[..end]));
        }
    }
}

#[test]
fn what_is_left_after_deletions_reads() {
    let mut dice = Dice::new(0x2545_f491_4f6c_dd1d);
    for _ in 0..400 {
        let mut text = SNIPPETS[dice.below(SNIPPETS.len())].to_owned();
        for _ in 0..=dice.below(4) {
            let mut start = dice.below(text.len());
            let mut end = (start + 1 + dice.below(6)).min(text.len());
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(start..end, "");
        }
        check_tree(&text, &parse(&text));
    }
}

/// Within 2 MB, the stack of a thread unless one asks for more.
fn on_small_stack(text: String) -> Module {
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let handle = thread.spawn(move || {
        let module = parse(&text);
        check_tree(&text, &module);
        module
    });
    handle.expect("a thread starts").join().expect("the stack suffices")
}

#[test]
fn depth_has_a_limit() {
    for (open, close) in
        [("[", "]"), ("f(", ")"), ("{1: ", "}"), ("(lambda: ", ")"), ("-", ""), ("not ", ""), ("a[", "]")]
    {
        on_small_stack(format!("x = {}1{}\ny = 2\n", open.repeat(10_000), close.repeat(10_000)));
    }
    on_small_stack(format!("x = {}1\n", "a + ".repeat(50_000)));
    on_small_stack(format!("x = a{}\n", ".b()".repeat(10_000)));
    on_small_stack(format!("x = {}1\n", "a if b else ".repeat(5_000)));
    on_small_stack(format!("if a: b\n{}", "elif a: b\n".repeat(5_000)));
    on_small_stack((0..1_000).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect());
}

#[test]
fn depth_that_means_nothing_has_none() {
    let module = on_small_stack(format!("x = {}1{}\ny = 2\n", "(".repeat(10_000), ")".repeat(10_000)));
    assert_eq!(print::module(&module), "x = 1; y = 2");
    let module = on_small_stack(format!("x = {}a\n", "a and ".repeat(20_000)));
    assert_eq!(module.n_exprs, 20_003);
    let module = on_small_stack(format!("{}1\n", "a = ".repeat(20_000)));
    assert_eq!(module.n_exprs, 20_001);
}
