use mlwright_learn::{Column, Target};
use polars::prelude::*;

use super::*;

fn schema(name: &str, dtype: &str, semantic: SemanticType) -> ColumnSchema {
    ColumnSchema { name: name.into(), dtype: dtype.into(), semantic, stored_as_text: false, reason: "because".into() }
}

fn column(values: &Series) -> Column {
    column_from(values).unwrap()
}

#[test]
fn columns_keep_their_stored_type() {
    let Column::Number(whole) = column(&Series::new("n".into(), [Some(1i32), None])) else { panic!() };
    assert!(whole[0] == 1.0 && whole[1].is_nan());
    let Column::Number(floats) = column(&Series::new("f".into(), [f64::INFINITY, 0.5])) else { panic!() };
    assert!(floats[0].is_nan() && floats[1] == 0.5);
    let Column::Text(texts) = column(&Series::new("t".into(), [Some("a"), None, Some("a")])) else { panic!() };
    assert_eq!(texts[1], None);
    assert!(Arc::ptr_eq(texts[0].as_ref().unwrap(), texts[2].as_ref().unwrap()), "equal texts are shared");
    assert_eq!(column(&Series::new("b".into(), [Some(true), None])), Column::Boolean(vec![Some(true), None]));
}

#[test]
fn moments_are_microseconds_since_1970() {
    // 2020-01-02 is day 18,263; 18,263 × 86,400 s.
    let days = Series::new("d".into(), [Some(18_263i32), None]).cast(&DataType::Date).unwrap();
    let expected = Column::Datetime(vec![Some(18_263 * 86_400_000_000), None]);
    assert_eq!(column(&days), expected);
    let millis = Series::new("m".into(), [Some(18_263i64 * 86_400_000), None])
        .cast(&DataType::Datetime(TimeUnit::Milliseconds, None))
        .unwrap();
    assert_eq!(column(&millis), expected);
    let durations = Series::new("s".into(), [1_500i64]).cast(&DataType::Duration(TimeUnit::Milliseconds)).unwrap();
    assert_eq!(column(&durations), Column::Number(vec![1.5]));
}

#[test]
fn nested_values_are_refused_with_the_column() {
    let lists = Series::new("l".into(), [Series::new("".into(), [1i64, 2])]);
    let problem = column_from(&lists).unwrap_err();
    assert_eq!((problem.code, problem.field.as_str()), (ErrorCode::UnsuitableData, "l"));
}

#[test]
fn ids_constants_and_the_target_are_no_features() {
    let columns = [
        schema("id", "str", SemanticType::Id),
        schema("one", "i64", SemanticType::Constant),
        schema("Partner", "str", SemanticType::Boolean),
        schema("Senior", "i64", SemanticType::Boolean),
        schema("active", "bool", SemanticType::Boolean),
        schema("since", "date", SemanticType::Datetime),
        schema("tags", "list[str]", SemanticType::Text),
        schema("left_out", "f64", SemanticType::Numeric),
        schema("y", "str", SemanticType::Categorical),
    ];
    let features = features_of(&columns, "y", &["left_out".to_owned()]);
    let kinds: Vec<(&str, FeatureKind)> = features.iter().map(|feature| (feature.name.as_str(), feature.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("Partner", FeatureKind::Categorical),
            ("Senior", FeatureKind::Numeric),
            ("active", FeatureKind::Boolean),
            ("since", FeatureKind::Datetime)
        ]
    );
    assert_eq!(exclusion(&columns[0], "y", &[]).as_deref(), Some("because"));
    assert!(exclusion(&columns[6], "y", &[]).unwrap().contains("list[str]"));
}

#[test]
fn features_and_targets_come_out_of_a_frame() {
    let frame = df!("months" => [1.0, 2.0, 3.0], "churn" => [Some("No"), None, Some("Yes")]).unwrap();
    let x = frame_from(&frame, &[Feature { name: "months".into(), kind: FeatureKind::Numeric }]).unwrap();
    assert_eq!(x.column("months"), Some(&Column::Number(vec![1.0, 2.0, 3.0])));
    let y = target_from(&frame, "churn", None, None).unwrap();
    assert_eq!((y.task, y.rows, y.n_left_out), (Task::Binary, vec![0, 2], 1));
    assert_eq!(y.target, Target::Class { codes: vec![0, 1], n_classes: 2 });
    let problem = target_from(&frame, "Churn", None, None).unwrap_err();
    assert_eq!((problem.code, problem.field.as_str(), problem.hint.as_str()), (ErrorCode::NotFound, "target", "did you mean churn?"));
}

#[test]
fn what_a_table_reads_as_missing_among_numbers_a_request_does_too() {
    let fixture = crate::serving::fixture::Fixture::new();
    for marker in mlwright_learn::frame::MISSING_AMONG_NUMBERS {
        let marker = marker.to_uppercase();
        let path = fixture.folder.path().join("markers.csv");
        mlwright_base::system::files::write_atomic(&path, format!("a,x\n1,1\n2,{marker}\n3,2.5\n").as_bytes()).unwrap();
        let opened = fixture.engine.open_table("markers.csv").unwrap();
        let (frame, schema) = opened.collect(&mlwright_base::CancelToken::new()).unwrap();
        assert_eq!((schema[1].semantic, frame.column("x").unwrap().null_count()), (SemanticType::Numeric, 1), "{marker:?}");
    }
}
