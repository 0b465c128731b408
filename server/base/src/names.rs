//! Checked names of what users create, and "did you mean" for names that do not exist.

use crate::error::{ErrorCode, Problem};

/// The longest name of a table, model, endpoint, experiment or monitor.
pub const NAME_CHARS_MAX: usize = 128;

/// Checks a name that becomes part of paths and addresses: letters, digits, `_`, `-` and `.`,
/// first a letter or digit.
///
/// # Errors
/// [`ErrorCode::InvalidArgument`] with the rule and the first offending character.
pub fn check_name(field: &str, name: &str) -> Result<(), Problem> {
    let rule = "use letters, digits, '_', '-' and '.', starting with a letter or digit";
    let fail = |message: String| Err(Problem::new(ErrorCode::InvalidArgument, message).hint(rule).field(field));
    if name.is_empty() {
        return fail(format!("{field} is empty"));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return fail(format!("{field} is longer than {NAME_CHARS_MAX} characters"));
    }
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
        return fail(format!("{field} {name:?} holds {bad:?}"));
    }
    if name.starts_with(|c: char| !c.is_alphanumeric()) {
        return fail(format!("{field} {name:?} starts with {:?}", &name[..1]));
    }
    Ok(())
}

/// The most names that [`nearest`] answers with.
pub const NEAREST_MAX: usize = 3;

/// The names nearest to `wanted`, best first: equal but for case, then by edit distance
/// (optimal string alignment) up to a third of the length, then those that contain it.
#[must_use]
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let low = wanted.to_lowercase();
    let most = (low.chars().count() / 3).max(2);
    let mut scored: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let candidate = name.to_lowercase();
            let distance = edit_distance(&low, &candidate);
            if distance <= most {
                Some((distance, name))
            } else if !low.is_empty() && (candidate.contains(&low) || low.contains(&candidate)) {
                Some((most + 1, name))
            } else {
                None
            }
        })
        .collect();
    scored.sort();
    scored.dedup();
    scored.into_iter().take(NEAREST_MAX).map(|(_, name)| name.to_owned()).collect()
}

/// A hint that offers the nearest names, or lists some of those there are.
#[must_use]
pub fn did_you_mean<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let near = nearest(wanted, names.iter().copied());
    if !near.is_empty() {
        return format!("did you mean {}?", near.join(" or "));
    }
    if names.is_empty() {
        return String::new();
    }
    let shown: Vec<&str> = names.iter().take(10).copied().collect();
    let more = names.len() - shown.len();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("there are: {}{tail}", shown.join(", "))
}

fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut current = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let swap = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (previous[j] + 1).min(current[j - 1] + 1).min(previous[j - 1] + swap);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            current[j] = best;
        }
        before = previous;
        previous = current;
    }
    previous[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert!(check_name("name", "churn-model_2.1").is_ok());
        assert!(check_name("name", "kundé").is_ok());
        for bad in ["", "../x", "a b", ".hidden", "a/b", "é\u{0}"] {
            assert!(check_name("name", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nearest_puts_the_likely_name_first() {
        assert_eq!(nearest("TotalCharge", ["TotalCharges", "MonthlyCharges", "tenure"])[0], "TotalCharges");
        assert_eq!(nearest("churn", ["Churn", "tenure"]), ["Churn"]);
        assert_eq!(nearest("tneure", ["Churn", "tenure"]), ["tenure"]);
        assert!(nearest("zzz", ["Churn", "tenure"]).is_empty());
        assert_eq!(did_you_mean("zzzzzz", ["a", "b"]), "there are: a, b");
    }
}
