//! What a model is asked: the text around the cursor, and what only this server knows of it. And what is made of its answer.

mod answer;
mod facts;

use lsp_types::Range;
use mlwright_language::{Document, Language, SchemaSource, TextRange};
use mlwright_providers::Question;
use serde_json::{Value, json};

/// Characters of the text before and after the cursor that are sent.
const BEFORE_CHARS_MAX: usize = 6_000;
const AFTER_CHARS_MAX: usize = 2_000;
/// Tokens of an answer: some lines of code.
const ANSWER_TOKENS_MAX: u32 = 256;

const CURSOR: &str = "<cursor/>";

const INSTRUCTIONS: &str = "You complete code while it is typed. You are told what is known of the data, then the text of a file \
with <cursor/> where the cursor is. Answer with nothing but the code that belongs at the cursor: no explanation, no Markdown, and \
nothing of what already stands before or after the cursor. Names of columns, tables and variables are exactly as you are told; use \
no others. Write the rest of the line, and further lines only when they plainly follow. Answer with nothing when nothing is missing.";

/// A question for a model, and what its answer goes into.
#[derive(Debug)]
pub(super) struct Prompt {
    question: Question,
    around: Around,
    /// What the answer replaces, in the client's coordinates.
    range: Range,
    /// What the answer comes after, in the place of what is replaced.
    selected: String,
}

/// The text on both sides of the cursor.
#[derive(Debug, Default)]
struct Around {
    before: String,
    after: String,
}

impl Prompt {
    /// At a place of a document, where `selected` is written as if it stood in `replaced`. None where there is nothing to complete:
    /// in an empty text, in the middle of a word unless that `is_asked_for`, and in settings.
    pub(super) fn at(
        document: &Document,
        replaced: TextRange,
        selected: &str,
        is_asked_for: bool,
        sends_examples: bool,
        source: &dyn SchemaSource,
    ) -> Option<Self> {
        let language = match document.language() {
            Language::Python => "Python",
            Language::Sql => "SQL",
            Language::Config => return None,
        };
        let text = document.text();
        let (before, after) = (&text[..replaced.start as usize], &text[replaced.end as usize..]);
        let is_in_word = after.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        if text.trim().is_empty() || (is_in_word && !is_asked_for) {
            return None;
        }
        let around = Around {
            before: format!("{}{selected}", last_lines(before, BEFORE_CHARS_MAX)),
            after: first_lines(after, AFTER_CHARS_MAX).to_owned(),
        };
        let known = facts::told(&document.facts(replaced.start, source), sends_examples);
        let name = document.path().rsplit('/').next().unwrap_or_default();
        let question = Question {
            instructions: INSTRUCTIONS.to_owned(),
            text: format!("{known}{language} file {name}:\n<file>\n{}{CURSOR}{}\n</file>", around.before, around.after),
            answer_tokens_max: ANSWER_TOKENS_MAX,
        };
        Some(Self { question, around, range: Range::default(), selected: selected.to_owned() })
    }

    /// The same, whose answer replaces `range`.
    pub(super) fn replacing(self, range: Range) -> Self {
        Self { range, ..self }
    }

    pub(super) fn question(&self) -> &Question {
        &self.question
    }

    /// What the client shows of an answer: one item, or none.
    pub(super) fn suggestion(&self, answer: &str) -> Value {
        match answer::insertion(answer, &self.around.before, &self.around.after) {
            Some(text) => json!([{ "insertText": format!("{}{text}", self.selected), "range": self.range }]),
            None => json!([]),
        }
    }
}

/// The end of a text, from the beginning of a line where there is one.
fn last_lines(text: &str, n_chars_max: usize) -> &str {
    let Some((start, _)) = text.char_indices().rev().nth(n_chars_max.saturating_sub(1)).filter(|(start, _)| *start > 0)
    else {
        return text;
    };
    let part = &text[start..];
    part.find('\n').map_or(part, |at| &part[at + 1..])
}

/// The beginning of a text, to the end of a line where there is one.
fn first_lines(text: &str, n_chars_max: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(n_chars_max) else { return text };
    let part = &text[..end];
    part.rfind('\n').map_or(part, |at| &part[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace of which nothing is known.
    struct Nothing;

    impl SchemaSource for Nothing {}

    fn prompt(marked: &str, selected: &str, is_asked_for: bool) -> Option<Prompt> {
        let at = marked.find('|').unwrap() as u32;
        let document = Document::new("/w/script.py", Language::Python, marked.replace('|', ""));
        Prompt::at(&document, TextRange::empty(at), selected, is_asked_for, false, &Nothing)
    }

    #[test]
    fn the_text_is_cut_at_lines_around_the_cursor() {
        assert_eq!(last_lines("one\ntwo\nthree", 8), "three");
        assert_eq!(last_lines("one\ntwo", 100), "one\ntwo");
        assert_eq!(last_lines("äöü", 2), "öü");
        assert_eq!(first_lines("one\ntwo\nthree", 8), "one\ntwo");
        assert_eq!(first_lines("äöü", 2), "äö");
        let long = prompt(&format!("{}x = |\ny = 2\n", "# a line\n".repeat(2_000)), "", false).unwrap();
        let text = &long.question.text;
        assert!(
            text.len() < BEFORE_CHARS_MAX + AFTER_CHARS_MAX && text.contains("x = <cursor/>\ny = 2\n"),
            "{}",
            text.len()
        );
    }

    #[test]
    fn what_is_chosen_in_the_list_counts_as_typed() {
        let chosen = prompt("df.he|", "head", false).unwrap();
        assert!(chosen.question.text.contains("df.hehead<cursor/>"));
        assert_eq!(chosen.suggestion("(5)")[0]["insertText"], "head(5)");
    }

    #[test]
    fn nobody_is_asked_where_nothing_is_missing() {
        assert!(prompt("  \n|", "", true).is_none());
        assert!(prompt("pri|nt", "", false).is_none() && prompt("pri|nt", "", true).is_some());
        let settings = Document::new("/w/mlwright.toml", Language::Config, "[gate]\n");
        assert!(Prompt::at(&settings, TextRange::empty(7), "", true, false, &Nothing).is_none());
    }
}
