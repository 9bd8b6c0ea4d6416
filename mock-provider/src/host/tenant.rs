//! A tenant: an issuer, the failures that are armed at it, and its journal.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use url::Url;

use crate::base::clock::Clock;
use crate::base::issuer_path::{DEFAULT, NAMED};
use crate::base::random::Random;
use crate::directory::directory::{Directory, Shared};
use crate::exchange::journal::Journal;
use crate::failure::catalogue;
use crate::failure::engine::armed::Failures;
use crate::failure::engine::surroundings::Surroundings;
use crate::failure::spec::failure::Failure;
use crate::host::backchannel;
use crate::issuer::issuer::{Common, Issuer, Place};
use crate::jose::key_set::KeySet;
use crate::jose::keys::Keys;
use crate::jose::shipped::{KeyHolders, KeyPool, POOL_SIZE};
use crate::jose::signing_key::{KeyError, SigningKey};
use crate::net::tls_faults::TlsFaults;
use crate::settings::settings::{Config, Settings};

/// An issuer with its failures and its journal. The issuer knows neither, so honest handlers cannot
/// reach them.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) issuer: Issuer,
    pub(crate) failures: Arc<Failures>,
    pub(crate) journal: Journal,
    /// Counts the tenants of a provider in the order of their creation: 0 for the default one.
    pub(crate) number: usize,
    initial: Initial,
    template: Arc<Template>,
}

/// The initial state of a tenant, to which a reset returns.
#[derive(Debug)]
struct Initial {
    /// Users and clients; `None` for a failing tenant, which shares those of the default one.
    directory: Option<Arc<Directory>>,
    failures: Vec<Failure>,
    clock: Clock,
    keys: Arc<KeySet>,
    seed: Option<u64>,
}

/// What the tenants of a provider have in common.
#[derive(Debug)]
struct Template {
    common: Common,
    /// The configured users and clients.
    configured: Arc<Directory>,
    /// Which tenants have the shipped keys.
    key_holders: KeyHolders,
}

impl Tenant {
    /// The default tenant of a checked configuration. `base` is the issuer URL unless one is
    /// configured.
    ///
    /// # Errors
    ///
    /// When the configured signing key cannot be used.
    pub(crate) fn new(
        config: Config,
        clock: Option<Clock>,
        base: &str,
        tls_faults: TlsFaults,
    ) -> Result<Self, KeyError> {
        let Config { settings, users, clients, .. } = config;
        let own = settings.signing_key.as_deref().map(SigningKey::from_pem).transpose()?;
        let url = settings.issuer_url.clone().unwrap_or_else(|| base.to_owned());
        let parsed = Url::parse(&url).expect("a checked configuration has an issuer URL");
        let port = parsed.port_or_known_default().unwrap_or_default();
        let place = Place {
            back_url: settings.backchannel_url.clone().unwrap_or_else(|| url.clone()),
            path: parsed.path().trim_end_matches('/').to_owned(),
            cookie_name: format!("mock_provider_session_{port}"),
            url,
        };
        let clock = clock
            .unwrap_or_else(|| settings.frozen_at.map_or_else(Clock::system, Clock::frozen_at));
        let template = Arc::new(Template {
            common: Common::new(settings),
            configured: Arc::new(Directory::new(users, clients)),
            key_holders: KeyHolders::default(),
        });
        let seed = template.common.settings.seed;
        let keys = template.keys(own, 0, 0, seed);
        let surroundings =
            Surroundings { default_url: place.url.clone(), default_keys: keys.clone(), tls_faults };
        let initial = Initial {
            directory: Some(Arc::clone(&template.configured)),
            failures: configured_failures(&template.common.settings, ""),
            clock: clock.fork(),
            keys: keys.snapshot(),
            seed,
        };
        let directory = Shared::new(Arc::clone(&template.configured));
        let issuer = Issuer::new(place, template.common.clone(), directory, clock, keys, seed);
        Ok(Self::assemble(issuer, surroundings, 0, initial, template))
    }

    /// Another tenant on the same host, at `path` below this one, with the same settings. It
    /// shares no state, except that a failing one always has the current users and clients of this
    /// one. Others start with the configured ones.
    pub(crate) fn sibling(&self, path: &str, number: usize, failure: Option<Failure>) -> Self {
        let below = |base: &str| format!("{}{path}", base.trim_end_matches('/'));
        let template = Arc::clone(&self.template);
        let digest = digest(&SHA256, path.as_bytes());
        let digest = u64::from_be_bytes(*digest.as_ref().first_chunk().expect("32 bytes have 8"));
        // Issuers must not draw the same codes, and their codes must not depend on the order in
        // which issuers are created.
        let seed = template.common.settings.seed.map(|seed| seed_of(seed, path));
        let place = Place {
            url: below(&self.issuer.url),
            back_url: below(&self.issuer.back_url),
            path: below(&self.issuer.path),
            cookie_name: format!("{}_{digest:016x}", self.issuer.cookie_name),
        };
        // The first shipped key is the default tenant's.
        let first = 1 + (digest % (POOL_SIZE as u64 - 1)) as usize;
        let (clock, keys) = (self.issuer.clock.fork(), template.keys(None, number, first, seed));
        let configured = Arc::clone(&template.configured);
        let directory = match &failure {
            Some(_) => self.issuer.directory.clone(),
            None => Shared::new(Arc::clone(&configured)),
        };
        let initial = Initial {
            directory: failure.is_none().then_some(configured),
            failures: match failure {
                Some(failure) => vec![failure],
                None => configured_failures(&template.common.settings, path),
            },
            clock: clock.fork(),
            keys: keys.snapshot(),
            seed,
        };
        let issuer = Issuer::new(place, template.common.clone(), directory, clock, keys, seed);
        Self::assemble(issuer, self.failures.surroundings.clone(), number, initial, template)
    }

    fn assemble(
        issuer: Issuer,
        surroundings: Surroundings,
        number: usize,
        initial: Initial,
        template: Arc<Template>,
    ) -> Self {
        let failures = Arc::new(Failures::new(surroundings, catalogue::acts));
        let journal = Journal::new(template.common.settings.journal_capacity);
        let tenant = Self { issuer, failures, journal, number, initial, template };
        tenant.arm_initial();
        tenant
    }

    /// Restores the initial state: users, clients, keys, clock and failures as configured, no
    /// sessions, codes or tokens, and an empty journal, whose numbers continue.
    pub(crate) fn reset(&self) {
        let Initial { directory, failures: _, clock, keys, seed } = &self.initial;
        self.failures.forget();
        self.issuer.clock.copy_from(clock);
        self.issuer.keys.restore(Arc::clone(keys));
        self.issuer.restore(directory.as_ref(), *seed);
        self.journal.clear();
        self.arm_initial();
    }

    /// Arms the initial failures.
    fn arm_initial(&self) {
        for failure in &self.initial.failures {
            match self.initial.directory {
                Some(_) => drop(self.failures.arm(failure.clone(), &self.issuer.clock)),
                // Its lifetime starts with the first request.
                None => self.failures.always(failure.clone()),
            }
        }
    }
}

/// Ends every session of a user, and delivers logout tokens. Returns how many sessions ended.
pub(crate) async fn log_out(tenant: &Arc<Tenant>, subject: &str) -> usize {
    let issuer = &tenant.issuer;
    let ended = issuer.sessions().end_all_of(subject, issuer.clock.seconds());
    backchannel::deliver(tenant, issuer.logout_notices(&ended)).await;
    ended.len()
}

impl Template {
    /// The keys of the tenant with this number. `first` is the shipped key that it prefers.
    fn keys(
        &self,
        own: Option<SigningKey>,
        number: usize,
        first: usize,
        seed: Option<u64>,
    ) -> Keys {
        let algorithms = self.common.settings.signing_algorithms.iter().copied();
        // A separate generator, because codes and tokens must not depend on the keys.
        let pool = KeyPool::new(self.key_holders.clone(), number, first);
        let keys = Keys::new(algorithms, own, pool, Random::new(seed).bytes());
        self.configured.clients.iter().for_each(|client| client.publish_keys(&keys));
        keys
    }
}

/// The seed of the issuer at `path` below the default one.
fn seed_of(seed: u64, path: &str) -> u64 {
    let digest = digest(&SHA256, format!("{seed} {path}").as_bytes());
    u64::from_be_bytes(*digest.as_ref().first_chunk().expect("32 bytes have 8"))
}

/// The failures that are configured for an issuer, by its path below the default one.
fn configured_failures(settings: &Settings, own: &str) -> Vec<Failure> {
    let name = own.strip_prefix(NAMED).unwrap_or(DEFAULT);
    let is_for = |failure: &&Failure| failure.selector.issuer.as_deref().unwrap_or(DEFAULT) == name;
    settings.fail.iter().filter(is_for).cloned().collect()
}
