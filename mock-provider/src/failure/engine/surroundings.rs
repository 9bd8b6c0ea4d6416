//! The parts of the provider outside an issuer that its failures use.

use crate::jose::keys::Keys;
use crate::net::tls_faults::TlsFaults;

/// The rest of the provider, as far as failures need it.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    /// The issuer identifier of the provider's default issuer, which may be this one.
    pub(crate) default_url: String,
    /// The keys of the provider's default issuer, which may be this one.
    pub(crate) default_keys: Keys,
    /// Servers whose certificates no client should trust.
    pub(crate) tls_faults: TlsFaults,
}
