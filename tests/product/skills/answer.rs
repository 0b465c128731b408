//! Whether an answer looks as a skill shows it.

/// Stands for any text.
const ANYTHING: char = '…';

/// Whether a line of the answer is as it is shown. Numbers are alike whatever they are.
pub fn shows(answer: &str, shown: &str) -> bool {
    let shown = masked(shown);
    let pieces: Vec<&str> = shown.split(ANYTHING).collect();
    answer.lines().any(|line| fits(&masked(line), &pieces))
}

/// Whether a line is these pieces with any text between them.
fn fits(line: &str, pieces: &[&str]) -> bool {
    let [first, middle @ .., last] = pieces else { return pieces.first().is_some_and(|only| line == *only) };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for piece in middle {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// A text with each number as `#`.
fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_ascii_digit() {
            masked.push(c);
            continue;
        }
        masked.push('#');
        while let Some(&next) = chars.peek() {
            let mut ahead = chars.clone();
            ahead.next();
            let is_inside =
                next.is_ascii_digit() || (".,".contains(next) && ahead.peek().is_some_and(char::is_ascii_digit));
            if !is_inside {
                break;
            }
            chars.next();
        }
    }
    masked
}

#[test]
fn numbers_differ_and_words_do_not() {
    let answer = "Best: tree, 0.8534 on 1,120 rows.\n| Contract | 7.5 ± 0.1 | all the rest |";
    for shown in
        ["Best: tree, 0.1 on 3 rows.", "| Contract | 1 ± 2 | …", "Best: …rows.", "…tree…on…", "… | 7 ± 1 | all…rest |"]
    {
        assert!(shows(answer, shown), "{shown}");
    }
    for shown in [
        "Best: forest, 0.1 on 3 rows.",
        "| Contract |",
        "…rows",
        "tree…",
        "…on…tree…",
        "Best: tree, 0.8534 on 1,120 rows",
    ] {
        assert!(!shows(answer, shown), "{shown}");
    }
    assert_eq!(masked("a1.5, 2, x3. 4e-05"), "a#, #, x#. #e-#");
}
