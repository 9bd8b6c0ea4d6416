//! The page at the issuer's root: what this is, and how to use it.

use askama::Template;

use super::UserCard;

/// Everything that an application's developer copies from a provider.
#[derive(Debug, Clone, Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    /// The issuer identifier, as the `iss` claim has it.
    pub(crate) issuer: String,
    /// What to set in an application, in the order to show it.
    pub(crate) settings: Vec<Setting>,
    /// The configured clients.
    pub(crate) clients: Vec<ClientCard>,
    /// The configured users.
    pub(crate) users: Vec<UserCard>,
    /// What the issuer serves.
    pub(crate) endpoints: Vec<EndpointLine>,
}

/// One line of an application's settings.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// The setting's name, such as `OIDC_ISSUER`.
    pub(crate) name: String,
    /// The value to copy.
    pub(crate) value: String,
}

/// A client on the page.
#[derive(Debug, Clone)]
pub(crate) struct ClientCard {
    /// The `client_id`.
    pub(crate) id: String,
    /// The `client_name`, or the identifier again.
    pub(crate) name: String,
    /// In a word or two, such as `confidential` or `public`.
    pub(crate) kind: String,
    /// The `client_secret`; shown, because it protects nothing.
    pub(crate) secret: Option<String>,
    /// Where the client may be called back.
    pub(crate) redirect_uris: Vec<String>,
}

/// An endpoint on the page.
#[derive(Debug, Clone)]
pub(crate) struct EndpointLine {
    /// What it is called, such as `Discovery`.
    pub(crate) name: String,
    /// Its address.
    pub(crate) url: String,
    /// Whether a browser can simply open it; shown as a link then.
    pub(crate) browsable: bool,
}
