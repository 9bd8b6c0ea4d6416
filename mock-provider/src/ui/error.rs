//! The error page, for rejections that are not sent to a client.

use askama::Template;

/// Explains the rejection of a request that must not be answered with a redirect, because its
/// client or redirect URI is invalid ([RFC 6749, section 4.1.2.1]).
///
/// [RFC 6749, section 4.1.2.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    /// The rejection in a few words, such as `Unknown client`.
    pub(crate) title: String,
    /// Which check failed, as a sentence.
    pub(crate) reason: String,
    /// Labels and values to compare, such as the expected and the actual one.
    pub(crate) details: Vec<(String, String)>,
    /// What to change in the provider's configuration or in the application, as a
    /// sentence.
    pub(crate) hint: String,
}
