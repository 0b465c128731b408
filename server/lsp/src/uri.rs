//! Addresses of documents as paths, and back.

use lsp_types::Uri;

/// The path of a `file:` address: absolute, `/` between parts, `C:/…` on Windows. `None` for other schemes.
pub(crate) fn path_of(uri: &Uri) -> Option<String> {
    let rest = uri.as_str().strip_prefix("file://")?;
    // What stands before the path is empty, or this machine.
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let path = decoded(path.split(['?', '#']).next().unwrap_or_default());
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[1].is_ascii_alphabetic() && bytes[2] == b':';
    Some(if has_drive { path[1..].to_owned() } else { path })
}

/// The `file:` address of an absolute path.
pub(crate) fn uri_of(path: &str) -> Option<Uri> {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut text = format!("file://{slash}");
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text.parse().ok()
}

/// What a document is called where paths are expected: its path, or its whole address when it is no file.
pub(crate) fn name_of(uri: &Uri) -> String {
    path_of(uri).unwrap_or_else(|| uri.as_str().to_owned())
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let hex = bytes.get(index + 1..index + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| bytes[index] == b'%') {
            Some(byte) => {
                out.push(byte);
                index += 3;
            }
            None => {
                out.push(bytes[index]);
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_paths_are_inverse() {
        for path in ["/a/b.py", "/with space/é#?.py", "/100%/x.csv", "c:/data/x.csv"] {
            let uri = uri_of(path).unwrap();
            assert_eq!(path_of(&uri).as_deref(), Some(path), "{}", uri.as_str());
        }
    }

    #[test]
    fn addresses_as_editors_write_them() {
        for (text, path) in [
            ("file:///home/a%20b/c.py", Some("/home/a b/c.py")),
            ("file:///c%3A/x.py", Some("c:/x.py")),
            ("file://localhost/x.py", Some("/x.py")),
            ("untitled:Untitled-1", None),
            ("vscode-notebook-cell:/x.ipynb#W0s", None),
        ] {
            assert_eq!(path_of(&text.parse().unwrap()).as_deref(), path, "{text}");
        }
    }
}
