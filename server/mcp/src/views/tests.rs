use mlwright_base::ErrorCode;

use super::*;

fn operation(name: &str) -> &'static Registered {
    mlwright_operations::find(name).unwrap()
}

#[test]
fn pages_are_whole_and_reach_for_nothing() {
    for view in all() {
        let page = &view.page;
        assert!(page.starts_with("<!doctype html>") && !page.contains("{{"), "{}", view.address);
        for forbidden in ["http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch(", "XMLHttpRequest", "WebSocket", " src=", " href="] {
            // The namespace of SVG is a name, not a place.
            let found = page.replace("http://www.w3.org/2000/svg", "").contains(forbidden);
            assert!(!found, "{}: {forbidden}", view.address);
        }
        assert!(page.contains("default-src 'none'") && page.contains("connect-src 'none'"), "{}", view.address);
        assert!(page.len() < 64_000, "{}: {} bytes", view.address, page.len());
    }
}

#[test]
fn pages_belong_to_operations_that_exist() {
    for view in all() {
        for name in view.shown_for.iter().chain(view.follows) {
            operation(name);
        }
        for call in view.page.split("callTool(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(view.follows.contains(&call), "{}: {call}", view.address);
        }
        let read = serde_json::to_value(read(view.address).unwrap()).unwrap();
        assert_eq!(read["contents"][0]["mimeType"], MEDIA_TYPE);
        assert_eq!(read["contents"][0]["_meta"]["ui"]["prefersBorder"], false);
    }
    assert!(read("ui://mlwright/other").is_none());
}

#[test]
fn only_tools_with_a_page_are_linked() {
    let mut tools = crate::tools::all().to_vec();
    link(&mut tools);
    let linked: Vec<(&str, &str)> = tools
        .iter()
        .filter_map(|tool| Some((tool.name.as_ref(), tool.meta.as_ref()?.0.get("ui")?["resourceUri"].as_str()?)))
        .collect();
    assert_eq!(
        linked,
        [
            ("profile_table", "ui://mlwright/profile"),
            ("train", "ui://mlwright/leaderboard"),
            ("list_runs", "ui://mlwright/leaderboard"),
            ("compare_runs", "ui://mlwright/leaderboard"),
        ]
    );
}

#[test]
fn the_list_of_tools_stays_short_with_its_pages() {
    let mut tools = crate::tools::all().to_vec();
    link(&mut tools);
    let tokens = tiktoken_rs::o200k_base().unwrap().encode_ordinary(&json!({ "tools": tools }).to_string()).len();
    assert!(tokens < 8_000, "{tokens} tokens");
}

#[test]
fn a_client_says_what_it_shows() {
    assert!(shows_pages(&json!({ "mimeTypes": [MEDIA_TYPE] })));
    assert!(shows_pages(&json!({})));
    assert!(!shows_pages(&json!({ "mimeTypes": ["text/uri-list"] })));
    assert!(!shows_pages(&json!({ "mimeTypes": MEDIA_TYPE })));
}

#[test]
fn a_page_is_given_the_whole_answer_and_the_model_a_brief_one() {
    let columns: Vec<Value> = (0..200).map(|i| json!({ "name": format!("column_{i}"), "missing": i })).collect();
    let answer = || Ok(Answer { structured: json!({ "columns": columns }), summary: "short".to_owned(), images: Vec::new() });
    let result = |name: &str, shown| serde_json::to_value(result(operation(name), answer(), Detail::Brief, shown)).unwrap();
    let shown = result("profile_table", true);
    assert_eq!(shown["_meta"][CONTENT]["columns"].as_array().unwrap().len(), 200);
    assert!(shown["structuredContent"]["columns"].as_array().unwrap().len() < 200);
    for plain in [result("profile_table", false), result("list_tables", true)] {
        assert!(plain["_meta"].get(CONTENT).is_none(), "{plain}");
    }
    let failed = super::result(operation("train"), Err(Problem::new(ErrorCode::NotFound, "no table")), Detail::Brief, true);
    assert!(failed.meta.is_none());
}
