//! The configuration of a provider.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::text;
#[cfg(feature = "cli")]
use crate::base::duration::duration;
use crate::base::secret::Secret;
use crate::directory::client::Client;
use crate::directory::user::User;
use crate::failure::spec::failure::Failure;
use crate::jose::algorithm::Algorithm;

/// The configuration of a provider.
///
/// The default is the built-in configuration: four users and two demo clients.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Single values.
    pub settings: Settings,
    /// The groups that users may belong to.
    pub groups: Vec<Group>,
    /// The users who can sign in.
    pub users: Vec<User>,
    /// The registered clients.
    pub clients: Vec<Client>,
}

/// A group of users.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Group {
    /// The name, as it appears in the `groups` claim.
    pub name: String,
    /// The purpose of the group, for display.
    #[serde(default)]
    pub description: Option<String>,
}

impl Group {
    /// A group without a description.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), description: None }
    }

    /// Sets the description.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// The single values of a configuration.
///
/// Each is a key at the top of a configuration file, an option of the program, and an environment
/// variable: `code_lifetime`, `--code-lifetime`, `MOCK_PROVIDER_CODE_LIFETIME`. Its documentation
/// here is the option's help.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = "Settings"))]
#[non_exhaustive]
pub struct Settings {
    /// The address and port to listen on. Default: 127.0.0.1:9400 for the program, a free port on
    /// 127.0.0.1 for the library.
    #[serde(deserialize_with = "text::deserialize_address")]
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "ADDRESS:PORT", value_parser = text::address)
    )]
    pub listen: Option<SocketAddr>,
    /// The issuer identifier, used exactly as written because clients compare it exactly.
    /// Everything is served below its path. Default: `http://` and the address that the provider
    /// listens on.
    #[cfg_attr(feature = "cli", arg(long, value_name = "URL"))]
    pub issuer_url: Option<String>,
    /// The base of the endpoints that relying parties call directly (token, userinfo, JWKS), if
    /// they reach the provider by another name than browsers do. Default: the issuer.
    #[cfg_attr(feature = "cli", arg(long, value_name = "URL"))]
    pub backchannel_url: Option<String>,
    /// Serves HTTPS instead of HTTP, with a certificate signed by an authority that is created at
    /// every start. Default: false.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "true|false",
            hide_possible_values = true, action = clap::ArgAction::Set, num_args = 0..=1,
            require_equals = true, default_missing_value = "true")
    )]
    pub https: bool,
    /// The file to which the certificate of that authority is written, in PEM, for clients to
    /// trust. Default: it is not written.
    #[cfg_attr(feature = "cli", arg(long, value_name = "FILE"))]
    pub https_ca: Option<PathBuf>,
    /// The RSA key that signs ID tokens, in PEM (PKCS#8 or PKCS#1). A file, a variable or an option
    /// may give the path of a PEM file instead. Default: a key that every copy of
    /// this program has, so it is not secret.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "PEM", value_parser = text::pem_argument)
    )]
    pub signing_key: Option<String>,
    /// The algorithms that ID tokens can be signed with, including RS256. Each has a key of its own
    /// from the start; those of clients are added. Default: RS256.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "ALG,ALG", value_delimiter = ',', value_parser = text::algorithm)
    )]
    pub signing_algorithms: Vec<Algorithm>,
    /// Makes codes, tokens and identifiers the same in every run. Default: unpredictable.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NUMBER"))]
    pub seed: Option<u64>,
    /// Stops the clock at this time, such as 2026-01-01T00:00:00Z. Default: the clock follows the
    /// system's time.
    #[serde(deserialize_with = "text::deserialize_time")]
    #[cfg_attr(feature = "cli", arg(long, value_name = "TIME", value_parser = text::time))]
    pub frozen_at: Option<Timestamp>,
    /// The subject of the user to sign in without a sign-in page. Default: the page is shown.
    #[cfg_attr(feature = "cli", arg(long, value_name = "SUBJECT"))]
    pub auto_login: Option<String>,
    /// Signs in the user whom `login_hint` names, by subject, email address or login name, without
    /// a sign-in page. Default: false; the page only lists that user first.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "true|false",
            hide_possible_values = true, action = clap::ArgAction::Set, num_args = 0..=1,
            require_equals = true, default_missing_value = "true")
    )]
    pub login_hint_signs_in: bool,
    /// Accepts subjects on the sign-in page that are not configured. Default: true.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "true|false",
            hide_possible_values = true, action = clap::ArgAction::Set, num_args = 0..=1,
            require_equals = true, default_missing_value = "true")
    )]
    pub any_subject: bool,
    /// Accepts clients that are not configured, with any secret. Default: false.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "true|false",
            hide_possible_values = true, action = clap::ArgAction::Set, num_args = 0..=1,
            require_equals = true, default_missing_value = "true")
    )]
    pub any_client: bool,
    /// Accepts any redirect URI from any client. Default: false.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "true|false",
            hide_possible_values = true, action = clap::ArgAction::Set, num_args = 0..=1,
            require_equals = true, default_missing_value = "true")
    )]
    pub any_redirect_uri: bool,
    /// Lets relying parties register themselves (OpenID Connect Dynamic Client Registration 1.0).
    /// Default: false.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "true|false",
            hide_possible_values = true, action = clap::ArgAction::Set, num_args = 0..=1,
            require_equals = true, default_missing_value = "true")
    )]
    pub client_registration: bool,
    /// Lets applications check in the browser whether the session is still active (OpenID Connect
    /// Session Management 1.0). Default: false.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "true|false",
            hide_possible_values = true, action = clap::ArgAction::Set, num_args = 0..=1,
            require_equals = true, default_missing_value = "true")
    )]
    pub session_management: bool,
    /// Where the user's claims appear. Default: both, in the ID token and in userinfo.
    #[cfg_attr(feature = "cli", arg(long, value_name = "PLACE"))]
    pub claims_in: ClaimsIn,
    /// Additional scopes, and the claims that each releases. Only in a file or in Rust.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub scopes: BTreeMap<String, Vec<String>>,
    /// The names of additional issuers, which are served at `/issuers/NAME`: separated by commas,
    /// or a list in a file and in Rust. Default: none; Rust and the control API can add some later.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME,…", value_delimiter = ','))]
    pub issuers: Vec<String>,
    /// A failure to arm at the start, such as `id-token-exp-invalid:value=-10min@client=shop`;
    /// `mock-provider failures` lists them all. The option can be repeated; a variable separates
    /// several by `;`; a file and Rust have a list. Default: none.
    #[cfg_attr(feature = "cli", arg(long, value_name = "SPEC"))]
    pub fail: Vec<Failure>,
    /// The bearer token that callers of the control API must send. Default: none; the control API
    /// is then off unless the provider listens on a loopback address.
    #[cfg_attr(feature = "cli", arg(long, value_name = "TOKEN"))]
    pub control_token: Option<Secret>,
    /// How long an authorization code can be redeemed. Default: 60 seconds.
    #[serde(deserialize_with = "text::deserialize_duration")]
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "DURATION", value_parser = duration)
    )]
    pub code_lifetime: Duration,
    /// How long an access token is valid. Default: one hour.
    #[serde(deserialize_with = "text::deserialize_duration")]
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "DURATION", value_parser = duration)
    )]
    pub access_token_lifetime: Duration,
    /// How long an ID token is valid. Default: one hour.
    #[serde(deserialize_with = "text::deserialize_duration")]
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "DURATION", value_parser = duration)
    )]
    pub id_token_lifetime: Duration,
    /// How long a refresh token can be redeemed. Default: 30 days.
    #[serde(deserialize_with = "text::deserialize_duration")]
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "DURATION", value_parser = duration)
    )]
    pub refresh_token_lifetime: Duration,
    /// How long a browser stays signed in to the provider. Default: eight hours.
    #[serde(deserialize_with = "text::deserialize_duration")]
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "DURATION", value_parser = duration)
    )]
    pub session_lifetime: Duration,
    /// How many exchanges the journal keeps; older ones are dropped. Default: 1,000.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NUMBER"))]
    pub journal_capacity: usize,
}

/// Where the user's claims appear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum ClaimsIn {
    /// In the ID token and in userinfo.
    #[default]
    Both,
    /// In the ID token; userinfo has only `sub`.
    IdToken,
    /// In userinfo; the ID token has only the claims of the protocol.
    Userinfo,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: None,
            issuer_url: None,
            backchannel_url: None,
            https: false,
            https_ca: None,
            signing_key: None,
            signing_algorithms: vec![Algorithm::RS256],
            seed: None,
            frozen_at: None,
            auto_login: None,
            login_hint_signs_in: false,
            any_subject: true,
            any_client: false,
            any_redirect_uri: false,
            client_registration: false,
            session_management: false,
            claims_in: ClaimsIn::Both,
            scopes: BTreeMap::new(),
            issuers: Vec::new(),
            fail: Vec::new(),
            control_token: None,
            code_lifetime: Duration::from_secs(60),
            access_token_lifetime: Duration::from_secs(60 * 60),
            id_token_lifetime: Duration::from_secs(60 * 60),
            refresh_token_lifetime: Duration::from_secs(30 * 24 * 60 * 60),
            session_lifetime: Duration::from_secs(8 * 60 * 60),
            journal_capacity: 1_000,
        }
    }
}
