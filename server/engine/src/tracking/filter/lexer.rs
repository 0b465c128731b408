//! Splits a filter into words, numbers, texts and symbols.

use mlwright_base::Problem;

use super::problem_at;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    Number(f64),
    /// In single quotes.
    Text(String),
    /// In double quotes: a key on the left of a comparison, a text on its right.
    Quoted(String),
    Symbol(&'static str),
}

/// A token as it is shown in messages.
pub(super) fn shown(token: Option<&Token>) -> String {
    match token {
        None => "the end".to_owned(),
        Some(Token::Word(word)) => format!("{word:?}"),
        Some(Token::Number(number)) => number.to_string(),
        Some(Token::Text(text)) => format!("'{text}'"),
        Some(Token::Quoted(text)) => format!("{text:?}"),
        Some(Token::Symbol(symbol)) => format!("{symbol:?}"),
    }
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    field: &'static str,
    position: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, field: &'static str) -> Self {
        Self { text, field, position: 0 }
    }

    pub(super) fn problem(&self, message: impl AsRef<str>) -> Problem {
        problem_at(self.field, self.text, self.position, message.as_ref())
    }

    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn skip_blanks(&mut self) {
        self.position += self.rest().len() - self.rest().trim_start().len();
    }

    pub(super) fn at_end(&mut self) -> Result<bool, Problem> {
        self.skip_blanks();
        Ok(self.rest().is_empty())
    }

    pub(super) fn take_dot(&mut self) -> bool {
        let dot = self.rest().starts_with('.');
        self.position += usize::from(dot);
        dot
    }

    /// A bare word, or one quoted by backticks or double quotes.
    pub(super) fn word(&mut self, expected: &str) -> Result<String, Problem> {
        match self.next()? {
            Some(Token::Word(word) | Token::Quoted(word)) => Ok(word),
            found => Err(self.problem(format!("expected {expected}, found {}", shown(found.as_ref())))),
        }
    }

    /// A key after its prefix: bare, perhaps with dots in it, or quoted by backticks or double quotes.
    pub(super) fn key(&mut self, expected: &str) -> Result<String, Problem> {
        self.skip_blanks();
        let rest = self.rest();
        let length = rest.find(|c| !is_word(c) && c != '.').unwrap_or(rest.len());
        if length == 0 {
            return self.word(expected);
        }
        let key = &rest[..length];
        if key.split('.').any(str::is_empty) {
            return Err(self.problem(format!("expected {expected}, found {key:?}")));
        }
        self.position += length;
        Ok(key.to_owned())
    }

    pub(super) fn keyword(&mut self, keyword: &str) -> Result<(), Problem> {
        match self.next()? {
            Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword) => Ok(()),
            found => Err(self.problem(format!("expected {keyword}, found {}", shown(found.as_ref())))),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, Problem> {
        match self.next()? {
            Some(Token::Text(text) | Token::Quoted(text)) => Ok(text),
            found => Err(self.problem(format!("expected a text in quotes, found {}", shown(found.as_ref())))),
        }
    }

    /// `('a', 'b')`.
    pub(super) fn texts(&mut self) -> Result<Vec<String>, Problem> {
        let mut texts = Vec::new();
        match self.next()? {
            Some(Token::Symbol("(")) => {}
            found => return Err(self.problem(format!("expected \"(\", found {}", shown(found.as_ref())))),
        }
        loop {
            texts.push(self.text()?);
            match self.next()? {
                Some(Token::Symbol(",")) => {}
                Some(Token::Symbol(")")) => return Ok(texts),
                found => return Err(self.problem(format!("expected \",\" or \")\", found {}", shown(found.as_ref())))),
            }
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<Token>, Problem> {
        const SYMBOLS: [&str; 11] = ["!=", "<>", "<=", ">=", "==", "=", "<", ">", "(", ")", ","];
        self.skip_blanks();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            self.position += symbol.len();
            return Ok(Some(Token::Symbol(symbol)));
        }
        if matches!(first, '\'' | '"' | '`') {
            let Some(length) = rest[1..].find(first) else {
                return Err(self.problem(format!("the quote {first} is not closed")));
            };
            let inside = rest[1..=length].to_owned();
            self.position += length + 2;
            return Ok(Some(match first {
                '\'' => Token::Text(inside),
                '"' => Token::Quoted(inside),
                _ => Token::Word(inside),
            }));
        }
        if first.is_ascii_digit() || matches!(first, '-' | '+' | '.') {
            let number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
            let length = rest.find(|c| !number(c)).unwrap_or(rest.len());
            let Ok(value) = rest[..length].parse::<f64>() else {
                return Err(self.problem(format!("{:?} is not a number", &rest[..length])));
            };
            self.position += length;
            return Ok(Some(Token::Number(value)));
        }
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.problem(format!("{first:?} has no meaning here")));
        }
        self.position += length;
        Ok(Some(Token::Word(rest[..length].to_owned())))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | ':' | '@')
}
