//! SVG text, and the colours it is drawn in. Marks carry class names only, so that the same drawing is
//! a file of its own and a part of a page that is light or dark.

use std::fmt::Write;

use super::{COLORS_MAX, Chart};
use crate::markup;

/// The font's family, bundled for pixels and asked for in pages.
pub(super) const FONT: &str = "DejaVu Sans";
/// Shades of a scale from none to all.
pub(super) const SHADES: usize = 11;
/// Shades of a scale from -1 to 1; the middle one is 0.
pub(super) const DIVERGING_SHADES: usize = 21;

/// Colours that stay apart for the colour-blind: after Okabe and Ito (2008), darkened where they are too
/// weak on white, with grey for what is joined as "other".
const SERIES_LIGHT: [&str; COLORS_MAX] = ["#0072b2", "#d55e00", "#009e73", "#b4579a", "#c98a00", "#3fa0d8", "#6e7781"];
const SERIES_DARK: [&str; COLORS_MAX] = ["#4fa8e0", "#f0803c", "#2fbf95", "#e09ac0", "#f2b632", "#9ad3f5", "#9aa4ae"];

struct Theme {
    ground: &'static str,
    ink: &'static str,
    muted: &'static str,
    grid: &'static str,
    axis: &'static str,
    on_strong: &'static str,
    series: [&'static str; COLORS_MAX],
    /// Stops of the scale from none to all.
    shades: [[u8; 3]; 3],
    /// Stops of the scale from -1 to 1.
    diverging: [[u8; 3]; 5],
}

const LIGHT: Theme = Theme {
    ground: "#ffffff",
    ink: "#1f2328",
    muted: "#59636e",
    grid: "#e4e8ec",
    axis: "#a3abb3",
    on_strong: "#ffffff",
    series: SERIES_LIGHT,
    shades: [[0xf1, 0xf6, 0xfb], [0x6b, 0xae, 0xd6], [0x08, 0x45, 0x94]],
    diverging: [[0x21, 0x66, 0xac], [0x92, 0xc5, 0xde], [0xf7, 0xf7, 0xf7], [0xf4, 0xa5, 0x82], [0xb2, 0x18, 0x2b]],
};

const DARK: Theme = Theme {
    ground: "#14181d",
    ink: "#e6edf3",
    muted: "#9aa4ae",
    grid: "#2b323a",
    axis: "#56606b",
    on_strong: "#0d1117",
    series: SERIES_DARK,
    shades: [[0x1b, 0x24, 0x2e], [0x2f, 0x6f, 0xa8], [0xa6, 0xd4, 0xff]],
    diverging: [[0x9f, 0xd0, 0xff], [0x2f, 0x6f, 0xa8], [0x23, 0x2a, 0x31], [0xa8, 0x4c, 0x2f], [0xff, 0xb0, 0x90]],
};

impl Theme {
    /// Each colour once, by the name of its custom property.
    fn colors(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> =
            [("ground", self.ground), ("ink", self.ink), ("muted", self.muted), ("grid", self.grid), ("axis", self.axis), ("strong", self.on_strong)]
                .into_iter()
                .map(|(name, color)| (name.to_owned(), color.to_owned()))
                .collect();
        all.extend(self.series.iter().enumerate().map(|(i, color)| (format!("s{i}"), (*color).to_owned())));
        all.extend((0..SHADES).map(|i| (format!("q{i}"), between(&self.shades, i as f64 / (SHADES - 1) as f64))));
        all.extend((0..DIVERGING_SHADES).map(|i| (format!("d{i}"), between(&self.diverging, i as f64 / (DIVERGING_SHADES - 1) as f64))));
        all
    }
}

/// The colour at a share of the way along the stops.
fn between(stops: &[[u8; 3]], share: f64) -> String {
    let position = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
    let left = (position.floor() as usize).min(stops.len() - 2);
    let weight = position - left as f64;
    let mix = |channel: usize| {
        let (a, b) = (f64::from(stops[left][channel]), f64::from(stops[left + 1][channel]));
        (a + (b - a) * weight).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// The class of a shade from none (0) to all (1).
pub(super) fn shade(share: f64) -> String {
    format!("mlw-q{}", (share.clamp(0.0, 1.0) * (SHADES - 1) as f64).round() as usize)
}

/// The class of a shade from -1 to 1.
pub(super) fn diverging(value: f64) -> String {
    format!("mlw-d{}", ((value.clamp(-1.0, 1.0) + 1.0) / 2.0 * (DIVERGING_SHADES - 1) as f64).round() as usize)
}

/// The rules of every class; `color` writes the colour of a name.
fn rules(color: impl Fn(&str) -> String) -> String {
    let mut css = String::new();
    let ink = color("ink");
    let muted = color("muted");
    let _ = write!(
        css,
        ".mlw-title{{fill:{ink};font-size:15px}}.mlw-label{{fill:{ink};font-size:12px}}.mlw-small{{fill:{ink};font-size:11px}}\
         .mlw-muted{{fill:{muted};font-size:12px}}.mlw-note{{fill:{muted};font-size:11px}}\
         .mlw-strong{{fill:{};font-size:11px}}.mlw-ground{{fill:{}}}\
         .mlw-grid{{stroke:{};stroke-width:1;fill:none}}.mlw-axis{{stroke:{};stroke-width:1;fill:none}}\
         .mlw-reference{{stroke:{muted};stroke-width:1.5;stroke-dasharray:5 4;fill:none}}\
         .mlw-gap{{fill:none;stroke:{};stroke-width:1}}.mlw-median{{stroke:{ink};stroke-width:2;fill:none}}\
         .mlw-fade{{fill-opacity:.55}}",
        color("strong"),
        color("ground"),
        color("grid"),
        color("axis"),
        color("ground"),
    );
    // Lines differ by their dashes as well, for whoever sees no colour.
    let dashes = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "1 4", "12 4"];
    for (i, dash) in dashes.iter().enumerate() {
        let series = color(&format!("s{i}"));
        let _ = write!(css, ".mlw-s{i}{{fill:{series}}}.mlw-k{i}{{stroke:{series};stroke-width:2;fill:none;stroke-linejoin:round;stroke-dasharray:{dash}}}");
        let _ = write!(css, ".mlw-o{i}{{stroke:{series};stroke-width:1.5;fill:none}}");
    }
    for (name, n) in [("q", SHADES), ("d", DIVERGING_SHADES)] {
        for i in 0..n {
            let _ = write!(css, ".mlw-{name}{i}{{fill:{}}}", color(&format!("{name}{i}")));
        }
    }
    css
}

/// A file of its own, on a white ground.
pub(super) fn document(chart: &Chart) -> String {
    let colors = LIGHT.colors();
    let color = |name: &str| colors.iter().find(|(known, _)| known == name).map_or_else(String::new, |(_, color)| color.clone());
    let (width, height) = (number(chart.width), number(chart.height));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{FONT}, Verdana, sans-serif\" role=\"img\"><title>{}</title><desc>{}</desc><style>{}</style>\
         <rect class=\"mlw-ground\" width=\"{width}\" height=\"{height}\"/>{}</svg>\n",
        markup::escape(&chart.title),
        markup::escape(&chart.description),
        rules(color),
        chart.body
    )
}

/// A part of a page, whose style colours it.
pub(super) fn fragment(chart: &Chart) -> String {
    let (width, height) = (number(chart.width), number(chart.height));
    format!(
        "<svg class=\"mlw-chart\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">{}</svg>",
        markup::escape(&format!("{}. {}", chart.title, chart.description)),
        chart.body
    )
}

/// What [`fragment`] needs, once in a page.
pub(super) fn page_style() -> String {
    let properties = |theme: &Theme| theme.colors().iter().map(|(name, color)| format!("--mlw-{name}:{color};")).collect::<String>();
    format!(
        ":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}\
         .mlw-chart{{max-width:100%;height:auto;font-family:\"{FONT}\",system-ui,sans-serif}}{}",
        properties(&LIGHT),
        properties(&DARK),
        rules(|name| format!("var(--mlw-{name})"))
    )
}

/// The side of its position that a text lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Collects the marks of one drawing, later ones above earlier ones.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    body: String,
}

impl Canvas {
    /// The marks so far.
    pub fn into_body(self) -> String {
        self.body
    }

    /// A rectangle that says `tip` when pointed at.
    pub fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str, tip: &str) {
        let (x, y, width, height) = (number(x), number(y), number(width.max(0.0)), number(height.max(0.0)));
        self.mark(&format!("rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" class=\"{class}\""), "rect", tip);
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let (x1, y1, x2, y2) = (number(from.0), number(from.1), number(to.0), number(to.1));
        self.mark(&format!("line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" class=\"{class}\""), "line", "");
    }

    /// A line through points.
    pub fn polyline(&mut self, points: &[(f64, f64)], class: &str) {
        let mut path = String::with_capacity(points.len() * 12);
        for (i, (x, y)) in points.iter().enumerate() {
            path.push(if i == 0 { 'M' } else { 'L' });
            path.push_str(&number(*x));
            path.push(' ');
            path.push_str(&number(*y));
        }
        self.mark(&format!("path d=\"{path}\" class=\"{class}\""), "path", "");
    }

    /// A dot that says `tip` when pointed at.
    pub fn dot(&mut self, x: f64, y: f64, radius: f64, class: &str, tip: &str) {
        let (x, y, radius) = (number(x), number(y), number(radius));
        self.mark(&format!("circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" class=\"{class}\""), "circle", tip);
    }

    /// Many equal dots, `opacity` in [0, 1].
    pub fn dots(&mut self, points: &[(f64, f64)], radius: f64, class: &str, opacity: f64) {
        let _ = write!(self.body, "<g class=\"{class}\" fill-opacity=\"{opacity:.2}\">");
        let radius = number(radius);
        for (x, y) in points {
            let _ = write!(self.body, "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\"/>", number(*x), number(*y));
        }
        self.body.push_str("</g>");
    }

    /// A text whose base line starts, has its middle or ends at the position.
    pub fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, text: &str) {
        let anchor = anchored(anchor);
        let _ = write!(self.body, "<text x=\"{}\" y=\"{}\"{anchor} class=\"{class}\">{}</text>", number(x), number(y), markup::escape(text));
    }

    /// A text turned by `degrees` (clockwise) around its position.
    pub fn turned(&mut self, x: f64, y: f64, degrees: f64, anchor: Anchor, class: &str, text: &str) {
        let (anchor, x, y) = (anchored(anchor), number(x), number(y));
        let _ = write!(
            self.body,
            "<text x=\"{x}\" y=\"{y}\" transform=\"rotate({} {x} {y})\"{anchor} class=\"{class}\">{}</text>",
            number(degrees),
            markup::escape(text)
        );
    }

    fn mark(&mut self, element: &str, name: &str, tip: &str) {
        if tip.is_empty() {
            let _ = write!(self.body, "<{element}/>");
        } else {
            let _ = write!(self.body, "<{element}><title>{}</title></{name}>", markup::escape(tip));
        }
    }
}

fn anchored(anchor: Anchor) -> &'static str {
    match anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    }
}

/// A coordinate to a tenth of a pixel.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    let short = text.strip_suffix(".0").unwrap_or(&text);
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}
