use super::*;

const NBFORMAT_4: &str = r##"{
 "cells": [
  {
   "cell_type": "markdown",
   "source": ["# a"]
  },
  {
   "cell_type": "code",
   "execution_count": 2,
   "outputs": [{"data": {"source": ["no"], "text/plain": "[{\"}"}, "deep": [[[1]], {"a": {}}]}],
   "source": [
    "x = 1\n",
    "y = \"é\""
   ]
  },
  {"source": "z = x\n", "cell_type": "code", "execution_count": 1},
  {"source": [], "cell_type": "code"}
 ],
 "metadata": {"kernelspec": {"language": "python"}, "language_info": {"name": "python"}},
 "nbformat": 4, "nbformat_minor": 5
}
"##;

const NBFORMAT_3: &str = r#"{"metadata": {"name": ""}, "nbformat": 3, "worksheets": [{"cells": [
 {"cell_type": "heading", "source": "h"},
 {"cell_type": "code", "collapsed": false, "input": ["a = 1\n", "b"], "language": "python", "outputs": []}]}]}"#;

fn edit(start: u32, end: u32, text: &str) -> TextEdit {
    TextEdit { range: TextRange::new(start, end), text: text.into() }
}

/// `old` in `json` becomes `new`, and nothing else changes.
#[track_caller]
fn check_edit(json: &str, edits: &[TextEdit], old: &str, new: &str) {
    assert_eq!(json.matches(old).count(), 1);
    assert_eq!(apply_to_ipynb(json, edits).expect("the edits apply"), json.replace(old, new));
}

#[test]
fn code_cells_are_joined_in_the_order_of_the_file() {
    let notebook = Notebook::from_ipynb(NBFORMAT_4).expect("a notebook");
    assert_eq!(&**notebook.text(), "x = 1\ny = \"é\"\nz = x\n\n\n");
    let indices: Vec<usize> = notebook.cells().iter().map(|cell| cell.index).collect();
    assert_eq!(indices, [1, 2, 3]);
    let notebook = Notebook::from_ipynb(NBFORMAT_3).expect("a notebook");
    assert_eq!(&**notebook.text(), "a = 1\nb\n");
}

#[test]
fn offsets_and_places_in_cells_are_inverse() {
    let notebook = Notebook::from_ipynb(NBFORMAT_4).expect("a notebook");
    for offset in 0..notebook.text().len() as u32 {
        let (index, inside) = notebook.in_cell(offset).expect("each byte belongs to a cell");
        assert_eq!(notebook.in_text(index, inside), Some(offset));
    }
    assert_eq!(notebook.in_cell(15), Some((2, 0)));
    assert_eq!(notebook.in_text(0, 0), None, "a markdown cell has no place in the text");
    assert_eq!(notebook.in_text(1, 99), None);
    assert_eq!(notebook.in_cell(99), None);
}

#[test]
fn what_is_no_python_notebook_is_refused() {
    let error = |json: &str| Notebook::from_ipynb(json).expect_err("no notebook");
    assert!(matches!(error("{\n \"cells\": ["), NotebookError::NotJson { line: 2, .. }));
    assert_eq!(error("[]"), NotebookError::NoCells);
    assert_eq!(error("{}"), NotebookError::NoCells);
    let r = r#"{"cells": [], "metadata": {"language_info": {"name": "R"}}}"#;
    assert_eq!(error(r), NotebookError::OtherLanguage { language: "R".into() });
    let julia = r#"{"cells": [], "metadata": {"kernelspec": {"language": "julia"}}}"#;
    assert_eq!(error(julia), NotebookError::OtherLanguage { language: "julia".into() });
}

#[test]
fn a_notebook_that_names_no_language_is_python() {
    let notebook = Notebook::from_ipynb(r#"{"cells": [{"cell_type": "code", "source": "x"}]}"#).expect("a notebook");
    assert_eq!(&**notebook.text(), "x\n");
}

#[test]
fn edits_change_the_sources_of_their_cells_alone() {
    check_edit(NBFORMAT_4, &[edit(4, 5, "2")], r#""x = 1\n""#, r#""x = 2\n""#);
    check_edit(NBFORMAT_4, &[edit(0, 0, "import a\n")], r#""x = 1\n""#, "\"import a\\n\",\n    \"x = 1\\n\"");
    check_edit(NBFORMAT_4, &[edit(15, 16, "w\t")], r#""z = x\n""#, r#""w\t = x\n""#);
    check_edit(NBFORMAT_4, &[edit(22, 22, "a\nb")], r#""source": []"#, r#""source": ["a\n", "b"]"#);
    check_edit(NBFORMAT_3, &[edit(6, 7, "c")], r#""b""#, r#""c""#);
}

#[test]
fn several_edits_of_a_cell_apply_together() {
    let edits = [edit(4, 5, "3"), edit(0, 1, "long")];
    check_edit(NBFORMAT_4, &edits, r#""x = 1\n""#, r#""long = 3\n""#);
    assert_eq!(apply_to_ipynb(NBFORMAT_4, &[]).as_deref(), Ok(NBFORMAT_4));
}

#[test]
fn what_was_escaped_stays_escaped() {
    let json = r#"{"cells": [{"cell_type": "code", "source": "a = '\u00e9'"}]}"#;
    check_edit(json, &[edit(0, 1, "\u{1d11e}")], r#""a = '\u00e9'""#, r#""\ud834\udd1e = '\u00e9'""#);
}

#[test]
fn edits_that_do_not_fit_are_refused() {
    let error = |edits: &[TextEdit]| apply_to_ipynb(NBFORMAT_4, edits).expect_err("the edits do not fit");
    assert_eq!(error(&[edit(0, 16, "")]), NotebookError::EditOutsideCell { range: TextRange::new(0, 16) });
    assert_eq!(error(&[edit(90, 91, "")]), NotebookError::EditOutsideCell { range: TextRange::new(90, 91) });
    assert_eq!(error(&[edit(0, 3, ""), edit(2, 4, "")]), NotebookError::OverlappingEdits { offset: 2 });
}
