//! What statements lack: brackets that stay open, values and names that are not there.

use super::*;

impl<'t, 's> Scanner<'t, 's> {
    /// Pops the bracket that `byte` closes; those left open inside it are completed first.
    pub(super) fn close(&mut self, byte: u8) {
        let open = match byte {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        let Some(depth) = self.brackets.iter().rposition(|bracket| *bracket == open) else { return };
        while self.brackets.len() > depth + 1 {
            self.complete_bracket();
        }
        self.brackets.pop();
    }

    pub(super) fn complete_bracket(&mut self) {
        match self.brackets.pop() {
            Some(b'(') => self.mend(")"),
            Some(b'[') => self.mend("]"),
            Some(_) => self.mend("}"),
            None => {}
        }
    }

    /// Puts `text` in after the last token.
    pub(super) fn mend(&mut self, text: &'static str) {
        self.out.mends.push(Mend { offset: self.before_end as u32, text: text.into() });
    }

    pub(super) fn complete_dot(&mut self) {
        if self.before == Before::Dot {
            self.mend(MENDED_NAME);
            self.before = Before::Value;
        }
    }

    pub(super) fn complete_operator(&mut self) {
        self.complete_dot();
        if matches!(self.before, Before::Operator | Before::Star) {
            self.mend(" ");
            self.mend(MENDED_NAME);
            self.before = Before::Value;
        }
    }

    /// Before a closing bracket or a comma.
    pub(super) fn complete_value(&mut self) {
        let lacks_value = self.before == Before::Open(true) && !matches!(self.byte(0), b',');
        let lacks_entry = self.before == Before::Colon && self.brackets.last() == Some(&b'{');
        if lacks_value || lacks_entry {
            self.mend(MENDED_NAME);
            self.before = Before::Value;
        } else if self.before != Before::Star {
            self.complete_operator();
        }
    }

    /// The statement ends: what it lacks is put in after its last token.
    pub(super) fn finish(&mut self) {
        self.complete_operator();
        while !self.brackets.is_empty() {
            let lacks_entry = self.before == Before::Colon && self.brackets.last() == Some(&b'{');
            if lacks_entry || self.before == Before::Open(true) {
                self.mend(MENDED_NAME);
            }
            self.complete_bracket();
            self.before = Before::Value;
        }
        if self.head == Word::From && !self.has_import && self.before != Before::Start {
            self.mend(" import ");
            self.mend(MENDED_NAME);
        }
        if !self.head.is_header() || self.has_colon {
            return;
        }
        if self.head == Word::For && !self.has_in {
            self.mend(" in ");
            self.mend(MENDED_NAME);
        }
        if self.head == Word::Def && !self.has_parameters {
            self.mend("()");
        }
        self.mend(":");
    }

    /// Brackets never closed: the statement ends where it may first have ended, else here.
    pub(super) fn unclosed(&mut self) {
        if let Some(way) = self.way.take() {
            self.at = way.at;
            (self.before, self.before_end, self.brackets) = (way.before, way.before_end, way.brackets);
            self.out.mends.truncate(way.n_mends);
            self.out.comments.truncate(way.n_comments);
        }
        self.finish();
    }

    /// Whether the line at which the scanner stands, inside of brackets, cannot belong to them. Remembers the first that may not.
    pub(super) fn starts_statement(&mut self) -> bool {
        let line_start = self.at;
        let indent = self.blanks();
        let start = std::mem::replace(&mut self.at, line_start);
        let byte = self.bytes.get(start).copied().unwrap_or(0);
        if !is_name_byte(byte) && !(byte == b'@' && self.before == Before::Comma) {
            return false;
        }
        let length = self.bytes[start..].iter().take_while(|byte| is_name_byte(**byte)).count();
        let word = word(&self.text[start..start + length]);
        let after = &self.bytes[start + length..];
        let is_string = matches!(after.first(), Some(b'"' | b'\'')) && length <= 2;
        let is_outdented = indent <= self.indent;
        if is_outdented && !is_string && self.way.is_none() {
            self.way = Some(Way {
                at: line_start,
                before: self.before,
                before_end: self.before_end,
                brackets: self.brackets.clone(),
                n_mends: self.out.mends.len(),
                n_comments: self.out.comments.len(),
            });
        }
        let after_blanks = after.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(after.len());
        self.reach = self.reach.max(start + length + after_blanks);
        let after = &after[after_blanks..];
        let is_assigned = after.first() == Some(&b'=') && after.get(1) != Some(&b'=');
        let cannot_be_inside = word.starts_only_statements()
            || (word == Word::From && self.before != Before::Keyword && is_outdented)
            || (is_assigned && self.brackets.last().is_some_and(|open| *open != b'('))
            || (self.before == Before::Value && !is_string && word.is_value());
        if cannot_be_inside && self.way.is_none() {
            // Deeper than the statement, but still a statement: `f(a,` in a header, then its body.
            self.way = Some(Way {
                at: line_start,
                before: self.before,
                before_end: self.before_end,
                brackets: self.brackets.clone(),
                n_mends: self.out.mends.len(),
                n_comments: self.out.comments.len(),
            });
        }
        cannot_be_inside
    }
}
