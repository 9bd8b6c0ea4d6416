//! Userinfo.

use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::base::endpoint::Endpoint;
use crate::failure::acts::near_miss::{other_case, with_member};
use crate::failure::acts::replay::become_user;
use crate::failure::engine::act::{Act, Entry, Object};
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::{Signature, Token};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::choice;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "userinfo-sub-mismatch",
            effect: "Userinfo is about a different user from the ID token.",
            parameters: &[
                choice("sub", &["other-user", "case-changed", "suffix"]),
                choice("claims", &["victim"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 5.3.2",
                "OpenID Connect Core 1.0, section 16.11",
            ],
            note: "Logging in by the ID token alone is also correct, if nothing from userinfo is \
                   used.",
            ..Mode::of(Class::Userinfo)
        },
        acts: &[Act::Userinfo(|claims, fault| {
            let own = claims.get("sub").and_then(Value::as_str).unwrap_or_default().to_owned();
            become_user(claims, fault);
            let sub = match fault.value("sub").as_str() {
                "case-changed" => other_case(&own),
                "suffix" => format!("{own}-another"),
                _ => return,
            };
            claims.insert("sub".to_owned(), json!(sub));
        })],
    },
    Entry {
        mode: Mode {
            name: "userinfo-sub-ambiguous",
            effect: "Userinfo has no subject, more than one, or one that is not a string.",
            parameters: &[choice(
                "form",
                &[
                    "absent",
                    "null",
                    "array-own-first",
                    "array-victim-first",
                    "duplicate-own-first",
                    "duplicate-victim-first",
                    "number",
                ],
            )],
            clauses: &["OpenID Connect Core 1.0, section 5.3.2", "RFC 8259, section 4"],
            // Parsers keep the last of repeated members, which is the right one here.
            exceptions: &[("form", "duplicate-victim-first", Expected::Either)],
            note: "Repeated members occur only in plain JSON, not in signed userinfo.",
            ..Mode::of(Class::Userinfo)
        },
        acts: &[Act::Userinfo(ambiguous), Act::Answer(duplicate)],
    },
    Entry {
        mode: Mode {
            name: "userinfo-jwt-unexpected",
            effect: "Userinfo is a signed JWT, although the client registered for plain JSON.",
            parameters: &[
                choice("signature", &["valid"]),
                choice("content-type", &["application/jwt", "with-charset"]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 5.3.2"],
            expected: Expected::Either,
            severity: Severity::Interoperability,
            note: "Verifying it and refusing it cleanly are both correct; half a profile is not.",
            ..Mode::of(Class::Userinfo)
        },
        acts: &[
            // The engine turns userinfo into a JWT for this act; nothing else changes.
            Act::SignedUserinfo(|_, _| {}),
            Act::Answer(|answer, fault| {
                let value = HeaderValue::from_static("application/jwt; charset=utf-8");
                let is_jwt =
                    answer.headers.get(CONTENT_TYPE).is_some_and(|it| it == "application/jwt");
                if is_jwt && sends_claims(answer, fault) && fault.is("content-type", "with-charset")
                {
                    answer.headers.insert(CONTENT_TYPE, value);
                }
            }),
        ],
    },
    Entry {
        mode: Mode {
            name: "userinfo-jwt-invalid",
            effect: "Userinfo is a JWT that does not verify or has a wrong claim.",
            parameters: &[choice("fault", &["signature", "alg-none", "iss", "aud", "sub"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 5.3.2",
                "OpenID Connect Core 1.0, section 5.3.4",
            ],
            note: "A client that registered for plain JSON gets the JWT too: some libraries read \
                   tokens that they are not configured to verify.",
            ..Mode::of(Class::Userinfo)
        },
        acts: &[Act::SignedUserinfo(invalid)],
    },
    Entry {
        mode: Mode {
            name: "userinfo-http-error",
            effect: "The userinfo endpoint fails.",
            parameters: &[
                choice(
                    "mode",
                    &[
                        "401-invalid_token",
                        "403-insufficient_scope",
                        "500",
                        "html-200",
                        "empty",
                        "truncated",
                        "wrong-content-type",
                    ],
                ),
                choice("www-authenticate", &["present", "absent"]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 5.3.3", "RFC 6750, section 3.1"],
            expected: Expected::Error,
            exceptions: &[("mode", "wrong-content-type", Expected::Either)],
            severity: Severity::Robustness,
            note: "Logging in by the ID token alone is fine if its claims suffice; a loop is not, \
                   nor is a login that is only half complete.",
            ..Mode::of(Class::Userinfo)
        },
        acts: &[Act::Answer(http_error)],
    },
];

/// Whether an answer contains userinfo, not an error.
fn sends_claims(answer: &RawResponse, fault: &Fault<'_>) -> bool {
    fault.request.endpoint == Endpoint::Userinfo
        && fault.request.method != Method::OPTIONS
        && answer.status.is_success()
}

fn ambiguous(claims: &mut Object, fault: &Fault<'_>) {
    let Some(own) = claims.get("sub").cloned() else { return };
    let victim = json!(fault.victim().subject);
    let sub = match fault.value("form").as_str() {
        "absent" => return drop(claims.shift_remove("sub")),
        "null" => Value::Null,
        "array-own-first" => json!([own, victim]),
        "array-victim-first" => json!([victim, own]),
        "number" => json!(own.as_str().and_then(|own| own.parse::<u64>().ok()).unwrap_or(1)),
        _ => return,
    };
    claims.insert("sub".to_owned(), sub);
}

fn duplicate(answer: &mut RawResponse, fault: &Fault<'_>) {
    let form = fault.value("form");
    let Some(order) = form.strip_prefix("duplicate-") else { return };
    let claims: Object = match serde_json::from_slice(&answer.body) {
        Ok(claims) if sends_claims(answer, fault) => claims,
        _ => return,
    };
    let Some(own) = claims.get("sub").map(Value::to_string) else { return };
    let victim = json!(fault.victim().subject).to_string();
    let values = if order == "own-first" { [&*own, &victim] } else { [&*victim, &own] };
    answer.body = with_member(&claims, "sub", &values);
}

fn invalid(token: &mut Token, fault: &Fault<'_>) {
    let (claim, value) = match fault.value("fault").as_str() {
        "alg-none" => {
            token.header.insert("alg".to_owned(), json!("none"));
            token.signature = Signature::Bytes(Vec::new(), "none");
            return;
        }
        "iss" => ("iss", fault.other_issuer()),
        "aud" => ("aud", fault.other_client()),
        "sub" => ("sub", fault.victim().subject.clone()),
        _ => {
            // As long as the right signature, and valid for nothing.
            token.signature = Signature::Bytes(vec![0x5a; 256], "arbitrary bytes");
            return;
        }
    };
    token.claims.insert(claim.to_owned(), json!(value));
}

fn http_error(answer: &mut RawResponse, fault: &Fault<'_>) {
    if !sends_claims(answer, fault) {
        return;
    }
    match fault.value("mode").as_str() {
        "401-invalid_token" => {
            let reason = "the access token was revoked";
            refuse(answer, fault, (StatusCode::UNAUTHORIZED, "invalid_token", reason));
        }
        "403-insufficient_scope" => {
            let reason = "the access token must have another scope";
            refuse(answer, fault, (StatusCode::FORBIDDEN, "insufficient_scope", reason));
        }
        "500" => {
            answer.status = StatusCode::INTERNAL_SERVER_ERROR;
            become_text(answer, "text/plain; charset=utf-8", "internal server error\n");
        }
        "html-200" => {
            let page = "<!doctype html>\n<title>Maintenance</title>\n<p>Please come back later.\n";
            become_text(answer, "text/html; charset=utf-8", page);
        }
        "empty" => answer.body.clear(),
        "truncated" => answer.body.truncate(answer.body.len() / 2),
        _ => drop(answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"))),
    }
}

fn refuse(
    answer: &mut RawResponse,
    fault: &Fault<'_>,
    (status, error, reason): (StatusCode, &str, &str),
) {
    answer.status = status;
    answer.body = json!({"error": error, "error_description": reason}).to_string().into_bytes();
    answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let challenge =
        format!("Bearer realm=\"userinfo\", error=\"{error}\", error_description=\"{reason}\"");
    if let (true, Ok(challenge)) =
        (fault.is("www-authenticate", "present"), HeaderValue::from_str(&challenge))
    {
        answer.headers.insert(WWW_AUTHENTICATE, challenge);
    }
}

fn become_text(answer: &mut RawResponse, content_type: &'static str, text: &str) {
    answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.body = text.as_bytes().to_owned();
}
