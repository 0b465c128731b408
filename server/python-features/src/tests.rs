//! Each feature through a script, as an editor asks for it.

mod completion;
mod facts;
mod frames;
mod overview;
mod places;
mod track;

use mlwright_language_testkit::{cursor, telco as workspace};
use mlwright_python_flow::Script;

/// The script at `/w/script.py` with its cursor.
pub(super) fn script(marked: &str) -> (Script, u32) {
    let (text, offset) = cursor(marked);
    (Script::new("/w/script.py", text), offset)
}
