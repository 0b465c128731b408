//! Text from the data made safe for HTML and SVG, and numbers as a page writes them.

/// Escapes text for element content and double-quoted attributes, and replaces characters that XML does
/// not allow, so that nothing in the data can become markup or make the document unreadable.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            // Directional overrides could make a label read as something else.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// At most `chars_max` characters, the last replaced by `…` when the text is longer.
#[must_use]
pub fn shorten(text: &str, chars_max: usize) -> String {
    if text.chars().nth(chars_max).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// Whole numbers with thousands apart: `1,234,567`.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 row`, `2 rows`.
#[must_use]
pub fn plural(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// A number as short as it can be read: four significant digits, thousands apart, powers of ten only at the ends.
#[must_use]
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs();
    if !value.is_finite() {
        return if value.is_nan() {
            "not a number".to_owned()
        } else if value > 0.0 {
            "∞".to_owned()
        } else {
            "-∞".to_owned()
        };
    }
    if !(1e-4..1e15).contains(&size) {
        return format!("{value:.3e}");
    }
    if size >= 1000.0 {
        let rounded = value.round();
        let sign = if rounded < 0.0 { "-" } else { "" };
        return format!("{sign}{}", count(rounded.abs() as u64));
    }
    let digits = (3 - size.log10().floor() as i32).max(0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share in [0, 1] as a percentage that never hides that there is some, or that there is not all.
#[must_use]
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value > 0.0 && value < 0.1 {
        return "<0.1 %".to_owned();
    }
    if value < 100.0 && value > 99.9 {
        return ">99.9 %".to_owned();
    }
    if value >= 10.0 || (value - value.round()).abs() < 0.05 {
        let text = format!("{value:.0}");
        return if text == "100" && value < 100.0 { format!("{value:.1} %") } else { format!("{text} %") };
    }
    format!("{value:.1} %")
}

/// Bytes in the unit that reads best.
#[must_use]
pub fn bytes(value: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut size = value as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    if unit == 0 || size >= 100.0 { format!("{size:.0} {}", UNITS[unit]) } else { format!("{size:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_data_becomes_markup() {
        assert_eq!(
            escape("<script>alert('\"&')</script>"),
            "&lt;script&gt;alert(&#39;&quot;&amp;&#39;)&lt;/script&gt;"
        );
        assert_eq!(escape("a\u{0}b\u{202e}c"), "a\u{fffd}b\u{fffd}c");
    }

    #[test]
    fn numbers_read_well() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.12345, "0.1235"),
            (64.76169, "64.76"),
            (2283.3, "2,283"),
            (-1_234_567.0, "-1,234,567"),
            (1e-7, "1.000e-7"),
            (500_001.0, "500,001"),
            (999.96, "1000"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(
            (percent(0.00001), percent(0.5), percent(0.034), percent(0.99999), percent(0.996)),
            ("<0.1 %".into(), "50 %".into(), "3.4 %".into(), ">99.9 %".into(), "99.6 %".into())
        );
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(shorten("Grüße aus Köln", 6), "Grüße…");
        assert_eq!(bytes(1_234_567), "1.2 MB");
    }
}
