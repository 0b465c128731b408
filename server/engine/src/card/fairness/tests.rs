use std::sync::Arc;

use super::*;

fn text(values: impl Iterator<Item = Option<&'static str>>) -> Column {
    Column::Text(values.map(|value| value.map(Arc::from)).collect())
}

fn ground(ground: &'static str) -> Ground {
    Ground { ground, because: String::new() }
}

/// `fairlearn.metrics` 0.15.0 on the same rows: selection rates 0.6, 0.625, 0.675, true positive rates 41/58, 46/58 and
/// 52/58, false positive rates 7/22, 4/22 and 2/22.
#[test]
fn rates_and_differences_are_those_of_fairlearn() {
    let n = 240_u32;
    let group = |i: u32| (i * 7) % 3;
    let actual: Vec<u32> = (0..n).map(|i| u32::from((i * i * 31 + i * 17) % 11 < 5)).collect();
    let predicted: Vec<u32> = (0..n).map(|i| if (i * 13) % 10 < 7 + group(i) { actual[i as usize] } else { 1 - actual[i as usize] }).collect();
    let values = text((0..n).map(|i| Some(["a", "b", "c"][group(i) as usize])));
    let outcomes = Outcomes::Classes { actual: &actual, predicted: &predicted, n_classes: 2 };
    let found = of_column("g", ground("race or ethnic origin"), true, &values, outcomes);
    let expected = [("a", 0.6, 0.7068965517241379, 0.3181818181818182, 0.3), ("b", 0.625, 0.7931034482758621, 0.18181818181818182, 0.2), ("c", 0.675, 0.896551724137931, 0.09090909090909091, 0.1)];
    for (group, (name, selection, true_positive, false_positive, error)) in found.groups.iter().zip(expected) {
        assert_eq!((group.group.as_deref(), group.n_rows, group.is_small), (Some(name), 80, false));
        for (found, expected) in [(group.selection_rate, selection), (group.true_positive_rate, true_positive), (group.false_positive_rate, false_positive), (group.error_rate, error)] {
            assert!((found.unwrap().value - expected).abs() < 1e-12, "{name}: {found:?} is not {expected}");
        }
    }
    let differences = &found.differences;
    for (found, expected) in [
        (differences.demographic_parity_difference, 0.07500000000000007),
        (differences.demographic_parity_ratio, 0.8888888888888888),
        (differences.equalized_odds_difference, 0.22727272727272727),
        (differences.equal_opportunity_difference, 0.18965517241379315),
        (differences.error_rate_difference, 0.2),
    ] {
        assert!((found.unwrap() - expected).abs() < 1e-12, "{found:?} is not {expected}");
    }
    assert_eq!((differences.n_groups, differences.mean_error_difference), (3, None));
}

#[test]
fn numbers_are_compared_by_their_errors() {
    let actual: Vec<f64> = (0..80).map(f64::from).collect();
    let predicted: Vec<f64> = actual.iter().map(|y| if y % 2.0 == 0.0 { y + 1.0 } else { y - 2.0 }).collect();
    let values = text((0..80).map(|i| Some(if i % 2 == 0 { "a" } else { "b" })));
    let found = of_column("g", ground("sex or gender"), false, &values, Outcomes::Numbers { actual: &actual, predicted: &predicted });
    let errors: Vec<(f64, f64)> = found.groups.iter().map(|group| (group.mean_error.unwrap().value, group.mean_absolute_error.unwrap().value)).collect();
    assert_eq!(errors, [(1.0, 1.0), (-2.0, 2.0)]);
    assert_eq!((found.differences.mean_error_difference, found.differences.mean_absolute_error_ratio), (Some(3.0), Some(2.0)));
    assert_eq!(found.differences.demographic_parity_difference, None);
}

#[test]
fn small_groups_are_shown_and_not_compared() {
    let actual = vec![0; 100];
    let predicted = vec![1; 100];
    let outcomes = Outcomes::Classes { actual: &actual, predicted: &predicted, n_classes: 2 };
    let of = |n_small: u32| of_column("g", ground("religion"), true, &text((0..100).map(|i| if i < n_small { None } else { Some("many") })), outcomes);
    let found = of(5);
    assert_eq!(found.groups.iter().map(|group| (group.group.as_deref(), group.n_rows, group.is_small)).collect::<Vec<_>>(), [(Some("many"), 95, false), (None, 5, true)]);
    assert_eq!(found.differences, Differences { n_groups: 1, ..Differences::default() });
    assert!(found.groups[0].true_positive_rate.is_none(), "there is no positive row");
    let compared = of(40).differences;
    assert_eq!((compared.demographic_parity_difference, compared.equal_opportunity_difference, compared.equalized_odds_difference), (Some(0.0), None, None));
}

#[test]
fn ages_are_banded_and_codes_are_not() {
    let ages = Column::Number((0..90).map(f64::from).collect());
    let found = labels("age", &ages);
    assert_eq!([found[0].as_deref(), found[17].as_deref(), found[18].as_deref(), found[64].as_deref(), found[89].as_deref()], [Some("below 18"), Some("below 18"), Some("18 to 24"), Some("55 to 64"), Some("65 and over")]);
    let codes = Column::Number((0..90).map(|i| if i == 3 { f64::NAN } else { f64::from(i % 3) }).collect());
    assert_eq!(labels("age", &codes)[..4], [Some("0".to_owned()), Some("1".to_owned()), Some("2".to_owned()), None]);
    let years = Column::Number((0..90).map(|i| 1930.0 + f64::from(i)).collect());
    assert_eq!(labels("age", &years)[0].as_deref(), Some("[1930, 1952.25)"), "no ages: in quarters");
}
