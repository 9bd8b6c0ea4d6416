//! Logout.

use crate::base::endpoint::Endpoint;
use crate::failure::acts::logout_page::{
    alter_frames, alter_return, block_cookies, break_session_check, fail_renewal, hang,
    hide_endpoint, refuse, renew_for_another, stay_here,
};
use crate::failure::acts::logout_token::{
    break_claims, break_events, break_issuer_or_audience, break_signature, deliver_again, replay,
    reshape, reshape_request, reword,
};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, duration};

/// The note of all modes whose logout token must be refused.
const BACK_CHANNEL: &str = "The client needs a `backchannel_logout_uri`. Its session must \
                            survive, and it must answer 400.";

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "logout-post-logout-state",
            effect: "The browser returns from a logout without the state, with a different one, or \
                     with unknown parameters.",
            parameters: &[choice("value", &["absent", "other", "extra-params"])],
            clauses: &[
                "OpenID Connect RP-Initiated Logout 1.0, section 2",
                "OpenID Connect RP-Initiated Logout 1.0, section 3",
            ],
            expected: Expected::Tolerate,
            severity: Severity::Robustness,
            note: "The user ends on a page that says that no user is signed in. `absent` needs a \
                   relying party that sends a state.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::SignedOut(alter_return)],
    },
    Entry {
        mode: Mode {
            name: "logout-end-session-broken",
            effect: "The end-session endpoint is not published, fails, hangs, requires a hint, \
                     refuses the hint as expired, or does not redirect the browser back.",
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
            note: "The relying party's session must be gone in every case. A refused logout leaves \
                   the session at the provider alone. `expired-hint-refused` treats every hint as \
                   expired, whatever its `exp`, although providers should accept expired hints \
                   (OpenID Connect RP-Initiated Logout 1.0, section 2).",
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
            effect: "The logout token is not signed, or is signed with the wrong algorithm or key.",
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
            effect: "The logout token has a wrong or missing issuer or audience.",
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
            effect: "The logout token does not identify itself as one: `events` is missing, names \
                     another event, or has the wrong type.",
            parameters: &[choice(
                "value",
                &["absent", "other-uri", "array", "null", "member-not-object"],
            )],
            clauses: &[
                "OpenID Connect Back-Channel Logout 1.0, section 2.4",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6 (6)",
            ],
            // The validation requires only that the member is present.
            exceptions: &[("value", "member-not-object", Expected::Either)],
            note: BACK_CHANNEL,
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::LogoutToken(break_events)],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-nonce",
            effect: "The logout token has a nonce, which only ID tokens may have.",
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
            effect: "The logout token names neither a user nor a session, has expired, or lacks a \
                     required claim.",
            parameters: &[choice(
                "fault",
                &["no-sub-no-sid", "expired", "no-exp", "no-iat", "no-jti"],
            )],
            clauses: &[
                "OpenID Connect Back-Channel Logout 1.0, section 2.4",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6 (4)",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6 (5)",
            ],
            // `exp` became required with errata set 1, and checking `jti` is optional.
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
            effect: "A logout token is delivered again, some time after the user has signed in \
                     again.",
            parameters: &[duration("delay", "1s", &[])],
            clauses: &["OpenID Connect Back-Channel Logout 1.0, section 2.6 (8)"],
            expected: Expected::Either,
            note: "This needs a logout and a new login of the same user. With a `sid`, the new \
                   session survives anyway. Without one, together with `backchannel-logout-scope`, \
                   the session ends, which is a denial of service.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::After(replay)],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-scope",
            effect: "A valid logout token is about an unknown session, another user, all sessions \
                     of the user, or a session that has already ended.",
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
            note: "`sub-only` ends every session of the user; `unknown-sid` and `other-user` end \
                   no session of this user. If the token ends no session, 200 and 400 are both \
                   correct answers.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::LogoutToken(reword), Act::LogoutRequests(deliver_again)],
    },
    Entry {
        mode: Mode {
            name: "backchannel-logout-cross-jwt",
            effect: "An ID token is delivered as a logout token, or the logout request is \
                     malformed.",
            parameters: &[choice(
                "variant",
                &["id-token", "get-request", "json-body", "empty", "two-tokens"],
            )],
            clauses: &[
                "OpenID Connect Back-Channel Logout 1.0, section 2.5",
                "OpenID Connect Back-Channel Logout 1.0, section 2.6",
                "OpenID Connect Back-Channel Logout 1.0, section 4.1",
            ],
            // The token is valid, and the session that it ends was meant to end.
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
            effect: "A front-channel logout page is loaded with a wrong or missing issuer or \
                     session, or by a page that is not the provider's.",
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
            note: "The client needs a `frontchannel_logout_uri`. The check is optional, and \
                   without it any site can sign users out. The foreign page is a `data:` document, \
                   which has an opaque origin.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::SignedOut(alter_frames)],
    },
    Entry {
        mode: Mode {
            name: "frontchannel-logout-blocked",
            effect: "A front-channel logout page is loaded without the browser's cookies.",
            parameters: &[
                choice("cookies", &["blocked"]).neutral("allowed"),
                choice("observe", &["x-frame-options", "csp"]),
            ],
            clauses: &["OpenID Connect Front-Channel Logout 1.0, section 4.1"],
            expected: Expected::Either,
            severity: Severity::Interoperability,
            note: "The client needs a `frontchannel_logout_uri`. The frame asks the browser to \
                   load it without credentials, which Chromium does; in other browsers the user \
                   agent must block third-party cookies. With `allowed`, the page is the honest \
                   one, and the user agent checks the header that `observe` names. A session that \
                   survives is worth reporting, but not a fault.",
            ..Mode::of(Class::Logout)
        },
        acts: &[Act::SignedOut(block_cookies)],
    },
    Entry {
        mode: Mode {
            name: "logout-session-changed",
            effect: "The session check page reports a changed session, an error, or alternating \
                     states; a silent renewal then fails or is for another user.",
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
            note: "This is only for relying parties that check sessions, and needs the setting \
                   `session_management`. A silent renewal is a request with `prompt=none`.",
            ..Mode::of(Class::Logout)
        },
        acts: &[
            Act::After(renew_for_another),
            Act::Authorization(fail_renewal),
            Act::Answer(break_session_check),
        ],
    },
];
