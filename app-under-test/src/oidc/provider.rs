//! The provider: its metadata and keys, fetched when needed, cached, and fetched again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::discovery::{self, Metadata, MetadataError};
use super::jwks::{self, KeySet};
use super::jwt::{self, JwtError, Signed};
use super::refetches::{Caller, Refetches};
use super::registration::{self, Registered, RegistrationError};
use super::shared_fetch::{SharedFetch, Wanted};
use crate::base::clock::Clock;
use crate::base::fetch::{FetchError, fetch};
use crate::config::{Client, Identity, ProviderConfig, ProviderSettings, Registration};

/// How long metadata and keys are used before they are fetched again.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// How long outdated metadata and keys are used after a failed attempt to fetch them again. Otherwise
/// every request would wait for the time limit while the provider does not answer.
const BACK_OFF: Duration = Duration::from_secs(30);

/// The maximum pause between two attempts of [`Provider::connect`].
const MAX_PAUSE: Duration = Duration::from_secs(15);

/// A provider, what the app knows about it, and the app's registration there.
#[derive(Debug)]
pub(crate) struct Provider {
    /// Its name in this app.
    pub(crate) name: String,
    pub(crate) settings: ProviderSettings,
    pub(crate) client: Client,
    pub(crate) http: reqwest::Client,
    clock: Clock,
    known: Mutex<Option<Arc<Snapshot>>>,
    /// When fetching metadata and keys again last failed.
    failed: Mutex<Option<Timestamp>>,
    /// The registration that the app made itself.
    registered: Mutex<Option<Registered>>,
    fetches: SharedFetch<Arc<Snapshot>, ProviderError>,
    refetches: Refetches,
}

/// Metadata and keys that belong together.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) metadata: Metadata,
    /// The app's registration there.
    pub(crate) registration: Arc<Registration>,
    pub(crate) keys: KeySet,
    fetched: Timestamp,
}

/// Why the provider cannot be used at the moment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    #[error("discovery: {0}")]
    Discovery(FetchError),
    #[error("discovery: {0}")]
    Metadata(#[from] MetadataError),
    #[error("registration: {0}")]
    Registration(#[from] RegistrationError),
    #[error("key set: {0}")]
    Keys(FetchError),
}

impl Provider {
    pub(crate) fn new(config: &ProviderConfig, http: &reqwest::Client, clock: &Clock) -> Self {
        Self {
            name: config.name.clone(),
            settings: config.settings.clone(),
            client: config.client.clone(),
            http: http.clone(),
            clock: clock.clone(),
            known: Mutex::default(),
            failed: Mutex::default(),
            registered: Mutex::default(),
            fetches: SharedFetch::default(),
            refetches: Refetches::default(),
        }
    }

    /// Fetches metadata and keys until it succeeds once, with increasing pauses.
    #[expect(
        clippy::disallowed_methods,
        reason = "no event announces that a provider is available again"
    )]
    pub(crate) async fn connect(&self) {
        let mut pause = Duration::from_millis(500);
        while let Err(error) = self.current().await {
            tracing::warn!(%error, ?pause, "the provider is not available yet, retrying");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
        tracing::info!(
            provider = self.name,
            issuer = self.settings.authority,
            "the provider is available"
        );
    }

    /// The time limit of one call.
    pub(crate) fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    /// The current time, against which its tokens are checked.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether metadata and keys are known.
    pub(crate) fn is_known(&self) -> bool {
        self.known().is_some()
    }

    /// Metadata and keys, fetched when there are none or they are outdated. Outdated ones are
    /// used while the provider does not answer; it is tried again at most every [`BACK_OFF`].
    ///
    /// # Errors
    ///
    /// When there are none and they cannot be fetched.
    pub(crate) async fn current(&self) -> Result<Arc<Snapshot>, Arc<ProviderError>> {
        let known = self.known();
        match &known {
            Some(snapshot) if self.age(snapshot) < MAX_AGE || self.failed_recently() => {
                Ok(Arc::clone(snapshot))
            }
            _ => match (self.fetch_again(Wanted::InProgress).await, known) {
                (Err(error), Some(outdated)) => {
                    tracing::warn!(%error, "using outdated metadata and keys");
                    *self.failed.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(self.clock.now());
                    Ok(outdated)
                }
                (result, _) => result,
            },
        }
    }

    /// Metadata and keys newer than `seen`, after a token that `seen` could not verify: the provider
    /// may have rotated its keys
    /// ([OpenID Connect Core 1.0, section 10.1.1](https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys)).
    ///
    /// `None` when there were too many such tokens recently, or the fetch fails.
    async fn newer_than(&self, seen: &Arc<Snapshot>, caller: Caller) -> Option<Arc<Snapshot>> {
        if let Some(known) = self.known()
            && !Arc::ptr_eq(&known, seen)
        {
            return Some(known);
        }
        if !self.refetches.try_acquire(caller, self.clock.now()) {
            tracing::warn!("too many tokens with unknown keys: not fetching the keys again");
            return None;
        }
        match self.fetch_again(Wanted::New).await {
            Ok(snapshot) => Some(snapshot),
            Err(error) => {
                tracing::warn!(%error, "cannot fetch the keys again");
                None
            }
        }
    }

    /// Checks header and signature of a token ([`jwt::open`]) with the keys of `snapshot`, and if
    /// none of them fits, again with the provider's current keys.
    ///
    /// # Errors
    ///
    /// The first step that fails.
    pub(crate) async fn open<C: DeserializeOwned>(
        &self,
        snapshot: &Arc<Snapshot>,
        token: &str,
        types: &[&str],
        caller: Caller,
    ) -> Result<Signed<C>, JwtError> {
        let open = |snapshot: &Snapshot| {
            jwt::open(token, types, &snapshot.metadata.signing_algorithms, &snapshot.keys)
        };
        match open(snapshot) {
            Err(error @ (JwtError::UnknownKey { .. } | JwtError::Signature)) => {
                match self.newer_than(snapshot, caller).await {
                    Some(newer) => open(&newer),
                    None => Err(error),
                }
            }
            result => result,
        }
    }

    /// Whether the provider responds at all, even with an error.
    pub(crate) async fn is_reachable(&self, metadata: &Metadata) -> bool {
        // Short, because a user is waiting to be signed out.
        let timeout = self.settings.timeout.min(Duration::from_secs(2));
        let request = self.http.get(metadata.endpoints.jwks_uri.clone());
        fetch(request, timeout).await.is_ok()
    }

    fn known(&self) -> Option<Arc<Snapshot>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn age(&self, snapshot: &Snapshot) -> Duration {
        self.since(snapshot.fetched)
    }

    fn failed_recently(&self) -> bool {
        let failed = *self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|failed| self.since(failed) < BACK_OFF)
    }

    /// The time between now and `instant`, in either direction: a clock may be set back.
    fn since(&self, instant: Timestamp) -> Duration {
        self.clock.now().duration_since(instant).unsigned_abs()
    }

    /// Fetches, or waits for another request's fetch and shares its result.
    async fn fetch_again(&self, wanted: Wanted) -> Result<Arc<Snapshot>, Arc<ProviderError>> {
        let fetch = async {
            let snapshot = Arc::new(self.fetch_snapshot().await?);
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Arc::clone(&snapshot));
            Ok(snapshot)
        };
        self.fetches.run(wanted, fetch).await
    }

    async fn fetch_snapshot(&self) -> Result<Snapshot, ProviderError> {
        let timeout = self.settings.timeout;
        let metadata = match &self.settings.endpoints {
            Some(endpoints) => Metadata::configured(&self.settings, endpoints),
            None => {
                let url = discovery::document_url(&self.settings.authority);
                let answer = fetch(self.http.get(url), timeout).await;
                let document = answer
                    .and_then(|answer| answer.document())
                    .map_err(ProviderError::Discovery)?;
                Metadata::discovered(&self.settings, document)?
            }
        };
        let registration = self.registration(&metadata).await?;
        let answer = fetch(self.http.get(metadata.endpoints.jwks_uri.clone()), timeout).await;
        let document: jwks::Document =
            answer.and_then(|answer| answer.document()).map_err(ProviderError::Keys)?;
        let keys = KeySet::new(document);
        self.warn_about(&metadata, &registration, &keys);
        Ok(Snapshot { metadata, registration, keys, fetched: self.clock.now() })
    }

    /// The app's registration, which is made first if the app registers itself and has none yet.
    async fn registration(&self, metadata: &Metadata) -> Result<Arc<Registration>, ProviderError> {
        let method = match &self.client.identity {
            Identity::Registered(registration) => return Ok(Arc::clone(registration)),
            Identity::RegistersItself(method) => *method,
        };
        let endpoint = metadata.registration_endpoint.as_ref();
        let endpoint = endpoint.ok_or(MetadataError::Missing("registration_endpoint"))?;
        if let Some(registered) = &*self.registered()
            && registered.is_valid(endpoint, self.clock.now())
        {
            return Ok(Arc::clone(&registered.registration));
        }
        let (http, client, settings) = (&self.http, &self.client, &self.settings);
        let registered = registration::register(http, endpoint, client, method, settings).await?;
        let registration = Arc::clone(&registered.registration);
        *self.registered() = Some(registered);
        Ok(registration)
    }

    /// Drops a registration that the provider does not know, if the app can make another.
    pub(crate) fn forget_registration(&self, registration: &Arc<Registration>) {
        let mut registered = self.registered();
        let is_this = |own: &Registered| Arc::ptr_eq(&own.registration, registration);
        if registered.as_ref().is_some_and(is_this) {
            tracing::warn!("the provider no longer knows the app, which will register again");
            *registered = None;
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    fn registered(&self) -> MutexGuard<'_, Option<Registered>> {
        self.registered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs warnings about settings and metadata that will probably make logins fail.
    fn warn_about(&self, metadata: &Metadata, registration: &Registration, keys: &KeySet) {
        if !keys.fits_any(&metadata.signing_algorithms) {
            tracing::warn!(
                algorithms = ?metadata.signing_algorithms,
                "no key of the provider fits the algorithms: every login will fail"
            );
        }
        let advertised = &metadata.client_authentication;
        let configured = registration.authentication.method().name();
        if !advertised.is_empty() && !advertised.iter().any(|name| name == configured) {
            tracing::warn!(
                ?advertised,
                configured,
                "the provider does not advertise the method in OIDC_CLIENT_AUTH"
            );
        }
    }
}
