//! Texts that were changed since they were read, read again with what is known of them.

use std::sync::Arc;

use mlwright_language_testkit::Dice;
use mlwright_source_text::TextRange;

use super::Parser;
use super::robustness::SNIPPETS;

fn place(dice: &mut Dice, text: &str) -> usize {
    let mut at = dice.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whatever is changed, what is read again is what is read anew, of the whole text and of parts; and trees that were read before
/// stay as they were, although later ones share statements with them.
#[test]
fn a_changed_text_is_read_as_a_new_one() {
    let mut dice = Dice::new(11);
    for _ in 0..25 {
        let mut parser = Parser::new();
        let mut text: String =
            (0..1 + dice.below(8)).map(|_| format!("{}\n", SNIPPETS[dice.below(SNIPPETS.len())])).collect();
        let mut earlier = Vec::new();
        for _ in 0..20 {
            let cells = [TextRange::new(0, text.len() as u32)];
            // Parts are read between whole texts, as completion does between two rounds of diagnostics.
            let part = (dice.below(3) == 0).then(|| place(&mut dice, &text) as u32);
            let module = parser.parse_for(&text, &cells, part);
            let shown = format!("{module:?}");
            assert_eq!(shown, format!("{:?}", Parser::new().parse_for(&text, &cells, part)), "{part:?} of {text:?}");
            earlier.push((module, shown));
            let (from, to) = (place(&mut dice, &text), place(&mut dice, &text));
            let (from, to) = if dice.below(3) == 0 { (from.min(to), from.max(to)) } else { (from, from) };
            let new = match dice.below(4) {
                0 => "",
                1 => "x",
                2 => "\n",
                _ => SNIPPETS[dice.below(SNIPPETS.len())],
            };
            text.replace_range(from..to, new);
        }
        for (module, shown) in &earlier {
            assert_eq!(format!("{module:?}"), *shown);
        }
    }
}

/// Statements before a change are the same in memory, and those after it once the text has been read where they are now.
#[test]
fn statements_that_stay_are_shared() {
    let text = "a = [1]\n\ndef f(x):\n    return x\n\nb = f(2)\n";
    let mut parser = Parser::new();
    let before = parser.parse(text);
    let changed = parser.parse(&text.replace("x):", "xy):"));
    let again = parser.parse(&text.replace("x):", "xz):"));
    let is_shared = |index: usize, one: &super::Module, other: &super::Module| {
        Arc::ptr_eq(&one.body[index].kind, &other.body[index].kind)
    };
    assert!(is_shared(0, &before, &changed) && !is_shared(2, &before, &changed));
    assert!(is_shared(0, &changed, &again) && !is_shared(1, &changed, &again) && is_shared(2, &changed, &again));
}
