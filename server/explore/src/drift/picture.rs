//! Drawings of drift.

use mlwright_data::SemanticType;

use super::{ColumnDrift, Measures};
use crate::chart::builders::{BinnedSeries, Series, grouped_bars, overlaid_histograms};
use crate::chart::{Chart, Unit};

/// Both distributions of a column over the same bins or levels; `None` when a side has no values.
#[must_use]
pub fn chart(drift: &ColumnDrift) -> Option<Chart> {
    let (was, now) = (drift.shares.baseline.clone(), drift.shares.current.clone());
    match drift.measures.as_ref()? {
        Measures::Numeric(_) => {
            let unit = if drift.semantic == SemanticType::Datetime { Unit::Time } else { Unit::Number };
            let series = [BinnedSeries::new("baseline", was), BinnedSeries::new("current", now)];
            Some(overlaid_histograms(&drift.column, &drift.column, unit, &drift.shares.edges, &series))
        }
        Measures::Categorical(_) => {
            let series = [Series::new("baseline", was), Series::new("current", now)];
            Some(grouped_bars(&drift.column, "share of rows", Unit::Share, &drift.shares.levels, &series))
        }
    }
}
