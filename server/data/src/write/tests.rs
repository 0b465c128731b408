use super::*;
use crate::reading::ReadOptions;

fn frame() -> DataFrame {
    let mut frame = df!(
        "n" => [Some(1_i64), None, Some(3)],
        "x" => [Some(1.5), Some(f64::NAN), Some(f64::NEG_INFINITY)],
        "s" => [Some("a,\"b\"\nc"), None, Some("ü")],
        "b" => [true, false, true],
        "d" => [0_i32, 19_782, -1],
        "t" => [0_i64, 1_709_200_800_500_000, -1_000_000],
    )
    .expect("a frame");
    frame.apply("d", |column| column.cast(&DataType::Date).expect("a date")).expect("d");
    let moment = DataType::Datetime(TimeUnit::Microseconds, None);
    frame.apply("t", |column| column.cast(&moment).expect("a moment")).expect("t");
    frame
}

#[test]
fn rows_are_valid_json() {
    let rows = serde_json::to_string(&rows_as_json(&frame())).expect("JSON");
    let expected = concat!(
        r#"[{"n":1,"x":1.5,"s":"a,\"b\"\nc","b":true,"d":"1970-01-01","t":"1970-01-01T00:00:00"},"#,
        r#"{"n":null,"x":null,"s":null,"b":false,"d":"2024-02-29","t":"2024-02-29T10:00:00.5"},"#,
        r#"{"n":3,"x":null,"s":"ü","b":true,"d":"1969-12-31","t":"1969-12-31T23:59:59"}]"#
    );
    assert_eq!(rows, expected);
}

#[test]
fn nested_values_zones_and_categories_are_json() {
    let list = Series::new("l".into(), [Series::new("".into(), [1_i64, 2]), Series::new("".into(), [3_i64])]);
    let zoned = Series::new("z".into(), [0_i64, 1_709_200_800_000_000])
        .cast(&DataType::Datetime(
            TimeUnit::Microseconds,
            TimeZone::opt_try_new(Some("Europe/Berlin")).expect("a zone"),
        ))
        .expect("moments");
    let labels =
        Series::new("c".into(), ["u", "v"]).cast(&DataType::from_categories(Categories::global())).expect("labels");
    let small = Series::new("f".into(), [0.1_f32, f32::NAN]);
    let frame =
        DataFrame::new_infer_height(vec![list.into(), zoned.into(), labels.into(), small.into()]).expect("a frame");
    let rows = serde_json::to_string(&rows_as_json(&frame)).expect("JSON");
    assert_eq!(
        rows,
        r#"[{"l":[1,2],"z":"1970-01-01T01:00:00+01:00","c":"u","f":0.1},{"l":[3],"z":"2024-02-29T11:00:00+01:00","c":"v","f":null}]"#
    );
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    for extension in ["csv", "tsv", "parquet", "ndjson", "jsonl", "arrow", "feather"] {
        let path = folder.path().join(format!("t.{extension}"));
        let mut frame = frame();
        write_file(&mut frame, &path).unwrap_or_else(|error| panic!("{extension}: {error}"));
        let table = crate::open(&path, &ReadOptions::default()).unwrap_or_else(|error| panic!("{extension}: {error}"));
        let read = table.collect(&mlwright_base::CancelToken::new()).expect("rows");
        let text = matches!(extension, "csv" | "tsv" | "ndjson" | "jsonl");
        assert_eq!(read.schema(), frame.schema(), "{extension}");
        for name in ["n", "s", "b", "d", "t"] {
            assert!(
                read.column(name).expect(name).equals_missing(frame.column(name).expect(name)),
                "{extension} {name}: {read:?}"
            );
        }
        let nan = read.column("x").expect("x").f64().expect("f64").get(1);
        assert_eq!(nan.is_none(), text, "{extension}");
    }
    assert_eq!(files::list_dir(folder.path()).expect("list").len(), 7, "no temporary file is left");
}

#[test]
fn batches_make_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    for extension in ["csv", "parquet", "ndjson", "arrow"] {
        let path = folder.path().join(format!("t.{extension}"));
        let mut writer = BatchWriter::create(&path).expect("a writer");
        for part in 0..3_i64 {
            writer
                .write(&df!("x" => (part * 10..part * 10 + 10).collect::<Vec<_>>()).expect("a frame"))
                .expect("write");
        }
        let other = writer.write(&df!("y" => [1_i64]).expect("a frame"));
        assert!(matches!(other, Err(DataError::SchemaMismatch { .. })), "{extension}");
        assert!(!files::exists(&path), "{extension}");
        assert_eq!(writer.finish(Existing::Keep).expect("finish"), 30);
        let table = crate::open(&path, &ReadOptions::default()).expect("open");
        let values = table.collect(&mlwright_base::CancelToken::new()).expect("rows");
        let values: Vec<Option<i64>> = values.column("x").expect("x").i64().expect("i64").iter().collect();
        assert_eq!(values, (0..30).map(Some).collect::<Vec<_>>(), "{extension}");
    }
}

#[test]
fn an_unfinished_file_leaves_the_old_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    write_file(&mut df!("x" => [1_i64]).expect("a frame"), &path).expect("write");
    let mut writer = BatchWriter::create(&path).expect("a writer");
    writer.write(&df!("x" => [2_i64]).expect("a frame")).expect("write");
    drop(writer);
    assert_eq!(files::read_to_string(&path).expect("read"), "x\n1\n");
    assert_eq!(files::list_dir(folder.path()).expect("list").len(), 1);
}

#[test]
fn a_file_that_appeared_meanwhile_is_kept_or_replaced_as_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    let finish = |existing: Existing| {
        files::remove_file(&path).expect("remove");
        let mut writer = BatchWriter::create(&path).expect("a writer");
        writer.write(&df!("x" => [2_i64]).expect("a frame")).expect("write");
        files::write_atomic(&path, b"mine\n").expect("another's file");
        let finished = writer.finish(existing);
        assert_eq!(files::list_dir(folder.path()).expect("list").len(), 1, "no temporary file is left");
        (finished, files::read_to_string(&path).expect("read"))
    };
    let (kept, text) = finish(Existing::Keep);
    assert_eq!(Problem::from(kept.expect_err("a conflict")).code, ErrorCode::Conflict);
    assert_eq!(text, "mine\n");
    let (replaced, text) = finish(Existing::Replace);
    assert_eq!((replaced.expect("rows"), text.as_str()), (1, "x\n2\n"));
}

#[test]
fn what_cannot_be_written_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = Series::new("l".into(), [Series::new("".into(), [1_i64, 2])]);
    let mut nested = DataFrame::new_infer_height(vec![list.into()]).expect("a frame");
    let csv = write_file(&mut nested, &folder.path().join("t.csv"));
    assert!(matches!(csv, Err(DataError::UnsupportedType { .. })));
    assert!(matches!(write_file(&mut nested, &folder.path().join("t.xlsx")), Err(DataError::UnknownFormat { .. })));
    let nowhere = write_file(&mut nested, &folder.path().join("no/t.parquet"));
    assert!(matches!(nowhere, Err(DataError::FileNotFound { .. })));
    let mut empty = df!("a" => Vec::<i64>::new(), "b" => Vec::<f64>::new()).expect("a frame");
    let path = folder.path().join("t.csv");
    write_file(&mut empty, &path).expect("write");
    assert_eq!(files::read_to_string(&path).expect("read"), "a,b\n");
}
