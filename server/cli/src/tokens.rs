//! `mlwright token create|list|revoke`.

use clap::ArgMatches;
use mlwright_base::system::environment;
use mlwright_base::{CancelToken, NoProgress, Problem};
use mlwright_engine::access::{Scopes, Token, TokenRequest};
use mlwright_engine::{Actor, Call, Engine, Surface};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output;
use crate::run::Setting;

/// Makes, lists or revokes tokens.
///
/// # Errors
/// When the workspace cannot be opened, and as the engine's operations on tokens.
pub(crate) fn run(setting: &Setting, tokens: &ArgMatches) -> Result<Exit, Problem> {
    let engine = setting.engine()?;
    let actor = Actor { name: environment::user_name(), surface: Surface::Cli };
    let call = Call { actor: &actor, scopes: Scopes::ALL, cancel: &CancelToken::new(), progress: &NoProgress };
    let text = |matches: &ArgMatches, name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    match tokens.subcommand() {
        Some(("create", given)) => {
            let request = TokenRequest {
                name: text(given, "name"),
                scopes: Scopes::parse(&text(given, "scopes"))?,
                expires_days: given.get_one::<i64>("expires-days").copied(),
            };
            let made = engine.create_token(&call, &request)?;
            if setting.json {
                let mut shown = shown(&engine, &made.token);
                shown["token"] = Value::from(made.secret);
                return Ok(output::json(&shown));
            }
            output::note(&format!(
                "{} may {}; keep the token now, it is not shown again",
                request.name, request.scopes
            ));
            Ok(output::result(&made.secret))
        }
        Some(("revoke", given)) => {
            let token = engine.revoke_token(&call, &text(given, "name"))?;
            if setting.json {
                return Ok(output::json(&shown(&engine, &token)));
            }
            Ok(output::result(&format!("{} opens nothing any more", token.name)))
        }
        _ => {
            let tokens = engine.list_tokens()?;
            if setting.json {
                let all: Vec<Value> = tokens.iter().map(|token| shown(&engine, token)).collect();
                return Ok(output::json(&json!({ "tokens": all })));
            }
            if tokens.is_empty() {
                return Ok(output::result("there are no tokens; mlwright token create makes one"));
            }
            Ok(output::result(tokens.iter().map(|token| line(&engine, token)).collect::<String>().trim_end()))
        }
    }
}

fn shown(engine: &Engine, token: &Token) -> Value {
    let mut shown = json!({
        "token_id": token.token_id,
        "name": token.name,
        "scopes": token.scopes,
        "state": token.state(engine.now()),
        "created": token.created.to_string(),
    });
    for (name, time) in [("expires", token.expires), ("revoked", token.revoked)] {
        if let Some(time) = time {
            shown[name] = Value::from(time.to_string());
        }
    }
    shown
}

fn line(engine: &Engine, token: &Token) -> String {
    let expires = token.expires.map_or_else(|| "never expires".to_owned(), |time| format!("expires {time:.0}"));
    format!(
        "{}  {:<24}{:<26}{:<9}{expires}\n",
        token.token_id,
        token.name,
        token.scopes.to_string(),
        token.state(engine.now())
    )
}
