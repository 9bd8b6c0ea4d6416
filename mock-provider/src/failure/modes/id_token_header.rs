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
            effect: "The ID token declares that it is not signed.",
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
            note: "Unsigned ID tokens are allowed only in the code flow, and only for a client \
                   that asked for them at its registration. `dot=dropped` leaves two parts if the \
                   signature is empty. There is no `at_hash`, because it depends on the algorithm.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(algorithm::unsign)],
    },
    Entry {
        mode: Mode {
            name: "id-token-alg-hs256-public-key",
            effect: "The ID token is authenticated with HS256, keyed with the issuer's public key.",
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
            note: "Each encoding is the same key as text: which one a confused verifier uses \
                   depends on how it stores its keys, so try all. `lf=strip` removes the line feed \
                   at the end.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(algorithm::key_with_public_key)],
    },
    Entry {
        mode: Mode {
            name: "id-token-alg-hs256-client-secret",
            effect: "The ID token is authenticated with HS256, keyed with the client's secret or a \
                     guessable key.",
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
            // Refusing an algorithm other than the registered one is a SHOULD, and only the client
            // and the issuer know the secret.
            exceptions: &[("key", "client-secret", Expected::Either)],
            note: "This is correct for a client that is registered for HS256, if the key is its \
                   secret. HMAC pads its key with zeros: an empty key and null bytes give the same \
                   authentication code.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(algorithm::key_with_secret)],
    },
    Entry {
        mode: Mode {
            name: "id-token-alg-invalid",
            effect: "The ID token's `alg` is missing, unknown, or not an algorithm of the key that \
                     `kid` names.",
            parameters: &[choice(
                "variant",
                &["absent", "unknown", "ES256-with-rsa-kid", "RS256-with-ec-kid", "number"],
            )],
            clauses: &["RFC 7515, section 4.1.1", "RFC 7515, section 5.2", "RFC 8725, section 3.1"],
            note: "The signature is valid for the key that `kid` names: only `alg` is wrong.",
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
            effect: "The ID token is validly signed with an algorithm of the issuer that the \
                     client is not registered for.",
            parameters: &[choice("alg", &["ES256", "RS384", "RS512", "PS256", "EdDSA"])],
            clauses: &["OpenID Connect Core 1.0, section 3.1.3.7 (7)"],
            expected: Expected::Either,
            severity: Severity::Interoperability,
            note: "Refusing is a SHOULD; accepting an algorithm that the metadata lists does no \
                   harm.",
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
            effect: "The ID token has no `kid`, and one key of the key set fits.",
            parameters: &[choice("jwk-kid", &["present", "absent"])],
            clauses: &["OpenID Connect Core 1.0, section 10.1", "RFC 7515, section 4.1.4"],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "Retired keys are not published either.",
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
            // The published key set has no `kid` for refreshed ID tokens either.
            Act::RefreshIdToken(|token, _| drop(token.header.shift_remove("kid"))),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-kid-absent-multiple",
            effect: "The ID token has no `kid`, and several keys of the key set fit.",
            parameters: &[
                number("keys", 2, 5, &["2", "5"]),
                choice("duplicate-kid", &["false", "true"]).neutral("false"),
            ],
            clauses: &["OpenID Connect Core 1.0, section 10.1", "RFC 7515, section 6"],
            expected: Expected::Either,
            severity: Severity::Interoperability,
            note: "Trying all keys and refusing are both correct; trying only the first is not. \
                   The right key is the last. `keys` includes it.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[
            Act::PrepareJwks(|document, fault| {
                let others = usize::try_from(fault.number("keys")).unwrap_or_default();
                for signer in fault.issuer.keys.signing() {
                    for number in 1..others {
                        let key = fault.issuer.keys.foreign(signer.key.public().kind(), number);
                        let kid = if fault.is("duplicate-kid", "true") {
                            &signer.kid
                        } else {
                            key.thumbprint()
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
            effect: "The ID token has a `kid` that is not in any key set.",
            parameters: &[choice("signer", &["unpublished", "published"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (6)",
                "OpenID Connect Core 1.0, section 10.1.1",
            ],
            exceptions: &[("signer", "published", Expected::Either)],
            note: "A relying party that does not find the key may try the others: with a published \
                   signer that does little harm.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(key_name::unknown)],
    },
    Entry {
        mode: Mode {
            name: "id-token-kid-injection",
            effect: "The ID token's `kid` is an injection payload, and the token is made with the \
                     key that a careless lookup would return.",
            parameters: &[choice(
                "value",
                &["url-canary", "path-traversal", "sql", "jwk-json", "64kB", "number", "null"],
            )],
            clauses: &["RFC 8725, section 3.10", "RFC 7515, section 4.1.4"],
            note: "`url-canary` uses a key of the canary's key set, `path-traversal` uses HS256 \
                   with the empty file, `sql` uses HS256 with the word that the query selects, \
                   `jwk-json` uses the key in the JSON, and the others use a key that is not \
                   published. A visit to the canary is also a finding, and so is a crash.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(key_name::inject)],
    },
    Entry {
        mode: Mode {
            name: "id-token-embedded-key",
            effect: "The ID token embeds an attacker's key that verifies it.",
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
            note: "`x5c` also has a certificate for the issuer's key; `order` says which comes \
                   first, and does not affect a single `jwk`.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(brought_key::embed)],
    },
    Entry {
        mode: Mode {
            name: "id-token-remote-key",
            effect: "The ID token says where to fetch an attacker's key that verifies it.",
            parameters: &[
                choice("member", &["jku", "x5u", "jwk-uri", "jwk.jku", "jwk.x5u"]),
                choice("content", &["untrusted", "untrusted+trusted", "trusted+untrusted"]),
            ],
            clauses: &[
                "RFC 7515, section 4.1.2",
                "RFC 7515, section 4.1.5",
                "RFC 8725, section 3.10",
            ],
            note: "The address is the canary's, which really serves such keys. A visit alone is \
                   also a finding: the relying party sends a request to any address that a token \
                   names.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(brought_key::refer)],
    },
    Entry {
        mode: Mode {
            name: "id-token-crit-unknown",
            effect: "The ID token's header demands extensions that no relying party understands, \
                     or has a malformed `crit`.",
            parameters: &[choice("crit", &["unknown", "b64-false", "empty-list", "not-an-array"])],
            clauses: &["RFC 7515, section 4.1.11", "RFC 7797, section 6", "RFC 7797, section 7"],
            severity: Severity::Robustness,
            note: "The token is valid for a relying party that ignores `crit`; its claims are \
                   encoded even if `b64` says that they are not.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(key_name::demand)],
    },
    Entry {
        mode: Mode {
            name: "id-token-cross-jwt",
            effect: "Another token of the issuer, validly signed, takes the place of the ID token.",
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
            note: "The claims give it away: no nonce, no expiry or another audience. `typ` is a \
                   second line of defence, which userinfo and assertions do not have.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(replace)],
    },
    Entry {
        mode: Mode {
            name: "id-token-claims-in-header",
            effect: "The ID token's header repeats a claim with a different value.",
            parameters: &[choice("claims", &["sub", "iss", "aud"])],
            clauses: &["RFC 7519, section 5.3", "RFC 8725, section 3.10"],
            expected: Expected::Tolerate,
            note: "The session must be that of the payload. Refusing the token is also correct: \
                   replicated claims should be compared.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(key_name::replicate)],
    },
    Entry {
        mode: Mode {
            name: "id-token-jwe-mismatch",
            effect: "The ID token is encrypted although the client did not ask for it, is not \
                     encrypted although it did, or is encrypted in another way.",
            parameters: &[choice("variant", &["unexpected-jwe", "missing-jwe", "rsa1_5"])],
            clauses: &["OpenID Connect Core 1.0, section 3.1.3.7 (1)", "RFC 7516, section 5.2"],
            expected: Expected::Error,
            severity: Severity::Interoperability,
            note: "The encryption key is the client's if it has one, otherwise one from its \
                   secret, otherwise a key that the client does not have. `unexpected-jwe` is for \
                   clients without `id_token_encrypted_response_alg`, `missing-jwe` for those with \
                   it.",
            ..Mode::of(Class::IdTokenHeader)
        },
        acts: &[Act::IdToken(mismatched_encryption::mismatch)],
    },
];
