use std::io::Write;

use mlwright_base::CancelToken;
use mlwright_base::system::files;

use super::*;
use crate::reading::Severity;
use crate::write::rows_as_json;

struct Opened {
    table: Table,
    _folder: tempfile::TempDir,
}

fn open_as(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Opened, DataError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    files::write_atomic(&path, bytes).expect("write");
    Ok(Opened { table: crate::open(&path, options)?, _folder: folder })
}

fn opened(text: &str) -> Table {
    open_as("t.csv", text.as_bytes(), &ReadOptions::default()).expect("a table").table
}

fn rows(table: &Table) -> String {
    let frame = table.collect(&CancelToken::new()).expect("rows");
    serde_json::to_string(&rows_as_json(&frame)).expect("JSON")
}

fn check(text: &str, expected: &str) {
    let table = opened(text);
    assert_eq!(rows(&table), expected, "{text:?}: {:?}", table.reading);
}

#[test]
fn messy_text_is_understood() {
    check("a,b\n1,x\n2,\"y, \"\"z\"\"\"\n", r#"[{"a":1,"b":"x"},{"a":2,"b":"y, \"z\""}]"#);
    check("a;b\n1,5;x\n2,25;y\n", r#"[{"a":1.5,"b":"x"},{"a":2.25,"b":"y"}]"#);
    check("a\tb\n1\tx y\n2\tz\n", r#"[{"a":1,"b":"x y"},{"a":2,"b":"z"}]"#);
    check(
        "39, Private, ?\n50, Self, 3\n38, Private, 4\n",
        r#"[{"column_1":39,"column_2":"Private","column_3":null},{"column_1":50,"column_2":"Self","column_3":3},{"column_1":38,"column_2":"Private","column_3":4}]"#,
    );
    check("a,b\r\n1,\"x\r\ny\"\r\n", r#"[{"a":1,"b":"x\r\ny"}]"#);
    check("a,b\r1,x\r2,y\r", r#"[{"a":1,"b":"x"},{"a":2,"b":"y"}]"#);
    check("\u{feff}a,b\n1,2\n", r#"[{"a":1,"b":2}]"#);
    check("Report\n\na,b,c\n1,2,3\n4,5,6\n", r#"[{"a":1,"b":2,"c":3},{"a":4,"b":5,"c":6}]"#);
    check(
        "k,v\n1,\"{\\\"a\\\": 1, \\\"b\\\": 2}\"\n2,\"{\\\"a\\\": 3}\"\n",
        r#"[{"k":1,"v":"{\"a\": 1, \"b\": 2}"},{"k":2,"v":"{\"a\": 3}"}]"#,
    );
    check("x\n1\n2\n", r#"[{"x":1},{"x":2}]"#);
    check("x,y\n1,NaN\ninf,2\n", r#"[{"x":1.0,"y":null},{"x":null,"y":2}]"#);
    check("a,b,c\n1,2,3\n,,\n,,\n", r#"[{"a":1,"b":2,"c":3}]"#);
}

#[test]
fn blanks_that_are_taken_off_texts_are_said() {
    let padded = |text: &str| -> Vec<String> {
        opened(text).reading.notes.into_iter().filter(|note| note.contains("blanks around")).collect()
    };
    let text = "a,b,n,m\n\" x \",y, 1,x\nz\t,w,2 ,y\n, \"u\",3,  \n";
    assert_eq!(padded(text), ["blanks around texts were taken off (3 cells in 2 columns)"]);
    assert_eq!(padded("a,b\nx y,1\n z,2\n"), ["blanks around texts were taken off (1 cell in 1 column)"]);
    assert!(padded("a,b\nx y, 1\nz,2 \n , 3\n").is_empty(), "numbers, and cells without a value, have none");
}

#[test]
fn numbers_stored_as_text_are_said() {
    let table = opened("customerID,TotalCharges,when\na-1,29.85,31/12/2023\na-2, ,01/02/2024\na-3,1889.5,02/02/2024\n");
    let total = &table.columns[1];
    assert_eq!((total.dtype.as_str(), total.stored_as_text, total.n_missing), ("f64", true, 1), "{}", total.reason);
    assert_eq!(table.reading.missing_markers, [" "]);
    assert!(table.reading.notes.iter().any(|note| note.contains("TotalCharges")), "{:?}", table.reading.notes);
    assert_eq!((table.columns[2].dtype.as_str(), table.columns[2].stored_as_text), ("date", true));
    let schema = table.schema().expect("a schema");
    assert!(schema[1].stored_as_text && schema[1].reason.contains("stored as text"));
}

#[test]
fn ragged_rows_are_fitted_and_said() {
    let table = opened("a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,2,3\n4,5,6\n1,1,1,\n");
    assert_eq!(table.n_rows().expect("rows"), 6);
    let issues: Vec<_> = table.reading.issues.iter().map(|issue| (issue.row, issue.severity)).collect();
    assert_eq!(issues, [(None, Severity::Warning), (Some(2), Severity::Warning), (Some(3), Severity::Warning)]);
}

#[test]
fn names_are_unique_and_said() {
    let table = opened("x,x,,y\n1,2,3,4\n5,6,7,8\n");
    assert_eq!(table.column_names(), ["x", "x_2", "column_3", "y"]);
    assert_eq!(table.columns[1].name_in_file.as_deref(), Some("x"));
    assert!(table.reading.notes.iter().any(|note| note.contains("x_2")));
}

#[test]
fn empty_and_bare_files_have_an_answer() {
    for bytes in [&b""[..], b"\n\n  \n", b"\xEF\xBB\xBF"] {
        let found = open_as("t.csv", bytes, &ReadOptions::default()).map(|opened| opened.table);
        assert!(matches!(found, Err(DataError::EmptyFile { .. })), "{found:?}");
    }
    let header_only = opened("a,b,c\n");
    assert_eq!((header_only.n_rows().expect("rows"), header_only.column_names().len()), (0, 3));
    assert_eq!(header_only.schema().expect("a schema").len(), 3);
    assert_eq!(rows(&opened("a,b\n1,2")), r#"[{"a":1,"b":2}]"#);
    let zeros = open_as("t.csv", b"a,b\n1,\0\n", &ReadOptions::default()).map(|opened| opened.table);
    assert!(matches!(zeros, Err(DataError::UnknownFormat { .. })));
    let workbook = open_as("t.csv", b"PK\x03\x04rest", &ReadOptions::default()).map(|opened| opened.table);
    assert!(matches!(workbook, Err(DataError::UnknownFormat { .. })));
}

#[test]
fn other_encodings_and_gzip_are_read() {
    let text = "größe,n\nstraße,1\nmädchen,2\n";
    let expected = r#"[{"größe":"straße","n":1},{"größe":"mädchen","n":2}]"#;
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).expect("compress");
    let gz = gz.finish().expect("compress");
    for (name, bytes, encoding) in
        [("t.csv", &latin[..], "windows-1252"), ("t.csv", &wide, "UTF-16LE"), ("t.csv.gz", &gz, "UTF-8")]
    {
        let found = open_as(name, bytes, &ReadOptions::default()).expect("a table").table;
        assert_eq!((rows(&found).as_str(), found.reading.encoding.as_deref()), (expected, Some(encoding)));
    }
    let cut = open_as("t.csv.gz", &gz[..gz.len() - 9], &ReadOptions::default()).map(|opened| opened.table);
    assert!(matches!(cut, Err(DataError::Unreadable { .. })), "{cut:?}");
}

#[test]
fn an_encoding_that_shows_late_is_found() {
    let mut bytes = b"n,s\n".to_vec();
    for n in 0..200_000 {
        bytes.extend_from_slice(format!("{n},plain\n").as_bytes());
    }
    bytes.extend_from_slice(b"1,stra\xDFe\n");
    let found = open_as("t.csv", &bytes, &ReadOptions::default()).expect("a table").table;
    assert_eq!(found.reading.encoding.as_deref(), Some("windows-1252"));
    let last = found.collect(&CancelToken::new()).expect("rows").tail(Some(1));
    assert_eq!(last.column("s").expect("s").str().expect("text").get(0), Some("straße"));
}

#[test]
fn options_overrule_what_is_found() {
    let options = ReadOptions { header: Some(false), n_rows: Some(1), ..ReadOptions::default() };
    let found = open_as("t.csv", b"a,b\n1,2\n", &options).expect("a table").table;
    assert_eq!(rows(&found), r#"[{"column_1":"a","column_2":"b"}]"#);
    let options = ReadOptions { delimiter: Some(b';'), ..ReadOptions::default() };
    let found = open_as("t.csv", b"a,b;c\n1,5;2\n", &options).expect("a table").table;
    assert_eq!(found.column_names(), ["a,b", "c"]);
    let options = ReadOptions { encoding: Some("klingon".to_owned()), ..ReadOptions::default() };
    assert!(matches!(open_as("t.csv", b"a\n1\n", &options).map(drop), Err(DataError::InvalidOption { .. })));
}

#[test]
fn five_thousand_columns_are_read() {
    let names: Vec<String> = (0..5_000).map(|n| format!("c{n}")).collect();
    let row: Vec<String> = (0..5_000).map(|n| (n % 7).to_string()).collect();
    let mut text = names.join(",");
    for _ in 0..60 {
        text.push('\n');
        text.push_str(&row.join(","));
    }
    let table = opened(&text);
    assert_eq!((table.columns.len(), table.n_rows().expect("rows")), (5_000, 60));
    assert_eq!(table.schema().expect("a schema").len(), 5_000);
}

/// The file read as large ones are, whatever its size.
fn opened_as_large(text: &str) -> Opened {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    files::write_atomic(&path, text.as_bytes()).expect("write");
    let stamp = files::stamp(&path).expect("a stamp");
    let read = Text::of(&path, Format::Csv, &ReadOptions::default()).and_then(|text| text.read_large(stamp));
    Opened { table: read.expect("a table"), _folder: folder }
}

/// A large file gives the rows that a small one of the same text gives, whoever counts them.
fn check_large(text: &str, scanned: bool) {
    let (large, small) = (opened_as_large(text), opened(text));
    let large = &large.table;
    assert_eq!(large.is_scanned(), scanned, "{text:.80?}");
    assert_eq!(rows(large), rows(&small), "{text:.80?}: {:?}", large.reading);
    assert_eq!(large.columns, small.columns, "{text:.80?}");
    assert_eq!(large.reading.issues, small.reading.issues, "{text:.80?}");
    let n = small.n_rows().expect("rows");
    assert_eq!(large.n_rows().expect("rows"), n, "{text:.80?}");
    let counted = large.lazy().select([polars::prelude::len().alias("n")]).collect().expect("a count");
    assert_eq!(
        counted.column("n").expect("n").cast(&DataType::UInt64).expect("a count").u64().expect("u64").get(0),
        Some(n)
    );
    let first = large.head(2).expect("rows");
    assert!(first.equals_missing(&small.head(2).expect("rows")), "{first:?}");
}

#[test]
fn large_files_are_split_as_small_ones_are() {
    let lines = |line: &str, n: usize| format!("{line}\n").repeat(n);
    check_large(&format!("a,b\n{}", lines("1,\"x, \"\"y\"\"\"", 300)), true);
    // Without a cell in quotes a quote is text to every reader.
    check_large(&format!("a,b\n{}2,5\" disk\n{}", lines("1,x", 300), lines("3,y", 300)), true);
    // With one, polars takes the quote inside a cell for one that opens.
    check_large(&format!("a,b\n{}2,5\" disk\n{}", lines("1,\"x, z\"", 300), lines("3,y", 300)), false);
    let mixed = format!("a,b\n{}2,5\" disk\n", lines("1,\"x, z\"", 300));
    let notes = opened_as_large(&mixed).table.reading.notes;
    assert!(notes.iter().any(|note| note.contains("read into memory") && note.contains("quote")), "{notes:?}");
    check_large(&format!("a,b\n{}2,\"x\" y\n", lines("1,\"x, z\"", 300)), false);
    check_large(&format!("a,b\n{}\n{}", lines("1,x", 300), lines("2,y", 300)), false);
    check_large(&format!("a,b\n{}2,x\r{}", lines("1,x", 300), lines("3,y", 300)), false);
    check_large(&format!("a,b\r\n{}", "1,x\r\n".repeat(300)), true);
    check_large(&format!("a,b\n{},\n,\n\n \n", lines("1,x", 300)), true);
    check_large(&format!("a,b\n{}2\n3,y,z\n4,x,", lines("1,x", 300)), true);
}

#[test]
fn blank_lines_of_a_file_beyond_memory_are_counted_as_rows() {
    let text = format!("a,b\n{}\n \r\n{}\n", "1,x\n".repeat(250), "2,y\n".repeat(50));
    let opened = opened_as_large(&text);
    let path = &opened.table.source_path;
    let stamp = files::Stamp { size_bytes: MEMORY_BYTES_MAX + 1, modified_ns: 0 };
    let large = Text::of(path, Format::Csv, &ReadOptions::default()).and_then(|text| text.read_large(stamp));
    let large = large.expect("a table");
    assert!(large.is_scanned());
    assert_eq!((large.n_rows().expect("rows"), large.collect(&CancelToken::new()).expect("rows").height()), (302, 302));
    assert!(large.reading.issues.iter().any(|issue| issue.message.starts_with("2 blank lines")), "{:?}", large.reading);
}

#[test]
fn every_cell_of_a_large_file_decides() {
    let lines = |line: &str, n: usize| format!("{line}\n").repeat(n);
    check_large(&format!("a,b,c\n{}2.5,2024-01-02 10:00,y\n", lines("1,2024-01-01,-", 300)), true);
    check_large(&format!("a,b\n{}12b,unknown\n{}", lines("1,2", 300), lines("3,4", 100)), true);
    let table = opened_as_large(&format!("a,b\n{}12b,unknown\n", lines("1,2", 300))).table;
    let types: Vec<&str> = table.columns.iter().map(|column| column.dtype.as_str()).collect();
    assert_eq!(types, ["str", "i64"]);
    assert_eq!(table.columns[1].n_unparsed, 1);
    let misfits = table.verify(&CancelToken::new()).expect("issues");
    let found: Vec<_> = misfits.iter().map(|issue| (issue.row, issue.column.as_deref())).collect();
    assert_eq!(found, [(Some(301), Some("a")), (None, Some("b")), (Some(301), Some("b"))]);
    assert!(misfits[0].message.contains("\"12b\" in row 301"), "{misfits:?}");
}

#[test]
fn a_quote_that_nothing_closes_swallows_no_rows() {
    let mut text = String::from("label\ttext\n");
    // Beyond the sample that the dialect is judged by.
    for n in 0..20_000 {
        text.push_str(&format!("ham\tall is well {n}\n"));
    }
    text.push_str("spam\t\"hello there\n");
    for n in 0..100 {
        text.push_str(&format!("ham\tfine {n}\n"));
    }
    let found = opened(&text);
    assert_eq!(found.n_rows().expect("rows"), 20_101);
    assert_eq!(found.reading.quote, None);
    assert!(
        found.reading.notes.iter().any(|note| note.contains("in row 20001, a quote opens a cell")),
        "{:?}",
        found.reading
    );
    check_large(&text, true);
    // Few lines in one cell spoil less than the loss of all other quotes.
    let mut quoted = "a,b\n".to_owned();
    quoted.push_str(&"1,\"x, y\"\n".repeat(40_000));
    quoted.push_str("2,\"open\n3,z\n");
    let kept = opened(&quoted);
    assert_eq!(kept.reading.quote.as_deref(), Some("\""));
    assert!(kept.reading.issues.iter().any(|issue| issue.row == Some(40_001)), "{:?}", kept.reading.issues);
    // Long texts in quotes stay what they are.
    let long = format!("a,b\n1,\"{}\"\n2,\"short\"\n", "so it goes\n".repeat(80));
    assert_eq!(opened(&long).n_rows().expect("rows"), 2);
}

#[test]
fn a_large_file_of_another_encoding_is_found_late() {
    let mut bytes = b"n,s\n".to_vec();
    bytes.extend_from_slice("1,plain\n".repeat(200_000).as_bytes());
    bytes.extend_from_slice(b"1,stra\xDFe\n");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    files::write_atomic(&path, &bytes).expect("write");
    let text = Text::of(&path, Format::Csv, &ReadOptions::default()).expect("a text");
    let table = text.read_large(files::stamp(&path).expect("a stamp")).expect("a table");
    assert_eq!(table.reading.encoding.as_deref(), Some("windows-1252"));
}

#[test]
fn files_of_one_column_and_of_a_header_alone_are_read() {
    let table = opened("text\n\"well, now\"\n\"a, b, c\"\nso\n");
    assert_eq!(rows(&table), r#"[{"text":"well, now"},{"text":"a, b, c"},{"text":"so"}]"#);
    assert_eq!(rows(&opened("x\n1.5\n\n2\n")), r#"[{"x":1.5},{"x":2.0}]"#);
    let alone = opened("name\n");
    assert_eq!((alone.column_names(), alone.n_rows().expect("rows")), (vec!["name".to_owned()], 0));
    let dates = opened("id,2020-01-31,2020-02-29\n");
    assert_eq!((dates.column_names().len(), dates.n_rows().expect("rows")), (3, 0));
    let indexed = opened(",a,b\n0,x y,1\n1,z,2\n");
    assert_eq!(rows(&indexed), r#"[{"column_1":0,"a":"x y","b":1},{"column_1":1,"a":"z","b":2}]"#);
}

/// A file beyond the size that is kept in memory, with two odd rows in its midst; and the number of
/// the first of them.
fn large() -> (Opened, u64) {
    let mut text = String::from("id,amount,label,when\n");
    let mut n = 0_u64;
    let mut odd = None;
    while (text.len() as u64) < WHOLE_BYTES_MAX + (4 << 20) {
        let amount = if n % 1000 == 7 { " ".to_owned() } else { format!("{}.25", n % 977) };
        text.push_str(&format!("{n},{amount},\"label, {}\",2024-01-{:02}\n", n % 5, n % 28 + 1));
        n += 1;
        if odd.is_none() && text.len() > 13_800_000 {
            text.push_str("30000,unknown,odd,2024-01-01\n7,2.5\n");
            odd = Some(n + 1);
        }
    }
    let opened = open_as("large.csv", text.as_bytes(), &ReadOptions::default()).expect("a table");
    (opened, odd.expect("the file is larger than that"))
}

#[test]
fn a_large_file_is_scanned_after_all_of_it_was_seen() {
    let (opened, odd) = large();
    let table = &opened.table;
    assert!(table.is_scanned(), "{:?}", table.reading.notes);
    let types: Vec<&str> = table.columns.iter().map(|column| column.dtype.as_str()).collect();
    assert_eq!(types, ["i64", "f64", "str", "date"]);
    assert!(table.columns[1].stored_as_text);
    assert_eq!((table.columns[1].n_unparsed, table.columns[3].n_missing), (1, 1));
    let head = table.head(2).expect("rows");
    assert_eq!(
        serde_json::to_string(&rows_as_json(&head)).expect("JSON"),
        r#"[{"id":0,"amount":0.25,"label":"label, 0","when":"2024-01-01"},{"id":1,"amount":1.25,"label":"label, 1","when":"2024-01-02"}]"#
    );
    let n = table.n_rows().expect("rows");
    let mut counted = 0;
    let mut nulls = 0;
    for batch in table.batches(100_000).expect("batches") {
        let batch = batch.expect("a batch");
        assert!(batch.height() <= 100_000);
        counted += batch.height() as u64;
        nulls += batch.column("amount").expect("amount").null_count() as u64;
    }
    assert_eq!((counted, nulls), (n, table.columns[1].n_missing + 1));
    let issues = table.verify(&CancelToken::new()).expect("issues");
    let found: Vec<_> = issues.iter().map(|issue| (issue.row, issue.column.as_deref())).collect();
    let expected = [(None, None), (Some(odd + 1), None), (None, Some("amount")), (Some(odd), Some("amount"))];
    assert_eq!(found, expected, "{issues:?}");
    let cancel = CancelToken::new();
    cancel.cancel();
    assert!(matches!(table.verify(&cancel), Err(DataError::Cancelled)));
    assert!(matches!(table.collect(&cancel), Err(DataError::Cancelled)));
    // What is remembered of a file is forgotten when the file changes.
    let again = crate::open(&table.source_path, &ReadOptions::default()).expect("a table");
    assert_eq!(again.n_rows().expect("rows"), n);
    let mut bytes = files::read(&table.source_path).expect("bytes");
    bytes.extend_from_slice(b"1,2.5,new,2024-01-01\n");
    files::write_atomic(&table.source_path, &bytes).expect("write");
    let changed = crate::open(&table.source_path, &ReadOptions::default()).expect("a table");
    assert_eq!(changed.n_rows().expect("rows"), n + 1);
}
