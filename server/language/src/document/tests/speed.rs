//! How long answers take in a long script. Times are printed; only what no machine is slow enough for fails.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::{script, workspace};

/// A script of about 5,000 lines.
fn long_script() -> String {
    let mut text = String::from(
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nfrom sklearn.linear_model import LogisticRegression\n",
    );
    for block in 0..250 {
        let _ = write!(
            text,
            "
def prepare_{block}(df):
    \"\"\"Columns of block {block}.\"\"\"
    df = df.dropna(subset=[\"tenure\", \"MonthlyCharges\"])
    df[\"total_{block}\"] = df[\"tenure\"] * df[\"MonthlyCharges\"]
    df[\"long_{block}\"] = (df[\"tenure\"] > 12).astype(int)
    return df

raw_{block} = pd.read_csv(\"telco.csv\")
data_{block} = prepare_{block}(raw_{block})
for name in [\"tenure\", \"MonthlyCharges\"]:
    data_{block}[name + \"_scaled\"] = data_{block}[name] / data_{block}[name].max()
X_{block} = data_{block}[[\"tenure\", \"MonthlyCharges\", \"total_{block}\"]]
y_{block} = data_{block}[\"Churn\"]
a, b, c, d = train_test_split(X_{block}, y_{block}, random_state={block})
model_{block} = LogisticRegression().fit(a, c)
print(model_{block}.score(b, d))
summary_{block} = data_{block}.groupby(\"Churn\").agg(mean=(\"tenure\", \"mean\")).reset_index()
"
        );
    }
    text
}

fn percentile_95(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() * 95 / 100]
}

#[test]
fn answers_in_a_long_script_are_quick() {
    let text = long_script();
    let n_lines = text.lines().count();
    let source = workspace();
    let mut complete = Vec::new();
    let mut diagnose = Vec::new();
    let mut parse = Vec::new();
    let before = script(&format!("{text}$0")).0;
    let _ = before.diagnostics(&source);
    let places: Vec<usize> = text.match_indices("[\"MonthlyCharges\"]").map(|(at, _)| at + 4).collect();
    for at in places.iter().step_by(places.len() / 30) {
        let (document, offset) = script(&format!("{}$0{}", &text[..*at], &text[*at..]));
        let document = document.after(&before);
        let start = Instant::now();
        let offers = document.complete(offset, &source);
        complete.push(start.elapsed());
        assert!(offers.iter().any(|offer| &*offer.label == "MonthlyCharges"), "{offset}");
        let start = Instant::now();
        mlwright_python_syntax::lower::parse(document.text());
        parse.push(start.elapsed());
        let start = Instant::now();
        let _ = document.diagnostics(&source);
        diagnose.push(start.elapsed());
    }
    let (complete, parse, diagnose) =
        (percentile_95(&mut complete), percentile_95(&mut parse), percentile_95(&mut diagnose));
    eprintln!(
        "{n_lines} lines, 95th percentiles: completion {complete:?}, of which reading {parse:?}; diagnostics {diagnose:?}"
    );
    assert!(complete < Duration::from_secs(5) && diagnose < Duration::from_secs(10));
}

#[test]
fn a_table_of_ten_thousand_columns_is_completed_within_the_limit() {
    let names: Vec<String> = (0..10_000).map(|index| format!("column_{index:05}")).collect();
    let columns: Vec<(&str, mlwright_source_text::Dtype)> =
        names.iter().map(|name| (name.as_str(), mlwright_source_text::Dtype::Float)).collect();
    let source = workspace().file("wide.csv", &columns);
    let (document, offset) = script("import pandas as pd\ndf = pd.read_csv('wide.csv')\ndf['column_0999$0']");
    let start = Instant::now();
    let offers = document.complete(offset, &source);
    let taken = start.elapsed();
    assert_eq!(offers.len(), 500);
    let first: Vec<&str> = offers.iter().take(10).map(|offer| &*offer.label).collect();
    assert!(first.iter().all(|label| label.starts_with("column_0999")), "{first:?}");
    eprintln!("10,000 columns: {taken:?}");
    assert!(taken < Duration::from_secs(5));
}
