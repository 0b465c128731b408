//! The functions of polars SQL.
//!
//! The names are those of polars-sql 0.55.2, `PolarsSQLFunctions::try_from_sql` in `functions.rs`, less `BIT_COUNT` and `INITCAP`,
//! which need features that the product is built without; and what `sql_expr.rs` takes from the parser: `CAST`, `TRY_CAST`, `EXTRACT`,
//! `SUBSTRING`, `TRIM`, `POSITION`. Numbers of arguments are those that `SQLFunctionVisitor::visit_function` accepts.

use mlwright_source_text::Dtype;

mod table;

pub(crate) use table::FUNCTIONS;

/// A function that a statement may call.
#[derive(Debug)]
pub(crate) struct Function {
    /// In capitals.
    pub(crate) name: &'static str,
    /// Other names for the same, in capitals.
    pub(crate) aliases: &'static [&'static str],
    pub(crate) kind: FunctionKind,
    /// In order; `[x]` may be left out, `…` means any number more.
    pub(crate) parameters: &'static [&'static str],
    pub(crate) returns: Dtype,
    /// What it gives, one sentence.
    pub(crate) documentation: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionKind {
    Scalar,
    /// One value of many rows.
    Aggregate,
    /// Needs OVER.
    Window,
}

impl Function {
    /// `ROUND(value, [decimals])`, with the bytes of each parameter.
    pub(crate) fn signature(&self) -> (String, Vec<(usize, usize)>) {
        let mut label = format!("{}(", self.name);
        let mut places = Vec::new();
        for (index, parameter) in self.parameters.iter().enumerate() {
            if index > 0 {
                label.push_str(self.separator());
            }
            places.push((label.len(), label.len() + parameter.len()));
            label.push_str(parameter);
        }
        label.push(')');
        (label, places)
    }

    /// What stands between arguments.
    fn separator(&self) -> &'static str {
        match self.name {
            "CAST" | "TRY_CAST" => " AS ",
            "EXTRACT" => " FROM ",
            "POSITION" => " IN ",
            _ => ", ",
        }
    }
}

/// The function of this name, in any case.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    let name = name.to_ascii_uppercase();
    FUNCTIONS.iter().find(|function| function.name == name || function.aliases.contains(&name.as_str()))
}

/// What a function gives, where that does not depend on what it is given.
pub(crate) fn returns(name: &str) -> Dtype {
    function(name).map_or(Dtype::Unknown, |function| function.returns)
}

/// Functions of other systems that stand where a table does and read the file that they are given.
pub(crate) const FILE_FUNCTIONS: [&str; 13] = [
    "read_csv", "read_csv_auto", "read_parquet", "parquet_scan", "read_json", "read_json_auto", "read_ndjson",
    "read_ipc", "scan_csv", "scan_parquet", "read_ndjson_auto", "scan_ipc", "scan_ndjson",
];

pub(crate) fn reads_file(name: &str) -> bool {
    FILE_FUNCTIONS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether the first argument of a function is the name of an endpoint that answers.
pub(crate) fn asks_endpoint(name: &str) -> bool {
    ["ai_query", "ml_predict", "mlwright_predict", "predict_endpoint"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every name of `try_from_sql` in polars-sql 0.55.2 without its optional features, in order.
    const POLARS_NAMES: &str = "bit_and bitand bit_not bitnot bit_or bitor bit_xor bitxor xor abs cbrt ceil ceiling div exp floor ln log log10 \
        log1p log2 mod pi pow power round trunc truncate sign sqrt cos cot sin tan cosd cotd sind tand acos asin atan atan2 acosd asind atand atan2d \
        degrees radians coalesce greatest if ifnull least nullif date date_part strftime timestamp datetime bit_length concat concat_ws \
        ends_with left length char_length character_length lower lpad ltrim normalize octet_length regexp_like replace reverse right rpad \
        rtrim split_part starts_with string_to_array strpos strptime substr time upper avg corr count covar_pop covar_samp covar first last \
        max median min quantile_cont quantile_disc stdev stddev stdev_samp stddev_samp string_agg listagg group_concat sum total var variance \
        var_samp array_agg array_contains array_get array_length array_lower array_mean array_reverse array_sum array_to_string array_unique \
        array_upper unnest dense_rank first_value last_value lag lead rank row_number columns";

    #[test]
    fn all_functions_of_polars_are_known_and_no_others() {
        let known: BTreeSet<String> = FUNCTIONS
            .iter()
            .flat_map(|f| std::iter::once(f.name).chain(f.aliases.iter().copied()))
            .map(str::to_lowercase)
            .collect();
        let syntax = ["cast", "try_cast", "extract", "substring", "trim", "position"];
        let expected: BTreeSet<String> = POLARS_NAMES.split_whitespace().chain(syntax).map(str::to_owned).collect();
        assert_eq!(known, expected);
        let n_names: usize = FUNCTIONS.iter().map(|function| 1 + function.aliases.len()).sum();
        assert_eq!(n_names, expected.len(), "a name stands twice");
    }

    #[test]
    fn signatures_say_where_their_parameters_are() {
        for function in &FUNCTIONS {
            let (label, places) = function.signature();
            let found: Vec<&str> = places.iter().map(|(start, end)| &label[*start..*end]).collect();
            assert_eq!(found, function.parameters, "{label}");
            assert!(function.documentation.ends_with('.') && function.name == function.name.to_uppercase(), "{label}");
        }
        assert_eq!(function("round").expect("known").signature().0, "ROUND(value, [decimals])");
        assert_eq!(function("Cast").expect("known").signature().0, "CAST(value AS type)");
    }
}
