//! One change of a text, small enough to be remembered.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// At one place some text was taken out and other text put in. What was taken out is white space, or the
/// text after which the entry had to go, such as a comment that ends a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Splice {
    /// The place, in bytes.
    at: usize,
    removed: String,
    inserted: String,
}

impl Splice {
    /// What makes `after` of `before`.
    pub(crate) fn between(before: &str, after: &str) -> Self {
        let same = |(a, b): &(char, char)| a == b;
        let at: usize = before.chars().zip(after.chars()).take_while(same).map(|(a, _)| a.len_utf8()).sum();
        let (old, new) = (&before[at..], &after[at..]);
        let tail: usize = old.chars().rev().zip(new.chars().rev()).take_while(same).map(|(a, _)| a.len_utf8()).sum();
        Self { at, removed: old[..old.len() - tail].to_owned(), inserted: new[..new.len() - tail].to_owned() }
    }

    /// What was before; `None` for a text that this did not make.
    pub(crate) fn undone(&self, after: &str) -> Option<String> {
        let (head, rest) = (after.get(..self.at)?, after.get(self.at..)?);
        Some(format!("{head}{}{}", self.removed, rest.strip_prefix(&self.inserted)?))
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
pub(crate) fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_can_be_undone() {
        for (before, after) in [("", "a"), ("a", ""), ("ab", "aXb"), ("aa", "aaa"), ("é", "è"), ("{ }\r\n", "{\r\n  \"a\": 1\r\n}\r\n"), ("x", "x")] {
            let splice = Splice::between(before, after);
            assert_eq!(splice.undone(after).as_deref(), Some(before), "{splice:?}");
        }
        assert_eq!(Splice::between("ab", "aXb").undone("aYb"), None);
        assert_eq!(Splice::between("éb", "éXb").undone("e"), None);
    }
}
