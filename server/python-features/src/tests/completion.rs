//! Completion.

use mlwright_python_flow::Script;
use mlwright_source_text::{Completion, Notebook};

use super::{script, workspace};

fn offers(marked: &str) -> Vec<Completion> {
    let (script, offset) = script(marked);
    let mut offers = crate::complete(&script, offset, &workspace());
    offers.sort_by_key(|offer| offer.rank);
    for offer in &offers {
        assert!(offer.edit.range.touches(offset), "{marked}: {offer:?}");
    }
    offers
}

/// The labels offered, best first; `expected` separated by blanks.
fn check(marked: &str, expected: &str) {
    let found: Vec<String> = offers(marked).iter().map(|offer| offer.label.replace(' ', "_")).collect();
    assert_eq!(found.join(" "), expected, "{marked}");
}

/// The text after the first offer with this label is taken.
fn check_edit(marked: &str, label: &str, expected: &str) {
    let (script, _) = script(marked);
    let offers = offers(marked);
    let offer =
        offers.iter().find(|offer| &*offer.label == label).unwrap_or_else(|| panic!("{label} not in {offers:?}"));
    let text = script.text();
    let range = offer.edit.range;
    let changed = format!("{}{}{}", &text[..range.start as usize], offer.edit.text, &text[range.end as usize..]);
    assert_eq!(changed, expected);
}

const READ: &str = "import pandas as pd\ndf = pd.read_csv('telco.csv')\n";
const ALL: &str = "customerID MonthlyCharges tenure Churn";

#[test]
fn columns_inside_strings() {
    for place in [
        "df[\"$0",
        "df['$0']",
        "df[[\"$0",
        "x = df[\"$0\"] + 1\n",
        "df.loc[:, \"$0",
        "df.loc[df.tenure > 3, ['$0']]",
        "df.groupby(\"$0",
        "df.groupby(['$0'])",
        "df.sort_values(by='$0')",
        "df.sort_values('$0",
        "df.rename(columns={'$0': 'a'})",
        "df.rename(columns={'$0",
        "df.drop(columns=['$0'])",
        "df.drop_duplicates(subset=['$0'])",
        "df.dropna(subset='$0')",
        "df.merge(df, on='$0')",
        "df.merge(df, left_on='$0', right_on='tenure')",
        "df.pivot_table(index='$0')",
        "df.astype({'$0': int})",
        "df.set_index('$0')",
        "df.apply(lambda r: r['$0'], axis=1)",
        "df.assign(a=lambda d: d['$0'])",
        "def f(d):\n    return d['$0']\nf(df)\n",
        "for part in [df]:\n    print(part['$0'])\n",
        "if True:\n    y = df['$0\nz = 3\n",
        "import seaborn as sns\nsns.histplot(data=df, x='$0')",
        "features = ['$0']\nX = df[features]\n",
        "broken = (\ny = df['$0']\n",
    ] {
        let found = offers(&format!("{READ}{place}"));
        let mut labels: Vec<&str> = found.iter().map(|offer| &*offer.label).collect();
        labels.sort_unstable();
        assert_eq!(labels.join(" "), "Churn MonthlyCharges customerID tenure", "{place}");
    }
}

#[test]
fn columns_of_aggregations_and_column_transformers() {
    check(&format!("{READ}df.groupby('Churn').agg({{'$0': 'mean'}})"), "Churn customerID MonthlyCharges tenure");
    check(
        &format!(
            "{READ}from sklearn.compose import ColumnTransformer\nct = ColumnTransformer([('n', 'passthrough', ['$0'])])\nct.fit(df)\n"
        ),
        ALL,
    );
}

#[test]
fn what_is_used_nearby_and_what_begins_so_come_first() {
    check(&format!("{READ}a = df['tenure']\nb = df['$0']"), "tenure customerID MonthlyCharges Churn");
    check(&format!("{READ}df[['tenure', '$0']]"), "customerID MonthlyCharges Churn tenure");
    check(&format!("{READ}df['chu$0']"), "Churn customerID MonthlyCharges tenure");
}

#[test]
fn attributes_are_columns_that_can_be_written_so() {
    check(&format!("{READ}df.$0"), ALL);
    check(&format!("{READ}df.$0\nx = 1\n"), ALL);
    check("import pandas as pd\ndf = pd.read_csv('data/houses.csv')\ndf.p$0", "price");
    check_edit(&format!("{READ}x = df.ten$0 + 1"), "tenure", &format!("{READ}x = df.tenure + 1"));
}

#[test]
fn edits_replace_what_is_typed() {
    check_edit(&format!("{READ}df['Chu$0']"), "Churn", &format!("{READ}df['Churn']"));
    check_edit(&format!("{READ}df['Ch$0xx']"), "Churn", &format!("{READ}df['Churn']"));
    check_edit(&format!("{READ}df['Ch$0\nx = 1"), "Churn", &format!("{READ}df['Churn\nx = 1"));
}

#[test]
fn columns_that_the_script_makes() {
    check(&format!("{READ}df['ratio'] = 1\ndf['r$0']"), &format!("ratio {ALL}"));
    check(
        &format!("{READ}df = df.rename(columns={{'Churn': 'target'}})\ndf['$0']"),
        "target customerID MonthlyCharges tenure",
    );
    check(&format!("{READ}s = df[['tenure', 'Churn']]\ns['$0']"), "tenure Churn");
}

#[test]
fn names_inside_queries() {
    check(&format!("{READ}df.query('tenure > 3 and $0')"), ALL);
    check(&format!("{READ}df.query(\"Churn == '$0'\")"), "");
    check_edit(
        &format!("{READ}df.query('Mon$0 > 3')"),
        "MonthlyCharges",
        &format!("{READ}df.query('MonthlyCharges > 3')"),
    );
    check_edit(
        "import pandas as pd\ndf = pd.read_csv('data/houses.csv')\ndf.query('ar$0 > 3')",
        "area m2",
        "import pandas as pd\ndf = pd.read_csv('data/houses.csv')\ndf.query('`area m2` > 3')",
    );
    check(&format!("{READ}least = 3\ndf.query('tenure > @$0')"), "least df");
}

#[test]
fn files_inside_paths() {
    check("import pandas as pd\npd.read_csv('$0')", "telco.csv data/ helpers.py");
    check("import pandas as pd\npd.read_csv('data/$0", "houses.csv notes.md");
    check_edit(
        "import pandas as pd\npd.read_csv('data/ho$0')",
        "houses.csv",
        "import pandas as pd\npd.read_csv('data/houses.csv')",
    );
    check(
        "import pandas as pd\nfrom pathlib import Path\nDATA = Path('data')\npd.read_csv(DATA / '$0')",
        "houses.csv notes.md",
    );
    check("import os\nimport pandas as pd\npd.read_csv(os.path.join('data', '$0'))", "houses.csv notes.md");
}

#[test]
fn names_of_the_lifecycle() {
    check("import mlflow\nmlflow.set_experiment('$0')", "telco-Churn");
    check("import mlflow\nmlflow.sklearn.load_model('$0')", "models:/churn");
    check("import mlflow\nmlflow.sklearn.load_model('models:/churn@$0')", "champion");
}

#[test]
fn columns_in_polars_expressions() {
    let read = "import polars as pl\ndf = pl.read_csv('telco.csv')\n";
    for place in [
        "df.filter(pl.col('$0') > 1)",
        "df.select(pl.col('$0').mean())",
        "df.with_columns((pl.col('$0') * 2).alias('double'))",
        "df.with_columns(a=pl.col('$0'))",
        "df.group_by('Churn').agg(pl.col('$0').mean())",
        "df.group_by('$0').len()",
        "df.select('$0')",
        "df.lazy().filter(pl.col('tenure') > 1).select(pl.col(['$0'])).collect()",
    ] {
        let found = offers(&format!("{read}{place}"));
        let mut labels: Vec<&str> = found.iter().map(|offer| &*offer.label).collect();
        labels.sort_unstable();
        assert_eq!(labels.join(" "), "Churn MonthlyCharges customerID tenure", "{place}");
    }
}

#[test]
fn details_say_what_a_column_is() {
    let found = offers(&format!("{READ}df['$0']"));
    let details: Vec<&str> = found.iter().map(|offer| offer.detail.as_deref().unwrap_or("")).collect();
    assert_eq!(details, ["string · e.g. 1", "float · 3 % missing", "integer", "string"]);
}

/// A string that is open in one cell is closed there, whatever quotes and wide letters the next ones have.
#[test]
fn a_cell_of_a_notebook_is_completed_alone() {
    let cells = [
        "import pandas as pd\ndf = pd.read_csv('telco.csv')",
        "df[\"\"\"",
        "𝄞é = \"\"\"a\"\"\"",
        "𝄞 = 1",
        "df['tenure']",
    ];
    let notebook = Notebook::from_cells(cells.into_iter().enumerate());
    let offset = notebook.cells()[1].range.end;
    let script = Script::from_notebook("/w/n.ipynb", notebook.clone());
    let labels: Vec<String> =
        crate::complete(&script, offset, &workspace()).into_iter().map(|offer| offer.label.to_string()).collect();
    assert!(labels.iter().any(|label| label == "tenure"), "{labels:?}");
    // Every place of every cell has an answer.
    for cell in notebook.cells() {
        for offset in cell.range.start..=cell.range.end {
            crate::complete(&script, offset, &workspace());
            crate::signature(&script, offset, &workspace());
        }
    }
}
