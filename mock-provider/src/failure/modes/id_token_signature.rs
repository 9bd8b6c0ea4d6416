//! ID token: signature.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;

use crate::failure::acts::offer::advertise;
use crate::failure::engine::act::{Act, Entry};
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::{Signature, Token};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::choice;
use crate::jose::algorithm::Algorithm;
use crate::jose::ecdsa;
use crate::jose::jws::Jws;
use crate::jose::public_key::PublicKey;
use crate::jose::signer::Signer;

/// What Core allows a client that gets its tokens from the token endpoint itself.
const TLS_INSTEAD: &str = "In the code flow, TLS may stand in for the signature: acceptance over \
    https is allowed but weak. Over http, or on the front channel, it is a failure.";

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "id-token-sig-invalid",
            effect: "The ID token's signature is not that of its header and claims.",
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
            Act::IdToken(invalidate),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-sig-wrong-key",
            effect: "The ID token is signed with a key that is not the issuer's, under the name of the \
            one that is.",
            parameters: &[choice("key", &["unpublished", "other-op", "retired"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.7 (6)",
                "OpenID Connect Core 1.0, section 16.3",
            ],
            expected: Expected::Reject,
            note: TLS_INSTEAD,
            ..Mode::of(Class::IdTokenSignature)
        },
        acts: &[Act::IdToken(sign_with_wrong_key)],
    },
    Entry {
        mode: Mode {
            name: "id-token-sig-ecdsa-malformed",
            effect: "The ID token has an ECDSA signature in a form that it must not have.",
            parameters: &[choice("form", &["all-zero", "der", "oversize", "s-high"])],
            clauses: &["RFC 7518, section 3.4", "RFC 8725, section 3.3"],
            expected: Expected::Reject,
            // Sound to all who do not ask for the lower of two numbers, which no clause demands.
            exceptions: &[("form", "s-high", Expected::Either)],
            note: "A client that is registered for another algorithm refuses ES256 as such: see what \
            it says to `id-token-alg-unregistered:alg=ES256`. `all-zero` verified for any message \
            in some versions of Java.",
            ..Mode::of(Class::IdTokenSignature)
        },
        acts: &[
            Act::PrepareMetadata(|metadata, _| advertise(metadata, Algorithm::ES256)),
            Act::PrepareJwks(|document, fault| {
                fault.publish_spare(document, Some(Algorithm::ES256))
            }),
            Act::IdToken(malform),
        ],
    },
    Entry {
        mode: Mode {
            name: "id-token-not-a-jwt",
            effect: "What is sent as the ID token is no JWS in compact serialisation.",
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
            note: "Padding, the other alphabet and line breaks are signed as they stand: whoever reads \
            them leniently finds a sound token, which does little harm.",
            ..Mode::of(Class::IdTokenSignature)
        },
        acts: &[Act::IdToken(deform)],
    },
];

fn invalidate(token: &mut Token, fault: &Fault<'_>) {
    fault.sign_as_chosen(token);
    match fault.value("mode").as_str() {
        "payload-swap" => {
            token.keep_signature("of other claims");
            token.claims.insert("sub".to_owned(), json!(fault.victim().subject));
        }
        "header-swap" => {
            token.keep_signature("of another header");
            // Whoever does not know a member ignores it: only the signature tells.
            token.header.insert("swapped".to_owned(), json!(true));
        }
        "other-token" => {
            let own = token.claims.clone();
            token.claims.insert("sub".to_owned(), json!(fault.victim().subject));
            token.keep_signature("of another token");
            token.claims = own;
        }
        "stripped" => token.signature = Signature::Bytes(Vec::new(), "none"),
        "truncated" => token.alter_signature("half of it", |mut signature| {
            signature.truncate(signature.len() / 2);
            signature
        }),
        _ => token.corrupt_signature(),
    }
}

fn sign_with_wrong_key(token: &mut Token, fault: &Fault<'_>) {
    let (keys, wrong) = (&fault.issuer.keys, fault.value("key"));
    token.signature = match &token.signature {
        Signature::By(own) => {
            let kind = own.key.public().kind();
            let key = match wrong.as_str() {
                "other-op" => keys.foreign(kind, 1),
                "retired" => match keys.retired(own.algorithm) {
                    Some(retired) => Arc::clone(&retired.key),
                    // Nothing was ever rotated: as if it had been, long ago.
                    None => keys.foreign(kind, 2),
                },
                _ => keys.foreign(kind, 0),
            };
            Signature::By(Arc::new(Signer::new(key, own.algorithm, own.kid.clone())))
        }
        Signature::Hmac(algorithm, ..) => {
            let secret = format!("not the secret of the client, but {wrong}").into_bytes();
            Signature::Hmac(*algorithm, secret, "by a secret that is not the client's")
        }
        other => other.clone(),
    };
}

fn malform(token: &mut Token, fault: &Fault<'_>) {
    if !matches!(&token.signature, Signature::By(own) if is_ecdsa(own)) {
        let Some(spare) = fault.issuer.keys.spare(Algorithm::ES256) else { return };
        token.sign_by(&spare);
    }
    let Signature::By(signer) = &token.signature else { return };
    let PublicKey::Ec { curve, .. } = *signer.key.public() else { return };
    match fault.value("form").as_str() {
        "der" => token.alter_signature("in ASN.1", |signature| ecdsa::der(&signature)),
        "oversize" => {
            token.alter_signature("with leading zeros", |signature| ecdsa::oversize(&signature));
        }
        "s-high" => token.alter_signature("with the higher of both numbers", move |signature| {
            ecdsa::high_s(curve, &signature)
        }),
        _ => token.signature = Signature::Bytes(ecdsa::all_zero(curve), "zero"),
    }
}

fn is_ecdsa(signer: &Signer) -> bool {
    matches!(signer.key.public(), PublicKey::Ec { .. })
}

fn deform(token: &mut Token, fault: &Fault<'_>) {
    let form = fault.value("form");
    let sound = token.compact();
    token.instead = Some(match form.as_str() {
        "2-parts" => json!(token.signing_input()),
        "4-parts" => {
            let signature = sound.rsplit('.').next().unwrap_or_default();
            json!(format!("{sound}.{signature}"))
        }
        "json-serialization" => match Jws::parse(&sound) {
            Ok(jws) => jws.flattened(),
            Err(_) => return,
        },
        "padded-base64" => json!(token.written(|part| BASE64_URL_SAFE.encode(part))),
        "std-base64" => json!(token.written(|part| BASE64_STANDARD_NO_PAD.encode(part))),
        "whitespace" => json!(token.written(in_lines)),
        "payload-not-json" => {
            token.payload = Some(b"these are no claims".to_vec());
            return;
        }
        "1MB" => json!("A".repeat(1 << 20)),
        _ => json!("this is no token"),
    });
}

/// A part of a token in lines, as MIME has base64. Some decoders pass line breaks over.
fn in_lines(part: &[u8]) -> String {
    const LINE: usize = 76;
    let text = BASE64_URL_SAFE_NO_PAD.encode(part).into_bytes();
    let lines: Vec<_> = text.chunks(LINE).map(String::from_utf8_lossy).collect();
    lines.join("\n")
}
