//! Pixels, the same on every machine: the font is bundled.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::canvas::FONT;
use super::{Chart, canvas};

/// DejaVu Sans 2.37; its licence lies beside it.
static FONT_FILE: &[u8] = include_bytes!("../../assets/DejaVuSans.ttf");

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(FONT_FILE.to_vec());
    fonts.set_sans_serif_family(FONT);
    Arc::new(fonts)
});

/// The drawing as SVG reads it, with every text laid out.
pub(super) fn tree(chart: &Chart) -> Tree {
    let options = Options { fontdb: Arc::clone(&FONTS), font_family: FONT.to_owned(), ..Options::default() };
    Tree::from_str(&canvas::document(chart), &options).expect("charts are well-formed: every text in them is escaped")
}

/// A PNG file, `scale` pixels for each CSS pixel.
pub(super) fn encode(chart: &Chart, scale: f32) -> Vec<u8> {
    let scale = if scale.is_nan() { 1.0 } else { scale.clamp(0.5, 4.0) };
    let pixels = |length: f64| ((length as f32 * scale).ceil() as u32).max(1);
    let mut pixmap = Pixmap::new(pixels(chart.width), pixels(chart.height)).expect("charts have a bounded size");
    resvg::render(&tree(chart), Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().expect("a picture in memory can be written")
}
