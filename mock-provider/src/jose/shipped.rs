//! Keys that are shipped with every copy, so that nobody waits for one; see `keys/README.md`.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use crate::jose::algorithm::KeyKind;
use crate::jose::public_key::PublicKey;
use crate::jose::signing_key::SigningKey;
use crate::jose::weak_rsa::{WeakRsa, Weakness};

type Parsed = LazyLock<Arc<SigningKey>>;

/// A key, parsed by the first who asks in this process.
macro_rules! parsed {
    ($file:literal) => {
        LazyLock::new(|| {
            let key = SigningKey::from_pkcs8(include_bytes!(concat!("../../keys/", $file)));
            Arc::new(key.expect("a shipped key is sound"))
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

    /// An RSA key that stands in no key set: an attacker's.
    pub(crate) fn unpublished() -> Arc<Self> {
        Arc::clone(&UNPUBLISHED)
    }

    /// An RSA key with that weakness.
    pub(crate) fn weak(weakness: Weakness) -> Self {
        let read = |der| WeakRsa::from_pkcs1(der).expect("a shipped key is sound");
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

/// How many issuers of a provider have each of the shipped keys. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf(Arc<Mutex<[usize; POOL.len()]>>);

/// Hands out RSA keys to an issuer: the shipped ones, each once, and then new ones.
///
/// Those that no other issuer has come first, so that the few of a test share no key, whatever they
/// rotate. Thousands do: to make a key for each would take an hour.
#[derive(Debug, Default)]
pub(crate) struct KeyPool {
    shelf: Shelf,
    first: usize,
    /// Which the issuer has or had.
    own: Mutex<[bool; POOL.len()]>,
}

impl KeyPool {
    /// A pool that begins with the shipped key of that number, counted round, where it has the
    /// choice.
    pub(crate) fn from(shelf: Shelf, first: usize) -> Self {
        Self { shelf, first, own: Mutex::default() }
    }

    /// A key that was not drawn before. A new one takes a tenth of a second or more.
    pub(crate) fn draw(&self) -> Arc<SigningKey> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let mut issuers = self.shelf.issuers();
        let left = (0..POOL.len()).map(|number| (self.first + number) % POOL.len());
        // The first of several that are as rare.
        match left.filter(|number| !own[*number]).min_by_key(|number| issuers[*number]) {
            Some(number) => {
                own[number] = true;
                issuers[number] += 1;
                Arc::clone(&POOL[number])
            }
            None => {
                drop((own, issuers));
                Arc::new(SigningKey::generate(KeyKind::Rsa, &[0; 32]))
            }
        }
    }

    /// Takes back all shipped keys but those that the issuer still has.
    pub(crate) fn keep(&self, has: impl Fn(&SigningKey) -> bool) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let mut issuers = self.shelf.issuers();
        for number in 0..POOL.len() {
            if own[number] && !has(&POOL[number]) {
                own[number] = false;
                issuers[number] -= 1;
            }
        }
    }
}

impl Drop for KeyPool {
    fn drop(&mut self) {
        self.keep(|_| false);
    }
}

impl Shelf {
    fn issuers(&self) -> MutexGuard<'_, [usize; POOL.len()]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
    fn issuers_share_a_key_when_there_are_no_others_left_and_not_before() {
        let shelf = Shelf::default();
        let [one, other] = [0, 1].map(|first| KeyPool::from(shelf.clone(), first));
        let mut kids = BTreeSet::new();
        for _ in 0..POOL.len() / 2 {
            assert!(kids.insert(one.draw().thumbprint().to_owned()));
            assert!(kids.insert(other.draw().thumbprint().to_owned()));
        }
        assert!(kids.contains(one.draw().thumbprint()), "the other one's");
        drop(other);
        assert_eq!(shelf.issuers().iter().sum::<usize>(), POOL.len() / 2 + 1);
        one.keep(|key| key.thumbprint() == POOL[0].thumbprint());
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
