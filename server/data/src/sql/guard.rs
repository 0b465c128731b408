//! Plans that can be stopped: between their operators stand guards that see every batch pass.
//!
//! polars' streaming engine takes no order to stop, but an operator that fails ends the whole plan. A guard
//! passes its batches on as they are, and fails when nobody waits for the query any more, when a join gave more
//! rows than it may, or when the operator behind it would need more memory for what it holds than there is. Guards
//! stand behind each join, which makes many rows of few, and before each operator that keeps rows, so that
//! whatever grows in memory grows past one. They let filters, limits and the choice of columns through to the
//! files below.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use polars::prelude::{
    AggExpr, Column, DataFrame, DataType, DslPlan, Expr, FunctionExpr, JoinType, LazyFrame, MaintainOrderJoin,
    OptFlags, PolarsError,
};

use super::limits::too_many_rows;
use crate::error::DataError;
use crate::execute::{Waited, too_much_memory};

/// The deepest plan that is guarded; deeper ones are refused.
const DEPTH_MAX: usize = 1_000;

/// A plan's first rows, as many as this, are not all of them.
const LIMITED_ROWS: u64 = 1_000_000;

/// Where a plan stands within the statement's.
#[derive(Debug, Clone, Copy)]
struct Place {
    depth: usize,
    /// Whether only its first rows are asked for.
    limited: bool,
}

/// In which order a plan gives its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowOrder {
    /// As they come, which may differ between runs where the statement has no ORDER BY.
    Any,
    /// The same in every run: joins, groups and distinct rows keep the order of what they read.
    Kept,
}

/// Guards one plan.
pub(super) struct Guard {
    waited: Waited,
    joined_rows_max: u64,
    order: RowOrder,
    /// Why a guard failed, when somebody still waits.
    verdict: Arc<OnceLock<Verdict>>,
}

/// Why a guard fails by itself.
#[derive(Debug, Clone, Copy)]
enum Verdict {
    /// A join gave too many rows.
    Rows,
    /// An operator would need too much memory for the rows it holds; so many bytes were free for them.
    Memory(u64),
}

/// What a guard stands before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    /// An operator that takes batches as they come and lets go of them.
    Stream,
    /// An operator that keeps rows (groups, one side of a join), and once more when it gives what it made of them.
    Kept,
    /// An operator that works on all rows at once (a sort, a window, a median): as they came, in one piece, and
    /// as it gives them.
    Whole,
    /// The table that the rows are for.
    Table,
}

impl Before {
    /// Memory may be taken up to one of so many parts of the limit until then, so that the operator's own work fits.
    fn taken_share(self) -> u64 {
        match self {
            Self::Stream | Self::Table => 1,
            Self::Kept | Self::Whole => 2,
        }
    }

    /// The rows themselves may need up to one of so many parts of the limit, where all of them are kept. They are
    /// counted, for memory does not show them: the batches of a product share the values of its sides, and
    /// take room only when they become one piece.
    fn rows_share(self) -> Option<u64> {
        match self {
            Self::Stream | Self::Kept => None,
            Self::Whole => Some(3),
            Self::Table => Some(1),
        }
    }
}

impl Guard {
    /// Joins of such a plan may give `joined_rows_max` rows each.
    pub(super) fn new(waited: &Waited, joined_rows_max: u64, order: RowOrder) -> Self {
        Self { waited: waited.clone(), joined_rows_max, order, verdict: Arc::default() }
    }

    /// The plan with guards in it.
    ///
    /// # Errors
    /// [`DataError::InvalidSql`] for a plan that is nested too deeply.
    pub(super) fn guarded(&self, plan: &LazyFrame) -> Result<LazyFrame, DataError> {
        let plan = self.within(plan.logical_plan.clone(), Place { depth: 0, limited: false })?;
        Ok(LazyFrame::from(match self.order {
            RowOrder::Any => plan,
            RowOrder::Kept => self.guard(plan, Before::Table),
        }))
    }

    /// The guard's own reason, when a plan failed because a guard did.
    pub(super) fn explain(&self, error: DataError) -> DataError {
        match self.verdict.get() {
            Some(Verdict::Rows) => too_many_rows(self.joined_rows_max),
            Some(Verdict::Memory(bytes)) => too_much_memory(*bytes),
            None => error,
        }
    }

    fn within(&self, plan: DslPlan, place: Place) -> Result<DslPlan, DataError> {
        if place.depth >= DEPTH_MAX {
            return Err(DataError::InvalidSql {
                message: format!("the statement has more than {DEPTH_MAX} steps one within the other"),
            });
        }
        let below = |input: Arc<DslPlan>, limited: bool| {
            self.within(Arc::unwrap_or_clone(input), Place { depth: place.depth + 1, limited })
        };
        let input = |input: Arc<DslPlan>| below(input, false).map(Arc::new);
        let all = |inputs: Vec<DslPlan>| -> Result<Vec<DslPlan>, DataError> {
            inputs.into_iter().map(|plan| Ok(Arc::unwrap_or_clone(input(Arc::new(plan))?))).collect()
        };
        let before = |of: Before, input: Arc<DslPlan>| below(input, false).map(|plan| Arc::new(self.guard(plan, of)));
        // A limit behind an expression for each row is one before it.
        let select = |exprs: &[Expr], input: Arc<DslPlan>| match needs(exprs) {
            Some(Before::Whole) => before(Before::Whole, input),
            Some(of) => below(input, place.limited).map(|plan| Arc::new(self.guard(plan, of))),
            None => below(input, false).map(Arc::new),
        };
        let keep = self.order == RowOrder::Kept;
        Ok(match plan {
            // What was planned before its schema was asked for: the guards go into that.
            DslPlan::IR { dsl, .. } => below(dsl, place.limited)?,
            DslPlan::Join { input_left, input_right, left_on, right_on, predicates, mut options } => {
                let how = options.args.how.clone();
                if !predicates.is_empty() && how != JoinType::Inner {
                    return Err(outer_join_by_comparison(&how));
                }
                let order = match how {
                    JoinType::Right if keep => MaintainOrderJoin::RightLeft,
                    _ if keep => MaintainOrderJoin::LeftRight,
                    // Without an order polars makes joins on comparisons of these, of which it does some all at
                    // once and cannot do others in batches.
                    JoinType::Cross => MaintainOrderJoin::Left,
                    _ if !predicates.is_empty() => MaintainOrderJoin::Left,
                    _ => options.args.maintain_order,
                };
                Arc::make_mut(&mut options).args.maintain_order = order;
                let side = |input: Arc<DslPlan>| {
                    let of = if is_product(&input) { Before::Whole } else { Before::Kept };
                    before(of, input)
                };
                let joined = DslPlan::Join {
                    input_left: side(input_left)?,
                    input_right: side(input_right)?,
                    left_on,
                    right_on,
                    predicates,
                    options,
                };
                self.count(joined)
            }
            DslPlan::Sort { input, by_column, slice, sort_options } => {
                // With a limit polars keeps the first rows alone.
                let of = if place.limited { Before::Kept } else { Before::Whole };
                DslPlan::Sort { input: before(of, input)?, by_column, slice, sort_options }
            }
            DslPlan::GroupBy { input, keys, predicates, aggs, maintain_order, options, apply } => DslPlan::GroupBy {
                input: before(needs(&aggs).unwrap_or(Before::Kept).max(Before::Kept), input)?,
                keys,
                predicates,
                aggs,
                maintain_order: maintain_order || keep,
                options,
                apply,
            },
            DslPlan::Distinct { input, mut options } => {
                options.maintain_order |= keep;
                DslPlan::Distinct { input: before(Before::Kept, input)?, options }
            }
            DslPlan::Select { expr, input, options } => DslPlan::Select { input: select(&expr, input)?, expr, options },
            DslPlan::HStack { input, exprs, options } => {
                DslPlan::HStack { input: select(&exprs, input)?, exprs, options }
            }
            DslPlan::MapFunction { input, function } => {
                // Lists become rows.
                self.guard(DslPlan::MapFunction { input: before(Before::Stream, input)?, function }, Before::Stream)
            }
            DslPlan::Filter { input: from, predicate } => DslPlan::Filter { input: input(from)?, predicate },
            DslPlan::Cache { input: from, id } => DslPlan::Cache { input: input(from)?, id },
            DslPlan::Slice { input, offset, len } => {
                let limited = offset >= 0 && u64::from(len).saturating_add(offset.unsigned_abs()) <= LIMITED_ROWS;
                DslPlan::Slice { input: below(input, limited).map(Arc::new)?, offset, len }
            }
            DslPlan::Union { inputs, mut args } => {
                args.maintain_order |= keep;
                DslPlan::Union { inputs: all(inputs)?, args }
            }
            DslPlan::HConcat { inputs, options } => DslPlan::HConcat { inputs: all(inputs)?, options },
            DslPlan::ExtContext { input: from, contexts } => {
                DslPlan::ExtContext { input: input(from)?, contexts: all(contexts)? }
            }
            // Tables themselves, and what SQL has no words for.
            other => other,
        })
    }

    /// A guard behind the plan, before whatever takes its rows.
    fn guard(&self, plan: DslPlan, of: Before) -> DslPlan {
        let (waited, verdict) = (self.waited.clone(), Arc::clone(&self.verdict));
        let rows_bytes = AtomicU64::new(0);
        passing(plan, move |frame| {
            let rows_beyond = of.rows_share().and_then(|share| {
                let bytes = bytes_of(&frame);
                let part = waited.memory_bytes() / share;
                (rows_bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) > part).then_some(part)
            });
            if let Some(bytes) = rows_beyond.or_else(|| waited.taken_beyond(of.taken_share())) {
                verdict.get_or_init(|| Verdict::Memory(bytes));
                return Err(stop());
            }
            if waited.is_over() { Err(stop()) } else { Ok(frame) }
        })
    }

    /// A guard behind a join, which counts what it gives.
    fn count(&self, plan: DslPlan) -> DslPlan {
        let (waited, verdict, rows_max) = (self.waited.clone(), Arc::clone(&self.verdict), self.joined_rows_max);
        let n_rows = AtomicU64::new(0);
        passing(plan, move |frame| {
            let given = n_rows.fetch_add(frame.height() as u64, Ordering::Relaxed) + frame.height() as u64;
            if given > rows_max {
                verdict.get_or_init(|| Verdict::Rows);
                return Err(stop());
            }
            if waited.is_over() { Err(stop()) } else { Ok(frame) }
        })
    }
}

/// What must stand before these expressions; nothing where no column is read: counting rows may be left to the
/// file's own metadata.
fn needs(exprs: &[Expr]) -> Option<Before> {
    let any = |wanted: fn(&Expr) -> bool| exprs.iter().flat_map(IntoIterator::into_iter).any(wanted);
    if any(works_on_all) {
        return Some(Before::Whole);
    }
    any(|expr| matches!(expr, Expr::Column(_) | Expr::Selector(_))).then_some(Before::Stream)
}

/// Whether polars gathers all values of a column for this, rather than pass through them batch by batch.
fn works_on_all(expr: &Expr) -> bool {
    match expr {
        Expr::Over { .. } | Expr::Sort { .. } | Expr::SortBy { .. } | Expr::Slice { .. } => true,
        Expr::Agg(of) => matches!(of, AggExpr::Median(_) | AggExpr::NUnique(_) | AggExpr::Implode { .. }),
        Expr::Function { function, .. } => matches!(
            function,
            FunctionExpr::Quantile { .. }
                | FunctionExpr::Mode { .. }
                | FunctionExpr::Correlation { .. }
                | FunctionExpr::Unique(_)
        ),
        _ => false,
    }
}

/// Whether the rows of a plan are those of a join of every row with every other.
fn is_product(plan: &DslPlan) -> bool {
    match plan {
        DslPlan::Join { predicates, options, .. } => options.args.how == JoinType::Cross || !predicates.is_empty(),
        DslPlan::IR { dsl: input, .. }
        | DslPlan::Filter { input, .. }
        | DslPlan::Select { input, .. }
        | DslPlan::HStack { input, .. }
        | DslPlan::MapFunction { input, .. } => is_product(input),
        _ => false,
    }
}

/// The bytes that the rows take when every value is written out.
pub(super) fn bytes_of(frame: &DataFrame) -> u64 {
    let bytes = |column: &Column| {
        let value_bytes = match column.dtype() {
            DataType::Null => 0,
            DataType::Boolean | DataType::Int8 | DataType::UInt8 => 1,
            DataType::Int16 | DataType::UInt16 => 2,
            DataType::Int32 | DataType::UInt32 | DataType::Float32 | DataType::Date => 4,
            _ => 8,
        };
        let n_rows = column.len() as u64;
        let held = match column.as_series() {
            Some(series) => series.estimated_size() as u64,
            // One value for all rows.
            None => column.head(Some(1)).take_materialized_series().estimated_size() as u64 * n_rows,
        };
        held.max(value_bytes * n_rows)
    };
    frame.columns().iter().map(bytes).sum()
}

/// Puts a function behind a plan that gives batches back as it gets them.
fn passing(
    plan: DslPlan,
    look: impl Fn(DataFrame) -> Result<DataFrame, PolarsError> + Send + Sync + 'static,
) -> DslPlan {
    let through = OptFlags::PREDICATE_PUSHDOWN | OptFlags::PROJECTION_PUSHDOWN | OptFlags::STREAMING;
    LazyFrame::from(plan).map(look, through, None, Some("guard")).logical_plan
}

/// polars makes an inner join of it, which leaves rows out without a word.
fn outer_join_by_comparison(how: &JoinType) -> DataError {
    DataError::InvalidSql {
        message: format!(
            "{how} JOIN takes equalities of columns only; put comparisons of both tables' columns into an inner join, \
             or conditions on one table into a subquery"
        ),
    }
}

fn stop() -> PolarsError {
    PolarsError::ComputeError("the query was stopped".into())
}
