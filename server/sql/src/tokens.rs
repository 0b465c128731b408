//! SQL as words, names, literals and signs. Every text has tokens: what is not closed runs to the end and says so.

use mlwright_source_text::TextRange;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TokenKind {
    /// A keyword or a name without quotes.
    Word,
    /// A name in `"…"` or `` `…` ``.
    Quoted,
    /// `'…'`, `$tag$…$tag$`.
    String,
    Number,
    /// One sign, or an operator of several.
    Sign,
    /// Something that another program replaces before the statement runs: `{name}`, `{{ ref('x') }}`, `%(id)s`, `:id`, `?`, `$1`.
    Placeholder,
    /// `-- …`, `/* … */`, `{# … #}`
    Comment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Its bytes, quotes included.
    pub(crate) range: TextRange,
    /// Whether its closing quote is there (always so for what needs none).
    pub(crate) is_closed: bool,
}

impl Token {
    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        self.range.of(text)
    }

    pub(crate) fn is_sign(&self, text: &str, sign: &str) -> bool {
        self.kind == TokenKind::Sign && self.text(text) == sign
    }

    /// Whether it is this word, whatever its case.
    pub(crate) fn is_word(&self, text: &str, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text(text).eq_ignore_ascii_case(word)
    }

    /// The bytes between the quotes of a name or string; the whole token where there are none.
    pub(crate) fn content(&self, text: &str) -> TextRange {
        let whole = self.text(text);
        let quote = |at: usize| {
            TextRange::new(self.range.start + at as u32, self.range.end - if self.is_closed { at as u32 } else { 0 })
        };
        match self.kind {
            TokenKind::Quoted | TokenKind::String if whole.starts_with('\\') => {
                let closing = if whole[2..].trim_end_matches(['\'', '"', '`']).ends_with('\\') { 2 } else { 1 };
                let closing = if self.is_closed { closing } else { 0 };
                TextRange::new(self.range.start + 2, self.range.end - closing)
            }
            TokenKind::Quoted => quote(1),
            TokenKind::String if whole.starts_with('\'') => quote(1),
            TokenKind::String if whole.starts_with('$') => {
                let tag = whole[1..].find('$').map_or(whole.len(), |end| end + 2);
                quote(tag)
            }
            // E'…', b'…'
            TokenKind::String => {
                let at = whole.find('\'').map_or(0, |at| at + 1) as u32;
                TextRange::new(self.range.start + at, self.range.end - u32::from(self.is_closed))
            }
            _ => self.range,
        }
    }

    /// The name or value it stands for: without quotes, doubled quotes as one.
    pub(crate) fn value(&self, text: &str) -> String {
        let content = self.content(text).of(text);
        match self.kind {
            TokenKind::Quoted if self.text(text).ends_with('`') => content.replace("``", "`"),
            TokenKind::Quoted => content.replace("\"\"", "\""),
            TokenKind::String => content.replace("''", "'"),
            _ => content.to_owned(),
        }
    }
}

/// Where a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Place {
    /// A file of SQL: `{{ … }}` is a template's.
    #[default]
    File,
    /// A string of a program: a quote may have a backslash before it, and `{…}` is filled in.
    Literal,
}

/// The tokens of the part `range` of `text`, comments among them, with ranges of `text`.
pub(crate) fn tokens(text: &str, range: TextRange, place: Place) -> Vec<Token> {
    let end = (range.end as usize).min(text.len());
    let mut lexer =
        Lexer { text: text.get(..end).unwrap_or(text), at: (range.start as usize).min(end), place, tokens: Vec::new() };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'t> {
    /// Ends where the part ends.
    text: &'t str,
    at: usize,
    place: Place,
    tokens: Vec<Token>,
}

const OPERATORS: [&str; 21] = [
    "->>", "<=>", "!~~", "::", "<>", "<=", ">=", "!=", "==", "||", "->", "=>", ":=", "**", "//", "~~", "!~", "@>",
    "<@", "&&", "..",
];

impl Lexer<'_> {
    /// Takes the next token; false at the end.
    fn step(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        let Some(first) = rest.chars().next() else { return false };
        match first {
            _ if first.is_whitespace() => self.at += first.len_utf8(),
            // A line that goes on, `\n` in a literal of Python.
            '\\' if self.place == Place::Literal => self.backslash(rest),
            '-' if rest.starts_with("--") => self.line_comment(rest),
            // MySQL's comments; elsewhere `#` is an operator of bits and paths.
            '#' if rest.starts_with("# ")
                || (!rest.starts_with("#>") && !rest.starts_with("#-") && self.at_line_start()) =>
            {
                self.line_comment(rest);
            }
            '/' if rest.starts_with("/*") => self.block_comment(rest),
            '\'' => self.quoted(TokenKind::String, '\'', 1),
            '"' | '`' => self.quoted(TokenKind::Quoted, first, 1),
            '$' => self.dollar(rest),
            '{' => self.brace(rest),
            '%' if rest.starts_with("%s") && word_length(&rest[1..]) == 1 => self.push(TokenKind::Placeholder, 2),
            '%' if rest.starts_with("%(") => {
                let length = rest.find(')').map_or(1, |end| end + 1);
                let letter = rest[length..].chars().next().filter(char::is_ascii_alphabetic).map_or(0, char::len_utf8);
                self.push(if length > 1 { TokenKind::Placeholder } else { TokenKind::Sign }, length + letter);
            }
            '?' => self.push(TokenKind::Placeholder, 1),
            ':' if is_word_start(rest[1..].chars().next()) && !self.after_value() => {
                let length = 1 + word_length(&rest[1..]);
                self.push(TokenKind::Placeholder, length);
            }
            '@' if is_word_start(rest.trim_start_matches('@').chars().next()) => {
                let signs = rest.len() - rest.trim_start_matches('@').len();
                let length = signs + word_length(&rest[signs..]);
                self.push(TokenKind::Placeholder, length);
            }
            '0'..='9' => self.number(rest),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) && !self.after_name() => self.number(rest),
            _ if is_word_start(Some(first)) => self.word(rest),
            _ => {
                let length = OPERATORS
                    .iter()
                    .find(|operator| rest.starts_with(**operator))
                    .map_or(first.len_utf8(), |o| o.len());
                self.push(TokenKind::Sign, length);
            }
        }
        true
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        self.push_part(kind, length, true);
    }

    fn push_part(&mut self, kind: TokenKind, length: usize, is_closed: bool) {
        let range = TextRange::new(self.at as u32, (self.at + length) as u32);
        // `table_{year}` is one name that nobody knows.
        if let Some(last) = self.tokens.last_mut()
            && last.range.end == range.start
            && matches!(
                (last.kind, kind),
                (TokenKind::Word | TokenKind::Placeholder, TokenKind::Placeholder)
                    | (TokenKind::Placeholder, TokenKind::Word | TokenKind::Number)
            )
            && (last.text(self.text).ends_with('}') || range.of(self.text).starts_with('{'))
        {
            last.kind = TokenKind::Placeholder;
            last.range.end = range.end;
        } else {
            self.tokens.push(Token { kind, range, is_closed });
        }
        self.at += length;
    }

    fn backslash(&mut self, rest: &str) {
        match rest[1..].chars().next() {
            Some('\'') => self.quoted(TokenKind::String, '\'', 2),
            Some(quote @ ('"' | '`')) => self.quoted(TokenKind::Quoted, quote, 2),
            Some(other) => self.at += 1 + other.len_utf8(),
            None => self.at += 1,
        }
    }

    /// Something between quotes that begins `opening` bytes ahead; a doubled quote stands for itself.
    fn quoted(&mut self, kind: TokenKind, quote: char, opening: usize) {
        let rest = &self.text[self.at..];
        let escapes = self.place == Place::Literal;
        let mut characters = rest[opening..].char_indices().peekable();
        while let Some((index, character)) = characters.next() {
            let end = opening + index + character.len_utf8();
            if character == quote {
                if characters.peek().is_some_and(|(_, next)| *next == quote) {
                    characters.next();
                    continue;
                }
                return self.push(kind, end);
            }
            if escapes && opening == 2 && character == '\\' && characters.peek().is_some_and(|(_, next)| *next == quote)
            {
                return self.push(kind, end + quote.len_utf8());
            }
        }
        self.push_part(kind, rest.len(), false);
    }

    fn dollar(&mut self, rest: &str) {
        let name =
            rest[1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum::<usize>();
        if rest.starts_with("${") {
            return match rest.find('}') {
                Some(end) => self.push(TokenKind::Placeholder, end + 1),
                None => self.push_part(TokenKind::Placeholder, rest.len(), false),
            };
        }
        let is_number = rest[1..].starts_with(|c: char| c.is_ascii_digit());
        if !is_number && rest[1 + name..].starts_with('$') {
            let tag = &rest[..name + 2];
            return match rest[tag.len()..].find(tag) {
                Some(end) => self.push(TokenKind::String, tag.len() + end + tag.len()),
                None => self.push_part(TokenKind::String, rest.len(), false),
            };
        }
        self.push(if name > 0 { TokenKind::Placeholder } else { TokenKind::Sign }, 1 + name);
    }

    /// `{{ … }}`, `{% … %}`, `{# … #}`, and in a literal `{…}`.
    fn brace(&mut self, rest: &str) {
        for (open, close, kind) in [
            ("{{", "}}", TokenKind::Placeholder),
            ("{%", "%}", TokenKind::Placeholder),
            ("{#", "#}", TokenKind::Comment),
        ] {
            if rest.starts_with(open) {
                return match rest.find(close) {
                    Some(end) => self.push(kind, end + close.len()),
                    None => self.push_part(kind, rest.len(), false),
                };
            }
        }
        let mut depth = 0_usize;
        let closing = rest.char_indices().find_map(|(index, character)| {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(index + 1)
        });
        match closing.filter(|_| self.place == Place::Literal) {
            Some(length) => self.push(TokenKind::Placeholder, length),
            None => self.push(TokenKind::Sign, 1),
        }
    }

    fn number(&mut self, rest: &str) {
        let mut length = 0;
        let bytes = rest.as_bytes();
        while let Some(byte) = bytes.get(length) {
            let exponent = matches!(byte, b'+' | b'-')
                && matches!(bytes.get(length.wrapping_sub(1)), Some(b'e' | b'E'))
                && !rest.starts_with("0x");
            let dot = *byte == b'.' && bytes.get(length + 1) != Some(&b'.');
            if !(byte.is_ascii_alphanumeric() || *byte == b'_' || dot || exponent) {
                break;
            }
            length += 1;
        }
        self.push(TokenKind::Number, length.max(1));
    }

    fn word(&mut self, rest: &str) {
        let length = word_length(rest);
        // E'…', B'…', X'…', N'…', r'…'
        if length == 1
            && rest[1..].starts_with('\'')
            && matches!(rest.as_bytes()[0] | 0x20, b'e' | b'b' | b'x' | b'n' | b'r')
        {
            return self.quoted(TokenKind::String, '\'', 2);
        }
        self.push(TokenKind::Word, length);
    }

    fn line_comment(&mut self, rest: &str) {
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        self.push(TokenKind::Comment, length);
    }

    fn block_comment(&mut self, rest: &str) {
        let bytes = rest.as_bytes();
        let (mut depth, mut index) = (0_usize, 0);
        while index + 1 < bytes.len() {
            match &bytes[index..index + 2] {
                b"/*" => {
                    depth += 1;
                    index += 2;
                }
                b"*/" => {
                    depth -= 1;
                    index += 2;
                    if depth == 0 {
                        return self.push(TokenKind::Comment, index);
                    }
                }
                _ => index += 1,
            }
        }
        self.push_part(TokenKind::Comment, rest.len(), false);
    }

    /// Whether only blanks stand before the next token on its line.
    fn at_line_start(&self) -> bool {
        let before = self.text[..self.at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with(['\n', '\r'])
    }

    fn after_name(&self) -> bool {
        self.tokens.last().is_some_and(|last| {
            last.range.end as usize == self.at
                && (matches!(last.kind, TokenKind::Word | TokenKind::Quoted)
                    || last.is_sign(self.text, ")")
                    || last.is_sign(self.text, "]"))
        })
    }

    /// After a value a colon is a slice or a path (`x[1:n]`, `json:field`), not a parameter.
    fn after_value(&self) -> bool {
        self.tokens.last().is_some_and(|last| {
            last.range.end as usize == self.at && (self.after_name() || last.kind == TokenKind::Number)
        })
    }
}

fn is_word_start(character: Option<char>) -> bool {
    character.is_some_and(|c| c.is_alphabetic() || c == '_')
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len())
}

/// Whether a name can be written without quotes, keywords apart.
pub(crate) fn is_plain_name(name: &str) -> bool {
    is_word_start(name.chars().next()) && word_length(name) == name.len()
}

#[cfg(test)]
mod tests;
