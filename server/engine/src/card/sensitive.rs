//! Which columns say something of people that decisions should not rest on.
//!
//! A column is recognised by the words of its name, or by its values. The grounds are those of
//! non-discrimination law (e.g. Article 21 of the EU Charter of Fundamental Rights; the US Equal Credit
//! Opportunity Act, 15 U.S.C. § 1691). That a column is not recognised does not mean that there is none:
//! `[use_case] sensitive_columns` of `mlwright.toml` names further ones.

use std::collections::BTreeSet;

/// Grounds, and the words that stand for them in a column's name.
const GROUNDS: [(&str, &[&str]); 8] = [
    ("sex or gender", &["sex", "gender", "is_male", "is_female", "male", "female"]),
    ("age", &["age", "birth_year", "year_of_birth", "birthdate", "birth_date", "date_of_birth", "dob", "senior", "senior_citizen", "elderly"]),
    ("race or ethnic origin", &["race", "ethnic", "ethnicity", "ethnic_group", "ethnic_origin", "hispanic", "latino", "caste", "tribe", "skin_color", "skin_colour"]),
    ("religion", &["religion", "religious", "faith", "denomination"]),
    ("disability or health", &["disability", "disabled", "handicap", "handicapped", "pregnant", "pregnancy"]),
    ("marital or family status", &["marital", "marital_status", "married", "civil_status", "family_status", "personal_status", "is_married"]),
    ("nationality or origin", &["nationality", "citizenship", "native_country", "country_of_birth", "birth_country", "birthplace", "foreign_worker", "immigrant", "native_language", "mother_tongue"]),
    ("sexual orientation or belief", &["sexual_orientation", "political_party", "trade_union"]),
];

/// Words that may stand beside those of [`GROUNDS`] without changing what they mean: `customer_age`, but
/// not `housing_median_age`, `race_time` or `married_filing_fee`.
const NEUTRAL: [&str; 37] = [
    "customer", "client", "applicant", "borrower", "person", "persons", "people", "patient", "employee", "worker", "user", "member", "student",
    "passenger", "respondent", "defendant", "driver", "owner", "insured", "policyholder", "subject", "participant", "owners", "of", "the", "is",
    "in", "years", "year", "at", "group", "band", "category", "cat", "code", "status", "s",
];

/// Grounds, and values of which a column that holds two is one of them.
const VALUES: [(&str, &[&str]); 4] = [
    ("sex or gender", &["male", "female", "man", "woman", "men", "women", "non-binary"]),
    (
        "race or ethnic origin",
        &["white", "black", "asian", "hispanic", "latino", "caucasian", "african-american", "native american", "asian-pac-islander", "amer-indian-eskimo", "pacific islander"],
    ),
    ("religion", &["christian", "muslim", "hindu", "jewish", "buddhist", "catholic", "protestant", "sikh", "atheist"]),
    ("marital or family status", &["married", "divorced", "widowed", "separated", "never-married", "never married", "married-civ-spouse", "single"]),
];
/// The most different values of a column that is recognised by them.
const LEVELS_MAX: usize = 20;

/// Why a column is sensitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ground {
    /// What it says of people, e.g. `sex or gender`.
    pub ground: &'static str,
    /// How that was told.
    pub because: String,
}

/// By the name of a column.
pub(super) fn by_name(column: &str) -> Option<Ground> {
    let words = words_of(column);
    let (ground, term) = GROUNDS.iter().find_map(|(ground, terms)| Some((ground, terms.iter().find(|term| names(&words, term))?)))?;
    Some(Ground { ground, because: format!("by its name ({})", term.replace('_', " ")) })
}

/// By the different values of a column; `values` are at most a few.
pub(super) fn by_values(values: &BTreeSet<String>) -> Option<Ground> {
    if values.len() < 2 || values.len() > LEVELS_MAX {
        return None;
    }
    let lower: Vec<String> = values.iter().map(|value| value.trim().to_lowercase()).collect();
    VALUES.iter().find_map(|(ground, known)| {
        let found: Vec<&str> = known.iter().copied().filter(|known| lower.iter().any(|value| value == known)).take(2).collect();
        (found.len() == 2).then(|| Ground { ground, because: format!("by its values ({})", found.join(", ")) })
    })
}

/// Whether the words of a name are a term's, and neutral ones.
fn names(words: &[String], term: &str) -> bool {
    let term: Vec<&str> = term.split('_').collect();
    let joined = words.concat() == term.concat();
    joined
        || words.windows(term.len()).enumerate().any(|(at, part)| {
            let others = words[..at].iter().chain(&words[at + term.len()..]);
            part.iter().zip(&term).all(|(word, term)| word == term) && others.into_iter().all(|word| NEUTRAL.contains(&word.as_str()) || word.chars().all(|c| c.is_ascii_digit()))
        })
}

/// `MaritalStatus`, `marital-status` and `marital_status` are `marital`, `status`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let starts = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if starts && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_recognised_by_their_names() {
        for (name, ground) in [
            ("sex", "sex or gender"),
            ("Gender", "sex or gender"),
            ("customer_age", "age"),
            ("Age", "age"),
            ("AGE_GROUP", "age"),
            ("age_in_years", "age"),
            ("SeniorCitizen", "age"),
            ("race", "race or ethnic origin"),
            ("marital-status", "marital or family status"),
            ("MaritalStatus", "marital or family status"),
            ("personal_status", "marital or family status"),
            ("native.country", "nationality or origin"),
            ("foreign_worker", "nationality or origin"),
            ("DateOfBirth", "age"),
        ] {
            assert_eq!(by_name(name).map(|found| found.ground), Some(ground), "{name}");
        }
        for name in ["housing_median_age", "page", "average", "race_time", "Essex", "sextant", "tenure", "country", "account_age", "message", "", "<script>", "PaymentMethod"] {
            assert_eq!(by_name(name), None, "{name}");
        }
    }

    #[test]
    fn columns_are_recognised_by_their_values() {
        let by = |values: &[&str]| by_values(&values.iter().map(|&value| value.to_owned()).collect()).map(|found| found.ground);
        assert_eq!(by(&[" Male", "Female"]), Some("sex or gender"));
        assert_eq!(by(&["White", "Black", "Other"]), Some("race or ethnic origin"));
        assert_eq!(by(&["Divorced", "Never-married", "x"]), Some("marital or family status"));
        assert_eq!(by(&["white", "red"]), None, "colours");
        assert_eq!(by(&["Yes", "No"]), None);
    }
}
