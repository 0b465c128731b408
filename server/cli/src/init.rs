//! `mlwright init`: a commented settings file.

use std::io;
use std::path::Path;

use mlwright_base::system::files;
use mlwright_base::{ErrorCode, Problem};
use mlwright_engine::settings::{COMMENTED, FILE_NAME};

use crate::exit::Exit;
use crate::output;
use crate::run::Setting;

/// Writes the file, or prints it.
///
/// # Errors
/// [`ErrorCode::Conflict`] when there is one, [`ErrorCode::Storage`] when it cannot be written.
pub(crate) fn run(setting: &Setting, print: bool) -> Result<Exit, Problem> {
    if print {
        return Ok(output::result(COMMENTED));
    }
    let path = setting.new_workspace()?.join(FILE_NAME);
    write(&path)?;
    let shown = path.to_string_lossy();
    if setting.json {
        return Ok(output::json(&serde_json::json!({ "path": shown })));
    }
    Ok(output::result(&format!("wrote {shown}; every key in it is optional")))
}

fn write(path: &Path) -> Result<(), Problem> {
    files::write_new(path, COMMENTED.as_bytes()).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Problem::new(ErrorCode::Conflict, format!("{} is there already and stays as it is", path.display()))
                .hint("`mlwright init --print` prints every key with its default")
        }
        io::ErrorKind::NotFound => {
            Problem::new(ErrorCode::NotFound, format!("the folder of {} does not exist", path.display()))
                .hint("make the folder, or name another with --workspace")
        }
        _ => Problem::new(ErrorCode::Storage, format!("cannot write {}: {error}", path.display())),
    })
}

#[cfg(test)]
mod tests {
    use mlwright_engine::settings::Settings;

    use super::*;

    #[test]
    fn the_file_is_written_once_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        write(&path).unwrap();
        assert_eq!(Settings::load(folder.path()).unwrap(), Settings::default());
        files::write_atomic(&path, b"roots = [\"/data\"]\n").unwrap();
        assert_eq!(write(&path).unwrap_err().code, ErrorCode::Conflict);
        assert_eq!(files::read(&path).unwrap(), b"roots = [\"/data\"]\n");
        assert_eq!(write(&folder.path().join("missing").join(FILE_NAME)).unwrap_err().code, ErrorCode::NotFound);
    }
}
