//! The frame that charts share: title, key, axes and notes around an area for the marks.

use super::Chart;
use super::canvas::{Anchor, Canvas};
use super::label;
use super::scale::{Linear, Unit, ticks};

/// Width of most charts.
pub(super) const WIDTH: f64 = 720.0;
/// Height of the area for the marks in most charts.
pub(super) const AREA_HEIGHT: f64 = 320.0;
/// Width of charts that stand beside others.
pub(super) const NARROW: f64 = 480.0;
/// Space around everything.
const MARGIN: f64 = 16.0;
const TITLE_SIZE: f64 = 15.0;
const LABEL_SIZE: f64 = 12.0;
const NOTE_SIZE: f64 = 11.0;
/// Lines of notes below a chart.
const NOTE_LINES_MAX: usize = 6;
/// The widest column of labels beside rows.
const ROW_LABEL_WIDTH_MAX: f64 = 210.0;

/// What a row of the key shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub name: String,
    pub class: String,
    pub mark: KeyMark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyMark {
    Square,
    Stroke,
    Dot,
}

impl Key {
    /// A key for a filled area of the series at a position.
    pub fn filled(name: &str, series: usize) -> Self {
        Self { name: name.to_owned(), class: format!("mlw-s{series}"), mark: KeyMark::Square }
    }

    /// A key for the line of the series at a position.
    pub fn stroked(name: &str, series: usize) -> Self {
        Self { name: name.to_owned(), class: format!("mlw-k{series}"), mark: KeyMark::Stroke }
    }
}

/// What an axis shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pub label: String,
    pub unit: Unit,
    pub low: f64,
    pub high: f64,
}

impl Axis {
    pub fn new(label: &str, unit: Unit, low: f64, high: f64) -> Self {
        Self { label: label.to_owned(), unit, low, high }
    }

    /// An axis from 0 (or the least value below it) to a little above the largest value.
    pub fn from_zero(label: &str, unit: Unit, values: impl IntoIterator<Item = f64>) -> Self {
        let (mut low, mut high) = (0.0f64, 0.0f64);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low == 0.0 && high == 0.0 {
            high = 1.0;
        }
        let high = if unit == Unit::Share && high <= 1.0 { (high * 1.08).min(1.0) } else { high * 1.05 };
        Self::new(label, unit, low * 1.05, high)
    }
}

/// A drawing that has its title and key, and grows downwards.
#[derive(Debug)]
pub(super) struct Sheet {
    pub canvas: Canvas,
    /// Where the next part begins.
    pub top: f64,
    pub width: f64,
    title: String,
}

impl Sheet {
    pub fn new(title: &str, width: f64, keys: &[Key]) -> Self {
        let mut canvas = Canvas::default();
        let mut top = MARGIN;
        for line in label::wrap(title, TITLE_SIZE, width - 2.0 * MARGIN, 2) {
            canvas.text(MARGIN, top + 12.0, Anchor::Start, "mlw-title", &line);
            top += 20.0;
        }
        let mut sheet = Self { canvas, top: top + 2.0, width, title: title.to_owned() };
        sheet.key(keys);
        sheet
    }

    fn key(&mut self, keys: &[Key]) {
        if keys.is_empty() {
            return;
        }
        let mut left = MARGIN;
        for key in keys {
            let name = label::fit(&key.name, LABEL_SIZE, 260.0);
            let needed = 18.0 + label::width(&name, LABEL_SIZE) + 18.0;
            if left > MARGIN && left + needed > self.width - MARGIN {
                left = MARGIN;
                self.top += 18.0;
            }
            let middle = self.top + 8.0;
            match key.mark {
                KeyMark::Square => self.canvas.rect(left, middle - 5.5, 11.0, 11.0, &key.class, ""),
                KeyMark::Stroke => self.canvas.line((left - 3.0, middle), (left + 14.0, middle), &key.class),
                KeyMark::Dot => self.canvas.dot(left + 5.5, middle, 4.5, &key.class, ""),
            }
            self.canvas.text(left + 18.0, middle + 4.0, Anchor::Start, "mlw-label", &name);
            left += needed;
        }
        self.top += 22.0;
    }

    /// Writes the notes below `bottom` and ends the drawing.
    pub fn finish(mut self, bottom: f64, description: String, notes: Vec<String>) -> Chart {
        let mut y = bottom;
        let lines: Vec<String> =
            notes.iter().flat_map(|note| label::wrap(note, NOTE_SIZE, self.width - 2.0 * MARGIN, 2)).take(NOTE_LINES_MAX).collect();
        for line in &lines {
            y += 15.0;
            self.canvas.text(MARGIN, y, Anchor::Start, "mlw-note", line);
        }
        let height = (y + 14.0).ceil();
        Chart { title: self.title, description, notes, width: self.width, height, body: self.canvas.into_body() }
    }
}

/// An area with an axis along the bottom and one at the left.
#[derive(Debug)]
pub(super) struct Plane {
    pub canvas: Canvas,
    pub x: Linear,
    pub y: Linear,
    top: f64,
    bottom: f64,
    sheet: Sheet,
}

impl Plane {
    pub fn new(title: &str, x: &Axis, y: &Axis, keys: &[Key]) -> Self {
        Self::sized(title, x, y, keys, WIDTH, AREA_HEIGHT)
    }

    /// A plane whose area is as wide as it is high.
    pub fn square(title: &str, x: &Axis, y: &Axis, keys: &[Key]) -> Self {
        Self::sized(title, x, y, keys, NARROW, 390.0)
    }

    /// A plane to stand beside others.
    pub fn small(title: &str, x: &Axis, y: &Axis, keys: &[Key]) -> Self {
        Self::sized(title, x, y, keys, NARROW, 220.0)
    }

    /// The top and the bottom of the area, in pixels.
    pub fn area(&self) -> (f64, f64) {
        (self.top, self.bottom)
    }

    fn sized(title: &str, x: &Axis, y: &Axis, keys: &[Key], width: f64, height: f64) -> Self {
        let mut sheet = Sheet::new(title, width, keys);
        let top = sheet.top + 22.0;
        let bottom = top + height;
        let y_ticks = ticks(y.unit, y.low, y.high, (height / 45.0) as usize);
        let label_width = y_ticks.iter().map(|tick| label::width(&tick.label, LABEL_SIZE)).fold(16.0, f64::max);
        let (left, right) = (MARGIN + label_width + 8.0, width - 24.0);
        let (x_scale, y_scale) = (Linear::new(x.low, x.high, left, right), Linear::new(y.low, y.high, bottom, top));
        let canvas = &mut sheet.canvas;
        canvas.text(MARGIN, top - 10.0, Anchor::Start, "mlw-muted", &label::fit(&y.label, LABEL_SIZE, right - MARGIN));
        for tick in &y_ticks {
            let at = y_scale.at(tick.value);
            canvas.line((left, at), (right, at), "mlw-grid");
            canvas.text(left - 8.0, at + 4.0, Anchor::End, "mlw-muted", &tick.label);
        }
        draw_bottom(canvas, x, &x_scale, (left, right), bottom);
        let canvas = std::mem::take(&mut sheet.canvas);
        Self { canvas, x: x_scale, y: y_scale, top, bottom, sheet }
    }

    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }

    pub fn finish(mut self, description: String, notes: Vec<String>) -> Chart {
        self.sheet.canvas = self.canvas;
        self.sheet.finish(self.bottom + 40.0, description, notes)
    }
}

/// The axis along the bottom: line, ticks, label.
fn draw_bottom(canvas: &mut Canvas, axis: &Axis, scale: &Linear, (left, right): (f64, f64), bottom: f64) {
    canvas.line((left, bottom), (right, bottom), "mlw-axis");
    let mut free_from = 0.0;
    // Narrow axes need a second label sooner than wide ones need a seventh.
    let apart = if right - left < 400.0 { 60.0 } else { 90.0 };
    for tick in ticks(axis.unit, axis.low, axis.high, ((right - left) / apart) as usize) {
        let (at, half) = (scale.at(tick.value), label::width(&tick.label, LABEL_SIZE) / 2.0);
        canvas.line((at, bottom), (at, bottom + 5.0), "mlw-axis");
        if at - half >= free_from {
            let (position, anchor) = if at + half > right + 20.0 { (right + 20.0, Anchor::End) } else { (at, Anchor::Middle) };
            canvas.text(position, bottom + 18.0, anchor, "mlw-muted", &tick.label);
            free_from = at + half + 10.0;
        }
    }
    let text = label::fit(&axis.label, LABEL_SIZE, right - left);
    canvas.text((left + right) / 2.0, bottom + 36.0, Anchor::Middle, "mlw-muted", &text);
}

/// Rows with labels at the left and an axis along the bottom.
#[derive(Debug)]
pub(super) struct Rows {
    pub canvas: Canvas,
    pub x: Linear,
    top: f64,
    row_height: f64,
    right: f64,
    bottom: f64,
    sheet: Sheet,
}

impl Rows {
    /// `room` pixels are kept free at the right, for values behind the bars.
    pub fn new(title: &str, labels: &[String], label_title: &str, x: &Axis, keys: &[Key], row_height: f64, room: f64) -> Self {
        Self::sized(title, labels, label_title, x, keys, row_height, room, WIDTH)
    }

    /// Rows to stand beside other charts.
    pub fn narrow(title: &str, labels: &[String], label_title: &str, x: &Axis, keys: &[Key], row_height: f64, room: f64) -> Self {
        Self::sized(title, labels, label_title, x, keys, row_height, room, NARROW)
    }

    #[expect(clippy::too_many_arguments, reason = "all of it is what a frame consists of")]
    fn sized(title: &str, labels: &[String], label_title: &str, x: &Axis, keys: &[Key], row_height: f64, room: f64, width: f64) -> Self {
        let mut sheet = Sheet::new(title, width, keys);
        let names: Vec<String> = labels.iter().map(|name| label::fit(name, LABEL_SIZE, ROW_LABEL_WIDTH_MAX.min(width * 0.38))).collect();
        let label_width = names.iter().map(|name| label::width(name, LABEL_SIZE)).fold(30.0, f64::max);
        let (left, right) = (MARGIN + label_width + 8.0, width - 24.0 - room);
        let mut top = sheet.top + 4.0;
        if !label_title.is_empty() {
            sheet.canvas.text(MARGIN, top + 8.0, Anchor::Start, "mlw-muted", &label::fit(label_title, LABEL_SIZE, width - 2.0 * MARGIN));
            top += 18.0;
        }
        let bottom = top + row_height * names.len() as f64 + 4.0;
        let scale = Linear::new(x.low, x.high, left, right);
        let canvas = &mut sheet.canvas;
        let apart = if right - left < 400.0 { 60.0 } else { 90.0 };
        for tick in ticks(x.unit, x.low, x.high, ((right - left) / apart) as usize) {
            canvas.line((scale.at(tick.value), top), (scale.at(tick.value), bottom), "mlw-grid");
        }
        for (i, name) in names.iter().enumerate() {
            canvas.text(left - 8.0, top + row_height * (i as f64 + 0.5) + 4.0, Anchor::End, "mlw-label", name);
        }
        draw_bottom(canvas, x, &scale, (left, right), bottom);
        if x.low < 0.0 && x.high > 0.0 {
            canvas.line((scale.at(0.0), top), (scale.at(0.0), bottom), "mlw-axis");
        }
        let canvas = std::mem::take(&mut sheet.canvas);
        Self { canvas, x: scale, top, row_height, right, bottom, sheet }
    }

    /// Where the area ends, in pixels.
    pub fn right(&self) -> f64 {
        self.right
    }

    /// Top and height of one of `n` bands in a row.
    pub fn band(&self, row: usize, band: usize, n: usize) -> (f64, f64) {
        let gap = (self.row_height * 0.18).clamp(3.0, 8.0);
        let height = (self.row_height - gap) / n as f64;
        (self.top + self.row_height * row as f64 + gap / 2.0 + height * band as f64, height)
    }

    pub fn finish(mut self, description: String, notes: Vec<String>) -> Chart {
        self.sheet.canvas = self.canvas;
        self.sheet.finish(self.bottom + 40.0, description, notes)
    }
}
