use super::*;

fn check(series: &Series, semantic: SemanticType) {
    let column = series.clone().into_column();
    let found = infer(&column);
    assert_eq!(found.semantic, semantic, "{}: {} ({series:?})", found.name, found.reason);
}

fn n(count: i64, of: impl Fn(i64) -> String) -> Vec<String> {
    (0..count).map(of).collect()
}

#[test]
fn ids_need_evidence() {
    use SemanticType::*;
    let codes = n(100, |i| format!("{:04}-VHV{}G", 7590 - i, i % 7));
    check(&Series::new("customerID".into(), &codes), Id);
    check(&Series::new("code".into(), &codes), Id);
    check(&Series::new("PassengerId".into(), (892_i64..1000).collect::<Vec<_>>()), Id);
    check(&Series::new("nr".into(), (1_i64..100).collect::<Vec<_>>()), Id);
    check(&Series::new("year".into(), (1_i64..100).collect::<Vec<_>>()), Numeric);
    check(&Series::new("value".into(), (1871_i64..1970).collect::<Vec<_>>()), Numeric);
    check(&Series::new("user_id".into(), (0_i64..100).map(|i| (i * 37) % 70).collect::<Vec<_>>()), Id);
    check(&Series::new("id".into(), [1_i64, 2, 3]), Numeric);
    let names = n(100, |i| format!("Braund, Mr. Owen {i} Harris"));
    check(&Series::new("Name".into(), &names), Text);
}

#[test]
fn floats_are_no_ids() {
    use SemanticType::*;
    let measures: Vec<f64> = (0..200).map(|i| f64::from(i) * 1.37 + 0.01).collect();
    check(&Series::new("charge".into(), &measures), Numeric);
    check(&Series::new("fluid".into(), &measures), Numeric);
    check(&Series::new("grid_id".into(), &measures), Numeric);
    let whole: Vec<f64> = (0..200).map(f64::from).collect();
    check(&Series::new("amount".into(), &whole), Numeric);
    check(&Series::new("customer_id".into(), &whole), Id);
}

#[test]
fn yes_and_no_are_boolean() {
    use SemanticType::*;
    check(&Series::new("x".into(), [0_i64, 1, 0, 1]), Boolean);
    check(&Series::new("x".into(), [Some(0.0), None, Some(1.0)]), Boolean);
    check(&Series::new("x".into(), [Some("Yes"), None, Some("No")]), Boolean);
    check(&Series::new("x".into(), [true, false]), Boolean);
    check(&Series::new("x".into(), ["Male", "Female"]), Categorical);
    check(&Series::new("x".into(), [1_i64, 2].repeat(10)), Categorical);
    check(&Series::new("x".into(), [1_i64, 2, 1]), Numeric);
    check(&Series::new("x".into(), ["yes", "YES", "no"]), Categorical);
}

#[test]
fn what_never_varies_is_constant() {
    use SemanticType::*;
    check(&Series::new("x".into(), [7_i64, 7, 7]), Constant);
    check(&Series::new("x".into(), ["a", "a"]), Constant);
    check(&Series::new("x".into(), [None::<f64>, None]), Constant);
    check(&Series::new("x".into(), [Some("a"), None]), Categorical);
    check(&Series::new("x".into(), [5_i64]), Numeric);
    check(&Series::new("x".into(), [1.5, 2.5, 1.5]), Numeric);
    check(&Series::new("x".into(), [f64::NAN, f64::INFINITY, 1.0]), Numeric);
}

#[test]
fn labels_are_told_from_prose() {
    use SemanticType::*;
    check(&Series::new("city".into(), n(1000, |i| format!("City {}", i % 300))), Categorical);
    check(&Series::new("payment".into(), n(100, |i| format!("a rather long name of category {}", i % 4))), Categorical);
    check(&Series::new("review".into(), n(100, |i| format!("I liked it very much {}", i % 60))), Text);
}

#[test]
fn whole_numbers_may_refer_to_something() {
    use SemanticType::*;
    let few = |name: &str, n: i64| Series::new(name.into(), (0_i64..100).map(|i| 10 + i % n).collect::<Vec<_>>());
    check(&few("class_id", 5), Categorical);
    check(&few("product_id", 40), Categorical);
    check(&few("store", 30), Categorical);
    check(&few("user_id", 60), Id);
    check(&few("zip", 90), Categorical);
    check(&few("area_code", 40), Categorical);
    for name in ["age", "year", "passenger_count", "floor", "index", "row", "area"] {
        check(&few(name, 30), Numeric);
    }
    let floats: Vec<Option<f64>> = (0..100).map(|i| (i % 9 > 0).then(|| f64::from(i % 30))).collect();
    check(&Series::new("product_id".into(), &floats), Categorical);
    check(&Series::new("amount".into(), &floats), Numeric);
    check(&Series::new("store".into(), [3_i64, 4, 5]), Numeric);
}

#[test]
fn text_is_never_numeric_or_a_datetime() {
    use SemanticType::*;
    // The one that is no number comes after any number of rows that one may look at.
    let mut numbers = n(20_000, |i| format!("{}.5", i * 7));
    numbers.push("unknown".to_owned());
    let found = infer(&Series::new("charge".into(), &numbers).into_column());
    assert_eq!((found.semantic, found.stored_as_text), (Text, false), "{}", found.reason);
    assert!(found.reason.contains("20000 of its 20001 values are numbers"), "{}", found.reason);
    check(&Series::new("x".into(), ["1.5", "2.5", " "]), Categorical);
    check(&Series::new("x".into(), n(1000, |i| format!("2024-01-{:02}", i % 28 + 1))), Categorical);
    let codes = infer(&Series::new("zip".into(), ["01234", "98765"]).into_column());
    assert_eq!((codes.semantic, codes.reason.as_str()), (Categorical, "2 different labels in 2 rows"));
    check(&Series::new("price".into(), n(100, |i| format!("{}{i}", if i % 2 == 0 { "$" } else { "€" }))), Text);
    check(&Series::new("code".into(), n(100, |i| format!("{i:05}"))), Id);
}

#[test]
fn a_time_of_day_is_numeric() {
    let noon = Series::new("at".into(), [1_i64, 43_200_000_000_000]).cast(&DataType::Time).expect("times");
    check(&noon, SemanticType::Numeric);
}

#[test]
fn an_empty_frame_and_nested_values_have_a_schema() {
    let empty = df!("x" => Vec::<i64>::new(), "y" => Vec::<String>::new()).expect("a frame");
    assert_eq!(infer_schema(&empty).len(), 2);
    let list = Series::new("l".into(), [Series::new("".into(), [1_i64, 2]), Series::new("".into(), [3_i64])]);
    assert_eq!(infer(&list.into_column()).semantic, SemanticType::Text);
}
