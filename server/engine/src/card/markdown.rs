//! The card as Markdown: what fits into the attention of a model, or of a hurried person.

mod sections;
pub(crate) mod writing;

pub(crate) use sections::{
    data, differences, evaluated, features, groups, importance, learners, limits, made_of, metrics, minute, predicts, rates, reproduce, segments, values, warnings,
};

use super::facts::ModelCard;

/// The most bytes of the text. A token of English prose has about four; tables of numbers have fewer, and
/// three and a half still keep it below 2,000 tokens.
pub const BYTES_MAX: usize = 7_000;

/// How much of each part is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Detail {
    pub metrics: usize,
    pub learners: usize,
    pub importance: usize,
    pub dependence: usize,
    pub points: usize,
    pub slices: usize,
    pub groups: usize,
    pub group_columns: usize,
    pub is_sure: bool,
    pub features: usize,
    pub excluded: usize,
    pub warnings: usize,
    pub limits: usize,
    pub name_chars: usize,
    pub sentence_chars: usize,
}

impl Detail {
    /// Everything that a text can hold.
    pub(crate) const FULL: Self = Self {
        metrics: 12,
        learners: 12,
        importance: 15,
        dependence: 6,
        points: 5,
        slices: 8,
        groups: 12,
        group_columns: 8,
        is_sure: true,
        features: 60,
        excluded: 30,
        warnings: 20,
        limits: 20,
        name_chars: writing::NAME_CHARS_MAX,
        sentence_chars: writing::SENTENCE_CHARS_MAX,
    };
}

/// One step of shortening.
type Cut = (&'static str, fn(&mut Detail));

/// What is shortened, the least important first: columns can be looked up anywhere, scores, doubts and
/// limits are why there is a card.
const CUTS: [Cut; 19] = [
    ("columns", |detail| detail.features = 20),
    ("dependence", |detail| detail.points = 3),
    ("learners", |detail| detail.learners = 6),
    ("columns", |detail| detail.features = 8),
    ("intervals of groups", |detail| detail.is_sure = false),
    ("importance", |detail| detail.importance = 10),
    ("left out", |detail| detail.excluded = 8),
    ("dependence", |detail| detail.dependence = 3),
    ("groups", |detail| detail.groups = 6),
    ("segments", |detail| detail.slices = 4),
    ("columns", |detail| detail.features = 0),
    ("groups", |detail| detail.group_columns = 4),
    ("sentences", |detail| detail.sentence_chars = 200),
    ("learners", |detail| detail.learners = 3),
    ("warnings", |detail| detail.warnings = 6),
    ("groups", |detail| (detail.groups, detail.group_columns) = (3, 2)),
    ("groups", |detail| detail.groups = 2),
    ("limits", |detail| (detail.limits, detail.importance, detail.metrics) = (8, 6, 8)),
    ("names", |detail| (detail.name_chars, detail.sentence_chars, detail.dependence, detail.excluded, detail.slices) = (30, 120, 0, 3, 3)),
];

/// The whole card, below [`BYTES_MAX`]: what is left out to get there is said.
#[must_use]
pub(crate) fn markdown(card: &ModelCard) -> String {
    let mut detail = Detail::FULL;
    let mut shortened: Vec<&str> = Vec::new();
    let mut cuts = CUTS.iter();
    loop {
        let text = written(card, &detail, &shortened);
        if text.len() <= BYTES_MAX {
            return text;
        }
        let Some((what, cut)) = cuts.next() else { return truncated(text) };
        cut(&mut detail);
        if !shortened.contains(what) {
            shortened.push(what);
        }
    }
}

/// The last resort.
fn truncated(mut text: String) -> String {
    const END: &str = "\n\n… The rest is in card.json.\n";
    let end = (0..=BYTES_MAX - END.len()).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text.truncate(end);
    text + END
}

fn written(card: &ModelCard, detail: &Detail, shortened: &[&str]) -> String {
    let title = format!("# Model card: {}\n\n{}", writing::short_plain(&card.model.target, detail.name_chars), predicts(card, detail));
    let mut parts = vec![title, limits(card, detail), metrics(card, detail), evaluated(card, detail), learners(card, detail), importance(card, detail), segments(card, detail), groups(card, detail)];
    parts.extend([warnings(card, detail), data(card, detail), features(card, detail), reproduce(card, detail)]);
    parts.retain(|part| !part.is_empty());
    let mut end = String::from("\nThe same as a page: card.html; as data, in full: card.json.\n");
    if !shortened.is_empty() {
        end = format!("\nShortened to fit: {}. In full: card.html and card.json.\n", shortened.join(", "));
    }
    parts.join("\n") + &end
}
