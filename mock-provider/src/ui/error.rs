//! The error page, for refusals that no client is told of.

use askama::Template;

/// Tells a person why a request was refused that may not be answered by a
/// redirect: its client or redirect URI is not proven
/// ([RFC 6749, section 4.1.2.1]).
///
/// [RFC 6749, section 4.1.2.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    /// The refusal in a few words, such as `Unknown client`.
    pub(crate) title: String,
    /// Which check failed, as a sentence.
    pub(crate) reason: String,
    /// Labels and values to compare: what was expected, what came.
    pub(crate) details: Vec<(String, String)>,
    /// What to change, in the provider's configuration or in the application,
    /// as a sentence.
    pub(crate) way_out: String,
}
