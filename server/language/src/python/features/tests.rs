//! Each feature through the document, as an editor asks for it.

mod completion;
mod facts;
mod frames;
mod overview;
mod places;
mod prefixes;
mod speed;
mod track;

use mlwright_language_testkit::{cursor, telco as workspace};

use crate::document::{Document, Language};

/// The script at `/w/script.py` with its cursor.
pub(super) fn script(marked: &str) -> (Document, u32) {
    let (text, offset) = cursor(marked);
    (Document::new("/w/script.py", Language::Python, text), offset)
}
