//! One pass over a large text file, from end to end, on all cores: its rows are counted, every cell
//! is seen, and what makes other readers split it in another way is found. Memory: a few blocks.

use std::io::Read;
use std::sync::{Mutex, PoisonError};

use super::super::evidence::Evidence;
use super::super::rows::{self, read_up_to};
use super::super::splitter::{Oddities, Record, Row, Splitter, Step};
use super::Text;
use super::issues::Shapes;
use super::quotes::QuoteWatch;
use crate::error::DataError;
use crate::execute;

/// Bytes that are looked at at once.
const BLOCK_BYTES: usize = 4 << 20;
/// A row that is longer is none: a quote that nothing closes opened it.
const ROW_BYTES_MAX: usize = 64 << 20;
/// Bytes of cells in an unknown encoding that the encoding is guessed by.
const ODD_BYTES_MAX: usize = 64 << 10;

/// What was found.
#[derive(Default)]
pub(super) struct Survey {
    /// What was seen of each column, up to the last row that has a value.
    pub(super) columns: Vec<Evidence>,
    /// What was seen of each column in the rows after that.
    tail: Vec<Evidence>,
    pub(super) shapes: Shapes,
    pub(super) watch: QuoteWatch,
    pub(super) n_rows: u64,
    /// Rows up to the last that has a value.
    pub(super) n_filled: u64,
    /// Blank lines before the last row, and after it. They are no rows.
    pub(super) n_blank_inside: u64,
    pub(super) n_blank_after: u64,
    /// Some cell begins with the quote.
    pub(super) quoted: bool,
    /// Some row has a quote that opens or closes no cell.
    pub(super) stray_quote: bool,
    /// Some row does not end as `\n` and quotes around whole cells make it end.
    pub(super) broken: bool,
    /// Cells that are not valid UTF-8, one after the other.
    pub(super) odd_cells: Vec<u8>,
}

/// Surveys the file.
///
/// # Errors
/// When the file cannot be read to its end.
pub(super) fn take(text: &Text) -> Result<Survey, DataError> {
    let splitter = Splitter::new(text.dialect());
    let blocks = Mutex::new(Blocks::open(text, splitter.clone())?);
    let merged = Mutex::new(Merged::new(text.width()));
    let work = |(): &()| -> Result<(), DataError> {
        loop {
            let block = blocks.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, block)) =
                block.map_err(|error| DataError::unreadable(&text.form.path, error.to_string()))?
            else {
                return Ok(());
            };
            let part = Survey::of(&block, &splitter, text, index == 0);
            merged.lock().unwrap_or_else(PoisonError::into_inner).put(index, part);
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    execute::spread(&vec![(); cores], |()| 1, work).into_iter().collect::<Result<(), _>>()?;
    Ok(merged.into_inner().unwrap_or_else(PoisonError::into_inner).whole)
}

/// The file in blocks of whole rows, in order.
struct Blocks {
    text: Box<dyn Read + Send>,
    splitter: Splitter,
    /// What was read and belongs to the next block.
    rest: Vec<u8>,
    next_index: usize,
    ended: bool,
}

enum Block {
    Rows(Vec<u8>),
    /// A row that is longer than rows are, as far as it was read.
    Endless(Vec<u8>),
}

impl Blocks {
    fn open(text: &Text, splitter: Splitter) -> Result<Self, DataError> {
        let (text, rest) = rows::open_after_lines(&text.form, text.detected.skip_lines)?;
        Ok(Self { text, splitter, rest, next_index: 0, ended: false })
    }

    fn next(&mut self) -> std::io::Result<Option<(usize, Block)>> {
        if self.ended {
            return Ok(None);
        }
        let mut block = std::mem::take(&mut self.rest);
        loop {
            let wanted = block.len().max(BLOCK_BYTES);
            if read_up_to(self.text.as_mut(), &mut block, wanted)? < wanted {
                self.ended = true;
                if block.is_empty() {
                    return Ok(None);
                }
                break;
            }
            if let Some(end) = self.splitter.last_row_end(&block) {
                self.rest = block.split_off(end);
                break;
            }
            if block.len() > ROW_BYTES_MAX {
                self.ended = true;
                self.next_index += 1;
                return Ok(Some((self.next_index - 1, Block::Endless(block))));
            }
        }
        self.next_index += 1;
        Ok(Some((self.next_index - 1, Block::Rows(block))))
    }
}

/// Parts of a survey, put together in the file's order.
struct Merged {
    whole: Survey,
    n_merged: usize,
    /// Parts that came before one that precedes them.
    waiting: Vec<(usize, Survey)>,
}

impl Merged {
    fn new(width: usize) -> Self {
        Self { whole: Survey::new(width), n_merged: 0, waiting: Vec::new() }
    }

    fn put(&mut self, index: usize, part: Survey) {
        self.waiting.push((index, part));
        while let Some(at) = self.waiting.iter().position(|(index, _)| *index == self.n_merged) {
            let (_, part) = self.waiting.swap_remove(at);
            self.whole.add(part);
            self.n_merged += 1;
        }
    }
}

impl Survey {
    fn new(width: usize) -> Self {
        let columns = vec![Evidence::default(); width];
        Self { tail: columns.clone(), columns, ..Self::default() }
    }

    fn of(block: &Block, splitter: &Splitter, text: &Text, is_first: bool) -> Self {
        let width = text.width();
        let delimiter = text.dialect().delimiter;
        let mut survey = Self::new(width);
        let bytes = match block {
            Block::Rows(bytes) => bytes,
            Block::Endless(bytes) => {
                survey.broken = true;
                survey.watch.see_endless(bytes.iter().filter(|byte| **byte == b'\n').count() as u64, 1);
                return survey;
            }
        };
        let look_for_odd = !text.encoding_known && !bytes.is_ascii();
        let mut record = Record::default();
        let mut at = 0;
        let mut n_blank = 0;
        let mut header = is_first && text.layout.header;
        loop {
            let step = splitter.next(bytes, at, true, &mut record);
            let Step::Row(next) = step else {
                survey.n_blank_after = n_blank + record.oddities.n_empty_lines as u64;
                return survey;
            };
            at = next;
            let row = Row::new(bytes, &record);
            survey.see_quotes(row.oddities());
            if std::mem::take(&mut header) {
                continue;
            }
            n_blank += row.oddities().n_empty_lines as u64;
            if row.is_blank_line(width) {
                n_blank += 1;
                continue;
            }
            survey.n_blank_inside += std::mem::take(&mut n_blank);
            survey.n_rows += 1;
            survey.shapes.see(row, width, survey.n_rows);
            survey.watch.see(row, width, delimiter, survey.n_rows);
            let filled = row.iter().take(width).any(|cell| !cell.trim_ascii().is_empty());
            if filled {
                survey.count_tail();
                survey.n_filled = survey.n_rows;
            }
            let columns = if filled { &mut survey.columns } else { &mut survey.tail };
            for (index, column) in columns.iter_mut().enumerate() {
                column.see(row.get(index).unwrap_or_default());
            }
            if look_for_odd {
                survey.keep_odd(row);
            }
        }
    }

    fn see_quotes(&mut self, oddities: &Oddities) {
        self.quoted |= oddities.n_quoted > 0;
        self.stray_quote |= oddities.stray_quote;
        self.broken |= oddities.after_quote || oddities.unclosed || oddities.bare_return;
    }

    fn keep_odd(&mut self, row: Row<'_>) {
        for cell in row.iter() {
            if self.odd_cells.len() < ODD_BYTES_MAX && !cell.is_ascii() && std::str::from_utf8(cell).is_err() {
                self.odd_cells.extend_from_slice(cell);
            }
        }
    }

    /// Counts the rows without values at the end like all others.
    pub(super) fn count_tail(&mut self) {
        if self.tail.first().is_some_and(|column| column.n_cells > 0) {
            for (column, tail) in self.columns.iter_mut().zip(&mut self.tail) {
                column.add(std::mem::take(tail));
            }
        }
    }

    /// Adds what was found in the rows that follow.
    fn add(&mut self, later: Self) {
        if later.n_filled > 0 {
            self.count_tail();
            self.columns.iter_mut().zip(later.columns).for_each(|(own, later)| own.add(later));
        }
        self.tail.iter_mut().zip(later.tail).for_each(|(own, later)| own.add(later));
        self.shapes.add(later.shapes, self.n_rows);
        self.watch.add(&later.watch, self.n_rows);
        if later.n_rows > 0 {
            self.n_blank_inside += self.n_blank_after + later.n_blank_inside;
            self.n_blank_after = later.n_blank_after;
        } else {
            self.n_blank_after += later.n_blank_after;
        }
        if later.n_filled > 0 {
            self.n_filled = self.n_rows + later.n_filled;
        }
        self.n_rows += later.n_rows;
        self.quoted |= later.quoted;
        self.stray_quote |= later.stray_quote;
        self.broken |= later.broken;
        let room = ODD_BYTES_MAX.saturating_sub(self.odd_cells.len());
        self.odd_cells.extend(later.odd_cells.into_iter().take(room));
    }

    /// Whether no cell beyond ASCII is UTF-8, so that the file has another encoding.
    pub(super) fn is_no_utf8(&self) -> bool {
        !self.odd_cells.is_empty() && self.columns.iter().all(|column| column.n_beyond_ascii == 0)
    }
}
