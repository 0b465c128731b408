//! One question, one answer.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Response, redirect};

use crate::error::ProviderError;
use crate::settings::{Api, Provider};
use crate::wire;

/// How long it may take until a provider takes the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What the model is to do, and how it is to answer.
    pub instructions: String,
    /// What it is to do it with.
    pub text: String,
    /// The most tokens of an answer.
    pub answer_tokens_max: u32,
}

/// How far an answer may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// From the first byte of the question to the last of the answer.
    pub timeout: Duration,
    /// Of the whole answer, as it is sent.
    pub answer_bytes_max: usize,
}

/// Asks providers. Connections are kept open between questions; clones share them.
#[derive(Debug, Clone)]
pub struct Client {
    /// Goes through the proxy that the system names, as a company may want.
    outside: reqwest::Client,
    /// Never through a proxy: what is on this machine stays on it.
    inside: reqwest::Client,
}

impl Client {
    /// A client without any connection.
    ///
    /// # Errors
    /// When the system's certificates or proxy settings cannot be used.
    pub fn new() -> Result<Self, reqwest::Error> {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("mlwright/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(CONNECT_TIMEOUT)
                // The key goes where the settings say, and nowhere else.
                .redirect(redirect::Policy::none())
                .referer(false)
        };
        Ok(Self { outside: builder().build()?, inside: builder().no_proxy().build()? })
    }

    /// Asks one question: the text of the answer, which may be empty. Dropping the future ends the connection, so that the provider
    /// can stop.
    ///
    /// # Errors
    /// [`ProviderError`], by what went wrong.
    pub async fn ask(&self, provider: &Provider, question: &Question, bounds: Bounds) -> Result<String, ProviderError> {
        let from = From { provider };
        let request = self.request(provider, question).timeout(bounds.timeout);
        let response = request.send().await.map_err(|error| from.failure(&error, bounds))?;
        match response.status().as_u16() {
            200..=299 => {}
            status @ (401 | 403) => return Err(from.key_refused(status)),
            429 => return Err(from.busy()),
            status => return Err(from.failed(status)),
        }
        let answer = from.read(response, bounds).await?;
        wire::text(provider.api, &answer).ok_or_else(|| from.unreadable())
    }

    fn request(&self, provider: &Provider, question: &Question) -> RequestBuilder {
        let http = if provider.is_local() { &self.inside } else { &self.outside };
        let body = wire::body(provider.api, &provider.model, question).to_string();
        let request = http
            .post(provider.endpoint())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body);
        match provider.api {
            Api::OpenAi => match &provider.key {
                Some(key) => request.header("authorization", bearer(key)),
                None => request,
            },
            Api::Anthropic => {
                let request = request.header("anthropic-version", wire::ANTHROPIC_VERSION);
                match &provider.key {
                    Some(key) => request.header("x-api-key", key.clone()),
                    None => request,
                }
            }
        }
    }
}

fn bearer(key: &HeaderValue) -> HeaderValue {
    let bytes = [b"Bearer ", key.as_bytes()].concat();
    let mut header = HeaderValue::from_bytes(&bytes).expect("a header's value after a word is one too");
    header.set_sensitive(true);
    header
}

/// Errors of one provider.
struct From<'a> {
    provider: &'a Provider,
}

impl From<'_> {
    fn named(&self) -> (String, String) {
        (self.provider.name.clone(), self.provider.address())
    }

    fn failure(&self, error: &reqwest::Error, bounds: Bounds) -> ProviderError {
        let (provider, address) = self.named();
        if error.is_timeout() && !error.is_connect() {
            ProviderError::TimedOut { provider, address, seconds: bounds.timeout.as_secs().max(1) }
        } else {
            ProviderError::Unreachable { provider, address }
        }
    }

    fn key_refused(&self, status: u16) -> ProviderError {
        let (provider, address) = self.named();
        ProviderError::KeyRefused { provider, address, status }
    }

    fn busy(&self) -> ProviderError {
        let (provider, address) = self.named();
        ProviderError::Busy { provider, address }
    }

    fn failed(&self, status: u16) -> ProviderError {
        let (provider, address) = self.named();
        ProviderError::Failed { provider, address, status }
    }

    fn unreadable(&self) -> ProviderError {
        let (provider, address) = self.named();
        ProviderError::Unreadable { provider, address, api: self.provider.api.as_str() }
    }

    /// The body, as far as it may go.
    async fn read(&self, mut response: Response, bounds: Bounds) -> Result<Vec<u8>, ProviderError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(&error, bounds))? {
            if body.len() + chunk.len() > bounds.answer_bytes_max {
                let (provider, address) = self.named();
                return Err(ProviderError::TooLong { provider, address, bytes_max: bounds.answer_bytes_max });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests;
