//! The language server knows `mlwright.toml` by its schema alone. What [`Settings::parse`] refuses, it must call an error, and
//! nothing else.

use std::sync::Arc;

use mlwright_language::{Document, Language, SchemaSource, Severity};
use serde_json::Value;

use crate::settings::{COMMENTED, Settings};

/// The schema that the tests of `language` use; this test writes it anew when `MLWRIGHT_WRITE_SCHEMA` is set.
const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../language/src/config/testdata/schema.json");

/// A workspace of which nothing is known but the schema.
struct SchemaAlone(Arc<Value>);

impl SchemaSource for SchemaAlone {
    fn config_schema(&self) -> Option<Arc<Value>> {
        Some(Arc::clone(&self.0))
    }
}

fn schema() -> Value {
    serde_json::to_value(schemars::schema_for!(Settings)).unwrap()
}

#[test]
fn the_snapshot_is_the_schema() {
    let schema = schema();
    if std::env::var_os("MLWRIGHT_WRITE_SCHEMA").is_some() {
        std::fs::write(SNAPSHOT, format!("{schema:#}\n")).unwrap();
    }
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(SNAPSHOT).unwrap()).unwrap();
    assert_eq!(stored, schema, "run this test once with MLWRIGHT_WRITE_SCHEMA=1");
}

const ACCEPTED: &[&str] = &[
    "",
    COMMENTED,
    "roots = []\n",
    "roots = ['../data', \"\"\"x\"\"\"]\n",
    "gate.tolerance = 0\ngate.metrics.roc_auc = '>= 0.8'\n",
    "use_case = { table = 'a.csv', target = 'y', }\n",
    "use_case = {\n  table = 'a.csv', # of TOML 1.1\n}\n",
    "[use_case]\ntable = \"a\\x41\\e.csv\"\ntarget = ''\n",
    "[gate]\ntolerance = inf\naliases = []\n[gate.metrics]\nauc = '<= 5e4'\n\"my metric\" = ' >= +.5 '\nrmse = '>=-1.'\n",
    "['gate']\n\"tolerance\" = 1_000\n",
    "[drift]\npsi = nan\np_value = -1\nmissing_delta = 0x10\n",
    "[server]\nport = 0xFFFF\nhost = ''\n",
    "[server]\nport = 0b11\n[gate.metrics]\n[gate]\n",
    "[mcp]\nread_only = true\ntoolsets = [\n  'explore', # first\n  'train',\n]\n",
    "\u{feff}[mcp]\r\nread_only = false\r\n",
    "[drift]\npsi = 18446744073709551615\n",
    "[providers]\n[providers.local]\napi = 'anthropic'\n",
    "[providers]\n\"my own\" = { base_url = '', model = '', key_variable = 'x' }\n",
    "[train]\nmemory_mb = 64\n",
    "inline_completion = { provider = '', send_examples = true, timeout_seconds = 60 }\n",
];

const REFUSED: &[&str] = &[
    "[use_case\n",
    "[use_case]\ntable = \n",
    "[use_case]\ntable\n",
    "[use_case]\ntable = \"a.csv\n",
    "[use_case]\ntable = a.csv\n",
    "[use_case]\ntable = 'a' 'b'\n",
    "[use_case]\ntable = 1\n",
    "[use_case]\ntable = 2024-01-01\n",
    "[use_case]\ntable = ['a.csv']\n",
    "[use_case]\ntabel = 'a.csv'\n",
    "[use_case]\ntable = 'a'\ntable = 'b'\n",
    "[use_case]\ntable = 'a'\n[use_case]\ntarget = 'b'\n",
    "use_case.table = 'a'\n[use_case]\ntarget = 'b'\n",
    "use_case.table.x = 'a'\n",
    "[use_case.table]\n",
    "[use_case.table.x]\ny = 1\n",
    "[[use_case]]\ntable = 'a'\n",
    "[[gate]]\n[[gate]]\n",
    "use_case = 'a.csv'\n",
    "[usecase]\n",
    "[gate]\ntolerance = -0.1\n",
    "[gate]\ntolerance = nan\n",
    "[gate]\ntolerance = '0.1'\n",
    "[gate]\ntolerance = true\n",
    "[gate]\ntolerance = 01\n",
    "[gate]\ntolerance = 1__0\n",
    "[gate]\nbeats_baseline = 1\n",
    "[gate]\nbeats_baseline = True\n",
    "[gate]\naliases = 'champion'\n",
    "[gate]\naliases = ['champion', 1]\n",
    "[gate]\naliases = ['champion' 'other']\n",
    "[gate]\naliases = ['champion'\n",
    "[gate]\nmetrics = []\n",
    "[gate.metrics]\nroc_auc = 0.8\n",
    "[gate.metrics]\nroc_auc = 'high'\n",
    "[gate.metrics]\nroc_auc = '> 0.8'\n",
    "[gate.metrics]\nroc_auc = '>= nan'\n",
    "[gate.metrics]\nroc_auc.x = '>= 1'\n",
    "[server]\nport = 65536\n",
    "[server]\nport = -1\n",
    "[server]\nport = 80.0\n",
    "[server]\nport = 99999999999999999999999999999999999999999999\n",
    "[drift]\npsi = 99999999999999999999\n",
    "[drift]\npsi = 1e999\n",
    "[drift]\nmissing = 0.1\n",
    "[mcp]\ntoolsets = [['train']]\n",
    "[mcp]\nroots = []\n",
    "[providers]\nlocal = 'http://127.0.0.1'\n",
    "[providers.local]\napi = 'OpenAI'\n",
    "[providers.local]\nkey = 'x'\n",
    "[[providers.local]]\nmodel = 'x'\n",
    "[train]\nmemory_mb = 63\n",
    "[inline_completion]\ntimeout_seconds = 0\n",
    "[inline_completion]\ntimeout_seconds = 61\n",
    "[inline_completion]\nenabled = true\n",
    "= 1\n",
    "a.b = 1\n",
    "[]\n",
    "[gate]]\n",
    "use_case = {table = 'a', table = 'b'}\n",
    "\u{0}\n",
];

/// The one exception: a list in the place of a table is read by position, which nobody means.
#[test]
fn a_list_is_no_table_for_the_schema() {
    let text = "drift = [0.5]\n";
    assert_eq!(Settings::parse(text).unwrap().drift.psi, 0.5);
    let document = Document::new("/w/mlwright.toml", Language::Config, text);
    assert_eq!(document.diagnostics(&SchemaAlone(Arc::new(schema())))[0].code, "CFG102");
}

#[test]
fn errors_are_what_the_parser_refuses() {
    let source = SchemaAlone(Arc::new(schema()));
    let check = |text: &str| {
        let refused = Settings::parse(text).err().map(|problem| problem.message);
        let document = Document::new("/w/mlwright.toml", Language::Config, text);
        let errors: Vec<String> = document
            .diagnostics(&source)
            .into_iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(|diagnostic| format!("{} {}", diagnostic.code, diagnostic.message))
            .collect();
        assert_eq!(refused.is_some(), !errors.is_empty(), "{text:?}\nparser: {refused:?}\nlanguage: {errors:?}");
        refused.is_some()
    };
    for text in ACCEPTED {
        assert!(!check(text), "{text:?} should be accepted");
    }
    for text in REFUSED {
        assert!(check(text), "{text:?} should be refused");
    }
    // What a user has while typing.
    for (end, _) in COMMENTED.char_indices() {
        check(&COMMENTED[..end]);
        let uncommented = COMMENTED[..end].replace("\n# ", "\n");
        check(&uncommented);
    }
}
