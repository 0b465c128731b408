//! What was made from what: table → run → model version → endpoint.
//!
//! An asset is named `kind:name`, e.g. `table:customers.csv`, `run:ID`, `model:churn/3`,
//! `endpoint:churn`, `monitor:churn-drift`. A link says that `to` was made from `from`.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use mlwright_base::{ErrorCode, Problem, names};
use mlwright_store::{Query, StoreError, WriteTx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::model_uri::ModelUri;

const COLLECTION: &str = "lineage";
/// The most links that one answer holds.
pub const LINKS_MAX: usize = 500;

/// One step of lineage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// What it was made from.
    pub from: String,
    /// How: `trained`, `registered`, `deployed`, `wrote`, `watched`, …
    pub relation: String,
    /// What was made.
    pub to: String,
    /// When the link was last made (UTC).
    #[schemars(with = "String")]
    pub time: Timestamp,
}

/// The lineage of one asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lineage {
    /// The asset asked about.
    pub asset: String,
    /// Links that lead to it, nearest first.
    pub upstream: Vec<Link>,
    /// Links that lead on from it, nearest first.
    pub downstream: Vec<Link>,
    /// Whether there are more links than one answer holds.
    pub truncated: bool,
}

/// Records in a running transaction that `to` was made from `from`.
pub(crate) fn record(tx: &WriteTx<'_>, from: &str, relation: &str, to: &str, now: Timestamp) -> Result<(), StoreError> {
    let link = Link { from: from.to_owned(), relation: relation.to_owned(), to: to.to_owned(), time: now };
    let key = format!("{from}\u{1f}{relation}\u{1f}{to}");
    tx.put(COLLECTION, &key, None, None, &link, now.as_millisecond()).map(|_| ())
}

impl Engine {
    /// Records that `to` was made from `from`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn link(&self, from: &str, relation: &str, to: &str) -> Result<(), Problem> {
        let now = self.now();
        Ok(self.store.write(|tx| record(tx, from, relation, to, now))?)
    }

    /// Whether anything led to the asset in this way, e.g. a table that was ever `scored`.
    pub(crate) fn is_made_by(&self, relation: &str, to: &str) -> Result<bool, Problem> {
        let links = self.store.read::<_, StoreError>(|tx| tx.list::<Link>(COLLECTION, &Query::default()))?;
        Ok(links.iter().any(|record| record.body.relation == relation && record.body.to == to))
    }

    /// Everything that an asset was made from and that was made from it. The asset may be named
    /// `kind:name`, by a model address, or by a bare name that only one kind has.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] with the nearest names when no link mentions the asset.
    pub fn lineage(&self, asset: &str) -> Result<Lineage, Problem> {
        let links: Vec<Link> = self
            .store
            .read(|tx| tx.list::<Link>(COLLECTION, &Query::default()))?
            .into_iter()
            .map(|record| record.body)
            .collect();
        let asset = self.asset(asset, &links)?;
        let mut by_to: BTreeMap<&str, Vec<&Link>> = BTreeMap::new();
        let mut by_from: BTreeMap<&str, Vec<&Link>> = BTreeMap::new();
        for link in &links {
            by_to.entry(&link.to).or_default().push(link);
            by_from.entry(&link.from).or_default().push(link);
        }
        let (upstream, cut_up) = walk(&asset, &by_to, |link| &link.from);
        let (downstream, cut_down) = walk(&asset, &by_from, |link| &link.to);
        Ok(Lineage { asset, upstream, downstream, truncated: cut_up || cut_down })
    }

    fn asset(&self, wanted: &str, links: &[Link]) -> Result<String, Problem> {
        let mut known: Vec<&str> = links.iter().flat_map(|link| [link.from.as_str(), link.to.as_str()]).collect();
        known.sort_unstable();
        known.dedup();
        if known.contains(&wanted) {
            return Ok(wanted.to_owned());
        }
        if ModelUri::parse(wanted).is_ok() {
            let resolved = self.resolve_model(wanted)?.asset;
            if known.contains(&resolved.as_str()) {
                return Ok(resolved);
            }
        }
        let named: Vec<&str> = known
            .iter()
            .copied()
            .filter(|asset| asset.split_once(':').is_some_and(|(_, name)| name == wanted))
            .collect();
        match named.as_slice() {
            [only] => Ok((*only).to_owned()),
            [] => Err(Problem::new(ErrorCode::NotFound, format!("nothing is known of the asset {wanted:?}"))
                .hint(names::did_you_mean(wanted, known))
                .field("asset")),
            several => Err(Problem::new(ErrorCode::InvalidArgument, format!("{wanted:?} may be {}", several.join(" or ")))
                .hint("name the asset with its kind")
                .field("asset")),
        }
    }
}

/// Breadth first, so that the nearest come first; each asset is visited once.
fn walk(start: &str, links: &BTreeMap<&str, Vec<&Link>>, next: impl Fn(&Link) -> &str) -> (Vec<Link>, bool) {
    let mut found = Vec::new();
    let mut seen = vec![start.to_owned()];
    let mut queue = VecDeque::from([start.to_owned()]);
    while let Some(asset) = queue.pop_front() {
        for link in links.get(asset.as_str()).into_iter().flatten() {
            if found.len() == LINKS_MAX {
                return (found, true);
            }
            found.push((*link).clone());
            let other = next(link);
            if !seen.iter().any(|known| known == other) {
                seen.push(other.to_owned());
                queue.push_back(other.to_owned());
            }
        }
    }
    (found, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walking_follows_every_step_once() {
        let link = |from: &str, to: &str| Link { from: from.into(), relation: "made".into(), to: to.into(), time: Timestamp::UNIX_EPOCH };
        let links = [link("a", "b"), link("b", "c"), link("c", "a"), link("a", "c")];
        let mut by_from: BTreeMap<&str, Vec<&Link>> = BTreeMap::new();
        for link in &links {
            by_from.entry(&link.from).or_default().push(link);
        }
        let (found, cut) = walk("a", &by_from, |link| &link.to);
        assert_eq!(found.len(), 4);
        assert_eq!((found[0].to.as_str(), found[1].to.as_str()), ("b", "c"));
        assert!(!cut);
    }
}
