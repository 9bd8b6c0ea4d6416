//! Userinfo.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::failure::acts::altered_userinfo;
use crate::failure::acts::near_miss::other_case;
use crate::failure::acts::replay::become_user;
use crate::failure::engine::act::{Act, Entry};
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
        acts: &[
            Act::Userinfo(altered_userinfo::ambiguous),
            Act::Answer(altered_userinfo::duplicate),
        ],
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
                if is_jwt
                    && altered_userinfo::sends_claims(answer, fault)
                    && fault.is("content-type", "with-charset")
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
        acts: &[Act::SignedUserinfo(altered_userinfo::invalid)],
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
        acts: &[Act::Answer(altered_userinfo::http_error)],
    },
];
