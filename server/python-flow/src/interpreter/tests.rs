//! That the walk is bounded, whatever a script does with its lists.

use mlwright_python_syntax::lower::Parser;
use mlwright_source_text::SchemaSource;

struct Nothing;

impl SchemaSource for Nothing {}

/// Walks a script; how many expressions were seen says that it came to an end.
fn check(text: &str) -> usize {
    let module = Parser::default().parse(text);
    let flow = crate::walk(&module, text, "script.py", &Nothing);
    flow.seen.iter().flatten().count()
}

#[test]
fn lists_that_double_are_bounded() {
    let mut text = String::from("lines = [1, 2, 3]\ntext = 'ab'\npair = (1, 2)\n");
    for depth in 0..12 {
        text.push_str(&format!("{}for i{depth} in items:\n", "    ".repeat(depth)));
    }
    for statement in ["lines.extend(lines)", "lines += lines", "text = text + text", "pair = (pair, pair)"] {
        text.push_str(&format!("{}{statement}\n", "    ".repeat(12)));
    }
    text.push_str("print(lines, text, pair)\n");
    assert!(check(&text) > 0);
}

#[test]
fn dictionaries_that_grow_in_two_branches_are_bounded() {
    let mut text = String::from("names = {}\nfor key in keys:\n");
    for number in 0..400 {
        text.push_str(&format!(
            "    if key == {number}:\n        names[key] = {number}\n    else:\n        names[key + {number}] = key\n"
        ));
    }
    assert!(check(&text) > 0);
}

#[test]
fn a_list_in_itself_is_no_endless_list() {
    assert!(
        check("import numpy as np\na = []\na.append(a)\nb = {'a': a}\na.append(b)\nprint(np.array(a), np.array(b))\n")
            > 0
    );
}
