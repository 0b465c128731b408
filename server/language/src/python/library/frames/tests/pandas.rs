//! pandas.

use super::check;

const SALES: &str = "df = pd.read_csv('sales.csv')\n";
const ALL: &str = "shop: integer, day: date, kind: string, price: float";

#[test]
fn frames_are_read_and_written_down() {
    check(SALES, "df", ALL);
    check("df = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})", "df", "a: integer, b: string");
}
