//! The keys of one issuer: which of them sign, which are published, and how they change.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::secret::Secret;
use crate::jose::algorithm::{Algorithm, KeyKind, hmac};
use crate::jose::jws::{Jws, NotVerified};
use crate::jose::key_set::{KeySet, is_named};
use crate::jose::public_key::Jwk;
use crate::jose::shipped::KeyPool;
use crate::jose::signer::{Signer, authenticate};
use crate::jose::signing_key::{KeyError, SigningKey};

/// The keys of an issuer, which can be changed while it runs.
///
/// Each algorithm has its own key, so a published key signs with the algorithm in its `alg`. A key's
/// `kid` is its thumbprint ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)) unless the key is
/// renamed. Clones are handles to the same keys.
///
/// ```
/// use mock_provider::{MockProvider, Rotation};
///
/// let provider = MockProvider::builder().start_blocking();
/// let old = provider.keys().kids().remove(0);
/// provider.keys().rotate(Rotation::Overlap);
/// assert_eq!(provider.keys().kids().len(), 2);
/// provider.keys().withdraw(&old)?;
/// # Ok::<(), mock_provider::KeyError>(())
/// ```
#[derive(Clone)]
pub struct Keys(Arc<Shared>);

struct Shared {
    /// The seed of all keys other than RSA. They depend on nothing else, such as the order in which
    /// they are created.
    root: [u8; 32],
    pool: KeyPool,
    /// Readers clone the pointer and release the lock, so signatures never wait for each other.
    set: RwLock<Arc<KeySet>>,
}

/// What happens to the published keys when a new key starts signing
/// ([OpenID Connect Core 1.0, section 10.1.1](https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rotation {
    /// The new key is published after the old one, which stays until it is
    /// [withdrawn](Keys::withdraw): the recommended way. At most 64 keys stay published.
    Overlap,
    /// The new key replaces the old one.
    Replace,
    /// Only the old key stays published until [`Keys::publish`], which is too late for verifiers.
    PublishLate,
    /// The new key replaces the old one and takes over its `kid`: a mistake of the provider.
    SameKid,
}

impl Keys {
    /// The keys of a new issuer: one published key for each algorithm that is not an HMAC.
    ///
    /// RSA keys come from the `pool`, except that `own`, a key that the user configured, signs with
    /// RS256. All other keys are derived from `root`.
    pub(crate) fn new(
        algorithms: impl IntoIterator<Item = Algorithm>,
        own: Option<SigningKey>,
        pool: KeyPool,
        root: [u8; 32],
    ) -> Self {
        let keys = Self(Arc::new(Shared { root, pool, set: RwLock::default() }));
        if let Some(own) = own {
            keys.change(|set| {
                let kid = own.thumbprint().to_owned();
                set.add(Signer::new(Arc::new(own), Algorithm::RS256, kid));
                set.publish();
            });
        }
        algorithms.into_iter().for_each(|algorithm| keys.enable(algorithm));
        keys
    }

    /// The `kid`s of the published keys, in order.
    pub fn kids(&self) -> Vec<String> {
        let kid = |jwk: &Jwk| jwk.get("kid")?.as_str().map(str::to_owned);
        self.set().published.iter().filter_map(kid).collect()
    }

    /// The `kid` of the key that signs with this algorithm; `None` for algorithms that use a client's
    /// secret. The key is created and published if necessary.
    pub fn signing_kid(&self, algorithm: Algorithm) -> Option<String> {
        self.signer(algorithm).map(|signer| signer.kid.clone())
    }

    /// The published keys: a JWK set
    /// ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    pub fn jwks(&self) -> Value {
        json!({"keys": self.set().published})
    }

    /// Replaces every key that signs with a new one.
    ///
    /// The first eight RSA keys of an issuer are compiled in; generating further ones takes a tenth of
    /// a second or more each.
    pub fn rotate(&self, rotation: Rotation) {
        // Drawn before the lock is taken, because generating a key takes long.
        let signing = self.signing();
        let rsa = signing.iter().filter(|it| it.algorithm.key_kind() == Some(KeyKind::Rsa));
        let drawn: Vec<_> = rsa.map(|old| (old.algorithm, self.0.pool.draw())).collect();
        self.change(|set| {
            for old in set.signing.clone() {
                let algorithm = old.algorithm;
                let key = match algorithm.key_kind() {
                    Some(KeyKind::Rsa) => {
                        let drawn = drawn.iter().find(|(of, _)| *of == algorithm);
                        // A key that was added in between is new already.
                        let Some((_, key)) = drawn else { continue };
                        Arc::clone(key)
                    }
                    Some(kind) => self.derive(kind, algorithm, set.number_of(algorithm)),
                    None => continue,
                };
                let kid = match rotation {
                    Rotation::SameKid => old.kid.clone(),
                    _ => key.thumbprint().to_owned(),
                };
                let new = Signer::new(key, algorithm, kid);
                let jwk = new.jwk();
                let place = set.published.iter().position(|jwk| is_named(jwk, &old.kid));
                match (rotation, place) {
                    (Rotation::PublishLate, _) => {}
                    (Rotation::Replace | Rotation::SameKid, Some(place)) => {
                        set.published[place] = jwk;
                    }
                    _ => set.publish_key(jwk),
                }
                set.add(new);
            }
        });
    }

    /// Publishes every key that signs.
    pub fn publish(&self) {
        self.change(KeySet::publish);
    }

    /// Removes a key from the published ones. If it signs, it keeps signing.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnknownKid`] when no published key has this `kid`.
    pub fn withdraw(&self, kid: &str) -> Result<(), KeyError> {
        self.change(|set| {
            let before = set.published.len();
            set.published.retain(|jwk| !is_named(jwk, kid));
            if set.published.len() == before { Err(()) } else { Ok(()) }
        })
        .map_err(|()| KeyError::UnknownKid { kid: kid.to_owned(), known: self.kids() })
    }

    /// Makes this key, published or not, sign with its algorithm from now on: for instance a key
    /// that was replaced or withdrawn.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnknownKid`] when the issuer never had a key with this `kid`.
    pub fn sign_with(&self, kid: &str) -> Result<(), KeyError> {
        self.change(|set| {
            let signer = set.find(kid)?;
            set.sign_with(signer);
            Ok(())
        })
    }

    /// Changes the `kid` of a key, in the key set and in the tokens that it signs. The new name need
    /// not be unique.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnknownKid`] when the issuer never had a key with this `kid`.
    pub fn rename(&self, kid: &str, name: &str) -> Result<(), KeyError> {
        self.change(|set| {
            let old = set.find(kid)?;
            let renamed = Signer::new(Arc::clone(&old.key), old.algorithm, name.to_owned());
            let signs = set.signing.iter().any(|signer| Arc::ptr_eq(signer, &old));
            let renamed = Arc::new(renamed);
            if let Some(place) = set.published.iter().position(|jwk| *jwk == old.jwk()) {
                set.published[place] = renamed.jwk();
            }
            if signs {
                set.sign_with(Arc::clone(&renamed));
            }
            set.remember(renamed);
            Ok(())
        })
    }

    /// The enabled algorithms, for the metadata.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        self.set().algorithms.clone()
    }

    /// Enables an algorithm. Its key is created and published, unless the algorithm uses a client's
    /// secret.
    pub(crate) fn enable(&self, algorithm: Algorithm) {
        if !self.set().algorithms.contains(&algorithm) {
            self.change(|set| set.algorithms.push(algorithm));
        }
        self.signer(algorithm);
    }

    /// The key that signs with this algorithm; `None` for an HMAC. The key is created and published
    /// if necessary; the metadata does not change.
    pub(crate) fn signer(&self, algorithm: Algorithm) -> Option<Arc<Signer>> {
        let find =
            |set: &KeySet| set.signing.iter().find(|signer| signer.algorithm == algorithm).cloned();
        if let Some(signer) = find(&self.set()) {
            return Some(signer);
        }
        let spare = self.spare(algorithm)?;
        self.change(|set| {
            // Another thread may have added one.
            find(set).or_else(|| {
                set.publish_key(spare.jwk());
                set.sign_with(Arc::clone(&spare));
                Some(spare)
            })
        })
    }

    /// The keys that sign, one for each algorithm in use.
    pub(crate) fn signing(&self) -> Vec<Arc<Signer>> {
        self.set().signing.clone()
    }

    /// The key that would sign with this algorithm if it were enabled, created on first use and not
    /// published. `None` for an HMAC.
    pub(crate) fn spare(&self, algorithm: Algorithm) -> Option<Arc<Signer>> {
        let find = |set: &KeySet| {
            let known = set.known.iter().rev();
            let mut own = set.signing.iter().chain(known);
            own.find(|signer| signer.algorithm == algorithm).cloned()
        };
        algorithm.key_kind()?;
        let set = self.set();
        if let Some(signer) = find(&set) {
            return Some(signer);
        }
        let key = self.make(algorithm, 0);
        self.change(|set| {
            // Another thread may have added one.
            find(set).or_else(|| {
                let kid = key.thumbprint().to_owned();
                let signer = Arc::new(Signer::new(key, algorithm, kid));
                set.remember(Arc::clone(&signer));
                Some(signer)
            })
        })
    }

    /// Whether a key other than the first one signs with some algorithm.
    pub(crate) fn has_rotated(&self) -> bool {
        let set = self.set();
        let first = |new: &Signer| set.known.iter().find(|old| old.algorithm == new.algorithm);
        let is_other =
            |one: &Signer, other: &Signer| one.key.thumbprint() != other.key.thumbprint();
        set.signing.iter().any(|new| first(new).is_some_and(|first| is_other(first, new)))
    }

    /// The key that signed with this algorithm before the current one, if it is no longer published.
    pub(crate) fn retired(&self, algorithm: Algorithm) -> Option<Arc<Signer>> {
        let set = self.set();
        let signs = |key: &Signer| {
            set.signing.iter().any(|signer| signer.key.thumbprint() == key.key.thumbprint())
        };
        let mut known = set.known.iter().rev().filter(|signer| signer.algorithm == algorithm);
        let retired = known.find(|key| !signs(key) && !set.published.contains(&key.jwk()));
        retired.cloned()
    }

    /// A key that this issuer never had. The RSA key with the number 0 belongs to no issuer; the
    /// following ones belong to other issuers of this process, starting with the default one.
    pub(crate) fn foreign(&self, kind: KeyKind, number: usize) -> Arc<SigningKey> {
        if kind != KeyKind::Rsa {
            return Arc::new(SigningKey::generate(kind, &self.seed(&format!("foreign {number}"))));
        }
        let set = self.set();
        let known = |key: &SigningKey| {
            set.known.iter().any(|signer| signer.key.thumbprint() == key.thumbprint())
        };
        let mut others = (0..).map_while(SigningKey::shipped).filter(|key| !known(key));
        // After many rotations, no other key may be left.
        let key = number.checked_sub(1).and_then(|number| others.nth(number));
        key.unwrap_or_else(SigningKey::unpublished)
    }

    /// Signs claims: a JWS of the type `JWT` in compact serialization
    /// ([RFC 7515, section 3.1](https://www.rfc-editor.org/rfc/rfc7515#section-3.1)). An HMAC uses the
    /// client's secret.
    pub(crate) fn sign(
        &self,
        algorithm: Algorithm,
        secret: Option<&Secret>,
        claims: &impl Serialize,
    ) -> String {
        self.sign_typed("JWT", algorithm, secret, claims)
    }

    /// [`sign`](Self::sign) with another type, such as `logout+jwt`.
    pub(crate) fn sign_typed(
        &self,
        typ: &str,
        algorithm: Algorithm,
        secret: Option<&Secret>,
        claims: &impl Serialize,
    ) -> String {
        match self.signer(algorithm) {
            Some(signer) => signer.sign(typ, claims),
            None => authenticate(algorithm, secret, typ, claims),
        }
    }

    /// Verifies a token of this issuer. Replaced keys count, so the token may be older than the last
    /// rotation. For an HMAC, `client` holds the client's algorithm and secret.
    ///
    /// # Errors
    ///
    /// When the algorithm or the signature is invalid.
    pub(crate) fn verify(
        &self,
        token: &str,
        client: Option<(Algorithm, &Secret)>,
    ) -> Result<(), NotVerified> {
        let jws = Jws::parse(token)?;
        let (input, _) = token.rsplit_once('.').ok_or(NotVerified::NotAJwt)?;
        let algorithm = jws.algorithm().ok_or(NotVerified::Algorithm)?;
        if algorithm.key_kind().is_none() {
            let (_, secret) =
                client.filter(|(own, _)| *own == algorithm).ok_or(NotVerified::Algorithm)?;
            let expected = hmac(algorithm, secret.expose().as_bytes(), input.as_bytes());
            let is_equal = subtle::ConstantTimeEq::ct_eq(&*expected, &*jws.signature);
            return if is_equal.into() { Ok(()) } else { Err(NotVerified::Signature) };
        }
        self.set().verify(&jws, algorithm, input.as_bytes())
    }

    /// The current state of all keys.
    pub(crate) fn snapshot(&self) -> Arc<KeySet> {
        self.set()
    }

    /// Restores an earlier state.
    pub(crate) fn restore(&self, snapshot: Arc<KeySet>) {
        let is_known = |key: &SigningKey| {
            snapshot.known.iter().any(|own| own.key.thumbprint() == key.thumbprint())
        };
        self.0.pool.release_unused(is_known);
        *self.0.set.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
    }

    fn set(&self) -> Arc<KeySet> {
        Arc::clone(&self.0.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&mut KeySet) -> T) -> T {
        let mut set = self.0.set.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut set))
    }

    /// A new key, which is derived from the number unless it is RSA.
    fn make(&self, algorithm: Algorithm, number: usize) -> Arc<SigningKey> {
        match algorithm.key_kind() {
            None | Some(KeyKind::Rsa) => self.0.pool.draw(),
            Some(kind) => self.derive(kind, algorithm, number),
        }
    }

    fn derive(&self, kind: KeyKind, algorithm: Algorithm, number: usize) -> Arc<SigningKey> {
        let seed = self.seed(&format!("key {number} of {algorithm}"));
        Arc::new(SigningKey::generate(kind, &seed))
    }

    fn seed(&self, label: &str) -> [u8; 32] {
        let mut seed = [0; 32];
        seed.copy_from_slice(&hmac(Algorithm::HS256, &self.0.root, label.as_bytes()));
        seed
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.kids()).finish()
    }
}

#[cfg(test)]
mod tests;
