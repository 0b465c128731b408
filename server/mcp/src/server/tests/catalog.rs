//! What a client learns of the workspace beside the tools: resources, completions, pages.

use super::*;

/// What each request of the newer era says of its client.
fn client_that_shows(shows: bool) -> Value {
    let extensions = if shows { json!({ "io.modelcontextprotocol/ui": { "mimeTypes": ["text/html;profile=mcp-app"] } }) } else { json!({}) };
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "probe", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": { "extensions": extensions },
    })
}

async fn text_at(client: &mut Client, address: &str) -> String {
    let read = client.ask("resources/read", json!({ "uri": address })).await;
    assert_eq!(read["contents"][0]["uri"], address, "{read}");
    read["contents"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_workspace_and_its_settings_can_be_read() {
    let mut client = Client::initialized().await;
    let state: Value = serde_json::from_str(&text_at(&mut client, "mlwright://workspace").await).unwrap();
    assert_eq!(state["counts"]["tables"], 1, "{state}");
    assert_eq!(state["issues"], json!([]), "{state}");
    files::write_atomic(&client.folder.path().join("mlwright.toml"), b"[gate]\ntolerance = 0.25\n").unwrap();
    let state: Value = serde_json::from_str(&text_at(&mut client, "mlwright://workspace").await).unwrap();
    assert_eq!(state["settings"]["gate"]["tolerance"], 0.25, "settings are those in force now");
    let schema: Value = serde_json::from_str(&text_at(&mut client, "mlwright://schema/mlwright.toml").await).unwrap();
    assert_eq!(schema["properties"]["gate"]["properties"]["tolerance"]["type"], "number", "{schema}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn monitors_can_be_read_and_what_is_not_there_is_told() {
    let mut client = Client::initialized().await;
    let rows: String = (0..60).map(|i| format!("{}.5,a\n", i % 7)).collect();
    files::write_atomic(&client.folder.path().join("later.csv"), format!("petal,kind\n{rows}").as_bytes()).unwrap();
    client.call("create_monitor", json!({ "name": "watch", "baseline": "flowers.csv", "current": "later.csv" })).await;
    client.call("check_drift", json!({ "monitor": "watch" })).await;
    let status: Value = serde_json::from_str(&text_at(&mut client, "mlwright://monitors/watch").await).unwrap();
    assert!(status["monitor"]["rule"].as_str().is_some_and(|rule| !rule.is_empty()), "{status}");
    assert_eq!(status["last_check"]["current_rows"], 60, "{status}");
    assert_eq!(status["earlier_checks"], json!([]));
    for address in ["mlwright://endpoints/none", "mlwright://model-cards/none", "mlwright://monitors/none", "mlwright://jobs/none", "ui://mlwright/none"] {
        let answer = client.exchange("resources/read", json!({ "uri": address })).await;
        assert!(answer["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{address}: {answer}");
    }
    let subscribed = client.exchange("resources/subscribe", json!({ "uri": "mlwright://monitors/watch" })).await;
    assert!(subscribed.get("error").is_none(), "{subscribed}");
    let refused = client.exchange("resources/subscribe", json!({ "uri": "mlwright://workspace" })).await;
    assert!(refused.get("error").is_some(), "whether the state changed is not looked at: {refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn completions_are_ranked() {
    let mut client = Client::initialized().await;
    for name in ["my_flowers.csv", "flora.csv", "elf.csv"] {
        files::write_atomic(&client.folder.path().join(name), b"a\n1\n").unwrap();
    }
    let mut complete = async |prompt: &str, argument: &str, value: &str| {
        let params = json!({ "ref": { "type": "ref/prompt", "name": prompt }, "argument": { "name": argument, "value": value } });
        client.ask("completion/complete", params).await["completion"]["values"].clone()
    };
    assert_eq!(complete("explore", "table", "flo").await, json!(["flora.csv", "flowers.csv", "my_flowers.csv"]));
    assert_eq!(complete("train", "metric", "auc").await, json!(["roc_auc", "pr_auc"]));
    assert_eq!(complete("train", "metric", "balanced").await, json!(["balanced_accuracy"]));
    assert!(complete("lifecycle", "goal", "").await.as_array().unwrap().len() >= 3);
    assert_eq!(complete("train", "metric", "zzz").await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_told_of_to_clients_that_show_them() {
    let mut client = Client::connect();
    for shows in [true, false] {
        let meta = client_that_shows(shows);
        let tools = client.ask("tools/list", json!({ "_meta": meta })).await;
        let linked: Vec<&Value> = tools["tools"].as_array().unwrap().iter().filter(|tool| tool.get("_meta").is_some()).collect();
        assert_eq!(linked.len(), if shows { 4 } else { 0 }, "{linked:?}");
        let listed = client.ask("resources/list", json!({ "_meta": meta })).await;
        let pages = texts(&listed["resources"], "uri").into_iter().filter(|uri| uri.starts_with("ui://")).count();
        assert_eq!(pages, if shows { 2 } else { 0 });
        let answer = client.ask("tools/call", json!({ "_meta": meta, "name": "profile_table", "arguments": { "table": "flowers.csv" } })).await;
        assert_eq!(answer["_meta"].get("mlwright/view").is_some(), shows, "{answer}");
        let page = client.ask("resources/read", json!({ "_meta": meta, "uri": "ui://mlwright/profile" })).await;
        assert!(page["ttlMs"].as_u64().is_some_and(|ttl| ttl > 0) && page["contents"][0]["mimeType"] == "text/html;profile=mcp-app", "{page}");
    }
}
