//! An end user without a browser: signs in for a test.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{Method, Request, Response};
use url::Url;

use crate::base::endpoint::Endpoint;
use crate::exchange::reply::Note;
use crate::host::registry::Registry;
use crate::issuer::issuer::Issuer;
use crate::protocol::parameters::Parameters;
use crate::router;

/// Why an authorization request did not lead to a redirect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizeError {
    /// The URL is not that of the authorization endpoint.
    #[error("`{url}` is not below the authorization endpoint {endpoint}")]
    ForeignUrl {
        /// The given URL.
        url: String,
        /// The authorization endpoint.
        endpoint: String,
    },
    /// The provider showed an error page, or refused the sign-in.
    #[error("the provider answered {status}: {reason}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The check that failed, with the expected and the actual value.
        reason: String,
    },
    /// The response would be a form that a browser posts.
    #[error("response_mode is form_post: only a browser can bring that answer to the client")]
    FormPost,
}

/// Opens the URL, signs in, and returns the URL of the redirect.
pub(crate) async fn authorize(
    registry: &Registry,
    issuer: &Issuer,
    subject: &str,
    authorization_url: &str,
) -> Result<String, AuthorizeError> {
    let query = query_of(authorization_url, &issuer.address(Endpoint::Authorization))?;
    let parameters = Parameters::parse(query.as_bytes()).map_err(|not_text| {
        AuthorizeError::Refused { status: 400, reason: not_text.to_string() }
    })?;
    if parameters.last("response_mode") == Some("form_post") {
        return Err(AuthorizeError::FormPost);
    }

    let path = format!("{}/authorize?{query}", issuer.path);
    let (page, note) = send(registry, Method::GET, &path, "").await?;
    if let Some(location) = location(&page) {
        return Ok(location);
    }
    if !page.status().is_success() {
        return Err(refused(&page, note));
    }

    let user = issuer.user(subject);
    let password = user.as_ref().and_then(|user| user.password.as_ref());
    let form = Parameters::from_iter([
        ("request", parameters.encode().as_str()),
        ("flow", note.flow.as_deref().unwrap_or_default()),
        ("decision", "sign-in"),
        ("subject", subject),
        ("password", password.map(|password| password.expose()).unwrap_or_default()),
    ]);
    let path = format!("{}/sign-in", issuer.path);
    let (answer, note) = send(registry, Method::POST, &path, &form.encode()).await?;
    location(&answer).ok_or_else(|| refused(&answer, note))
}

/// The query of a URL, which must be that of the authorization endpoint.
fn query_of(url: &str, endpoint: &str) -> Result<String, AuthorizeError> {
    let parsed = Url::parse(url).ok().filter(|url| {
        let mut bare = url.clone();
        bare.set_query(None);
        bare.set_fragment(None);
        // The issuer's own URL may be an equivalent spelling.
        bare.as_str() == endpoint || Url::parse(endpoint).is_ok_and(|endpoint| bare == endpoint)
    });
    let query = parsed.map(|url| url.query().unwrap_or_default().to_owned());
    query.ok_or_else(|| AuthorizeError::ForeignUrl {
        url: url.to_owned(),
        endpoint: endpoint.to_owned(),
    })
}

async fn send(
    registry: &Registry,
    method: Method,
    path: &str,
    form: &str,
) -> Result<(Response<Body>, Note), AuthorizeError> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()))
        // The status of a server that cannot parse a URI.
        .map_err(|error| AuthorizeError::Refused { status: 414, reason: error.to_string() })?;
    let (response, entry) = router::answer(registry, &mut request).await;
    Ok((response, entry.note.clone()))
}

fn location(response: &Response<Body>) -> Option<String> {
    let location = response.headers().get(LOCATION)?;
    Some(location.to_str().ok()?.to_owned())
}

fn refused(response: &Response<Body>, note: Note) -> AuthorizeError {
    let reason = note.refusal.map(|refusal| refusal.reason).unwrap_or_default();
    AuthorizeError::Refused { status: response.status().as_u16(), reason }
}
