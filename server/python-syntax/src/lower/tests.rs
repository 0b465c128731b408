mod again;
mod print;
mod robustness;

use mlwright_source_text::TextRange;

use super::*;

/// What `text` reads as, in the notation of [`print`].
#[track_caller]
fn check(text: &str, expected: &str) {
    let module = parse(text);
    robustness::check_tree(text, &module);
    assert_eq!(print::module(&module), expected, "of {text:?}");
}

/// As [`check`], where the text is its own reading.
#[track_caller]
fn check_same(text: &str) {
    check(text, text);
}

#[test]
fn values() {
    check("0x1F, 0b11, 0o17, 1_000, 99999999999999999999", "(31, 3, 15, 1000, big,)");
    check("1.5e3, .5, 1_0.0, 2j", "(1500.0, 0.5, 10.0, ?,)");
    check_same("(True, False, None, ...,)");
    check("[], (), {}, {1}, {'a': 1, **b}, [*a, b]", "([], (,), {}, {1}, {\"a\": 1, **b}, [*a, b],)");
    check("x = ((((1))))", "x = 1");
    check("x = (1,)", "x = (1,)");
}

#[test]
fn strings() {
    check(r#"x = "a" 'b' "c""#, r#"x = "abc""#);
    check(r"'\x41\u00e9\101\n\q\'' ", "\"Aé\u{41}\\n\\\\q'\"");
    check(r"r'\d'", r#""\\d""#);
    check("b'x' b'y'", "b\"\"");
    check(r#"f(r"\"", '"')"#, r#"f("\\\"", "\"")"#);
    check("'''a\nb'''", r#""a\nb""#);
    check("'a\\\nb'", r#""ab""#);
}

#[test]
fn content_of_a_string_is_where_its_value_stands() {
    let content = |text: &str| match &*parse(text).body[0].kind {
        StmtKind::Expr(value) => match &*value.kind {
            crate::ast::ExprKind::Str(literal) => literal.content.map(|range| range.of(text).to_owned()),
            kind => panic!("{kind:?}"),
        },
        kind => panic!("{kind:?}"),
    };
    assert_eq!(content("'abc'").as_deref(), Some("abc"));
    assert_eq!(content("'''é'''").as_deref(), Some("é"));
    assert_eq!(content(r"r'\d'").as_deref(), Some(r"\d"));
    assert_eq!(content("''").as_deref(), Some(""));
    assert_eq!(content(r"'a\n'"), None);
    assert_eq!(content("'a' 'b'"), None);
}

#[test]
fn format_strings() {
    check(r#"f"a{x}b{{c}}""#, r#"f"a{x}b{c}""#);
    check(r#"f"{x!r:>{width}}""#, r#"f"{x}{width}""#);
    check(r#"f"{df['a'].mean():.2f}""#, r#"f"{df["a"].mean()}""#);
    check(r#"f"{a=} {b, c}" "d""#, r#"f"{a} {(b, c,)}d""#);
    check(r#"f"{f'{x}'}""#, r#"f"{f"{x}"}""#);
}

#[test]
fn operators() {
    check("1 + 2 * 3 ** -4", "(1 + (2 * (3 ** (-4))))");
    check("a and b and c or d or not e", "((a and b and c) or d or (not e))");
    check("a < b <= c != d", "(a < b <= c != d)");
    check("a in b, a not in b, a is b, a is not b", "((a in b), (a not in b), (a is b), (a is not b),)");
    check("a if b else c if d else e", "(a if b else (c if d else e))");
    check("~a & b | c ^ d << 1 >> 2 @ e // f % g", "(((~a) & b) | (c ^ ((d << 1) >> (((2 @ e) // f) % g))))");
    check("(y := f(x))", "(y := f(x))");
    check("lambda a, *b, c=1, **d: a + c", "(lambda a, *b, =c = 1, **d: (a + c))");
}

#[test]
fn places_in_values() {
    check("df.a.b[1][2, 3][:, 1:2:3][4,]", "df.a.b[1][(2, 3,)][(::, 1:2:3,)][(4,)]");
    check("df[::2], df[1:], df[:1]", "(df[::2], df[1::], df[:1:],)");
    check("f(a, *b, k=1, **c)(x for x in y)", "f(a, *b, k=1, **c)((x for x in y))");
    check("await f()", "(await f())");
}

#[test]
fn comprehensions() {
    check_same("[x for x in y if a if b for z in x]");
    check_same("{k: v for (k, v,) in d.items()}");
    check("{x async for x in y}", "{x for x in y}");
    check("[f(x) for x in a, b]", "[f(x) for x in (a, b,)]");
}

#[test]
fn assignments() {
    check("a = b = c, d = 1", "a = b = (c, d,) = 1");
    check("a: int = 1; b: list[str]; c: A | B | None", "a: int = 1; b: list[str]; c: ((A | B) | None)");
    check("a += 1; a //= 2; a @= b; a **= c", "a += 1; a //= 2; a @= b; a **= c");
    check("(a) = 1; [a, *b] = c; a.b, c[0] = d", "a = 1; [a, *b] = c; (a.b, c[0],) = d");
    check("x = yield y", "x = (yield y)");
    check("type X = int; type Y[T] = list[T]", "X = int; Y = list[T]");
    check("type(self).n = 1; type = 2; match = 3", "type(self).n = 1; type = 2; match = 3");
}

#[test]
fn simple_statements() {
    check("del a, b[0]; assert a, 'b'; raise E(1) from e; pass", "del a, b[0]; assert a, \"b\"; raise E(1); pass");
    check("global a, b", "global a, b");
    check("import a.b as c, d", "import a.b as c, d");
    check(
        "from . import a; from ..b.c import (d as e, f,); from g import *",
        "from . import a; from ..b.c import d as e, f; from g import *",
    );
    check("from __future__ import annotations", "from __future__ import annotations");
    check("print x, y", "error<x, y>");
    check("print(x)", "print(x)");
}

#[test]
fn compound_statements() {
    check("if a:\n  b\nelif c:\n  d\nelse:\n  e\n", "if a {b} else {if c {d} else {e}}");
    check("for a, b in c:\n  d\nelse:\n  e", "for (a, b,) in c {d} else {e}");
    check("async def f():\n  async for x in y: pass\n", "async def f() {for x in y {pass}}");
    check("while a: b; c", "while a {b; c}");
    check("with a as b, c: d", "with a as b, c {d}");
    check("with (open(a) as b, c as (d, e),): f", "with open(a) as b, c as (d, e,) {f}");
    check(
        "try:\n a\nexcept E as e:\n b\nexcept (F, G):\n c\nexcept* H: x\nelse:\n d\nfinally:\n e",
        "try {a} except E as e {b} except (F, G,) {c} except H {x} else {d} finally {e}",
    );
    check(
        "match a, b:\n case [x, *y] if x: p\n case A(n, k=m) | {'z': z, **r} as w: q\n case c.D | 1 | _: pass",
        "match (a, b,) {case <x, y> if x {p}, case <n, m, z, r, w> {q}, case <> {pass}}",
    );
}

#[test]
fn definitions() {
    check(
        "@a.b(1)\nasync def f[T](x, /, y: int, *, z=1, **k) -> T:\n  return x",
        "@a.b(1) async def f(/x, y: int, =z = 1, **k) -> T {return x}",
    );
    check("def f(*args: int, k): yield", "def f(*args: int, =k) {(yield)}");
    check("class A[T](B, metaclass=C):\n  x: int = 1", "class A(B, metaclass=C) {x: int = 1}");
    check("class A: ...", "class A() {...}");
}

#[test]
fn what_is_not_there_is_missing_and_the_rest_stands() {
    check("x = df[\ny = 1", "x = df[?]; y = 1");
    check("x = df[\"\ny = 1", "x = df[\"\"]; y = 1");
    check("x = df[\"a].mean()\ny = 1", "x = df[\"a\"].mean(); y = 1");
    check("x = df.\ny = 1", "x = df.?; y = 1");
    check("f(df., x)", "f(df.?, x)");
    check("f(a, \ny = 1\nz = 2\n", "f(a); y = 1; z = 2");
    check("f(a, b=\n", "f(a, b=?)");
    check("x = foo(df[\"a\"\nfoo(b)\n", "x = foo(df[\"a\"]); foo(b)");
    check("x =\ny = 1", "x = ?; y = 1");
    check("x = 1 +\ny", "x = (1 + ?); y");
    check("{'a': 1, 'b': }", "{\"a\": 1, \"b\": ?}");
    check("f(, a)", "f(?, a)");
    check("df[df.a == ]", "df[(df.a == ?)]");
}

#[test]
fn a_header_that_is_not_finished_has_its_block() {
    check("if x\n  y = 1\nz", "if x {y = 1}; z");
    check("for x in\n  y\nz", "for x in ? {y}; z");
    check("def f\nx = 1", "def f() {}; x = 1");
    check("def f(a,\n  x = 1\n  return x\ny", "def f(a, x = 1) {return x}; y");
    check("while", "while ? {}");
    check("from a\nimport b", "from a import ; import b");
    check("import a.\nb", "import a; b");
}

#[test]
fn an_open_bracket_in_a_block_leaves_the_rest_of_the_file() {
    check("def f():\n  x = g(a,\n  y = df[0]\n  return y\nz = f()", "def f() {x = g(a); y = df[0]; return y}; z = f()");
    check("a = [1,\nimport b\nc = 1", "a = [1]; import b; c = 1");
    check("a = {'b': [1, 2}\nc = 1", "a = {\"b\": [1, 2]}; c = 1");
    check("a = (1\n\n\ndef f():\n  pass\n", "a = 1; def f() {pass}");
}

#[test]
fn brackets_that_close_may_start_their_lines_at_the_margin() {
    check("f(\na=1,\nb=2\n)\nc", "f(a=1, b=2); c");
    check("x = [\na\nfor a in b\nif a\n]", "x = [a for a in b if a]");
    check("(df\n.a()\n.b())", "df.a().b()");
    check("a = \\\n  b", "a = b");
}

#[test]
fn magics_are_blank_and_what_is_python_beside_them_stands() {
    check("%matplotlib inline\nx = 1", "x = 1");
    check("%time x = f()\ny", "x = f(); y");
    check("if a:\n    %timeit -n 10 -r3 f(x)\n    b", "if a {f(x); b}");
    check("!pip install \\\n  x\ny = !ls\nz = %pwd\n?df\ndf.head?\nw", "y = ?; z = ?; w");
    check("%%bash\nls -l\necho 'x", "");
    check("%%time\nx = 1", "x = 1");
    check("%%capture out\nx = 1", "x = 1");
    check("a = b \\\n  % c", "a = (b % c)");
}

#[test]
fn cells_end_what_is_open_in_them() {
    let text = "x = f(\n%%sql\nselect 1 from (\ny = 1\n";
    let cells = [TextRange::new(0, 6), TextRange::new(7, 29), TextRange::new(30, 36)];
    assert_eq!(print::module(&Parser::new().parse_cells(text, &cells)), "x = f(); y = 1");
}

#[test]
fn comments_are_kept_with_their_places() {
    let text = "# a\nx = 1  #  b \nf(  #c\n)\n'# no'";
    let comments: Vec<_> =
        parse(text).comments.iter().map(|comment| (comment.range.of(text), comment.text.to_string())).collect();
    let expected = [("# a", "a"), ("#  b ", "b"), ("#c", "c")].map(|(range, text)| (range, text.to_owned()));
    assert_eq!(comments, expected);
}

#[test]
fn names_are_shared() {
    let module = parse("abc\nabc");
    let names: Vec<_> = module
        .body
        .iter()
        .map(|statement| match &*statement.kind {
            StmtKind::Expr(value) => match &*value.kind {
                crate::ast::ExprKind::Name(name) => name.clone(),
                kind => panic!("{kind:?}"),
            },
            kind => panic!("{kind:?}"),
        })
        .collect();
    assert!(Arc::ptr_eq(&names[0], &names[1]));
}

#[test]
fn a_parser_that_has_seen_a_text_reads_its_edits_as_a_new_one_does() {
    let mut parser = Parser::new();
    for text in ["a = 1\n\ndef f():\n  b\n\nc", "a = 2\n\ndef f():\n  b\n\nc", "def f():\n  b\n\ndef f():\n  b\n"] {
        assert_eq!(print::module(&parser.parse(text)), print::module(&parse(text)));
    }
}
