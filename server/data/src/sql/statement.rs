//! A statement taken apart: that it only reads, which tables it names, and the text polars gets.

use std::collections::HashSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, ObjectName, ObjectNamePart, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
    Statement as Ast, TableAlias, TableFactor, VisitMut, VisitorMut,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};

use crate::error::DataError;

/// The longest statement, in bytes.
const SQL_BYTES_MAX: usize = 100_000;

/// A statement that only reads.
#[derive(Debug)]
pub(super) struct Statement {
    /// The statement with table names that polars understands.
    pub(super) sql: String,
    /// The tables it reads, in order of appearance, without repeats.
    pub(super) tables: Vec<NamedTable>,
}

/// A table that a statement reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedTable {
    /// Its name in the statement.
    pub(super) name: String,
    /// What it is called in the rewritten statement.
    pub(super) registered: String,
}

impl Statement {
    pub(super) fn parse(sql: &str) -> Result<Self, DataError> {
        if sql.len() > SQL_BYTES_MAX {
            return Err(invalid(format!("the statement has {} bytes, more than {SQL_BYTES_MAX}", sql.len())));
        }
        let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
        let mut statements = Parser::new(&GenericDialect {})
            .with_options(options)
            .try_with_sql(sql)
            .and_then(|mut parser| parser.parse_statements())
            .map_err(|error| invalid(explain(&error)))?;
        if statements.len() != 1 {
            return Err(invalid(format!("expected one statement, found {}", statements.len())));
        }
        let mut statement = statements.remove(0);
        if !matches!(statement, Ast::Query(_)) {
            return Err(refuse_statement(&statement));
        }
        let mut reader = Reader::default();
        // Columns are named after tables, so all tables must be known before columns are looked at.
        if let ControlFlow::Break(error) = statement.visit(&mut reader) {
            return Err(*error);
        }
        let mut qualifiers = Qualifiers { tables: reader.tables.iter().map(|table| table.name.clone()).collect() };
        let _ = statement.visit(&mut qualifiers);
        Ok(Self { sql: statement.to_string(), tables: reader.tables })
    }
}

fn invalid(message: impl Into<String>) -> DataError {
    DataError::InvalidSql { message: message.into() }
}

fn explain(error: &ParserError) -> String {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.as_str(),
        ParserError::RecursionLimitExceeded => "it is nested too deeply",
    };
    let hint = if message.contains("found: -") || message.contains("found: /") {
        "; put names with '-' or '/' in double quotes"
    } else {
        ""
    };
    format!("the SQL cannot be understood: {}{hint}", lower_first(message))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The statement's first word, as it is written in messages.
fn verb(statement: &Ast) -> String {
    statement.to_string().split_whitespace().next().unwrap_or_default().to_uppercase()
}

fn refuse_statement(statement: &Ast) -> DataError {
    let verb = verb(statement);
    match verb.as_str() {
        "SHOW" | "DESCRIBE" | "DESC" | "EXPLAIN" => invalid(format!(
            "expected SELECT or WITH, found {verb}; list_tables shows the tables and describe_table their columns"
        )),
        _ => refuse_write(&verb),
    }
}

fn refuse_write(verb: &str) -> DataError {
    DataError::SqlRefused {
        message: format!("expected SELECT or WITH, which only read; found {verb}"),
        hint: "use create_table to write the result of a SELECT to a table".to_owned(),
    }
}

/// The names that a query's WITH defines, as far as they are visible at the present place.
struct Scope {
    names: Vec<String>,
    /// Where each definition stands in the statement, to know it when it is visited.
    definitions: Vec<*const Query>,
    recursive: bool,
    visible: usize,
}

/// Checks that a statement only reads, and collects and renames its tables.
#[derive(Default)]
struct Reader {
    tables: Vec<NamedTable>,
    scopes: Vec<Scope>,
}

type Found = ControlFlow<Box<DataError>>;

impl Reader {
    fn refuse(error: DataError) -> Found {
        ControlFlow::Break(Box::new(error))
    }

    fn is_defined(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.names[..scope.visible].iter().any(|defined| defined == name))
    }

    fn is_ever_defined(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.names.iter().any(|defined| defined == name))
    }

    /// The scope and position of a definition.
    fn definition(&mut self, query: &Query) -> Option<(&mut Scope, usize)> {
        let query: *const Query = query;
        self.scopes.iter_mut().rev().find_map(|scope| {
            let at = scope.definitions.iter().position(|definition| std::ptr::eq(*definition, query))?;
            Some((scope, at))
        })
    }

    fn check_body(body: &SetExpr) -> Result<(), DataError> {
        match body {
            SetExpr::Insert(statement)
            | SetExpr::Update(statement)
            | SetExpr::Delete(statement)
            | SetExpr::Merge(statement) => Err(refuse_write(&verb(statement))),
            SetExpr::SetOperation { left, right, .. } => {
                Self::check_body(left)?;
                Self::check_body(right)
            }
            SetExpr::Table(_) => Err(invalid("expected SELECT or WITH, found TABLE")),
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => Ok(()),
        }
    }
}

impl VisitorMut for Reader {
    type Break = Box<DataError>;

    fn pre_visit_query(&mut self, query: &mut Query) -> Found {
        if let Some((scope, at)) = self.definition(query) {
            scope.visible = at + usize::from(scope.recursive);
        }
        if let Err(error) = Self::check_body(&query.body) {
            return Self::refuse(error);
        }
        if !query.locks.is_empty() {
            return Self::refuse(refuse_write("FOR UPDATE"));
        }
        let mut scope = Scope { names: Vec::new(), definitions: Vec::new(), recursive: false, visible: 0 };
        if let Some(with) = &query.with {
            scope.recursive = with.recursive;
            for definition in &with.cte_tables {
                scope.names.push(definition.alias.name.value.clone());
                scope.definitions.push(std::ptr::from_ref(&*definition.query));
            }
        }
        self.scopes.push(scope);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> Found {
        self.scopes.pop();
        if let Some((scope, at)) = self.definition(query) {
            scope.visible = at + 1;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> Found {
        match &select.into {
            Some(_) => Self::refuse(refuse_write("SELECT INTO")),
            None => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> Found {
        match factor {
            TableFactor::Table { name, args: None, alias, .. } => {
                let Some(written) = joined(name) else {
                    return Self::refuse(invalid(format!("the table name {name} cannot be understood")));
                };
                if name.0.len() == 1 && self.is_defined(&written) {
                    return ControlFlow::Continue(());
                }
                // polars looks for tables before it looks for what WITH defines.
                let hidden = self.is_ever_defined(&written);
                let registered = if hidden { format!("{written} (table)") } else { written.clone() };
                *name = ObjectName(vec![ObjectNamePart::Identifier(Ident::with_quote('"', registered.clone()))]);
                if hidden && alias.is_none() {
                    *alias = Some(TableAlias {
                        explicit: true,
                        name: Ident::with_quote('"', written.clone()),
                        columns: Vec::new(),
                        at: None,
                    });
                }
                let table = NamedTable { name: written, registered };
                if !self.tables.contains(&table) {
                    self.tables.push(table);
                }
                ControlFlow::Continue(())
            }
            TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } | TableFactor::UNNEST { .. } => {
                ControlFlow::Continue(())
            }
            TableFactor::Table { name, .. } => Self::refuse(DataError::SqlRefused {
                message: format!("expected the name of a table, found the function {name}"),
                hint: "name the file itself as the table, in double quotes: FROM \"data/customers.csv\"".to_owned(),
            }),
            other => Self::refuse(invalid(format!("expected the name of a table, found {other}"))),
        }
    }
}

/// The parts of a name, without quotes, joined by dots.
fn joined(name: &ObjectName) -> Option<String> {
    let parts: Option<Vec<&str>> =
        name.0.iter().map(|part| part.as_ident().map(|ident| ident.value.as_str())).collect();
    Some(parts?.join("."))
}

/// Joins `customers.csv.tenure` to `"customers.csv".tenure`.
struct Qualifiers {
    tables: HashSet<String>,
}

impl VisitorMut for Qualifiers {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::CompoundIdentifier(parts) = expr
            && parts.len() > 2
        {
            let table = parts[..parts.len() - 1].iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
            if self.tables.contains(&table) {
                parts.splice(..parts.len() - 1, [Ident::with_quote('"', table)]);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for item in &mut select.projection {
            if let SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) = item
                && let Some(table) = joined(name).filter(|table| self.tables.contains(table))
            {
                *name = ObjectName(vec![ObjectNamePart::Identifier(Ident::with_quote('"', table))]);
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<String> {
        Statement::parse(sql).expect("a statement that reads").tables.into_iter().map(|table| table.name).collect()
    }

    #[test]
    fn tables_are_found_wherever_they_stand() {
        assert_eq!(
            names("SELECT * FROM a JOIN b USING (x) WHERE y IN (SELECT y FROM c) AND z > (SELECT 1 FROM a)"),
            ["a", "b", "c"]
        );
        assert_eq!(names("SELECT * FROM customers.csv"), ["customers.csv"]);
        assert_eq!(names("SELECT * FROM \"data/my file.csv\" UNION ALL SELECT * FROM x"), ["data/my file.csv", "x"]);
        assert_eq!(names("WITH t AS (SELECT * FROM a), u AS (SELECT * FROM t) SELECT * FROM t, u"), ["a"]);
        assert_eq!(names("WITH a AS (SELECT * FROM a) SELECT * FROM a"), ["a"]);
        assert_eq!(names("SELECT 1"), Vec::<String>::new());
        assert_eq!(names("SELECT * FROM (WITH t AS (SELECT 1) SELECT * FROM t) AS q, t"), ["t"]);
    }

    #[test]
    fn what_writes_is_refused() {
        for sql in [
            "INSERT INTO a VALUES (1)",
            "UPDATE a SET x = 1",
            "DELETE FROM a",
            "DROP TABLE a",
            "TRUNCATE TABLE a",
            "CREATE TABLE b AS SELECT * FROM a",
            "CREATE VIEW b AS SELECT * FROM a",
            "ALTER TABLE a ADD COLUMN x INT",
            "COPY a TO 'b.csv'",
            "SELECT * INTO b FROM a",
            "WITH t AS (SELECT 1) INSERT INTO a SELECT * FROM t",
            "WITH t AS (DELETE FROM a RETURNING *) SELECT * FROM t",
            "SELECT * FROM a FOR UPDATE",
            "SELECT * FROM read_csv('/etc/passwd')",
            "SELECT x FROM a WHERE x IN (SELECT * FROM read_json('secret.json'))",
        ] {
            let refused = Statement::parse(sql);
            assert!(matches!(refused, Err(DataError::SqlRefused { .. })), "{sql}: {refused:?}");
        }
    }

    #[test]
    fn what_is_no_query_is_said() {
        for sql in
            ["", "SELECT (1 FROM a", "SELECT 1; SELECT 2", "SHOW TABLES", "EXPLAIN SELECT 1", "tenure > 5", "TABLE a"]
        {
            let found = Statement::parse(sql);
            assert!(matches!(found, Err(DataError::InvalidSql { .. })), "{sql}: {found:?}");
        }
        let deep = format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000));
        assert!(matches!(Statement::parse(&deep), Err(DataError::InvalidSql { .. })));
    }
}
