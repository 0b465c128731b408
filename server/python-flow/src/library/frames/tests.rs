//! What columns frames have after a script.

mod pandas;
mod polars;

use mlwright_language_testkit::{ROOT, sales};
use mlwright_python_values::Flow;
use mlwright_python_values::event::EventKind;
use mlwright_python_values::info::InfoKind;
use mlwright_python_values::value::Data;
use mlwright_source_text::Dtype;

use crate::analyse;

/// `name: dtype`, without a type that is not known, with `?` where it may be missing and `…` where there may be more.
fn shown(data: &Data) -> String {
    let mut parts: Vec<String> = data
        .columns
        .list
        .iter()
        .map(|column| {
            let doubt = if column.certain { "" } else { "?" };
            let dtype =
                if column.dtype == Dtype::Unknown { String::new() } else { format!(": {}", column.dtype.name()) };
            format!("{}{doubt}{dtype}", column.name)
        })
        .collect();
    if data.columns.open {
        parts.push("…".to_owned());
    }
    parts.join(", ")
}

fn walked(script: &str) -> Flow {
    analyse(&format!("{ROOT}/script.py"), script, &sales()).flow
}

/// Walks a script over the workspace and states what columns `expression` has at its end.
#[track_caller]
fn check(script: &str, expression: &str, expected: &str) {
    let script =
        format!("import pandas as pd\nimport polars as pl\nimport polars.selectors as cs\n{script}\n{expression}");
    let flow = walked(&script);
    let end = script.len() as u32;
    let start = end - expression.len() as u32;
    let seen = flow
        .seen
        .iter()
        .flatten()
        .find(|seen| seen.range.start == start && seen.range.end == end)
        .expect("the expression was walked");
    let found = seen.data().map_or_else(|| format!("no data: {:?}", seen.value), |data| shown(data));
    assert_eq!(found, expected, "\n{script}");
}

/// States what knowledge the columns of `df` carry at the end: column, what learned it, and its kind.
#[track_caller]
fn check_infos(script: &str, expected: &[(&str, &str, InfoKind)]) {
    let script = format!("import pandas as pd\nimport polars as pl\n{script}\ndf");
    let flow = walked(&script);
    let end = script.len() as u32;
    let seen =
        flow.seen.iter().flatten().find(|seen| seen.range.start == end - 2 && seen.range.end == end).expect("walked");
    let data = seen.data().expect("a frame");
    let mut found = Vec::new();
    for column in data.columns.list.iter() {
        for id in column.infos.iter() {
            let info = flow.info(id);
            found.push((column.name.to_string(), info.what.to_string(), info.kind));
        }
    }
    let expected: Vec<_> =
        expected.iter().map(|(column, what, kind)| ((*column).to_owned(), (*what).to_owned(), *kind)).collect();
    assert_eq!(found, expected, "\n{script}");
}

/// What a script does that a rule may want to know: coercions and uses of later rows.
fn noted(script: &str) -> Vec<String> {
    let script = format!("import pandas as pd\nimport polars as pl\n{script}\n");
    let noted = walked(&script).events.into_iter().filter_map(|event| match event.kind {
        EventKind::Coercion { what } => Some(format!("coercion {what}")),
        EventKind::Future { what, column } => Some(format!("future {what} of {}", column.as_deref().unwrap_or("?"))),
        EventKind::Resample { what, .. } => Some(format!("resample {what}")),
        EventKind::Sample { has_seed, .. } => Some(format!("sample, seed {has_seed}")),
        _ => None,
    });
    noted.collect()
}
