//! A short talk over MCP with the server that an entry starts.

use std::path::Path;
use std::time::{Duration, Instant};

use mlwright_assistants::Launch;
use mlwright_base::system::process::Dialogue;
use serde_json::{Value, json};

/// How long a server may take to say who it is and what it offers.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The revision that every assistant speaks.
const PROTOCOL: &str = "2025-11-25";

/// What a server said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Introduced {
    pub(super) version: String,
    pub(super) n_tools: usize,
}

/// Starts a server, asks who it is and what tools it has, and ends it.
///
/// # Errors
/// Why it did not answer.
pub(super) fn introduce(program: &Path, launch: &Launch) -> Result<Introduced, String> {
    let deadline = Instant::now() + TIMEOUT;
    let mut server = Dialogue::start(program, &launch.arguments, &launch.directory)
        .map_err(|error| format!("it does not start: {error}"))?;
    let client = json!({ "name": "mlwright doctor", "version": env!("CARGO_PKG_VERSION") });
    let hello = ask(
        &mut server,
        deadline,
        1,
        "initialize",
        json!({ "protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client }),
    )?;
    say(&mut server, &json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))?;
    let listed = ask(&mut server, deadline, 2, "tools/list", json!({}))?;
    let n_tools = listed["tools"].as_array().map_or(0, Vec::len);
    if n_tools == 0 {
        return Err("it offers no tools".to_owned());
    }
    Ok(Introduced { version: hello["serverInfo"]["version"].as_str().unwrap_or_default().to_owned(), n_tools })
}

fn say(server: &mut Dialogue, message: &Value) -> Result<(), String> {
    server.say(&message.to_string()).map_err(|error| format!("it ended at once: {error}"))
}

fn ask(server: &mut Dialogue, deadline: Instant, id: u64, method: &str, params: Value) -> Result<Value, String> {
    say(server, &json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
    let answered = server.hear_until(deadline, |line| {
        let message: Value = serde_json::from_str(line).ok()?;
        (message["id"] == id && message.get("method").is_none()).then_some(message)
    });
    let message = match answered {
        Ok(Some(message)) => message,
        Ok(None) => return Err(format!("it ended without an answer to {method}")),
        Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            return Err(format!("it does not answer {method} within {} s", TIMEOUT.as_secs()));
        }
        Err(error) => return Err(format!("it cannot be listened to: {error}")),
    };
    match (message.get("result"), message.get("error")) {
        (Some(result), _) => Ok(result.clone()),
        (None, Some(error)) => Err(format!(
            "it answers {method} with an error: {}",
            error["message"].as_str().unwrap_or("without a message")
        )),
        (None, None) => Err(format!("its answer to {method} is none")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// What is said of a server that a shell plays.
    fn of(script: &str) -> Result<Introduced, String> {
        let launch = Launch {
            command: "sh".to_owned(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
            directory: "/".into(),
        };
        introduce(Path::new("/bin/sh"), &launch)
    }

    #[test]
    fn servers_introduce_themselves_and_others_are_told_apart() {
        let hello =
            r#"read a; echo '{"jsonrpc":"2.0","id":1,"result":{"serverInfo":{"version":"7"}}}'; read b; read c;"#;
        let tools =
            format!("{hello} echo noise; echo '{{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{{\"tools\":[{{}},{{}}]}}}}'");
        assert_eq!(of(&tools), Ok(Introduced { version: "7".to_owned(), n_tools: 2 }));
        let none = format!("{hello} echo '{{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{{\"tools\":[]}}}}'");
        assert_eq!(of(&none), Err("it offers no tools".to_owned()));
        let refused = r#"read a; echo '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}'"#;
        assert_eq!(of(refused), Err("it answers initialize with an error: no".to_owned()));
        assert_eq!(of("read a"), Err("it ended without an answer to initialize".to_owned()));
    }
}
