//! Faults of a server's certificate.

use std::io;

use rustls::{AlertDescription, Error};
use tokio_rustls::TlsAcceptor;

use super::authority::{Authority, CertificateError, Identity, LOCAL_NAMES, Validity};

/// A host name that no client looks for. RFC 2606 reserves its top-level domain.
const WRONG_HOST: &str = "wrong-host.invalid";

/// A fault in a server's certificate that must keep a client from using the server
/// ([RFC 9525, section 6](https://www.rfc-editor.org/rfc/rfc9525#section-6),
/// [RFC 5280, section 6](https://www.rfc-editor.org/rfc/rfc5280#section-6)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TlsFault {
    /// The certificate is signed with its own key.
    SelfSigned,
    /// The certificate expired yesterday.
    Expired,
    /// The certificate is for another host.
    WrongHost,
    /// The certificate is signed by an authority that no client trusts.
    UnknownCa,
}

/// How a client reacted to a server that it must not trust: see
/// [`network-tls-invalid`](crate::failure).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// The fault, by its name in the failure's parameter.
    pub fault: &'static str,
    /// `went on`, `left`, or `alert` and the name of the alert, which says what the client objects
    /// to.
    pub reaction: String,
}

impl Handshake {
    pub(crate) fn new((fault, reaction): &(TlsFault, Reaction)) -> Self {
        let reaction = match reaction {
            Reaction::WentOn => "went on".to_owned(),
            Reaction::Alert(alert) => format!("alert {alert:?}"),
            Reaction::Left => "left".to_owned(),
        };
        Self { fault: fault.name(), reaction }
    }
}

/// How a client reacted to a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// It finished the handshake. The journal shows whether it also sent a request.
    WentOn,
    /// It sent this alert, which says what it objects to.
    Alert(AlertDescription),
    /// It closed the connection without an alert.
    Left,
}

impl TlsFault {
    /// Every fault.
    pub(crate) const ALL: [Self; 4] =
        [Self::SelfSigned, Self::Expired, Self::WrongHost, Self::UnknownCa];

    /// The name of the fault in the catalogue of failures.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SelfSigned => "self-signed",
            Self::Expired => "expired",
            Self::WrongHost => "wrong-host",
            Self::UnknownCa => "unknown-ca",
        }
    }

    /// Accepts TLS with this fault and no other: a client that trusts the authority has no other
    /// reason to object.
    pub(crate) fn acceptor(self, authority: &Authority) -> Result<TlsAcceptor, CertificateError> {
        let identity = match self {
            Self::SelfSigned => Identity::self_signed(&LOCAL_NAMES)?,
            Self::Expired => authority.certify(&LOCAL_NAMES, Validity::expired())?,
            Self::WrongHost => authority.certify(&[WRONG_HOST], Validity::current())?,
            Self::UnknownCa => Authority::unknown().certify(&LOCAL_NAMES, Validity::current())?,
        };
        Ok(identity.acceptor())
    }
}

impl Reaction {
    /// The reaction of a client that did not finish the handshake.
    pub(crate) fn to_failure(failure: &io::Error) -> Self {
        let cause = failure.get_ref().and_then(|cause| cause.downcast_ref());
        match cause {
            Some(Error::AlertReceived(alert)) => Self::Alert(*alert),
            _ => Self::Left,
        }
    }
}
