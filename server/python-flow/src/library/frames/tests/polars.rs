//! polars.

use mlwright_python_values::info::InfoKind::{Future, Statistic};

use super::{check, check_infos, noted};

const SALES: &str = "df = pl.read_csv('sales.csv')\n";
const ALL: &str = "shop: integer, day: date, kind: string, price: float";

/// A frame of what is read with one method after it.
#[track_caller]
fn check_method(method: &str, expected: &str) {
    check(&format!("{SALES}out = df.{method}"), "out", expected);
}

#[test]
fn frames_are_read_and_written_down() {
    check(SALES, "df", ALL);
    check("df = pl.scan_csv('sales.csv').collect()", "df", ALL);
    check("df = pl.DataFrame({'a': [1, 2], 'b': ['x', 'y']})", "df", "a: integer, b: string");
    check("df = pl.DataFrame({'a': [1]}, schema={'a': pl.Float64})", "df", "a: float");
    check("df = pl.DataFrame([[1, 2]], schema=['a', 'b'])", "df", "a, b");
    check(
        "df = pl.DataFrame([(1, 2)], schema={'a': pl.Int64, 'b': pl.String}, orient='row')",
        "df",
        "a: integer, b: string",
    );
    check("df = pl.DataFrame([pl.Series('a', [1]), pl.Series('b', ['x'])])", "df", "a: integer, b: string");
    check("df = pl.from_pandas(pd.read_csv('sales.csv'))", "df", ALL);
    check(&format!("{SALES}out = df.to_pandas()"), "out", ALL);
}

#[test]
fn select_has_what_its_expressions_make() {
    check_method("select('shop', 'price')", "shop: integer, price: float");
    check_method("select(['shop', 'price'])", "shop: integer, price: float");
    check_method("select(pl.col('shop', 'price'))", "shop: integer, price: float");
    check_method("select(pl.col('price').alias('p'))", "p: float");
    check_method("select(p=pl.col('price') * 2)", "p");
    check_method("select(pl.all())", ALL);
    check_method("select(pl.all().exclude('day'))", "shop: integer, kind: string, price: float");
    check_method("select(pl.exclude('day', 'kind'))", "shop: integer, price: float");
    check_method("select(pl.col('shop', 'price').name.suffix('_x'))", "shop_x: integer, price_x: float");
    check_method("select(pl.col('shop').name.prefix('x_'))", "x_shop: integer");
    check_method("select(pl.col('shop').alias('s').name.keep())", "shop: integer");
    check_method("select(pl.col('shop').name.to_uppercase())", "SHOP: integer");
    check_method("select(pl.col('shop') > 3)", "shop: boolean");
    check_method("select(pl.lit(1))", "literal: integer");
    check_method("select(pl.lit('x').alias('k'), 'shop')", "k: string, shop: integer");
    check_method("select(pl.len())", "len: integer");
    check_method("select(pl.mean('price'), pl.col('price').max().alias('top'))", "price: float, top: float");
    check_method("select(pl.sum_horizontal('shop', 'price'))", "shop");
    check_method("select(pl.sum_horizontal(pl.all()).alias('s'))", "s");
    check_method("select(pl.concat_str('kind', 'shop', separator='-').alias('id'))", "id: string");
    check_method("select(pl.struct('kind', 'shop'))", "kind");
    check_method("select(pl.when(pl.col('price') > 1).then(pl.col('kind')).otherwise(pl.lit('x')))", "kind");
    check_method("select(pl.when(pl.col('price') > 1).then(pl.lit(1)).otherwise(0).alias('flag'))", "flag");
    check_method(
        "select(pl.when(pl.col('a')).then('shop').when(pl.col('kind') == 'x').then('price').otherwise(None))",
        "shop",
    );
    check_method("select(pl.col.price, pl.col.kind)", "price: float, kind: string");
    check_method("select(pl.col('day').dt.year())", "day: integer");
    check_method("select(pl.col('kind').str.to_uppercase())", "kind: string");
    check_method("select(pl.col('price').cast(pl.Int64))", "price: integer");
}

#[test]
fn what_is_chosen_by_type_or_pattern_is_not_known() {
    check_method("select(cs.numeric())", "…");
    check_method("select('kind', cs.numeric())", "kind: string, …");
    check_method("select(pl.col('^p.*$'))", "…");
    check_method("select(pl.col(pl.Float64))", "…");
    check_method("drop(cs.numeric())", "shop?: integer, day?: date, kind?: string, price?: float, …");
    check_method("with_columns(cs.numeric() * 2)", "shop, day, kind, price, …");
    check_method("select(pl.col('price').map_alias(name))", "…");
}

#[test]
fn with_columns_adds_and_replaces() {
    check_method("with_columns(pl.col('price') * 2)", "shop: integer, day: date, kind: string, price");
    check_method("with_columns(total=pl.col('price') * pl.col('shop'))", &format!("{ALL}, total"));
    check_method("with_columns((pl.col('price') / 2).alias('half'))", &format!("{ALL}, half: float"));
    check_method(
        "with_columns([pl.lit(0).alias('a'), pl.lit('x').alias('b')])",
        &format!("{ALL}, a: integer, b: string"),
    );
    check_method(
        "with_columns(pl.col('shop').cast(pl.String).name.suffix('_text'))",
        &format!("{ALL}, shop_text: string"),
    );
    check_method("with_columns(pl.Series('n', [1, 2]))", &format!("{ALL}, n: integer"));
    check(
        &format!("{SALES}half = (pl.col('price') / 2).alias('half')\nout = df.with_columns(half)"),
        "out",
        &format!("{ALL}, half: float"),
    );
    check(
        &format!("{SALES}parts = [pl.lit(i).alias(f'f{{i}}') for i in range(2)]\nout = df.with_columns(*parts)"),
        "out",
        &format!("{ALL}, f0: integer, f1: integer"),
    );
}

#[test]
fn groups_have_their_keys_and_what_is_computed() {
    check_method("group_by('kind').agg(pl.col('price').mean())", "kind: string, price: float");
    check_method(
        "group_by('kind', 'shop').agg(pl.len(), pl.col('price').sum().alias('total'))",
        "kind: string, shop: integer, len: integer, total: float",
    );
    check_method("group_by('kind').agg(total=pl.sum('price'))", "kind: string, total: float");
    check_method(
        "group_by(pl.col('day').dt.month().alias('month')).agg(pl.mean('price'))",
        "month: integer, price: float",
    );
    check_method("group_by('kind').agg(pl.all().mean())", "kind: string, shop: float, day, price: float");
    check_method("group_by('kind').len()", "kind: string, len: integer");
    check_method("group_by('kind').mean()", "kind: string, shop: float, day, price: float");
    check_method("group_by('kind').agg('price')", "kind: string, price: float");
    check_method("group_by_dynamic('day', every='1mo').agg(pl.mean('price'))", "day: date, price: float");
    check_method("group_by(cs.string()).agg(pl.len())", "len: integer, …");
}

#[test]
fn frames_change_their_shape() {
    check_method("drop('day', 'kind')", "shop: integer, price: float");
    check_method("drop(['day', 'kind'])", "shop: integer, price: float");
    check_method("rename({'day': 'date'})", "shop: integer, date: date, kind: string, price: float");
    check_method("unpivot(['price'], index=['shop', 'day'])", "shop: integer, day: date, variable: string, value");
    check_method(
        "unpivot(on='price', index='shop', variable_name='what', value_name='much')",
        "shop: integer, what: string, much",
    );
    check_method("pivot('kind', index='shop', values='price')", "shop: integer, …");
    check_method("with_row_index('row')", "row: integer, shop: integer, day: date, kind: string, price: float");
    check_method("explode('kind')", "shop: integer, day: date, kind, price: float");
    check_method("cast({'shop': pl.Float64})", "shop: float, day: date, kind: string, price: float");
    check_method("filter(pl.col('price') > 1).sort('day').head(3).unique('shop').drop_nulls()", ALL);
    check_method("lazy().with_columns(a=1).collect()", &format!("{ALL}, a: integer"));
    check_method("transpose()", "…");
    check_method("describe()", "statistic: string, shop, day, kind, price");
    check_method("collect_schema()", ALL);
    check(&format!("{SALES}s = df.get_column('price').alias('p')"), "s", "p: float");
    check(&format!("{SALES}s = df['price']"), "s", "price: float");
    check(&format!("{SALES}s = df[['price']]"), "s", "price: float");
    check(&format!("{SALES}for part in df.partition_by('kind'):\n    out = part"), "out", ALL);
    check(&format!("{SALES}df.insert_column(0, pl.Series('a', [1]))"), "df", &format!("{ALL}, a: integer"));
}

#[test]
fn joins_name_what_clashes() {
    let two = format!("{SALES}shops = pl.read_csv('shops.csv')\n");
    check(&format!("{two}out = df.join(shops, on='shop')"), "out", &format!("{ALL}, city: string"));
    check(&format!("{two}out = df.join(shops, on='shop', how='semi')"), "out", ALL);
    check(
        &format!("{two}out = df.join(shops.rename({{'city': 'kind'}}), on='shop')"),
        "out",
        &format!("{ALL}, kind_right: string"),
    );
    check(
        &format!("{two}out = df.join(shops.rename({{'city': 'kind'}}), on='shop', suffix='_s')"),
        "out",
        &format!("{ALL}, kind_s: string"),
    );
    check(
        &format!("{two}out = df.join(shops, how='cross')"),
        "out",
        &format!("{ALL}, shop_right: integer, city: string"),
    );
    check(
        &format!("{two}out = df.join(shops, on='shop', how='full')"),
        "out",
        &format!("{ALL}, shop_right?: integer, city: string"),
    );
    check(
        &format!("{two}out = df.join(shops, left_on='shop', right_on=pl.col('city').cast(pl.Int64))"),
        "out",
        &format!("{ALL}, city?: string, …"),
    );
    check(&format!("{two}out = df.join(other, on='shop')"), "out", &format!("{ALL}, …"));
    check(
        &format!("{two}out = pl.concat([df, df.with_columns(a=1)], how='diagonal')"),
        "out",
        &format!("{ALL}, a: integer"),
    );
    check(
        &format!("{two}out = pl.concat([df, shops.select('city')], how='horizontal')"),
        "out",
        &format!("{ALL}, city: string"),
    );
    check(&format!("{two}out = df.hstack([pl.Series('a', [1])])"), "out", &format!("{ALL}, a: integer"));
}

#[test]
fn statistics_and_later_rows_are_known_to_the_columns() {
    check_infos(
        &format!("{SALES}df = df.with_columns(c=pl.col('price') - pl.col('price').mean())"),
        &[("c", "mean", Statistic)],
    );
    check_infos(
        &format!("{SALES}df = df.with_columns(m=pl.col('price').mean().over('kind'))"),
        &[("m", "mean", Statistic)],
    );
    check_infos(&format!("{SALES}df = df.select(pl.col('price').shift(-1))"), &[("price", "shift", Future)]);
    check_infos(
        &format!("{SALES}df = df.select(pl.col('price').backward_fill())"),
        &[("price", "backward_fill", Future)],
    );
    check_infos(
        &format!("{SALES}df = df.select(pl.col('price').rolling_mean(3, center=True))"),
        &[("price", "rolling_mean(center=True)", Future)],
    );
    check_infos(
        &format!("{SALES}df = df.with_columns(a=pl.col('price').shift(1), b=pl.col('price').rolling_mean(3))"),
        &[],
    );
    check_infos(
        &format!(
            "{SALES}means = df.group_by('kind').agg(pl.col('price').mean().alias('m'))\ndf = df.join(means, on='kind')"
        ),
        &[("m", "mean", Statistic)],
    );
}

#[test]
fn what_rules_want_to_know_is_noted() {
    assert_eq!(
        noted(&format!("{SALES}df.with_columns(pl.col('kind').cast(pl.Float64, strict=False))")),
        ["coercion cast(strict=False)"]
    );
    assert_eq!(
        noted(&format!("{SALES}df.with_columns(pl.col('kind').str.to_integer(strict=False))")),
        ["coercion str.to_integer(strict=False)"]
    );
    assert_eq!(
        noted(&format!("{SALES}df.with_columns(pl.col('kind').str.to_datetime('%Y', strict=False))")),
        ["coercion str.to_datetime(strict=False)"]
    );
    assert_eq!(noted(&format!("{SALES}df.with_columns(pl.col('kind').cast(pl.Float64))")), [""; 0]);
    assert_eq!(
        noted(&format!("{SALES}df.with_columns(pl.col('price').shift(-1).alias('next'))")),
        ["future shift of price"]
    );
    assert_eq!(
        noted(&format!("{SALES}df.sample(n=9, with_replacement=True)")),
        ["resample sample(with_replacement=True)"]
    );
    assert_eq!(noted(&format!("{SALES}df.sample(fraction=0.5, seed=1)")), ["sample, seed true"]);
}
