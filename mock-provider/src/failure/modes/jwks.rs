//! Key set.

use serde_json::{Value, json};

use crate::base::endpoint::Endpoint;
use crate::failure::acts::offer::{publish, publish_before};
use crate::failure::acts::{altered_jwks, foreign_jwk, rotation, weak_key};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, duration, number};

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "jwks-rotate-new-kid",
            effect: "The provider rotates to new keys with new `kid` values, between two logins or \
                     just before it signs the ID token.",
            parameters: &[
                choice("timing", &["just-before-signing", "between-logins"]),
                choice("old-key", &["dropped", "kept"]),
                choice("jwks_uri", &["same", "moved"]),
                choice("cache-control", &["none", "no-cache", "max-age"]).neutral("none"),
            ],
            clauses: &["OpenID Connect Core 1.0, section 10.1.1"],
            expected: Expected::Recover,
            // No clause requires that the relying party reads the metadata again.
            exceptions: &[("jwks_uri", "moved", Expected::Either)],
            severity: Severity::Robustness,
            note: "The relying party recovers if it fetches the key set again for an unknown \
                   `kid`. Many do so at most once a minute: log in again after a minute before you \
                   judge. With `moved`, the old address has no key set after a rotation; the \
                   metadata names the new address.",
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
            effect: "A new key signs with the `kid` of the old key.",
            parameters: &[duration("cooldown", "60s", &[])],
            clauses: &["RFC 7517, section 4.5", "OpenID Connect Core 1.0, section 10.1.1"],
            expected: Expected::Either,
            severity: Severity::Robustness,
            note: "This is an error of the provider. A lenient relying party fetches the key set \
                   again when a signature does not verify. The key changes just before an ID token \
                   is signed, and not again until `cooldown` is over, so that a second login can \
                   succeed.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[Act::Before(Endpoint::Token, rotation::under_the_same_name)],
    },
    Entry {
        mode: Mode {
            name: "jwks-retired-key-used",
            effect: "The ID token is signed with a key that the issuer has withdrawn, as it does \
                     with a stolen key.",
            parameters: &[duration("age", "0s", &[]), choice("force-refresh", &["rotate-first"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (6)",
                "OpenID Connect Core 1.0, section 10.1.1",
            ],
            note: "This takes three logins: the first is honest; in the second a new key signs, so \
                   that the relying party fetches the key set again; from the third on the old key \
                   signs, once it has been withdrawn for `age`. It proves nothing about a client \
                   that never fetches keys again.",
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
            effect: "Each ID token has a different `kid` that is not in any key set.",
            parameters: &[number("count", 50, 10_000, &[]), number("rate", 10, 1_000, &[])],
            clauses: &["OpenID Connect Core 1.0, section 10.1.1", "RFC 8725, section 3.10"],
            expected: Expected::Reject,
            severity: Severity::Robustness,
            note: "The relying party must refuse each login, but must not fetch the key set each \
                   time. The browser begins `count` logins, `rate` per second; the journal records \
                   the fetches.",
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
            note: "This login may fail; the next one must not, so a relying party must not cache \
                   the failure. A key set without keys never means that any signature is \
                   acceptable.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[
            Act::Jwks(|document, fault| match fault.value("mode").as_str() {
                "empty-keys" => drop(document.insert("keys".to_owned(), json!([]))),
                "no-keys-member" => drop(document.shift_remove("keys")),
                _ => {}
            }),
            Act::Answer(altered_jwks::make_unavailable),
        ],
    },
    Entry {
        mode: Mode {
            name: "jwks-foreign-keys",
            effect: "The key set has an additional key that is not for signatures or that few \
                     relying parties know, or the right key lacks optional members.",
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
            note: "One unusable key does not make the key set unusable.",
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
            effect: "The published signing key is too weak, or its certificate is for another key.",
            parameters: &[choice("key", &["rsa-512", "rsa-1024", "e-1", "x5c-mismatch"])],
            clauses: &["RFC 7518, section 3.3", "RFC 7517, section 4.7", "RFC 8725, section 3.5"],
            // A relying party that ignores certificates is not deceived.
            exceptions: &[("key", "x5c-mismatch", Expected::Either)],
            note: "Many relying parties accept 1024 bits: report that as hardening. With the \
                   exponent 1, any attacker can sign. With `x5c-mismatch`, the signature is by the \
                   published key, not by the key of the certificate.",
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
            effect: "The key set has a symmetric key, and the ID token is authenticated with that \
                     key and HS256.",
            parameters: &[choice("kid", &["named", "unnamed"])],
            clauses: &["RFC 8725, section 3.1", "OpenID Connect Discovery 1.0, section 3"],
            note: "Any reader of the key set can forge such tokens. `kid` says whether the key \
                   and the token have a `kid`.",
            ..Mode::of(Class::Jwks)
        },
        acts: &[
            Act::PrepareJwks(weak_key::publish_symmetric),
            Act::IdToken(weak_key::sign_symmetric),
        ],
    },
];
