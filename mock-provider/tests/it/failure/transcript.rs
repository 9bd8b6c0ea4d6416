//! All that a relying party is sent in a login, a refresh and a logout, decoded; with a failure and
//! without, everything else being equal.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use mock_provider::failure::{Class, Failure};
use mock_provider::{Clock, MockProvider};
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::{Map, Value, json};

use crate::support::{Answer, Browser, Parameters, builder, url};

/// Snapshots what each case of a class changes in the transcript. Cases that begin with one of
/// `except` have tests of their own, and those of modes that are the user agent's have nothing to
/// change.
pub(super) async fn assert_changes_except(class: Class, except: &[&str]) {
    let honest = transcript(None).await;
    assert_eq!(honest, transcript(None).await, "two honest runs must be alike");
    let mut lines = String::new();
    for mode in class.modes() {
        for case in mode.cases() {
            if except.iter().any(|prefix| case.to_string().starts_with(prefix)) {
                continue;
            }
            let sent = transcript(Some(case.clone())).await;
            lines.push_str(&format!("{case}\n"));
            let before = lines.len();
            compare("", Some(&honest), Some(&sent), &mut |line| {
                lines.push_str(&format!("    {line}\n"));
            });
            assert!(lines.len() > before, "{case} changed nothing");
        }
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("failure__{class}"), lines);
    });
}

/// Snapshots what each case of a class changes in the transcript.
pub(super) async fn assert_changes(class: Class) {
    assert_changes_except(class, &[]).await;
}

/// Goes through a login of `alice`, a refresh and a logout as `demo-app`, with a failure armed.
pub(super) async fn transcript(failure: Option<Failure>) -> Value {
    let provider = provider().await;
    let armed = failure.map(|failure| (failure.to_string(), provider.fail(failure)));
    let transcript = walk(&provider).await;
    if let Some((failure, _armed)) = armed {
        let told: Vec<_> =
            provider.journal().into_iter().flat_map(|exchange| exchange.alterations).collect();
        assert!(!told.is_empty(), "the journal tells nothing of {failure}");
    }
    transcript
}

/// A provider whose every byte is the same in every run.
pub(super) async fn provider() -> MockProvider {
    builder()
        .seed(7)
        .clock(Clock::frozen_at("2026-01-01T12:00:00Z".parse().expect("RFC 3339")))
        .settings(|settings| settings.issuer_url = Some("https://issuer.example".into()))
        .start()
        .await
}

/// Asks everything that a relying party and a browser ask. What does not come any more because of
/// a failure is not asked for.
async fn walk(provider: &MockProvider) -> Value {
    let mut browser = Browser::new();
    let mut told = Map::new();
    let metadata = browser.get(&url(provider, "/.well-known/openid-configuration")).await;
    told.insert("discovery".into(), shown(&metadata, None));
    let keys = browser.get(&url(provider, "/jwks")).await;
    told.insert("jwks".into(), shown(&keys, None));
    let keys: Value = serde_json::from_str(&keys.body).unwrap_or_default();

    let request = Parameters::authorization()
        .with("scope", "openid profile email groups offline_access")
        .with("nonce", "n-0S6_WzA2Mj");
    let page = browser.authorize(provider, &request).await;
    told.insert("authorize".into(), shown(&page, None));
    let callback = browser.sign_in(&page, "alice").await;
    told.insert("callback".into(), shown(&callback, Some(&keys)));
    if let Some(code) = code(&callback) {
        let tokens = browser.token(provider, Parameters::code(&code)).await;
        told.insert("tokens".into(), shown(&tokens, Some(&keys)));
        let tokens: Value = serde_json::from_str(&tokens.body).unwrap_or_default();
        if let Some(token) = tokens["access_token"].as_str() {
            let userinfo = browser.userinfo(provider, token).await;
            told.insert("userinfo".into(), shown(&userinfo, Some(&keys)));
        }
        if let Some(token) = tokens["refresh_token"].as_str() {
            let refreshed = browser.token(provider, Parameters::refresh(token)).await;
            told.insert("refreshed".into(), shown(&refreshed, Some(&keys)));
        }
        // A token that fills no address does not come back.
        if let Some(token) = tokens["id_token"].as_str().filter(|it| it.len() < 16_000) {
            let logout = Parameters::none().with("id_token_hint", token);
            let address = url(provider, &format!("/end-session?{}", logout.encode()));
            let ended = browser.get(&address).await;
            told.insert("logout".into(), shown(&ended, None));
        }
    }
    Value::Object(told)
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

/// An answer, decoded as far as it can be.
pub(super) fn shown(answer: &Answer, keys: Option<&Value>) -> Value {
    let mut body = match serde_json::from_str::<Value>(&answer.body) {
        // Repeated members are lost on a parser.
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

/// A token: header, claims, and whose signature it has.
pub(super) fn decoded(token: &str, keys: &Value) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return json!(token) };
    let part = |part: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let value: Option<Value> = serde_json::from_str(&text).ok();
        // What a parser would change is shown as it is.
        Some(value.filter(|value| is_written_as(value, &text)).unwrap_or(json!(text)))
    };
    let (Some(header), Some(claims)) = (part(header), part(claims)) else { return json!(token) };
    let signature = match signature.is_empty() {
        true => json!("none"),
        false => json!(signer(token, keys)),
    };
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

/// Tells each place where two transcripts differ, in a line.
pub(super) fn compare(
    place: &str,
    honest: Option<&Value>,
    sent: Option<&Value>,
    tell: &mut impl FnMut(String),
) {
    let inner = |name: &str| if place.is_empty() { name.into() } else { format!("{place}.{name}") };
    match (honest, sent) {
        (Some(Value::Object(honest)), Some(Value::Object(sent))) => {
            for (name, value) in honest {
                compare(&inner(name), Some(value), sent.get(name), tell);
            }
            for (name, value) in sent.iter().filter(|(name, _)| !honest.contains_key(*name)) {
                compare(&inner(name), None, Some(value), tell);
            }
        }
        (Some(Value::Array(honest)), Some(Value::Array(sent))) if honest.len() == sent.len() => {
            for (index, (honest, sent)) in honest.iter().zip(sent).enumerate() {
                compare(&inner(&index.to_string()), Some(honest), Some(sent), tell);
            }
        }
        (honest, sent) if honest == sent => {}
        (Some(Value::Object(answer)), None) if answer.contains_key("status") => {
            tell(format!("{place}: not asked for"));
        }
        (honest, sent) => tell(format!("{place}: {} -> {}", brief(honest), brief(sent))),
    }
}

/// The beginning of a value, and the size of one that is large. The size of what is not would change
/// with every member of the metadata, and that of a page with every word on it.
fn brief(value: Option<&Value>) -> String {
    const MOST: usize = 160;
    const LARGE: usize = 3 * 1024;
    let Some(value) = value else { return "nothing".to_owned() };
    let text = without_hashes(&value.to_string());
    match text.char_indices().nth(MOST) {
        Some((end, _)) if text.len() > LARGE && !text.starts_with("\"<!") => {
            format!("{}… ({} kB)", &text[..end], text.len() / 1024)
        }
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Policies without the hashes of our style sheets and scripts, which would change with every change
/// of how pages look.
fn without_hashes(text: &str) -> String {
    let mut parts = text.split("'sha256-");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (hash, rest) = part.split_once('\'').expect("a hash ends in a quote");
        assert_eq!(hash.len(), 44, "{hash}");
        shown.push_str("'sha256-…'");
        shown.push_str(rest);
    }
    shown
}
