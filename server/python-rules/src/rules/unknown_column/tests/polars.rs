//! Columns of polars.

use super::check_missing;

const SALES: &str = "df = pl.read_csv('sales.csv')\n";

#[test]
fn columns_that_are_not_there_are_told() {
    check_missing(&format!("{SALES}df.filter(pl.col('prise') > 1)"), &["prise"]);
    check_missing(&format!("{SALES}df.select('shop', pl.col('Kind'))"), &["Kind"]);
    check_missing(&format!("{SALES}df.group_by('kind').agg(pl.col('prise').mean().alias('m'))"), &["prise"]);
    check_missing(&format!("{SALES}cond = pl.col('prise') > 1\ndf.filter(cond)"), &["prise"]);
    check_missing(&format!("{SALES}df.select(cs.numeric()).filter(pl.col('x') > 1)"), &[]);
    check_missing(&format!("{SALES}df.with_columns(x=1).select(pl.col('x'))"), &[]);
    check_missing(&format!("{SALES}df.select(pl.col('*'))\ndf.select(pl.col('kind').is_in(['month', 'x']))"), &[]);
    check_missing(&format!("{SALES}df.drop('a', strict=False)"), &[]);
    check_missing(&format!("{SALES}df.with_columns(pl.col('price').mean().over('shop', 'sort'))"), &["sort"]);
}

#[test]
fn scripts_that_run_are_not_reported() {
    let scripts = [
        "out = df.select(pl.col('price').value_counts())\nout['price']",
        "out = df.unnest('kind')\nout['x']",
        "out = df['kind'].value_counts()\nout['count']",
        "out = df['kind'].to_dummies()\nout['kind_month']",
        "out = df.to_dummies('kind')\nout['kind_month']\nout['price']",
        "out = df.transpose(include_header=True)\nout['column']",
        "out = df.pivot('kind', index='shop', values='price')\nout['month']",
        "out = df.group_by('kind', maintain_order=True).agg(pl.col('price').quantile(0.5).alias('q'))\nout['q']",
        "out = df.group_by(['kind', 'shop']).agg([pl.col('price').first(), pl.len().alias('n')])\nout['n']",
        "for (kind,), part in df.group_by('kind'):\n    part['price']",
        "for row in df.iter_rows(named=True):\n    row['price']",
        "out = df.rename(lambda name: name + '_x')\nout['price_x']",
        "out = df.rename(str.upper)\nout['PRICE']",
        "out = df.with_columns(pl.all().name.suffix('_x'))\nout['price_x']",
        "out = df.with_columns(pl.col('kind').str.split('-').list.to_struct(fields=['a', 'b']).alias('s')).unnest('s')\nout['a']",
        "out = df.with_columns(pl.struct('kind', 'shop').alias('s')).select(pl.col('s').struct.field('kind'))\nout['kind']",
        "out = df.with_columns(pl.struct('kind', 'shop').alias('s')).select(pl.col('s').struct.unnest())\nout['kind']",
        "out = df.join(df, on='shop', how='full')\nout['shop_right']\nout['price_right']",
        "out = df.join(df, on='shop', how='full', coalesce=True)\nout['shop']\nout['price_right']",
        "out = df.join(df, on='shop', how='right')\nout['shop']\nout['price']\nout['price_right']",
        "out = df.join(df, left_on='shop', right_on='price')\nout['day_right']\nout['price_right']",
        "out = df.join_asof(df, on='day', by='kind')\nout['price_right']",
        "out = df.join_where(df, pl.col('price') > pl.col('price_right'))\nout['price_right']",
        "out = df.describe()\nout['statistic']",
        "out = df.select(pl.len())\nout['len']",
        "out = df.select(pl.col('price').alias('p'), n=pl.len())\nout['p']\nout['n']",
        "out = df.select(cs.by_name('price', 'shop') - cs.by_name('shop'))\nout['price']",
        "out = df.select(~cs.by_name('price'))\nout['shop']",
        "out = df.select(pl.nth(0))\nout['shop']",
        "out = df.select(pl.first())\nout['shop']",
        "out = df.select(pl.format('{}-{}', 'kind', 'shop').alias('id'))\nout['id']",
        "out = df.select((pl.lit(1) + pl.col('price')).alias('x'))\nout['x']",
        "out = df.sql('SELECT price AS p FROM self')\nout['p']",
        "out = df.lazy().group_by_dynamic('day', every='1d', include_boundaries=True).agg(pl.len()).collect()\nout['_lower_boundary']",
        "out = df.upsample('day', every='1d')\nout['price']",
        "out = df.map_columns('price', f)\nout['price']",
        "out = df.pipe(lambda d: d.with_columns(x=1))\nout['x']",
        "df = df.with_columns(x=1)\ndf = df.with_columns(y=pl.col('x'))\ndf['y']",
        "cols = ['price', 'shop']\nout = df.select([pl.col(c).alias(f'{c}_x') for c in cols])\nout['price_x']\nout['shop_x']",
        "out = df.select(**{f'{c}_x': pl.col(c) for c in df.columns})\nout['price_x']",
        "out = df.group_by('kind').agg(**{c: pl.mean(c) for c in ['price']})\nout['price']",
        "out = df.clear()\nout['price']",
        "out = df.drop_nulls('price').unique(subset=['shop'], keep='first').sort('price', descending=True)\nout['price']",
        "out = df.with_columns(pl.when(pl.col('kind') == 'month').then(1).otherwise(0).alias('m'))\nout['m']",
        "out = df.select(pl.exclude(pl.Float64))\nout['shop']",
        "out = df.select(pl.col('price').replace_strict({1.0: 'a'}, default='b'))\nout['price']",
        "out = pl.concat([df, df.rename({'price': 'cost'})], how='diagonal_relaxed')\nout['cost']\nout['price']",
        "out = pl.concat([df.lazy(), df.lazy()]).collect()\nout['price']",
        "df.extend(df)\ndf['price']",
        "df.replace_column(0, pl.Series('new', [1]))\ndf['new']",
        "s = df.to_series(1)\ns.name",
        "out = df.unpivot(cs.numeric(), index='kind')\nout['variable']\nout['value']",
        "out = df.with_row_index().filter(pl.col('index') > 2)\nout['index']",
        "out = df.select(pl.col('price').hist(bin_count=3)).unnest('price')\nout['breakpoint']",
        "out = df.select(pl.struct(a=pl.col('price'), b='shop').alias('s'))\nout['s']",
        "out = df.select(pl.corr('price', 'shop'))\nout['price']",
        "out = df.select(pl.int_range(pl.len()).alias('i'))\nout['i']",
        "out = df.select(pl.int_range(pl.len()))\nout['len']\nout['literal']",
        "out = df.group_by('kind').count()\nout['count']",
        "out = df.group_by('kind').map_groups(lambda g: g.with_columns(x=1))\nout['x']",
        "out = df.to_pandas().assign(n=1)\nout['n']",
        "df['kind'] == 'price'\ndf.filter(kind='month')",
    ];
    for script in scripts {
        check_missing(&format!("{SALES}{script}"), &[]);
    }
}
