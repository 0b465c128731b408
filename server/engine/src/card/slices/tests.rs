use std::sync::Arc;

use super::*;

fn noise(row: usize) -> f64 {
    let mixed = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f64 / f64::from(1 << 24)
}

fn levels(of: impl Fn(usize) -> Option<&'static str>, n: usize) -> Column {
    Column::Text((0..n).map(|row| of(row).map(Arc::from)).collect())
}

fn find_in(columns: &[(&str, &Column)], losses: &[f64]) -> Slices {
    let zeros = vec![0.0; losses.len()];
    let outcomes = Outcomes::Numbers { actual: &zeros, predicted: losses };
    find(("absolute error", losses), outcomes, columns, &CancelToken::new()).unwrap().unwrap()
}

/// A part planted by one column and one by two are found; the planted pair needs both conditions.
#[test]
fn planted_parts_are_found_and_nothing_else() {
    let n = 6_000;
    let town = levels(|row| ["north", "south", "east", "west"].get(row % 5).copied(), n);
    let size = Column::Number((0..n).map(|row| (row * 7 % 100) as f64).collect());
    let color = levels(|row| Some(["red", "blue", "green"][row / 5 % 3]), n);
    let pair = |row: usize| row % 5 == 2 && row / 5 % 3 == 1;
    let losses: Vec<f64> = (0..n).map(|row| noise(row) + if row % 5 == 0 { 0.5 } else { 0.0 } + if pair(row) { 2.0 } else { 0.0 }).collect();
    let found = find_in(&[("town", &town), ("size", &size), ("color", &color)], &losses);
    let named: Vec<String> = found
        .worse
        .iter()
        .map(|slice| slice.conditions.iter().map(|one| format!("{}={}", one.column, one.value.as_deref().unwrap_or("-"))).collect::<Vec<_>>().join("&"))
        .collect();
    assert_eq!(named[0], "town=east&color=blue");
    assert!(named.contains(&"town=north".to_owned()), "{named:?}");
    assert!(named.iter().all(|name| !name.contains("size")), "{named:?}");
    let slice = &found.worse[0];
    let (inside, outside): (Vec<_>, Vec<_>) = (0..n).partition(|&row| pair(row));
    let mean = |rows: &[usize]| rows.iter().map(|&row| losses[row]).sum::<f64>() / rows.len() as f64;
    assert_eq!(slice.n_rows, inside.len());
    assert!((slice.loss - mean(&inside)).abs() < 1e-9 && (slice.loss_of_others - mean(&outside)).abs() < 1e-9);
    let difference = slice.loss - slice.loss_of_others;
    assert!(slice.interval[0] < difference && difference < slice.interval[1] && slice.interval[1] - slice.interval[0] < 0.3);
    assert!(found.worse.iter().all(|slice| slice.q_value <= ALPHA));
    assert_eq!((found.n_rows, found.rows_min), (n, 60));
}

#[test]
fn chance_is_not_listed() {
    let n = 3_000;
    let columns: Vec<Column> = (0..12).map(|k| Column::Number((0..n).map(|row| (noise(row + 10_000 * (k + 1)) * 50.0).floor()).collect())).collect();
    let names: Vec<String> = (0..12).map(|k| format!("c{k}")).collect();
    let named: Vec<(&str, &Column)> = names.iter().map(String::as_str).zip(&columns).collect();
    let losses: Vec<f64> = (0..n).map(noise).collect();
    let found = find_in(&named, &losses);
    assert!(found.n_tested > 500, "{}", found.n_tested);
    assert_eq!((found.n_worse, found.worse.len()), (0, 0));
}

#[test]
fn few_rows_and_equal_losses_give_no_parts() {
    let column = levels(|row| Some(if row == 0 { "a" } else { "b" }), 3);
    let found = find_in(&[("c", &column)], &[1.0, 2.0, 3.0]);
    assert_eq!((found.n_tested, found.n_worse, found.mean_loss), (0, 0, 2.0));
    let column = levels(|row| Some(if row % 2 == 0 { "a" } else { "b" }), 100);
    assert_eq!(find_in(&[("c", &column)], &[1.0; 100]).n_tested, 0, "no loss varies");
    let zeros = [0.0; 2];
    let outcomes = Outcomes::Numbers { actual: &zeros, predicted: &zeros };
    assert_eq!(find(("absolute error", &[f64::NAN, 1.0]), outcomes, &[], &CancelToken::new()), Ok(None));
    let cancelled = CancelToken::new();
    cancelled.cancel();
    assert_eq!(find(("absolute error", &[1.0; 100]), outcomes, &[("c", &column)], &cancelled), Err(Cancelled));
}
