use super::*;

fn condition(order: Order, reference: Reference) -> Condition {
    Condition { subject: 7, order, reference }
}

fn number(order: Order, value: f64) -> Condition {
    condition(order, Reference::Number(value.to_bits()))
}

fn check(a: &Condition, b: &Condition, excludes: bool) {
    assert_eq!(a.excludes(b), excludes, "{a:?} and {b:?}");
    assert_eq!(b.excludes(a), excludes, "{b:?} and {a:?}");
}

#[test]
fn comparisons_with_one_value_exclude_each_other_where_they_share_no_value() {
    let last = |order| condition(order, Reference::Expression(1));
    check(&last(Order::Less), &last(Order::Equal), true);
    check(&last(Order::Less), &last(Order::GreaterEqual), true);
    check(&last(Order::LessEqual), &last(Order::Greater), true);
    check(&last(Order::Less), &last(Order::Greater), true);
    check(&last(Order::Equal), &last(Order::NotEqual), true);
    check(&last(Order::Among), &last(Order::NotAmong), true);
    check(&last(Order::LessEqual), &last(Order::GreaterEqual), false);
    check(&last(Order::LessEqual), &last(Order::Equal), false);
    check(&last(Order::Less), &last(Order::NotEqual), false);
    check(&last(Order::Less), &condition(Order::Greater, Reference::Expression(2)), false);
}

#[test]
fn known_values_lie_in_their_order() {
    check(&number(Order::LessEqual, 2017.0), &number(Order::GreaterEqual, 2018.0), true);
    check(&number(Order::Less, 2019.0), &number(Order::GreaterEqual, 2018.0), false);
    check(&number(Order::Equal, 1.0), &number(Order::Equal, 2.0), true);
    check(&number(Order::Equal, 3.0), &number(Order::Less, 2.0), true);
    check(&number(Order::NotEqual, 3.0), &number(Order::NotEqual, 2.0), false);
    let text = |order, text: &str| condition(order, Reference::Text(text.into()));
    check(&text(Order::Equal, "fit"), &text(Order::Equal, "held"), true);
    check(&text(Order::LessEqual, "2017-12-31"), &text(Order::GreaterEqual, "2018-01-01"), true);
    check(&text(Order::LessEqual, "31.12.2017"), &text(Order::GreaterEqual, "31.12.2018"), false);
}

#[test]
fn a_condition_excludes_its_opposite_and_nothing_of_another_subject() {
    let all = [Order::Equal, Order::NotEqual, Order::Less, Order::LessEqual, Order::Greater, Order::GreaterEqual];
    for order in all.into_iter().chain([Order::Among, Order::NotAmong]) {
        let one = number(order, 0.5);
        check(&one, &one.clone().negated(), true);
        check(&one, &Condition { subject: 8, ..one.clone().negated() }, false);
        check(&one, &one, false);
    }
}

#[test]
fn values_that_are_not_known_may_lie_apart() {
    let of = |order, place: u64| condition(order, Reference::Expression(place));
    assert!(of(Order::Among, 1).may_exclude(&of(Order::Among, 2)));
    assert!(of(Order::Less, 1).may_exclude(&number(Order::Equal, 2.0)));
    assert!(!of(Order::Less, 1).may_exclude(&of(Order::LessEqual, 1)));
    assert!(!of(Order::NotEqual, 1).may_exclude(&of(Order::Less, 2)));
    assert!(!number(Order::Less, 3.0).may_exclude(&number(Order::Greater, 2.0)));
}
