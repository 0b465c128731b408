use polars::prelude::df;

use crate::profile::tests::{frame_of, normal, of};
use crate::report::html;

#[test]
fn the_page_is_whole_and_needs_nothing_else() {
    let n = 400;
    let frame = df!(
        "amount" => (0..n).map(|i| normal(i, 1).exp()).collect::<Vec<_>>(),
        "kind" => (0..n).map(|i| ["a", "b", "c"][i % 3]).collect::<Vec<_>>(),
        "y" => (0..n).map(|i| if normal(i, 1) > 0.2 { "yes" } else { "no" }).collect::<Vec<_>>()
    )
    .unwrap();
    let profile = of(&frame, Some("y"));
    let page = html(&profile, &profile.findings, "orders", "towards y");
    for part in [
        "id=\"findings\"",
        "id=\"overview\"",
        "id=\"target\"",
        "id=\"columns\"",
        "id=\"pairs\"",
        "id=\"sample\"",
        "Leakage suspect",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for foreign in ["http://", "https://", "src=", "url(", "@import", "<script", "<link"] {
        // The namespace of SVG is a name, not an address that is fetched.
        assert!(!page.replace("http://www.w3.org/2000/svg", "").contains(foreign), "{foreign}");
    }
    assert_eq!(page.matches("<article").count(), 3);
    assert_eq!(page.matches("<section").count(), page.matches("</section>").count());
    assert_eq!(page.matches("<div").count(), page.matches("</div>").count());
}

#[test]
fn nothing_of_the_data_becomes_markup() {
    let evil = "<script>alert(1)</script>\"'&";
    let frame = df!(evil => [evil, "b", evil, "c"], "x" => [1.0, 2.0, 3.0, 4.0]).unwrap();
    for target in [None, Some(evil)] {
        let profile = of(&frame, target);
        let page = html(&profile, &profile.findings, evil, evil);
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;"));
    }
}

#[test]
fn very_wide_tables_have_a_page_of_bearable_size() {
    let profile =
        of(&frame_of((0..2_500).map(|c| (format!("x{c}"), (0..60).map(|i| normal(i, c)).collect())).collect()), None);
    let page = html(&profile, &profile.findings, "wide", "");
    assert_eq!(page.matches("<article").count(), super::CARDS_MAX);
    assert!(page.contains("150 of 2,500 columns are shown") && page.contains("and 350 more"));
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}
