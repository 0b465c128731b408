//! Names in addresses: percent-encoding (RFC 3986, section 2.1) that keeps `/`, so that the path of
//! a table stays readable.

/// A name as it stands in an address.
pub(crate) fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The name that an address holds; `None` when it is not encoded text.
pub(crate) fn decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while position < bytes.len() {
        if bytes[position] == b'%' {
            let digits = text.get(position + 1..position + 3)?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            position += 3;
        } else {
            out.push(bytes[position]);
            position += 1;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_way_through_an_address() {
        for name in ["customers.csv", "data/a b.csv", "größe%.csv", "x?y#z&{}"] {
            assert_eq!(decode(&encode(name)).as_deref(), Some(name));
        }
        assert_eq!(encode("data/a b.csv"), "data/a%20b.csv");
        assert_eq!(decode("a b"), Some("a b".to_owned()), "what a client did not encode is taken as it is");
        for broken in ["%", "%2", "%zz", "%ff", "%é"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
