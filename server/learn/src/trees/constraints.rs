//! What the trees of a fit must keep to: directions of columns, and columns that may act together.

/// Between which the values of a node's leaves must stay, so that a column with a direction keeps it
/// in every tree (LightGBM's `basic` method: both children of such a split stay on their side of the
/// middle between them).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub low: f64,
    pub high: f64,
}

impl Bounds {
    pub const NONE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    #[inline]
    pub fn clamp(self, value: f64) -> f64 {
        value.max(self.low).min(self.high)
    }

    /// The bounds of the left and the right child of a split on a column of this direction.
    pub fn of_children(self, sign: i8, left: f64, right: f64) -> (Self, Self) {
        let middle = left * 0.5 + right * 0.5;
        match sign {
            1 => (Self { high: middle, ..self }, Self { low: middle, ..self }),
            -1 => (Self { low: middle, ..self }, Self { high: middle, ..self }),
            _ => (self, self),
        }
    }
}

/// Which columns may be asked about below a node where `path` has been: those that share a set with
/// all of it. A column that is in no set is a set of its own. Without sets, all may.
pub(crate) fn may_follow(sets: &[Vec<usize>], path: &[usize], column: usize) -> bool {
    if sets.is_empty() || path.iter().all(|&before| before == column) {
        return true;
    }
    sets.iter().any(|set| set.contains(&column) && path.iter().all(|before| set.contains(before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_those_they_share_a_set_with() {
        let sets = [vec![0, 1], vec![1, 2, 3]];
        let after = |path: &[usize]| (0..5).filter(|&column| may_follow(&sets, path, column)).collect::<Vec<_>>();
        assert_eq!(after(&[]), [0, 1, 2, 3, 4]);
        assert_eq!(after(&[0]), [0, 1]);
        assert_eq!(after(&[1]), [0, 1, 2, 3]);
        assert_eq!(after(&[1, 2]), [1, 2, 3]);
        assert_eq!(after(&[4]), [4]);
        assert!(may_follow(&[], &[0, 1], 4));
    }
}
