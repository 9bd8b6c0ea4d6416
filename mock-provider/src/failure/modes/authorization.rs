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
            effect: "The code comes without the state that was sent, or with another one.",
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
            note: "A relying party that binds the response by PKCE or nonce alone may accept it in the \
               same browser: `authorization-login-csrf` decides then. `previous` is the state of \
               another login before this one. What was sent without a state comes back without.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::state_mismatch)],
    },
    Entry {
        mode: Mode {
            name: "authorization-login-csrf",
            effect: "The victim's browser is sent to the callback address of an attacker's login.",
            parameters: &[
                choice("victim", &["pending-login", "no-session", "logged-in"]),
                choice("state", &["none", "attacker"]),
                choice("method", &["get", "post"]),
            ],
            clauses: &["RFC 9700, section 4.7", "RFC 9700, section 4.5", "RFC 6749, section 10.12"],
            note: "A login under way ends with a code that another user got in a session of their own. \
               With `state=attacker` the state, too, is that of another login, which somebody \
               began at the same client and has not finished: begin one in another browser first. \
               Victims who have not begun a login are the user agent's: finish the attacker's \
               login without following the redirect, and open that address in the victim's \
               browser. It covers answers that nobody asked for, too.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::login_csrf)],
    },
    Entry {
        mode: Mode {
            name: "authorization-code-injection",
            effect: "The code of another session comes with the right state of this one.",
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
            note: "Where the provider does not check PKCE, the nonce must stop it. With \
               `op-checks-pkce=true`, and for the code of another client, the token endpoint \
               refuses. A relying party that sends neither challenge nor nonce has no defence.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(|response, fault| {
            let pkce = fault.is("op-checks-pkce", "true");
            let value = |honest: &str| derived(honest, "code");
            match fault.is("code", "other-client") {
                true => stolen_code::replace(response, fault, value, |code| {
                    stolen_code::of_another_client(code, fault, pkce);
                }),
                false => stolen_code::replace(response, fault, value, |code| {
                    stolen_code::of_another_user(code, fault, pkce);
                }),
            }
        })],
    },
    Entry {
        mode: Mode {
            name: "authorization-iss-mismatch",
            effect: "The response names another issuer than its own, or none although it should.",
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
            note: "It must end before the code is sent to a token endpoint. A relying party with one \
               provider may ignore iss (RFC 9700, section 2.1). `on=error` alters refusals: let \
               the user press Deny.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::iss_mismatch)],
    },
    Entry {
        mode: Mode {
            name: "authorization-mixup",
            effect: "A malicious provider sends the browser on to an honest one, whose response then \
                 reaches a relying party that waits for the malicious one.",
            parameters: &[choice("redirect-uris", &["shared", "distinct"])],
            clauses: &["RFC 9700, section 4.4", "RFC 9207, section 1", "RFC 9207, section 2.4"],
            note: "The relying party needs both providers: the honest one is the default issuer, or \
               the named issuer `other` where the default issuer itself fails. It fell for it when \
               the honest code is sent to the token endpoint here. `distinct` needs a client with \
               another registered redirect URI, without wildcards, for the honest provider.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Before(Endpoint::Authorization, altered_response::mixup)],
    },
    Entry {
        mode: Mode {
            name: "authorization-session-overwriting",
            effect: "While a login at one provider waits, another begins at a second one in the same \
                 browser, and then the first one is answered.",
            parameters: &[
                choice("order", &["honest-first", "evil-first"]),
                choice("key", &["own", "other-op"]),
            ],
            clauses: &["RFC 9700, section 4.4.2", "OpenID Connect Core 1.0, section 16.15"],
            note: "The user agent's, with a relying party that has two providers, such as the default \
               issuer and a named one. To finish the first login by its own configuration is right \
               too; to use keys or endpoints of the second one is not. \
               With `key=other-op` a named issuer signs ID tokens with the default one's key, as \
               somebody does who has the second provider, and not the first.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::IdToken(foreign_key::sign)],
    },
    Entry {
        mode: Mode {
            name: "authorization-error",
            effect: "The user signs in, and an error comes in place of a code.",
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
            note: "A page that a person can read, no session, no endless loop, and a way to try again.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::error)],
    },
    Entry {
        mode: Mode {
            name: "authorization-error-markup",
            effect: "A parameter of an error response holds what runs where it is shown unescaped.",
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
            note: "What runs visits the canary: see the journal. Escaped text is fine; whatever text as \
               the site's own words is a lesser fault.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::error_markup)],
    },
    Entry {
        mode: Mode {
            name: "authorization-malformed",
            effect: "The response breaks the rules for parameters.",
            parameters: &[choice(
                "variant",
                &["two-codes", "no-code-no-error", "empty-code", "two-states", "code-and-error"],
            )],
            clauses: &["RFC 6749, section 3.1", "RFC 6749, section 4.1.2"],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "Of two codes the second is another user's, and of two states the second is wrong.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(altered_response::malformed)],
    },
    Entry {
        mode: Mode {
            name: "authorization-unusual-but-valid",
            effect: "The response is valid, and not what one usually sees.",
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
            note: "For `state-echo-special-chars` every character of the state is percent-encoded, \
               needed or not, where it comes in an address.",
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
            effect: "The response comes by POST from another site.",
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
            note: "Who did not ask for it may refuse it with a clear error. `requested=true` leaves it \
               to the relying party to ask for `response_mode=form_post`, and changes nothing. \
               `dwell` is how long the user agent stays on the sign-in page: Chromium sends \
               cookies without SameSite on such a POST only in their first two minutes. \
               `307-redirect` makes the browser post the sign-in form on to the relying party.",
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
            effect: "Beside the code comes a token of another user, which nobody asked for.",
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
            note: "The user who is signed in must be the one of the token endpoint's ID token: to \
               ignore the other token is right as well. An access token has no signature.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[Act::Authorization(stolen_code::add_token)],
    },
    Entry {
        mode: Mode {
            name: "authorization-initiate-login-abuse",
            effect: "Somebody else makes the browser begin a login, with an unknown issuer or a target \
                 on another site.",
            parameters: &[
                choice("iss", &["unknown", "evil", "missing"]),
                choice("target_link_uri", &["external", "scheme-relative", "javascript"]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 4", "RFC 9700, section 4.11.1"],
            note: "The user agent's: open the relying party's initiate_login_uri with such parameters. \
               Not to be had where it has none.",
            ..Mode::of(Class::Authorization)
        },
        acts: &[],
    },
];
