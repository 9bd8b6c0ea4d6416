//! The app's whole configuration.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use url::Url;

use super::base_path::BasePath;
use super::errors::ConfigErrors;
use super::provider::web_url;
use super::providers::ProviderConfigs;
use super::transport;
use super::variables::{self, Variables};
use crate::base::clock::Clock;

/// Everything that the app is told, validated.
///
/// ```
/// use app_under_test::Config;
///
/// let errors = Config::from_variables([
///     ("OIDC_AUTHORITY".into(), "login.example.com".into()),
///     ("OIDC_CLIENT_ID".into(), "app".into()),
/// ])
/// .unwrap_err();
/// // The scheme of the authority, the secret and the redirect URI: every fault at once.
/// assert_eq!(errors.iter().count(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) providers: ProviderConfigs,
    pub(crate) base_path: BasePath,
    /// Who may see the pages; empty for everybody.
    pub(crate) required_groups: BTreeSet<String>,
    /// Where a policy service decides who may enter, if there is one.
    pub(crate) policy_endpoint: Option<Url>,
    pub(crate) session_limits: SessionLimits,
    pub(crate) http: reqwest::Client,
    pub(crate) clock: Clock,
    host: IpAddr,
    port: u16,
}

/// When a session ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionLimits {
    /// Without a request for so long.
    pub(crate) idle: Duration,
    /// So long after the login.
    pub(crate) absolute: Duration,
    /// Whether it may go on after the ID token's expiry.
    pub(crate) outlives_id_token: bool,
}

impl Config {
    /// Reads the configuration from pairs of names and values, such as [`std::env::vars`].
    ///
    /// Names that mean nothing here are ignored. The names, defaults and meanings are those of
    /// [`crate::config::help`].
    ///
    /// # Errors
    ///
    /// Every variable that is missing or cannot work, all of them at once.
    pub fn from_variables(
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        let mut variables = Variables::new(pairs);
        match Self::read(&mut variables) {
            Some(config) => Ok(config),
            None => Err(ConfigErrors(variables.into_faults())),
        }
    }

    /// The same configuration with another clock, [`Clock::system`] being the default.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same configuration with another limit for each call to the provider, finer than
    /// `OIDC_TIMEOUT_SECONDS` (default 10 s) can say.
    #[must_use]
    pub fn with_provider_timeout(mut self, timeout: Duration) -> Self {
        for provider in self.providers.iter_mut() {
            provider.settings.timeout = timeout;
        }
        self
    }

    /// Where to listen: `HOST` (default 127.0.0.1) and `PORT` (default 8050).
    pub fn listen_address(&self) -> (IpAddr, u16) {
        (self.host, self.port)
    }

    /// Says aloud what works, but hardly as it was meant.
    pub(crate) fn warn(&self) {
        for (number, provider) in self.providers.iter().enumerate() {
            if provider.settings.is_unprotected() {
                tracing::warn!(
                    authority = provider.settings.authority,
                    "the provider is reached without TLS: whoever sits in between can sign in as \
                     anybody"
                );
            }
            if !self.required_groups.is_empty() && !provider.client.asks_for("groups") {
                tracing::warn!(
                    scope = provider.client.scope,
                    "REQUIRED_GROUPS is set, but OIDC_SCOPE does not ask for groups: a provider \
                     that tells them for the asking alone lets nobody in"
                );
            }
            let callback = self.base_path.join(&provider.callback_path(number == 0));
            let redirect_uri = provider.client.redirect_uri.split('?').next().unwrap_or_default();
            if !redirect_uri.ends_with(&callback) {
                tracing::warn!(
                    redirect_uri,
                    callback,
                    "the redirect URI does not lead to the app's callback, unless something in \
                     front of it changes the path"
                );
            }
        }
    }

    /// Whether browsers reach the app by https, so that its cookies are for https alone.
    pub(crate) fn is_https(&self) -> bool {
        self.providers.first.client.is_https()
    }

    /// `None` when anything was faulty: the faults are in `variables`.
    fn read(variables: &mut Variables) -> Option<Self> {
        let base_path = variables.or_default(
            &variables::URL_BASE_PATHNAME,
            BasePath::parse("").ok()?,
            BasePath::parse,
        );
        let providers = ProviderConfigs::read(variables, base_path.as_ref());
        let required_groups =
            variables.or_default(&variables::REQUIRED_GROUPS, BTreeSet::new(), groups);
        let policy_endpoint = variables.optional(&variables::HEIMDALL_BASE_URL, policy_endpoint);
        let host = variables.or_default(&variables::HOST, IpAddr::from([127, 0, 0, 1]), |text| {
            text.parse().map_err(|_| "write an IP address such as 127.0.0.1 or 0.0.0.0".to_owned())
        });
        let port = variables.or_default(&variables::PORT, 8050, port);
        let session_limits = SessionLimits::read(variables);
        let flask_key = variables.optional(&variables::FLASK_SECRET_KEY, flask_secret_key);
        let http = transport::read(variables);
        flask_key?;
        Some(Self {
            providers: providers?,
            base_path: base_path?,
            required_groups: required_groups?,
            policy_endpoint: policy_endpoint?,
            session_limits: session_limits?,
            http: http?,
            clock: Clock::system(),
            host: host?,
            port: port?,
        })
    }
}

impl SessionLimits {
    fn read(variables: &mut Variables) -> Option<Self> {
        let idle = variables.or_default(
            &variables::SESSION_IDLE_SECONDS,
            Duration::from_secs(60 * 60),
            variables::seconds,
        );
        let absolute = variables.or_default(
            &variables::SESSION_ABSOLUTE_SECONDS,
            Duration::from_secs(8 * 60 * 60),
            variables::seconds,
        );
        let outlives_id_token =
            variables.or_default(&variables::SESSION_OUTLIVES_ID_TOKEN, false, variables::boolean);
        Some(Self { idle: idle?, absolute: absolute?, outlives_id_token: outlives_id_token? })
    }
}

/// Groups, separated by commas or white space.
fn groups(text: &str) -> Result<BTreeSet<String>, String> {
    let groups: BTreeSet<String> = text
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|group| !group.is_empty())
        .map(str::to_owned)
        .collect();
    // Set, but to nothing, is more likely a mistake than the wish to let everybody in.
    if groups.is_empty() {
        return Err("names no group: unset it to let everybody in".to_owned());
    }
    Ok(groups)
}

/// The decision endpoint below the service's base URL.
fn policy_endpoint(text: &str) -> Result<Url, String> {
    let base = web_url(text)?;
    if base.query().is_some() {
        return Err("a base URL has no query: remove it".to_owned());
    }
    let endpoint = format!("{}/api/v1/authorize", text.trim_end_matches('/'));
    Url::parse(&endpoint).map_err(|error| error.to_string())
}

fn port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("write a port from 1 to 65535".to_owned()),
        Ok(port) => Ok(port),
    }
}

/// The key signs nothing here, but a deployment that carries a well-known one also carries it
/// for whatever else reads it: better said aloud than ignored.
fn flask_secret_key(text: &str) -> Result<(), String> {
    /// Words in what samples, tutorials and manifests write there, to be replaced. No random key
    /// has them by chance worth speaking of, and every key can be unset all the same.
    const PUBLISHED: &[&str] =
        &["change", "default", "dev-secret", "dev_secret", "example", "your-", "your_"];
    let lower = text.to_ascii_lowercase();
    if text.trim().is_empty() {
        return Err("empty: unset it, the app needs none".to_owned());
    }
    if PUBLISHED.iter().any(|word| lower.contains(word)) {
        return Err("a published example, known to everybody: unset it, the app needs none".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
