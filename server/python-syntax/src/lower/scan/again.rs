//! Scans a text that differs little from the last: only the statements around what changed are gone over again.
//!
//! Between two statements a scanner remembers nothing but [`Between`], and it never looks back. So what was found before a change
//! holds where nothing of the change was looked at ([`Line::reach`]), and what comes after it is found again, moved, as soon as a
//! statement ends where one ended before.

use super::{Between, EndsIn, Line, Mend, Scan, Scanner, TextRange};

/// Bytes that are looked at beyond the farthest place that a scanner notes: a mark of three bytes.
const LOOK_AHEAD: usize = 4;

/// The last text with what was found in it.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    text: String,
    scan: Scan,
}

impl Scanned {
    /// What is found in `text`, taken as one cell.
    pub(crate) fn scan(&mut self, text: &str) -> &Scan {
        let n_before = common_start(self.text.as_bytes(), text.as_bytes());
        if n_before == self.text.len() && n_before == text.len() {
            return &self.scan;
        }
        let n_after = common_end(&self.text.as_bytes()[n_before..], &text.as_bytes()[n_before..]);
        let old = std::mem::take(&mut self.scan);
        let moved = text.len() as i64 - self.text.len() as i64;
        let n_held = old.n_held(n_before);
        let (at, between) = old.end_of(n_held, &self.text);
        let mut scan = old.up_to(n_held, at);
        let unchanged = text.len() - n_after;
        let mut met = None;
        Scanner::new(text, at, text.len(), &mut scan).run(between, |at, between| {
            // At the end of the text there is nothing left to take on.
            if at >= unchanged && at < text.len() {
                met = old.after((at as i64 - moved) as u32, between, &self.text);
            }
            met.is_some()
        });
        if let Some(next) = met {
            scan.take_on(&old, next, moved);
        }
        self.scan = scan;
        text.clone_into(&mut self.text);
        &self.scan
    }

    /// What `text` ends in, a text up to a cursor.
    pub(crate) fn before_cursor(&self, text: &str) -> EndsIn {
        let n_lines = self.scan.n_held(common_start(self.text.as_bytes(), text.as_bytes()));
        let (at, between) = self.scan.end_of(n_lines, &self.text);
        let mut scan = Scan::default();
        let mut scanner = Scanner::new(text, at, text.len(), &mut scan);
        scanner.is_before_cursor = true;
        scanner.run(between, |_, _| false);
        scan.ends_in
    }
}

impl Scan {
    /// The number of lines that hold whatever comes at `change`.
    fn n_held(&self, change: usize) -> usize {
        self.lines.iter().take_while(|line| line.reach as usize + LOOK_AHEAD <= change).count()
    }

    /// Where the first `n_lines` end, and what stands there.
    fn end_of(&self, n_lines: usize, text: &str) -> (usize, Between) {
        match n_lines.checked_sub(1).map(|last| &self.lines[last]) {
            Some(line) => (line.range.end as usize, line.between_after(text)),
            None => (0, Between::Start),
        }
    }

    /// What the first `n_lines`, which end at `end`, hold.
    fn up_to(&self, n_lines: usize, end: usize) -> Self {
        Self {
            lines: self.lines[..n_lines].to_vec(),
            comments: self.comments[..self.comments.partition_point(|comment| (comment.start as usize) < end)].to_vec(),
            mends: self.mends[..self.mends.partition_point(|mend| (mend.offset as usize) < end)].to_vec(),
            blanks: self.blanks[..self.blanks.partition_point(|(blank, _)| blank.start < end)].to_vec(),
            ends_in: EndsIn::default(),
        }
    }

    /// The first line after `end`, if a line ends there with the same to come.
    fn after(&self, end: u32, between: Between, text: &str) -> Option<usize> {
        let index = self.lines.partition_point(|line| line.range.end < end);
        let line = self.lines.get(index).filter(|line| line.range.end == end)?;
        (line.between_after(text) == between).then_some(index + 1)
    }

    /// Adds what `old` has from its line `next` on, `moved` by so many bytes.
    fn take_on(&mut self, old: &Self, next: usize, moved: i64) {
        let Some(end) = next.checked_sub(1).map(|last| old.lines[last].range.end) else { return };
        let shifted = |offset: u32| (i64::from(offset) + moved) as u32;
        let range = |range: TextRange| TextRange::new(shifted(range.start), shifted(range.end));
        self.lines.extend(old.lines[next..].iter().map(|line| Line {
            range: range(line.range),
            first: shifted(line.first),
            reach: shifted(line.reach),
            ..*line
        }));
        let comments = old.comments.iter().skip(old.comments.partition_point(|comment| comment.start < end));
        self.comments.extend(comments.map(|comment| range(*comment)));
        let mends = old.mends.iter().skip(old.mends.partition_point(|mend| mend.offset < end));
        self.mends.extend(mends.map(|mend| Mend { offset: shifted(mend.offset), text: mend.text.clone() }));
        let blanks = old.blanks.iter().skip(old.blanks.partition_point(|(blank, _)| blank.start < end as usize));
        self.blanks.extend(blanks.map(|(blank, column)| {
            let shifted = |offset: usize| (offset as i64 + moved) as usize;
            (shifted(blank.start)..shifted(blank.end), *column)
        }));
    }
}

impl Line {
    fn between_after(&self, text: &str) -> Between {
        match text.as_bytes().get(self.first as usize) {
            Some(b'@') => Between::AfterDecorator,
            _ => Between::Statements,
        }
    }
}

/// Bytes that are compared at once.
const CHUNK: usize = 256;

fn common_start(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.chunks(CHUNK).zip(b.chunks(CHUNK)).take_while(|(a, b)| a == b);
    let n_same: usize = chunks.map(|(chunk, _)| chunk.len()).sum();
    n_same + a[n_same..].iter().zip(&b[n_same..]).take_while(|(a, b)| a == b).count()
}

fn common_end(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.rchunks(CHUNK).zip(b.rchunks(CHUNK)).take_while(|(a, b)| a == b);
    let n_same: usize = chunks.map(|(chunk, _)| chunk.len()).sum();
    let (a, b) = (&a[..a.len() - n_same], &b[..b.len() - n_same]);
    n_same + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests;
