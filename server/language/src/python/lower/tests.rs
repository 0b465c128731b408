use super::*;

#[test]
fn smoke() {
    let module = parse("x = foo(a, \ny = df[\"a\"].mean()\nz = df.\nif z\n  q = 1\n");
    panic!("{module:#?}");
}
