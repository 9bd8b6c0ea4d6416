//! The state of an issuer's keys at one moment.

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

/// Which keys there are, which of them sign, and what is published.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    /// What clients can be registered for, and metadata lists.
    pub(crate) algorithms: Vec<Algorithm>,
    /// The keys that there were, the oldest first.
    pub(crate) known: Vec<Arc<Signer>>,
    /// How many there were before those.
    forgotten: usize,
    /// One for each algorithm that was asked for.
    pub(crate) signing: Vec<Arc<Signer>>,
    /// The JWKS.
    pub(crate) published: Vec<Jwk>,
}

impl KeySet {
    /// Signs with a new key.
    pub(crate) fn add(&mut self, signer: Signer) -> Arc<Signer> {
        let signer = Arc::new(signer);
        self.sign_with(Arc::clone(&signer));
        self.remember(Arc::clone(&signer));
        signer
    }

    /// Knows a key from now on. Of very many the oldest leaves that nobody can miss: tokens that it
    /// signed are no hints any more.
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

    /// The newest key of that name.
    pub(crate) fn find(&self, kid: &str) -> Result<Arc<Signer>, KeyError> {
        let found = self.known.iter().rev().find(|signer| signer.kid == kid);
        found.cloned().ok_or_else(|| KeyError::UnknownKid {
            kid: kid.to_owned(),
            known: self.known.iter().map(|signer| signer.kid.clone()).collect(),
        })
    }

    /// A number that no key of that algorithm has had.
    pub(crate) fn number_of(&self, algorithm: Algorithm) -> usize {
        self.forgotten + self.known.iter().filter(|signer| signer.algorithm == algorithm).count()
    }

    /// Verifies a signature by any key there ever was, if it is the one that the token names.
    pub(crate) fn verify(
        &self,
        jws: &Jws,
        algorithm: Algorithm,
        signing_input: &[u8],
    ) -> Result<(), NotVerified> {
        let mut own = self.known.iter().filter(|signer| signer.algorithm == algorithm).peekable();
        own.peek().ok_or(NotVerified::Algorithm)?;
        let named = |signer: &&Arc<Signer>| jws.kid().is_none_or(|kid| kid == signer.kid);
        match own
            .filter(named)
            .any(|signer| signer.key.public().verifies(algorithm, signing_input, &jws.signature))
        {
            true => Ok(()),
            false => Err(NotVerified::Signature),
        }
    }
}

/// True for a published key of that name.
pub(crate) fn is_named(jwk: &Jwk, kid: &str) -> bool {
    jwk.get("kid").is_some_and(|own| own == kid)
}
