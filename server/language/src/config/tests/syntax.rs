use crate::config::syntax::{Pair, Tree, Value, ValueKind};

fn value(value: &Value) -> String {
    match &value.kind {
        ValueKind::Text(text) => format!("{text:?}"),
        ValueKind::Integer(number) => number.to_string(),
        ValueKind::TooLarge => "too large".to_owned(),
        ValueKind::Float(number) => format!("{number:?}"),
        ValueKind::Boolean(value) => value.to_string(),
        ValueKind::Time => "time".to_owned(),
        ValueKind::List(items) => format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", ")),
        ValueKind::Table(pairs) => format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(", ")),
        ValueKind::Broken => "broken".to_owned(),
    }
}

fn pair(pair: &Pair) -> String {
    let path: Vec<&str> = pair.path.iter().map(|key| key.name.as_str()).collect();
    let equals = if pair.equals.is_some() { "=" } else { "" };
    format!("{}{equals}{}", path.join("."), pair.value.as_ref().map(value).unwrap_or_default())
}

fn check(text: &str, expected: &[&str]) {
    let tree = Tree::parse(text);
    let mut found = Vec::new();
    for section in &tree.sections {
        if let Some(header) = &section.header {
            let path: Vec<&str> = header.path.iter().map(|key| key.name.as_str()).collect();
            let (open, close) = if header.is_array { ("[[", "]]") } else { ("[", "]") };
            found.push(format!("{open}{}{}", path.join("."), if header.is_closed { close } else { "" }));
        }
        found.extend(section.pairs.iter().map(pair));
    }
    assert_eq!(found, expected, "{text}");
    let ends: Vec<(u32, u32)> = tree.sections.iter().map(|section| (section.range.start, section.range.end)).collect();
    assert!(ends.windows(2).all(|two| two[0].1 == two[1].0), "the sections follow each other: {ends:?}");
    assert_eq!((ends[0].0, ends[ends.len() - 1].1), (0, text.len() as u32));
}

#[test]
fn all_of_toml_is_read() {
    check(
        "a = 1\n[b.'c d']\nx.\"y\" = 'z'\n[[d]]\ne = [1, 2.5, [true], {f = \"\\u00e9\"}]\n",
        &["a=1", "[b.c d]", "x.y=\"z\"", "[[d]]", "e=[1, 2.5, [true], {f=\"é\"}]"],
    );
    check(
        "a = 0xff\nb = -0b1\nc = 1_000\nd = inf\ne = 1979-05-27\nf = '''\nx'''\n",
        &["a=255", "b=broken", "c=1000", "d=inf", "e=time", "f=\"x\""],
    );
    check("a = 99999999999999999999\nb = 1e999\nc = -inf\n", &["a=too large", "b=too large", "c=-inf"]);
}

#[test]
fn what_is_unfinished_is_kept() {
    check("[ga\nx = 1", &["[ga", "x=1"]);
    check("[", &["["]);
    check("[gate.", &["[gate."]);
    check("[[ru", &["[[ru"]);
    check("table = \n[gate]\n", &["table=", "[gate]"]);
    check("table\nx = 1", &["table", "x=1"]);
    check("table = \"te\nx = 1", &["table=broken", "x=1"]);
    check("table = te\nx = 1", &["table=broken", "x=1"]);
    check("gate.", &["gate."]);
    check("a = [\"x\", \"y", &["a=[\"x\", broken]"]);
    check("a = {b = 1, c", &["a={b=1, c}"]);
}
