//! pandas.

use super::check;

const SALES: &str = "df = pd.read_csv('sales.csv')\n";
const ALL: &str = "shop: integer, day: date, kind: string, price: float";

/// A frame of what is read with one method after it.
#[track_caller]
fn check_method(method: &str, expected: &str) {
    check(&format!("{SALES}out = df.{method}"), "out", expected);
}

#[test]
fn frames_are_read_and_written_down() {
    check(SALES, "df", ALL);
    check("df = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})", "df", "a: integer, b: string");
    check("df = pd.DataFrame([[1, 2]], columns=['a', 'b'])", "df", "a, b");
    check("df = pd.DataFrame([{'a': 1}, {'b': 'x'}])", "df", "a: integer, b: string");
    check("df = pd.read_csv('sales.csv', usecols=['price', 'shop'])", "df", "shop: integer, price: float");
    check("df = pd.read_csv('sales.csv', names=['a', 'b'])", "df", "a, b");
    check("df = pd.read_csv('nowhere.csv')", "df", "…");
}

#[test]
fn columns_are_made_and_taken_away() {
    check(&format!("{SALES}df['n'] = 1"), "df", &format!("{ALL}, n: integer"));
    check(&format!("{SALES}df['big'] = df['price'] > 3"), "df", &format!("{ALL}, big: boolean"));
    check(&format!("{SALES}del df['day']\ndf.pop('kind')"), "df", "shop: integer, price: float");
    check(&format!("{SALES}df.drop(columns=['day', 'kind'], inplace=True)"), "df", "shop: integer, price: float");
    check_method("assign(n=1)", &format!("{ALL}, n: integer"));
    check_method("rename(columns={'day': 'date'})", "shop: integer, date: date, kind: string, price: float");
    check_method("rename(columns=str.upper)", "SHOP: integer, DAY: date, KIND: string, PRICE: float");
    check_method("add_prefix('x_')", "x_shop: integer, x_day: date, x_kind: string, x_price: float");
    check_method("set_index('day').reset_index()", "day, shop: integer, kind: string, price: float");
    check_method("reindex(columns=['price', 'new'])", "price: float, new");
    check(&format!("{SALES}def add(frame):\n    frame['n'] = 1\nadd(df)"), "df", &format!("{ALL}, n: integer"));
    check(&format!("{SALES}unknown(df)"), "df", &format!("{ALL}, …"));
}

#[test]
fn groups_and_merges_name_their_columns() {
    let two = format!("{SALES}shops = pd.read_csv('shops.csv')\n");
    check(&format!("{two}out = df.merge(shops, on='shop')"), "out", &format!("{ALL}, city: string"));
    check(&format!("{SALES}out = df.groupby('kind').agg(total=('price', 'sum')).reset_index()"), "out", "kind, total");
    check(
        &format!("{SALES}out = df.groupby('kind', as_index=False)['price'].sum()"),
        "out",
        "kind: string, price: float",
    );
    check(&format!("{SALES}out = df.groupby('kind')['price'].sum().reset_index()"), "out", "kind, price: float");
    check_method("melt(id_vars='shop', value_vars=['price'])", "shop: integer, variable: string, value");
    check_method("pivot_table(index='shop', columns='kind', values='price')", "…");
}

#[test]
fn dummies_are_named_after_values() {
    let kept = "shop: integer, day: date, price: float";
    check(
        &format!("{SALES}out = pd.get_dummies(df)"),
        "out",
        &format!("{kept}, kind_month: boolean, kind_year: boolean, …"),
    );
    check(
        &format!("{SALES}out = pd.get_dummies(df, columns=['kind'], prefix='k')"),
        "out",
        &format!("{kept}, k_month: boolean, k_year: boolean, …"),
    );
    check(
        &format!("{SALES}out = pd.get_dummies(df, drop_first=True)"),
        "out",
        &format!("{kept}, kind_year: boolean, …"),
    );
    check(
        &format!("{SALES}out = pd.get_dummies(df[df.price > 1])"),
        "out",
        &format!("{kept}, kind_month?: boolean, kind_year?: boolean, …"),
    );
}
