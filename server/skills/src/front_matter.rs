//! The front matter of a `SKILL.md`: lines `key: value` between two lines `---`.
//!
//! Only plain one-line values are read, so that no YAML parser is needed. What YAML would read as
//! anything else is an error, and the build stops: every assistant reads the same as we do.

/// Name and description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontMatter {
    /// The skill's name.
    pub name: String,
    /// What it is for and when to use it.
    pub description: String,
}

/// Reads the front matter that a text begins with.
///
/// # Errors
/// What is wrong, in words.
pub fn parse(text: &str) -> Result<FrontMatter, String> {
    let inner = text.strip_prefix("---\n").ok_or("the first line is not ---")?;
    let (head, _) = inner.split_once("\n---\n").ok_or("the front matter has no end")?;
    let mut fields = std::collections::BTreeMap::new();
    // Below a key without a value, `metadata:`, indented lines are its own.
    for line in head.lines().filter(|line| !line.starts_with(' ')) {
        let (key, value) = line.split_once(':').ok_or_else(|| format!("{line:?} is not `key: value`"))?;
        if fields.insert(key, plain(value.trim())?).is_some() {
            return Err(format!("{key} is there twice"));
        }
    }
    let mut take = |key: &str| {
        let value = fields.remove(key).filter(|value| !value.is_empty());
        value.map(str::to_owned).ok_or_else(|| format!("there is no {key}"))
    };
    Ok(FrontMatter { name: take("name")?, description: take("description")? })
}

/// A value that YAML reads as these very characters.
fn plain(value: &str) -> Result<&str, String> {
    let starts_otherwise = value.starts_with(|c: char| "\"'>|&*!%@`#{}[],?-".contains(c));
    if starts_otherwise || value.contains(": ") || value.ends_with(':') || value.contains(" #") {
        return Err(format!("{value:?} is not a plain value: write it on one line without quotes, `: ` and ` #`"));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_description_are_read() {
        let found =
            parse("---\nname: a-b\ndescription: Does it. Use when: never\nmetadata:\n  version: \"1\"\n---\n\n# A\n");
        assert!(found.is_err_and(|error| error.contains("not a plain value")));
        let found = parse("---\nname: a-b\ndescription: Does it.\nmetadata:\n  version: \"1\"\n---\n\n# A\n");
        assert_eq!(found, Ok(FrontMatter { name: "a-b".to_owned(), description: "Does it.".to_owned() }));
    }

    #[test]
    fn what_yaml_would_read_otherwise_stops_the_build() {
        for (text, said) in [
            ("# A\n", "first line"),
            ("---\nname: a\n", "no end"),
            ("---\nname: a\n---\n", "no description"),
            ("---\nname:\ndescription: b\n---\n", "no name"),
            ("---\nname: a\nname: b\ndescription: c\n---\n", "twice"),
            ("---\nname: a\ndescription: >-\n  b\n---\n", "plain"),
            ("---\nname: a\ndescription: \"b\"\n---\n", "plain"),
            ("---\nname: a\ndescription: b #c\n---\n", "plain"),
            ("---\nname\n---\n", "key: value"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(said), "{text:?}: {error}");
        }
    }
}
