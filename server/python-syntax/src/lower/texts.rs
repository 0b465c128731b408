//! String literals: joined where they stand beside each other, with the expressions of f-strings.

use super::kinds::Kind;
use super::literals::{self, Prefix};
use super::node::{Children, Lowering, MAX_DEPTH};
use crate::ast::{ExprKind, FStringPart, StrLiteral};
use tree_sitter::Node;

impl<'t> Lowering<'t> {
    pub(super) fn concatenated(&mut self, node: Node<'t>) -> ExprKind {
        let children = self.children(node);
        let pieces: Vec<ExprKind> = (children.start..children.end)
            .map(|index| self.child(index))
            .filter(|child| child.kind == Kind::String)
            .map(|child| child.node)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|node| self.string(node))
            .collect();
        self.release(children);
        if pieces.iter().any(|piece| matches!(piece, ExprKind::Bytes)) {
            return ExprKind::Bytes;
        }
        if pieces.iter().any(|piece| matches!(piece, ExprKind::FString { .. })) {
            let parts = pieces.into_iter().flat_map(|piece| match piece {
                ExprKind::FString { parts } => parts,
                ExprKind::Str(literal) => vec![FStringPart::Text(literal.value)],
                _ => Vec::new(),
            });
            return ExprKind::FString { parts: parts.collect() };
        }
        let values = pieces.iter().filter_map(|piece| match piece {
            ExprKind::Str(literal) => Some(&*literal.value),
            _ => None,
        });
        ExprKind::Str(StrLiteral { value: values.collect::<String>().into(), content: None })
    }

    pub(super) fn string(&mut self, node: Node<'t>) -> ExprKind {
        let children = self.children(node);
        let prefix = self.by_kind(children, Kind::StringStart).map_or("", |start| self.text_of(start.node));
        let prefix = Prefix::of(prefix);
        let kind = if prefix.is_bytes {
            ExprKind::Bytes
        } else if prefix.is_format {
            let mut parts = Vec::new();
            self.format_parts(children, prefix, &mut parts);
            ExprKind::FString { parts }
        } else {
            let start =
                self.by_kind(children, Kind::StringStart).map_or(node.start_byte(), |start| start.node.end_byte());
            // The grammar's end token takes in what is not in a content token: the `\"` of `r"\""`.
            let opening = self.text.get(node.start_byte()..start).unwrap_or("");
            let n_quotes = if opening.ends_with("\"\"\"") || opening.ends_with("'''") { 3 } else { 1 };
            let end = match self.by_kind(children, Kind::StringEnd) {
                Some(end) => end.node.end_byte().saturating_sub(n_quotes).max(start),
                None => node.end_byte(),
            };
            let raw = self.text.get(start..end).unwrap_or("");
            match !prefix.is_raw && raw.contains('\\') {
                true => ExprKind::Str(StrLiteral { value: literals::unescape(raw).into(), content: None }),
                // Column names are short and come again and again; a docstring does not.
                false => {
                    let value = if raw.len() <= 64 { self.counters.names.intern(raw) } else { raw.into() };
                    ExprKind::Str(StrLiteral { value, content: Some(self.mended.range(start, end)) })
                }
            }
        };
        self.release(children);
        kind
    }

    pub(super) fn format_parts(&mut self, children: Children, prefix: Prefix, parts: &mut Vec<FStringPart>) {
        for index in children.start..children.end {
            let child = self.child(index);
            match child.kind {
                Kind::StringContent => {
                    let text = self.text_of(child.node);
                    let value = match !prefix.is_raw && text.contains('\\') {
                        true => literals::unescape(&literals::unbrace(text)),
                        false => literals::unbrace(text).into_owned(),
                    };
                    parts.push(FStringPart::Text(value.into()));
                }
                Kind::Interpolation | Kind::FormatExpression if self.depth < MAX_DEPTH => {
                    self.depth += 1;
                    let end = self.end_of(child.node);
                    let inner = self.children(child.node);
                    let value = self.by_field(inner, self.fields.expression).filter(|value| value.kind.is_expression());
                    let value = self.expr_or_missing(value, end);
                    parts.push(FStringPart::Value(value));
                    if let Some(format) = self.by_field(inner, self.fields.format_specifier) {
                        let inside = self.children(format.node);
                        self.format_parts(inside, prefix, parts);
                        self.release(inside);
                    }
                    self.release(inner);
                    self.depth -= 1;
                }
                _ => {}
            }
        }
    }
}
