//! Whether the first row of a text file holds the column names, and what the columns are called.

use std::collections::{BTreeMap, HashSet};

mod evidence;

/// Changed names that a note lists.
const NAMES_SHOWN_MAX: usize = 5;

/// What a column is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnName {
    pub(crate) name: String,
    /// The name in the file, when it was changed or invented.
    pub(crate) in_file: Option<String>,
}

/// The columns of a text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) header: bool,
    pub(crate) names: Vec<ColumnName>,
    pub(crate) notes: Vec<String>,
}

/// Lays out the columns by the first rows of a file (cells as text, the first row included).
pub(crate) fn lay_out(rows: &[Vec<String>], header: Option<bool>) -> Layout {
    let mut notes = Vec::new();
    let header = header.unwrap_or_else(|| {
        let (found, reason) = evidence::has_header(rows);
        notes.push(reason);
        found
    });
    let raw = if header { header_names(rows, &mut notes) } else { vec![String::new(); usual_width(rows)] };
    let names = unique_names(&raw);
    if header {
        let changed: Vec<String> = names
            .iter()
            .filter_map(|column| column.in_file.as_ref().map(|old| format!("{old:?} is {:?}", column.name)))
            .collect();
        if !changed.is_empty() {
            let more = changed.len().saturating_sub(NAMES_SHOWN_MAX);
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            notes.push(format!(
                "column names that are blank, repeated or broken over lines were changed: {}{tail}",
                changed[..changed.len().min(NAMES_SHOWN_MAX)].join(", ")
            ));
        }
    }
    Layout { header, names, notes }
}

fn header_names(rows: &[Vec<String>], notes: &mut Vec<String>) -> Vec<String> {
    let Some(first) = rows.first() else { return Vec::new() };
    let mut raw: Vec<String> = first.iter().map(|name| tidy(name)).collect();
    let body = &rows[1..];
    let width = if body.is_empty() { raw.len() } else { usual_width(body) };
    let blank_last = |width: usize| {
        body.iter().filter(|row| row.len() == width).all(|row| row.last().is_none_or(|cell| cell.trim().is_empty()))
    };
    if width == raw.len() + 1 {
        if blank_last(width) {
            notes.push("every row ends with a delimiter".to_owned());
        } else {
            notes.push(
                "the header has one name less than the rows have cells: the first column holds row names".to_owned(),
            );
            raw.insert(0, String::new());
        }
    } else if width > raw.len() {
        raw.resize(width, String::new());
    }
    while raw.len() > 1 && raw.last().is_some_and(String::is_empty) && !body.is_empty() {
        let at = raw.len() - 1;
        if body.iter().any(|row| row.get(at).is_some_and(|cell| !cell.trim().is_empty())) {
            break;
        }
        raw.pop();
    }
    raw
}

/// A name without blanks around it and without line breaks.
fn tidy(name: &str) -> String {
    let clean: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Makes blank and repeated names unique: `column_3`, `name_2`.
pub(crate) fn unique_names(raw: &[String]) -> Vec<ColumnName> {
    let taken: HashSet<&str> = raw.iter().map(String::as_str).collect();
    let mut used: HashSet<String> = HashSet::new();
    raw.iter()
        .enumerate()
        .map(|(index, original)| {
            if !original.is_empty() && used.insert(original.clone()) {
                return ColumnName { name: original.clone(), in_file: None };
            }
            let (stem, first) = match original.as_str() {
                "" => ("column", index + 1),
                name => (name, 2),
            };
            let name = (first..)
                .map(|number| format!("{stem}_{number}"))
                .find(|name| !taken.contains(name.as_str()) && !used.contains(name))
                .expect("numbers do not run out");
            used.insert(name.clone());
            ColumnName { name, in_file: Some(original.clone()) }
        })
        .collect()
}

fn usual_width(rows: &[Vec<String>]) -> usize {
    let mut counts = BTreeMap::<usize, usize>::new();
    for row in rows {
        *counts.entry(row.len()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(0, |(width, _)| width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, header: bool, names: &[&str]) {
        let rows: Vec<Vec<String>> = text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        let layout = lay_out(&rows, None);
        let found: Vec<&str> = layout.names.iter().map(|column| column.name.as_str()).collect();
        assert_eq!((layout.header, found.as_slice()), (header, names), "{text:?}: {:?}", layout.notes);
    }

    #[test]
    fn headers_are_told_from_values() {
        check("a,b\n1,2\n", true, &["a", "b"]);
        check("1,2\n3,4\n", false, &["column_1", "column_2"]);
        check("39,Private\n50,Self\n38,Private\n", false, &["column_1", "column_2"]);
        check("product,score\nx,great\ny,other\n", true, &["product", "score"]);
        check("ham,hello there\nspam,win\nham,ok\n", false, &["column_1", "column_2"]);
        check("country,2001,2002\nA,1.5,2.5\nB,3.5,4.5\n", true, &["country", "2001", "2002"]);
        check("a,b,c\n", true, &["a", "b", "c"]);
        check("1,2,3\n", false, &["column_1", "column_2", "column_3"]);
        check("when,what\n2024-01-01,x\n2024-01-02,y\n", true, &["when", "what"]);
    }

    #[test]
    fn names_may_be_dates_or_numbers() {
        check(
            "RegionID,RegionName,2000-01-31,2000-02-29\n1,US,1.5,\n2,NY,2.5,3.5\n",
            true,
            &["RegionID", "RegionName", "2000-01-31", "2000-02-29"],
        );
        check("0,1,2,target\n5.1,3.5,1.4,0\n4.9,3.0,1.4,1\n", true, &["0", "1", "2", "target"]);
        check("1,2,3\n0,5,7\n0,6,8\n", true, &["1", "2", "3"]);
        check(",0\n0,5.1\n1,4.9\n", true, &["column_1", "0"]);
        check("id,2000-01-31,2000-02-29\n", true, &["id", "2000-01-31", "2000-02-29"]);
        // The rows count on, so the first is one of them.
        check("1,2,3\n4,5,6\n7,8,9\n", false, &["column_1", "column_2", "column_3"]);
        check("0,Private\n1,Self\n2,Private\n", false, &["column_1", "column_2"]);
        check("2024-01-01,5\n2024-01-02,6\n", false, &["column_1", "column_2"]);
        check(
            "3,?,alfa,13495\n1,?,alfa,16500\n2,164,audi,13950\n",
            false,
            &["column_1", "column_2", "column_3", "column_4"],
        );
    }

    #[test]
    fn an_index_may_have_no_name() {
        check(",text,label\n0,hello there,ham\n1,win now,spam\n", true, &["column_1", "text", "label"]);
        check(",a,b\n0,1,2\n1,3,4\n", true, &["column_1", "a", "b"]);
    }

    #[test]
    fn names_are_made_unique() {
        check("x,x,,x_2\n1,2,3,4\n", true, &["x", "x_3", "column_3", "x_2"]);
        let column = &unique_names(&["x".to_owned(), "x".to_owned()])[1];
        assert_eq!(column.in_file.as_deref(), Some("x"));
    }

    #[test]
    fn a_header_of_another_length_is_fitted() {
        check("b,c\nr1,1,2\nr2,3,4\n", true, &["column_1", "b", "c"]);
        check("a,b\n1,2,\n3,4,\n", true, &["a", "b"]);
        check("a,b,\n1,2,\n3,4,\n", true, &["a", "b"]);
        check("a,b,c\n1,2\n3,4\n", true, &["a", "b", "c"]);
    }
}
