//! When sessions begin and end.

use std::time::Duration;

use super::*;
use crate::config::Config;
use crate::oidc::providers::Providers;

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
    let new = NewSession {
        provider: provider(),
        user: User::new("alice", &Map::new(), Map::new()),
        id_token: Secret::new("token"),
        claims: VerifiedClaims::unsigned("alice", Timestamp::from_second(token_life).unwrap()),
        access_token_lifetime: Duration::from_secs(token_life.unsigned_abs()),
        refresh_token: None,
        allowed_by_policy: true,
    };
    sessions.begin(new, previous)
}

#[test]
fn unused_session_ends() {
    let (sessions, clock) = sessions(false);
    let id = begin(&sessions, 1000, None);
    clock.advance(Duration::from_secs(99));
    assert!(sessions.find(&id).is_some());
    clock.advance(Duration::from_secs(100));
    assert!(sessions.find(&id).is_none());
    assert!(sessions.by_id.lock().unwrap().is_empty());
}

#[test]
fn used_session_ends_as_well() {
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
fn session_ends_with_the_id_token_unless_told_otherwise() {
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
fn count_is_bounded_and_the_longest_unused_goes() {
    let (mut sessions, clock) = sessions(false);
    sessions.max_total = 3;
    let oldest = begin(&sessions, 1000, None);
    clock.advance(Duration::from_secs(1));
    let used = begin(&sessions, 1000, None);
    for _ in 0..2 {
        begin(&sessions, 1000, None);
    }
    assert_eq!(sessions.by_id.lock().unwrap().len(), 3);
    assert!(sessions.find(&oldest).is_none());
    assert!(sessions.find(&used).is_some());
}
