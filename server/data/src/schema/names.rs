//! What a column's name says about its meaning.

/// Words that name an id wherever they stand in a name.
const ID_WORDS: [&str; 7] = ["id", "ids", "uuid", "guid", "identifier", "rowid", "pk"];
/// Names that, as a whole, are those of ids.
const ID_NAMES: [&str; 5] = ["index", "rownumber", "rownum", "row", "key"];
/// Things that a whole number in a column of that name, or of that name and one of [`KEY_WORDS`],
/// refers to.
const REFERENCE_NAMES: [&str; 24] = [
    "store",
    "shop",
    "product",
    "item",
    "sku",
    "customer",
    "client",
    "user",
    "member",
    "account",
    "patient",
    "student",
    "seller",
    "vendor",
    "supplier",
    "dept",
    "department",
    "branch",
    "warehouse",
    "station",
    "zone",
    "region",
    "district",
    "airport",
];
/// Words that say that a number stands for the thing named before them.
const KEY_WORDS: [&str; 6] = ["no", "nr", "nbr", "num", "number", "key"];
/// Words that name a postal code.
const POSTAL_WORDS: [&str; 6] = ["zip", "zipcode", "postal", "postcode", "postalcode", "plz"];
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

    /// Whether whole numbers under it refer to something: `product_id`, `store`, `item_nbr`.
    pub(super) fn is_reference(&self) -> bool {
        let ends = [self.words.first(), self.words.last()];
        let thing = match self.words.split_last() {
            Some((last, [thing])) if KEY_WORDS.contains(&last.as_str()) => Some(thing),
            Some((thing, [])) => Some(thing),
            _ => None,
        };
        ends.into_iter().flatten().any(|word| ID_WORDS.contains(&word.as_str()))
            || thing.is_some_and(|thing| REFERENCE_NAMES.contains(&thing.as_str()))
    }

    /// Whether it is the name of a code, whose digits are no quantity: `area_code`, `zip`.
    pub(super) fn is_code(&self) -> bool {
        self.is_postal() || self.words.last().is_some_and(|word| word == "code")
    }

    /// Whether it is the name of a postal code.
    pub(super) fn is_postal(&self) -> bool {
        self.words.iter().any(|word| POSTAL_WORDS.contains(&word.as_str()))
            || self.words.windows(2).any(|pair| pair[0] == "post" && pair[1] == "code")
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
        for name in ["product_id", "store", "Store", "item_nbr", "storeNumber", "PULocationID", "dept"] {
            assert!(NameEvidence::of(name).is_reference(), "{name}");
        }
        for name in
            ["age", "year", "passenger_count", "floor", "price_per_item", "items", "n_store_visits", "index", "row"]
        {
            let name_evidence = NameEvidence::of(name);
            assert!(!name_evidence.is_reference() && !name_evidence.is_code(), "{name}");
        }
        for name in ["zip", "ZIP_CODE", "zipcode", "postal_code", "Postcode", "post_code", "area_code"] {
            assert!(NameEvidence::of(name).is_code(), "{name}");
        }
        assert!(!NameEvidence::of("area_code").is_postal());
        assert!(NameEvidence::of("time").is_time());
        assert!(NameEvidence::of("birthYear").is_time());
        assert!(!NameEvidence::of("sometime").is_time());
    }
}
