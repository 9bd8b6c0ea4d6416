//! A server of TLS 1.0 or 1.1, as far as a caller needs one to show whether it would use it.
//!
//! No library that we would want speaks these versions, and nothing is to be said by them: the
//! server answers with the version, a sound certificate and `ServerHelloDone`
//! ([RFC 2246, section 7.3](https://www.rfc-editor.org/rfc/rfc2246#section-7.3)). A caller that
//! does not speak the version ends there, with the alert `protocol_version`. One that goes on sends
//! its key exchange; then this server knows enough, and ends the handshake by an alert of its own.
//!
//! The key exchange is plain RSA, which needs no signature in the long-gone way of these versions.
//! To a caller that does not offer it, the server sends version and certificate only: a caller that
//! then awaits the rest has gone on.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::AlertDescription;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::fault::Reaction;
use crate::base::random::Random;

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const SERVER_HELLO_DONE: u8 = 14;
const CLIENT_KEY_EXCHANGE: u8 = 16;

/// Cipher suites with the key exchange by RSA: AES-128, AES-256, 3DES.
const BY_RSA: [u16; 3] = [0x002f, 0x0035, 0x000a];

/// Cipher suites of these versions by ECDHE or DHE, authenticated by RSA.
const BY_DIFFIE_HELLMAN: [u16; 4] = [0xc013, 0xc014, 0x0033, 0x0039];

/// "Secure renegotiation is understood" (RFC 5746, section 3.3), as a cipher suite.
const RENEGOTIATION_SUITE: u16 = 0x00ff;

/// The same as an extension, empty as it is in a first handshake.
const RENEGOTIATION: [u8; 7] = [0, 5, 0xff, 0x01, 0, 1, 0];

/// How long a caller that disagrees takes to say so, at most: it need not compute anything.
const AWAITS_MORE: Duration = Duration::from_secs(1);

/// No record may be longer (RFC 2246, section 6.2.3).
const LONGEST_RECORD: usize = (1 << 14) + 2048;

/// A server of an old version.
#[derive(Clone)]
pub(super) struct OldVersion {
    /// As it stands in records: TLS 1.0 is SSL 3.1.
    version: [u8; 2],
    certificate: Arc<CertificateDer<'static>>,
}

/// What matters of the caller's first message.
struct ClientHello {
    suites: Vec<u16>,
    knows_renegotiation: bool,
}

impl OldVersion {
    /// A server of TLS 1.0 ([RFC 2246](https://www.rfc-editor.org/rfc/rfc2246)).
    pub(super) fn tls_1_0(certificate: CertificateDer<'static>) -> Self {
        Self { version: [3, 1], certificate: Arc::new(certificate) }
    }

    /// A server of TLS 1.1 ([RFC 4346](https://www.rfc-editor.org/rfc/rfc4346)).
    pub(super) fn tls_1_1(certificate: CertificateDer<'static>) -> Self {
        Self { version: [3, 2], certificate: Arc::new(certificate) }
    }

    /// Answers a caller, and tells how it took it.
    pub(super) async fn answer(&self, mut stream: TcpStream) -> Reaction {
        self.converse(&mut stream).await.unwrap_or(Reaction::Left)
    }

    async fn converse(&self, stream: &mut TcpStream) -> io::Result<Reaction> {
        let hello = read_client_hello(stream).await?;
        let offered = |suites: &[u16]| suites.iter().copied().find(|s| hello.suites.contains(s));
        let by_rsa = offered(&BY_RSA);
        let suite = by_rsa.or_else(|| offered(&BY_DIFFIE_HELLMAN)).unwrap_or(BY_RSA[0]);
        let mut flight = self.server_hello(suite, hello.knows_renegotiation);
        flight.extend(self.certificate());
        if by_rsa.is_some() {
            flight.extend(self.message(SERVER_HELLO_DONE, &[]));
        }
        stream.write_all(&flight).await?;
        let reaction = match by_rsa {
            Some(_) => reaction(stream).await?,
            None => timeout(AWAITS_MORE, reaction(stream)).await.unwrap_or(Ok(Reaction::WentOn))?,
        };
        if reaction == Reaction::WentOn {
            let fatal = 2;
            let alert = u8::from(AlertDescription::HandshakeFailure);
            stream.write_all(&self.record(ALERT, &[fatal, alert])).await?;
            stream.shutdown().await?;
        }
        Ok(reaction)
    }

    fn server_hello(&self, suite: u16, renegotiation: bool) -> Vec<u8> {
        let mut hello = self.version.to_vec();
        hello.extend_from_slice(&Random::new(None).bytes::<32>());
        let (session_id, compression) = (0, 0);
        hello.push(session_id);
        hello.extend_from_slice(&suite.to_be_bytes());
        hello.push(compression);
        if renegotiation {
            hello.extend_from_slice(&RENEGOTIATION);
        }
        self.message(SERVER_HELLO, &hello)
    }

    fn certificate(&self) -> Vec<u8> {
        self.message(CERTIFICATE, &sized(&sized(&self.certificate)))
    }

    fn message(&self, kind: u8, body: &[u8]) -> Vec<u8> {
        self.record(HANDSHAKE, &[&[kind], &*sized(body)].concat())
    }

    fn record(&self, kind: u8, content: &[u8]) -> Vec<u8> {
        // What is sent here is far below the limit of a record.
        let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
        [&[kind], &self.version[..], &length.to_be_bytes(), content].concat()
    }
}

/// Bytes with their length ahead, in three bytes.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length[1..], bytes].concat()
}

/// How a caller takes what it was sent.
async fn reaction(stream: &mut TcpStream) -> io::Result<Reaction> {
    let (kind, content) = read_record(stream).await?;
    Ok(match (kind, &*content) {
        (ALERT, [_, description]) => Reaction::Alert(AlertDescription::from(*description)),
        (HANDSHAKE, [CLIENT_KEY_EXCHANGE, ..]) => Reaction::WentOn,
        _ => Reaction::Left,
    })
}

async fn read_record(stream: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let [kind, _, _, high, low] = header;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > LONGEST_RECORD {
        return Err(not_tls());
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await?;
    Ok((kind, content))
}

/// Reads the caller's first message, which may come in several records.
async fn read_client_hello(stream: &mut TcpStream) -> io::Result<ClientHello> {
    let mut message = Vec::new();
    loop {
        let (kind, content) = read_record(stream).await?;
        message.extend(content);
        let [CLIENT_HELLO, high, middle, low, body @ ..] = &*message else { return Err(not_tls()) };
        if kind != HANDSHAKE || *high != 0 {
            return Err(not_tls());
        }
        if body.len() >= usize::from(u16::from_be_bytes([*middle, *low])) {
            return parse_client_hello(body).ok_or_else(not_tls);
        }
    }
}

/// RFC 5246, section 7.4.1.2: version, random, session, suites, compression, extensions.
fn parse_client_hello(body: &[u8]) -> Option<ClientHello> {
    let (_version_and_random, rest) = body.split_at_checked(2 + 32)?;
    let (session, rest) = rest.split_first()?;
    let (_, rest) = rest.split_at_checked(usize::from(*session))?;
    let (length, rest) = rest.split_first_chunk()?;
    let (suites, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let (pairs, _) = suites.as_chunks::<2>();
    let suites: Vec<_> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    let (compression, rest) = rest.split_first()?;
    let (_, rest) = rest.split_at_checked(usize::from(*compression))?;
    let knows_renegotiation =
        suites.contains(&RENEGOTIATION_SUITE) || has_extension(rest, 0xff01).unwrap_or_default();
    Some(ClientHello { suites, knows_renegotiation })
}

fn has_extension(extensions: &[u8], wanted: u16) -> Option<bool> {
    let (_, mut rest) = extensions.split_first_chunk::<2>()?;
    while let Some((kind, behind)) = rest.split_first_chunk() {
        if u16::from_be_bytes(*kind) == wanted {
            return Some(true);
        }
        let (length, behind) = behind.split_first_chunk()?;
        (_, rest) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    }
    Some(false)
}

fn not_tls() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the caller speaks no TLS")
}
