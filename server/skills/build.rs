//! Embeds the skills: writes a Rust file that includes every file of `skills/`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/front_matter.rs"]
mod front_matter;

const ENTRY: &str = "SKILL.md";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../skills").canonicalize()?;
    println!("cargo:rerun-if-changed=src/front_matter.rs");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut code = String::from("static SKILLS: &[Skill] = &[\n");
    for folder in entries(&root)? {
        if folder.is_dir() {
            skill(&folder, &mut code).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("skills.rs"), code)?;
    Ok(())
}

/// Writes the code of one skill.
fn skill(folder: &Path, code: &mut String) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let relative = |path: &Path| -> Result<String, Box<dyn Error>> {
        let parts = path.strip_prefix(folder)?.iter().map(|part| part.to_str().ok_or("a file's name is not UTF-8"));
        Ok(parts.collect::<Result<Vec<_>, _>>()?.join("/"))
    };
    let mut named = files.iter().map(|file| Ok((relative(file)?, file))).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    named.sort_by_key(|(name, _)| (name != ENTRY, name.clone()));
    if named.first().is_none_or(|(name, _)| name != ENTRY) {
        return Err(format!("there is no {ENTRY}").into());
    }
    let matter = front_matter::parse(&fs::read_to_string(folder.join(ENTRY))?)?;
    writeln!(code, "    Skill {{ name: {:?}, description: {:?}, files: &[", matter.name, matter.description)?;
    for (name, file) in named {
        println!("cargo:rerun-if-changed={}", file.display());
        let file = file.to_str().ok_or("a file's path is not UTF-8")?;
        writeln!(code, "        File {{ path: {name:?}, text: include_str!({file:?}) }},")?;
    }
    code.push_str("    ] },\n");
    Ok(())
}

/// The files below a folder. Hidden ones are none of a skill's.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    // A file that comes or goes changes its folder.
    println!("cargo:rerun-if-changed={}", folder.display());
    for path in entries(folder)? {
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// What is in a folder, by name, without what is hidden.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    paths.sort();
    Ok(paths)
}
