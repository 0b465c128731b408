//! A change as people read it.

/// Lines around a change that are shown with it.
const CONTEXT_LINES: usize = 3;

/// A unified diff with one hunk, which spans the first line that differs to the last; empty when none does.
pub(crate) fn unified(shown: &str, before: Option<&str>, after: Option<&str>) -> String {
    if before == after {
        return String::new();
    }
    let name = |side: &str, text: Option<&str>| text.map_or_else(|| "/dev/null".to_owned(), |_| format!("{side}/{shown}"));
    let (old, new) = (lines(before), lines(after));
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[same..].iter().rev().zip(new[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    let start = same.saturating_sub(CONTEXT_LINES);
    let shown_tail = tail.min(CONTEXT_LINES);
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let range = |end: usize| {
        let count = end + shown_tail - start;
        format!("{},{count}", if count == 0 { start } else { start + 1 })
    };
    let mut diff = format!("--- {}\n+++ {}\n@@ -{} +{} @@\n", name("a", before), name("b", after), range(old_end), range(new_end));
    let mut push = |sign: char, line: &str| {
        diff.push(sign);
        diff.push_str(line.strip_suffix('\n').unwrap_or(line));
        diff.push('\n');
        if !line.ends_with('\n') {
            diff.push_str("\\ No newline at end of file\n");
        }
    };
    old[start..same].iter().for_each(|line| push(' ', line));
    old[same..old_end].iter().for_each(|line| push('-', line));
    new[same..new_end].iter().for_each(|line| push('+', line));
    old[old_end..old_end + shown_tail].iter().for_each(|line| push(' ', line));
    diff
}

fn lines(text: Option<&str>) -> Vec<&str> {
    text.unwrap_or_default().split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_new_files_and_removed_files_are_shown() {
        let diff = unified("f", Some("1\n2\n3\n4\n5\n6\n"), Some("1\n2\n3\n4\nx\n5\n6\n"));
        assert_eq!(diff, "--- a/f\n+++ b/f\n@@ -2,5 +2,6 @@\n 2\n 3\n 4\n+x\n 5\n 6\n");
        assert_eq!(unified("f", None, Some("a\n")), "--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n");
        assert_eq!(unified("f", Some("a"), None), "--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n\\ No newline at end of file\n");
        assert_eq!(unified("f", Some("a"), Some("a")), "");
    }
}
