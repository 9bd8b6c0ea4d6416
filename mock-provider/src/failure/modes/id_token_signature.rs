//! ID token: signature.

use crate::failure::acts::bad_signature;
use crate::failure::acts::offer::advertise;
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::choice;
use crate::jose::algorithm::Algorithm;

/// The exception for a client that gets its ID token directly from the token endpoint (OpenID
/// Connect Core 1.0, section 3.1.3.7 (6)).
const TLS_INSTEAD: &str = "In the code flow, TLS may replace the check of the signature: \
                           acceptance over https is allowed but weak. Acceptance over http, or on \
                           the front channel, is a failure.";

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "id-token-sig-invalid",
            effect: "The ID token's signature does not match its header and claims.",
            parameters: &[
                choice(
                    "mode",
                    &[
                        "bitflip",
                        "payload-swap",
                        "header-swap",
                        "stripped",
                        "truncated",
                        "other-token",
                    ],
                ),
                choice("alg", &["registered", "RS256", "ES256", "HS256"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (6)",
                "RFC 7515, section 5.2",
                "RFC 8725, section 3.3",
            ],
            expected: Expected::Reject,
            note: TLS_INSTEAD,
            ..Mode::of(Class::IdTokenSignature)
        },
        acts: &[
            Act::PrepareMetadata(|metadata, fault| fault.advertise_chosen(metadata)),
            Act::PrepareJwks(|document, fault| fault.publish_chosen(document)),
            Act::IdToken(bad_signature::invalidate),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-sig-wrong-key",
            effect: "The ID token is signed with a key that the issuer does not publish, under the \
                     `kid` of one that it does.",
            parameters: &[choice("key", &["unpublished", "other-op", "retired"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (6)",
                "OpenID Connect Core 1.0, section 16.3",
            ],
            expected: Expected::Reject,
            note: TLS_INSTEAD,
            ..Mode::of(Class::IdTokenSignature)
        },
        acts: &[Act::IdToken(bad_signature::sign_with_wrong_key)],
    },
    Entry {
        mode: Mode {
            name: "id-token-sig-ecdsa-malformed",
            effect: "The ID token has an ECDSA signature in a form that is not allowed.",
            parameters: &[choice("form", &["all-zero", "der", "oversize", "s-high"])],
            clauses: &["RFC 7518, section 3.4", "RFC 8725, section 3.3"],
            expected: Expected::Reject,
            // Valid unless the verifier demands the lower of the two values of s, which no clause
            // requires.
            exceptions: &[("form", "s-high", Expected::Either)],
            note: "A client that is registered for another algorithm refuses ES256 as such: \
                   compare how it answers `id-token-alg-unregistered:alg=ES256`. Some versions of \
                   Java accepted `all-zero` for any message.",
            ..Mode::of(Class::IdTokenSignature)
        },
        acts: &[
            Act::PrepareMetadata(|metadata, _| advertise(metadata, Algorithm::ES256)),
            Act::PrepareJwks(|document, fault| {
                fault.publish_spare(document, Some(Algorithm::ES256))
            }),
            Act::IdToken(bad_signature::malform),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-not-a-jwt",
            effect: "The ID token is not a JWS in compact serialization.",
            parameters: &[choice(
                "form",
                &[
                    "garbage",
                    "2-parts",
                    "4-parts",
                    "json-serialization",
                    "padded-base64",
                    "std-base64",
                    "whitespace",
                    "payload-not-json",
                    "1MB",
                ],
            )],
            clauses: &["RFC 7515, section 2", "RFC 7515, section 7.1", "RFC 7519, section 7.2"],
            expected: Expected::Error,
            exceptions: &[
                ("form", "padded-base64", Expected::Either),
                ("form", "std-base64", Expected::Either),
                ("form", "whitespace", Expected::Either),
            ],
            severity: Severity::Robustness,
            note: "Padding, the other alphabet and line breaks are part of the signed text: a \
                   lenient parser finds a valid token, which does little harm.",
            ..Mode::of(Class::IdTokenSignature)
        },
        acts: &[Act::IdToken(bad_signature::deform)],
    },
];
