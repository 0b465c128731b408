use super::*;

fn at(start: u32) -> TextRange {
    TextRange::new(start, start + 1)
}

#[test]
fn parts_of_one_split_are_disjoint_and_of_two_splits_are_not() {
    let mut rows = RowsTable::default();
    let all = rows.add(Step::Source, vec![], at(0));
    let train = rows.add(Step::Part { split: 1, part: 0 }, vec![all], at(1));
    let test = rows.add(Step::Part { split: 1, part: 1 }, vec![all], at(1));
    let other = rows.add(Step::Part { split: 2, part: 1 }, vec![all], at(2));
    let inner = rows.add(Step::Part { split: 3, part: 0 }, vec![train], at(3));
    assert_eq!(rows.relation(train, test), Relation::Disjoint);
    assert_eq!(rows.relation(inner, test), Relation::Disjoint);
    assert_eq!(rows.relation(train, other), Relation::Crossing);
    assert_eq!(rows.relation(all, test), Relation::Contains);
    assert_eq!(rows.relation(inner, train), Relation::Within);
    assert!(rows.knows_of(all, test) && !rows.knows_of(train, test) && rows.knows_of(train, inner));
}

#[test]
fn copies_made_before_a_split_are_in_both_parts() {
    let mut rows = RowsTable::default();
    let all = rows.add(Step::Source, vec![], at(0));
    let more = rows.add(Step::Copies { site: at(1) }, vec![all], at(1));
    let train = rows.add(Step::Part { split: 1, part: 0 }, vec![more], at(2));
    let test = rows.add(Step::Part { split: 1, part: 1 }, vec![more], at(2));
    assert_eq!(rows.relation(train, test), Relation::Copies(more));

    let held = rows.add(Step::Part { split: 2, part: 1 }, vec![all], at(3));
    let kept = rows.add(Step::Part { split: 2, part: 0 }, vec![all], at(3));
    let grown = rows.add(Step::Copies { site: at(4) }, vec![kept], at(4));
    assert_eq!(rows.relation(grown, held), Relation::Disjoint);
    assert_eq!(rows.relation(more, held), Relation::Copies(more));
    assert!(rows.knows_of(more, held) && !rows.knows_of(grown, held));
}

#[test]
fn slices_by_position() {
    let mut rows = RowsTable::default();
    let all = rows.add(Step::Source, vec![], at(0));
    let slice = |rows: &mut RowsTable, lower, upper| rows.add(Step::Slice { lower, upper }, vec![all], at(1));
    let head = slice(&mut rows, Bound::Open, Bound::At(1000));
    let tail = slice(&mut rows, Bound::At(1000), Bound::Open);
    let middle = slice(&mut rows, Bound::At(500), Bound::At(1500));
    let by_name = slice(&mut rows, Bound::Open, Bound::Expression(7));
    let rest = slice(&mut rows, Bound::Expression(7), Bound::Open);
    assert_eq!(rows.relation(head, tail), Relation::Disjoint);
    assert_eq!(rows.relation(head, middle), Relation::Crossing);
    assert_eq!(rows.relation(by_name, rest), Relation::Disjoint);
    assert_eq!(rows.relation(by_name, head), Relation::Within);
}

#[test]
fn what_was_put_together_knows_of_its_parts() {
    let mut rows = RowsTable::default();
    let train = rows.add(Step::Source, vec![], at(0));
    let test = rows.add(Step::Source, vec![], at(1));
    let both = rows.add(Step::Union, vec![train, test], at(2));
    assert!(rows.knows_of(both, test) && rows.knows_of(both, train));
    assert!(!rows.knows_of(train, test));
    assert_eq!(rows.relation(both, test), Relation::Contains);
    assert_eq!(rows.relation(train, test), Relation::Unknown);
}
