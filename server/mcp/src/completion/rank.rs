//! The order of completions: equal, beginning so, a word beginning so, holding it; where nothing
//! holds it, its letters in order, nearly it. Within each, the order that the values came in.

/// Characters of a value and of what was typed that are looked at.
const CHARS_MAX: usize = 200;
/// Fewer characters than this are not taken for a slip of the keyboard.
const SLIP_CHARS_MIN: usize = 3;
/// One slip in so many characters.
const CHARS_PER_SLIP: usize = 4;

/// The values that fit what was typed, the likeliest first; all, in their order, when nothing was.
/// Each appears once.
pub(super) fn ranked(values: Vec<String>, typed: &str) -> Vec<String> {
    let typed = Typed::new(typed);
    let mut found: Vec<(Fit, String)> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for value in values {
        if let Some(fit) = typed.fit(&value)
            && known.insert(value.clone())
        {
            found.push((fit, value));
        }
    }
    // A guess is worth something only where nothing holds what was typed.
    if found.iter().any(|(fit, _)| *fit <= Fit::Within) {
        found.retain(|(fit, _)| *fit <= Fit::Within);
    }
    // The sort is stable.
    found.sort_by_key(|(fit, _)| *fit);
    found.into_iter().map(|(_, value)| value).collect()
}

/// How well a value fits; the smaller the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Equal,
    Beginning,
    /// A word in it begins so.
    Word,
    Within,
    /// The letters come in this order, with so many others between them.
    Letters(usize),
    /// Its beginning is so many slips away.
    Slips(usize),
}

struct Typed {
    lower: String,
    chars: Vec<char>,
}

impl Typed {
    fn new(typed: &str) -> Self {
        let lower: String = typed.trim().to_lowercase().chars().take(CHARS_MAX).collect();
        Self { chars: lower.chars().collect(), lower }
    }

    fn fit(&self, value: &str) -> Option<Fit> {
        if self.chars.is_empty() {
            return Some(Fit::Beginning);
        }
        let original: Vec<char> = value.chars().take(CHARS_MAX).collect();
        let lower: String = original.iter().collect::<String>().to_lowercase();
        if lower == self.lower {
            return Some(Fit::Equal);
        }
        if lower.starts_with(&self.lower) {
            return Some(Fit::Beginning);
        }
        // Lower case may have another length in a few scripts; then words are told by separators of
        // the lower case alone.
        let lowered: Vec<char> = lower.chars().collect();
        let humps = (lowered.len() == original.len()).then_some(original.as_slice());
        if (1..lowered.len()).any(|at| begins_word(&lowered, humps, at) && lowered[at..].starts_with(&self.chars)) {
            return Some(Fit::Word);
        }
        if lower.contains(&self.lower) {
            return Some(Fit::Within);
        }
        if let Some(others) = letters_in_order(&lowered, &self.chars) {
            return Some(Fit::Letters(others));
        }
        self.slips(&lowered).map(Fit::Slips)
    }

    /// How far the value's beginning, or that of its last part, is from what was typed.
    fn slips(&self, value: &[char]) -> Option<usize> {
        if self.chars.len() < SLIP_CHARS_MIN {
            return None;
        }
        let most = (self.chars.len() / CHARS_PER_SLIP).max(1);
        let last_part = value.iter().rposition(|c| *c == '/').map_or(0, |at| at + 1);
        [0, last_part]
            .into_iter()
            .map(|start| {
                let beginning: String = value[start..].iter().take(self.chars.len()).collect();
                strsim::osa_distance(&self.lower, &beginning)
            })
            .min()
            .filter(|distance| *distance <= most)
    }
}

/// Whether a word begins here: after what is no letter or digit, or with a capital after a small letter.
fn begins_word(value: &[char], original: Option<&[char]>, at: usize) -> bool {
    let separated = value[at].is_alphanumeric() && !value[at - 1].is_alphanumeric();
    separated || original.is_some_and(|original| original[at].is_uppercase() && original[at - 1].is_lowercase())
}

/// How many others stand between the first and the last of the letters, taken from the left; `None`
/// when they are not all there in this order.
fn letters_in_order(value: &[char], letters: &[char]) -> Option<usize> {
    let mut wanted = letters.iter();
    let mut next = wanted.next()?;
    let mut start = None;
    for (at, c) in value.iter().enumerate() {
        if c == next {
            let start = *start.get_or_insert(at);
            match wanted.next() {
                Some(letter) => next = letter,
                None => return Some(at + 1 - start - letters.len()),
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[&str], typed: &str, expected: &[&str]) {
        assert_eq!(ranked(values.iter().map(|value| (*value).to_owned()).collect(), typed), expected, "{typed:?}");
    }

    #[test]
    fn the_better_fit_comes_first() {
        let tables = ["xtelcox.csv", "old/telco.csv", "Telco.csv", "telco", "t_e_l_c_o.csv", "iris.csv"];
        check(&tables, "telco", &["telco", "Telco.csv", "old/telco.csv", "xtelcox.csv"]);
        check(&["t_e_l_c_o.csv", "te_lco.csv", "iris.csv"], "telco", &["te_lco.csv", "t_e_l_c_o.csv"]);
        check(&["MonthlyCharges", "TotalCharges", "Churn"], "charges", &["MonthlyCharges", "TotalCharges"]);
        check(&["accuracy", "roc_auc", "pr_auc"], "auc", &["roc_auc", "pr_auc"]);
        check(&["precision", "pr_auc", "roc_auc"], "pa", &["pr_auc"]);
    }

    #[test]
    fn equal_fits_keep_their_order() {
        check(&["r3", "r2", "r1"], "", &["r3", "r2", "r1"]);
        check(&["models:/churn@champion", "models:/churn/2", "models:/churn/1"], "churn", &["models:/churn@champion", "models:/churn/2", "models:/churn/1"]);
        check(&["a", "a", "b"], "", &["a", "b"]);
    }

    #[test]
    fn slips_of_the_keyboard_are_forgiven_last() {
        check(&["customers.csv", "data/telco.csv", "iris.csv"], "telko", &["data/telco.csv"]);
        check(&["churn", "price"], "chrun", &["churn"]);
        check(&["ab"], "ax", &[]);
    }

    #[test]
    fn any_script_is_completed() {
        check(&["Größe", "Straße", "顧客番号"], "GRÖ", &["Größe"]);
        check(&["İstanbul", "顧客番号"], "番号", &["顧客番号"]);
        check(&[&"x".repeat(10_000)], &"x".repeat(9_000), &[&"x".repeat(10_000)]);
    }
}
