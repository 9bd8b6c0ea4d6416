//! ID token: header.

use serde_json::Value;

use crate::failure::acts::cross_jwt::replace;
use crate::failure::acts::offer::publish_before;
use crate::failure::acts::{
    algorithm_confusion as algorithm, brought_key, key_name, mismatched_encryption,
};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, number};
use crate::jose::algorithm::Algorithm;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "id-token-alg-none",
            effect: "The ID token says that it is not signed.",
            parameters: &[
                choice("spelling", &["none", "None", "NONE", "nOnE"]),
                choice("signature", &["empty", "garbage", "original"]),
                choice("dot", &["kept", "dropped"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 2",
                "OpenID Connect Core 1.0, section 3.1.3.7 (6)",
                "OpenID Connect Core 1.0, section 3.1.3.7 (7)",
                "RFC 8725, section 3.1",
                "RFC 8725, section 3.2",
            ],
            note: "Allowed in the code flow alone, and only to a client that asked for it at its \
               registration. `dot=dropped` leaves two parts, where the signature is empty. There is \
               no `at_hash`, for it follows from the algorithm.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(algorithm::unsign)],
    },
    Entry {
        mode: Mode {
            name: "id-token-alg-hs256-public-key",
            effect: "The ID token is authenticated by HS256, keyed with the issuer's public key.",
            parameters: &[
                choice(
                    "encoding",
                    &[
                        "pem-spki",
                        "pem-pkcs1",
                        "pem-no-lf",
                        "pem-no-headers",
                        "der-base64",
                        "jwk-json",
                        "n",
                        "e",
                        "kty",
                        "alg",
                    ],
                ),
                choice("lf", &["keep", "strip"]),
            ],
            clauses: &["RFC 8725, section 2.1", "RFC 8725, section 3.1"],
            note: "The same key as a text: which one a confused verifier takes depends on how its \
               keys are kept, so try all. `lf=strip` leaves out the line feed at the end.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(algorithm::key_with_public_key)],
    },
    Entry {
        mode: Mode {
            name: "id-token-alg-hs256-client-secret",
            effect: "The ID token is authenticated by HS256, keyed with the client's secret or with \
                 what anybody guesses.",
            parameters: &[
                choice("key", &["empty", "client-secret", "secret", "null-bytes", "client-id"]),
                choice("kid", &["absent", "client-id"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (7)",
                "OpenID Connect Core 1.0, section 3.1.3.7 (8)",
                "RFC 8725, section 3.1",
                "RFC 8725, section 3.5",
            ],
            // To refuse another algorithm than the registered one is a SHOULD; only the two know the
            // secret.
            exceptions: &[("key", "client-secret", Expected::Either)],
            note: "Right for a client that is registered for HS256, if the key is its secret. An HMAC \
               fills its key up with zeros: an empty key and null bytes give the same code.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(algorithm::key_with_secret)],
    },
    Entry {
        mode: Mode {
            name: "id-token-alg-invalid",
            effect: "The ID token's `alg` is missing, unknown, or none of the key that `kid` names.",
            parameters: &[choice(
                "variant",
                &["absent", "unknown", "ES256-with-rsa-kid", "RS256-with-ec-kid", "number"],
            )],
            clauses: &["RFC 7515, section 4.1.1", "RFC 7515, section 5.2", "RFC 8725, section 3.1"],
            note: "The signature is right for the key that `kid` names: only `alg` says otherwise.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[
            Act::PrepareJwks(|document, fault| {
                if fault.is("variant", "RS256-with-ec-kid") {
                    fault.publish_spare(document, Some(Algorithm::ES256));
                }
            }),
            Act::IdToken(algorithm::lie),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-alg-unregistered",
            effect: "The ID token is rightly signed with an algorithm of the issuer that the client is \
                 not registered for.",
            parameters: &[choice("alg", &["ES256", "RS384", "RS512", "PS256", "EdDSA"])],
            clauses: &["OpenID Connect Core 1.0, section 3.1.3.7 (7)"],
            expected: Expected::Either,
            severity: Severity::Interoperability,
            note: "To refuse is a SHOULD; to accept what the metadata lists does no harm.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[
            Act::PrepareMetadata(|metadata, fault| fault.advertise_chosen(metadata)),
            Act::PrepareJwks(|document, fault| fault.publish_chosen(document)),
            Act::IdToken(|token, fault| fault.sign_as_chosen(token)),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-kid-absent-single",
            effect: "The ID token names no key, and one of the key set fits.",
            parameters: &[choice("jwk-kid", &["present", "absent"])],
            clauses: &["OpenID Connect Core 1.0, section 10.1", "RFC 7515, section 4.1.4"],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "Keys that were rotated away are not published either.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[
            Act::PrepareJwks(|document, fault| {
                let signing = fault.issuer.keys.signing();
                let signs = |jwk: &Value| signing.iter().any(|key| key.kid == jwk["kid"]);
                let Some(Value::Array(keys)) = document.get_mut("keys") else { return };
                keys.retain(signs);
                if fault.is("jwk-kid", "absent") {
                    let members = keys.iter_mut().filter_map(Value::as_object_mut);
                    members.for_each(|jwk| drop(jwk.shift_remove("kid")));
                }
            }),
            Act::IdToken(|token, _| drop(token.header.shift_remove("kid"))),
            // The key set has lost the name for every ID token.
            Act::RefreshIdToken(|token, _| drop(token.header.shift_remove("kid"))),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-kid-absent-multiple",
            effect: "The ID token names no key, and several of the key set fit.",
            parameters: &[
                number("keys", 2, 5, &["2", "5"]),
                choice("duplicate-kid", &["false", "true"]).neutral("false"),
            ],
            clauses: &["OpenID Connect Core 1.0, section 10.1", "RFC 7515, section 6"],
            expected: Expected::Either,
            severity: Severity::Interoperability,
            note: "To try all and to refuse are both right; to take the first is not. The right key is \
               the last. `keys` counts it too.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[
            Act::PrepareJwks(|document, fault| {
                let others = usize::try_from(fault.number("keys")).unwrap_or_default();
                for signer in fault.issuer.keys.signing() {
                    for number in 1..others {
                        let key = fault.issuer.keys.foreign(signer.key.public().kind(), number);
                        let kid = match fault.is("duplicate-kid", "true") {
                            true => &signer.kid,
                            false => key.thumbprint(),
                        };
                        publish_before(document, key.public().published(signer.algorithm, kid));
                    }
                }
            }),
            Act::IdToken(|token, _| drop(token.header.shift_remove("kid"))),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-kid-unknown",
            effect: "The ID token names a key that stands in no key set.",
            parameters: &[choice("signer", &["unpublished", "published"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (6)",
                "OpenID Connect Core 1.0, section 10.1.1",
            ],
            exceptions: &[("signer", "published", Expected::Either)],
            note: "Whoever finds no such key may try the others: with a published signer that does \
               little harm.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(key_name::unknown)],
    },
    Entry {
        mode: Mode {
            name: "id-token-kid-injection",
            effect: "The ID token's `kid` holds what must not be looked up as it is, and the token is \
                 made with the key that this would give.",
            parameters: &[choice(
                "value",
                &["url-canary", "path-traversal", "sql", "jwk-json", "64kB", "number", "null"],
            )],
            clauses: &["RFC 8725, section 3.10", "RFC 7515, section 4.1.4"],
            note: "Keys: of the canary's key set, HS256 with the empty file and with the word that is \
               selected, the one in the JSON; else a key of nobody. A visit of the canary is a \
               finding too, and so is a crash.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(key_name::inject)],
    },
    Entry {
        mode: Mode {
            name: "id-token-embedded-key",
            effect: "The ID token brings the key along that verifies it, an attacker's.",
            parameters: &[
                choice("member", &["jwk+x5c", "jwk", "x5c", "jwk-oct"]),
                choice("order", &["untrusted-first", "trusted-first"]),
                choice("kid", &["own", "published"]),
            ],
            clauses: &[
                "RFC 7515, section 4.1.3",
                "RFC 7515, section 4.1.6",
                "RFC 8725, section 3.10",
            ],
            note: "`x5c` has a certificate of the issuer's key as well; `order` says which is first, \
               and does nothing to a single `jwk`.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(brought_key::embed)],
    },
    Entry {
        mode: Mode {
            name: "id-token-remote-key",
            effect: "The ID token says where to fetch the key that verifies it, an attacker's.",
            parameters: &[
                choice("member", &["jku", "x5u", "jwk-uri", "jwk.jku", "jwk.x5u"]),
                choice("content", &["untrusted", "untrusted+trusted", "trusted+untrusted"]),
            ],
            clauses: &[
                "RFC 7515, section 4.1.2",
                "RFC 7515, section 4.1.5",
                "RFC 8725, section 3.10",
            ],
            note: "The address is the canary's, which really has such keys. A visit alone is a finding \
               too: a request to wherever the token says.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(brought_key::refer)],
    },
    Entry {
        mode: Mode {
            name: "id-token-crit-unknown",
            effect: "The ID token's header has extensions that must be understood, and nobody does.",
            parameters: &[choice("crit", &["unknown", "b64-false", "empty-list", "not-an-array"])],
            clauses: &["RFC 7515, section 4.1.11", "RFC 7797, section 6", "RFC 7797, section 7"],
            severity: Severity::Robustness,
            note: "The token is otherwise sound to whoever passes `crit` over; its claims are encoded \
               even where `b64` says that they are not.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(key_name::demand)],
    },
    Entry {
        mode: Mode {
            name: "id-token-cross-jwt",
            effect: "Another token of the issuer, rightly signed, stands where the ID token should.",
            parameters: &[
                choice(
                    "kind",
                    &["logout-token", "access-token-jwt", "userinfo-jwt", "client-assertion"],
                ),
                choice("typ", &["as-is", "JWT"]),
            ],
            clauses: &[
                "RFC 8725, section 3.11",
                "RFC 8725, section 3.12",
                "OpenID Connect Back-Channel Logout 1.0, section 4.1",
                "RFC 9068, section 5",
            ],
            note: "The claims tell: no nonce, no expiry or another audience. `typ` is a second line of \
               defence, which userinfo and assertions have not.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(replace)],
    },
    Entry {
        mode: Mode {
            name: "id-token-claims-in-header",
            effect: "The ID token's header repeats a claim, with the value of somebody else.",
            parameters: &[choice("claims", &["sub", "iss", "aud"])],
            clauses: &["RFC 7519, section 5.3", "RFC 8725, section 3.10"],
            expected: Expected::Tolerate,
            note: "The session must be that of the payload. To refuse the token is right too: \
               replicated claims are to be compared.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(key_name::replicate)],
    },
    Entry {
        mode: Mode {
            name: "id-token-jwe-mismatch",
            effect: "The ID token is encrypted although the client did not ask for it, or is not \
                 although it did, or is so in another way.",
            parameters: &[choice("variant", &["unexpected-jwe", "missing-jwe", "rsa1_5"])],
            clauses: &["OpenID Connect Core 1.0, section 3.1.3.7 (1)", "RFC 7516, section 5.2"],
            expected: Expected::Error,
            severity: Severity::Interoperability,
            note: "The key is the client's, where it has one, else one of its secret, else nobody's. \
               `unexpected-jwe` is for clients without `id_token_encrypted_response_alg`, \
               `missing-jwe` for those with it.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(mismatched_encryption::mismatch)],
    },
];
