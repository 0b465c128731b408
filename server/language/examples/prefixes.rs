//! Every prefix of scripts, as if each were being typed: diagnostics of it, completion and hover at its end. Nothing may panic or hang.
//!
//! `cargo run --release -p mlwright-language --example prefixes FOLDER [STEP]`: `STEP` is the number of characters between prefixes (1).

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mlwright_language::{Document, Language, SchemaSource};

struct Nothing;

impl SchemaSource for Nothing {}

/// Files of one run at most.
const N_FILES_MAX: usize = 200;

fn scripts(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            scripts(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push(path);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    let step: usize = std::env::args().nth(2).map_or(Ok(1), |step| step.parse())?;
    let mut paths = Vec::new();
    scripts(&folder, &mut paths)?;
    // Spread over all of them.
    let every = paths.len().div_ceil(N_FILES_MAX).max(1);
    let (mut n_prefixes, mut longest) = (0_usize, (Duration::ZERO, PathBuf::new(), 0));
    let chosen: Vec<&PathBuf> = paths.iter().step_by(every).collect();
    for path in &chosen {
        let text = String::from_utf8_lossy(&std::fs::read(path)?).into_owned();
        let mut before = Document::new("/w/a.py", Language::Python, "");
        for (offset, _) in text.char_indices().step_by(step.max(1)) {
            let started = Instant::now();
            let document = Document::new("/w/a.py", Language::Python, &text[..offset]).after(&before);
            document.diagnostics(&Nothing);
            document.complete(offset as u32, &Nothing);
            document.hover(offset as u32, &Nothing);
            let elapsed = started.elapsed();
            if elapsed > longest.0 {
                longest = (elapsed, (*path).clone(), offset);
            }
            n_prefixes += 1;
            before = document;
        }
    }
    println!(
        "{} files, {n_prefixes} prefixes; the longest took {:?} ({} at {})",
        chosen.len(),
        longest.0,
        longest.1.display(),
        longest.2
    );
    Ok(())
}
