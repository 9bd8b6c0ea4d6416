//! Wrong values for the protocol's claims.

use serde_json::{Value, json};

use super::near_miss::{noise, other_case, with_member};
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;

/// Another issuer, or none.
pub(crate) fn iss(token: &mut Token, fault: &Fault<'_>) {
    let own = &fault.issuer.url;
    let iss = match fault.value("value").as_str() {
        "absent" => return drop(token.claims.shift_remove("iss")),
        "empty" => json!(""),
        "suffix" => json!(format!("{own}/another")),
        "case" => json!(other_case(own)),
        "http-vs-https" => json!(match own.strip_prefix("https:") {
            Some(rest) => format!("http:{rest}"),
            None => own.replacen("http:", "https:", 1),
        }),
        "array" => json!([own]),
        _ => json!(fault.other_issuer()),
    };
    token.claims.insert("iss".to_owned(), iss);
}

/// No subject, or an invalid one.
pub(crate) fn sub(token: &mut Token, fault: &Fault<'_>) {
    let Some(own) = token.claims.get("sub").and_then(Value::as_str) else { return };
    let sub = match fault.value("value").as_str() {
        "absent" => return drop(token.claims.shift_remove("sub")),
        "empty" => json!(""),
        "null" => Value::Null,
        // The subject itself, if it is a number.
        "number" => json!(own.parse::<u64>().unwrap_or(1)),
        "array" => json!([own]),
        "object" => json!({"sub": own}),
        "256-chars" => json!(format!("{own}{}", noise(own, 256_usize.saturating_sub(own.len())))),
        _ => json!("   "),
    };
    token.claims.insert("sub".to_owned(), sub);
}

/// Another audience, or none.
pub(crate) fn aud(token: &mut Token, fault: &Fault<'_>) {
    let Some(own) = token.claims.get("aud").and_then(Value::as_str) else { return };
    let aud = match fault.value("value").as_str() {
        "absent" => return drop(token.claims.shift_remove("aud")),
        "empty-array" => json!([]),
        "suffix" => json!(format!("{own}-another")),
        "prefix" => json!(format!("another-{own}")),
        "case" => json!(other_case(own)),
        "client-id-at-other-op" => json!(format!("{own}-at-another-issuer")),
        "space-joined" => json!(format!("{own} {}", fault.other_client())),
        _ => json!(fault.other_client()),
    };
    token.claims.insert("aud".to_owned(), aud);
}

/// A time in an unusual form.
pub(crate) fn time_format(token: &mut Token, fault: &Fault<'_>) {
    let claim = fault.value("claim");
    let time = token.claims.get(&claim).or_else(|| token.claims.get("iat"));
    let Some(time) = time.and_then(Value::as_i64) else { return };
    let written = match fault.value("form").as_str() {
        "string" => format!("\"{time}\""),
        "milliseconds" => format!("{time}000"),
        "1e9-notation" => format!("{:e}", time as f64),
        "year-9999" => "253402300799".to_owned(),
        "2^63" => "9223372036854775808".to_owned(),
        // Half a second early: never in the future.
        _ => format!("{}.5", time - 1),
    };
    token.payload = Some(with_member(&token.claims, &claim, &[&written]));
}

/// An authentication that is weaker than the request demanded.
pub(crate) fn auth_context(token: &mut Token, fault: &Fault<'_>) {
    let login = fault.failures.ledger().login(fault.note).cloned();
    let requested = |name: &str, sought: fn(&str) -> bool| {
        let login = login.as_ref();
        login.and_then(|login| login.parameters.last(name)).is_some_and(sought)
    };
    let value = fault.value("value");
    if fault.is("claim", "acr") {
        if requested("acr_values", |_| true) && token.claims.contains_key("acr") {
            match value.as_str() {
                "absent" => drop(token.claims.shift_remove("acr")),
                _ => drop(token.claims.insert("acr".to_owned(), json!("0"))),
            }
        }
        return;
    }
    let recent = requested("max_age", |_| true)
        || requested("prompt", |prompt| prompt.split(' ').any(|word| word == "login"));
    let Some(time) = token.claims.get("auth_time").and_then(Value::as_i64) else { return };
    const DAY: i64 = 24 * 60 * 60;
    let time = match value.as_str() {
        _ if !recent => return,
        "absent" => return drop(token.claims.shift_remove("auth_time")),
        "lower" => 0,
        "future" => time + DAY,
        // Longer ago than any client allows.
        _ => time - 365 * DAY,
    };
    token.claims.insert("auth_time".to_owned(), json!(time));
}

/// A claim twice, once right and once wrong.
pub(crate) fn duplicate(token: &mut Token, fault: &Fault<'_>) {
    let member = fault.value("member");
    let Some(good) = token.claims.get(&member) else { return };
    let bad = match member.as_str() {
        "sub" => json!(fault.victim().subject),
        "aud" => json!(fault.other_client()),
        "iss" => json!(fault.other_issuer()),
        "nonce" => json!("constant-nonce"),
        _ => json!(fault.request.at.as_second() - 600),
    };
    let (good, bad) = (good.to_string(), bad.to_string());
    let values = if fault.is("good", "first") { [&*good, &bad] } else { [&*bad, &good] };
    token.payload = Some(with_member(&token.claims, &member, &values));
}
