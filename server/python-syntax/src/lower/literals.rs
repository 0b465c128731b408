//! Numbers and strings: from how they are written to what they are.

use std::borrow::Cow;

/// Value of an integer literal; `None` where it does not fit.
pub(super) fn integer(text: &str) -> Option<i64> {
    let digits: Cow<'_, str> = match text.contains('_') {
        true => text.replace('_', "").into(),
        false => text.into(),
    };
    let digits = digits.trim_end_matches(['l', 'L']);
    match digits.get(..2) {
        Some("0x" | "0X") => i64::from_str_radix(&digits[2..], 16).ok(),
        Some("0o" | "0O") => i64::from_str_radix(&digits[2..], 8).ok(),
        Some("0b" | "0B") => i64::from_str_radix(&digits[2..], 2).ok(),
        _ => digits.parse().ok(),
    }
}

/// Value of a float literal; `None` for an imaginary one.
pub(super) fn float(text: &str) -> Option<f64> {
    text.replace('_', "").parse().ok()
}

/// What the letters before the quotes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Prefix {
    pub is_raw: bool,
    pub is_bytes: bool,
    pub is_format: bool,
}

impl Prefix {
    /// Of the letters before the quotes; template strings (`t"…"`) count as format strings.
    pub(crate) fn of(text: &str) -> Self {
        let mut prefix = Self::default();
        for byte in text.bytes() {
            match byte.to_ascii_lowercase() {
                b'r' => prefix.is_raw = true,
                b'b' => prefix.is_bytes = true,
                b'f' | b't' => prefix.is_format = true,
                b'u' => {}
                _ => break,
            }
        }
        prefix
    }
}

/// `text` with its escapes resolved (Python reference, 2.4.1). Unknown escapes stay as they are, as in Python; `\N{…}` becomes the
/// replacement character, for the names of all characters are not at hand.
pub(super) fn unescape(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        rest = escape(&rest[at..], &mut value);
    }
    value.push_str(rest);
    value
}

/// Takes one escape from the start of `text` and returns what follows.
fn escape<'a>(text: &'a str, value: &mut String) -> &'a str {
    let mut characters = text[1..].chars();
    let Some(letter) = characters.next() else {
        value.push('\\');
        return "";
    };
    let rest = characters.as_str();
    let simple = match letter {
        '\n' => return rest,
        '\r' => return rest.strip_prefix('\n').unwrap_or(rest),
        '\\' | '\'' | '"' => letter,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'x' => return coded(text, rest, 2, value),
        'u' => return coded(text, rest, 4, value),
        'U' => return coded(text, rest, 8, value),
        'N' => {
            if let Some((_, after)) = rest.strip_prefix('{').and_then(|name| name.split_once('}')) {
                value.push(char::REPLACEMENT_CHARACTER);
                return after;
            }
            value.push_str("\\N");
            return rest;
        }
        '0'..='7' => {
            let n_digits = text[1..].bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            let code = u32::from_str_radix(&text[1..=n_digits], 8).unwrap_or_default();
            value.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            return &text[1 + n_digits..];
        }
        _ => {
            value.push('\\');
            letter
        }
    };
    value.push(simple);
    rest
}

/// `\x41`: `rest` starts with the digits.
fn coded<'a>(text: &'a str, rest: &'a str, n_digits: usize, value: &mut String) -> &'a str {
    let digits = rest.get(..n_digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        Some(code) => {
            value.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            &rest[n_digits..]
        }
        None => {
            value.push_str(&text[..2]);
            rest
        }
    }
}

/// The text parts of a format string have doubled braces for single ones.
pub(super) fn unbrace(text: &str) -> Cow<'_, str> {
    match text.contains(['{', '}']) {
        true => text.replace("{{", "{").replace("}}", "}").into(),
        false => text.into(),
    }
}
