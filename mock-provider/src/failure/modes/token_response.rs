//! Token response.

use serde_json::{Value, json};

use crate::base::endpoint::Endpoint;
use crate::failure::acts::{altered_tokens, token_request};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, number};

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "token-http-error",
            effect: "The token endpoint fails as a server or a proxy fails, not with an OAuth \
                     error.",
            parameters: &[
                choice("status", &["503", "500", "502", "504", "429", "404", "200-html"]),
                choice("body", &["html", "json", "empty"]),
                choice("retry-after", &["5"]).optional("absent"),
                number("count", 1, 1_000, &[]).optional("unlimited"),
            ],
            clauses: &[
                "RFC 6749, section 5.2",
                "RFC 9110, section 15.6",
                "RFC 9110, section 10.2.3",
                "RFC 6585, section 4",
            ],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "The code is used up nevertheless: sending it again does not help, beginning a \
                   new login does. `200-html` always has a page as its body. `retry-after` is in \
                   seconds.",
            ..Mode::of(Class::Token)
        },
        acts: &[Act::Answer(altered_tokens::http_error)],
    },
    Entry {
        mode: Mode {
            name: "token-redirect",
            effect: "The token endpoint redirects the request elsewhere.",
            parameters: &[
                choice("status", &["307", "308", "301", "302"]),
                choice("target", &["canary-host", "same-host"]),
            ],
            clauses: &["RFC 6749, section 3.2", "RFC 9110, section 15.4", "RFC 9700, section 4.12"],
            note: "A client that follows a 307 or 308 sends code, verifier and secret to the \
                   canary: see the journal. The canary is not a token endpoint, so no user is \
                   signed in either way.",
            ..Mode::of(Class::Token)
        },
        acts: &[Act::Answer(|answer, fault| {
            if fault.calls(Endpoint::Token) {
                let target = if fault.is("target", "same-host") {
                    fault.canary()
                } else {
                    fault.foreign_canary()
                };
                answer.redirect(altered_tokens::status(fault), &target);
            }
        })],
    },
    Entry {
        mode: Mode {
            name: "token-bad-body",
            effect: "The token endpoint answers 200 with a body that is not the expected JSON \
                     object.",
            parameters: &[
                choice(
                    "body",
                    &[
                        "truncated",
                        "array",
                        "null",
                        "bom",
                        "duplicate-keys",
                        "form-encoded",
                        "latin1",
                    ],
                )
                .neutral("sound"),
                choice("content-type", &["text/html", "text/plain", "none"])
                    .optional("application/json"),
            ],
            clauses: &[
                "RFC 6749, section 5.1",
                "RFC 8259, section 2",
                "RFC 8259, section 4",
                "RFC 8259, section 8.1",
            ],
            expected: Expected::Error,
            // A parser may ignore a byte order mark, may keep the last of two members, and may
            // replace bytes that are not UTF-8; JSON with another media type is still JSON.
            exceptions: &[
                ("body", "sound", Expected::Either),
                ("body", "bom", Expected::Either),
                ("body", "duplicate-keys", Expected::Either),
                ("body", "latin1", Expected::Either),
            ],
            severity: Severity::Robustness,
            note: "The last of repeated members is the honest one.",
            ..Mode::of(Class::Token)
        },
        acts: &[
            Act::Redemption(altered_tokens::leave_code),
            Act::Answer(|answer, fault| {
                if fault.calls(Endpoint::Token) && answer.status.is_success() {
                    altered_tokens::bad_body(answer, fault);
                }
            }),
        ],
    },
    Entry {
        mode: Mode {
            name: "token-oauth-error",
            effect: "The token endpoint answers with an OAuth error.",
            parameters: &[
                choice(
                    "error",
                    &[
                        "invalid_grant",
                        "invalid_client",
                        "unauthorized_client",
                        "invalid_scope",
                        "unsupported_grant_type",
                        "invalid_request",
                        "unknown",
                    ],
                ),
                choice("status", &["400", "401", "200"]),
                choice("www-authenticate", &["basic", "bearer"]).optional("absent"),
            ],
            clauses: &["RFC 6749, section 5.2", "OpenID Connect Core 1.0, section 3.1.3.4"],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "An error with status 200 is not a success: it contains no tokens. \
                   `invalid_client` requires 401 if the client authenticated by Basic: choose it \
                   with `status`. The code stays valid.",
            ..Mode::of(Class::Token)
        },
        acts: &[
            Act::Redemption(altered_tokens::leave_code),
            Act::Answer(altered_tokens::oauth_error),
        ],
    },
    Entry {
        mode: Mode {
            name: "token-id-token-missing",
            effect: "The token response for a code has no ID token.",
            parameters: &[choice("member", &["absent", "null", "empty"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.3.3",
                "OpenID Connect Core 1.0, section 3.1.3.5",
            ],
            note: "A relying party that signs users in by access token or userinfo alone \
                   implements OAuth, not OpenID Connect, and will not pass any other test of ID \
                   tokens.",
            ..Mode::of(Class::Token)
        },
        acts: &[Act::Tokens(|tokens, fault| match fault.value("member").as_str() {
            "absent" => drop(tokens.shift_remove("id_token")),
            "null" => altered_tokens::replace(tokens, "id_token", Value::Null),
            _ => altered_tokens::replace(tokens, "id_token", json!("")),
        })],
    },
    Entry {
        mode: Mode {
            name: "token-member-missing",
            effect: "The token response lacks a required member, or has one of the wrong type.",
            parameters: &[
                choice("member", &["access_token", "token_type"]),
                choice("form", &["absent", "null", "number", "object"]),
            ],
            clauses: &["RFC 6749, section 5.1"],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "A relying party that needs only the ID token may sign the user in.",
            ..Mode::of(Class::Token)
        },
        acts: &[
            Act::Redemption(altered_tokens::leave_code),
            Act::Tokens(altered_tokens::member_missing),
            Act::RefreshTokens(altered_tokens::member_missing),
        ],
    },
    Entry {
        mode: Mode {
            name: "token-expires-in",
            effect: "The token response has an unusual `expires_in`, or none.",
            parameters: &[choice(
                "value",
                &["absent", "3600", "3600.5", "0", "-1", "2^63", "null"],
            )],
            clauses: &["RFC 6749, section 5.1"],
            expected: Expected::Tolerate,
            exceptions: &[
                ("value", "3600", Expected::Either),
                ("value", "3600.5", Expected::Either),
                ("value", "0", Expected::Either),
                ("value", "-1", Expected::Either),
                ("value", "2^63", Expected::Either),
                ("value", "null", Expected::Either),
            ],
            severity: Severity::Interoperability,
            note: "`3600` is sent as a string. `expires_in` may be absent, and that must work; \
                   unusual values must not cause a crash or one refresh after another.",
            ..Mode::of(Class::Token)
        },
        acts: &[
            Act::Redemption(altered_tokens::leave_code),
            Act::Tokens(altered_tokens::expires_in),
            Act::RefreshTokens(altered_tokens::expires_in),
        ],
    },
    Entry {
        mode: Mode {
            name: "token-token-type-case",
            effect: "The token type is written in another letter case.",
            parameters: &[choice("value", &["bearer", "BEARER", "bEARER"])],
            clauses: &[
                "RFC 6749, section 5.1",
                "RFC 6749, section 7.1",
                "OpenID Connect Core 1.0, section 3.1.3.3",
            ],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            ..Mode::of(Class::Token)
        },
        acts: &[
            Act::Tokens(altered_tokens::token_type),
            Act::RefreshTokens(altered_tokens::token_type),
        ],
    },
    Entry {
        mode: Mode {
            name: "token-token-type-unknown",
            effect: "The access token has a type that the client did not request.",
            parameters: &[choice("value", &["mac", "N_A", "DPoP", "PoP"])],
            clauses: &["RFC 6749, section 7.1", "OpenID Connect Core 1.0, section 3.1.3.3"],
            severity: Severity::Robustness,
            note: "The token must not be used as a Bearer token: the journal shows whether \
                   userinfo was requested. Signing the user in by the ID token alone is fine.",
            ..Mode::of(Class::Token)
        },
        acts: &[
            Act::Tokens(altered_tokens::token_type),
            Act::RefreshTokens(altered_tokens::token_type),
        ],
    },
    Entry {
        mode: Mode {
            name: "token-optional-members",
            effect: "Optional members of the token response are missing, reordered or unknown.",
            parameters: &[
                choice("scope", &["absent", "reordered", "reduced", "extended", "array"])
                    .neutral("sound"),
                choice("refresh_token", &["absent"]).optional("present"),
                choice("extra", &["unknown", "nested"]).optional("none"),
            ],
            clauses: &[
                "RFC 6749, section 3.3",
                "RFC 6749, section 5.1",
                "OpenID Connect Core 1.0, section 3.1.3.3",
                "OpenID Connect Core 1.0, section 11",
            ],
            expected: Expected::Tolerate,
            // `scope` must be a string.
            exceptions: &[("scope", "array", Expected::Either)],
            severity: Severity::Interoperability,
            note: "`reordered` and `reduced` need a request for more than one scope value. \
                   `refresh_token=absent` acts only if the honest response has a refresh token.",
            ..Mode::of(Class::Token)
        },
        acts: &[
            Act::Tokens(altered_tokens::optional_members),
            Act::RefreshTokens(altered_tokens::optional_members),
        ],
    },
    Entry {
        mode: Mode {
            name: "token-client-auth",
            effect: "The token endpoint insists on one method of client authentication.",
            parameters: &[
                choice("accept", &["client_secret_basic", "client_secret_post", "private_key_jwt"]),
                choice("advertise", &["omit", "wrong"]).optional("same"),
                choice("secret", &["special-chars"]).optional("plain"),
            ],
            clauses: &[
                "RFC 6749, section 2.3.1",
                "RFC 6749, appendix B",
                "OpenID Connect Core 1.0, section 9",
                "OpenID Connect Discovery 1.0, section 3",
            ],
            expected: Expected::Error,
            exceptions: &[("secret", "special-chars", Expected::Tolerate)],
            severity: Severity::Interoperability,
            note: token_request::CLIENT_AUTH_NOTE,
            ..Mode::of(Class::Token)
        },
        acts: &[
            Act::Before(Endpoint::Token, token_request::insist_on_method),
            Act::Request(token_request::translate_secret),
            Act::Metadata(token_request::advertise_methods),
        ],
    },
    Entry {
        mode: Mode {
            name: "token-pkce-enforced",
            effect: "The provider refuses clients that do not use PKCE with S256, and advertises \
                     S256.",
            parameters: &[choice("require", &["true"]), choice("method", &["S256"])],
            clauses: &["RFC 9700, section 2.1.1", "RFC 7636, section 4.4.1"],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "A relying party without PKCE gets `invalid_request` at its redirect URI. The \
                   journal shows each challenge: there must be a fresh one every time.",
            ..Mode::of(Class::Token)
        },
        acts: &[
            Act::Before(Endpoint::Authorization, token_request::insist_on_pkce),
            Act::Metadata(|metadata, fault| {
                altered_tokens::replace(
                    metadata,
                    "code_challenge_methods_supported",
                    json!([fault.value("method")]),
                );
            }),
        ],
    },
];
