//! Keywords: which words can never be names, and which only look like ones.

/// Words that end an alias-less name or an expression wherever they stand, sorted. Nobody can name a table or column so without
/// quotes, in any of the dialects that are tolerated.
const RESERVED: [&str; 62] = [
    "ALL", "AND", "ANTI", "AS", "ASOF", "BETWEEN", "BY", "CASE", "CAST", "CROSS", "DISTINCT", "ELSE", "END", "EXCEPT",
    "EXISTS", "FALSE", "FETCH", "FOR", "FROM", "FULL", "GROUP", "HAVING", "ILIKE", "IN", "INNER", "INTERSECT", "INTO",
    "IS", "JOIN", "LATERAL", "LEFT", "LIKE", "LIMIT", "MINUS", "NATURAL", "NOT", "NULL", "OFFSET", "ON", "OR", "ORDER",
    "OUTER", "OVER", "PARTITION", "PIVOT", "POSITIONAL", "QUALIFY", "RETURNING", "RIGHT", "SELECT", "SEMI",
    "TABLESAMPLE", "THEN", "TRUE", "UNION", "UNPIVOT", "USING", "VALUES", "WHEN", "WHERE", "WINDOW", "WITH",
];

/// Words that mean something at some places of an expression and may be columns at others, sorted.
const SOFT: [&str; 121] = [
    "ANY", "APPLY", "ARRAY", "ASC", "AT", "BIGINT", "BINARY", "BOOLEAN", "BOTH", "CENTURY", "CLUSTER", "COLLATE",
    "CUBE", "CURRENT", "CURRENT_CATALOG", "CURRENT_DATE", "CURRENT_ROLE", "CURRENT_SCHEMA", "CURRENT_TIME",
    "CURRENT_TIMESTAMP", "CURRENT_USER", "DATE", "DATETIME", "DAY", "DAYS", "DECADE", "DEFAULT", "DESC", "DISTRIBUTE",
    "DOUBLE", "DOW", "DOY", "DUPLICATE", "EPOCH", "ESCAPE", "EXCLUDE", "FILTER", "FIRST", "FLOAT", "FOLLOWING", "GLOB",
    "GROUPING", "GROUPS", "HOUR", "HOURS", "IGNORE", "INT", "INTEGER", "INTERVAL", "ISNULL", "ISODOW", "ISOYEAR",
    "KEY", "LAST", "LEADING", "LOCALTIME", "LOCALTIMESTAMP", "MAP", "MATCH", "MICROSECOND", "MILLISECOND", "MINUTE",
    "MINUTES", "MONTH", "MONTHS", "NANOSECOND", "NEXT", "NFC", "NFD", "NFKC", "NFKD", "NO", "NOTNULL", "NULLS", "ONLY",
    "ORDINALITY", "OTHERS", "OVERLAPS", "PERCENT", "PRECEDING", "QUARTER", "RANGE", "RECURSIVE", "REGEXP", "RENAME",
    "REPLACE", "RESPECT", "RLIKE", "ROLLUP", "ROW", "ROWS", "SAMPLE", "SECOND", "SECONDS", "SESSION_USER", "SETS",
    "SIMILAR", "SOME", "SORT", "STRUCT", "SYMMETRIC", "SYSDATE", "TEXT", "TIES", "TIME", "TIMESTAMP", "TIMESTAMPTZ",
    "TO", "TRAILING", "UNBOUNDED", "UNKNOWN", "USER", "VARCHAR", "WEEK", "WEEKS", "WITHIN", "WITHOUT", "XOR", "YEAR",
    "YEARS", "ZONE",
];

/// Names that database systems give to every row or table without anybody having made such a column, sorted.
const PSEUDO_COLUMNS: [&str; 19] = [
    "CTID", "FILENAME", "FILE_ROW_NUMBER", "GROUPING__ID", "INDEX", "LEVEL", "METADATA$FILENAME", "OID", "ROWID",
    "ROWNUM", "TABLEOID", "XMAX", "XMIN", "_FILE", "_METADATA", "_PARTITIONDATE", "_PARTITIONTIME", "_ROWID_",
    "_TABLE_SUFFIX",
];

/// Whether a sorted list of capitals has the word.
fn holds(list: &[&str], word: &str) -> bool {
    /// Longer than any keyword.
    const WORD_BYTES_MAX: usize = 24;
    if word.len() > WORD_BYTES_MAX || !word.is_ascii() {
        return false;
    }
    list.binary_search(&word.to_ascii_uppercase().as_str()).is_ok()
}

pub(crate) fn is_reserved(word: &str) -> bool {
    holds(&RESERVED, word)
}

/// Whether a word that names no column may be there for another reason.
pub(crate) fn is_soft(word: &str) -> bool {
    holds(&SOFT, word) || holds(&PSEUDO_COLUMNS, word)
}

/// Whether a name must be quoted to stand where a column is expected.
pub(crate) fn needs_quotes(name: &str) -> bool {
    !super::tokens::is_plain_name(name)
        || is_reserved(name)
        || matches!(
            name.to_ascii_uppercase().as_str(),
            "INTERVAL" | "ARRAY" | "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [&RESERVED[..], &SOFT, &PSEUDO_COLUMNS] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn words_are_found_whatever_their_case() {
        assert!(is_reserved("Select") && !is_reserved("tenure") && !is_reserved("é"));
        assert!(is_soft("year") && is_soft("rowid") && !is_soft("churn"));
        assert!(needs_quotes("my col") && needs_quotes("order") && needs_quotes("2x") && !needs_quotes("TotalCharges"));
    }
}
