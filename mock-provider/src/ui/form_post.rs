//! The page that carries an authorization response to the client by POST.

use askama::Template;

/// Posts itself to the redirect URI as soon as it has loaded, or by a button
/// where scripts are off ([OAuth 2.0 Form Post Response Mode, section 2]).
///
/// Send it with [`policy::FORM_POST`](super::policy::FORM_POST), or its script
/// will not run.
///
/// [OAuth 2.0 Form Post Response Mode, section 2]: https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#FormPostResponseMode
#[derive(Debug, Clone, Template)]
#[template(path = "form_post.html")]
pub(crate) struct FormPostPage {
    /// The redirect URI.
    pub(crate) action: String,
    /// Names and values of the authorization response's parameters.
    pub(crate) fields: Vec<(String, String)>,
}
