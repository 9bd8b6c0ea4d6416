//! How a response is delivered, if not in the usual way.

use std::fmt;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;

/// An action on a connection. After the last step the connection waits for the next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Sends bytes at once.
    Send(Bytes),
    /// Sends bytes in small pieces, with a pause before each of them.
    Drip {
        /// The bytes to send.
        bytes: Bytes,
        /// The total time.
        time: Duration,
    },
    /// Waits for a time, or until the client closes the connection.
    Wait(Duration),
    /// Closes the connection in an orderly way (FIN), so that everything sent arrives.
    Close,
    /// Resets the connection (RST).
    Reset,
    /// Waits until the next request starts to arrive, then closes the connection without a response,
    /// like a server that has just closed an idle connection
    /// ([RFC 9112, section 9.5](https://www.rfc-editor.org/rfc/rfc9112#section-9.5)).
    CloseOnNextRequest,
}

/// How the delivery of a response differs from the usual one. The server finds it in the extensions of
/// the response. The default is the usual delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// The time before the first byte.
    pub(crate) latency: Duration,
    /// The time over which the bytes are spread. Default: all bytes at once.
    pub(crate) drip: Option<Duration>,
    /// Whether the status line says `HTTP/1.0`, which closes the connection after the response.
    pub(crate) http_1_0: bool,
    /// Whether an unrequested `100 Continue` is sent first
    /// ([RFC 9110, section 15.2](https://www.rfc-editor.org/rfc/rfc9110#section-15.2)).
    pub(crate) interim: bool,
    /// Whether the response is replaced by `204 No Content`.
    pub(crate) no_content: bool,
    /// How the end of the body is marked.
    pub(crate) framing: Framing,
    /// Whether `Content-Length` is sent twice, with the same value
    /// ([RFC 9112, section 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
    pub(crate) length_twice: bool,
    /// Whether field names are in lower case, as in HTTP/2.
    pub(crate) lower_case: bool,
    /// How much of the announced response is sent.
    pub(crate) extent: Extent,
    /// What happens to the connection afterwards.
    pub(crate) end: End,
}

/// How the end of a body is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// With its length, announced in the header.
    #[default]
    ContentLength,
    /// With a last chunk. Clients that speak HTTP/1.0 do not understand chunks and get the length.
    Chunked,
}

/// How much of a response is sent. If part of an empty body is to be missing, one byte is announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The whole response.
    #[default]
    Whole,
    /// Everything but the last byte of the body.
    AllButLastByte,
    /// The header and half of the body.
    Half,
    /// The status line and the header.
    Head,
    /// Nothing.
    Nothing,
}

/// What happens to a connection after a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// It stays open for the next request, unless the client closes it.
    #[default]
    Keep,
    /// It is closed after announcing that with `Connection: close`.
    Announced,
    /// It is closed unannounced.
    Close,
    /// It is reset (RST).
    Reset,
    /// It stays open without further data for this time, then it is closed.
    Hang(Duration),
    /// It seems to stay open, but is closed when the next request arrives.
    Stale,
}

impl Delivery {
    /// How long a connection without any response stays open.
    pub(crate) const HANG: Duration = Duration::from_secs(120);

    /// Nothing is sent, and the connection stays open for a time.
    pub(crate) fn hang(limit: Duration) -> Self {
        Self::cut(Extent::Nothing, End::Hang(limit))
    }

    /// The status that the client receives; 0 if it receives none.
    pub(crate) fn status(&self, honest: StatusCode) -> u16 {
        match self.extent {
            Extent::Nothing => 0,
            _ if self.no_content => StatusCode::NO_CONTENT.as_u16(),
            _ => honest.as_u16(),
        }
    }

    /// A response that is cut off, and what happens to the connection then.
    pub(crate) fn cut(extent: Extent, end: End) -> Self {
        Self { extent, end, ..Self::default() }
    }
}

/// A description for the journal.
impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        if !self.latency.is_zero() {
            words.push(format!("begins after {:?}", self.latency));
        }
        words.extend(self.drip.map(|time| format!("takes {time:?}")));
        for (differs, in_words) in [
            (self.http_1_0, "by HTTP/1.0"),
            (self.interim, "100 Continue first"),
            (self.no_content, "204 No Content instead"),
            (self.framing == Framing::Chunked, "in chunks"),
            (self.length_twice, "Content-Length twice"),
            (self.lower_case, "field names in lower case"),
        ] {
            words.extend(differs.then(|| in_words.to_owned()));
        }
        let extent = match self.extent {
            Extent::Whole => None,
            Extent::AllButLastByte => Some("all but the last byte"),
            Extent::Half => Some("half of the body"),
            Extent::Head => Some("status line and header alone"),
            Extent::Nothing => Some("not a byte"),
        };
        words.extend(extent.map(str::to_owned));
        words.extend(match self.end {
            End::Keep => None,
            End::Announced => Some("then closed, as announced".to_owned()),
            End::Close => Some("then closed".to_owned()),
            End::Reset => Some("then reset".to_owned()),
            End::Hang(time) => Some(format!("then nothing for {time:?}")),
            End::Stale => Some("then closed when the next request arrives".to_owned()),
        });
        f.write_str(&words.join(", "))
    }
}
