//! Numbers with a sign of currency or percent beside them, or with blanks between their thousands:
//! `$1,200.00`, `12 €`, `45%`, `1 234,5`.

/// The longest cell that is looked at: longer ones are no such numbers.
const BYTES_MAX: usize = 48;
/// Blanks between thousands: the plain one, U+00A0 and U+202F.
const BLANKS: [&[u8]; 3] = [b" ", b"\xC2\xA0", b"\xE2\x80\xAF"];

/// A sign before or after a number that is no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Affix {
    Dollar,
    Euro,
    Pound,
    Yen,
    Percent,
}

impl Affix {
    pub(crate) const ALL: [Self; 5] = [Self::Dollar, Self::Euro, Self::Pound, Self::Yen, Self::Percent];

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Dollar => "$",
            Self::Euro => "€",
            Self::Pound => "£",
            Self::Yen => "¥",
            Self::Percent => "%",
        }
    }
}

/// What is written beside and between a number's digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Adornment {
    pub(crate) affix: Option<Affix>,
    /// Blanks between thousands.
    pub(crate) blanks: bool,
}

/// The number without its adornment: its sign, digits, points and commas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bare {
    bytes: [u8; BYTES_MAX],
    len: usize,
}

impl Bare {
    fn push(&mut self, byte: u8) {
        // No more is pushed than the cell has, which is at most as long.
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Whether a cell can begin with an adorned number: a digit, a sign, or the first byte of an affix.
pub(crate) fn may_start(first: u8) -> bool {
    first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.' | b',' | b'$' | b'%' | 0xC2 | 0xE2)
}

/// Takes a trimmed cell apart; `None` when it is no number or has no adornment. That the rest is a
/// number is for the caller to see.
pub(crate) fn strip(cell: &[u8]) -> Option<(Adornment, Bare)> {
    let first = *cell.first()?;
    if cell.len() > BYTES_MAX || !may_start(first) {
        return None;
    }
    let (mut sign, mut rest) = take_sign(cell);
    let mut affix = None;
    if let Some((found, after)) = prefix(rest) {
        affix = Some(found);
        rest = after_blanks(after);
        if sign.is_none() {
            (sign, rest) = take_sign(rest);
        }
    } else if let Some((found, before)) = suffix(rest) {
        affix = Some(found);
        rest = before_blanks(before);
    }
    let mut bare = Bare { bytes: [0; BYTES_MAX], len: 0 };
    if let Some(sign) = sign {
        bare.push(sign);
    }
    let blanks = push_ungrouped(rest, &mut bare)?;
    (affix.is_some() || blanks).then_some((Adornment { affix, blanks }, bare))
}

fn take_sign(cell: &[u8]) -> (Option<u8>, &[u8]) {
    match cell {
        [sign @ (b'+' | b'-'), rest @ ..] => (Some(*sign), rest),
        _ => (None, cell),
    }
}

fn prefix(cell: &[u8]) -> Option<(Affix, &[u8])> {
    Affix::ALL.into_iter().find_map(|affix| Some((affix, cell.strip_prefix(affix.sign().as_bytes())?)))
}

fn suffix(cell: &[u8]) -> Option<(Affix, &[u8])> {
    Affix::ALL.into_iter().find_map(|affix| Some((affix, cell.strip_suffix(affix.sign().as_bytes())?)))
}

fn after_blanks(cell: &[u8]) -> &[u8] {
    let mut rest = cell;
    while let Some(after) = BLANKS.iter().find_map(|blank| rest.strip_prefix(*blank)) {
        rest = after;
    }
    rest
}

fn before_blanks(cell: &[u8]) -> &[u8] {
    let mut rest = cell;
    while let Some(before) = BLANKS.iter().find_map(|blank| rest.strip_suffix(*blank)) {
        rest = before;
    }
    rest
}

/// Pushes the number without the blanks between its thousands, and says whether there were any.
/// `None` when blanks stand elsewhere: one to three digits without a leading zero come first, then
/// groups of three, then perhaps a point or comma and more digits.
fn push_ungrouped(cell: &[u8], bare: &mut Bare) -> Option<bool> {
    let (mut rest, mut n_digits, mut grouped) = (cell, 0, false);
    let leading_zero = cell.first() == Some(&b'0');
    loop {
        match rest {
            [digit, after @ ..] if digit.is_ascii_digit() => {
                bare.push(*digit);
                n_digits += 1;
                rest = after;
            }
            _ => match BLANKS.iter().find_map(|blank| rest.strip_prefix(*blank)) {
                Some(after) => {
                    let fits = if grouped { n_digits == 3 } else { (1..=3).contains(&n_digits) && !leading_zero };
                    if !fits {
                        return None;
                    }
                    (grouped, n_digits, rest) = (true, 0, after);
                }
                None => break,
            },
        }
    }
    if grouped {
        let fraction_fits = match rest {
            [] => true,
            [b'.' | b',', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        if n_digits != 3 || !fraction_fits {
            return None;
        }
    }
    for byte in rest {
        bare.push(*byte);
    }
    Some(grouped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: &str, expected: Option<(Option<Affix>, bool, &str)>) {
        let found = strip(cell.as_bytes());
        let found = found.as_ref().map(|(adornment, bare)| {
            (adornment.affix, adornment.blanks, std::str::from_utf8(bare.as_bytes()).expect("ASCII"))
        });
        assert_eq!(found, expected, "{cell:?}");
    }

    #[test]
    fn adornments_are_taken_off() {
        use Affix::*;
        check("$85.00", Some((Some(Dollar), false, "85.00")));
        check("-$1,200.50", Some((Some(Dollar), false, "-1,200.50")));
        check("$-5", Some((Some(Dollar), false, "-5")));
        check("€ 12", Some((Some(Euro), false, "12")));
        check("12,5 €", Some((Some(Euro), false, "12,5")));
        check("12\u{a0}£", Some((Some(Pound), false, "12")));
        check("¥900", Some((Some(Yen), false, "900")));
        check("45%", Some((Some(Percent), false, "45")));
        check("+4.5 %", Some((Some(Percent), false, "+4.5")));
        check("1 234,5", Some((None, true, "1234,5")));
        check("1\u{202f}234\u{a0}567 €", Some((Some(Euro), true, "1234567")));
        for cell in ["85", "1,5", "", "12 34", "1 2345", "0 123", "1 234 5", "12 345.", "1 234x", "5 disks", "- 1 234"]
        {
            check(cell, None);
        }
        check(&"1 234 567".repeat(9), None);
    }
}
