//! One card for each column.

use mlwright_data::SemanticType;

use super::{CARDS_MAX, LISTED_MAX};
use crate::chart::Unit;
use crate::chart::builders::small_histogram;
use crate::markup::{count, escape, number, percent, plural};
use crate::profile::{ColumnProfile, Profile, SignalMeasure, ValueCount};

/// Frequent values on a card.
const TOP_SHOWN: usize = 6;
/// Different whole numbers that are shown one by one instead of in bins.
const NUMBERS_SHOWN: usize = 8;
/// A largest share that bars of shares can still be compared at.
const SHARE_LEGIBLE: f64 = 0.3;
/// A share of missing values that is shown in colour.
const MISSING_STRIKING: f64 = 0.05;

pub(super) fn columns(profile: &Profile) -> String {
    let target = profile.target.as_ref().map(|target| target.column.as_str());
    let mut out = String::from("<div class=\"cards\">");
    // With very many columns, those that say most about the target are shown; the page keeps the table's order.
    let shown = shown(profile);
    for (index, column) in profile.columns.iter().enumerate() {
        if shown.as_ref().is_none_or(|shown| shown.contains(&index)) {
            out.push_str(&card(column, index, profile.table.n_rows, target == Some(column.name.as_str())));
        }
    }
    out.push_str("</div>");
    if let Some(shown) = shown {
        out.push_str(&rest(profile, &shown));
    }
    out
}

fn shown(profile: &Profile) -> Option<std::collections::BTreeSet<usize>> {
    if profile.columns.len() <= CARDS_MAX {
        return None;
    }
    let target = profile.target.as_ref().map(|target| target.column.as_str());
    let rank = |index: &usize| {
        let column = &profile.columns[*index];
        if target == Some(column.name.as_str()) {
            2.0
        } else {
            column.signal.as_ref().map_or(0.0, |signal| signal.strength)
        }
    };
    let mut order: Vec<usize> = (0..profile.columns.len()).collect();
    order.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then(a.cmp(b)));
    Some(order.into_iter().take(CARDS_MAX).collect())
}

/// The address of a column's card within the page.
pub(super) fn anchor(index: usize) -> String {
    format!("c{index}")
}

fn card(column: &ColumnProfile, index: usize, n_rows: u64, is_target: bool) -> String {
    let name = escape(&column.name);
    let kind = if is_target {
        format!("target · {}", semantic(column.semantic))
    } else {
        semantic(column.semantic).to_owned()
    };
    let mut out = format!(
        "<article class=\"panel card{}\" id=\"{}\"><div class=\"head\"><h3>{name}</h3><span class=\"kind\" \
         title=\"{}\">{kind}</span></div>",
        if is_target { " is-target" } else { "" },
        anchor(index),
        escape(&column.reason),
    );
    out.push_str(&picture(column, n_rows));
    out.push_str(&facts(column, n_rows));
    if let Some(signal) = &column.signal {
        let measure = match signal.measure {
            SignalMeasure::RocAuc => format!("AUC {:.3}", signal.score),
            SignalMeasure::R2 => format!("R² {:.3}", signal.score.max(0.0)),
        };
        out.push_str(&format!(
            "<div class=\"meter\" title=\"what this column alone says about the target\"><span>signal</span>\
             <div class=\"track\"><div class=\"fill\" style=\"width:{:.1}%\"></div></div><span>{measure}</span>\
             </div>",
            signal.strength * 100.0
        ));
    }
    out.push_str("</article>\n");
    out
}

fn picture(column: &ColumnProfile, n_rows: u64) -> String {
    let levels = matches!(
        column.semantic,
        SemanticType::Categorical
            | SemanticType::Boolean
            | SemanticType::Constant
            | SemanticType::Text
            | SemanticType::Id
    );
    // A few whole numbers are read more easily one by one, in their order.
    let few = column.numeric.as_ref().is_some_and(|numeric| numeric.integers && numeric.infinities == 0)
        && column.distinct as usize == column.top_values.len()
        && column.top_values.len() <= NUMBERS_SHOWN;
    if let Some(histogram) = column.histogram.as_ref().filter(|_| !levels && !few) {
        let unit = if column.datetime.is_some() { Unit::Time } else { Unit::Number };
        // Bins of whole numbers are centred on them; shifted by half they start and end with whole numbers.
        let shift = if column.numeric.as_ref().is_some_and(|n| n.integers) && histogram.edges[0].fract().abs() == 0.5 {
            0.5
        } else {
            0.0
        };
        let edges: Vec<f64> = histogram.edges.iter().map(|edge| edge + shift).collect();
        let chart = small_histogram(&column.name, unit, &edges, &histogram.counts).svg_for_page();
        let beyond = match histogram.below + histogram.above {
            0 => String::new(),
            n => format!("<div class=\"hint\">{} beyond what is drawn</div>", plural(n, "value", "values")),
        };
        return chart + &beyond;
    }
    if column.top_values.is_empty() {
        return String::new();
    }
    let present = n_rows.saturating_sub(column.missing).max(1);
    // Bars are shares of the rows, unless those would be too short to compare.
    let most = column.top_values[0].count.max(1) as f64;
    let mut shown: Vec<&ValueCount> =
        column.top_values.iter().take(if few { NUMBERS_SHOWN } else { TOP_SHOWN }).collect();
    if few {
        let value = |top: &ValueCount| top.value.parse::<f64>().unwrap_or(f64::NAN);
        shown.sort_by(|a, b| value(a).total_cmp(&value(b)));
    }
    let full = if most / present as f64 >= SHARE_LEGIBLE { present as f64 } else { most };
    let mut out = String::from("<div class=\"levels\">");
    for top in &shown {
        let text = if top.value.trim().is_empty() { "(blank)".to_owned() } else { escape(&top.value) };
        out.push_str(&format!(
            "<div class=\"level\"><i style=\"width:{:.1}%\"></i><span title=\"{text}\">{text}</span><span>{} · \
             {}</span></div>",
            top.count as f64 / full * 100.0,
            count(top.count),
            percent(top.count as f64 / present as f64),
        ));
    }
    let more = column.distinct.saturating_sub(shown.len() as u64);
    if more > 0 {
        out.push_str(&format!("<div class=\"hint\">and {}</div>", plural(more, "further value", "further values")));
    }
    out.push_str("</div>");
    out
}

fn facts(column: &ColumnProfile, n_rows: u64) -> String {
    let mut facts = Facts::default();
    let missing = if column.missing == 0 {
        "none".to_owned()
    } else {
        format!("{} ({})", count(column.missing), percent(column.missing_share))
    };
    facts.add_marked("missing", &missing, column.missing_share >= MISSING_STRIKING);
    let all_different = column.distinct > 1 && column.distinct == n_rows.saturating_sub(column.missing);
    facts.add("distinct", &if all_different { "all".to_owned() } else { count(column.distinct) });
    facts.add("type", &column.dtype);
    let mut more = Facts::default();
    if let Some(numeric) = column.numeric.as_ref().filter(|_| column.semantic != SemanticType::Id) {
        let or_none = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
        facts.add("mean", &or_none(numeric.mean));
        facts.add("std", &or_none(numeric.std));
        facts.add("median", &number(numeric.quantiles.p50));
        let q = &numeric.quantiles;
        for (name, value) in [
            ("min", numeric.min),
            ("1 %", q.p01),
            ("5 %", q.p05),
            ("25 %", q.p25),
            ("75 %", q.p75),
            ("95 %", q.p95),
            ("99 %", q.p99),
            ("max", numeric.max),
        ] {
            more.add(name, &number(value));
        }
        more.add("skew", &or_none(numeric.skew));
        for (name, value) in [
            ("zeros", numeric.zeros),
            ("negative", numeric.negatives),
            ("infinite", numeric.infinities),
            ("NaN", numeric.nans),
        ] {
            if value > 0 {
                more.add_marked(
                    name,
                    &format!("{} ({})", count(value), percent(value as f64 / n_rows.max(1) as f64)),
                    name == "infinite",
                );
            }
        }
    }
    if let Some(datetime) = &column.datetime {
        facts.add("span", &format!("{} days", number(datetime.span_days)));
        facts.add("in order", if datetime.ordered { "yes" } else { "no" });
    }
    if let Some(text) =
        column.text.as_ref().filter(|_| matches!(column.semantic, SemanticType::Text | SemanticType::Id))
    {
        facts.add("length", &format!("{}–{}", count(text.length_min), count(text.length_max)));
        facts.add("mean length", &number(text.length_mean));
    }
    if let Some(text) = column.text.as_ref().filter(|text| text.padded > 0) {
        facts.add("with blanks around", &count(text.padded));
    }
    let more = if more.0.is_empty() {
        String::new()
    } else {
        format!("<details><summary>quantiles and shape</summary><dl>{}</dl></details>", more.0)
    };
    format!("<dl>{}</dl>{more}", facts.0)
}

#[derive(Default)]
struct Facts(String);

impl Facts {
    fn add(&mut self, name: &str, value: &str) {
        self.add_marked(name, value, false);
    }

    fn add_marked(&mut self, name: &str, value: &str, striking: bool) {
        let class = if striking { " class=\"bad\"" } else { "" };
        self.0.push_str(&format!("<div><dt>{}</dt><dd{class}>{}</dd></div>", escape(name), escape(value)));
    }
}

/// A column's meaning in a word.
pub(super) fn semantic(semantic: SemanticType) -> &'static str {
    match semantic {
        SemanticType::Numeric => "numeric",
        SemanticType::Categorical => "categorical",
        SemanticType::Boolean => "boolean",
        SemanticType::Datetime => "date or time",
        SemanticType::Text => "text",
        SemanticType::Id => "id",
        SemanticType::Constant => "constant",
    }
}

/// Columns without a card, one line each.
fn rest(profile: &Profile, shown: &std::collections::BTreeSet<usize>) -> String {
    let others: Vec<&ColumnProfile> = profile
        .columns
        .iter()
        .enumerate()
        .filter(|(index, _)| !shown.contains(index))
        .map(|(_, column)| column)
        .collect();
    let mut out = format!(
        "<p class=\"hint\">{} of {} columns are shown{}; the others in short:</p><div class=\"panel scroll\">\
         <table><thead><tr><th>column</th><th>holds</th><th class=\"number\">missing</th><th \
         class=\"number\">distinct</th><th class=\"number\">mean</th><th class=\"number\">std</th></tr></thead>\
         <tbody>",
        shown.len(),
        count(profile.columns.len() as u64),
        if profile.target.is_some() { ", those with the strongest signal" } else { "" }
    );
    for column in others.iter().take(LISTED_MAX) {
        let of = |value: Option<f64>| value.map_or_else(String::new, number);
        let numeric = column.numeric.as_ref();
        out.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td \
             class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
            escape(&column.name),
            semantic(column.semantic),
            percent(column.missing_share),
            count(column.distinct),
            of(numeric.and_then(|n| n.mean)),
            of(numeric.and_then(|n| n.std)),
        ));
    }
    out.push_str("</tbody></table></div>");
    if others.len() > LISTED_MAX {
        out.push_str(&format!("<p class=\"hint\">and {} more</p>", count((others.len() - LISTED_MAX) as u64)));
    }
    out
}
