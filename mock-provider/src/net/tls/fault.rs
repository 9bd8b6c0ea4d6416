//! What can be wrong with a server's certificate.

use std::io;

use rustls::{AlertDescription, Error};
use tokio_rustls::TlsAcceptor;

use super::acceptor::LazyAuthority;
use super::authority::{Authority, CertificateError, Identity, LOCAL_NAMES, Validity};

/// A host that nobody means: RFC 2606 keeps its end free.
const WRONG_HOST: &str = "wrong-host.invalid";

/// A fault in a server's certificate that must keep a caller from using the server
/// ([RFC 9525, section 6](https://www.rfc-editor.org/rfc/rfc9525#section-6),
/// [RFC 5280, section 6](https://www.rfc-editor.org/rfc/rfc5280#section-6)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TlsFault {
    /// Nobody vouches for the certificate but itself.
    SelfSigned,
    /// The certificate was valid until yesterday.
    Expired,
    /// The certificate is for another host.
    WrongHost,
    /// The certificate was signed by an authority that nobody was told of.
    UnknownCa,
}

/// How a caller took a server that it must not trust: see
/// [`network-tls-invalid`](crate::failure).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake {
    /// The fault, by the name that the failure's parameter has.
    pub fault: &'static str,
    /// `went on`, `left`, or `alert` and its name, which tells what displeased the caller.
    pub reaction: String,
}

impl Handshake {
    pub(in crate::net) fn new((fault, reaction): &(TlsFault, Reaction)) -> Self {
        let reaction = match reaction {
            Reaction::WentOn => "went on".to_owned(),
            Reaction::Alert(alert) => format!("alert {alert:?}"),
            Reaction::Left => "left".to_owned(),
        };
        Self { fault: fault.name(), reaction }
    }
}

/// How a caller took a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// It finished the handshake. The journal shows whether it also sent a request.
    WentOn,
    /// It left with this alert, which tells what displeased it.
    Alert(AlertDescription),
    /// It left without a word.
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

    /// What shows this fault and no other: callers who trust the authority have nothing else to
    /// find fault with.
    pub(in crate::net) fn acceptor(
        self,
        authority: &LazyAuthority,
    ) -> Result<TlsAcceptor, CertificateError> {
        let identity = match self {
            Self::SelfSigned => Identity::self_signed(&LOCAL_NAMES)?,
            Self::Expired => authority.certify(&LOCAL_NAMES, Validity::over())?,
            Self::WrongHost => authority.certify(&[WRONG_HOST], Validity::now())?,
            Self::UnknownCa => Authority::unknown().certify(&LOCAL_NAMES, Validity::now())?,
        };
        Ok(identity.acceptor())
    }
}

impl Reaction {
    /// How a caller took it with whom no handshake was finished.
    pub(in crate::net) fn to_failure(failure: &io::Error) -> Self {
        let cause = failure.get_ref().and_then(|cause| cause.downcast_ref());
        match cause {
            Some(Error::AlertReceived(alert)) => Self::Alert(*alert),
            _ => Self::Left,
        }
    }
}
