//! Where names come from.

use mlwright_source_text::Target;

use super::fragment::Reading;
use super::hover::{ref_at, resolve_part, source_at};
use super::resolve::{Meaning, Origin, Resolution};
use super::syntax::{QueryId, SelectId};

/// Where the table or column at `offset` is defined.
pub(crate) fn definition(reading: &Reading<'_>, offset: u32) -> Vec<Target> {
    if let Some((select, index, range)) = source_at(reading, offset) {
        let alias = reading.script.select(select).sources[index].alias.as_ref();
        // Of an alias where it is made there is nowhere else to go than to what it stands for.
        return table(reading, select, index)
            .into_iter()
            .filter(|target| alias.is_none() || *target != Target::Here(range))
            .collect();
    }
    let Some((select, path, part)) = ref_at(reading, offset) else { return Vec::new() };
    match resolve_part(reading, select, path, part) {
        Resolution::Column { column, .. } => origin(&column.origin).into_iter().collect(),
        Resolution::Ambiguous(select, sources) => sources
            .iter()
            .filter_map(|index| {
                let relation = reading.resolver.source(select, *index);
                super::resolve::find(&relation, &path[0].name).and_then(|column| origin(&column.origin))
            })
            .collect(),
        Resolution::Alias(alias) => vec![Target::Here(alias.range)],
        Resolution::Rows(select, index) => alias_or_table(reading, select, index),
        Resolution::Missing { .. } | Resolution::MissingSource | Resolution::Unknown => Vec::new(),
    }
}

fn origin(origin: &Origin) -> Option<Target> {
    match origin {
        Origin::Table(table, _) => table.path.clone().map(|path| Target::File { path }),
        Origin::Here(range) => Some(Target::Here(*range)),
    }
}

/// Where a qualifier is made: the alias, or else what it names.
fn alias_or_table(reading: &Reading<'_>, select: SelectId, index: usize) -> Vec<Target> {
    match &reading.script.select(select).sources[index].alias {
        Some(alias) => vec![Target::Here(alias.range)],
        None => table(reading, select, index),
    }
}

fn table(reading: &Reading<'_>, select: SelectId, index: usize) -> Vec<Target> {
    match reading.resolver.meaning(select, index) {
        Meaning::Table(table) => table.path.clone().map(|path| Target::File { path }).into_iter().collect(),
        Meaning::Cte(query, position) => vec![Target::Here(cte_range(reading, query, position))],
        Meaning::Query(Some(query)) => {
            let made = reading
                .script
                .statements
                .iter()
                .find(|statement| statement.query == Some(query))
                .and_then(|statement| statement.creates.as_ref());
            vec![Target::Here(made.map_or(reading.script.query(query).range, |made| made.range))]
        }
        Meaning::Query(None) => {
            let name = match &reading.script.select(select).sources[index].kind {
                super::syntax::SourceKind::Table(path) => path.last().map(|part| part.name.clone()),
                _ => None,
            };
            let made = reading.script.statements.iter().filter_map(|statement| statement.creates.as_ref());
            made.filter(|made| name.as_ref().is_some_and(|name| made.name.eq_ignore_ascii_case(name)))
                .map(|made| Target::Here(made.range))
                .take(1)
                .collect()
        }
        Meaning::Missing | Meaning::Unknown => Vec::new(),
    }
}

fn cte_range(reading: &Reading<'_>, query: QueryId, position: usize) -> mlwright_source_text::TextRange {
    reading.script.query(query).ctes[position].name.range
}

#[cfg(test)]
mod tests {
    use crate::fragment::tests::Fixture;
    use mlwright_source_text::Target;

    /// Each target as the text there, with its place, or the file.
    fn check(sql: &str, expected: &[&str]) {
        let fixture = Fixture::new(sql);
        let found = fixture.fragment().definition(fixture.offset, &fixture.source);
        let shown: Vec<String> = found
            .iter()
            .map(|target| match target {
                Target::Here(range) => format!("{}@{}", range.of(&fixture.text), range.start),
                Target::File { path } => path.to_string(),
                Target::Text { path, .. } => format!("text {path}"),
            })
            .collect();
        assert_eq!(shown, expected, "{sql}");
    }

    #[test]
    fn tables_lead_to_their_files() {
        check("SELECT * FROM tel$0co.csv", &["/w/telco.csv"]);
        check("SELECT * FROM 'data/hou$0sing.csv'", &["/w/data/housing.csv"]);
        check("SELECT * FROM read_csv('data/hou$0sing.csv')", &["/w/data/housing.csv"]);
        check("SELECT * FROM nobody$0knows", &[]);
    }

    #[test]
    fn aliases_and_definitions_lead_to_their_places() {
        check("SELECT t$0.tenure FROM telco AS t", &["t@30"]);
        check("WITH c AS (SELECT 1 AS x) SELECT x FROM $0c", &["c@5"]);
        check("WITH c AS (SELECT 1 AS x) SELECT x$0 FROM c", &["x@23"]);
        check("WITH c(y) AS (SELECT 1) SELECT c.$0y FROM c", &["y@7"]);
        check("SELECT tenure AS t FROM telco ORDER BY $0t", &["t@17"]);
        check("CREATE TABLE made AS SELECT 1 AS x; SELECT * FROM ma$0de", &["made@13"]);
    }

    #[test]
    fn columns_lead_through_definitions_to_the_file() {
        check("SELECT ten$0ure FROM telco.csv", &["/w/telco.csv"]);
        check("WITH c AS (SELECT tenure FROM telco.csv) SELECT ten$0ure FROM c", &["/w/telco.csv"]);
        check("SELECT $0id FROM orders JOIN 'customers.parquet' ON true", &["/w/customers.parquet"]);
    }
}
