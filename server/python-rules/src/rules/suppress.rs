//! Comments that suppress rules: `# mlwright: ignore[MLW101]` on a line, `# mlwright: ignore-file[MLW101]` anywhere.

use mlwright_python_syntax::ast::Module;
use mlwright_source_text::{Diagnostic, LineIndex};

/// Takes away what the comments of `module` suppress. Without brackets all rules are.
pub(crate) fn suppress(diagnostics: &mut Vec<Diagnostic>, module: &Module, text: &str) {
    let marks: Vec<(Mark, u32)> =
        module.comments.iter().filter_map(|comment| Some((mark(&comment.text)?, comment.range.start))).collect();
    if marks.is_empty() {
        return;
    }
    let lines = LineIndex::new(text);
    diagnostics.retain(|diagnostic| {
        let first = lines.line_of(diagnostic.range.start);
        let last = lines.line_of(diagnostic.range.end.saturating_sub(1).max(diagnostic.range.start));
        !marks.iter().any(|(mark, place)| {
            let here = mark.whole_file || (first..=last).contains(&lines.line_of(*place));
            here && (mark.codes.is_empty() || mark.codes.iter().any(|code| code == diagnostic.code))
        })
    });
}

#[derive(Debug)]
struct Mark {
    whole_file: bool,
    codes: Vec<String>,
}

fn mark(comment: &str) -> Option<Mark> {
    let rest = comment[comment.find("mlwright:")? + "mlwright:".len()..].trim_start();
    let (whole_file, rest) = match rest.strip_prefix("ignore-file") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix("ignore")?),
    };
    let codes = match rest.trim_start().strip_prefix('[') {
        Some(list) => list
            .split(']')
            .next()?
            .split(',')
            .map(|code| code.trim().to_ascii_uppercase())
            .filter(|code| !code.is_empty())
            .collect(),
        None => Vec::new(),
    };
    Some(Mark { whole_file, codes })
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn marks_are_read_from_comments() {
        let one = mark("mlwright: ignore[mlw101, MLW203] because").expect("a mark");
        assert!(!one.whole_file && one.codes == ["MLW101", "MLW203"]);
        assert!(mark("noqa  mlwright: ignore-file").is_some_and(|mark| mark.whole_file && mark.codes.is_empty()));
        assert!(mark("mlwright is fine").is_none());
    }
}
