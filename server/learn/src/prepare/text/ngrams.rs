//! Words and word sequences of a text as 64-bit numbers, without a copy of any word.
//!
//! A word is a run of two or more letters, digits or underscores, in lower case, as for scikit-learn's
//! `TfidfVectorizer`; a sequence is its words with one blank between them, and its number is the FNV-1a
//! hash (Fowler, Noll and Vo) of that text. Among a million sequences, two with the same number are a
//! matter of one in thirty million.

use std::borrow::Cow;

/// The longest word sequence.
pub(super) const NGRAMS_MAX: usize = 3;

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

fn feed(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
}

/// The number of a word sequence that is written in lower case with single blanks.
pub(super) fn number_of(sequence: &str) -> u64 {
    sequence.bytes().fold(FNV_START, feed)
}

/// The running hashes of the sequences that end in the word being read.
struct Sequences {
    n_max: usize,
    /// Of the sequences of 1, 2, … words that end in the word before.
    before: [u64; NGRAMS_MAX],
    n_before: usize,
    current: [u64; NGRAMS_MAX],
    /// Characters of the current word.
    n_characters: usize,
}

impl Sequences {
    fn new(n_max: usize) -> Self {
        let zeros = [0; NGRAMS_MAX];
        let mut sequences =
            Self { n_max: n_max.clamp(1, NGRAMS_MAX), before: zeros, n_before: 0, current: zeros, n_characters: 0 };
        sequences.start();
        sequences
    }

    fn n_current(&self) -> usize {
        self.n_max.min(self.n_before + 1)
    }

    fn start(&mut self) {
        self.n_characters = 0;
        self.current[0] = FNV_START;
        for k in 1..self.n_current() {
            self.current[k] = feed(self.before[k - 1], b' ');
        }
    }

    fn push(&mut self, byte: u8) {
        let n = self.n_current();
        for hash in &mut self.current[..n] {
            *hash = feed(*hash, byte);
        }
    }

    fn end(&mut self, each: &mut impl FnMut(u64)) {
        if self.n_characters >= 2 {
            let n = self.n_current();
            self.current[..n].iter().for_each(|hash| each(*hash));
            self.before = self.current;
            self.n_before = n;
        }
        if self.n_characters > 0 {
            self.start();
        }
    }
}

/// Calls `each` with the number of every sequence of at most `n_max` words, in the order of their last
/// words. Does not allocate (but for texts with a Greek capital sigma, whose lower case depends on its place).
pub(super) fn for_each(text: &str, n_max: usize, mut each: impl FnMut(u64)) {
    let mut sequences = Sequences::new(n_max);
    if text.is_ascii() {
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || byte == b'_' {
                sequences.push(byte.to_ascii_lowercase());
                sequences.n_characters += 1;
            } else {
                sequences.end(&mut each);
            }
        }
    } else {
        let text = if text.contains('Σ') { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) };
        let mut bytes = [0; 4];
        for c in text.chars().flat_map(char::to_lowercase) {
            if c.is_alphanumeric() || c == '_' {
                c.encode_utf8(&mut bytes).bytes().for_each(|byte| sequences.push(byte));
                sequences.n_characters += 1;
            } else {
                sequences.end(&mut each);
            }
        }
    }
    sequences.end(&mut each);
}

/// As [`for_each`], with the sequences written out: for the few that get a name.
pub(super) fn for_each_written(text: &str, n_max: usize, mut each: impl FnMut(u64, &str)) {
    let lower = text.to_lowercase();
    let is_long = |word: &&str| word.chars().nth(1).is_some();
    let words: Vec<&str> = lower.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(is_long).collect();
    for end in 1..=words.len() {
        for length in 1..=n_max.min(end) {
            let sequence = words[end - length..end].join(" ");
            each(number_of(&sequence), &sequence);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_written_sequences() {
        for text in [
            "",
            "a",
            "Broken screen, a SCREEN black_1",
            "Ünïcode – GRÜSSE ﬁn ΟΔΟΣ ΟΔΟΣ İstanbul x yz",
            "日本 語 tokyo 東京",
        ] {
            for n_max in 1..=3 {
                let mut numbers = Vec::new();
                for_each(text, n_max, |number| numbers.push(number));
                let mut written = Vec::new();
                for_each_written(text, n_max, |number, sequence| {
                    assert_eq!(number, number_of(sequence));
                    written.push(number);
                });
                assert_eq!(numbers, written, "{text:?} {n_max}");
            }
        }
        let mut sequences = Vec::new();
        for_each_written("To be, or NOT a tee", 2, |_, sequence| sequences.push(sequence.to_owned()));
        assert_eq!(sequences, ["to", "be", "to be", "or", "be or", "not", "or not", "tee", "not tee"]);
    }
}
