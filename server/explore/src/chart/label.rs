//! Texts in a drawing: how wide they are, and how they are cut or wrapped to fit.

use crate::markup;

/// Advance widths of DejaVu Sans from U+0020 to U+007E, in thousandths of the font's size.
const ADVANCES: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337,
    337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732,
    684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635,
    635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];
/// Other letters of the Latin, Greek and Cyrillic alphabets, on average.
const ADVANCE_LETTER: u16 = 680;
/// Everything else: as wide as high.
const ADVANCE_WIDE: u16 = 1_000;

/// The width of a text in pixels; fonts that a page may use instead are narrower.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let thousandths: u64 = text.chars().map(|c| u64::from(advance(c))).sum();
    thousandths as f64 / 1000.0 * size
}

fn advance(c: char) -> u16 {
    match c {
        ' '..='~' => ADVANCES[c as usize - 0x20],
        '\u{a0}'..='\u{52f}' => ADVANCE_LETTER,
        _ => ADVANCE_WIDE,
    }
}

/// The text, or as much of it as fits in `room` pixels, ending in `…`.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let chars = text.chars().count();
    (1..chars).rev().map(|n| markup::shorten(text, n)).find(|short| width(short, size) <= room).unwrap_or_else(|| "…".to_owned())
}

/// The text in lines of at most `room` pixels, broken at spaces, at most `lines_max` of them.
pub(super) fn wrap(text: &str, size: f64, room: f64, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let full = lines.len() == lines_max;
        match lines.last_mut() {
            // What is too much stays in the last line, which is cut below.
            Some(line) if full || width(line, size) + width(word, size) + width(" ", size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| fit(line, size, room)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_and_wrapped_to_the_room() {
        assert_eq!(width("ab", 10.0), 6.13 + 6.35);
        assert_eq!(fit("short", 12.0, 100.0), "short");
        let cut = fit("a label that is much too long", 12.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0) <= 100.0, "{cut}");
        assert_eq!(fit("WWWW", 12.0, 1.0), "…");
        let lines = wrap("one two three four five six seven", 12.0, 80.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| width(line, 12.0) <= 80.0), "{lines:?}");
    }
}
