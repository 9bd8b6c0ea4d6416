//! The context of an act: its failure and the exchange.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::Method;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use url::Url;

use super::armed::Failures;
use crate::base::duration::duration;
use crate::base::endpoint::Endpoint;
use crate::exchange::reply::Note;
use crate::exchange::request::Request;
use crate::failure::spec::failure::Failure;
use crate::issuer::issuer::Issuer;
use crate::protocol::parameters::Parameters;

/// A failure that is about to act, and where.
pub(crate) struct Fault<'a> {
    pub(crate) failure: &'a Failure,
    pub(crate) issuer: &'a Issuer,
    /// The failures of the issuer, their ledger, and the rest of the provider.
    pub(crate) failures: &'a Failures,
    pub(crate) request: &'a Request,
    /// The client, user and flow of the exchange.
    pub(crate) note: &'a Note,
}

impl Fault<'_> {
    /// The value of a parameter.
    pub(crate) fn value(&self, name: &str) -> String {
        self.failure.value(name)
    }

    /// Whether a parameter has that value.
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.failure.value(name) == value
    }

    /// The value of a parameter that is a number.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.failure.value(name).parse().unwrap_or_default()
    }

    /// The value of a parameter that is a duration.
    pub(crate) fn duration(&self, name: &str) -> Duration {
        duration(&self.failure.value(name)).unwrap_or_default()
    }

    /// The subject of a user other than the one concerned: the first configured one, or a made-up one.
    pub(crate) fn another_subject(&self) -> String {
        let own = self.note.user.as_deref().unwrap_or_default();
        let directory = self.issuer.directory.now();
        let mut others = directory.users.iter().filter(|user| user.subject != own);
        others.next().map_or_else(|| format!("not-{own}"), |user| user.subject.clone())
    }

    /// Whether the request is for this endpoint, and not a CORS preflight.
    pub(crate) fn calls(&self, endpoint: Endpoint) -> bool {
        self.request.endpoint == endpoint && self.request.method != Method::OPTIONS
    }

    /// Whether the request redeems a code, not a refresh token.
    pub(crate) fn redeems_a_code(&self) -> bool {
        let form = self.request.form.as_ref();
        form.is_ok_and(|form| form.last("grant_type") == Some("authorization_code"))
    }

    /// The parameters of the authorization request, which the sign-in form repeats.
    pub(crate) fn authorization_request(&self) -> Parameters {
        self.request.authorization_parameters().clone().unwrap_or_default()
    }

    /// Another issuer of the same provider: the default one, or `other` if this is the default one.
    pub(crate) fn other_issuer(&self) -> String {
        let default = &self.failures.surroundings.default_url;
        if *default == self.issuer.url {
            format!("{}/issuers/other", default.trim_end_matches('/'))
        } else {
            default.clone()
        }
    }

    /// The address of an endpoint at the other issuer.
    pub(crate) fn at_other_issuer(&self, endpoint: Endpoint) -> String {
        let own = self.issuer.address(endpoint);
        let base = self.issuer.url.trim_end_matches('/');
        let path = own.strip_prefix(base).unwrap_or_default();
        format!("{}{path}", self.other_issuer().trim_end_matches('/'))
    }

    /// The canary's address, which no honest client visits.
    pub(crate) fn canary(&self) -> String {
        self.issuer.address(Endpoint::Canary)
    }

    /// The canary's address under another host name: loopback, whatever the issuer's name is.
    pub(crate) fn foreign_canary(&self) -> String {
        on_another_host(&self.canary())
    }

    /// The value of a parameter such as `-10min` or `+30s`, in seconds.
    pub(crate) fn offset(&self, name: &str) -> i64 {
        let value = self.failure.value(name);
        let (sign, length) = match value.strip_prefix('-') {
            Some(length) => (-1, length),
            None => (1, value.strip_prefix('+').unwrap_or(&value)),
        };
        let seconds = duration(length).unwrap_or_default().as_secs();
        sign * i64::try_from(seconds).unwrap_or(i64::MAX)
    }
}

/// The address under another name of the loopback host, which is another host for clients that compare
/// names.
pub(crate) fn on_another_host(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    let other = if url.host_str() == Some("localhost") { "127.0.0.1" } else { "localhost" };
    match url.set_host(Some(other)) {
        Ok(()) => url.into(),
        Err(_) => address.to_owned(),
    }
}

/// A value that looks random but is derived from the honest one: drawing it would change all later
/// random values.
pub(crate) fn derived(honest: &str, label: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, format!("{label} {honest}").as_bytes()))
}
