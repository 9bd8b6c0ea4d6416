//! JOSE: keys, signatures and encryption, including deliberately weak and invalid ones.

pub(crate) mod algorithm;
pub(crate) mod certificate;
pub(crate) mod ecdsa;
pub(crate) mod jwe;
pub(crate) mod jws;
pub(crate) mod key_set;
pub(crate) mod keys;
pub(crate) mod public_key;
pub(crate) mod shipped;
pub(crate) mod signer;
pub(crate) mod signing_key;
pub(crate) mod weak_rsa;
