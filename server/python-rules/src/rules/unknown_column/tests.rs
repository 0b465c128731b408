//! Columns that are not there.

mod pandas;
mod polars;

use mlwright_language_testkit::{ROOT, TestWorkspace, sales, telco};
use mlwright_python_flow::analyse;
use mlwright_source_text::Diagnostic;

fn unknown_in(text: &str, source: &TestWorkspace) -> Vec<Diagnostic> {
    let analysis = analyse(&format!("{ROOT}/script.py"), text, source);
    crate::check(&analysis, text, source).into_iter().filter(|found| found.code == "MLW301").collect()
}

fn unknown(text: &str) -> Vec<Diagnostic> {
    unknown_in(text, &telco())
}

const READ: &str = "import pandas as pd\ndf = pd.read_csv('telco.csv')\n";

/// The names reported after `READ`, separated by blanks.
fn check(text: &str, expected: &str) {
    let text = format!("{READ}{text}");
    let found: Vec<String> = unknown(&text).iter().map(|found| found.range.of(&text).to_owned()).collect();
    assert_eq!(found.join(" "), expected, "{text}");
}

#[test]
fn columns_that_are_certainly_missing() {
    check("df['tenur']", "tenur");
    check("df[['tenure', 'Chrun']]", "Chrun");
    check("df.groupby('contract').size()", "contract");
    check("df.drop(columns=['nope'])", "nope");
    check("df.query('tenuer > 3')", "tenuer");
    check("df.sort_values('no')\ndf.loc[:, 'none']", "no none");
    check("df = df.drop(columns='Churn')\ny = df['Churn']", "Churn");
    check("df = df.rename(columns={'Churn': 'y'})\ndf['Churn']", "Churn");
    check("del df['Churn']\ndf['Churn']", "Churn");
    check("df.pop('Churn')\ndf['Churn']", "Churn");
    check("s = df[['tenure']]\ns['Churn']", "Churn");
    check("def f(d):\n    return d['nope']\nf(df)", "nope");
    check("df.apply(lambda r: r['nope'], axis=1)", "nope");
    check("cols = ['tenure', 'nope']\ndf[cols]", "nope");
    check("df.merge(df, on='nope')", "nope");
    check("print(len(df))\ndf['nope']", "nope");
    check(
        "import polars as pl\np = pl.read_csv('telco.csv')\np.filter(pl.col('tenur') > 1).select('Chrun')",
        "tenur Chrun",
    );
}

#[test]
fn the_message_suggests_and_the_fix_replaces() {
    let text = format!("{READ}df['MonthlyCharge']");
    let found = &unknown(&text)[0];
    assert_eq!(
        found.message,
        "the frame from `telco.csv` has no column `MonthlyCharge` here: did you mean `MonthlyCharges`?"
    );
    assert_eq!(
        (found.fixes[0].title.as_str(), found.fixes[0].edits[0].text.as_str()),
        ("Change to `MonthlyCharges`", "MonthlyCharges")
    );
    let text = format!("{READ}df['zzz']");
    let found = &unknown(&text)[0];
    assert_eq!(
        found.message,
        "the frame from `telco.csv` has no column `zzz` here; it has `customerID`, `MonthlyCharges`, `tenure`, `Churn`"
    );
    assert!(found.fixes.is_empty());
}

#[test]
fn suppressed_by_a_comment() {
    check("df['nope']  # mlwright: ignore[MLW301]", "");
}

#[test]
fn nothing_where_there_is_doubt() {
    let mut wrong = Vec::new();
    for text in [
        "df['new'] = 1\ndf['new']",
        "df.insert(0, 'new', 1)\ndf['new']",
        "df.loc[:, 'new'] = 1\ndf['new']",
        "df.loc[df.tenure > 3, 'new'] = 1\ndf['new']",
        "df[['a', 'b']] = 1\ndf['a']",
        "df = df.assign(new=1)\ndf['new']",
        "df = df.assign(**columns)\ndf['new']",
        "df = df.assign(**{f'{c}_2': 1 for c in df.columns})\ndf['tenure_2']",
        "df.eval('new = tenure * 2', inplace=True)\ndf['new']",
        "df.rename(columns={'Churn': 'new'}, inplace=True)\ndf['new']",
        "df = df.rename(columns=str.lower)\ndf['churn']",
        "df = df.rename(columns=lambda c: c + '!')\ndf['Churn!']",
        "df.columns = ['a', 'b', 'c', 'd']\ndf['a']",
        "df.columns = names\ndf['a']",
        "df.columns = df.columns.str.lower()\ndf['churn']",
        "df.columns = df.columns.str.strip().str.lower().str.replace(' ', '_')\ndf['churn']",
        "df.columns = [c.lower() for c in df.columns]\ndf['churn']",
        "df.columns = df.columns.map(str.lower)\ndf['churn']",
        "df.columns.values[0] = 'new'\ndf['new']",
        "df = df.set_axis(['a', 'b', 'c', 'd'], axis=1)\ndf['a']",
        "df = df.add_prefix('x_')\ndf['x_Churn']",
        "for c in df.columns:\n    df[c + '_log'] = 1\ndf['tenure_log']",
        "for i in range(3):\n    df[f'lag_{i}'] = 1\ndf['lag_2']",
        "for i in range(300):\n    df[f'lag_{i}'] = 1\ndf['lag_222']",
        "for i in range(n):\n    df[f'lag_{i}'] = 1\ndf['lag_2']",
        "i = 0\nwhile i < 9:\n    df['x' + str(i)] = 1\n    i += 1\ndf['x7']",
        "for name, f in steps.items():\n    df[name] = f(df)\ndf['new']",
        "df[name] = 1\ndf['new']",
        "for name in names:\n    df[name] = 1\ndf['new']",
        "add_features(df)\ndf['new']",
        "from features import add\nadd(df)\ndf['new']",
        "import features\nfeatures.add(df)\ndf['new']",
        "helper.add([df])\ndf['new']",
        "def add(d):\n    d['new'] = 1\nadd(df)\ndf['new']",
        "def add(d):\n    d['new'] = 1\nfor d in [df]:\n    add(d)\ndf['new']",
        "exec(code)\ndf['new']",
        "try:\n    df['new']\nexcept KeyError:\n    pass",
        "if 'new' in df.columns:\n    df['new']",
        "if 'new' in df:\n    print(df['new'])",
        "x = df['new'] if 'new' in df else 0",
        "if 'new' not in df.columns:\n    raise ValueError\ndf['new']",
        "cols = [c for c in ['new', 'tenure'] if c in df.columns]\ndf[cols]",
        "if x:\n    df['new'] = 1\ndf['new']",
        "df.get('new')",
        "df.drop(columns=['new'], errors='ignore')",
        "df.rename(columns={'new': 'newer'})",
        "df = df.set_index('customerID')\ndf.groupby('customerID').size()",
        "df = pd.read_csv('telco.csv', index_col='customerID')\ndf.sort_values('customerID')",
        "df = pd.read_csv('telco.csv', index_col=0)\ndf.reset_index()['customerID']",
        "df = pd.read_csv('telco.csv', header=None)\ndf['x']",
        "df = pd.read_csv('telco.csv', sep=r'\\s+')\ndf['x']",
        "df = pd.read_csv('telco.csv', names=['a', 'b'])\ndf['a']",
        "df = pd.read_csv('telco.csv', parse_dates={'when': ['tenure', 'Churn']})\ndf['when']",
        "df = pd.read_csv('other.csv')\ndf['x']",
        "df = pd.read_csv(path)\ndf['x']",
        "df = df.reset_index()\ndf['index']",
        "df = pd.get_dummies(df)\ndf['Churn_Yes']",
        "df = pd.get_dummies(df, columns=['Churn'])\ndf['Churn_Yes']",
        "df = df.join(pd.get_dummies(df['Churn']))\ndf['Yes']",
        "df = pd.concat([df, pd.get_dummies(df['Churn'])], axis=1)\ndf['Yes']",
        "df = pd.concat([df, df], axis=1, keys=['a', 'b'])\ndf['a']",
        "df = df.merge(df, on='tenure')\ndf['Churn_x']",
        "df = df.merge(df, on='tenure', indicator=True)\ndf['_merge']",
        "df = df.merge(other, on='tenure')\ndf['new']",
        "g = df.groupby('Churn').agg({'tenure': ['mean', 'max']})\ng['tenure']['mean']",
        "g = df.groupby('Churn').agg(m=('tenure', 'mean')).reset_index()\ng['Churn']\ng['m']",
        "g = df.groupby('Churn')['tenure'].mean().reset_index()\ng['tenure']\ng['Churn']",
        "g = df.groupby('Churn').size().reset_index(name='n')\ng['n']",
        "g = df['Churn'].value_counts().reset_index()\ng['count']",
        "g = df.pivot_table(index='Churn', columns='tenure', values='MonthlyCharges')\ng['x']",
        "g = df.melt(id_vars='Churn')\ng['variable']\ng['value']",
        "g = df.T\ng['x']",
        "g = df.describe()\ng['x']",
        "g = df.clean_names()\ng['x']",
        "g = df.apply(f, axis=1)\ng['x']",
        "g = df.to_dict()\ng['x']",
        "g = dict(df)\ng['x']",
        "frames = {'a': df}\nframes['b']",
        "a = df if x else df.assign(new=1)\na['new']",
        "a = pick([df])\na['new']",
        "b = df if x else df.copy()\nb['new'] = 1\ndf['new']",
        "class A:\n    def late(self):\n        return self.df['new']\n    def early(self):\n        self.df = pd.read_csv('telco.csv')\n        self.df['new'] = 1\n",
        "def set():\n    global df\n    df = df.assign(new=1)\nset()\ndf['new']",
        "X = pd.DataFrame(scaler.fit_transform(df), columns=names)\nX['new']",
        "d = pd.DataFrame.from_dict({'a': [1]}, orient='index', columns=['x'])\nd['x']",
        "rows = []\nfor i in items:\n    rows.append({'a': 1})\nd = pd.DataFrame(rows)\nd['a']",
        "row = {}\nfor k in keys:\n    row[k] = 1\nd = pd.DataFrame([row])\nd['a']",
        "import polars as pl\np = pl.read_csv('telco.csv').with_columns((pl.col('tenure') * 2).alias('new'))\np['new']",
        "import polars as pl\np = pl.read_csv('telco.csv').with_columns(new=pl.col('tenure'))\np['new']",
        "import polars as pl\np = pl.read_csv('telco.csv').with_columns(pl.all().name.suffix('_x'))\np['Churn_x']",
        "import polars as pl\np = pl.read_csv('telco.csv').group_by('Churn').agg(pl.len())\np['len']",
        "import polars as pl\np = pl.read_csv('telco.csv').select(pl.when(pl.col('tenure') > 1).then(1).alias('new'))\np['new']",
        "import polars as pl\np = pl.read_csv('telco.csv').to_dummies()\np['Churn_Yes']",
        "import polars as pl\np = pl.read_csv('telco.csv').with_row_index()\np['index']",
        "d = pd.DataFrame({'a': [1]}, index=pd.Index([1], name='k'))\nd.groupby('k').size()",
        "s = df.set_index(['customerID', 'Churn'])\ns.loc['x', 'Yes']",
        "s = pd.Series([1], index=['A'])\ns.pop('A')",
        "df.index.name = 'k'\ndf.groupby('k').size()",
        "d = df.rename_axis('k')\nd.groupby('k').size()",
        "d = df.index.to_frame(name='k')\nd['k']",
        "e = pd.DataFrame()\ne['a']",
        "with pytest.raises(KeyError):\n    df['new']",
    ] {
        let whole = format!("{READ}{text}");
        wrong.extend(unknown(&whole).iter().map(|found| (text, found.range.of(&whole).to_owned())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// States the names that a script asks for and that are certainly not there.
#[track_caller]
fn check_missing(script: &str, expected: &[&str]) {
    let script = format!("import pandas as pd\nimport polars as pl\nimport polars.selectors as cs\n{script}\n");
    let found: Vec<String> =
        unknown_in(&script, &sales()).iter().map(|diagnostic| diagnostic.range.of(&script).to_owned()).collect();
    assert_eq!(found, expected, "\n{script}");
}
