//! `GET /.well-known/webfinger`: the issuer of a user
//! ([OpenID Connect Discovery 1.0, section 2](https://openid.net/specs/openid-connect-discovery-1_0.html#IssuerDiscovery);
//! [RFC 7033](https://www.rfc-editor.org/rfc/rfc7033)).

use axum::http::StatusCode;
use serde_json::json;
use url::Url;

use crate::base::issuer_path::own_path;
use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;

/// The link relation of an issuer.
const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";

pub(crate) fn get(issuer: &Issuer, request: &Request) -> Reply {
    let query = match &request.query {
        Ok(query) => query,
        Err(reason) => return Reply::unreadable(reason),
    };
    let Ok(Some(resource)) = query.get("resource") else {
        return Reply::unreadable(
            "resource must be given once: an acct: URI, or a URL of the provider",
        );
    };
    let Some(href) = issuer_of(issuer, resource) else {
        let reason = format!("resource must be on this host, got `{resource}`");
        return Reply::text(format!("{reason}\n"))
            .status(StatusCode::NOT_FOUND)
            .note(Note::refused("not_found", reason));
    };
    let mut wanted = query.iter().filter(|(name, _)| *name == "rel").map(|(_, rel)| rel).peekable();
    let links = if wanted.peek().is_none() || wanted.any(|rel| rel == ISSUER) {
        json!([{"rel": ISSUER, "href": href}])
    } else {
        json!([])
    };
    Reply::json(&json!({"subject": resource, "links": links}))
        .content_type("application/jrd+json")
        .note(Note::new(format!("issuer {href} sent for {resource}")))
}

/// The issuer for an account on this host, or for a URL below an issuer. The answer does not reveal
/// whether there is such a user (RFC 7033, section 9.2).
fn issuer_of(issuer: &Issuer, resource: &str) -> Option<String> {
    let own = Url::parse(&issuer.url).ok()?;
    if let Some(account) = resource.strip_prefix("acct:") {
        let (_, host) = account.rsplit_once('@')?;
        return host.eq_ignore_ascii_case(own.authority()).then(|| issuer.url.clone());
    }
    let resource =
        Url::parse(resource).ok().filter(|resource| resource.origin() == own.origin())?;
    let below = resource.path().strip_prefix(issuer.path.as_str())?;
    Some(match own_path(below) {
        Some(path) => format!("{}{path}", issuer.url.trim_end_matches('/')),
        None => issuer.url.clone(),
    })
}
