//! The authority that signs the provider's certificates. It is generated at every start and its key
//! never leaves the process, so trusting it carries no lasting risk.

use std::sync::Arc;

use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use crate::base::clock::Clock;
use crate::jose::public_key::to_pem;

/// The names of this machine.
pub(crate) const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Longer than any test or demonstration, and short enough for every browser.
const LIFETIME: Duration = Duration::days(365);

/// Why a certificate cannot be issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot issue a certificate for {names}: {reason}")]
pub struct CertificateError {
    names: String,
    reason: String,
}

/// An authority with its key.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
pub(crate) struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

/// The period in which a certificate is valid. It follows the system's time, not an issuer's clock,
/// because clients compare it with the system's time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    from: OffsetDateTime,
    until: OffsetDateTime,
}

impl Validity {
    /// Backdated by one day to tolerate clock skew.
    pub(crate) fn current() -> Self {
        let from = today() - Duration::DAY;
        Self { from, until: from + LIFETIME }
    }

    /// Ended one day ago.
    pub(crate) fn expired() -> Self {
        let until = today() - Duration::DAY;
        Self { from: until - LIFETIME, until }
    }
}

fn today() -> OffsetDateTime {
    let now = OffsetDateTime::from_unix_timestamp(Clock::system().seconds());
    now.unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

impl Authority {
    /// A new authority.
    pub(crate) fn generate() -> Self {
        Self::named("mock-provider, for tests only")
    }

    /// A new authority with another name: with the same name it would look like a forgery.
    pub(crate) fn unknown() -> Self {
        Self::named("an authority that no client trusts")
    }

    fn named(name: &str) -> Self {
        let mut certificate = parameters(name, Validity::current());
        certificate.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        certificate.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("the system provides random numbers");
        let signed = CertifiedIssuer::self_signed(certificate, key);
        Self(signed.expect("a certificate without subject alternative names can be written"))
    }

    /// The certificate that clients have to trust, in PEM.
    pub(crate) fn pem(&self) -> String {
        to_pem("CERTIFICATE", self.0.der())
    }

    /// A certificate for these names or addresses.
    ///
    /// # Errors
    ///
    /// When one of the names cannot be in a certificate.
    pub(crate) fn certify(
        &self,
        names: &[&str],
        validity: Validity,
    ) -> Result<Identity, CertificateError> {
        let identity = || {
            let key = KeyPair::generate()?;
            let certificate = server(names, validity)?.signed_by(&key, &self.0)?;
            Ok(Identity::new(certificate.der().clone(), &key))
        };
        identity().map_err(|error| CertificateError::new(names, error))
    }
}

impl Identity {
    /// A certificate that is signed with its own key.
    pub(crate) fn self_signed(names: &[&str]) -> Result<Self, CertificateError> {
        let identity = || {
            let key = KeyPair::generate()?;
            let certificate = server(names, Validity::current())?.self_signed(&key)?;
            Ok(Self::new(certificate.der().clone(), &key))
        };
        identity().map_err(|error| CertificateError::new(names, error))
    }

    fn new(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        Self { certificate, key: PrivatePkcs8KeyDer::from(key.serialize_der()).into() }
    }

    /// Accepts TLS 1.2 and 1.3 with this certificate.
    pub(crate) fn acceptor(self) -> TlsAcceptor {
        // Passed explicitly: the default provider of the process belongs to the application.
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the backend supports the default versions")
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate], self.key)
            .expect("the certificate is for this key");
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

impl CertificateError {
    fn new(names: &[&str], error: rcgen::Error) -> Self {
        Self { names: names.join(", "), reason: error.to_string() }
    }
}

fn server(names: &[&str], validity: Validity) -> Result<CertificateParams, rcgen::Error> {
    let mut certificate = parameters(names.first().copied().unwrap_or_default(), validity);
    for name in names {
        certificate.subject_alt_names.push(match name.parse() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(Ia5String::try_from(*name)?),
        });
    }
    certificate.use_authority_key_identifier_extension = true;
    certificate.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(certificate)
}

fn parameters(common_name: &str, validity: Validity) -> CertificateParams {
    let mut certificate = CertificateParams::default();
    certificate.distinguished_name = rcgen::DistinguishedName::new();
    certificate.distinguished_name.push(DnType::CommonName, common_name);
    certificate.not_before = validity.from;
    certificate.not_after = validity.until;
    certificate
}
