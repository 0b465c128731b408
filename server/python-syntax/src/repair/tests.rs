use super::*;

/// `$0` in `fixture` is the cursor; `@` in `expected` is the placeholder.
#[track_caller]
fn check(fixture: &str, expected: &str) {
    let cursor = fixture.find("$0").expect("the fixture has a cursor");
    let text = fixture.replacen("$0", "", 1);
    let repaired = repair(&text, cursor as u32, &mut Scanned::default());
    assert_eq!(repaired.text[..cursor], text[..cursor], "before the cursor nothing changes");
    if let Some(range) = repaired.placeholder {
        assert_eq!((range.start as usize, range.of(&repaired.text)), (cursor, PLACEHOLDER));
    }
    assert_eq!(repaired.text.replace(PLACEHOLDER, "@"), expected, "of {fixture:?}");
}

#[test]
fn strings_are_closed_after_the_word() {
    check("df[\"$0", "df[\"\"]");
    check("df[\"pri$0", "df[\"pri\"]");
    check("df[\"pri$0ce", "df[\"price\"]");
    check("df['$0\nx = 1", "df['']\nx = 1");
    check("df[\"$0].mean()", "df[\"\"].mean()");
    check("df[\"a$0].mean() + df[\"b\"]", "df[\"a\"].mean() + df[\"b\"]");
    check("df[[\"a\", \"$0", "df[[\"a\", \"\"]]");
    check("df[[\"a\", \"b$0]]", "df[[\"a\", \"b\"]]");
    check("x = pd.read_csv(\"data/$0", "x = pd.read_csv(\"data/\")");
    check("df.groupby(by=[\"a$0\nz = 1\n", "df.groupby(by=[\"a\"])\nz = 1\n");
    check("df.query(\"a > $0", "df.query(\"a > \")");
    check("x = '''a$0", "x = '''a'''");
    check("pl.col(r'$0", "pl.col(r'')");
}

#[test]
fn strings_that_are_closed_stay() {
    check("df[\"$0\"]", "df[\"\"]");
    check("df[\"a$0b\"].mean()", "df[\"ab\"].mean()");
    check("df[\"$0\"", "df[\"\"]");
    check("x = '''a$0\n'''\n", "x = '''a\n'''\n");
    check("df[\"a\"]$0", "df[\"a\"]");
}

#[test]
fn a_name_is_put_after_a_dot() {
    check("df.$0", "df.@");
    check("df.$0\nx = 1", "df.@\nx = 1");
    check("df.me$0", "df.me");
    check("df.$0mean()", "df.mean()");
    check("f(df.$0, x)", "f(df.@, x)");
    check("f(df.$0", "f(df.@)");
    check("x = [df.a.$0", "x = [df.a.@]");
    check("df[\"a\"].$0", "df[\"a\"].@");
    check("df.a().$0\n\ny", "df.a().@\n\ny");
    check("(df\n  .a()\n  .$0\n)", "(df\n  .a()\n  .@\n)");
}

#[test]
fn a_value_is_put_where_one_is_missing() {
    check("df[$0", "df[@]");
    check("df[$0]", "df[@]");
    check("f($0", "f(@)");
    check("f(a, $0", "f(a, @)");
    check("f(a, $0)", "f(a, @)");
    check("f(a, $0b)", "f(a, b)");
    check("f(a, b=$0", "f(a, b=@)");
    check("f(a, b=$0, c=1)", "f(a, b=@, c=1)");
    check("x = $0", "x = @");
    check("x = $0\ny = 1", "x = @\ny = 1");
    check("x = 1 + $0\n", "x = 1 + @\n");
    check("df[df.a == $0]", "df[df.a == @]");
    check("{'a': $0", "{'a': @}");
    check("f(a,\n  $0\ny = 1\n", "f(a,\n  @)\ny = 1\n");
    check("f($0\ng(x)\n", "f(@)\ng(x)\n");
    check("$0", "@");
    check("x = 1\n$0\ny = 2", "x = 1\n@\ny = 2");
}

#[test]
fn a_header_gets_its_colon() {
    check("if df.$0\n  x = 1", "if df.@:\n  x = 1");
    check("for c in df[\"$0", "for c in df[\"\"]:");
    check("with f($0\n  x", "with f(@):\n  x");
    check("if x:\n  y = df.$0\nelse:\n  z", "if x:\n  y = df.@\nelse:\n  z");
}

#[test]
fn values_in_format_strings() {
    check("f\"{df.$0", "f\"{df.@}\"");
    check("f\"{df.$0}\"", "f\"{df.@}\"");
    check("print(f\"a {$0", "print(f\"a {@}\")");
    check("print(f\"a $0", "print(f\"a \")");
}

#[test]
fn comments_and_magics_stay() {
    check("# df.$0", "# df.");
    check("x = 1  # a($0", "x = 1  # a(");
    check("!ls $0", "!ls ");
    check("x = 'a' # '$0\ny", "x = 'a' # '\ny");
}

#[test]
fn what_is_broken_elsewhere_stays() {
    check("x = f(\ny = df.$0\nz = g(\n", "x = f(\ny = df.@\nz = g(\n");
}

#[test]
fn any_cursor_in_any_text_is_answered() {
    let text = "x = f(a, \"é\", {'b': [1, c.d]})\nif x[0] == f\"{y!r}\": # c\n  z = '''q'''\n%time w\n";
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        for cursor in 0..=end {
            let repaired = repair(&text[..end], cursor as u32, &mut Scanned::default());
            let boundary = (0..=cursor).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            assert_eq!(repaired.text[..boundary], text[..boundary]);
        }
    }
}
