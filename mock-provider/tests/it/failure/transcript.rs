//! Everything that a relying party and a browser receive in a login, a refresh and a logout,
//! decoded.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use mock_provider::failure::Failure;
use mock_provider::{Clock, MockProvider, MockProviderBuilder};
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::{Map, Value, json};

use crate::support::{Answer, Browser, Parameters, builder, url};

/// Goes through a login of `alice`, a refresh and a logout as `demo-app`, with a failure armed.
pub(super) async fn transcript(failure: Option<Failure>) -> Value {
    let provider = reproducible().start().await;
    let armed = failure.map(|failure| provider.fail(failure));
    let transcript = walk(&provider).await;
    if armed.is_some() {
        expect_alterations(&provider);
    }
    transcript
}

/// Checks that the journal records the alterations of the armed failure.
#[track_caller]
pub(super) fn expect_alterations(provider: &MockProvider) {
    let journal = provider.journal();
    let recorded = journal.iter().any(|exchange| !exchange.alterations.is_empty());
    assert!(recorded, "the journal has no alterations");
}

/// A provider that sends the same bytes in every run.
pub(super) fn reproducible() -> MockProviderBuilder {
    builder()
        .seed(7)
        .clock(Clock::frozen_at("2026-01-01T12:00:00Z".parse().expect("RFC 3339")))
        .settings(|settings| settings.issuer_url = Some("https://issuer.example".into()))
}

/// Sends every request of a relying party and a browser. A request is left out when a failure
/// withholds what it needs.
async fn walk(provider: &MockProvider) -> Value {
    let mut browser = Browser::new();
    let mut received = Map::new();
    let metadata = browser.get(&url(provider, "/.well-known/openid-configuration")).await;
    received.insert("discovery".into(), shown(&metadata, None));
    let keys = browser.get(&url(provider, "/jwks")).await;
    received.insert("jwks".into(), shown(&keys, None));
    let keys: Value = serde_json::from_str(&keys.body).unwrap_or_default();

    let request = Parameters::authorization()
        .with("scope", "openid profile email groups offline_access")
        .with("nonce", "n-0S6_WzA2Mj");
    let page = browser.authorize(provider, &request).await;
    received.insert("authorize".into(), shown(&page, None));
    let callback = browser.sign_in(&page, "alice").await;
    received.insert("callback".into(), shown(&callback, Some(&keys)));
    if let Some(code) = code(&callback) {
        let tokens = browser.token(provider, Parameters::code(&code)).await;
        received.insert("tokens".into(), shown(&tokens, Some(&keys)));
        let tokens: Value = serde_json::from_str(&tokens.body).unwrap_or_default();
        if let Some(token) = tokens["access_token"].as_str() {
            let userinfo = browser.userinfo(provider, token).await;
            received.insert("userinfo".into(), shown(&userinfo, Some(&keys)));
        }
        if let Some(token) = tokens["refresh_token"].as_str() {
            let refreshed = browser.token(provider, Parameters::refresh(token)).await;
            received.insert("refreshed".into(), shown(&refreshed, Some(&keys)));
        }
        // A token that is too long for an address is not sent back.
        if let Some(token) = tokens["id_token"].as_str().filter(|it| it.len() < 16_000) {
            let logout = Parameters::none().with("id_token_hint", token);
            let address = url(provider, &format!("/end-session?{}", logout.encode()));
            let ended = browser.get(&address).await;
            received.insert("logout".into(), shown(&ended, None));
        }
    }
    Value::Object(received)
}

/// The code in a redirect or a form.
pub(super) fn code(callback: &Answer) -> Option<String> {
    let query = match callback.headers.get("location") {
        Some(location) => location.to_str().ok()?.split_once(['?', '#'])?.1.to_owned(),
        None => {
            let fields = callback.hidden_fields();
            return fields.into_iter().find(|(name, _)| name == "code").map(|(_, code)| code);
        }
    };
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "code").map(|(_, code)| code.into_owned())
}

/// An answer, decoded as far as possible.
pub(super) fn shown(answer: &Answer, keys: Option<&Value>) -> Value {
    let mut body = match serde_json::from_str::<Value>(&answer.body) {
        // A parser would hide repeated members.
        Ok(body) if is_written_as(&body, &answer.body) => body,
        _ => json!(answer.body),
    };
    if let (Some(keys), Some(token)) = (keys, body["id_token"].as_str()) {
        body["id_token"] = decoded(token, keys);
    }
    // Signed userinfo.
    if let (Some(keys), Some(token)) = (keys, body.as_str())
        && token.starts_with("eyJ")
    {
        body = decoded(token, keys);
    }
    let mut headers = headers(&answer.headers);
    if let Some((address, query)) =
        headers["location"].as_str().and_then(|location| location.split_once(['?', '#']))
    {
        let pairs: Vec<_> = query.split('&').map(str::to_owned).collect();
        headers["location"] = json!({"address": address, "parameters": pairs});
    }
    json!({"status": answer.status, "headers": headers, "body": body})
}

fn headers(headers: &HeaderMap) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let shown = headers.keys().filter(|name| {
        // The date is the machine's, and the length follows from the body.
        !matches!(name.as_str(), "date" | "content-length") && **name != SET_COOKIE
    });
    let shown = shown.map(|name| {
        let values: Vec<_> = headers.get_all(name).iter().map(|it| text(it.as_bytes())).collect();
        (name.to_string(), json!(values.join(" | ")))
    });
    Value::Object(shown.collect())
}

fn is_written_as(value: &Value, text: &str) -> bool {
    serde_json::to_string(value).is_ok_and(|written| written == text)
}

/// A token: its header, its claims, and the key that verifies it.
pub(super) fn decoded(token: &str, keys: &Value) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return json!(token) };
    let part = |part: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let value: Option<Value> = serde_json::from_str(&text).ok();
        // JSON that a parser would change is shown as text.
        Some(value.filter(|value| is_written_as(value, &text)).unwrap_or(json!(text)))
    };
    let (Some(header), Some(claims)) = (part(header), part(claims)) else { return json!(token) };
    let signature = if signature.is_empty() { json!("none") } else { json!(signer(token, keys)) };
    json!({"header": header, "claims": claims, "signature": signature})
}

/// The published key that verifies a token.
fn signer(token: &str, keys: &Value) -> String {
    let keys = keys["keys"].as_array().into_iter().flatten();
    for (index, key) in keys.enumerate() {
        let Ok(jwk) = serde_json::from_value::<jsonwebtoken::jwk::Jwk>(key.clone()) else {
            continue;
        };
        let Ok(decoding) = jsonwebtoken::DecodingKey::from_jwk(&jwk) else { continue };
        for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA"] {
            let Ok(algorithm) = algorithm.parse() else { continue };
            let (signed, signature) = token.rsplit_once('.').unwrap_or((token, ""));
            let verified =
                jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &decoding, algorithm);
            if verified.unwrap_or(false) {
                return format!("{algorithm:?} by published key {index}");
            }
        }
    }
    "by no published key".to_owned()
}
