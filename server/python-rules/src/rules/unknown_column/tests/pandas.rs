//! Columns of pandas.

use super::check_missing;

const SALES: &str = "df = pd.read_csv('sales.csv')\n";

#[test]
fn what_may_be_there_is_not_missed() {
    check_missing(&format!("{SALES}df['prise']"), &["prise"]);
    check_missing(&format!("{SALES}df.loc['a', 'b']"), &[]);
    check_missing("df = pd.DataFrame({'a': [1]}, index=pd.Index([1], name='k'))\ndf.groupby('k').sum()", &[]);
    check_missing(
        &format!(
            "{SALES}means = df.groupby(['kind', 'shop']).mean()['price']\nfor k, part in means.groupby('kind'):\n    pass"
        ),
        &[],
    );
    check_missing(&format!("{SALES}exec('df[\"x\"] = 1')\ndf['x']"), &[]);
    check_missing(&format!("{SALES}df.T['x']"), &[]);
    check_missing(&format!("{SALES}pl.DataFrame({{'a': [1]}}).get_column('b', default=None)"), &[]);
}

#[test]
fn scripts_that_run_are_not_reported() {
    let scripts = [
        "out = df['kind'].value_counts().reset_index()\nout['count']",
        "out = df['kind'].value_counts().rename_axis('k').reset_index(name='n')\nout['n']\nout['k']",
        "out = df.describe()\nout['price']\nout.loc['mean', 'price']\nout.T['mean']",
        "out = pd.crosstab(df['kind'], df['shop'])\nout['x']",
        "out = df.pivot_table(index='shop', columns='kind', values='price', aggfunc='sum').reset_index()\nout['month']",
        "out = df.set_index(['shop', 'day'])['price'].unstack()\nout['x']",
        "out = df.set_index(['shop', 'kind']).stack().reset_index()\nout['level_2']",
        "for i, row in df.iterrows():\n    row['price']\nfor row in df.itertuples():\n    row.price\n    row.Index",
        "out = df.groupby('kind').agg({'price': ['mean', 'std']})\nout.columns = ['m', 's']\nout['m']",
        "out = df.groupby('kind').agg({'price': 'mean'}).rename(columns={'price': 'm'})\nout['m']",
        "out = df.groupby(['kind', 'shop']).size().reset_index(name='n')\nout['n']\nout['shop']",
        "out = df.groupby(['kind', 'shop']).size().reset_index()\nout[0]\nout['shop']",
        "out = df.groupby('kind')['price'].agg(['mean', 'max'])\nout['mean']\nout.reset_index()['kind']",
        "out = df.groupby('kind')[['price', 'shop']].mean().reset_index()\nout['kind']",
        "out = df.groupby('kind', as_index=False).agg(total=('price', 'sum'))\nout['kind']\nout['total']",
        "for kind, part in df.groupby('kind'):\n    part['price']",
        "df.columns = [c.upper() for c in df.columns]\ndf['PRICE']",
        "df.columns = df.columns.str.upper()\ndf['PRICE']",
        "out = df[df.columns.difference(['day'])]\nout['price']",
        "out = df[df.columns.drop('day')]\nout['price']",
        "out = df[[c for c in df.columns if c != 'day']]\nout['price']",
        "out = df[list(set(df.columns) - {'day'})]\nout['price']",
        "out = df[df.columns[1:]]\nout['price']",
        "out = df[df.columns.intersection(['price', 'x'])]\nout['price']",
        "out = df[df.columns.union(['price'])]\nout['price']",
        "out = df.pipe(lambda d: d.assign(n=1))\nout['n']",
        "def f(d, n):\n    return d.assign(n=n)\nout = df.pipe(f, n=2)\nout['n']",
        "df.eval('c = price + shop', inplace=True)\ndf['c']",
        "out = df.eval('c = price + shop')\nout['c']",
        "out = df.merge(df, on='shop', how='left', indicator=True)\nout['_merge']\nout['price_x']\nout['kind_y']",
        "out = df.join(df.set_index('shop'), on='shop', rsuffix='_r')\nout['price_r']\nout['price']",
        "df[['a', 'b']] = df['kind'].str.split('-', expand=True)\ndf['a']",
        "out = df['kind'].str.split('-', expand=True)\nout[0]\nout.columns = ['a', 'b']\nout['b']",
        "out = pd.json_normalize([{'a': {'b': 1}}])\nout['a.b']",
        "out = pd.read_csv('sales.csv', header=None)\nout[0]\nout.columns = ['a', 'b', 'c', 'd']\nout['a']",
        "out = pd.read_excel('book.xlsx', sheet_name=None)\nout['Sheet1']['price']",
        "for part in pd.read_csv('sales.csv', chunksize=9):\n    part['price']\n    part['n'] = 1\n    part['n']",
        "df.loc[len(df)] = [1, 2, 3, 4]\ndf['price']",
        "df.loc[df.price > 1, 'new'] = 1\ndf['new']",
        "df.insert(0, 'id', range(4))\ndf['id']",
        "df.update(pd.DataFrame({'price': [1]}))\ndf['price']",
        "out = df.T\nout.columns\nout['x']",
        "out = df.explode('kind')\nout['price']",
        "out = pd.concat([df, df], keys=['a', 'b'])\nout.loc['a']['price']",
        "out = pd.concat([df, df], axis=1, keys=['a', 'b'])\nout['a']['price']",
        "out = pd.concat([df['price'].rename('p'), df['shop']], axis=1)\nout['p']",
        "out = df.melt(id_vars='shop')\nout['variable']\nout['value']",
        "out = df.select_dtypes('number')\nout['price']",
        "out = df.filter(like='pri')\nout['price']",
        "out = df.filter(regex='^p')\nout['price']",
        "out = df.to_dict('list')\nout['price']",
        "out = df.corr(numeric_only=True)\nout['price']['shop']\nout.loc['price', 'shop']",
        "out = df.isna().sum()\nout['price']",
        "out = df.mean(numeric_only=True)\nout['price']",
        "out = df.dtypes\nout['price']",
        "out = df.iloc[0]\nout['price']",
        "out = df.resample('D', on='day').sum()\nout['price']",
        "out = df.set_index('day').resample('D')['price'].agg(['min', 'max'])\nout['min']",
        "out = df.rolling(3)['price'].mean()\nout.name",
        "out = df.nlargest(3, 'price')\nout['kind']",
        "alias = df\nalias['n'] = 1\ndf['n']",
        "def g():\n    df['n'] = 1\ng()\ndf['n']",
        "for c in ['a', 'b']:\n    df[c + '_x'] = 1\ndf['a_x']\ndf['b_x']",
        "df = df.rename(columns={c: c.title() for c in df.columns})\ndf['Price']",
        "df = df.rename(columns=lambda c: c.title())\ndf['Price']",
        "df.rename(columns={'price': 'cost'}, inplace=True)\ndf['cost']",
        "df = df.assign(**{'n': 1, 'm': lambda d: d['n']})\ndf['m']",
        "df['when'] = pd.to_datetime(df['day'])\ndf['when'].dt.year",
        "df = df.set_index('shop')\ndf.groupby('shop').sum()\ndf.reset_index()['shop']\ndf.sort_values('shop')",
        "df.index.name = 'id'\ndf.reset_index()['id']\ndf.groupby('id').sum()",
        "df.index.names = ['id']\ndf = df.reset_index()\ndf['id']",
        "df = df.rename_axis('id')\ndf.groupby('id').sum()\ndf.reset_index()['id']",
        "df.attrs['x'] = 1\ndf['price']",
        "out = df.apply(lambda row: pd.Series({'a': row['price'], 'b': 1}), axis=1)\nout['a']",
        "out = df['kind'].str.extract('(?P<first>.)')\nout['first']",
        "out = df['kind'].to_frame('k')\nout['k']",
        "out = df['price'].describe()\nout['mean']",
        "out = df.agg({'price': ['min', 'max']})\nout['price']\nout.loc['min', 'price']",
        "out = df.agg(['min', 'max'])\nout['price']\nout.T['min']",
        "out = df.xs('price', axis=1)\nout[0]",
        "out = df.swapaxes(0, 1)\nout['x']",
        "out = df.combine_first(pd.DataFrame({'new': [1]}))\nout['new']",
        "out = pd.merge_asof(df, df, on='day', suffixes=('', '_2'))\nout['price_2']\nout['price']",
        "out = df.groupby('kind').apply(lambda g: g.assign(n=1)).reset_index(drop=True)\nout['n']",
        "out = df.groupby('kind').describe()\nout['price']['mean']",
        "out = df.groupby('kind')['price'].describe()\nout['mean']",
        "out = df.groupby('kind').first().reset_index()\nout['kind']",
        "out = df.groupby(df['day'].dt.year)['price'].sum().reset_index()\nout['day']",
        "out = df.groupby(pd.Grouper(key='day', freq='D')).sum().reset_index()\nout['day']",
        "out = df.value_counts(['kind', 'shop']).reset_index(name='n')\nout['n']\nout['kind']",
        "out = df['kind'].value_counts(normalize=True).mul(100).reset_index()\nout['proportion']",
        "out = df.cumsum(numeric_only=True)\nout['price']",
        "out = df.isnull().any()\nout['price']",
        "out = df.drop_duplicates(['shop', 'kind']).sort_values(by=['price', 'day'])\nout['price']",
        "df['x'], df['y'] = 1, 2\ndf['x'] + df['y']",
        "df.at[0, 'z'] = 3\ndf['z']",
        "df = df.reset_index()\ndf['index']",
        "df = df.reset_index(names='id')\ndf['id']",
        "df = df.set_axis(['a', 'b', 'c', 'd'], axis=1)\ndf['a']",
        "df = df.set_axis(['a', 'b', 'c', 'd'], axis='columns')\ndf['d']",
    ];
    for script in scripts {
        check_missing(&format!("{SALES}{script}"), &[]);
    }
}
