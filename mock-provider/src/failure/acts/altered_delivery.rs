//! Answers that are delivered in an unusual or broken way, or that are too large.

use std::sync::LazyLock;

use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE,
};
use serde_json::json;

use super::content_coding::Coding;
use crate::base::endpoint::Endpoint;
use crate::failure::engine::act::Object;
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::Fault;
use crate::net::tls::fault::TlsFault;
use crate::net::wire::delivery::{Delivery, End, Extent, Framing};
use crate::net::wire::refused::RefusedPort;

/// The endpoint that the failure is for.
fn chosen(fault: &Fault<'_>) -> Endpoint {
    match fault.value("endpoint").as_str() {
        "discovery" => Endpoint::Discovery,
        "jwks" => Endpoint::Jwks,
        "userinfo" => Endpoint::Userinfo,
        "end_session" => Endpoint::EndSession,
        _ => Endpoint::Token,
    }
}

/// Changes how an answer of the chosen endpoint is delivered.
pub(crate) fn deliver(
    answer: &mut RawResponse,
    fault: &Fault<'_>,
    delivery: impl FnOnce(&mut RawResponse) -> Delivery,
) {
    if fault.request.endpoint == chosen(fault) {
        let delivery = delivery(answer);
        answer.delivery = Some(delivery);
    }
}

/// A port where nothing listens, reserved for as long as the process runs.
static REFUSED: LazyLock<Option<RefusedPort>> = LazyLock::new(|| RefusedPort::take().ok());

pub(crate) fn refused_address(metadata: &mut Object, fault: &Fault<'_>) {
    let member = match chosen(fault) {
        Endpoint::Token => "token_endpoint",
        Endpoint::Jwks => "jwks_uri",
        Endpoint::Userinfo => "userinfo_endpoint",
        Endpoint::EndSession => "end_session_endpoint",
        _ => return,
    };
    if !fault.is("mode", "refused") {
        return;
    }
    if let (Some(address), Some(refused)) = (metadata.get_mut(member), &*REFUSED) {
        *address = json!(format!("http://localhost:{}/refused", refused.port()));
    }
}

pub(crate) fn reset(answer: &mut RawResponse, fault: &Fault<'_>) {
    deliver(answer, fault, |_| match fault.value("mode").as_str() {
        "empty-reply" => Delivery::cut(Extent::Nothing, End::Close),
        "rst-headers" => Delivery::cut(Extent::Head, End::Reset),
        "keepalive-stale" => Delivery::cut(Extent::Whole, End::Stale),
        "refused" => Delivery::cut(Extent::Nothing, End::Reset),
        _ => Delivery::cut(Extent::Half, End::Reset),
    });
}

pub(crate) fn compress(answer: &mut RawResponse, fault: &Fault<'_>) {
    /// The size of the bomb once it is decoded.
    const BOMB: usize = 10 * 1024 * 1024;
    let asked = fault.request.headers.contains_key(ACCEPT_ENCODING);
    if fault.request.endpoint != chosen(fault) || fault.is("unsolicited", "false") && !asked {
        return;
    }
    let coding = match fault.value("coding").as_str() {
        #[cfg(feature = "brotli")]
        "br" => Coding::Brotli,
        "deflate" => Coding::Deflate,
        _ => Coding::Gzip,
    };
    answer.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    if fault.is("coding", "identity-mislabelled") {
        return;
    }
    if fault.is("bomb", "10MB") {
        answer.body = coding.bomb(&answer.body, BOMB);
    } else if fault.is("corrupt", "true") {
        answer.body = coding.corrupt(&answer.body);
    } else {
        answer.body = coding.encode(&answer.body);
    }
}

pub(crate) fn oversize(answer: &mut RawResponse, fault: &Fault<'_>) {
    const BODY: usize = 50 * 1024 * 1024;
    const HEADER: usize = 64 * 1024;
    if fault.request.endpoint != chosen(fault) {
        return;
    }
    match fault.value("what").as_str() {
        "10000-keys" => many_keys(answer),
        "headers-64kB" => {
            if let Ok(value) = HeaderValue::from_str(&"x".repeat(HEADER)) {
                answer.headers.insert(HeaderName::from_static("x-oversized"), value);
            }
        }
        "100-set-cookie" => {
            for number in 0..100 {
                let cookie = format!("oversized_{number}={}", "x".repeat(16));
                if let Ok(value) = HeaderValue::from_str(&cookie) {
                    answer.headers.append(SET_COOKIE, value);
                }
            }
        }
        // In one copy: an iterator would go byte by byte in a build without optimization.
        _ => answer.body.extend_from_slice(&vec![b' '; BODY.saturating_sub(answer.body.len())]),
    }
}

/// Adds ten thousand keys to a key set, or as many members to another document.
fn many_keys(answer: &mut RawResponse) {
    const KEYS: usize = 10_000;
    let Ok(mut document) = serde_json::from_slice::<Object>(&answer.body) else { return };
    match document.get_mut("keys").and_then(|keys| keys.as_array_mut()) {
        Some(keys) => keys.extend((0..KEYS).map(|number| {
            json!({"kty": "oct", "use": "enc", "kid": format!("oversized-{number}"), "k": "AAAA"})
        })),
        None => {
            let members = (0..KEYS).map(|number| (format!("oversized_{number}"), json!(number)));
            document.extend(members);
        }
    }
    answer.body = serde_json::to_vec(&document).unwrap_or_default();
}

pub(crate) fn untrustworthy(metadata: &mut Object, fault: &Fault<'_>) {
    let wanted = fault.value("fault");
    let Some(wanted) = TlsFault::ALL.into_iter().find(|fault| fault.name() == wanted) else {
        return;
    };
    let Ok(address) = fault.failures.surroundings.tls_faults.address(wanted) else { return };
    for (member, endpoint) in [
        ("jwks_uri", Endpoint::Jwks),
        ("token_endpoint", Endpoint::Token),
        ("userinfo_endpoint", Endpoint::Userinfo),
    ] {
        if let Some(value) = metadata.get_mut(member) {
            let own = fault.issuer.address(endpoint);
            let base = fault.issuer.back_url.trim_end_matches('/');
            let path = own.strip_prefix(base).unwrap_or_default();
            let place = &fault.issuer.path;
            *value = json!(format!("https://localhost:{}{place}{path}", address.port()));
        }
    }
}

pub(crate) fn write_differently(answer: &mut RawResponse, fault: &Fault<'_>) {
    let plain = Delivery::default();
    let form = match fault.value("variant").as_str() {
        "http1.0" => Delivery { http_1_0: true, ..plain },
        "connection-close" => Delivery { end: End::Announced, ..plain },
        "lowercase-headers" => Delivery { lower_case: true, ..plain },
        "100-continue" => Delivery { interim: true, ..plain },
        "204-for-200" => Delivery { no_content: true, ..plain },
        "duplicate-content-type" => {
            let own = answer.headers.get(CONTENT_TYPE).cloned();
            if let Some(value) = own.filter(|_| fault.request.endpoint == chosen(fault)) {
                answer.headers.append(CONTENT_TYPE, value);
            }
            return;
        }
        _ => Delivery { framing: Framing::Chunked, ..plain },
    };
    deliver(answer, fault, |_| form);
}
