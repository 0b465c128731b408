//! No text that is being typed may bring a feature down.

use mlwright_source_text::TextRange;

use super::{script, workspace};

const SCRIPTS: &[&str] = &[
    "import pandas as pd\ndf = pd.read_csv('telco.csv')\nX = df[['tenure', 'MonthlyCharges']]\ny = df['Churn'].map({'Yes': 1})\n",
    "from sklearn.model_selection import train_test_split\nimport pandas as pd\nd = pd.read_csv('telco.csv')\na, b, c, e = train_test_split(d.drop(columns='Churn'), d.Churn, random_state=1)\n",
    "import polars as pl\nq = pl.scan_csv('telco.csv').filter(pl.col('tenure') > 3).group_by('Churn').agg(pl.len().alias('n')).collect()\n",
    "def f(df, *, k: int = 3, **rest):\n    'Doc'\n    for i, row in df.iterrows():\n        yield row['a'] if i > k else None\n",
    "class A(B, metaclass=C):\n    x: int = 3\n    def __init__(self):\n        self.df = None\n    @property\n    def y(self): return self.df['z']\n",
    "with open('f') as f, g() as (a, *b):\n    try:\n        x = f.read()\n    except (KeyError, ValueError) as e:\n        raise\n    finally:\n        pass\n",
    "x = f\"{df['a']!r:>{w}} and {{}}\" 'b' \"\"\"c\nd\"\"\"\ny = r'\\d' b'x'\n",
    "match x:\n    case {'a': [1, *rest]} if rest: pass\n    case Point(x=0) | None: y = 1\n    case _: ...\n",
    "df.query('a > 3 and `b c` < @d').groupby(by=['a', 'b'])[['c']].agg(m=('c', 'mean')).reset_index()\n",
    "import mlflow\nmlflow.set_experiment('telco-Churn')\nm = mlflow.pyfunc.load_model('models:/churn@champion')\n",
    "import duckdb\nduckdb.sql(\"SELECT tenure FROM 'telco.csv' WHERE Churn = 'Yes'\").df()\n",
    "%matplotlib inline\n!ls\nimport numpy as np\nx = np.array([[1, 2], [3, 4]])[:, 1:]\ndf?\n",
    "# é ü 𝄞\nπ = 'ö𝄞'\ndf['é𝄞'] = df.ü\n",
    "lambda a, b=1, *c, d, **e: (a := b, [*c], {**e}, {x for x in d if x}, not a or b and -c ** ~d)\n",
    "while True:\n    i += 1\n    if i > 3: break\n    elif i: continue\nelse:\n    del a[0], b\nglobal z\n",
    "from . import a as b, c\nfrom ..d.e import *\nimport f.g.h as i\nassert a, 'b'\n",
    "async def f():\n    async with a as b:\n        async for c in d:\n            await e\n    return [x async for x in y]\n",
    "df = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})\ndf['c'] = df['a'] * 2\ndf.loc[df['c'] > 2, 'd'] = 1\ndf = df.rename(columns={'c': 'e'})\n",
    "model.fit(X, y).predict(X)[0](1)(2)[3:4:5, ...].a.b.c()\n",
    "type X = int\nprint 'old'\nexec 'x'\nraise E, 'm'\n\tdef bad(:\n  ]]]}}}\n'''open",
];

#[test]
fn every_prefix_of_every_script_is_answered() {
    let source = workspace();
    for text in SCRIPTS {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let (document, offset) = script(&format!("{}$0", &text[..end]));
            let _ = document.complete(offset, &source);
            let _ = document.signature(offset, &source);
            let _ = document.inlay_hints(TextRange::new(0, offset), &source);
            let _ = document.symbols(&source);
            let _ = document.lenses(&source);
            let _ = document.diagnostics(&source);
            let _ = document.actions(TextRange::new(offset / 2, offset), &source);
            for place in [offset, offset / 2, offset.saturating_sub(1)] {
                let _ = document.hover(place, &source);
                let _ = document.definition(place, &source);
                if document.can_rename(place, &source).is_some() {
                    let _ = document.rename(place, "new_name", &source);
                }
            }
        }
        // In the middle of what is there already.
        for (at, _) in text.char_indices().step_by(3) {
            let (document, offset) = script(&format!("{}$0{}", &text[..at], &text[at..]));
            for offer in document.complete(offset, &source) {
                assert!(offer.edit.range.touches(offset), "{text}: {offer:?}");
            }
            let _ = document.hover(offset, &source);
            let _ = document.definition(offset, &source);
        }
    }
}
