//! The complete configuration.

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

/// The validated configuration.
///
/// ```
/// use app_under_test::Config;
///
/// let errors = Config::from_variables([
///     ("OIDC_AUTHORITY".into(), "login.example.com".into()),
///     ("OIDC_CLIENT_ID".into(), "app".into()),
/// ])
/// .unwrap_err();
/// // The scheme of the authority, the secret and the redirect URI: every error at once.
/// assert_eq!(errors.iter().count(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) providers: ProviderConfigs,
    pub(crate) base_path: BasePath,
    /// The groups whose members may see the pages; empty to admit every user.
    pub(crate) required_groups: BTreeSet<String>,
    /// The decision endpoint of the policy service, if there is one.
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
    /// After this time without a request.
    pub(crate) idle: Duration,
    /// After this time since the login.
    pub(crate) absolute: Duration,
    /// Whether it may continue after its ID token has expired.
    pub(crate) outlives_id_token: bool,
}

impl Config {
    /// Reads the configuration from pairs of names and values, such as [`std::env::vars`].
    ///
    /// Unknown names are ignored. [`crate::config::help`] documents names, defaults and meanings.
    ///
    /// # Errors
    ///
    /// Every missing or invalid variable, all at once.
    pub fn from_variables(
        pairs: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        let mut variables = Variables::new(pairs);
        match Self::read(&mut variables) {
            Some(config) => Ok(config),
            None => Err(ConfigErrors(variables.into_errors())),
        }
    }

    /// The same configuration with another clock; the default is [`Clock::system`].
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same configuration with another time limit for each call to the provider. Unlike
    /// `OIDC_TIMEOUT_SECONDS` (default 10 s), it may be less than a second.
    #[must_use]
    pub fn with_provider_timeout(mut self, timeout: Duration) -> Self {
        for provider in self.providers.iter_mut() {
            provider.settings.timeout = timeout;
        }
        self
    }

    /// The address to listen on: `HOST` (default 127.0.0.1) and `PORT` (default 8050).
    pub fn listen_address(&self) -> (IpAddr, u16) {
        (self.host, self.port)
    }

    /// Logs warnings about settings that work, but probably not as intended.
    pub(crate) fn warn(&self) {
        for (number, provider) in self.providers.iter().enumerate() {
            if provider.settings.is_unprotected() {
                tracing::warn!(
                    authority = provider.settings.authority,
                    "the provider is reached without TLS: an attacker on the network can sign in \
                     as any user"
                );
            }
            if !self.required_groups.is_empty() && !provider.client.requests("groups") {
                tracing::warn!(
                    scope = provider.client.scope,
                    "REQUIRED_GROUPS is set, but OIDC_SCOPE does not contain groups: if the \
                     provider sends groups only on request, no user is admitted"
                );
            }
            let callback = self.base_path.join(&provider.callback_path(number == 0));
            let redirect_uri = provider.client.redirect_uri.split('?').next().unwrap_or_default();
            if !redirect_uri.ends_with(&callback) {
                tracing::warn!(
                    redirect_uri,
                    callback,
                    "the redirect URI does not lead to the app's callback, unless a proxy rewrites \
                     the path"
                );
            }
        }
    }

    /// Whether browsers use https to reach the app, so that its cookies need `Secure`.
    pub(crate) fn is_https(&self) -> bool {
        self.providers.first.client.is_https()
    }

    /// `None` when a variable is invalid; `variables` has collected the errors.
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
            text.parse()
                .map_err(|_| "must be an IP address such as 127.0.0.1 or 0.0.0.0".to_owned())
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
    // An empty value is more likely a mistake than the intent to admit every user.
    if groups.is_empty() {
        return Err("must name a group, or be unset to admit every user".to_owned());
    }
    Ok(groups)
}

/// The decision endpoint below the service's base URL.
fn policy_endpoint(text: &str) -> Result<Url, String> {
    let base = web_url(text)?;
    if base.query().is_some() {
        return Err("must not have a query".to_owned());
    }
    let endpoint = format!("{}/api/v1/authorize", text.trim_end_matches('/'));
    Url::parse(&endpoint).map_err(|error| error.to_string())
}

fn port(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("must be a port from 1 to 65535".to_owned()),
        Ok(port) => Ok(port),
    }
}

/// The app does not use the key. But other programs that read the variable would be exposed by a
/// published one, so it is refused, not ignored.
fn flask_secret_key(text: &str) -> Result<(), String> {
    /// Words from the placeholders of samples, tutorials and manifests. A random key is very
    /// unlikely to contain one, and any key can simply be unset.
    const PUBLISHED: &[&str] =
        &["change", "default", "dev-secret", "dev_secret", "example", "your-", "your_"];
    let lower = text.to_ascii_lowercase();
    if text.trim().is_empty() {
        return Err("must be unset: the app does not need it".to_owned());
    }
    if PUBLISHED.iter().any(|word| lower.contains(word)) {
        return Err("must not be a published example: unset it, the app does not need it".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
