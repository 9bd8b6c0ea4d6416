//! Key set.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::base::endpoint::Endpoint;
use crate::failure::acts::offer::{publish, publish_before};
use crate::failure::acts::{foreign_jwk, malformed, rotation, weak_key};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::Fault;
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, duration, number};

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "jwks-rotate-new-kid",
            effect: "New keys with new names sign, from one login to the next or just before the ID \
                 token is signed.",
            parameters: &[
                choice("timing", &["just-before-signing", "between-logins"]),
                choice("old-key", &["dropped", "kept"]),
                choice("jwks_uri", &["same", "moved"]),
                choice("cache-control", &["none", "no-cache", "max-age"]).neutral("none"),
            ],
            clauses: &["OpenID Connect Core 1.0, section 10.1.1"],
            expected: Expected::Recover,
            // Nothing says that metadata must be read again.
            exceptions: &[("jwks_uri", "moved", Expected::Either)],
            severity: Severity::Robustness,
            note: "The way out is to fetch the keys again for a `kid` that is not known. Many do so \
               once a minute at most: log in again after a minute before you judge. `moved` has \
               nothing at the old address once keys were rotated; the metadata names the new one.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[
            Act::Before(Endpoint::Authorization, rotation::between_logins),
            Act::Before(Endpoint::Token, rotation::just_before_signing),
            Act::PrepareMetadata(rotation::move_address),
            Act::Answer(rotation::answer),
        ],
    },
    Entry {
        mode: Mode {
            name: "jwks-rotate-same-kid",
            effect: "A new key signs under the name of the old one.",
            parameters: &[duration("cooldown", "60s", &[])],
            clauses: &["RFC 7517, section 4.5", "OpenID Connect Core 1.0, section 10.1.1"],
            expected: Expected::Either,
            severity: Severity::Robustness,
            note: "An error of the provider. It is kind to fetch the keys once more when a signature \
               does not fit. The key changes just before an ID token is signed, and not again \
               before `cooldown` is over, so that a second login may succeed.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[Act::Before(Endpoint::Token, rotation::under_the_same_name)],
    },
    Entry {
        mode: Mode {
            name: "jwks-retired-key-used",
            effect: "An ID token is signed with a key that the issuer has withdrawn, as after a theft.",
            parameters: &[duration("age", "0s", &[]), choice("force-refresh", &["rotate-first"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (6)",
                "OpenID Connect Core 1.0, section 10.1.1",
            ],
            note: "Three logins: the first is honest, in the second a new key signs so that the keys \
               are fetched again, and from the third on the old key does, once it was withdrawn \
               for `age`. Says nothing of a client that never fetches keys again.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[
            Act::PrepareState(Endpoint::Token, rotation::retire),
            Act::IdToken(rotation::sign_with_retired),
        ],
    },
    Entry {
        mode: Mode {
            name: "jwks-unknown-kid-storm",
            effect: "Each ID token names another key that stands in no key set.",
            parameters: &[number("count", 50, 10_000, &[]), number("rate", 10, 1_000, &[])],
            clauses: &["OpenID Connect Core 1.0, section 10.1.1", "RFC 8725, section 3.10"],
            expected: Expected::Reject,
            severity: Severity::Robustness,
            note: "Each login is refused, yet the keys are not fetched each time. The browser begins \
               `count` logins, `rate` a second; the journal has the fetches.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[Act::IdToken(rotation::name_no_key)],
    },
    Entry {
        mode: Mode {
            name: "jwks-unavailable",
            effect: "The key set cannot be fetched, or has no keys.",
            parameters: &[
                choice("mode", &["503", "html", "empty-keys", "no-keys-member", "truncated"]),
                number("count", 1, 1_000, &[]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 10.1.1", "RFC 7517, section 5"],
            expected: Expected::Recover,
            severity: Severity::Robustness,
            note: "The login may fail, the next one must not: a failure is nothing to keep. A set \
               without keys never means that any signature will do.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[
            Act::Jwks(|document, fault| match fault.value("mode").as_str() {
                "empty-keys" => drop(document.insert("keys".to_owned(), json!([]))),
                "no-keys-member" => drop(document.shift_remove("keys")),
                _ => {}
            }),
            Act::Answer(make_unavailable),
        ],
    },
    Entry {
        mode: Mode {
            name: "jwks-foreign-keys",
            effect: "The key set has a key besides the right one that is not for signatures, or that \
                 few know; or the right one says little of itself.",
            parameters: &[
                choice(
                    "extra",
                    &[
                        "kty-unknown",
                        "kty-AKP",
                        "OKP-Ed448",
                        "EC-P521",
                        "secp256k1",
                        "use-enc",
                        "alg-RSA-OAEP",
                        "same-kid-other-kty",
                    ],
                ),
                choice("order", &["first", "last"]),
                choice("drop", &["none", "alg", "use"]).neutral("none"),
                choice("content-type", &["application/json", "application/jwk-set+json"])
                    .neutral("application/json"),
            ],
            clauses: &[
                "RFC 7517, section 4.2",
                "RFC 7517, section 4.4",
                "RFC 7517, section 4.5",
                "RFC 7517, section 5",
                "RFC 7517, section 8.5.1",
            ],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "One key that cannot be used does not spoil the set.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[
            Act::Jwks(|document, fault| {
                if let Some(Value::Array(keys)) = document.get_mut("keys") {
                    let dropped = fault.value("drop");
                    let members = keys.iter_mut().filter_map(Value::as_object_mut);
                    members.for_each(|jwk| drop(jwk.shift_remove(&dropped)));
                }
                let extra = foreign_jwk::extra(&fault.value("extra"), &fault.issuer.keys);
                match extra {
                    Some(jwk) if fault.is("order", "first") => publish_before(document, jwk),
                    Some(jwk) => publish(document, jwk),
                    None => {}
                }
            }),
            Act::Answer(|answer, fault| {
                if fault.request.endpoint == Endpoint::Jwks && answer.is_json() {
                    answer.content_type(&fault.value("content-type"));
                }
            }),
        ],
    },
    Entry {
        mode: Mode {
            name: "jwks-weak-key",
            effect: "The published key that signs is too weak, or its certificate is of another key.",
            parameters: &[choice("key", &["rsa-512", "rsa-1024", "e-1", "x5c-mismatch"])],
            clauses: &["RFC 7518, section 3.3", "RFC 7517, section 4.7", "RFC 8725, section 3.5"],
            // Who never looks at certificates is not deceived.
            exceptions: &[("key", "x5c-mismatch", Expected::Either)],
            note: "Many accept 1024 bits: report it as hardening. With the exponent 1 anybody signs. \
               With `x5c-mismatch` the signature is by the key, not by that of the certificate.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[
            Act::PrepareJwks(weak_key::publish),
            Act::Jwks(weak_key::certify),
            Act::IdToken(weak_key::sign),
            Act::RefreshIdToken(weak_key::sign),
        ],
    },
    Entry {
        mode: Mode {
            name: "jwks-oct-key",
            effect: "The key set has a symmetric key, and HS256 with it makes the ID token.",
            parameters: &[choice("kid", &["named", "unnamed"])],
            clauses: &["RFC 8725, section 3.1", "OpenID Connect Discovery 1.0, section 3"],
            note: "Whoever reads the key set can make such tokens. `kid` says whether key and token \
               have a name.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[
            Act::PrepareJwks(weak_key::publish_symmetric),
            Act::IdToken(weak_key::sign_symmetric),
        ],
    },
];

fn make_unavailable(answer: &mut RawResponse, fault: &Fault<'_>) {
    if fault.request.endpoint != Endpoint::Jwks {
        return;
    }
    match fault.value("mode").as_str() {
        "503" => {
            answer.status = StatusCode::SERVICE_UNAVAILABLE;
            answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            answer.body = b"out of order\n".to_vec();
        }
        "html" => {
            answer.content_type("text/html; charset=utf-8");
            answer.body = malformed::PAGE.to_vec();
        }
        "truncated" => answer.body.truncate(answer.body.len() / 2),
        _ => {}
    }
}
