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
            effect: "The ID token names a different issuer, or none.",
            parameters: &[choice(
                "value",
                &["honest-op", "absent", "empty", "suffix", "case", "http-vs-https", "array"],
            )],
            clauses: &[
                "OpenID Connect Core 1.0, section 2",
                "OpenID Connect Core 1.0, section 3.1.3.7 (2)",
                "RFC 8725, section 3.8",
            ],
            note: "`honest-op` is the default issuer if this is a named one: an application that \
                   trusts both must compare the token with the issuer that it asked.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(iss)],
    },
    Entry {
        mode: Mode {
            name: "id-token-sub-invalid",
            effect: "The ID token has no subject, or an invalid one.",
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
                // These limits bind the provider; no clause asks the relying party to check them.
                ("value", "256-chars", Expected::Either),
                ("value", "whitespace", Expected::Either),
            ],
            note: "A relying party that accepts a number must distinguish it from the same digits \
                   in a string.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(sub)],
    },
    Entry {
        mode: Mode {
            name: "id-token-aud-mismatch",
            effect: "The ID token is for another client, or has no audience.",
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
            note: "For `client-id-at-other-op`, the application must be registered as \
                   `CLIENT-at-another-issuer` at its other issuer.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(aud)],
    },
    Entry {
        mode: Mode {
            name: "id-token-aud-array-single",
            effect: "The audience of the ID token is an array with one element.",
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
            effect: "The ID token has one more audience besides the client.",
            parameters: &[
                choice("extra", &["unknown-client", "url"]),
                choice("azp", &["absent", "own", "other"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (3)",
                "OpenID Connect Core 1.0, section 3.1.3.7 (4)",
                "OpenID Connect Core 1.0, section 3.1.3.7 (5)",
            ],
            note: "Many libraries accept audiences that they are not configured to trust. The \
                   serious case is an `azp` that names another client; the presence of `azp` is \
                   not required.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(|token, fault| {
            let Some(own) = token.claims.get("aud").cloned() else { return };
            let extra = if fault.is("extra", "url") {
                "https://audience.example/".to_owned()
            } else {
                "unknown-client".to_owned()
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
            effect: "The ID token has expired, or does not say when it expires.",
            parameters: &[choice("value", &["-10min", "absent", "-61s", "-1d", "0", "negative"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 2",
                "OpenID Connect Core 1.0, section 3.1.3.7 (9)",
                "RFC 7519, section 4.1.4",
            ],
            // Leeway of this size is common, because clocks differ.
            exceptions: &[("value", "-61s", Expected::Either)],
            note: "A few minutes count as leeway for clocks that differ.",
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
            note: "A fraction and an exponent are ordinary numbers; a string is not a number. A \
                   time millennia ahead may be refused, but must not cause a crash or wrap around.",
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
            effect: "The ID token was issued in the future or long ago, and has not expired.",
            parameters: &[choice("offset", &["+30s", "+5s", "+10min", "+1d", "-1d", "-7d"])],
            clauses: &["OpenID Connect Core 1.0, section 3.1.3.7 (10)", "RFC 7519, section 4.1.6"],
            expected: Expected::Either,
            exceptions: &[
                ("offset", "+5s", Expected::Tolerate),
                ("offset", "+30s", Expected::Tolerate),
            ],
            severity: Severity::Interoperability,
            note: "The relying party decides how far off is too far; a clock that is half a minute \
                   ahead is common.",
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
            // Leeway is optional.
            exceptions: &[("offset", "+30s", Expected::Either)],
            severity: Severity::Robustness,
            note: "Refusing half a minute locks users out if clocks differ: the relying party \
                   should tolerate it.",
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
            effect: "The ID token has a different nonce from the request, or none.",
            parameters: &[choice(
                "value",
                &["constant", "absent", "empty", "suffix", "case", "array"],
            )],
            clauses: &[
                "OpenID Connect Core 1.0, section 2",
                "OpenID Connect Core 1.0, section 3.1.3.7 (11)",
                "RFC 9700, section 4.5.3.2",
            ],
            note: "Does not act if the request has no nonce.",
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
            effect: "The ID token is from another login at the same client, and still valid.",
            parameters: &[choice(
                "from",
                &["other-user", "same-browser", "other-browser", "parallel-login"],
            )],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (11)",
                "OpenID Connect Core 1.0, section 15.5.2",
                "RFC 9700, section 4.5.3.2",
            ],
            note: "Only the nonce gives it away. The other login is one that this issuer saw while \
                   the failure was armed: log in twice, or begin a second login and leave it \
                   unfinished. If there is none, the provider makes one up. Does not act if the \
                   request has no nonce.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(replay)],
    },
    Entry {
        mode: Mode {
            name: "id-token-at-hash-wrong",
            effect: "`at_hash` does not match the access token.",
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
            note: "The check is optional in the code flow. In the other flows it is required, and \
                   the failure acts on the authorization response.",
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
            note: "The claim is optional in the code flow. In the other flows it is required \
                   with an access token, and the failure acts on the authorization response.",
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
            effect: "The ID token of the authorization response is about another code or user, or \
                     has no `c_hash`.",
            parameters: &[
                choice("mode", &["wrong", "missing", "sub-differs"]),
                choice("flow", &["hybrid"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.3.2.10",
                "OpenID Connect Core 1.0, section 3.3.2.11",
                "OpenID Connect Core 1.0, section 3.3.3.6",
            ],
            note: "Acts only if the client requests a code and an ID token at once.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::Authorization(|answer, fault| {
            hash::on_front_channel(answer, fault, hash::code);
        })],
    },
    Entry {
        mode: Mode {
            name: "id-token-auth-context-weaker",
            effect: "The request demands recent or strong authentication, and the ID token shows \
                     less.",
            parameters: &[
                choice("claim", &["auth_time", "acr"]),
                choice("value", &["stale", "absent", "lower", "future"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 2",
                "OpenID Connect Core 1.0, section 3.1.3.7 (12)",
                "OpenID Connect Core 1.0, section 3.1.3.7 (13)",
                "OpenID Connect Core 1.0, section 5.5.1.1",
            ],
            exceptions: &[("value", "future", Expected::Either)],
            note: "Acts only if the request demands it: on `auth_time` with `max_age` or \
                   `prompt=login`, on `acr` with `acr_values`. An `acr` that is present becomes \
                   `0`, which expresses no confidence.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(auth_context)],
    },
    Entry {
        mode: Mode {
            name: "id-token-duplicate-members",
            effect: "The ID token has a claim twice, once right and once wrong.",
            parameters: &[
                choice("member", &["sub", "aud", "iss", "nonce", "exp"]),
                choice("good", &["first", "last"]),
            ],
            clauses: &["RFC 7519, section 4", "RFC 8259, section 4"],
            exceptions: &[
                // Keeping the last one is allowed, and here it is the right one.
                ("good", "last", Expected::Either),
                // The relying party cannot know that the other subject is wrong.
                ("member", "sub", Expected::Either),
            ],
            note: "A relying party refuses the token, or uses the last value everywhere: the \
                   danger is that one part of it reads the first value and another part reads the \
                   last.",
            ..Mode::of(Class::IdTokenClaims)
        },
        acts: &[Act::IdToken(duplicate)],
    },
];
