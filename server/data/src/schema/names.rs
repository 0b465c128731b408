//! What a column's name says about its meaning.

/// Words that name an id wherever they stand in a name.
const ID_WORDS: [&str; 7] = ["id", "ids", "uuid", "guid", "identifier", "rowid", "pk"];
/// Names that, as a whole, are those of ids.
const ID_NAMES: [&str; 5] = ["index", "rownumber", "rownum", "row", "key"];
/// Words that name a time, so that whole numbers one after the other are no row numbers.
const TIME_WORDS: [&str; 15] = [
    "time",
    "timestamp",
    "date",
    "day",
    "days",
    "week",
    "month",
    "quarter",
    "year",
    "hour",
    "minute",
    "second",
    "period",
    "step",
    "t",
];

/// The words of a name.
pub(super) struct NameEvidence {
    words: Vec<String>,
}

impl NameEvidence {
    pub(super) fn of(name: &str) -> Self {
        Self { words: split(name) }
    }

    /// Whether it is the name of an id: `customerID`, `order_id`, `Id`, `uuid`.
    pub(super) fn is_id(&self) -> bool {
        let ends = [self.words.first(), self.words.last()];
        ends.into_iter().flatten().any(|word| ID_WORDS.contains(&word.as_str()))
            || ID_NAMES.contains(&self.words.concat().as_str())
    }

    /// Whether it is the name of a time.
    pub(super) fn is_time(&self) -> bool {
        self.words.iter().any(|word| TIME_WORDS.contains(&word.as_str()))
    }
}

/// Splits at what is no letter, between letters and digits, and where capitals begin: `customerID`,
/// `PassengerId`, `row_id2`.
fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous: Option<char> = None;
    for c in name.chars() {
        if !c.is_alphabetic() {
            previous = None;
            continue;
        }
        let starts = previous.is_none_or(|previous| c.is_uppercase() && previous.is_lowercase());
        match words.last_mut() {
            Some(word) if !starts => word.extend(c.to_lowercase()),
            _ => words.push(c.to_lowercase().collect()),
        }
        previous = Some(c);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_by_name() {
        for name in
            ["id", "ID", "customerID", "PassengerId", "order_id", "user-id", "id_client", "UUID", "index", "row_id2"]
        {
            assert!(NameEvidence::of(name).is_id(), "{name}");
        }
        for name in
            ["paid", "valid", "width", "median", "Idaho", "humidity", "key_signature", "index_price", "area_code", ""]
        {
            assert!(!NameEvidence::of(name).is_id(), "{name}");
        }
        assert!(NameEvidence::of("time").is_time());
        assert!(NameEvidence::of("birthYear").is_time());
        assert!(!NameEvidence::of("sometime").is_time());
    }
}
