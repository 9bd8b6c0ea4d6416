//! The journal: what was asked of the provider, what it answered, and why it refused.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::Serialize;

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Exchange {
    /// Counts the exchanges of a provider, from 1.
    pub number: u64,
    /// When the request came, by the provider's clock.
    pub at: Timestamp,
    /// What was asked.
    pub endpoint: Endpoint,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The parameters of query and form, in order. Secrets, codes and tokens are replaced by
    /// their length.
    pub parameters: Vec<(String, String)>,
    /// The client that asked, where it is known.
    pub client: Option<String>,
    /// The subject of the user concerned, where one is.
    pub user: Option<String>,
    /// Joins the exchanges of one login: authorization, sign-in, token, userinfo, refresh, logout.
    pub flow: Option<String>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// Why the provider refused, where it did.
    pub refusal: Option<Refusal>,
    /// What happened, in a few words.
    pub summary: String,
}

impl Exchange {
    /// The value of a parameter, as it is [kept](Self::parameters): the first, if it came more than
    /// once.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The code that the caller was told, such as `invalid_grant`.
    pub error: String,
    /// Which check failed, what was expected and what came.
    pub reason: String,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Endpoint {
    /// The home page.
    Home,
    /// The metadata document.
    Discovery,
    /// The key set.
    Jwks,
    /// The authorization endpoint.
    Authorization,
    /// The form of the sign-in page.
    SignIn,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    Userinfo,
    /// The end-session endpoint.
    EndSession,
    /// The health endpoint.
    Health,
    /// No endpoint of the provider.
    Unknown,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Home => "home",
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Authorization => "authorization",
            Self::SignIn => "sign-in",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
            Self::EndSession => "end-session",
            Self::Health => "health",
            Self::Unknown => "unknown",
        })
    }
}

/// A bounded ring of exchanges.
#[derive(Debug)]
pub(crate) struct Journal {
    capacity: usize,
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    count: u64,
    exchanges: VecDeque<Exchange>,
}

impl Journal {
    /// A journal of the `capacity` latest exchanges.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, ring: Mutex::default() }
    }

    /// Records an exchange, which gets its number here.
    pub(crate) fn record(&self, mut exchange: Exchange) {
        let mut ring = self.ring();
        ring.count += 1;
        exchange.number = ring.count;
        if ring.exchanges.len() >= self.capacity {
            ring.exchanges.pop_front();
        }
        if self.capacity > 0 {
            ring.exchanges.push_back(exchange);
        }
    }

    /// The exchanges, oldest first.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.ring().exchanges.iter().cloned().collect()
    }

    /// Forgets every exchange; numbers go on.
    pub(crate) fn clear(&self) {
        self.ring().exchanges.clear();
    }

    fn ring(&self) -> std::sync::MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Parameters whose values are secret, or as good as one while they are valid.
const SECRET_PARAMETERS: [&str; 8] = [
    "client_secret",
    "code",
    "code_verifier",
    "refresh_token",
    "access_token",
    "id_token_hint",
    "password",
    // The whole authorization request, hint included, which the sign-in form sends once more.
    "request",
];

/// A parameter as the journal keeps it.
pub(crate) fn redacted((name, value): &(String, String)) -> (String, String) {
    let secret = SECRET_PARAMETERS.contains(&name.as_str());
    let kept = match secret {
        true => format!("[redacted: {} characters]", value.chars().count()),
        false => value.clone(),
    };
    (name.clone(), kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange() -> Exchange {
        Exchange {
            number: 0,
            at: Timestamp::UNIX_EPOCH,
            endpoint: Endpoint::Token,
            method: "POST".into(),
            path: "/token".into(),
            parameters: Vec::new(),
            client: None,
            user: None,
            flow: None,
            status: 200,
            refusal: None,
            summary: String::new(),
        }
    }

    #[test]
    fn the_oldest_exchanges_leave_and_numbers_go_on() {
        let journal = Journal::new(2);
        (0..3).for_each(|_| journal.record(exchange()));
        let numbers: Vec<_> = journal.exchanges().iter().map(|exchange| exchange.number).collect();
        assert_eq!(numbers, [2, 3]);
        journal.clear();
        journal.record(exchange());
        assert_eq!(journal.exchanges()[0].number, 4);
    }

    #[test]
    fn a_parameter_is_found_by_its_name() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let parameters = vec![pair("scope", "openid"), pair("nonce", "a"), pair("nonce", "b")];
        let exchange = Exchange { parameters, ..exchange() };
        assert_eq!(exchange.parameter("nonce"), Some("a"));
        assert_eq!(exchange.parameter("state"), None);
    }

    #[test]
    fn secrets_are_kept_as_their_length() {
        let pair = ("client_secret".to_owned(), "s3cret".to_owned());
        assert_eq!(redacted(&pair).1, "[redacted: 6 characters]");
    }
}
