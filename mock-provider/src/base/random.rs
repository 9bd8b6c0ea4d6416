//! The only source of randomness: codes, tokens, session and flow identifiers.

use std::fmt;
use std::sync::Mutex;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A generator seeded by the operating system, or by a number so that every run gives the same values.
pub(crate) struct Random(Mutex<StdRng>);

impl Random {
    /// Without a seed the values are unpredictable; with one they repeat.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(generator(seed)))
    }

    /// Starts over, with the same values if there is a seed.
    pub(crate) fn reseed(&self, seed: Option<u64>) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = generator(seed);
    }

    /// 256 random bits in 43 characters: a code, token or session identifier.
    pub(crate) fn token(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A short identifier of a flow, for logs: eight hexadecimal digits.
    pub(crate) fn flow(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.bytes()))
    }

    /// Random bytes, for a key or an initialization vector.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut generator = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        generator.random()
    }
}

fn generator(seed: Option<u64>) -> StdRng {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that seeds")]
    match seed {
        Some(seed) => StdRng::seed_from_u64(seed),
        None => StdRng::from_rng(&mut rand::rng()),
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_tokens_and_no_seed_gives_different_ones() {
        assert_eq!(Random::new(Some(7)).token(), Random::new(Some(7)).token());
        assert_ne!(Random::new(None).token(), Random::new(None).token());
        assert_eq!(Random::new(None).token().len(), 43);
    }
}
