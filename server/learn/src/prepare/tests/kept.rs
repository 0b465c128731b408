//! A model file of each family, as it was first written with a preparation of every kind of column
//! and treatment: it must always load and answer as it did. The files are never made anew.

use serde_json::json;

use crate::Model;
use crate::model::RowPrediction;

const KEPT: [(&str, &[u8]); 3] = [
    ("tree", include_bytes!("../../testdata/model-v1/prepared-tree.mlw")),
    ("dense", include_bytes!("../../testdata/model-v1/prepared-dense.mlw")),
    ("distance", include_bytes!("../../testdata/model-v1/prepared-distance.mlw")),
];

fn records() -> Vec<serde_json::Value> {
    vec![
        json!({"number": 4.5, "truth": true, "few": "x", "size": "small", "many": "level 3", "start": "2020-09-13", "end": "2021-01-01T06:00:00Z", "note": "the screen is broken again", "written": "2"}),
        json!({"number": null, "truth": null, "few": null, "size": null, "many": null, "start": null, "end": null, "note": null, "written": null}),
        json!({"number": -3e9, "truth": "no", "few": "new", "size": "huge", "many": "new", "start": 20_240_229, "end": "1999-12-31", "note": "GRÜSSE 42", "written": "inf"}),
        json!({"number": "12", "truth": 0, "few": " y ", "size": "large", "many": "level 7", "start": 1_600_000_000, "end": "2020-10-01", "note": "no battery left", "written": -30}),
    ]
}

/// A number of the answers; null where it was not a number.
fn assert_is(found: f64, expected: &serde_json::Value, what: &str) {
    match expected.as_f64() {
        Some(expected) => {
            assert!((found - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{what}: {found} instead of {expected}");
        }
        None => assert!(found.is_nan(), "{what}: {found} instead of NaN"),
    }
}

#[test]
fn kept_files_prepare_as_they_did() {
    let all: serde_json::Value = serde_json::from_str(include_str!("../../testdata/model-v1/prepared.json")).unwrap();
    for (name, bytes) in KEPT {
        let model = Model::from_bytes(bytes).unwrap();
        let answers = &all.as_array().unwrap().iter().find(|one| one["file"] == name).unwrap()["answers"];
        assert_eq!(answers["names"], json!(model.preparer.matrix().names));
        let rows = answers["rows"].as_array().unwrap();
        assert_eq!(rows.len(), records().len());
        for (at, (record, answer)) in records().iter().zip(rows).enumerate() {
            let values = model.values_of_record(record.as_object().unwrap()).unwrap();
            let mut row = vec![0.0; model.preparer.matrix().names.len()];
            model.preparer.transform_row(&values, &mut row).unwrap();
            for ((found, expected), column) in
                row.iter().zip(answer["row"].as_array().unwrap()).zip(&model.preparer.matrix().names)
            {
                assert_is(*found, expected, &format!("{name}, record {at}, {column}"));
            }
            let RowPrediction::Class { probabilities, .. } = model.predict_row(&values).unwrap() else { panic!() };
            assert_is(probabilities[1], &answer["probability"], &format!("{name}, record {at}"));
        }
    }
}
