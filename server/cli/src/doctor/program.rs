//! This program, and what the name leads to.

use mlwright_base::system::{environment, process};

use super::finding::Finding;
use crate::install::is_same;

const AREA: &str = "program";

pub(super) fn look() -> Vec<Finding> {
    let version = env!("CARGO_PKG_VERSION");
    let (system, processor) = environment::platform();
    let own = match process::current_program() {
        Ok(own) => own,
        Err(error) => {
            return vec![Finding::broken(
                AREA,
                format!("cannot find this program: {error}"),
                "install it anew: `make install`",
            )];
        }
    };
    let this = Finding::ok(AREA, format!("mlwright {version} for {system} on {processor}: {}", own.display()));
    let on_path = match process::find_program("mlwright") {
        Some(path) if is_same(&path, &own) => Finding::ok(AREA, "`mlwright` on PATH is this program"),
        Some(path) => Finding::warn(
            AREA,
            format!("`mlwright` on PATH is another program: {}", path.display()),
            "put this program's folder before that one's on PATH, or remove the other",
        ),
        None => Finding::warn(
            AREA,
            "`mlwright` is not on PATH, so that entries shared in a project would not find it",
            "`make install`, or add this program's folder to PATH",
        ),
    };
    vec![this, on_path]
}
