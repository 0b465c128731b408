//! Columns of frames are offered.

use mlwright_language_testkit::sales;

use super::script;

const PANDAS: &str = "df = pd.read_csv('sales.csv')\n";
const POLARS: &str = "df = pl.read_csv('sales.csv')\n";

/// States what is offered at the cursor.
#[track_caller]
fn check_offers(marked: &str, expected: &[&str]) {
    let (script, offset) = script(&format!("import pandas as pd\nimport polars as pl\n{marked}\n"));
    let found: Vec<String> =
        crate::complete(&script, offset, &sales()).iter().map(|offer| offer.label.to_string()).collect();
    assert_eq!(found, expected, "\n{marked}");
}

#[test]
fn columns_are_offered() {
    check_offers(&format!("{PANDAS}df.nlargest(3, '$0')"), &["shop", "day", "kind", "price"]);
    check_offers(&format!("{PANDAS}df.loc[:, '$0':'price']"), &["shop", "day", "kind", "price"]);
    check_offers(&format!("{PANDAS}df.value_counts('$0')"), &["shop", "day", "kind", "price"]);
}

#[test]
fn columns_are_offered_inside_expressions() {
    check_offers(&format!("{POLARS}df.filter(pl.col('$0'))"), &["shop", "day", "kind", "price"]);
    check_offers(&format!("{POLARS}df.filter(pl.col('$0"), &["shop", "day", "kind", "price"]);
    check_offers(&format!("{POLARS}df.group_by('kind').agg(pl.col('p$0').mean())"), &["price", "kind", "shop", "day"]);
    check_offers(&format!("{POLARS}df.select('shop', pl.col('day')).with_columns(pl.col('$0'))"), &["shop", "day"]);
    check_offers(&format!("{POLARS}cond = pl.col('$0') > 1\nout = df.filter(cond)"), &["shop", "day", "kind", "price"]);
}
