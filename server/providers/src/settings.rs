//! What a settings file says of a provider, and the same checked.

use mlwright_base::system::environment;
use reqwest::Url;
use reqwest::header::HeaderValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::ProviderError;

/// The longest name of a model that is sent.
const MODEL_CHARS_MAX: usize = 200;

/// How a provider is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// `POST BASE_URL/chat/completions`, as OpenAI has it, and Ollama, llama.cpp, vLLM, LM Studio and many more.
    #[default]
    OpenAi,
    /// `POST BASE_URL/v1/messages`, as Anthropic has it.
    Anthropic,
}

impl Api {
    /// As it is written in settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }
}

/// A provider of a language model: where it is and what is asked of it. The key itself never stands in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderSettings {
    /// How it is spoken to.
    pub api: Api,
    /// Its address, e.g. `http://127.0.0.1:11434/v1` (`openai`) or `https://api.anthropic.com` (`anthropic`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["http://127.0.0.1:11434/v1"]))]
    pub base_url: Option<String>,
    /// The model's name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The name of the environment variable that holds the key, never the key; none where the provider wants no key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["MY_PROVIDER_KEY"]))]
    pub key_variable: Option<String>,
}

/// A provider that can be asked. Its key is in no text that is made of it.
#[derive(Clone)]
pub struct Provider {
    pub(crate) name: String,
    pub(crate) api: Api,
    base_url: Url,
    pub(crate) model: String,
    /// Marked as sensitive, so that no log of the HTTP client shows it.
    pub(crate) key: Option<HeaderValue>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("name", &self.name)
            .field("api", &self.api)
            .field("address", &self.address())
            .field("model", &self.model)
            .field("has_key", &self.key.is_some())
            .finish()
    }
}

impl ProviderSettings {
    /// Where the provider is, e.g. `https://api.example.com`: what a user is asked about before anything goes there. It reads no
    /// environment.
    ///
    /// # Errors
    /// [`ProviderError::Unusable`] when `base_url` is missing or cannot be one.
    pub fn origin(&self, name: &str) -> Result<Origin, ProviderError> {
        Ok(Origin::of(&self.url(name)?))
    }

    /// The provider, with the key out of the environment.
    ///
    /// # Errors
    /// [`ProviderError::Unusable`] naming the field, [`ProviderError::KeyMissing`].
    pub fn provider(&self, name: &str) -> Result<Provider, ProviderError> {
        self.provider_with(name, environment::variable)
    }

    /// As [`Self::provider`], with variables from elsewhere.
    pub(crate) fn provider_with(
        &self,
        name: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Provider, ProviderError> {
        let unusable = |field, what| ProviderError::Unusable { provider: name.to_owned(), field, what };
        let base_url = self.url(name)?;
        let model = self.model.as_deref().map(str::trim).filter(|model| !model.is_empty());
        let model = model.ok_or_else(|| unusable("model", "is missing"))?;
        if model.chars().count() > MODEL_CHARS_MAX {
            return Err(unusable("model", "is longer than any model's name"));
        }
        let key = match &self.key_variable {
            None => None,
            Some(variable_name) if !is_variable_name(variable_name) => {
                // It is not repeated: somebody may have put the key itself here.
                return Err(unusable(
                    "key_variable",
                    "is not the name of an environment variable: capital letters, digits and _",
                ));
            }
            Some(variable_name) => {
                let missing =
                    || ProviderError::KeyMissing { provider: name.to_owned(), variable: variable_name.clone() };
                let key = variable(variable_name).ok_or_else(missing)?;
                let mut header = HeaderValue::from_str(key.trim()).map_err(|_| missing())?;
                header.set_sensitive(true);
                Some(header)
            }
        };
        Ok(Provider { name: name.to_owned(), api: self.api, base_url, model: model.to_owned(), key })
    }

    fn url(&self, name: &str) -> Result<Url, ProviderError> {
        let unusable = |what| ProviderError::Unusable { provider: name.to_owned(), field: "base_url", what };
        let text = self.base_url.as_deref().ok_or_else(|| unusable("is missing"))?;
        let url = Url::parse(text.trim()).map_err(|_| unusable("is no address like http://127.0.0.1:11434/v1"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(unusable("is no address like http://127.0.0.1:11434/v1"));
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(unusable("holds more than scheme, host, port and path; keys belong into the environment"));
        }
        if url.scheme() == "http" && !Origin::of(&url).is_loopback {
            return Err(unusable("has to begin with https:// unless the provider runs on this machine"));
        }
        Ok(url)
    }
}

/// Capital letters, digits and `_`: what keys look like is none of these.
fn is_variable_name(name: &str) -> bool {
    name.len() <= 100
        && name.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
        && name
            .chars()
            .all(|character| character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_')
}

/// Scheme, host and port of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `https://api.example.com`
    pub text: String,
    /// Whether it is this machine.
    pub is_loopback: bool,
}

impl Origin {
    fn of(url: &Url) -> Self {
        let is_loopback = url.host_str().is_some_and(|host| {
            let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        });
        Self { text: url.origin().ascii_serialization(), is_loopback }
    }
}

impl Provider {
    /// The name in the settings.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Scheme, host, port and path, without anything secret.
    #[must_use]
    pub fn address(&self) -> String {
        self.base_url.as_str().trim_end_matches('/').to_owned()
    }

    /// Whether it runs on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        Origin::of(&self.base_url).is_loopback
    }

    /// The address that questions go to.
    pub(crate) fn endpoint(&self) -> Url {
        let path = match self.api {
            Api::OpenAi => "chat/completions",
            // The base of Anthropic's libraries is without the version; who writes it means the same.
            Api::Anthropic if self.base_url.path().trim_end_matches('/').ends_with("/v1") => "messages",
            Api::Anthropic => "v1/messages",
        };
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}/{path}", self.base_url.path().trim_end_matches('/')));
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(base_url: &str) -> ProviderSettings {
        ProviderSettings {
            base_url: Some(base_url.to_owned()),
            model: Some("small".to_owned()),
            ..ProviderSettings::default()
        }
    }

    fn refused(settings: &ProviderSettings) -> String {
        settings.provider_with("p", |_| None).unwrap_err().to_string()
    }

    #[test]
    fn questions_go_below_the_base() {
        let endpoint = |base: &str, api| {
            let provider = ProviderSettings { api, ..settings(base) }.provider_with("p", |_| None).unwrap();
            provider.endpoint().to_string()
        };
        assert_eq!(endpoint("http://127.0.0.1:11434/v1", Api::OpenAi), "http://127.0.0.1:11434/v1/chat/completions");
        assert_eq!(endpoint("http://localhost/v1/", Api::OpenAi), "http://localhost/v1/chat/completions");
        assert_eq!(endpoint("https://api.example.com", Api::Anthropic), "https://api.example.com/v1/messages");
        assert_eq!(endpoint("https://api.example.com/v1", Api::Anthropic), "https://api.example.com/v1/messages");
    }

    #[test]
    fn addresses_hold_no_secret_and_go_into_the_open_on_this_machine_only() {
        for (address, reason) in [
            ("127.0.0.1:80", "no address"),
            ("ftp://127.0.0.1", "no address"),
            ("https://user:secret@example.com", "more than"),
            ("https://example.com/v1?key=secret", "more than"),
            ("http://example.com/v1", "https://"),
        ] {
            let message = refused(&settings(address));
            assert!(message.contains(reason) && !message.contains("secret"), "{address}: {message}");
        }
        assert!(settings("http://[::1]:8080").origin("p").unwrap().is_loopback);
        assert!(!settings("https://localhost.example.com").origin("p").unwrap().is_loopback);
        assert!(!settings("https://example.com:8443/v1").provider_with("p", |_| None).unwrap().is_local());
        assert_eq!(settings("https://example.com:8443/v1").origin("p").unwrap().text, "https://example.com:8443");
    }

    #[test]
    fn a_key_is_in_no_text() {
        let with = |variable: &str| ProviderSettings {
            key_variable: Some(variable.to_owned()),
            ..settings("http://127.0.0.1")
        };
        let provider = with("SOME_KEY").provider_with("p", |_| Some("sk-hidden".to_owned())).unwrap();
        assert!(!format!("{provider:?} {:?}", provider.key).contains("hidden"), "{provider:?}");
        assert!(refused(&with("SOME_KEY")).contains("SOME_KEY"));
        let pasted = refused(&with("sk-hidden"));
        assert!(pasted.contains("key_variable") && !pasted.contains("hidden"), "{pasted}");
        let odd = with("SOME_KEY").provider_with("p", |_| Some("hid\nden".to_owned())).unwrap_err();
        assert!(!odd.to_string().contains("den\n"), "{odd}");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(refused(&ProviderSettings::default()).contains("`base_url` is missing"));
        let nameless = ProviderSettings { model: Some(" ".to_owned()), ..settings("http://127.0.0.1") };
        assert!(refused(&nameless).contains("`model` is missing"));
    }
}
