//! Sequence and time.

use crate::base::endpoint::Endpoint;
use crate::failure::acts::altered_sequence;
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, duration, number};

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "sequence-callback-replayed",
            effect: "The same callback URL is opened again.",
            parameters: &[
                choice("how", &["reload", "back", "parallel", "other-browser"]),
                choice("session", &["live", "gone"]),
                choice("op", &["revoke-on-reuse"]),
            ],
            clauses: &[
                "RFC 6749, section 4.1.2",
                "RFC 6749, section 10.5",
                "OpenID Connect Core 1.0, section 16.9",
            ],
            expected: Expected::Tolerate,
            exceptions: &[("how", "other-browser", Expected::Reject)],
            severity: Severity::Robustness,
            note: "The user agent acts this out: it reloads, goes back, opens the URL twice at \
                   once, or opens it in another browser, which must not be signed in; \
                   `session=gone` clears the cookies first. The user ends signed in or on a \
                   helpful page. As always, the provider revokes everything that it issued for a \
                   code that is used twice.",
            ..Mode::of(Class::Sequence)
        },
        acts: &[],
    },
    Entry {
        mode: Mode {
            name: "sequence-multi-tab",
            effect: "Several logins begin in one browser and finish in any order.",
            parameters: &[
                choice("order", &["first", "second", "both"]),
                choice("start", &["two-tabs", "double-click"]),
                number("tabs", 2, 20, &["2", "20"]),
            ],
            clauses: &["RFC 9700, section 4.7.1", "OpenID Connect Core 1.0, section 15.5.2"],
            expected: Expected::Tolerate,
            severity: Severity::Robustness,
            note: "The user agent acts this out. Many tabs also show whether cookies pile up until \
                   the relying party's own server refuses them.",
            ..Mode::of(Class::Sequence)
        },
        acts: &[],
    },
    Entry {
        mode: Mode {
            name: "sequence-slow-user",
            effect: "The login takes so long that something it needs has expired.",
            parameters: &[
                choice("mode", &["code-expired", "dwell", "cookies-cleared"]),
                duration("time", "10min", &[]),
            ],
            clauses: &["RFC 6749, section 4.1.2", "RFC 9700, section 4.7.1"],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "The provider acts out `code-expired`: the code is too old when it is redeemed. \
                   The user agent acts out the rest: it stays on the sign-in page for `time`, or \
                   clears the relying party's cookies there. The user reads what happened and can \
                   try again; nothing restarts by itself endlessly.",
            ..Mode::of(Class::Sequence)
        },
        acts: &[Act::After(altered_sequence::expire_code)],
    },
    Entry {
        mode: Mode {
            name: "sequence-user-switch",
            effect: "A browser in which one user is signed in returns with another user.",
            parameters: &[choice("how", &["relogin", "silent-renew", "step-up"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 3.1.2.1",
                "OpenID Connect Core 1.0, section 3.1.2.6",
                "OpenID Connect Session Management 1.0, section 3.1",
            ],
            exceptions: &[("how", "relogin", Expected::Tolerate)],
            note: "`relogin` is the second login: the relying party switches completely, and \
                   nothing of the first user remains. `silent-renew` is a request with \
                   `prompt=none`, `step-up` one with `prompt=login`, `max_age` or `acr_values`: \
                   there the relying party refuses the other user.",
            from_the_second: &[("how", "relogin")],
            ..Mode::of(Class::Sequence)
        },
        acts: &[Act::Authorization(altered_sequence::switch_user)],
    },
    Entry {
        mode: Mode {
            name: "sequence-concurrent-users",
            effect: "Several browsers log in as different users at the same moment.",
            parameters: &[number("pairs", 1, 50, &["1", "10"]), duration("jitter", "50ms", &[])],
            clauses: &["RFC 9700, section 2.1.1"],
            expected: Expected::Tolerate,
            note: "The user agent acts this out: `pairs` pairs of browsers at once, each started \
                   at most `jitter` after the other. Each user sees their own data, and no \
                   other user's.",
            ..Mode::of(Class::Sequence)
        },
        acts: &[],
    },
    Entry {
        mode: Mode {
            name: "sequence-clock-skew",
            effect: "The provider's clock is wrong: every time in an ID token is off by the same \
                     amount.",
            parameters: &[choice(
                "offset",
                &["+30s", "-30s", "+60s", "-60s", "+5min", "-5min", "+1h", "-1h"],
            )],
            clauses: &[
                "RFC 7519, section 4.1.4",
                "RFC 7519, section 4.1.5",
                "OpenID Connect Core 1.0, section 3.1.3.7 (9)",
                "OpenID Connect Core 1.0, section 3.1.3.7 (10)",
            ],
            expected: Expected::Tolerate,
            // The relying party decides how much clock skew it tolerates, within reason; a token
            // that expired by an hour's skew has expired.
            exceptions: &[
                ("offset", "+60s", Expected::Either),
                ("offset", "-60s", Expected::Either),
                ("offset", "+5min", Expected::Either),
                ("offset", "-5min", Expected::Either),
                ("offset", "+1h", Expected::Either),
                // These expire in that very second, which some leeway forgives.
                ("offset", "-1h", Expected::Either),
            ],
            severity: Severity::Robustness,
            note: "A clock that is an hour slow issues ID tokens that have already expired, if \
                   they are valid for an hour. The Date header stays correct.",
            ..Mode::of(Class::Sequence)
        },
        acts: &[Act::IdToken(altered_sequence::skew), Act::RefreshIdToken(altered_sequence::skew)],
    },
    Entry {
        mode: Mode {
            name: "sequence-op-restart",
            effect: "The provider forgets every session, code and token at once.",
            parameters: &[
                choice("phase", &["before-callback", "after-login", "before-refresh"]),
                choice("keys", &["same", "new"]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 10.1.1", "RFC 6749, section 5.2"],
            expected: Expected::Recover,
            severity: Severity::Robustness,
            note: "This happens once. Users can log in again, and the relying party needs no \
                   restart. `after-login` acts when userinfo has been answered: choose another \
                   phase for a relying party that does not request userinfo.",
            times: Some(1),
            ..Mode::of(Class::Sequence)
        },
        acts: &[
            Act::Before(Endpoint::Token, |fault| {
                let refreshes = !fault.redeems_a_code() && fault.is("phase", "before-refresh");
                refreshes.then(|| altered_sequence::forget(fault)).flatten()
            }),
            Act::After(|draft, fault| {
                let now = match fault.value("phase").as_str() {
                    "before-callback" => draft.code().is_some(),
                    "after-login" => {
                        fault.request.endpoint == Endpoint::Userinfo && draft.status.is_success()
                    }
                    _ => false,
                };
                now.then(|| altered_sequence::forget(fault)).flatten()
            }),
        ],
    },
    Entry {
        mode: Mode {
            name: "sequence-rejected-login-loop",
            effect: "The provider signs in a user whom the relying party rejects.",
            parameters: &[
                choice("reason", &["missing-group", "missing-email", "unknown-user"]),
                number("max-authorizations", 3, 20, &[]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 3.1.2.3"],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "This is for a relying party that needs a group, an email address or an account \
                   of its own. Single sign-on answers at once whenever the relying party asks \
                   again: it must stop, with a page that says why, before it has sent \
                   `max-authorizations` requests. A user without the claim is the same user as \
                   before.",
            ..Mode::of(Class::Sequence)
        },
        acts: &[Act::Claims(altered_sequence::unwanted_user)],
    },
    Entry {
        mode: Mode {
            name: "sequence-back-after-logout",
            effect: "After the logout, the user goes back, reloads, opens the callback URL again, \
                     or calls the API.",
            parameters: &[
                choice("how", &["back", "reload", "callback-url", "api-call"]),
                choice("cookie", &["kept-copy"]),
            ],
            clauses: &["RFC 9111, section 5.2.2.5"],
            note: "The user agent acts this out: keep the relying party's cookies, log out, put \
                   them back, and try. A session that is stored only in its cookie cannot end \
                   before it expires.",
            ..Mode::of(Class::Sequence)
        },
        acts: &[],
    },
];
