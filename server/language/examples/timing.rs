//! Where the time of a script goes: `cargo run --release -p mlwright-language --example timing FILE`.

#![allow(clippy::print_stdout)]

use std::sync::Arc;
use std::time::Instant;

use mlwright_language::{ColumnSummary, Document, Entry, Language, NameKind, SchemaSource, Table, python};

struct Nothing;

impl SchemaSource for Nothing {
    fn file(&self, _path: &str) -> Option<Arc<Table>> {
        None
    }
    fn table(&self, _name: &str) -> Option<Arc<Table>> {
        None
    }
    fn tables(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn entries(&self, _path: &str) -> Vec<Entry> {
        Vec::new()
    }
    fn names(&self, _kind: NameKind) -> Vec<Arc<str>> {
        Vec::new()
    }
    fn column_summary(&self, _table: &Table, _column: &str) -> Option<Arc<ColumnSummary>> {
        None
    }
    fn text(&self, _path: &str) -> Option<Arc<str>> {
        None
    }
    fn roots(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(std::env::args().nth(1).ok_or("name a file")?)?;
    let mut parser = python::lower::Parser::default();
    for turn in 0..5 {
        let started = Instant::now();
        let module = parser.parse(&text);
        let parsed = started.elapsed();
        let started = Instant::now();
        let flow = python::flow::walk(&module, &text, "/w/a.py", &Nothing);
        let walked = started.elapsed();
        let document = Document::new("/w/a.py", Language::Python, text.as_str());
        document.analysis(&Nothing);
        let started = Instant::now();
        let n_found = document.diagnostics(&Nothing).len();
        println!(
            "{turn}: parse {parsed:?}, walk {walked:?} ({} expressions, {} events), rules {:?} ({n_found} found)",
            module.n_exprs,
            flow.events.len(),
            started.elapsed()
        );
    }
    // A column being typed in the middle.
    let middle = text.len() / 2 + text[text.len() / 2..].find("[\"").map_or(0, |at| at + 2);
    let document = Document::new("/w/a.py", Language::Python, text.as_str());
    document.diagnostics(&Nothing);
    for _ in 0..3 {
        let started = Instant::now();
        let n_offers = document.complete(middle as u32, &Nothing).len();
        println!("completion {:?} ({n_offers} offers)", started.elapsed());
    }
    Ok(())
}
