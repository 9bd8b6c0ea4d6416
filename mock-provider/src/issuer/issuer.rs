//! One issuer's whole state: what it was told, its key, its clock, and what it remembers.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use url::Url;

use crate::base::clock::Clock;
use crate::base::endpoint::Endpoint;
use crate::base::random::Random;
use crate::directory::account::Account;
use crate::directory::client::Client;
use crate::directory::directory::{Directory, Shared};
use crate::directory::user::User;
use crate::exchange::journal::Journal;
use crate::failure::engine::armed::Failures;
use crate::failure::engine::spec::Failure;
use crate::host::registry::configured_failures;
use crate::issuer::grant::Grants;
use crate::issuer::initial::Initial;
use crate::issuer::session::Sessions;
use crate::jose::algorithm::Algorithm;
use crate::jose::keys::Keys;
use crate::jose::shipped::{KeyPool, Shelf};
use crate::jose::signing_key::{KeyError, SigningKey};
use crate::net::tls::faults::TlsFaults;
use crate::protocol::id_token::PROTOCOL_CLAIMS;
use crate::protocol::scope::{STANDARD_SCOPES, Scope};
use crate::router::addresses;
use crate::settings::settings::{Config, Settings};

/// An issuer, shared by every request to it.
#[derive(Clone, Debug)]
pub(crate) struct Issuer(Arc<State>);

/// What an issuer is made of: its own state, and what it was told, which issuers share.
#[derive(Debug)]
pub(crate) struct State {
    /// The issuer identifier: the `iss` claim, and the base of what browsers call.
    pub(crate) url: String,
    /// Counts the issuers of a process: 0 for the default one.
    pub(crate) number: usize,
    /// The issuer identifier of the provider's default issuer, which may be this one.
    pub(crate) default_url: String,
    /// The keys of the provider's default issuer, which may be this one.
    pub(crate) default_keys: Keys,
    /// The base of what relying parties call.
    pub(crate) back_url: String,
    /// The path below which everything is served: empty, or `/` and more.
    pub(crate) path: String,
    /// The name of the session cookie. Cookies know no ports: each issuer on a host has its own.
    pub(crate) cookie_name: String,
    pub(crate) keys: Keys,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) journal: Journal,
    pub(crate) failures: Failures,
    /// Ports of the process whose certificates nobody should trust.
    pub(crate) tls_faults: TlsFaults,
    sessions: Mutex<Sessions>,
    grants: Mutex<Grants>,
    pub(crate) directory: Shared,
    pub(crate) initial: Initial,
    setup: Arc<Setup>,
}

/// What issuers are told.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) settings: Settings,
    /// The configured users and clients.
    pub(crate) configured: Arc<Directory>,
    /// Where their keys come from.
    shelf: Shelf,
    /// Which scopes release a claim.
    claim_scopes: BTreeMap<String, Vec<String>>,
}

impl Issuer {
    /// An issuer for a checked configuration. `base` stands in for URLs that it does not name.
    pub(crate) fn new(
        config: Config,
        clock: Option<Clock>,
        base: &str,
        tls_faults: TlsFaults,
    ) -> Result<Self, KeyError> {
        let Config { settings, users, clients, .. } = config;
        let own = settings.signing_key.as_deref().map(SigningKey::from_pem).transpose()?;
        let setup = Setup {
            shelf: Shelf::default(),
            claim_scopes: claim_scopes(&settings),
            configured: Arc::new(Directory::new(users, clients)),
            settings,
        };
        let (settings, keys) = (&setup.settings, setup.keys(own, 0, setup.settings.seed));
        let url = settings.issuer_url.clone().unwrap_or_else(|| base.to_owned());
        let clock = clock
            .unwrap_or_else(|| settings.frozen_at.map_or_else(Clock::system, Clock::frozen_at));
        let parsed = Url::parse(&url).expect("a checked configuration has an issuer URL");
        let port = parsed.port_or_known_default().unwrap_or_default();
        let initial = Initial {
            directory: Some(Arc::clone(&setup.configured)),
            failures: configured_failures(settings, ""),
            clock: clock.fork(),
            keys: keys.snapshot(),
            seed: settings.seed,
        };
        let issuer = Self(Arc::new(State {
            number: 0,
            back_url: settings.backchannel_url.clone().unwrap_or_else(|| url.clone()),
            path: parsed.path().trim_end_matches('/').to_owned(),
            cookie_name: format!("mock_provider_session_{port}"),
            default_url: url.clone(),
            url,
            default_keys: keys.clone(),
            keys,
            clock,
            random: Random::new(settings.seed),
            journal: Journal::new(settings.journal_capacity),
            failures: Failures::default(),
            tls_faults,
            sessions: Mutex::default(),
            grants: Mutex::default(),
            directory: Shared::new(Arc::clone(&setup.configured)),
            initial,
            setup: Arc::new(setup),
        }));
        Ok(issuer.begin())
    }

    /// Another issuer on the same host, at `path` below this one, with the same settings. It
    /// shares no state, except that one that always fails has the users and clients that this one
    /// has at any time; one that does not begins with the configured ones. `number` tells siblings
    /// apart.
    pub(crate) fn sibling(&self, path: &str, number: usize, failure: Option<Failure>) -> Self {
        let below = |base: &str| format!("{}{path}", base.trim_end_matches('/'));
        let settings = &self.setup.settings;
        // Two issuers must not draw the same codes.
        let seed = settings.seed.map(|seed| seed.wrapping_add(number as u64));
        let (clock, keys) = (self.clock.fork(), self.setup.keys(None, number, seed));
        let configured = Arc::clone(&self.setup.configured);
        let directory = match &failure {
            Some(_) => self.directory.clone(),
            None => Shared::new(Arc::clone(&configured)),
        };
        let initial = Initial {
            directory: failure.is_none().then_some(configured),
            failures: match failure {
                Some(failure) => vec![failure],
                None => configured_failures(settings, path),
            },
            clock: clock.fork(),
            keys: keys.snapshot(),
            seed,
        };
        let issuer = Self(Arc::new(State {
            url: below(&self.url),
            number,
            default_url: self.default_url.clone(),
            default_keys: self.default_keys.clone(),
            back_url: below(&self.back_url),
            path: below(&self.path),
            cookie_name: format!("{}_{number}", self.cookie_name),
            keys,
            clock,
            random: Random::new(seed),
            journal: Journal::new(settings.journal_capacity),
            failures: Failures::default(),
            tls_faults: self.tls_faults.clone(),
            sessions: Mutex::default(),
            grants: Mutex::default(),
            directory,
            initial,
            setup: Arc::clone(&self.setup),
        }));
        issuer.begin()
    }
}

impl Deref for Issuer {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Deref for State {
    type Target = Setup;

    fn deref(&self) -> &Setup {
        &self.setup
    }
}

/// The claims of a user that a scope releases, to be written.
#[derive(Debug)]
pub(crate) struct Released<'a> {
    claims: &'a Map<String, Value>,
    scope: &'a Scope,
    setup: &'a Setup,
}

impl Serialize for Released<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (claim, value) in self.claims {
            if self.setup.releases(claim, self.scope) {
                map.serialize_entry(claim, value)?;
            }
        }
        map.end()
    }
}

impl Issuer {
    /// Where callers reach an endpoint.
    pub(crate) fn address(&self, endpoint: Endpoint) -> String {
        let address = addresses(self).find(|address| address.endpoint == endpoint);
        address.map_or_else(|| self.url.clone(), |address| address.url)
    }
}

impl State {
    /// All sessions, for a short while.
    pub(crate) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets sessions, codes and tokens, as a restart does.
    pub(crate) fn forget(&self) {
        *self.sessions() = Sessions::default();
        *self.grants() = Grants::default();
    }

    /// All codes and tokens, for a short while.
    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The user of that subject.
    pub(crate) fn user(&self, subject: &str) -> Option<Arc<Account>> {
        self.directory.now().user(subject)
    }

    /// The user of that subject, or a new one where any subject will do.
    pub(crate) fn user_or_stranger(&self, subject: &str) -> Option<Arc<Account>> {
        let stranger =
            || self.settings.any_subject.then(|| Arc::new(User::stranger(subject).into()));
        self.user(subject).or_else(stranger)
    }

    /// The client of that identifier, where there is one or any will do.
    pub(crate) fn client(&self, id: &str) -> Option<Arc<Client>> {
        let any = || self.settings.any_client.then(|| Arc::new(Client::any(id)));
        self.directory.now().client(id).or_else(any)
    }

    /// The algorithms that userinfo is signed with, for one client or another.
    pub(crate) fn userinfo_algorithms(&self) -> Vec<&'static str> {
        let clients = &self.directory.now().clients;
        let asked = clients.iter().filter_map(|client| client.userinfo_signed_response_alg);
        let mut names: Vec<_> = asked.map(Algorithm::name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The names of all claims that the issuer may release.
    pub(crate) fn claims_supported(&self) -> Vec<String> {
        let directory = self.directory.now();
        let mut claims: Vec<String> = PROTOCOL_CLAIMS.map(str::to_owned).into();
        let mut types = directory.clients.iter().flat_map(|client| &client.response_types);
        if !types.any(|asked| asked.has_code() && asked.has_id_token()) {
            claims.retain(|claim| claim != "c_hash");
        }
        let attributes = User::new("").attributes().map(|(name, _)| name.to_owned());
        let configured = self.settings.scopes.values().flatten().cloned();
        let extra = directory.users.iter().flat_map(|user| user.claims.keys().cloned());
        for claim in attributes.into_iter().chain(configured).chain(extra) {
            if !claims.contains(&claim) {
                claims.push(claim);
            }
        }
        claims
    }
}

impl Setup {
    /// The keys of a new issuer; `number` says which shipped one it begins with.
    fn keys(&self, own: Option<SigningKey>, number: usize, seed: Option<u64>) -> Keys {
        let clients = &self.configured.clients;
        let algorithms = self.settings.signing_algorithms.iter().copied();
        // Not the generator of codes and tokens: what it gives does not depend on the keys.
        let keys = Keys::new(
            algorithms,
            own,
            KeyPool::from(self.shelf.clone(), number),
            Random::new(seed).bytes(),
        );
        clients.iter().for_each(|client| keys.publish_for(client));
        keys
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

    /// The claims of a user that a scope releases.
    pub(crate) fn released<'a>(&'a self, user: &'a Account, scope: &'a Scope) -> Released<'a> {
        Released { claims: &user.released, scope, setup: self }
    }

    /// Whether a scope releases a claim. One that no scope asks for comes with `openid`.
    fn releases(&self, claim: &str, scope: &Scope) -> bool {
        let released = match self.claim_scopes.get(claim) {
            Some(scopes) => scopes.iter().any(|own| scope.contains(own)),
            None => true,
        };
        released && !PROTOCOL_CLAIMS.contains(&claim)
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
