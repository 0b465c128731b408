//! Where the time of a script goes: `cargo run --release -p mlwright-language --example timing FILE`.

#![allow(clippy::print_stdout)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use mlwright_language::{Document, Dtype, Language, SchemaSource, Table, TableColumn};
use mlwright_python_flow::walk;
use mlwright_python_syntax::lower::Parser;

/// Knows the columns of CSV files by their first line; a script's are looked for beside it.
#[derive(Default)]
struct Files {
    known: Mutex<HashMap<String, Option<Arc<Table>>>>,
}

impl SchemaSource for Files {
    fn file(&self, path: &str) -> Option<Arc<Table>> {
        let mut known = self.known.lock().ok()?;
        known.entry(path.to_owned()).or_insert_with(|| read(path)).clone()
    }
}

fn read(path: &str) -> Option<Arc<Table>> {
    let text = std::fs::read_to_string(path).ok()?;
    let column =
        |name: &str| TableColumn { name: name.into(), dtype: Dtype::Unknown, missing_share: None, example: None };
    let columns = text.lines().next()?.split(',').map(column).collect();
    Some(Arc::new(Table { name: path.into(), path: Some(path.into()), columns, n_rows: None }))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a file")?;
    let text = std::fs::read_to_string(&path)?;
    let source = Files::default();
    let mut parser = Parser::default();
    for turn in 0..5 {
        let started = Instant::now();
        let module = parser.parse(&text);
        let parsed = started.elapsed();
        let started = Instant::now();
        let flow = walk(&module, &text, path.as_str(), &source);
        let walked = started.elapsed();
        let document = Document::new(path.as_str(), Language::Python, text.as_str());
        document.analysis(&source);
        let started = Instant::now();
        let n_found = document.diagnostics(&source).len();
        println!(
            "{turn}: parse {parsed:?}, walk {walked:?} ({} expressions, {} events), rules {:?} ({n_found} found)",
            module.n_exprs,
            flow.events.len(),
            started.elapsed()
        );
    }
    // A column being typed at one place after the other, each time in a text that was just changed there.
    let mut document = Document::new(path.as_str(), Language::Python, text.as_str());
    document.diagnostics(&source);
    let mut times = Vec::new();
    for (at, _) in text.match_indices("[\"").step_by(1 + text.matches("[\"").count() / 200) {
        let end = text[at + 2..].find('"').map_or(text.len(), |length| at + 2 + length);
        let typed = format!("{}{}", &text[..at + 2], &text[end..]);
        let started = Instant::now();
        document = Document::new(path.as_str(), Language::Python, typed).after(&document);
        document.complete(at as u32 + 2, &source);
        times.push(started.elapsed());
    }
    times.sort();
    if let Some(longest) = times.last() {
        let share = |share: usize| times[times.len() * share / 100];
        println!("{} completions: p50 {:?}, p95 {:?}, longest {longest:?}", times.len(), share(50), share(95));
    }
    Ok(())
}
