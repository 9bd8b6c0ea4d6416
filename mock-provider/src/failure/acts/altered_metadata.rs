//! Altered metadata.

use axum::http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::malformed;
use super::near_miss::other_case;
use crate::base::endpoint::Endpoint;
use crate::failure::engine::act::Object;
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::{Fault, on_another_host};
use crate::net::wire::delivery::{Delivery, End, Extent};

/// The members that every provider must publish (OpenID Connect Discovery 1.0, section 3).
pub(crate) const REQUIRED: [&str; 7] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
];

pub(crate) fn issuer_mismatch(metadata: &mut Object, fault: &Fault<'_>) {
    let honest = &fault.issuer.url;
    let Ok(mut url) = Url::parse(honest) else { return };
    // Without the slash that the parser adds to a bare host.
    let plain = |url: &Url| {
        if honest.ends_with('/') {
            url.to_string()
        } else {
            url.as_str().trim_end_matches('/').to_owned()
        }
    };
    let below = |rest: &str| format!("{}/{rest}", honest.trim_end_matches('/'));
    let other = match fault.value("variant").as_str() {
        "honest-op" => fault.other_issuer(),
        "suffix" => {
            let host = format!("{}.attacker.example", url.host_str().unwrap_or_default());
            let _ = url.set_host(Some(&host));
            plain(&url)
        }
        "case" => other_case(honest),
        "path" => below("tenant"),
        "http-scheme" => match honest.strip_prefix("https:") {
            Some(rest) => format!("http:{rest}"),
            None => honest.replacen("http:", "https:", 1),
        },
        "template-{tenantid}" => below("{tenantid}"),
        _ => {
            let _ = url.set_host(Some("other.example"));
            plain(&url)
        }
    };
    metadata.insert("issuer".into(), json!(other));
}

/// Adds or removes the issuer's trailing slash, if the failure acts in this place.
pub(crate) fn slash(object: &mut Object, member: &str, fault: &Fault<'_>, place: &str) {
    if !fault.is("place", place) && !fault.is("place", "all-but-config") {
        return;
    }
    if let Some(Value::String(issuer)) = object.get_mut(member) {
        *issuer = with_other_ending(issuer);
    }
}

pub(crate) fn with_other_ending(issuer: &str) -> String {
    match issuer.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{issuer}/"),
    }
}

pub(crate) fn unavailable(answer: &mut RawResponse, fault: &Fault<'_>) {
    if !fault.calls(Endpoint::Discovery) {
        return;
    }
    answer.status = match fault.value("mode").as_str() {
        "hang" => return answer.delivery = Some(Delivery::hang(Delivery::HANG)),
        "refused" => {
            return answer.delivery = Some(Delivery::cut(Extent::Nothing, End::Reset));
        }
        "404" => StatusCode::NOT_FOUND,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    answer.content_type("text/html; charset=utf-8");
    answer.body = malformed::PAGE.to_vec();
}

pub(crate) fn bad_body(answer: &mut RawResponse, fault: &Fault<'_>) {
    /// Marks the target of the redirect.
    const REDIRECTED: &str = "redirected";

    if !fault.calls(Endpoint::Discovery) || !answer.status.is_success() {
        return;
    }
    let redirected =
        fault.request.query.as_ref().is_ok_and(|query| query.last(REDIRECTED).is_some());
    let redirect = fault.value("redirect");
    if redirect != "none" && !redirected {
        let target = fault.issuer.address(Endpoint::Discovery);
        let target = if redirect == "cross-host" { on_another_host(&target) } else { target };
        return answer.redirect(StatusCode::FOUND, &format!("{target}?{REDIRECTED}=true"));
    }
    match fault.value("content-type").as_str() {
        "none" => answer.content_type(""),
        other => answer.content_type(other),
    }
    let Ok(metadata) = serde_json::from_slice::<Object>(&answer.body) else { return };
    answer.body = match fault.value("body").as_str() {
        "wrong-types" => {
            Value::Object(metadata.into_iter().map(wrong_type).collect()).to_string().into_bytes()
        }
        "duplicate-keys" => {
            let repeated = format!("\"token_endpoint\":\"{}\",", fault.canary());
            malformed::after_the_start(&answer.body, repeated.as_bytes())
        }
        other => match malformed::json(other, &answer.body) {
            Some(body) => body,
            None => return,
        },
    };
}

/// A string instead of a list, and a list instead of a string.
fn wrong_type((name, value): (String, Value)) -> (String, Value) {
    let value = match value {
        Value::Array(values) => {
            let texts: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            json!(texts.join(" "))
        }
        Value::Bool(value) => json!(value.to_string()),
        other => json!([other]),
    };
    (name, value)
}

pub(crate) fn sparse_or_extra(metadata: &mut Object, fault: &Fault<'_>) {
    match fault.value("drop").as_str() {
        "all" => metadata.retain(|name, _| REQUIRED.contains(&name.as_str())),
        member => drop(metadata.shift_remove(member)),
    }
    let unknown = match fault.value("add").as_str() {
        "unknown" => json!("member"),
        "nested" => json!({"nested": [{"member": [null, 1.5, {}]}]}),
        "null" => Value::Null,
        _ => return,
    };
    metadata.insert("unknown_member".into(), unknown);
}

pub(crate) fn unsafe_url(metadata: &mut Object, fault: &Fault<'_>) {
    let member = &fault.value("member");
    let Some(Value::String(honest)) = metadata.get_mut(member) else { return };
    match fault.value("target").as_str() {
        "loopback-canary" => *honest = on_loopback(&fault.canary()),
        "file" => *honest = "file:///etc/passwd".to_owned(),
        // Without TLS, the port answers only requests for the canary.
        "http" if honest.starts_with("https:") => {
            *honest = fault.canary().replacen("https:", "http:", 1);
        }
        _ => {}
    }
}

pub(crate) fn redirect_to_canary(answer: &mut RawResponse, fault: &Fault<'_>) {
    let endpoint = match fault.value("member").as_str() {
        "jwks_uri" => Endpoint::Jwks,
        "token_endpoint" => Endpoint::Token,
        _ => Endpoint::Userinfo,
    };
    if fault.is("target", "redirect-to-canary") && fault.calls(endpoint) {
        answer.redirect(StatusCode::TEMPORARY_REDIRECT, &on_loopback(&fault.canary()));
    }
}

/// An address with the host 127.0.0.1.
fn on_loopback(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    let _ = url.set_host(Some("127.0.0.1"));
    url.into()
}
