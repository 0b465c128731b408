//! Where the time of a script goes: `cargo run --release -p mlwright-language --example timing FILE`.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use mlwright_language::{Document, Language, SchemaSource, python};

struct Nothing;

impl SchemaSource for Nothing {}

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
