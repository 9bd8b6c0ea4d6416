//! The beginning and end of sessions.

use std::time::{Duration, Instant};

use serde_json::Map;

use super::*;
use crate::config::{Config, Secret};
use crate::oidc::id_token::VerifiedClaims;
use crate::oidc::provider::Provider;
use crate::oidc::providers::Providers;
use crate::session::user::User;

fn provider() -> Arc<Provider> {
    let variables = [
        ("OIDC_AUTHORITY", "http://localhost:9400"),
        ("OIDC_CLIENT_ID", "app"),
        ("OIDC_CLIENT_SECRET", "s3cret"),
        ("OIDC_REDIRECT_URI", "http://localhost:8050/auth/callback"),
    ];
    let pairs = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Arc::clone(Providers::new(&Config::from_variables(pairs).unwrap()).first())
}

fn sessions(outlives_id_token: bool) -> (Sessions, Clock) {
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    let limits = SessionLimits {
        idle: Duration::from_secs(100),
        absolute: Duration::from_secs(250),
        outlives_id_token,
    };
    (Sessions::new(limits, clock.clone()), clock)
}

fn begin(sessions: &Sessions, token_life: i64, previous: Option<&str>) -> String {
    sessions.begin(new_session(&provider(), token_life), previous)
}

fn new_session(provider: &Arc<Provider>, token_life: i64) -> NewSession {
    NewSession {
        provider: Arc::clone(provider),
        user: User::new("alice", &Map::new(), Map::new()),
        id_token: Secret::new("token"),
        claims: VerifiedClaims::unsigned("alice", Timestamp::from_second(token_life).unwrap()),
        access_token_lifetime: Duration::from_secs(token_life.unsigned_abs()),
        refresh_token: None,
        allowed_by_policy: true,
    }
}

/// Begins a session that the provider calls `sid`.
fn begin_named(sessions: &Sessions, provider: &Arc<Provider>, sid: &str) -> String {
    let mut new = new_session(provider, 1000);
    new.claims.all.insert("sid".to_owned(), sid.into());
    sessions.begin(new, None)
}

const ISSUER: &str = "https://login.example.com";

#[test]
fn front_channel_logout_does_not_get_slower_with_the_number_of_sessions() {
    let (sessions, _) = sessions(false);
    let provider = provider();
    for number in 0..MAX_TOTAL {
        begin_named(&sessions, &provider, &number.to_string());
    }
    let started = Instant::now();
    for _ in 0..2000 {
        assert_eq!(sessions.end_by_name(ISSUER, "unknown"), 0);
    }
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
    assert_eq!(sessions.end_by_name(ISSUER, "7"), 1);
}

#[test]
fn unused_session_ends() {
    let (sessions, clock) = sessions(false);
    let id = begin(&sessions, 1000, None);
    clock.advance(Duration::from_secs(99));
    assert!(sessions.find(&id).is_some());
    clock.advance(Duration::from_secs(100));
    assert!(sessions.find(&id).is_none());
    assert_eq!(sessions.store().len(), 0);
}

#[test]
fn used_session_ends_at_the_absolute_limit() {
    let (sessions, clock) = sessions(false);
    let id = begin(&sessions, 1000, None);
    for _ in 0..4 {
        clock.advance(Duration::from_secs(60));
        assert!(sessions.find(&id).is_some());
    }
    clock.advance(Duration::from_secs(10));
    assert!(sessions.find(&id).is_none());
}

#[test]
fn session_ends_with_the_id_token_unless_configured_otherwise() {
    for outlives in [false, true] {
        let (sessions, clock) = sessions(outlives);
        let id = begin(&sessions, 50, None);
        clock.advance(Duration::from_secs(50));
        assert_eq!(sessions.find(&id).is_some(), outlives);
    }
}

#[test]
fn login_ends_the_previous_session() {
    let (sessions, _) = sessions(false);
    let one = begin(&sessions, 1000, None);
    let two = begin(&sessions, 1000, Some(&one));
    assert_ne!(one, two);
    assert!(sessions.find(&one).is_none());
    assert!(sessions.find(&two).is_some());
    sessions.end(&two);
    assert!(sessions.find(&two).is_none());
}

#[test]
fn total_is_limited_and_the_least_recently_used_is_dropped() {
    let (mut sessions, clock) = sessions(false);
    sessions.max_total = 3;
    let oldest = begin(&sessions, 1000, None);
    clock.advance(Duration::from_secs(1));
    let used = begin(&sessions, 1000, None);
    for _ in 0..2 {
        begin(&sessions, 1000, None);
    }
    assert_eq!(sessions.store().len(), 3);
    assert!(sessions.find(&oldest).is_none());
    assert!(sessions.find(&used).is_some());
}

#[test]
fn provider_ends_exactly_the_sessions_with_the_name() {
    let (mut sessions, clock) = sessions(false);
    sessions.max_total = 4;
    let provider = provider();
    let (one, two) =
        (begin_named(&sessions, &provider, "a"), begin_named(&sessions, &provider, "a"));
    let other = begin_named(&sessions, &provider, "b");
    assert_eq!(sessions.end_by_name("https://other.example.com", "a"), 0);
    assert_eq!(sessions.end_by_name(ISSUER, "a"), 2);
    assert_eq!(sessions.end_by_name(ISSUER, "a"), 0);
    assert!(sessions.find(&one).is_none() && sessions.find(&two).is_none());
    assert!(sessions.find(&other).is_some());

    // However a session ends, its name is removed as well.
    sessions.end(&other);
    begin_named(&sessions, &provider, "c");
    assert_eq!(sessions.end_where(|_| true), 1);
    let idle = begin_named(&sessions, &provider, "d");
    clock.advance(Duration::from_secs(100));
    assert!(sessions.find(&idle).is_none());
    assert_eq!(sessions.store().names(), 0);
    for number in 0..6 {
        begin_named(&sessions, &provider, &number.to_string());
    }
    let store = sessions.store();
    assert_eq!((store.len(), store.names()), (4, 4));
}
