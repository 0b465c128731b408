use mlwright_language_testkit::Dice;

use super::*;

/// Pieces of text that open, close, continue and end things.
const PIECES: [&str; 34] = [
    "x = 1\n", "df[\"a\"", "f(", ")", "]", "\"\"\"", "'''", "\"", "'", "\n", "\n\n", "    ", "# note\n", "@cached\n",
    "def f(a, b):\n", "    return a\n", "%time ", "%%bash\n", "!ls\n", "x = !ls\n", "df?\n", "\\\n",
    "f\"{a[\"\"\"b\"\"\"]}\"", "{", "}", ",", ":", "=", ".", "é", "\r\n", "else:\n", "import os\n", "f'''{x",
];

fn whole(text: &str) -> Scan {
    let mut scan = Scan::default();
    scan.cell(text, TextRange::new(0, text.len() as u32));
    scan.ends_in = EndsIn::default();
    scan
}

/// Whatever is changed, what is found again is what is found anew.
#[test]
fn a_changed_text_is_found_as_a_new_one() {
    let mut dice = Dice::new(7);
    for _ in 0..200 {
        let mut scanned = Scanned::default();
        let mut text: String = (0..dice.below(60)).map(|_| PIECES[dice.below(PIECES.len())]).collect();
        for _ in 0..30 {
            let found = Scan { ends_in: EndsIn::default(), ..copy(scanned.scan(&text)) };
            assert_eq!(found, whole(&text), "of {text:?}");
            let cursor = place(&mut dice, &text);
            let mut before = Scan::default();
            let mut scanner = Scanner::new(&text[..cursor], 0, cursor, &mut before);
            scanner.is_before_cursor = true;
            scanner.run(Between::Start, |_, _| false);
            assert_eq!(scanned.before_cursor(&text[..cursor]), before.ends_in, "of {:?}", &text[..cursor]);
            let (from, to) = (place(&mut dice, &text), place(&mut dice, &text));
            let to = if dice.below(2) == 0 { from } else { to };
            let new = if dice.below(4) == 0 { "" } else { PIECES[dice.below(PIECES.len())] };
            text.replace_range(from.min(to)..from.max(to), new);
        }
    }
}

/// Only the statements around a change are gone over again.
#[test]
fn what_did_not_change_is_not_gone_over_again() {
    let text = "x = [1, 2]\n".repeat(1_000);
    let mut scanned = Scanned::default();
    scanned.scan(&text);
    let at = text.len() / 2;
    let changed = format!("{}, 3{}", &text[..at - 2], &text[at - 2..]);
    let old = copy(scanned.scan(&text));
    let n_held = old.n_held(at - 2);
    assert!((497..500).contains(&n_held), "{n_held}");
    let found = copy(scanned.scan(&changed));
    assert_eq!((found.lines.len(), &found), (1_000, &whole(&changed)));
}

fn copy(scan: &Scan) -> Scan {
    Scan { ends_in: scan.ends_in, ..scan.up_to(scan.lines.len(), usize::MAX) }
}

fn place(dice: &mut Dice, text: &str) -> usize {
    let mut at = dice.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
