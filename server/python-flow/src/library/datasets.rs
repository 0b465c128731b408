//! Data sets that libraries bring along, with the columns that they have.

use std::sync::Arc;

use mlwright_python_values::column::Columns;
use mlwright_python_values::value::{Data, DataKind, Dict, Object, Value};

use crate::arguments::Call;
use crate::interpreter::Interpreter;

/// Features and target of a set of scikit-learn 1.7 (`load_…`, `fetch_…`) or seaborn 0.13 (`load_dataset`).
pub(crate) fn columns(name: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    let target: &[&str] = &["target"];
    Some(match name {
        "load_iris" => (&["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"], target),
        "load_diabetes" => (&["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"], target),
        "load_wine" => (
            &[
                "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
                "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines",
                "proline",
            ],
            target,
        ),
        "load_breast_cancer" => (
            &[
                "mean radius", "mean texture", "mean perimeter", "mean area", "mean smoothness", "mean compactness",
                "mean concavity", "mean concave points", "mean symmetry", "mean fractal dimension", "radius error",
                "texture error", "perimeter error", "area error", "smoothness error", "compactness error",
                "concavity error", "concave points error", "symmetry error", "fractal dimension error", "worst radius",
                "worst texture", "worst perimeter", "worst area", "worst smoothness", "worst compactness",
                "worst concavity", "worst concave points", "worst symmetry", "worst fractal dimension",
            ],
            target,
        ),
        "fetch_california_housing" => (
            &["MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude"],
            &["MedHouseVal"],
        ),
        "seaborn:iris" => (&["sepal_length", "sepal_width", "petal_length", "petal_width"], &["species"]),
        "seaborn:tips" => (&["total_bill", "sex", "smoker", "day", "time", "size"], &["tip"]),
        "seaborn:titanic" => (
            &[
                "pclass", "sex", "age", "sibsp", "parch", "fare", "embarked", "class", "who", "adult_male", "deck",
                "embark_town", "alive", "alone",
            ],
            &["survived"],
        ),
        "seaborn:penguins" => {
            (&["island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex"], &["species"])
        }
        "seaborn:diamonds" => (&["carat", "cut", "color", "clarity", "depth", "table", "x", "y", "z"], &["price"]),
        _ => return None,
    })
}

/// What `load_…` of scikit-learn gives: `data`, `target`, and with `as_frame` a `frame`.
pub(crate) fn bunch(cx: &mut Interpreter<'_>, whole: Value, call: &Call<'_>) -> Value {
    let Some(data) = cx.data_of(&whole) else { return whole };
    let framed = call.flag("as_frame") == Some(true);
    let n_features = data.columns.list.len().saturating_sub(1);
    let (features, target) = match data.columns.open {
        true => (Columns::unknown(), Columns::unknown()),
        false => (
            Columns::closed(data.columns.list[..n_features].to_vec()),
            Columns::closed(data.columns.list[n_features..].to_vec()),
        ),
    };
    let kind = if framed { DataKind::Frame } else { DataKind::Array };
    let x = cx.add_data(Data { kind, columns: features.clone(), ..(*data).clone() });
    let target_kind = if framed { DataKind::Series } else { DataKind::Array };
    let y = cx.add_data(Data { kind: target_kind, columns: target, ..(*data).clone() });
    let frame = if framed { cx.add_data(Data { kind: DataKind::Frame, ..(*data).clone() }) } else { Value::None };
    let names = if features.open {
        Value::Unknown
    } else {
        let names = features.names().map(|name| Value::text(name)).collect();
        cx.add_list(names, false)
    };
    let entry = |key: &str, value: Value| (Value::text(key), value);
    let entries = vec![
        entry("data", x),
        entry("target", y),
        entry("frame", frame),
        entry("feature_names", names),
        entry("target_names", Value::Unknown),
        entry("DESCR", Value::Unknown),
        entry("filename", Value::Unknown),
    ];
    Value::Object(cx.state.add(Object::Dict(Arc::new(Dict { entries, open: false }))))
}
