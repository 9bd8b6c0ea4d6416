//! Tokens and claims that are too large for a cookie or a header.

use serde_json::{Value, json};

use super::near_miss::noise;
use crate::failure::engine::act::Object;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::jose::algorithm::Algorithm;
use crate::protocol::id_token::half_hash;

/// The chosen number of bytes. A kilobyte is a thousand bytes, so that the largest token still fits
/// into a form.
fn size(fault: &Fault<'_>) -> usize {
    let size = fault.value("size");
    size.trim_end_matches("kB").parse::<usize>().unwrap_or_default() * 1_000
}

/// A token of the chosen size that starts with the honest one.
fn lengthened(token: &str, fault: &Fault<'_>) -> String {
    format!("{token}.{}", noise(token, size(fault).saturating_sub(token.len() + 1)))
}

/// Adds groups to claims that have groups.
pub(crate) fn claims(claims: &mut Object, fault: &Fault<'_>) {
    /// The length of a group in bytes, with quotes and comma.
    const GROUP: usize = 40;
    if let (true, Some(Value::Array(groups))) =
        (fault.is("source", "groups"), claims.get_mut("groups"))
    {
        let names = (0..size(fault) / GROUP).map(|number| {
            let seed = format!("group {number}");
            json!(format!("group-{number:05}-{}", noise(&seed, GROUP - "\"group-00000-\",".len())))
        });
        groups.extend(names);
    }
}

/// Lengthens the ID token, or makes its `at_hash` match a long access token.
pub(crate) fn id_token(token: &mut Token, fault: &Fault<'_>) {
    match (fault.value("source").as_str(), &token.access_token) {
        ("id_token", _) => {
            // base64url encodes three bytes as four.
            let padding = noise("padding", size(fault) / 4 * 3);
            token.claims.insert("https://claims.example/padding".to_owned(), json!(padding));
        }
        ("access_token", Some(access_token)) if token.claims.contains_key("at_hash") => {
            let hash = half_hash(Algorithm::default(), &lengthened(access_token, fault));
            token.claims.insert("at_hash".to_owned(), json!(hash));
        }
        _ => {}
    }
}

/// Lengthens the access or refresh token; the provider then accepts the long form too.
pub(crate) fn tokens(document: &mut Object, fault: &Fault<'_>) {
    let source = fault.value("source");
    if !matches!(source.as_str(), "access_token" | "refresh_token") {
        return;
    }
    if let Some(Value::String(token)) = document.get_mut(&source) {
        let long = lengthened(token, fault);
        fault.issuer.grants().rename(token, &long, fault.issuer.clock.seconds());
        *token = long;
    }
}
