//! One issuer's whole state: what it was told, its key, its clock, and what it remembers.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use crate::client::Client;
use crate::clock::Clock;
use crate::config::{Config, Settings};
use crate::grant::Grants;
use crate::journal::{Endpoint, Journal};
use crate::keys::Keys;
use crate::protocol::id_token::PROTOCOL_CLAIMS;
use crate::protocol::scope::{STANDARD_SCOPES, Scope};
use crate::random::Random;
use crate::router::{self, Address};
use crate::session::Sessions;
use crate::shipped::KeyPool;
use crate::signing::{KeyError, SigningKey};
use crate::user::User;

/// An issuer, shared by every request to it.
#[derive(Clone, Debug)]
pub(crate) struct Issuer(Arc<State>);

/// What an issuer is made of.
#[derive(Debug)]
pub(crate) struct State {
    /// The issuer identifier: the `iss` claim, and the base of what browsers call.
    pub(crate) url: String,
    /// The path below which everything is served: empty, or `/` and more.
    pub(crate) path: String,
    /// The name of the session cookie. Cookies know no ports: each issuer on a host has its own.
    pub(crate) cookie_name: String,
    addresses: Vec<Address>,
    pub(crate) settings: Settings,
    pub(crate) users: Vec<Arc<User>>,
    pub(crate) clients: Vec<Arc<Client>>,
    /// Which scopes release a claim.
    claim_scopes: BTreeMap<String, Vec<String>>,
    pub(crate) keys: Keys,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) journal: Journal,
    sessions: Mutex<Sessions>,
    grants: Mutex<Grants>,
}

impl Issuer {
    /// An issuer for a checked configuration. `base` stands in for URLs that it does not name.
    pub(crate) fn new(config: Config, clock: Option<Clock>, base: &str) -> Result<Self, KeyError> {
        let Config { settings, users, clients, .. } = config;
        let own = settings.signing_key.as_deref().map(SigningKey::from_pem).transpose()?;
        let registered = clients.iter().map(|client| client.id_token_signed_response_alg);
        let algorithms = settings.signing_algorithms.iter().copied().chain(registered);
        // Not the generator of codes and tokens: what it gives does not depend on the keys.
        let root = Random::new(settings.seed).bytes();
        let keys = Keys::new(algorithms, own, KeyPool::default(), root);
        let url = settings.issuer_url.clone().unwrap_or_else(|| base.to_owned());
        let clock = clock
            .unwrap_or_else(|| settings.frozen_at.map_or_else(Clock::system, Clock::frozen_at));
        let parsed = Url::parse(&url).expect("a checked configuration has an issuer URL");
        let port = parsed.port_or_known_default().unwrap_or_default();
        let backchannel_url = settings.backchannel_url.as_ref().unwrap_or(&url);
        Ok(Self(Arc::new(State {
            addresses: router::addresses(&url, backchannel_url),
            path: parsed.path().trim_end_matches('/').to_owned(),
            cookie_name: format!("mock_provider_session_{port}"),
            url,
            claim_scopes: claim_scopes(&settings),
            users: users.into_iter().map(Arc::new).collect(),
            clients: clients.into_iter().map(Arc::new).collect(),
            keys,
            clock,
            random: Random::new(settings.seed),
            journal: Journal::new(settings.journal_capacity),
            sessions: Mutex::default(),
            grants: Mutex::default(),
            settings,
        })))
    }
}

impl Deref for Issuer {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl State {
    /// Where callers reach every endpoint.
    pub(crate) fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Where callers reach an endpoint.
    pub(crate) fn address(&self, endpoint: Endpoint) -> &str {
        let address = self.addresses.iter().find(|address| address.endpoint == endpoint);
        address.map_or(&self.url, |address| &address.url)
    }

    /// The configured user of that subject.
    pub(crate) fn user(&self, subject: &str) -> Option<&Arc<User>> {
        self.users.iter().find(|user| user.subject == subject)
    }

    /// The configured user of that subject, or a new one where any subject will do.
    pub(crate) fn user_or_stranger(&self, subject: &str) -> Option<Arc<User>> {
        let stranger = || self.settings.any_subject.then(|| Arc::new(User::stranger(subject)));
        self.user(subject).cloned().or_else(stranger)
    }

    /// The user whom a `login_hint` means: by subject, email address or login name.
    pub(crate) fn hinted_user(&self, hint: &str) -> Option<&Arc<User>> {
        let is = |name: &Option<String>| name.as_deref() == Some(hint);
        self.user(hint).or_else(|| {
            self.users.iter().find(|user| is(&user.email) || is(&user.preferred_username))
        })
    }

    /// The client of that identifier, where it is configured or any will do.
    pub(crate) fn client(&self, id: &str) -> Option<Arc<Client>> {
        let configured = self.clients.iter().find(|client| client.id == id).cloned();
        configured.or_else(|| self.settings.any_client.then(|| Arc::new(Client::any(id))))
    }

    /// The scope values that the issuer knows.
    pub(crate) fn scopes_supported(&self) -> impl Iterator<Item = &str> {
        let standard = STANDARD_SCOPES.iter().map(|scope| scope.value);
        standard.chain(self.settings.scopes.keys().map(String::as_str))
    }

    /// The values of a scope that the issuer knows.
    pub(crate) fn known(&self, scope: &Scope) -> Scope {
        scope.filtered(|value| self.scopes_supported().any(|known| known == value))
    }

    /// The claims of a user that a scope releases. A claim that no scope asks for comes with
    /// `openid`.
    pub(crate) fn released_claims(&self, user: &User, scope: &Scope) -> Map<String, Value> {
        let released = |claim: &str| match self.claim_scopes.get(claim) {
            Some(scopes) => scopes.iter().any(|own| scope.contains(own)),
            None => true,
        };
        let mut claims = user.claims();
        claims.retain(|claim, _| !PROTOCOL_CLAIMS.contains(&claim.as_str()) && released(claim));
        claims
    }

    /// The names of all claims that the issuer may release.
    pub(crate) fn claims_supported(&self) -> Vec<String> {
        let mut claims: Vec<String> = PROTOCOL_CLAIMS.map(str::to_owned).into();
        let attributes = User::new("").attributes().map(|(name, _)| name.to_owned());
        let configured = self.settings.scopes.values().flatten().cloned();
        let extra = self.users.iter().flat_map(|user| user.claims.keys().cloned());
        for claim in attributes.into_iter().chain(configured).chain(extra) {
            if !claims.contains(&claim) {
                claims.push(claim);
            }
        }
        claims
    }

    /// All sessions, for a short while.
    pub(crate) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All codes and tokens, for a short while.
    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When something that begins now ends, in seconds since the epoch.
pub(crate) fn until(now: i64, lifetime: Duration) -> i64 {
    now.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX))
}

fn claim_scopes(settings: &Settings) -> BTreeMap<String, Vec<String>> {
    let mut claim_scopes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |scope: &str, claim: &str| {
        claim_scopes.entry(claim.to_owned()).or_default().push(scope.to_owned());
    };
    for scope in STANDARD_SCOPES {
        scope.claims.iter().for_each(|claim| add(scope.value, claim));
    }
    for (scope, claims) in &settings.scopes {
        claims.iter().for_each(|claim| add(scope, claim));
    }
    claim_scopes
}
