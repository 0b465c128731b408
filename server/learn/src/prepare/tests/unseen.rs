//! The table of what training never saw, online and in batch.

use serde_json::json;

use super::*;

/// What a value becomes, checked to be the same in batch and online.
fn both_ways(preparer: &Preparer, column: Column) -> Vec<f64> {
    let frame = Frame::new(vec![("c".to_owned(), column)]).unwrap();
    let batch = preparer.transform(&frame, &CancelToken::new()).unwrap().row(0).to_vec();
    let online = row(preparer, frame.column("c").unwrap().value(0));
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&batch), bits(&online));
    batch
}

struct Case {
    kind: FeatureKind,
    trained_on: Column,
    family: Preparation,
    parameters: serde_json::Value,
    asked: Column,
    expected: Vec<f64>,
}

const NAN: f64 = f64::NAN;

#[test]
fn values_never_seen_become_what_the_table_says() {
    use FeatureKind::{Boolean, Categorical, Datetime, Numeric, Text};
    use Preparation::{Dense, Distance, Tree};
    let numbers = || Column::Number(vec![1.0, 2.0, 6.0, 3.0]);
    let truths = || Column::Boolean(vec![Some(true), Some(true), Some(false), Some(true)]);
    let levels = || text(&["a", "a", "b", "b"]);
    let with_rare = || text(&["a", "a", "b", "b", "once", "a"]);
    let moments = || Column::Datetime(vec![Some(0), Some(86_400_000_000), Some(172_800_000_000)]);
    let missing_text = || Column::Text(vec![None]);
    let raw = json!({"scaling": "none"});
    let case = |kind, trained_on, family, parameters: &serde_json::Value, asked, expected: &[f64]| Case {
        kind,
        trained_on,
        family,
        parameters: parameters.clone(),
        asked,
        expected: expected.to_vec(),
    };
    let cases = [
        // Numbers: the fill, or NaN; infinite is missing.
        case(Numeric, numbers(), Dense, &raw, Column::Number(vec![NAN]), &[2.5]),
        case(
            Numeric,
            numbers(),
            Dense,
            &json!({"scaling": "none", "impute": "mean"}),
            Column::Number(vec![NAN]),
            &[3.0],
        ),
        case(Numeric, numbers(), Distance, &raw, Column::Number(vec![f64::INFINITY]), &[2.5]),
        case(Numeric, numbers(), Tree, &json!({}), Column::Number(vec![f64::NEG_INFINITY]), &[NAN]),
        case(Numeric, numbers(), Tree, &json!({"scaling": "min_max"}), Column::Number(vec![11.0]), &[2.0]),
        case(Numeric, numbers(), Tree, &json!({"scaling": "min_max"}), text(&["nan"]), &[NAN]),
        case(Boolean, truths(), Dense, &raw, Column::Boolean(vec![None]), &[1.0]),
        case(Boolean, truths(), Tree, &json!({}), Column::Boolean(vec![None]), &[NAN]),
        // One column per level.
        case(Categorical, levels(), Dense, &raw, text(&["new"]), &[0.0, 0.0]),
        case(Categorical, levels(), Dense, &raw, missing_text(), &[0.0, 0.0]),
        case(Categorical, with_rare(), Dense, &raw, text(&["new"]), &[0.0, 0.0, 1.0]),
        case(
            Categorical,
            Column::Text(vec![Some("a".into()), None, Some("a".into()), None]),
            Dense,
            &raw,
            missing_text(),
            &[0.0, 1.0],
        ),
        // Codes.
        case(Categorical, levels(), Tree, &json!({}), text(&["new"]), &[NAN]),
        case(Categorical, levels(), Tree, &json!({}), missing_text(), &[NAN]),
        case(Categorical, with_rare(), Tree, &json!({}), text(&["new"]), &[2.0]),
        // Target means: the target is 0, 1, 0, 1.
        case(Categorical, levels(), Dense, &json!({"scaling": "none", "categories": "target"}), text(&["new"]), &[0.5]),
        case(Categorical, levels(), Dense, &json!({"scaling": "none", "categories": "target"}), missing_text(), &[0.5]),
        case(Categorical, levels(), Tree, &json!({"categories": "target"}), text(&["new"]), &[0.5]),
        case(Categorical, levels(), Tree, &json!({"categories": "target"}), missing_text(), &[NAN]),
        // Places.
        case(
            Categorical,
            levels(),
            Dense,
            &json!({"scaling": "none", "categories": "ordinal"}),
            text(&["new"]),
            &[0.5],
        ),
        case(Categorical, levels(), Tree, &json!({"categories": "ordinal"}), text(&["new"]), &[NAN]),
        case(Categorical, levels(), Tree, &json!({"orders": {"c": ["b", "a", "z"]}}), text(&["z"]), &[2.0]),
        case(Categorical, levels(), Tree, &json!({"orders": {"c": ["b", "a", "z"]}}), missing_text(), &[NAN]),
        // Moments: 1970-01-01 is a Thursday; the middle day fills in.
        case(
            Datetime,
            moments(),
            Dense,
            &json!({"scaling": "none", "cyclic_dates": false}),
            Column::Datetime(vec![None]),
            &[2.0, 5.0, 1.0, 2.0],
        ),
        case(Datetime, moments(), Tree, &json!({}), Column::Datetime(vec![Some(i64::MAX)]), &[NAN; 4]),
        case(Datetime, moments(), Tree, &json!({}), text(&["1970-01-08"]), &[8.0, 4.0, 7.0, 8.0]),
    ];
    for Case { kind, trained_on, family, parameters, asked, expected } in cases {
        let spec = PreparationSpec::with_parameters(family, parameters.as_object().unwrap()).unwrap();
        let what = format!("{kind:?} {family:?} {parameters} {asked:?}");
        let found = both_ways(&fit_one(kind, trained_on, spec), asked);
        assert_eq!(found.len(), expected.len(), "{what}: {found:?}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!(
                (found - expected).abs() < 1e-12 || (found.is_nan() && expected.is_nan()),
                "{what}: {found:?} instead of {expected:?}"
            );
        }
    }
    // Texts: nothing known, or nothing at all.
    let documents = text(&["red car", "blue car", "red bus", "blue bus"]);
    let parameters = json!({"scaling": "none", "text_words_max": 0, "text_components": 0});
    for family in [Dense, Tree] {
        let spec = PreparationSpec::with_parameters(family, parameters.as_object().unwrap()).unwrap();
        let preparer = fit_one(Text, documents.clone(), spec);
        let (unknown, missing) = (both_ways(&preparer, text(&["green"])), both_ways(&preparer, missing_text()));
        assert_eq!(unknown[..2], [6.0_f64.ln(), 2.0_f64.ln()]);
        assert!(unknown[4].is_finite(), "the score of a text of unknown words is that of no words");
        match family {
            Tree => assert!(missing.iter().all(|value| value.is_nan()), "{missing:?}"),
            _ => assert_eq!(missing, [0.0, 0.0, 0.0, 0.0, unknown[4]]),
        }
    }
}

#[test]
fn missing_dates_have_no_difference() {
    let days = |days: &[i64]| Column::Datetime(days.iter().map(|day| Some(day * 86_400_000_000)).collect());
    let frame =
        Frame::new(vec![("start".to_owned(), days(&[0, 1, 2, 3])), ("end".to_owned(), days(&[5, 7, 9, 20]))]).unwrap();
    let features = [feature("start", FeatureKind::Datetime), feature("end", FeatureKind::Datetime)];
    for (family, expected) in [(Preparation::Tree, f64::NAN), (Preparation::Dense, 6.5)] {
        let spec = PreparationSpec { scaling: Scaling::None, ..family.into() };
        let preparer = Preparer::fit(&frame, &features, spec, &classes(&[0, 1, 0, 1]), Task::Binary, Seed(1)).unwrap();
        let derived = preparer.derived_columns();
        let last = derived.last().unwrap();
        assert_eq!(
            (last.name.as_str(), &last.features[..]),
            ("end minus start days", &["end".to_owned(), "start".to_owned()][..])
        );
        let mut out = vec![0.0; derived.len()];
        preparer.transform_row(&[Value::Datetime(0), Value::Text("1970-01-03T12:00")], &mut out).unwrap();
        assert_eq!(out.last(), Some(&2.5));
        preparer.transform_row(&[Value::Missing, Value::Datetime(0)], &mut out).unwrap();
        assert_eq!(out.last().unwrap().to_bits(), f64::to_bits(expected));
    }
}
