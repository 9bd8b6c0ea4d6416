//! The state of an issuer's keys at one point in time.

use std::sync::Arc;

use crate::jose::algorithm::Algorithm;
use crate::jose::jws::{Jws, NotVerified};
use crate::jose::public_key::Jwk;
use crate::jose::signer::Signer;
use crate::jose::signing_key::KeyError;

/// The maximum number of retired keys that are remembered: a rotation a minute for an hour.
const MAX_KNOWN: usize = 64;

/// The maximum number of published keys, except that keys that sign always stay published.
const MAX_PUBLISHED: usize = 64;

/// Which keys exist, which of them sign, and which are published.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    /// The algorithms that the metadata lists and that clients can be registered for.
    pub(crate) algorithms: Vec<Algorithm>,
    /// The keys so far, oldest first.
    pub(crate) known: Vec<Arc<Signer>>,
    /// The number of earlier keys, which are no longer known.
    forgotten: usize,
    /// One for each algorithm in use.
    pub(crate) signing: Vec<Arc<Signer>>,
    /// The members of the JWK set.
    pub(crate) published: Vec<Jwk>,
}

impl KeySet {
    /// Adds a new key, which signs from now on.
    pub(crate) fn add(&mut self, signer: Signer) -> Arc<Signer> {
        let signer = Arc::new(signer);
        self.sign_with(Arc::clone(&signer));
        self.remember(Arc::clone(&signer));
        signer
    }

    /// Remembers a key. Above the maximum, the oldest unused key is forgotten, and tokens that it
    /// signed are no longer accepted as hints.
    pub(crate) fn remember(&mut self, signer: Arc<Signer>) {
        self.known.push(signer);
        if self.known.len() > MAX_KNOWN {
            let in_use = |known: &Arc<Signer>| {
                self.signing.iter().any(|signer| Arc::ptr_eq(signer, known))
                    || self.published.contains(&known.jwk())
            };
            if let Some(place) = self.known.iter().position(|known| !in_use(known)) {
                self.known.remove(place);
                self.forgotten += 1;
            }
        }
    }

    /// Makes a key sign with its algorithm.
    pub(crate) fn sign_with(&mut self, new: Arc<Signer>) {
        match self.signing.iter_mut().find(|signer| signer.algorithm == new.algorithm) {
            Some(signer) => *signer = new,
            None => self.signing.push(new),
        }
    }

    /// Publishes every key that signs.
    pub(crate) fn publish(&mut self) {
        for jwk in self.signing.iter().map(|signer| signer.jwk()).collect::<Vec<_>>() {
            if !self.published.contains(&jwk) {
                self.publish_key(jwk);
            }
        }
    }

    /// Publishes a key after the others. Above the maximum, the oldest key that does not sign is
    /// withdrawn.
    pub(crate) fn publish_key(&mut self, jwk: Jwk) {
        if self.published.len() >= MAX_PUBLISHED {
            let signs = |jwk: &Jwk| self.signing.iter().any(|signer| signer.jwk() == *jwk);
            if let Some(place) = self.published.iter().position(|jwk| !signs(jwk)) {
                self.published.remove(place);
            }
        }
        self.published.push(jwk);
    }

    /// The newest key with this `kid`.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnknownKid`] when there is none.
    pub(crate) fn find(&self, kid: &str) -> Result<Arc<Signer>, KeyError> {
        let found = self.known.iter().rev().find(|signer| signer.kid == kid);
        found.cloned().ok_or_else(|| KeyError::UnknownKid {
            kid: kid.to_owned(),
            known: self.known.iter().map(|signer| signer.kid.clone()).collect(),
        })
    }

    /// A number that no key of the algorithm has had.
    pub(crate) fn number_of(&self, algorithm: Algorithm) -> usize {
        self.forgotten + self.known.iter().filter(|signer| signer.algorithm == algorithm).count()
    }

    /// Verifies a signature with any known key, or only with the one that the token names.
    ///
    /// # Errors
    ///
    /// When no key has the algorithm, or none of them made the signature.
    pub(crate) fn verify(
        &self,
        jws: &Jws,
        algorithm: Algorithm,
        signing_input: &[u8],
    ) -> Result<(), NotVerified> {
        let mut own = self.known.iter().filter(|signer| signer.algorithm == algorithm).peekable();
        own.peek().ok_or(NotVerified::Algorithm)?;
        let named = |signer: &&Arc<Signer>| jws.kid().is_none_or(|kid| kid == signer.kid);
        let verifies = |signer: &Arc<Signer>| {
            signer.key.public().verifies(algorithm, signing_input, &jws.signature)
        };
        if own.filter(named).any(verifies) { Ok(()) } else { Err(NotVerified::Signature) }
    }
}

/// Whether a published key has this `kid`.
pub(crate) fn is_named(jwk: &Jwk, kid: &str) -> bool {
    jwk.get("kid").is_some_and(|own| own == kid)
}
