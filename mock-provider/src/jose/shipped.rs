//! RSA keys that are compiled in, so that no test waits for one to be generated; see
//! `keys/README.md`.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use crate::jose::algorithm::KeyKind;
use crate::jose::public_key::PublicKey;
use crate::jose::signing_key::SigningKey;
use crate::jose::weak_rsa::{WeakRsa, Weakness};

type Parsed = LazyLock<Arc<SigningKey>>;

/// A key that is parsed once per process, on first use.
macro_rules! parsed {
    ($file:literal) => {
        LazyLock::new(|| {
            let key = SigningKey::from_pkcs8(include_bytes!(concat!("../../keys/", $file)));
            Arc::new(key.expect("a shipped key is valid"))
        })
    };
}

/// How many keys are shipped for issuers.
pub(crate) const POOL_SIZE: usize = 8;

static POOL: [Parsed; POOL_SIZE] = [
    parsed!("shipped-rsa-2048-0.der"),
    parsed!("shipped-rsa-2048-1.der"),
    parsed!("shipped-rsa-2048-2.der"),
    parsed!("shipped-rsa-2048-3.der"),
    parsed!("shipped-rsa-2048-4.der"),
    parsed!("shipped-rsa-2048-5.der"),
    parsed!("shipped-rsa-2048-6.der"),
    parsed!("shipped-rsa-2048-7.der"),
];

static UNPUBLISHED: Parsed = parsed!("unpublished-rsa-2048.der");

impl SigningKey {
    /// One of the shipped RSA keys, counted from 0.
    pub(crate) fn shipped(number: usize) -> Option<Arc<Self>> {
        POOL.get(number).map(|key| Arc::clone(key))
    }

    /// An RSA key that no key set ever contains: an attacker's.
    pub(crate) fn unpublished() -> Arc<Self> {
        Arc::clone(&UNPUBLISHED)
    }

    /// An RSA key with that weakness.
    pub(crate) fn weak(weakness: Weakness) -> Self {
        let read = |der| WeakRsa::from_pkcs1(der).expect("a shipped key is valid");
        Self::weak_rsa(match weakness {
            Weakness::Bits512 => read(include_bytes!("../../keys/weak-rsa-512.der").as_slice()),
            Weakness::Bits1024 => read(include_bytes!("../../keys/weak-rsa-1024.der").as_slice()),
            Weakness::ExponentOne => match UNPUBLISHED.public() {
                PublicKey::Rsa { modulus, .. } => WeakRsa::with_exponent_one(modulus),
                other => unreachable!("the unpublished key is RSA, not {other:?}"),
            },
        })
    }
}

/// Which issuers of a provider hold each of the shipped keys, by the issuers' numbers. Clones share
/// the sets.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyHolders(Arc<Mutex<[BTreeSet<usize>; POOL.len()]>>);

/// Hands out RSA keys to one issuer: the shipped ones, each once, and then new ones.
///
/// Keys that no other issuer holds come first. A fixed choice such as `issuer % 8` would not do:
/// after a rotation an issuer would sign with its neighbour's key, and a test that checks whether a
/// relying party distinguishes two issuers would pass for the wrong reason. Thousands of issuers do
/// share keys: generating one for each would take an hour.
#[derive(Debug, Default)]
pub(crate) struct KeyPool {
    holders: KeyHolders,
    issuer: usize,
    first: usize,
}

impl KeyPool {
    /// The pool of the issuer with this number, which must be unique among those that share
    /// `holders`. Of keys that are held equally often, the next one from `first` on wins.
    pub(crate) fn new(holders: KeyHolders, issuer: usize, first: usize) -> Self {
        Self { holders, issuer, first }
    }

    /// A key that was not drawn before. Generating a new one takes a tenth of a second or more.
    pub(crate) fn draw(&self) -> Arc<SigningKey> {
        let mut holders = self.holders.lock();
        let keys = (0..POOL.len()).map(|offset| (self.first + offset) % POOL.len());
        let free = keys.filter(|key| !holders[*key].contains(&self.issuer));
        match free.min_by_key(|key| holders[*key].len()) {
            Some(key) => {
                holders[key].insert(self.issuer);
                Arc::clone(&POOL[key])
            }
            None => {
                drop(holders);
                Arc::new(SigningKey::generate(KeyKind::Rsa, &[0; 32]))
            }
        }
    }

    /// Returns the shipped keys that the issuer no longer uses.
    pub(crate) fn release_unused(&self, is_used: impl Fn(&SigningKey) -> bool) {
        for (holders, key) in self.holders.lock().iter_mut().zip(&POOL) {
            if holders.contains(&self.issuer) && !is_used(key) {
                holders.remove(&self.issuer);
            }
        }
    }
}

impl Drop for KeyPool {
    fn drop(&mut self) {
        self.release_unused(|_| false);
    }
}

impl KeyHolders {
    fn lock(&self) -> MutexGuard<'_, [BTreeSet<usize>; POOL.len()]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_gives_every_shipped_key_once_and_then_a_new_one() {
        let pool = KeyPool::default();
        let kids: BTreeSet<_> =
            (0..POOL.len() + 1).map(|_| pool.draw().thumbprint().to_owned()).collect();
        assert_eq!(kids.len(), POOL.len() + 1);
        assert!(!kids.contains(SigningKey::unpublished().thumbprint()));
    }

    #[test]
    fn issuers_share_a_key_only_when_no_other_is_left() {
        let holders = KeyHolders::default();
        let [one, other] = [0, 1].map(|number| KeyPool::new(holders.clone(), number, number));
        let mut kids = BTreeSet::new();
        for _ in 0..POOL.len() / 2 {
            assert!(kids.insert(one.draw().thumbprint().to_owned()));
            assert!(kids.insert(other.draw().thumbprint().to_owned()));
        }
        assert!(kids.contains(one.draw().thumbprint()), "a key of the other issuer");
        drop(other);
        assert_eq!(holders.lock().iter().flatten().count(), POOL.len() / 2 + 1);
        one.release_unused(|key| key.thumbprint() == POOL[0].thumbprint());
        assert_eq!(one.draw().thumbprint(), POOL[1].thumbprint());
    }

    #[test]
    fn weak_keys_are_as_weak_as_their_names_say() {
        let key = |weakness| match SigningKey::weak(weakness).public().clone() {
            PublicKey::Rsa { modulus, exponent } => (modulus.len() * 8, exponent),
            other => panic!("{other:?}"),
        };
        assert_eq!(key(Weakness::Bits512), (512, vec![1, 0, 1]));
        assert_eq!(key(Weakness::Bits1024), (1024, vec![1, 0, 1]));
        assert_eq!(key(Weakness::ExponentOne), (2048, vec![1]));
    }
}
