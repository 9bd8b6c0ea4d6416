//! Logout.

use crate::base::endpoint::Endpoint;
use crate::failure::acts::logout_page::{
    block_cookies, break_session_check, fail_renewal, hang, hide_endpoint, refuse,
    renew_for_another, stay_here, tell_frames, tell_return,
};
use crate::failure::acts::logout_token::{
    break_claims, break_events, break_issuer_or_audience, break_signature, replay, reshape,
    reshape_request, reword, say_it_again,
};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, duration};

/// Where a relying party is told how to check a logout token.
const VALIDATION: &str = "OpenID Connect Back-Channel Logout 1.0, section 2.6";

/// What all modes with a logout token have in common.
const BACK_CHANNEL: &str = "The client needs a `backchannel_logout_uri`. Its session must stay \
                            alive, and the answer be 400.";

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "logout-post-logout-state",
            effect: "The browser comes back from a logout without the state, with another one, or with \
                 parameters that nobody knows.",
            parameters: &[choice("value", &["absent", "other", "extra-params"])],
            clauses: &[
                "OpenID Connect RP-Initiated Logout 1.0, section 2",
                "OpenID Connect RP-Initiated Logout 1.0, section 3",
            ],
            expected: Expected::Tolerate,
            severity: Severity::Robustness,
            note: "The user ends on a page that says that nobody is signed in. `absent` needs a \
               relying party that sends a state.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::SignedOut(tell_return)],
    },
    Entry {
        mode: Mode {
            name: "logout-end-session-broken",
            effect: "The end-session endpoint is not published, fails, hangs, wants a hint, refuses \
                 the hint as expired, or does not send the browser back.",
            parameters: &[choice(
                "mode",
                &["absent", "500", "hang", "hint-required", "expired-hint-refused", "no-redirect"],
            )],
            clauses: &[
                "OpenID Connect RP-Initiated Logout 1.0, section 2",
                "OpenID Connect RP-Initiated Logout 1.0, section 4",
                "OpenID Connect RP-Initiated Logout 1.0, section 2.1",
            ],
            expected: Expected::Recover,
            severity: Severity::Robustness,
            note: "The session of the relying party must be gone in every case. What is refused leaves \
               the session at the provider alone. A hint counts as expired whatever its `exp`, \
               although section 2 has providers accept it.",
            ..Mode::of(Class::Logout)
        },
        acts: &[
            Act::Before(Endpoint::EndSession, refuse),
            Act::Metadata(hide_endpoint),
            Act::SignedOut(stay_here),
            Act::Answer(hang),
        ],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-signature",
            effect: "A logout token is not signed, or by another algorithm or key than it should be.",
            parameters: &[choice(
                "fault",
                &["alg-none", "wrong-alg", "bad-signature", "unpublished-key", "hs256-public-key"],
            )],
            clauses: &[
                "OpenID Connect Back-Channel Logout 1.0, section 2.4",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6 (2)",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6 (3)",
            ],
            note: BACK_CHANNEL,
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::LogoutToken(break_signature)],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-iss-aud",
            effect: "A logout token is of another issuer or for another client.",
            parameters: &[
                choice("claim", &["iss", "aud"]),
                choice("value", &["other", "absent", "suffix"]),
            ],
            clauses: &["OpenID Connect Back-Channel Logout 1.0, section 2.6 (4)"],
            note: BACK_CHANNEL,
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::LogoutToken(break_issuer_or_audience)],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-events",
            effect: "A logout token does not say that it is one: `events` is missing, names another \
                 event, or has a wrong type.",
            parameters: &[choice(
                "value",
                &["absent", "other-uri", "array", "null", "member-not-object"],
            )],
            clauses: &[
                "OpenID Connect Back-Channel Logout 1.0, section 2.4",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6 (6)",
            ],
            // To find the member is all that the validation asks for.
            exceptions: &[("value", "member-not-object", Expected::Either)],
            note: BACK_CHANNEL,
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::LogoutToken(break_events)],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-nonce",
            effect: "A logout token has a nonce, as only ID tokens have.",
            clauses: &[
                "OpenID Connect Back-Channel Logout 1.0, section 2.4",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6 (7)",
            ],
            note: BACK_CHANNEL,
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::LogoutToken(|token, _| {
            token.claims.insert("nonce".to_owned(), "a-nonce".into());
        })],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-incomplete",
            effect: "A logout token names neither user nor session, has expired, or lacks a claim that \
                 it must have.",
            parameters: &[choice(
                "fault",
                &["no-sub-no-sid", "expired", "no-exp", "no-iat", "no-jti"],
            )],
            clauses: &[
                "OpenID Connect Back-Channel Logout 1.0, section 2.4",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6 (4)",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6 (5)",
            ],
            // `exp` became required with errata set 1, and to look at `jti` is optional.
            exceptions: &[
                ("fault", "no-exp", Expected::Either),
                ("fault", "no-jti", Expected::Either),
            ],
            note: BACK_CHANNEL,
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::LogoutToken(break_claims)],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-replay",
            effect: "A logout token is delivered once more, some time after the user has signed in \
                 again.",
            parameters: &[duration("delay", "1s", &[])],
            clauses: &["OpenID Connect Back-Channel Logout 1.0, section 2.6 (8)"],
            expected: Expected::Either,
            note: "Needs a logout and a new login of the same user. With a `sid` the new session \
               survives anyway; without, together with `backchannel-logout-scope`, it dies, which \
               denies the user the service.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::After(replay)],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-scope",
            effect: "A sound logout token is about an unknown session, another user, all sessions of \
                 the user, or a session that has ended before.",
            parameters: &[choice(
                "variant",
                &["unknown-sid", "other-user", "sub-only", "already-logged-out"],
            )],
            clauses: &[
                "OpenID Connect Back-Channel Logout 1.0, section 2.4",
                "OpenID Connect Back-Channel Logout 1.0, section 2.7",
                "OpenID Connect Back-Channel Logout 1.0, section 2.8",
            ],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "`sub-only` ends every session of the user, `unknown-sid` and `other-user` end none \
               of this one; both answers, 200 and 400, are right for what ended nothing.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::LogoutToken(reword), Act::LogoutRequests(say_it_again)],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-cross-jwt",
            effect: "An ID token is delivered as a logout token, or the request has a wrong shape.",
            parameters: &[choice(
                "variant",
                &["id-token", "get-request", "json-body", "empty", "two-tokens"],
            )],
            clauses: &[
                "OpenID Connect Back-Channel Logout 1.0, section 2.5",
                VALIDATION,
                "OpenID Connect Back-Channel Logout 1.0, section 4.1",
            ],
            // The same sound token twice ends a session that was to end.
            exceptions: &[("variant", "two-tokens", Expected::Either)],
            note: BACK_CHANNEL,
            ..Mode::of(Class::Logout)
        },
        acts: &[
            Act::LogoutToken(reshape),
            Act::LogoutRequests(|requests, fault| reshape_request(requests, fault)),
        ],
    },
    Entry {
        mode: Mode {
            name: "frontchannel-logout-params",
            effect: "A front-channel logout page is loaded with a wrong issuer or session, or by a \
                 page that is not the provider's.",
            parameters: &[
                choice("iss", &["other", "absent"]).neutral("right"),
                choice("sid", &["other", "absent"]).neutral("right"),
                choice("embedder", &["foreign"]).optional("op"),
            ],
            clauses: &[
                "OpenID Connect Front-Channel Logout 1.0, section 2",
                "OpenID Connect Front-Channel Logout 1.0, section 5",
            ],
            expected: Expected::Either,
            severity: Severity::Robustness,
            note: "The client needs a `frontchannel_logout_uri`. To check is optional, and without it \
               anybody can sign users out. The foreign page is a `data:` document, whose origin is \
               nobody's.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::SignedOut(tell_frames)],
    },
    Entry {
        mode: Mode {
            name: "frontchannel-logout-blocked",
            effect: "A front-channel logout page is loaded without the cookies of the browser.",
            parameters: &[
                choice("cookies", &["blocked"]).neutral("allowed"),
                choice("observe", &["x-frame-options", "csp"]),
            ],
            clauses: &["OpenID Connect Front-Channel Logout 1.0, section 4.1"],
            expected: Expected::Either,
            severity: Severity::Interoperability,
            note: "The client needs a `frontchannel_logout_uri`. The frame asks the browser to load it \
               without credentials, which Chromium does; in others the user agent must block \
               third-party cookies. With `allowed` the page is the honest one, and the user agent \
               looks at the header that `observe` names. That the session survives is to be told, \
               not a fault.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::SignedOut(block_cookies)],
    },
    Entry {
        mode: Mode {
            name: "logout-session-changed",
            effect: "The page for session checks says that the session has changed, that it cannot \
                 tell, or now this and now that; a silent renewal then fails or is for another \
                 user.",
            parameters: &[
                choice("status", &["changed", "error", "unchanged-flapping"]),
                choice("renew", &["login_required", "other-user"]),
            ],
            clauses: &[
                "OpenID Connect Session Management 1.0, section 3.1",
                "OpenID Connect Session Management 1.0, section 3.2",
            ],
            expected: Expected::Recover,
            severity: Severity::Interoperability,
            note: "Only for relying parties that check sessions, and with the setting \
               `session_management`. What is renewed silently is asked for with `prompt=none`.",
            ..Mode::of(Class::Logout)
        },
        acts: &[
            Act::After(renew_for_another),
            Act::Authorization(fail_renewal),
            Act::Answer(break_session_check),
        ],
    },
];
