use super::*;

fn check(text: &str, place: Place, expected: &[(TokenKind, &str)]) {
    let found = tokens(text, TextRange::new(0, text.len() as u32), place);
    let found: Vec<_> = found.iter().map(|token| (token.kind, token.text(text))).collect();
    assert_eq!(found, expected, "{text}");
}

use TokenKind::{Comment, Number, Placeholder, Quoted, Sign, String, Word};

#[test]
fn names_literals_and_signs_are_told_apart() {
    check(
        r#"SELECT "a ""b""", `c`, 'it''s', 1.5e-3 FROM t.x -- end"#,
        Place::File,
        &[
            (Word, "SELECT"),
            (Quoted, r#""a ""b""""#),
            (Sign, ","),
            (Quoted, "`c`"),
            (Sign, ","),
            (String, "'it''s'"),
            (Sign, ","),
            (Number, "1.5e-3"),
            (Word, "FROM"),
            (Word, "t"),
            (Sign, "."),
            (Word, "x"),
            (Comment, "-- end"),
        ],
    );
    check("/* a /* b */ c */ é", Place::File, &[(Comment, "/* a /* b */ c */"), (Word, "é")]);
    check("x::int->>'k'", Place::File, &[(Word, "x"), (Sign, "::"), (Word, "int"), (Sign, "->>"), (String, "'k'")]);
    check("$$ a ' b $$ $1", Place::File, &[(String, "$$ a ' b $$"), (Placeholder, "$1")]);
    check(
        "E'a' a[1:n]",
        Place::File,
        &[(String, "E'a'"), (Word, "a"), (Sign, "["), (Number, "1"), (Sign, ":"), (Word, "n"), (Sign, "]")],
    );
}

#[test]
fn what_is_filled_in_is_a_placeholder() {
    check(
        "{{ ref('x') }} :id ? %(n)s",
        Place::File,
        &[(Placeholder, "{{ ref('x') }}"), (Placeholder, ":id"), (Placeholder, "?"), (Placeholder, "%(n)s")],
    );
    check(
        "FROM sales_{year}_x, {a}.b",
        Place::Literal,
        &[(Word, "FROM"), (Placeholder, "sales_{year}_x"), (Sign, ","), (Placeholder, "{a}"), (Sign, "."), (Word, "b")],
    );
    check("{'a': 1}", Place::File, &[(Sign, "{"), (String, "'a'"), (Sign, ":"), (Number, "1"), (Sign, "}")]);
}

#[test]
fn quotes_of_a_literal_have_backslashes() {
    let text = r#"SELECT \"a b\", 'x' \n FROM t"#;
    let found = tokens(text, TextRange::new(0, text.len() as u32), Place::Literal);
    assert_eq!(found[1].kind, Quoted);
    assert_eq!(found[1].content(text).of(text), r"a b\".trim_end_matches('\\'));
    assert_eq!(
        found.iter().map(|token| token.text(text)).collect::<Vec<_>>(),
        ["SELECT", r#"\"a b\""#, ",", "'x'", "FROM", "t"]
    );
}

#[test]
fn what_is_not_closed_runs_to_the_end() {
    for (text, kind) in [("'a b", String), ("\"a", Quoted), ("/* a", Comment), ("$x$ a", String), ("{{ a", Placeholder)]
    {
        let found = tokens(text, TextRange::new(0, text.len() as u32), Place::File);
        assert_eq!(found.len(), 1, "{text}");
        assert!(found[0].kind == kind && !found[0].is_closed, "{text}");
        assert!(
            found[0].content(text).end <= text.len() as u32
                && found[0].content(text).start <= found[0].content(text).end
        );
    }
}

#[test]
fn only_the_part_is_read() {
    let text = "x = 'SELECT a' + y";
    let found = tokens(text, TextRange::new(5, 13), Place::Literal);
    assert_eq!(found.iter().map(|token| token.text(text)).collect::<Vec<_>>(), ["SELECT", "a"]);
}
