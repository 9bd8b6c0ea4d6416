//! ID token: claims.

use serde_json::json;

use crate::failure::acts::hash;
use crate::failure::acts::near_miss::other_case;
use crate::failure::acts::replay::replay;
use crate::failure::acts::wrong_claim::{aud, auth_context, duplicate, iss, sub, time_format};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::choice;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
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
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(iss)],
    },
    Entry {
        mode: Mode {
            name: "id-token-sub-invalid",
            effect: "The ID token has no subject, or what can be none.",
            parameters: &[choice(
                "value",
                &[
                    "absent",
                    "empty",
                    "null",
                    "number",
                    "array",
                    "object",
                    "256-chars",
                    "whitespace",
                ],
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
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(sub)],
    },
    Entry {
        mode: Mode {
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
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(aud)],
    },
    Entry {
        mode: Mode {
            name: "id-token-aud-array-single",
            effect: "The audience of the ID token is an array of one.",
            clauses: &["OpenID Connect Core 1.0, section 2", "RFC 7519, section 4.1.3"],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(|token, _| {
            if let Some(aud) = token.claims.get("aud").filter(|aud| aud.is_string()).cloned() {
                token.claims.insert("aud".to_owned(), json!([aud]));
            }
        })],
    },
    Entry {
        mode: Mode {
            name: "id-token-aud-extra",
            effect: "The ID token is for the client and for one more audience.",
            parameters: &[
                choice("extra", &["unknown-client", "url"]),
                choice("azp", &["absent", "own", "other"]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 3.1.3.7 (3-5)"],
            note: "Many libraries let audiences pass that nobody told them to trust. The serious case is \
               an `azp` that names another client; that `azp` is there at all is no duty.",
            ..Mode::of(Class::IdTokenClaims)
        },
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
    },
    Entry {
        mode: Mode {
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
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(|token, fault| {
            let exp = match fault.value("value").as_str() {
                "absent" => return drop(token.claims.shift_remove("exp")),
                "0" => 0,
                "negative" => -1,
                _ => fault.request.at.as_second() + fault.offset("value"),
            };
            token.claims.insert("exp".to_owned(), json!(exp));
        })],
    },
    Entry {
        mode: Mode {
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
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(time_format)],
    },
    Entry {
        mode: Mode {
            name: "id-token-iat-missing",
            effect: "The ID token does not say when it was issued.",
            clauses: &["OpenID Connect Core 1.0, section 2"],
            severity: Severity::Robustness,
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(|token, _| drop(token.claims.shift_remove("iat")))],
    },
    Entry {
        mode: Mode {
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
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(|token, fault| {
            let iat = fault.request.at.as_second() + fault.offset("offset");
            token.claims.insert("iat".to_owned(), json!(iat));
        })],
    },
    Entry {
        mode: Mode {
            name: "id-token-nbf-future",
            effect: "The ID token is not valid yet.",
            parameters: &[choice("offset", &["+10min", "+30s", "+1d"])],
            clauses: &["RFC 7519, section 4.1.5"],
            // Leeway may be given, and need not.
            exceptions: &[("offset", "+30s", Expected::Either)],
            severity: Severity::Robustness,
            note: "Half a minute locks users out where clocks differ: it had better be tolerated.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(|token, fault| {
            let nbf = fault.request.at.as_second() + fault.offset("offset");
            token.claims.insert("nbf".to_owned(), json!(nbf));
        })],
    },
    Entry {
        mode: Mode {
            name: "id-token-nonce-mismatch",
            effect: "The ID token has another nonce than the request, or none.",
            parameters: &[choice(
                "value",
                &["constant", "absent", "empty", "suffix", "case", "array"],
            )],
            clauses: &[
                "OpenID Connect Core 1.0, section 2",
                "OpenID Connect Core 1.0, section 3.1.3.7 (11)",
                "RFC 9700, section 4.5.3.2",
            ],
            note: "Does nothing where the request has no nonce.",
            ..Mode::of(Class::IdTokenClaims)
        },
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
    },
    Entry {
        mode: Mode {
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
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(replay)],
    },
    Entry {
        mode: Mode {
            name: "id-token-at-hash-wrong",
            effect: "`at_hash` does not fit the access token.",
            parameters: &[
                choice("flow", &["code", "hybrid", "implicit"]),
                choice("mode", &["random", "full-hash", "other-alg"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.8",
                "OpenID Connect Core 1.0, section 3.2.2.9",
                "OpenID Connect Core 1.0, section 3.3.2.9",
            ],
            expected: Expected::Either,
            exceptions: &[
                ("flow", "hybrid", Expected::Reject),
                ("flow", "implicit", Expected::Reject),
            ],
            note: "In the code flow the check is a choice. In the others it is a duty, and the failure \
               acts on the authorization response.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[
            Act::IdToken(|token, fault| hash::in_code_flow(token, fault, hash::wrong)),
            Act::Authorization(|answer, fault| hash::on_front_channel(answer, fault, hash::wrong)),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-at-hash-missing",
            effect: "The ID token has no `at_hash`.",
            parameters: &[choice("flow", &["code", "hybrid", "implicit"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.6",
                "OpenID Connect Core 1.0, section 3.2.2.10",
                "OpenID Connect Core 1.0, section 3.3.2.11",
            ],
            expected: Expected::Tolerate,
            exceptions: &[
                ("flow", "hybrid", Expected::Reject),
                ("flow", "implicit", Expected::Reject),
            ],
            severity: Severity::Interoperability,
            note: "In the code flow the claim is optional. In the others it must stand beside an access \
               token, and the failure acts on the authorization response.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[
            Act::IdToken(|token, fault| hash::in_code_flow(token, fault, hash::missing)),
            Act::Authorization(|answer, fault| {
                hash::on_front_channel(answer, fault, hash::missing);
            }),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-c-hash-invalid",
            effect: "The ID token of the authorization response vouches for another code or user.",
            parameters: &[
                choice("mode", &["wrong", "missing", "sub-differs"]),
                choice("flow", &["hybrid"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.3.2.10",
                "OpenID Connect Core 1.0, section 3.3.2.11",
                "OpenID Connect Core 1.0, section 3.3.3.6",
            ],
            note: "Shows where the client asks for a code and an ID token at once.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::Authorization(|answer, fault| {
            hash::on_front_channel(answer, fault, hash::code);
        })],
    },
    Entry {
        mode: Mode {
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
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(auth_context)],
    },
    Entry {
        mode: Mode {
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
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(duplicate)],
    },
];
