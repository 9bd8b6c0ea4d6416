//! Authorization response.

use axum::http::StatusCode;

use crate::base::endpoint::Endpoint;
use crate::failure::acts::{altered_response, foreign_key, stolen_code};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::engine::fault::derived;
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, duration};
use crate::protocol::authorization::ResponseMode;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "authorization-state-mismatch",
            effect: "The authorization response has no `state`, or a different one from the \
                     request.",
            parameters: &[choice(
                "variant",
                &["random", "missing", "empty", "case-changed", "truncated", "previous"],
            )],
            clauses: &[
                "RFC 6749, section 4.1.2",
                "RFC 6749, section 10.12",
                "RFC 9700, section 2.1",
                "RFC 9700, section 4.7.1",
                "OpenID Connect Core 1.0, section 3.1.2.7",
            ],
            note: "A relying party that binds the response only by PKCE or nonce may accept it in \
                   the same browser: `authorization-login-csrf` then decides. `previous` is the \
                   state of another, earlier login. A request without a state gets a response \
                   without one.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::state_mismatch)],
    },
    Entry {
        mode: Mode {
            name: "authorization-login-csrf",
            effect: "The victim's browser is sent to the callback URL of an attacker's login.",
            parameters: &[
                choice("victim", &["pending-login", "no-session", "logged-in"]),
                choice("state", &["none", "attacker"]),
                choice("method", &["get", "post"]),
            ],
            clauses: &["RFC 9700, section 4.7", "RFC 9700, section 4.5", "RFC 6749, section 10.12"],
            note: "A pending login ends with a code that another user got in a session of their \
                   own. With `state=attacker`, the state also belongs to another login, an \
                   unfinished one at the same client: begin it in another browser first. For \
                   victims who have not begun a login, the user agent acts this out: finish the \
                   attacker's login without following the redirect, and open that address in \
                   the victim's browser. This also covers unsolicited responses.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::login_csrf)],
    },
    Entry {
        mode: Mode {
            name: "authorization-code-injection",
            effect: "The response has the right state of this session, but the code of another \
                     session.",
            parameters: &[
                choice("code", &["other-user", "other-client"]),
                choice("op-checks-pkce", &["false", "true"]),
            ],
            clauses: &[
                "RFC 9700, section 2.1.1",
                "RFC 9700, section 4.5",
                "RFC 7636, section 4.6",
                "OpenID Connect Core 1.0, section 16.11",
            ],
            note: "If the provider does not check PKCE, the nonce must stop the attack. With \
                   `op-checks-pkce=true`, and for the code of another client, the token endpoint \
                   refuses. A relying party that sends neither a challenge nor a nonce has no \
                   defence.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(|response, fault| {
            let pkce = fault.is("op-checks-pkce", "true");
            let value = |honest: &str| derived(honest, "code");
            if fault.is("code", "other-client") {
                stolen_code::replace(response, fault, value, |code| {
                    stolen_code::of_another_client(code, fault, pkce);
                });
            } else {
                stolen_code::replace(response, fault, value, |code| {
                    stolen_code::of_another_user(code, fault, pkce);
                });
            }
        })],
    },
    Entry {
        mode: Mode {
            name: "authorization-iss-mismatch",
            effect: "The response names a different issuer, or no issuer although the metadata \
                     announces one.",
            parameters: &[
                choice(
                    "variant",
                    &[
                        "other-op",
                        "missing-but-advertised",
                        "suffix",
                        "trailing-slash",
                        "duplicate",
                    ],
                ),
                choice("on", &["success", "error"]),
            ],
            clauses: &["RFC 9207, section 2.4", "RFC 9700, section 4.4.2"],
            note: "The relying party must stop before it sends the code to a token endpoint. A \
                   relying party with one provider may ignore `iss` (RFC 9700, section 2.1). \
                   `on=error` alters error responses: let the user press Deny.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::iss_mismatch)],
    },
    Entry {
        mode: Mode {
            name: "authorization-mixup",
            effect: "A malicious provider redirects the browser to an honest one, whose response \
                     then reaches a relying party that expects a response from the malicious one.",
            parameters: &[choice("redirect-uris", &["shared", "distinct"])],
            clauses: &["RFC 9700, section 4.4", "RFC 9207, section 1", "RFC 9207, section 2.4"],
            note: "The relying party must be configured for both providers: the honest one is the \
                   default issuer, or the named issuer `other` if the default issuer is the one \
                   that fails. The attack succeeded if the relying party sends the honest code to \
                   the token endpoint here. `distinct` needs a client with another registered \
                   redirect URI, without wildcards, for the honest provider.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Before(Endpoint::Authorization, altered_response::mixup)],
    },
    Entry {
        mode: Mode {
            name: "authorization-session-overwriting",
            effect: "While a login at one provider is pending, another begins at a second provider \
                     in the same browser; then the first provider answers.",
            parameters: &[
                choice("order", &["honest-first", "evil-first"]),
                choice("key", &["own", "other-op"]),
            ],
            clauses: &["RFC 9700, section 4.4.2", "OpenID Connect Core 1.0, section 16.15"],
            note: "The user agent acts this out, with a relying party that has two providers, such \
                   as the default issuer and a named one. Finishing the first login with the first \
                   provider's configuration is also correct; using keys or endpoints of the second \
                   provider is not. With `key=other-op`, a named issuer signs ID tokens with the \
                   default issuer's key, as an attacker would who controls the second provider, \
                   but not the first.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::IdToken(foreign_key::sign)],
    },
    Entry {
        mode: Mode {
            name: "authorization-error",
            effect: "The user signs in, and the response has an error instead of a code.",
            parameters: &[
                choice(
                    "error",
                    &[
                        "access_denied",
                        "login_required",
                        "interaction_required",
                        "consent_required",
                        "account_selection_required",
                        "temporarily_unavailable",
                        "server_error",
                        "invalid_scope",
                        "unauthorized_client",
                        "unmet_authentication_requirements",
                        "unknown",
                    ],
                ),
                choice("state", &["absent"]).optional("ok"),
                choice("description", &["present"]).optional("absent"),
            ],
            clauses: &[
                "RFC 6749, section 4.1.2.1",
                "OpenID Connect Core 1.0, section 3.1.2.6",
                "OpenID Connect Core Error Code unmet_authentication_requirements 1.0, section 1",
            ],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "The relying party shows a readable page, begins no session, does not loop, and \
                   offers a way to try again.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::error)],
    },
    Entry {
        mode: Mode {
            name: "authorization-error-markup",
            effect: "A parameter of an error response contains a payload that runs if it is shown \
                     unescaped.",
            parameters: &[
                choice("field", &["error_description", "error", "error_uri", "state"]),
                choice(
                    "payload",
                    &["script", "img-onerror", "attr-break", "javascript-uri", "long-text"],
                ),
            ],
            clauses: &[
                "RFC 6749, section 4.1.2.1",
                "RFC 6749, appendix A.8",
                "OpenID Connect Core 1.0, section 3.1.2.6",
            ],
            expected: Expected::Error,
            note: "A payload that runs visits the canary: see the journal. Escaped text is fine; \
                   showing arbitrary text as the site's own words is a lesser fault.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::error_markup)],
    },
    Entry {
        mode: Mode {
            name: "authorization-malformed",
            effect: "The response violates the rules for parameters.",
            parameters: &[choice(
                "variant",
                &["two-codes", "no-code-no-error", "empty-code", "two-states", "code-and-error"],
            )],
            clauses: &["RFC 6749, section 3.1", "RFC 6749, section 4.1.2"],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "The second of two codes belongs to another user, and the second of two states \
                   is wrong.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::malformed)],
    },
    Entry {
        mode: Mode {
            name: "authorization-unusual-but-valid",
            effect: "The response is valid but unusual.",
            parameters: &[choice(
                "variant",
                &[
                    "unknown-params",
                    "session_state",
                    "code-with-plus-slash-equals",
                    "code-2kB",
                    "state-echo-special-chars",
                    "param-order",
                ],
            )],
            clauses: &[
                "RFC 6749, section 4.1.2",
                "RFC 6749, appendix A.5",
                "RFC 6749, appendix A.11",
            ],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "`state-echo-special-chars` percent-encodes every character of the state, needed \
                   or not, if the response is in a URL.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[
            Act::Authorization(altered_response::unusual),
            Act::Answer(altered_response::percent_encode_state),
        ],
    },
    Entry {
        mode: Mode {
            name: "authorization-form-post",
            effect: "The browser delivers the response by POST from another site.",
            parameters: &[
                choice("requested", &["false", "true"]),
                duration("dwell", "130s", &[]).optional("0s"),
                choice("variant", &["form_post", "307-redirect"]),
            ],
            clauses: &[
                "OAuth 2.0 Form Post Response Mode, section 2",
                "OAuth 2.0 Multiple Response Type Encoding Practices, section 2.1",
                "RFC 9700, section 4.12",
            ],
            expected: Expected::Tolerate,
            exceptions: &[
                ("requested", "false", Expected::Either),
                ("variant", "307-redirect", Expected::Either),
            ],
            severity: Severity::Interoperability,
            note: "A relying party that did not request this may refuse it with a clear error. \
                   `requested=true` leaves it to the relying party to request \
                   `response_mode=form_post`, and changes nothing. `dwell` is how long the user \
                   agent stays on the sign-in page: Chromium sends cookies without SameSite on \
                   such a POST only in their first two minutes. `307-redirect` makes the browser \
                   repeat the POST of the sign-in form to the relying party.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[
            Act::Authorization(|response, fault| {
                if fault.is("requested", "false") && fault.is("variant", "form_post") {
                    response.mode = ResponseMode::FormPost;
                }
            }),
            Act::Answer(|answer, fault| {
                if fault.is("variant", "307-redirect")
                    && fault.request.endpoint == Endpoint::SignIn
                    && answer.status == StatusCode::SEE_OTHER
                {
                    answer.status = StatusCode::TEMPORARY_REDIRECT;
                }
            }),
        ],
    },
    Entry {
        mode: Mode {
            name: "authorization-unsolicited-tokens",
            effect: "The response has a code and another user's token, which the client did not \
                     request.",
            parameters: &[
                choice("where", &["query", "fragment"]),
                choice("token", &["id_token", "access_token"]),
                choice("signature", &["valid", "none"]),
            ],
            clauses: &[
                "RFC 9700, section 2.1.2",
                "RFC 9700, section 4.6",
                "OpenID Connect Core 1.0, section 16.11",
            ],
            note: "The signed-in user must be the one of the token endpoint's ID token: ignoring \
                   the other token is also correct. An access token has no signature.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(stolen_code::add_token)],
    },
    Entry {
        mode: Mode {
            name: "authorization-initiate-login-abuse",
            effect: "An attacker makes the browser begin a login, with an unknown issuer or a \
                     target on another site.",
            parameters: &[
                choice("iss", &["unknown", "evil", "missing"]),
                choice("target_link_uri", &["external", "scheme-relative", "javascript"]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 4", "RFC 9700, section 4.11.1"],
            note: "The user agent acts this out: open the relying party's `initiate_login_uri` \
                   with such parameters. This does not apply to a relying party without one.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[],
    },
];
