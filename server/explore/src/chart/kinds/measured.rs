//! What a bar or a point of a line stands for: rows, the mean of a number, the share of a level.

use crate::ExploreError;
use crate::chart::scale::Unit;
use crate::chart::select::Source;

/// Texts that are taken for the "yes" of two levels.
const POSITIVE: [&str; 8] = ["yes", "true", "1", "y", "t", "positive", "pos", "on"];

/// One number for each row, of which groups show the mean.
pub(super) struct Measured {
    pub label: String,
    pub unit: Unit,
    /// NaN is missing.
    pub values: Vec<f64>,
}

impl Measured {
    /// Numbers as they are; of a column with two levels, whether a row has the positive one (`yes`, `true`,
    /// `1`, else the rarer).
    ///
    /// # Errors
    /// [`ExploreError::ColumnKind`] for anything else.
    pub fn of(y: &Source<'_>) -> Result<Self, ExploreError> {
        const EXPECTED: &str = "a number, or a column of two levels";
        if y.is_time() {
            return Err(y.wrong_kind(EXPECTED));
        }
        if !y.prefers_levels() {
            let positions = y.positions(EXPECTED)?;
            return Ok(Self { label: format!("mean of {}", y.name), unit: Unit::Number, values: positions.values });
        }
        let groups = y.levels(3, false)?;
        if groups.names.len() != 2 || groups.n_extra > 0 {
            if y.is_measurable() {
                let values = y.positions(EXPECTED)?.values;
                return Ok(Self { label: format!("mean of {}", y.name), unit: Unit::Number, values });
            }
            return Err(y.wrong_kind(EXPECTED));
        }
        let named = groups.names.iter().position(|name| POSITIVE.contains(&name.trim().to_lowercase().as_str()));
        let positive = named.unwrap_or_else(|| {
            let count = |code: usize| groups.codes.iter().filter(|found| **found == Some(code)).count();
            usize::from(count(1) <= count(0))
        });
        let value = |code: &Option<usize>| code.map_or(f64::NAN, |code| if code == positive { 1.0 } else { 0.0 });
        let label = format!("share of {} = {}", y.name, groups.names[positive]);
        Ok(Self { label, unit: Unit::Share, values: groups.codes.iter().map(value).collect() })
    }
}
