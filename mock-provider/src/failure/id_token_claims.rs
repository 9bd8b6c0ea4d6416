//! ID token: claims.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::fault::Fault;
use super::mode::{Act, Expected, Mode, Severity};
use super::near_miss::{noise, other_case, with_member};
use super::parameter::choice;
use super::replay::replay;
use super::token::Token;
use crate::algorithm::Algorithm;
use crate::journal::Endpoint;
use crate::protocol::id_token::at_hash;

pub(super) static MODES: &[Mode] = &[
    Mode {
        name: "id-token-iss-mismatch",
        effect: "The ID token names another issuer, or none.",
        parameters: &[choice(
            "value",
            &["honest-op", "absent", "empty", "suffix", "case", "http-vs-https", "array"],
        )],
        clauses: &[
            "OpenID Connect Core 1.0, section 2",
            "OpenID Connect Core 1.0, section 3.1.3.7 (2)",
            "RFC 8725, section 3.8",
        ],
        note: "`honest-op` is the default issuer, where this is one of its siblings: an application \
               that trusts both must hold the token against the one that it asked.",
        acts: &[Act::IdToken(iss)],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-sub-invalid",
        effect: "The ID token has no subject, or what can be none.",
        parameters: &[choice(
            "value",
            &["absent", "empty", "null", "number", "array", "object", "256-chars", "whitespace"],
        )],
        clauses: &[
            "OpenID Connect Core 1.0, section 2",
            "OpenID Connect Core 1.0, section 5.7",
            "RFC 7519, section 4.1.2",
        ],
        exceptions: &[
            ("value", "number", Expected::Either),
            // Limits that bind the provider; no clause has the relying party check them.
            ("value", "256-chars", Expected::Either),
            ("value", "whitespace", Expected::Either),
        ],
        note: "Who takes a number must keep it apart from the same digits in a string.",
        acts: &[Act::IdToken(sub)],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-aud-mismatch",
        effect: "The ID token is for another client, or for nobody.",
        parameters: &[choice(
            "value",
            &[
                "other-client",
                "absent",
                "empty-array",
                "suffix",
                "prefix",
                "case",
                "client-id-at-other-op",
                "space-joined",
            ],
        )],
        clauses: &[
            "OpenID Connect Core 1.0, section 3.1.3.7 (3)",
            "RFC 7519, section 4.1.3",
            "RFC 8725, section 3.9",
        ],
        note: "For `client-id-at-other-op` the application is called \
               `CLIENT-at-another-issuer` at its other issuer.",
        acts: &[Act::IdToken(aud)],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-aud-array-single",
        effect: "The audience of the ID token is an array of one.",
        clauses: &["OpenID Connect Core 1.0, section 2", "RFC 7519, section 4.1.3"],
        expected: Expected::Tolerate,
        severity: Severity::Interoperability,
        acts: &[Act::IdToken(|token, _| {
            if let Some(aud) = token.claims.get("aud").filter(|aud| aud.is_string()).cloned() {
                token.claims.insert("aud".to_owned(), json!([aud]));
            }
        })],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-aud-extra",
        effect: "The ID token is for the client and for one more audience.",
        parameters: &[
            choice("extra", &["unknown-client", "url"]),
            choice("azp", &["absent", "own", "other"]),
        ],
        clauses: &["OpenID Connect Core 1.0, section 3.1.3.7 (3-5)"],
        note: "Many libraries let audiences pass that nobody told them to trust. The serious case is \
               an `azp` that names another client; that `azp` is there at all is no duty.",
        acts: &[Act::IdToken(|token, fault| {
            let Some(own) = token.claims.get("aud").cloned() else { return };
            let extra = match fault.is("extra", "url") {
                true => "https://audience.example/".to_owned(),
                false => "unknown-client".to_owned(),
            };
            token.claims.insert("aud".to_owned(), json!([own, extra]));
            match fault.value("azp").as_str() {
                "own" => drop(token.claims.insert("azp".to_owned(), own)),
                "other" => drop(token.claims.insert("azp".to_owned(), json!(extra))),
                _ => {}
            }
        })],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-exp-invalid",
        effect: "The ID token expired long ago, or does not say when it expires.",
        parameters: &[choice("value", &["-10min", "absent", "-61s", "-1d", "0", "negative"])],
        clauses: &[
            "OpenID Connect Core 1.0, section 2",
            "OpenID Connect Core 1.0, section 3.1.3.7 (9)",
            "RFC 7519, section 4.1.4",
        ],
        // Clocks differ: so much may be allowed for.
        exceptions: &[("value", "-61s", Expected::Either)],
        note: "Up to some minutes count as leeway for clocks that differ.",
        acts: &[Act::IdToken(|token, fault| {
            let exp = match fault.value("value").as_str() {
                "absent" => return drop(token.claims.shift_remove("exp")),
                "0" => 0,
                "negative" => -1,
                _ => fault.request.at.as_second() + fault.offset("value"),
            };
            token.claims.insert("exp".to_owned(), json!(exp));
        })],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-time-format",
        effect: "A time in the ID token is written in an unusual form.",
        parameters: &[
            choice("claim", &["exp", "iat", "nbf", "auth_time"]),
            choice(
                "form",
                &["float", "string", "milliseconds", "1e9-notation", "year-9999", "2^63"],
            ),
        ],
        clauses: &["RFC 7519, section 2"],
        expected: Expected::Tolerate,
        exceptions: &[
            ("form", "string", Expected::Either),
            ("form", "milliseconds", Expected::Either),
            ("form", "year-9999", Expected::Either),
            ("form", "2^63", Expected::Either),
        ],
        severity: Severity::Interoperability,
        note: "A fraction and an exponent are numbers like any other. A string is none. What lies \
               millennia ahead may be refused, but must neither crash nor wrap around.",
        acts: &[Act::IdToken(time_format)],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-iat-missing",
        effect: "The ID token does not say when it was issued.",
        clauses: &["OpenID Connect Core 1.0, section 2"],
        severity: Severity::Robustness,
        acts: &[Act::IdToken(|token, _| drop(token.claims.shift_remove("iat")))],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-iat-skewed",
        effect: "The ID token was issued in the future, or long ago; it has not expired.",
        parameters: &[choice("offset", &["+30s", "+5s", "+10min", "+1d", "-1d", "-7d"])],
        clauses: &["OpenID Connect Core 1.0, section 3.1.3.7 (10)", "RFC 7519, section 4.1.6"],
        expected: Expected::Either,
        exceptions: &[
            ("offset", "+5s", Expected::Tolerate),
            ("offset", "+30s", Expected::Tolerate),
        ],
        severity: Severity::Interoperability,
        note: "How far off is too far is the relying party's choice; a clock that is half a minute \
               ahead is everyday life.",
        acts: &[Act::IdToken(|token, fault| {
            let iat = fault.request.at.as_second() + fault.offset("offset");
            token.claims.insert("iat".to_owned(), json!(iat));
        })],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-nbf-future",
        effect: "The ID token is not valid yet.",
        parameters: &[choice("offset", &["+10min", "+30s", "+1d"])],
        clauses: &["RFC 7519, section 4.1.5"],
        // Leeway may be given, and need not.
        exceptions: &[("offset", "+30s", Expected::Either)],
        severity: Severity::Robustness,
        note: "Half a minute locks users out where clocks differ: it had better be tolerated.",
        acts: &[Act::IdToken(|token, fault| {
            let nbf = fault.request.at.as_second() + fault.offset("offset");
            token.claims.insert("nbf".to_owned(), json!(nbf));
        })],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-nonce-mismatch",
        effect: "The ID token has another nonce than the request, or none.",
        parameters: &[choice("value", &["constant", "absent", "empty", "suffix", "case", "array"])],
        clauses: &[
            "OpenID Connect Core 1.0, section 2",
            "OpenID Connect Core 1.0, section 3.1.3.7 (11)",
            "RFC 9700, section 4.5.3.2",
        ],
        note: "Does nothing where the request has no nonce.",
        acts: &[Act::IdToken(|token, fault| {
            let Some(nonce) = token.claims.get("nonce").cloned() else { return };
            let text = nonce.as_str().unwrap_or_default();
            let other = match fault.value("value").as_str() {
                "absent" => return drop(token.claims.shift_remove("nonce")),
                "empty" => json!(""),
                "suffix" => json!(format!("{text}-another")),
                "case" => json!(other_case(text)),
                "array" => json!([nonce]),
                _ => json!("constant-nonce"),
            };
            token.claims.insert("nonce".to_owned(), other);
        })],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-nonce-replayed",
        effect: "The ID token is the one of another login at the same client, still valid.",
        parameters: &[choice(
            "from",
            &["other-user", "same-browser", "other-browser", "parallel-login"],
        )],
        clauses: &[
            "OpenID Connect Core 1.0, section 3.1.3.7 (11)",
            "OpenID Connect Core 1.0, section 15.5.2",
            "RFC 9700, section 4.5.3.2",
        ],
        note: "Only the nonce tells. The other login is one that this issuer saw while the failure \
               was armed: log in twice, or begin a second login and leave it open. Where there is \
               none, it is made up. Does nothing where the request has no nonce.",
        acts: &[Act::IdToken(replay)],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-at-hash-wrong",
        effect: "`at_hash` does not fit the access token.",
        parameters: &[choice("mode", &["random", "full-hash", "other-alg"])],
        clauses: &["OpenID Connect Core 1.0, section 3.1.3.8"],
        expected: Expected::Either,
        note: "In the code flow the check is a choice.",
        acts: &[Act::IdToken(|token, fault| {
            let access_token = token.access_token.clone().unwrap_or_default();
            let base64 = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
            let wrong = match fault.value("mode").as_str() {
                "full-hash" => base64(digest(&SHA256, access_token.as_bytes()).as_ref()),
                "other-alg" => base64(&digest(&SHA512, access_token.as_bytes()).as_ref()[..32]),
                _ => at_hash(Algorithm::default(), &noise(&access_token, 43)),
            };
            if token.claims.contains_key("at_hash") {
                token.claims.insert("at_hash".to_owned(), json!(wrong));
            }
        })],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-at-hash-missing",
        effect: "The ID token has no `at_hash`.",
        clauses: &["OpenID Connect Core 1.0, section 3.1.3.6"],
        expected: Expected::Tolerate,
        severity: Severity::Interoperability,
        note: "In the code flow the claim is optional.",
        acts: &[Act::IdToken(|token, _| drop(token.claims.shift_remove("at_hash")))],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-auth-context-weaker",
        effect: "The user must have authenticated lately or strongly, and the ID token shows less.",
        parameters: &[
            choice("claim", &["auth_time", "acr"]),
            choice("value", &["stale", "absent", "lower", "future"]),
        ],
        clauses: &[
            "OpenID Connect Core 1.0, section 2",
            "OpenID Connect Core 1.0, section 3.1.3.7 (12-13)",
            "OpenID Connect Core 1.0, section 5.5.1.1",
        ],
        exceptions: &[("value", "future", Expected::Either)],
        note: "Acts only where it was asked for: on `auth_time` by `max_age` or `prompt=login`, on \
               `acr` by `acr_values`. A class that is present is lowered to `0`, which says that \
               nothing is sure.",
        acts: &[Act::IdToken(auth_context)],
        ..Mode::ENTRY
    },
    Mode {
        name: "id-token-duplicate-members",
        effect: "The ID token says something twice, once right and once wrong.",
        parameters: &[
            choice("member", &["sub", "aud", "iss", "nonce", "exp"]),
            choice("good", &["first", "last"]),
        ],
        clauses: &["RFC 7519, section 4", "RFC 8259, section 4"],
        exceptions: &[
            // To take the last one is allowed, and here it is right.
            ("good", "last", Expected::Either),
            // Another subject cannot be told to be wrong.
            ("member", "sub", Expected::Either),
        ],
        note: "A relying party refuses, or takes the last one everywhere: the danger is one part of \
               it that reads the first and another that reads the last.",
        acts: &[Act::IdToken(duplicate)],
        ..Mode::ENTRY
    },
];

fn iss(token: &mut Token, fault: &Fault<'_>) {
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

fn sub(token: &mut Token, fault: &Fault<'_>) {
    let Some(own) = token.claims.get("sub").and_then(Value::as_str) else { return };
    let sub = match fault.value("value").as_str() {
        "absent" => return drop(token.claims.shift_remove("sub")),
        "empty" => json!(""),
        "null" => Value::Null,
        // The subject itself, where it is one.
        "number" => json!(own.parse::<u64>().unwrap_or(1)),
        "array" => json!([own]),
        "object" => json!({"sub": own}),
        "256-chars" => json!(format!("{own}{}", noise(own, 256_usize.saturating_sub(own.len())))),
        _ => json!("   "),
    };
    token.claims.insert("sub".to_owned(), sub);
}

fn aud(token: &mut Token, fault: &Fault<'_>) {
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

fn time_format(token: &mut Token, fault: &Fault<'_>) {
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

fn auth_context(token: &mut Token, fault: &Fault<'_>) {
    let exchanges = fault.issuer.journal.exchanges();
    let asked = |name: &str, sought: fn(&str) -> bool| {
        exchanges.iter().any(|it| {
            it.endpoint == Endpoint::Authorization
                && it.flow == fault.note.flow
                && it.parameter(name).is_some_and(sought)
        })
    };
    let value = fault.value("value");
    if fault.is("claim", "acr") {
        if asked("acr_values", |_| true) && token.claims.contains_key("acr") {
            match value.as_str() {
                "absent" => drop(token.claims.shift_remove("acr")),
                _ => drop(token.claims.insert("acr".to_owned(), json!("0"))),
            }
        }
        return;
    }
    let lately = asked("max_age", |_| true)
        || asked("prompt", |prompt| prompt.split(' ').any(|word| word == "login"));
    let Some(time) = token.claims.get("auth_time").and_then(Value::as_i64) else { return };
    const DAY: i64 = 24 * 60 * 60;
    let time = match value.as_str() {
        _ if !lately => return,
        "absent" => return drop(token.claims.shift_remove("auth_time")),
        "lower" => 0,
        "future" => time + DAY,
        // Longer ago than anybody allows.
        _ => time - 365 * DAY,
    };
    token.claims.insert("auth_time".to_owned(), json!(time));
}

fn duplicate(token: &mut Token, fault: &Fault<'_>) {
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
