//! Keys that are shipped with every copy, so that nobody waits for one; see `keys/README.md`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use crate::algorithm::KeyKind;
use crate::public_key::PublicKey;
use crate::signing::SigningKey;
use crate::weak_rsa::{WeakRsa, Weakness};

type Parsed = LazyLock<Arc<SigningKey>>;

/// A key, parsed by the first who asks in this process.
macro_rules! parsed {
    ($file:literal) => {
        LazyLock::new(|| {
            let key = SigningKey::from_pkcs8(include_bytes!(concat!("../keys/", $file)));
            Arc::new(key.expect("a shipped key is sound"))
        })
    };
}

static POOL: [Parsed; 8] = [
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
            Weakness::Bits512 => read(include_bytes!("../keys/weak-rsa-512.der").as_slice()),
            Weakness::Bits1024 => read(include_bytes!("../keys/weak-rsa-1024.der").as_slice()),
            Weakness::ExponentOne => match UNPUBLISHED.public() {
                PublicKey::Rsa { modulus, .. } => WeakRsa::with_exponent_one(modulus),
                other => unreachable!("the unpublished key is RSA, not {other:?}"),
            },
        })
    }
}

/// Hands out RSA keys to an issuer: the shipped ones, each once, and then new ones.
///
/// Each issuer begins with another one, so that the few of a test share no key. Thousands do: to
/// make a key for each would take an hour.
#[derive(Debug, Default)]
pub(crate) struct KeyPool {
    first: usize,
    drawn: AtomicUsize,
}

impl KeyPool {
    /// A pool that begins with the shipped key of that number, counted round.
    pub(crate) fn from(first: usize) -> Self {
        Self { first, drawn: AtomicUsize::new(0) }
    }

    /// A key that was not drawn before. A new one takes a tenth of a second or more.
    pub(crate) fn draw(&self) -> Arc<SigningKey> {
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        match drawn < POOL.len() {
            true => Arc::clone(&POOL[(self.first + drawn) % POOL.len()]),
            false => Arc::new(SigningKey::generate(KeyKind::Rsa, &[0; 32])),
        }
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
