//! How well columns are known in scripts that run: reports of unknown columns, of which each is wrong, and the mean reciprocal
//! rank of the right column where its name is blanked.
//!
//! `cargo run --release -p mlwright-language --example frames FOLDER [N]`: every `.py` below the folder, and of the places where a
//! column is named N at most (2000), evenly chosen.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mlwright_language::{Document, Language, SchemaSource, TextRange};
use mlwright_python_flow::analyse;
use mlwright_python_values::value::Value;

/// Scripts alone: no data is read.
struct Nothing;

impl SchemaSource for Nothing {}

/// A text in a script that is the name of a column which a frame has before it.
struct Place {
    script: usize,
    content: TextRange,
    name: Arc<str>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let n_places_max: usize = arguments.next().map_or(2000, |number| number.parse().expect("a number"));
    let mut scripts = Vec::new();
    read(&folder, &mut scripts);
    let mut n_reports = 0;
    let mut places = Vec::new();
    for (script, (path, text)) in scripts.iter().enumerate() {
        let short = path.strip_prefix(&folder).unwrap_or(path).display().to_string();
        let document = Document::new(path.to_string_lossy().into_owned(), Language::Python, text.as_str());
        for diagnostic in document.diagnostics(&Nothing).iter().filter(|diagnostic| diagnostic.code == "MLW301") {
            n_reports += 1;
            println!("report {short}:{}: {}", document.lines().line_of(diagnostic.range.start) + 1, diagnostic.message);
        }
        places.extend(places_in(script, path, text));
    }
    println!("scripts {}", scripts.len());
    println!("reports {n_reports}");
    println!("places {}", places.len());
    let step = places.len().div_ceil(n_places_max.max(1)).max(1);
    let mut ranks: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for place in places.iter().step_by(step) {
        let (path, text) = &scripts[place.script];
        let (start, end) = (place.content.start as usize, place.content.end as usize);
        let blanked = format!("{}{}", &text[..start], &text[end..]);
        let document = Document::new(path.to_string_lossy().into_owned(), Language::Python, blanked);
        let offers = document.complete(place.content.start, &Nothing);
        let rank = offers.iter().position(|offer| offer.label == place.name);
        let short = path.strip_prefix(&folder).unwrap_or(path);
        let origin =
            short.components().next().map(|first| first.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        ranks.entry(origin).or_default().push(rank.map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0)));
        if rank.is_none() {
            let line = document.lines().line_of(place.content.start);
            let source = document.text().lines().nth(line as usize).unwrap_or("").trim();
            println!("missing {}:{}: {} in {source}", short.display(), line + 1, place.name);
        }
    }
    let all: Vec<f64> = ranks.values().flatten().copied().collect();
    for (origin, ranks) in ranks.iter().map(|(origin, ranks)| (origin.as_str(), ranks)).chain([("all", &all)]) {
        let n_offered = ranks.iter().filter(|rank| **rank > 0.0).count();
        let mean = ranks.iter().sum::<f64>() / ranks.len().max(1) as f64;
        println!("rank {origin}: mean reciprocal rank {mean:.3}, offered at {n_offered} of {}", ranks.len());
    }
}

fn read(folder: &Path, scripts: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|all| all.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read(&path, scripts);
        } else if path.extension().is_some_and(|extension| extension == "py")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            scripts.push((path, text));
        }
    }
}

/// Literals that name a column which some frame further up has.
fn places_in(script: usize, path: &Path, text: &str) -> Vec<Place> {
    let analysis = analyse(&path.to_string_lossy(), text, &Nothing);
    // Where each name is first a column.
    let mut first: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    for seen in analysis.flow.seen.iter().flatten() {
        let Some(data) = seen.data().filter(|data| !data.columns.open) else { continue };
        for column in data.columns.list.iter().filter(|column| column.name.len() > 1) {
            let end = first.entry(column.name.clone()).or_insert(seen.range.end);
            *end = (*end).min(seen.range.end);
        }
    }
    let mut makes: Vec<TextRange> =
        analysis.flow.uses.iter().filter(|used| used.makes).map(|used| used.range).collect();
    for seen in analysis.flow.seen.iter().flatten() {
        makes
            .extend(seen.data().into_iter().flat_map(|data| data.columns.list.iter()).filter_map(|column| column.made));
        // What a frame is written down with names no column of another.
        let call = seen.range.of(text);
        if ["DataFrame(", "LazyFrame(", "Series("]
            .iter()
            .any(|name| call.split_once(name).is_some_and(|(before, _)| is_module(before)))
            && call.ends_with(')')
        {
            makes.push(seen.range);
        }
    }
    let mut places: Vec<Place> = analysis
        .flow
        .seen
        .iter()
        .flatten()
        .filter_map(|seen| {
            let Value::Str(literal) = &seen.value else { return None };
            let (name, _) = literal.value.clone().zip(literal.origin)?;
            let content = TextRange::new(seen.range.start + 1, seen.range.end.checked_sub(1)?);
            let is_plain = content.start <= content.end && content.of(text) == &*name;
            let is_known = first.get(&name).is_some_and(|end| *end <= seen.range.start);
            (is_plain && is_known && !makes.iter().any(|made| *made == content || written_down(*made, content, text)))
                .then_some(Place { script, content, name })
        })
        .collect();
    places.sort_by_key(|place| place.content);
    places.dedup_by_key(|place| place.content);
    places
}

/// Whether a text before a call is nothing, or the name of a module.
fn is_module(before: &str) -> bool {
    matches!(before, "" | "pd." | "pl." | "pandas." | "polars.")
}

/// Whether `content` lies in the arguments of the call at `made`.
fn written_down(made: TextRange, content: TextRange, text: &str) -> bool {
    if made.start > content.start || made.end < content.end || made.len() <= content.len() + 2 {
        return false;
    }
    // The parenthesis of the call must be the one at its end: methods of what it makes are not in it.
    let call = made.of(text);
    let mut depth = 0_usize;
    for (at, character) in call.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1 == call.len();
                }
            }
            _ => {}
        }
    }
    false
}
