//! Refresh.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::failure::engine::act::{Act, Effect, Entry, Object};
use crate::failure::engine::draft::{Draft, DraftContent, RawResponse};
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, number};
use crate::issuer::grant::Consumption;
use crate::net::wire::delivery::{Delivery, End, Extent};

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
        acts: &[Act::RefreshIdToken(spoil_id_token)],
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
            Act::After(keep_refresh_token),
            Act::RefreshTokens(send_old_refresh_token),
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
            Act::After(report_grace),
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
        acts: &[Act::Answer(refuse)],
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
            Act::After(fail_before_it_counts),
            Act::Answer(fail_in_passing),
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
        acts: &[Act::Tokens(expire_soon), Act::RefreshTokens(expire_soon)],
    },
];

fn spoil_id_token(token: &mut Token, fault: &Fault<'_>) {
    let mut set = |claim: &str, value: Value| drop(token.claims.insert(claim.to_owned(), value));
    let now = fault.request.at.as_second();
    match fault.value("fault").as_str() {
        "sub" => set("sub", json!(fault.another_subject())),
        "iss" => set("iss", json!("https://another-issuer.example")),
        "aud" => set("aud", json!("another-client")),
        "nonce-differs" => set("nonce", json!("not-the-nonce-of-the-login")),
        "auth_time-newer" => {
            let honest = token.claims.get("auth_time").and_then(Value::as_i64);
            // Newer even if no time has passed since the login.
            let newer = honest.map_or(now, |honest| now.max(honest + 1));
            token.claims.insert("auth_time".to_owned(), json!(newer));
        }
        "signature" => token.corrupt_signature(),
        "expired" => {
            set("exp", json!(now - 600));
        }
        _ => token.unsign(),
    }
}

/// The refresh token of a request.
fn presented<'a>(fault: &'a Fault<'_>) -> Option<&'a str> {
    fault.request.form.as_ref().ok()?.last("refresh_token")
}

/// The refresh token of an answer.
fn issued(draft: &Draft) -> Option<&str> {
    let DraftContent::Document(tokens) = &draft.content else { return None };
    tokens.get("refresh_token")?.as_str()
}

/// Whether a refresh succeeded.
fn refreshed(draft: &Draft, fault: &Fault<'_>) -> bool {
    fault.request.refreshes() && draft.status.is_success()
}

/// Forgets the new refresh token of an answer that is not going to contain it.
fn forget_new(words: &str, draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    let issued = issued(draft).map(str::to_owned);
    refreshed(draft, fault).then_some(())?;
    Effect::change(words, move |issuer| {
        let mut grants = issuer.grants();
        issued.iter().for_each(|issued| grants.forget_refresh_token(issued));
    })
}

fn keep_refresh_token(draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    if fault.is("mode", "rotate") {
        refreshed(draft, fault).then_some(())?;
        return Effect::change("the old refresh token is used up", |_| {});
    }
    forget_new("the old refresh token stays valid, and there is no new one", draft, fault)
}

fn send_old_refresh_token(tokens: &mut Object, fault: &Fault<'_>) {
    match fault.value("mode").as_str() {
        "omit" => drop(tokens.shift_remove("refresh_token")),
        "same" => {
            if let Some(used) = presented(fault) {
                tokens.insert("refresh_token".to_owned(), json!(used));
            }
        }
        _ => {}
    }
}

fn report_grace(draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    refreshed(draft, fault).then_some(())?;
    let grace = fault.duration("grace");
    let words = match grace.is_zero() {
        true => "using the old refresh token again revokes every token".to_owned(),
        false => format!("the old refresh token stays usable for {} seconds", grace.as_secs()),
    };
    Effect::change(words, |_| {})
}

fn refuse(answer: &mut RawResponse, fault: &Fault<'_>) {
    // Honest refusals as well: a retry would otherwise get a different reason.
    if !fault.request.refreshes() {
        return;
    }
    let error = fault.value("error");
    let reason = match error.as_str() {
        "invalid_client" => "the client is no longer known",
        "unauthorized_client" => "the client may no longer refresh",
        _ => "refresh_token was revoked",
    };
    let document = json!({"error": error, "error_description": reason});
    answer.body = document.to_string().into_bytes();
    answer.status = StatusCode::BAD_REQUEST;
    if fault.is("status", "401") {
        answer.status = StatusCode::UNAUTHORIZED;
        // RFC 9110, section 15.5.2.
        let scheme = HeaderValue::from_static("Basic realm=\"token\"");
        answer.headers.insert(WWW_AUTHENTICATE, scheme);
    }
}

fn fail_before_it_counts(draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    forget_new("the old refresh token stays valid", draft, fault)
}

fn fail_in_passing(answer: &mut RawResponse, fault: &Fault<'_>) {
    let now = fault.issuer.clock.seconds();
    let fails = fault.request.refreshes()
        && answer.status.is_success()
        && presented(fault)
            .is_some_and(|it| fault.issuer.grants().is_unused_refresh_token(it, now));
    if !fails {
        return;
    }
    let (status, content_type, body) = match fault.value("mode").as_str() {
        "timeout" => {
            answer.delivery = Some(Delivery::hang(Delivery::HANG));
            return;
        }
        "reset" => {
            answer.delivery = Some(Delivery::cut(Extent::Nothing, End::Reset));
            return;
        }
        "429" => (StatusCode::TOO_MANY_REQUESTS, "text/plain", "too many requests\n"),
        "html" => (
            StatusCode::BAD_GATEWAY,
            "text/html",
            "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>\n",
        ),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "text/plain", "down for maintenance\n"),
    };
    answer.status = status;
    answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if status != StatusCode::BAD_GATEWAY {
        answer.headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer.body = body.as_bytes().to_vec();
}

fn expire_soon(tokens: &mut Object, fault: &Fault<'_>) {
    let seconds = fault.value("value").parse::<u64>().unwrap_or_default();
    tokens.insert("expires_in".to_owned(), json!(seconds));
}
