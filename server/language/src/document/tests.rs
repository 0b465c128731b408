//! Scripts through the document, as an editor asks for everything at once.

mod prefixes;
mod speed;

use mlwright_language_testkit::{cursor, telco as workspace};

use super::{Document, Language};

/// The script at `/w/script.py` with its cursor.
fn script(marked: &str) -> (Document, u32) {
    let (text, offset) = cursor(marked);
    (Document::new("/w/script.py", Language::Python, text), offset)
}
