//! The page that posts an authorization response to the client.

use askama::Template;

/// Posts itself to the redirect URI as soon as it has loaded, or with a button
/// where scripts are disabled ([OAuth 2.0 Form Post Response Mode, section 2]).
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
    /// The parameters of the authorization response.
    pub(crate) fields: Vec<(String, String)>,
}
