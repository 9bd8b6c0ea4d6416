//! Refresh.

use crate::failure::acts::altered_refresh;
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, number};
use crate::issuer::grant::Consumption;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "refresh-id-token-absent",
            effect: "A refresh returns new tokens, but no ID token.",
            clauses: &["OpenID Connect Core 1.0, section 12.2"],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "The session continues with the identity that it has.",
            ..Mode::of(Class::Refresh)
        },
        acts: &[Act::RefreshTokens(|tokens, _| drop(tokens.shift_remove("id_token")))],
    },
    Entry {
        mode: Mode {
            name: "refresh-id-token-invalid",
            effect: "The ID token of a refresh is about another user, is for another client, or is \
                     invalid in another way.",
            parameters: &[choice(
                "fault",
                &[
                    "sub",
                    "iss",
                    "aud",
                    "nonce-differs",
                    "auth_time-newer",
                    "signature",
                    "expired",
                    "alg-none",
                ],
            )],
            clauses: &[
                "OpenID Connect Core 1.0, section 12.2",
                "OpenID Connect Core 1.0, section 3.1.3.7",
            ],
            expected: Expected::Reject,
            note: "The session must not become the other user's; ending it is correct. The \
                   signature may go unchecked if TLS authenticates the provider (OpenID Connect \
                   Core 1.0, section 3.1.3.7 (6)).",
            ..Mode::of(Class::Refresh)
        },
        acts: &[Act::RefreshIdToken(altered_refresh::spoil_id_token)],
    },
    Entry {
        mode: Mode {
            name: "refresh-rotated",
            effect: "A refresh returns no refresh token, the same one, or a new one that replaces \
                     it.",
            parameters: &[
                choice("mode", &["omit", "same", "rotate"]),
                number("rounds", 2, 100, &[]),
            ],
            clauses: &[
                "RFC 6749, section 6",
                "OpenID Connect Core 1.0, section 12.2",
                "RFC 9700, section 4.14.2",
            ],
            expected: Expected::Recover,
            severity: Severity::Robustness,
            note: "With `omit`, the old refresh token stays valid. The second refresh shows \
                   whether the relying party kept the right one: `rounds` says how many refreshes \
                   the user agent should cause, and the provider answers each in the same way. \
                   `rotate` is what the provider does without a failure.",
            ..Mode::of(Class::Refresh)
        },
        acts: &[
            Act::Redemption(|fault| {
                let keeps = fault.request.refreshes() && !fault.is("mode", "rotate");
                keeps.then_some(Consumption::Unused)
            }),
            Act::After(altered_refresh::keep_refresh_token),
            Act::RefreshTokens(altered_refresh::send_old_refresh_token),
        ],
    },
    Entry {
        mode: Mode {
            name: "refresh-reuse-revokes-family",
            effect: "A refresh token that is used a second time revokes every token of its login, \
                     at once or after a grace period.",
            parameters: &[choice("grace", &["0s", "10s"]), number("parallel", 2, 10, &[])],
            clauses: &["RFC 9700, section 4.14.2"],
            expected: Expected::Recover,
            severity: Severity::Robustness,
            note: "The user agent sends `parallel` requests at once when the access token has \
                   expired. A relying party that refreshes for each of them loses the session. \
                   Without grace, this is what the provider does without a failure.",
            ..Mode::of(Class::Refresh)
        },
        acts: &[
            Act::Redemption(|fault| {
                fault.request.refreshes().then_some(())?;
                let grace = i64::try_from(fault.duration("grace").as_secs()).unwrap_or(i64::MAX);
                Some(Consumption::AgainFor(grace))
            }),
            Act::After(altered_refresh::report_grace),
        ],
    },
    Entry {
        mode: Mode {
            name: "refresh-invalid-grant",
            effect: "A refresh is refused permanently: the token expired, was revoked, or the \
                     client may not refresh.",
            parameters: &[
                choice("error", &["invalid_grant", "invalid_client", "unauthorized_client"]),
                choice("status", &["400", "401"]),
            ],
            clauses: &[
                "RFC 6749, section 5.2",
                "RFC 6749, section 6",
                "OpenID Connect Core 1.0, section 12.3",
            ],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "Ending the session and offering a new login is correct. A crash, an endless \
                   refresh or an endless session is wrong.",
            ..Mode::of(Class::Refresh)
        },
        acts: &[Act::Answer(altered_refresh::refuse)],
    },
    Entry {
        mode: Mode {
            name: "refresh-transient-failure",
            effect: "A refresh fails temporarily, and succeeds later with the same refresh token.",
            parameters: &[
                choice("mode", &["503", "429", "timeout", "reset", "html"]),
                number("count", 1, 1_000, &[]),
            ],
            clauses: &[
                "RFC 9110, section 15.6.4",
                "RFC 9110, section 10.2.3",
                "RFC 6585, section 4",
                "RFC 6749, section 5.2",
            ],
            expected: Expected::Recover,
            severity: Severity::Robustness,
            note: "`count` refreshes fail, then all succeed. The relying party must not sign the \
                   user out at once, and must not lose the refresh token.",
            ..Mode::of(Class::Refresh)
        },
        acts: &[
            Act::Redemption(|fault| fault.request.refreshes().then_some(Consumption::Unused)),
            Act::After(altered_refresh::fail_before_it_counts),
            Act::Answer(altered_refresh::fail_in_passing),
        ],
    },
    Entry {
        mode: Mode {
            name: "refresh-expires-in-tiny",
            effect: "`expires_in` says that access tokens expire in one second or less.",
            parameters: &[choice("value", &["1", "0"]), number("rounds", 3, 100, &[])],
            clauses: &["RFC 6749, section 5.1"],
            expected: Expected::Tolerate,
            severity: Severity::Robustness,
            note: "Pages still load, and do not refresh endlessly. The provider accepts the tokens \
                   for their full lifetime, or the login itself would fail. `rounds` says how many \
                   pages the user agent should load.",
            ..Mode::of(Class::Refresh)
        },
        acts: &[
            Act::Tokens(altered_refresh::expire_soon),
            Act::RefreshTokens(altered_refresh::expire_soon),
        ],
    },
];
