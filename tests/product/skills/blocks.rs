//! The blocks of code of a Markdown text.

use std::fmt;

/// A block of code.
pub struct Block {
    /// What is to be done with it.
    pub kind: Kind,
    /// What stands in it.
    pub text: String,
    skill: String,
    line: usize,
}

/// What a block is.
pub enum Kind {
    /// A tool call; with the error code, when it is to be refused.
    Call { refused: Option<String> },
    /// A command line; with the error code, when it is to be refused.
    Command { refused: Option<String> },
    /// Lines of the answer.
    Answer,
    /// A part of `mlwright.toml`.
    Settings,
    /// A file.
    File { name: String },
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skills/{}/SKILL.md:{}", self.skill, self.line)
    }
}

/// The blocks of a skill, in its order.
///
/// # Panics
/// When a block is none of the kinds: nothing may stand there that nobody checks.
pub fn of(skill: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            assert!(!line.contains("```"), "skills/{skill}/SKILL.md:{}: a block has to begin its line", number + 1);
            continue;
        };
        let inner: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let kind = kind(info)
            .unwrap_or_else(|| panic!("skills/{skill}/SKILL.md:{}: no kind of block is {info:?}", number + 1));
        blocks.push(Block { kind, text: inner.join("\n"), skill: skill.to_owned(), line: number + 1 });
    }
    blocks
}

fn kind(info: &str) -> Option<Kind> {
    let words: Vec<&str> = info.split(' ').collect();
    Some(match words[..] {
        ["json"] => Kind::Call { refused: None },
        ["json", "refused", code] => Kind::Call { refused: Some(code.to_owned()) },
        ["sh"] => Kind::Command { refused: None },
        ["sh", "refused", code] => Kind::Command { refused: Some(code.to_owned()) },
        ["text"] => Kind::Answer,
        ["toml"] => Kind::Settings,
        ["csv", name] => Kind::File { name: name.to_owned() },
        _ => return None,
    })
}
