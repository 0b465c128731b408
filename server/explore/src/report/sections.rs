//! The parts of the page that are about the whole table.

use std::collections::BTreeMap;

use super::cards::{anchor, semantic};
use super::{CARDS_MAX, FINDING_COLUMNS_MAX, PAIRS_MAX, figure};
use crate::chart::builders::{bars, correlation, histogram};
use crate::chart::{BARS_MAX, HEATMAP_COLUMNS_MAX, Unit};
use crate::findings::Finding;
use crate::markup::{bytes, count, escape, percent, plural};
use crate::profile::{PairMeasure, Profile, TargetKind, TargetSummary};

/// Pairs weaker than this are not worth a line.
const PAIR_STRENGTH_SHOWN: f64 = 0.1;

pub(super) fn findings(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "<div class=\"panel quiet\">Nothing stands in the way of a model.</div>".to_owned();
    }
    let mut out = String::from("<ol class=\"panel findings\">");
    for finding in findings {
        let severity = finding.severity.as_str();
        out.push_str(&format!(
            "<li class=\"{severity}\"><span class=\"badge {severity}\">{severity}</span><div><h3>{}</h3>\
             <p>{}</p><p class=\"do\">{}</p>{}</div></li>",
            escape(finding.kind.title()),
            escape(&finding.reason),
            escape(&finding.action),
            chips(&finding.columns),
        ));
    }
    out.push_str("</ol>");
    out
}

fn chips(columns: &[String]) -> String {
    // The reason names the first ones already.
    if columns.len() < 4 {
        return String::new();
    }
    let shown: String = columns
        .iter()
        .take(FINDING_COLUMNS_MAX)
        .map(|name| format!("<span class=\"chip\">{}</span>", escape(name)))
        .collect();
    let more = columns.len().saturating_sub(FINDING_COLUMNS_MAX);
    let more =
        if more > 0 { format!("<span class=\"hint\">and {} more</span>", count(more as u64)) } else { String::new() };
    format!("<div class=\"chips\">{shown}{more}</div>")
}

pub(super) fn overview(profile: &Profile) -> String {
    let table = &profile.table;
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for column in &profile.columns {
        *kinds.entry(semantic(column.semantic)).or_default() += 1;
    }
    let mut kinds: Vec<(&str, u64)> = kinds.into_iter().collect();
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let share = |part: u64| if table.n_rows == 0 { 0.0 } else { part as f64 / table.n_rows as f64 };
    let kinds: Vec<String> = kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    let columns = if kinds.is_empty() { "columns".to_owned() } else { format!("columns: {}", kinds.join(", ")) };
    let tiles = [
        (count(table.n_rows), "rows".to_owned()),
        (count(table.n_columns), columns),
        (percent(table.missing_share), "of all cells are missing".to_owned()),
        (count(table.complete_rows), format!("rows are complete ({})", percent(share(table.complete_rows)))),
        (count(table.duplicate_rows), format!("rows repeat another ({})", percent(share(table.duplicate_rows)))),
        (bytes(table.memory_bytes), "in memory".to_owned()),
    ];
    let mut out = String::from("<div class=\"tiles\">");
    for (value, label) in tiles {
        out.push_str(&format!(
            "<div class=\"panel tile\"><b>{}</b><span>{}</span></div>",
            escape(&value),
            escape(&label)
        ));
    }
    out.push_str("</div>");
    if !profile.notes.is_empty() {
        let notes: String = profile.notes.iter().map(|note| format!("<li>{}</li>", escape(note))).collect();
        out.push_str(&format!("<ul class=\"panel notes\">{notes}</ul>"));
    }
    out
}

pub(super) fn target(profile: &Profile, target: &TargetSummary) -> String {
    let mut figures = Vec::new();
    let kind = match target.kind {
        TargetKind::Binary => "two classes".to_owned(),
        TargetKind::Multiclass => format!("{} classes", count(target.n_classes)),
        TargetKind::Regression => "a number".to_owned(),
    };
    let unknown = profile.table.n_rows.saturating_sub(target.known);
    let mut lead = format!("{} is {kind}, known in {}", target.column, plural(target.known, "row", "rows"));
    if unknown > 0 {
        lead.push_str(&format!(" and missing in {}", count(unknown)));
    }
    let column = profile.column(&target.column);
    if target.kind == TargetKind::Regression {
        if let Some(column) = column
            && let Some(h) = &column.histogram
        {
            let unit = if column.datetime.is_some() { Unit::Time } else { Unit::Number };
            figures.push(figure(&histogram(
                &format!("Distribution of {}", target.column),
                &target.column,
                unit,
                &h.edges,
                &h.counts,
            )));
        }
    } else if !target.classes.is_empty() {
        let shares: Vec<(String, f64)> = target
            .classes
            .iter()
            .map(|class| (class.value.clone(), class.count as f64 / target.known.max(1) as f64))
            .collect();
        figures.push(figure(&bars(&format!("Classes of {}", target.column), "share of rows", Unit::Share, &shares)));
    }
    let ranked: Vec<(String, f64)> = target
        .ranking
        .iter()
        .take(BARS_MAX)
        .map(|ranked| (ranked.column.clone(), (ranked.strength * 1000.0).round() / 1000.0))
        .collect();
    if !ranked.is_empty() {
        let label = if target.kind == TargetKind::Regression {
            "R² of the column alone, out of fold"
        } else {
            "2 · AUC − 1 of the column alone, out of fold"
        };
        figures.push(figure(&bars("What each column alone says about it", label, Unit::Number, &ranked)));
    }
    format!("<p class=\"hint\">{}</p><div class=\"two\">{}</div>", escape(&lead), figures.join(""))
}

pub(super) fn pairs(profile: &Profile) -> Option<String> {
    if profile.pairs.columns.len() < 2 {
        return None;
    }
    let shown = heatmap_columns(profile);
    let position: BTreeMap<&str, usize> = shown.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    let mut values = vec![vec![None; shown.len()]; shown.len()];
    for (i, row) in values.iter_mut().enumerate() {
        row[i] = Some(1.0);
    }
    for pair in &profile.pairs.pairs {
        if let (Some(&a), Some(&b)) = (position.get(pair.a.as_str()), position.get(pair.b.as_str())) {
            values[a][b] = Some(pair.value);
            values[b][a] = Some(pair.value);
        }
    }
    let heatmap = figure(&correlation("Association of columns", &shown, &values));
    let index: BTreeMap<&str, usize> =
        profile.columns.iter().enumerate().map(|(i, column)| (column.name.as_str(), i)).collect();
    let link = |name: &str| match index.get(name) {
        Some(i) if profile.columns.len() <= CARDS_MAX => {
            format!("<a class=\"chip\" href=\"#{}\">{}</a>", anchor(*i), escape(name))
        }
        _ => format!("<span class=\"chip\">{}</span>", escape(name)),
    };
    let mut rows = String::new();
    for pair in profile.pairs.pairs.iter().filter(|pair| pair.strength() >= PAIR_STRENGTH_SHOWN).take(PAIRS_MAX) {
        let measure = match pair.measure {
            PairMeasure::Pearson => "Pearson",
            PairMeasure::CramersV => "Cramér's V",
            PairMeasure::CorrelationRatio => "correlation ratio",
        };
        let spearman = pair.spearman.map_or_else(String::new, |value| format!("{value:.3}"));
        rows.push_str(&format!(
            "<tr><td>{} {}</td><td>{measure}</td><td class=\"number\">{:.3}</td><td \
             class=\"number\">{spearman}</td></tr>",
            link(&pair.a),
            link(&pair.b),
            pair.value
        ));
    }
    let table = if rows.is_empty() {
        "<div class=\"panel quiet\">No two columns go together.</div>".to_owned()
    } else {
        format!(
            "<div class=\"panel scroll\"><table class=\"wraps\"><thead><tr><th>strongest pairs</th>\
             <th>measure</th><th class=\"number\">value</th><th class=\"number\">Spearman</th></tr></thead>\
             <tbody>{rows}</tbody></table></div>"
        )
    };
    let hint = "<p class=\"hint\">Two numeric columns: Pearson's correlation. Two categorical ones: Cramér's V, \
                corrected for bias. One of each: the correlation ratio. The last two have no sign.</p>";
    Some(format!("{hint}<div class=\"two\">{heatmap}{table}</div>"))
}

/// The columns of the heatmap: all, or those of the strongest pairs.
fn heatmap_columns(profile: &Profile) -> Vec<String> {
    let all = &profile.pairs.columns;
    if all.len() <= HEATMAP_COLUMNS_MAX {
        return all.clone();
    }
    let mut chosen: Vec<&str> = Vec::new();
    for pair in &profile.pairs.pairs {
        for name in [pair.a.as_str(), pair.b.as_str()] {
            if chosen.len() < HEATMAP_COLUMNS_MAX && !chosen.contains(&name) && all.iter().any(|other| other == name) {
                chosen.push(name);
            }
        }
    }
    all.iter().filter(|name| chosen.contains(&name.as_str())).cloned().collect()
}

pub(super) fn sample(profile: &Profile) -> String {
    let numeric: Vec<bool> = profile
        .sample
        .columns
        .iter()
        .map(|name| profile.column(name).is_some_and(|column| column.numeric.is_some()))
        .collect();
    let class = |numeric: &bool| if *numeric { " class=\"number\"" } else { "" };
    let head: String = profile
        .sample
        .columns
        .iter()
        .zip(&numeric)
        .map(|(name, numeric)| format!("<th{}>{}</th>", class(numeric), escape(name)))
        .collect();
    let mut body = String::new();
    for row in &profile.sample.rows {
        body.push_str("<tr>");
        for (value, numeric) in row.iter().zip(&numeric) {
            match value {
                Some(value) => body.push_str(&format!("<td{}>{}</td>", class(numeric), escape(value))),
                None => body.push_str("<td class=\"absent\">missing</td>"),
            }
        }
        body.push_str("</tr>");
    }
    format!("<div class=\"panel scroll\"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")
}
