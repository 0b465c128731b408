//! Joins that pair every row of one side with every row of the other: found, and counted, before they run.
//!
//! What is looked at is the plan as polars will run it, so that `FROM a, b WHERE a.x = b.x` is the join on equal
//! columns that polars makes of it, and each side has only the rows that its conditions leave.

use std::sync::Arc;

use polars::prelude::{DataType, DslPlan, Engine, LazyFrame, OptFlags, len};

use super::limits::too_many_pairs;
use crate::error::DataError;
use crate::execute::guarded;

/// Refuses a plan with a join of more than `pairs_max` pairs of rows. Each side is counted by running it, which the
/// query does anyway; plans without such joins run nothing. A plan that polars cannot explain, or a side that
/// cannot be counted, is let through: the guards of the plan that runs look at it as well.
///
/// # Errors
/// [`DataError::Problem`] with a hint.
pub(super) fn check(plan: &LazyFrame, pairs_max: u64) -> Result<(), DataError> {
    for product in guarded(|| products(plan)).unwrap_or_default() {
        let (Ok(left), Ok(right)) = (count(product.left), count(product.right)) else { continue };
        if left.saturating_mul(right) > pairs_max {
            return Err(too_many_pairs(left, right, pairs_max));
        }
    }
    Ok(())
}

/// A join of every row with every other, in the order in which they are to be counted.
struct Product {
    left: LazyFrame,
    right: LazyFrame,
}

/// The products of a plan, those within others first.
fn products(plan: &LazyFrame) -> Result<Vec<Product>, DataError> {
    let plan = plan.clone().with_streaming(true).to_alp_optimized()?;
    let mut found = Vec::new();
    let mut open = vec![plan.lp_top];
    while let Some(node) = open.pop() {
        let operator = plan.lp_arena.get(node);
        let mut inputs = Vec::new();
        operator.copy_inputs(&mut inputs);
        if let [left, right] = inputs[..] {
            let mut part = plan.as_ref();
            part.lp_top = node;
            let text = part.describe();
            // polars names a join by its kind first.
            if text.trim_start().starts_with("CROSS JOIN") {
                let side = |node| {
                    let whole = DslPlan::IR {
                        dsl: Arc::new(DslPlan::default()),
                        version: plan.lp_arena.version(),
                        node: Some(node),
                        opt_flags: Some(OptFlags::default()),
                    };
                    // The plan is optimised as it stands.
                    let rows = LazyFrame::from(whole).select([len().cast(DataType::UInt64).alias("n")]);
                    let rows = rows.with_optimizations(OptFlags::TYPE_COERCION);
                    rows.set_cached_arena(plan.lp_arena.clone(), plan.expr_arena.clone());
                    rows
                };
                found.push(Product { left: side(left), right: side(right) });
            }
        }
        open.extend(inputs);
    }
    found.reverse();
    Ok(found)
}

/// Runs a plan that counts.
fn count(rows: LazyFrame) -> Result<u64, DataError> {
    guarded(|| {
        let counted = rows.collect_with_engine(Engine::Streaming)?.unwrap_single();
        Ok(counted.column("n")?.u64()?.get(0).unwrap_or(0))
    })
}
