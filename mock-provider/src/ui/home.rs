//! The page at the issuer's root: what the provider is and how to use it.

use askama::Template;

use super::UserCard;

/// Everything that the developer of an application needs from the provider.
#[derive(Debug, Clone, Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    /// The issuer identifier, as in the `iss` claim.
    pub(crate) issuer: String,
    /// The settings of an application, in display order.
    pub(crate) settings: Vec<Setting>,
    /// The configured clients.
    pub(crate) clients: Vec<ClientCard>,
    /// The configured users.
    pub(crate) users: Vec<UserCard>,
    /// The endpoints of the issuer.
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
    /// The client type: `confidential` or `public`.
    pub(crate) kind: String,
    /// The `client_secret`, which is shown because it protects nothing.
    pub(crate) secret: Option<String>,
    /// The registered redirect URIs.
    pub(crate) redirect_uris: Vec<String>,
}

/// An endpoint on the page.
#[derive(Debug, Clone)]
pub(crate) struct EndpointLine {
    /// The name, such as `Discovery`.
    pub(crate) name: String,
    /// The URL.
    pub(crate) url: String,
    /// Whether a browser can open it directly, so that it is shown as a link.
    pub(crate) browsable: bool,
}
