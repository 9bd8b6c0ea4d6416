//! How an answer is delivered, where not as usual.

use std::fmt;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::StatusCode;

/// One thing that is done to a connection. After the last step the next request is awaited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Sends bytes at once.
    Send(Bytes),
    /// Sends bytes in small pieces, with a pause before each.
    Drip {
        /// What to send.
        bytes: Bytes,
        /// How long it takes in all.
        time: Duration,
    },
    /// Does nothing for a time. It ends early when the caller leaves.
    Wait(Duration),
    /// Ends the connection in an orderly way (FIN): what was sent arrives.
    Close,
    /// Breaks the connection (RST).
    Reset,
    /// Waits until the next request begins to arrive, and closes without answering it: what a
    /// server does that has given up an idle connection meanwhile
    /// ([RFC 9112, section 9.5](https://www.rfc-editor.org/rfc/rfc9112#section-9.5)).
    CloseOnNextRequest,
}

/// What differs from the usual telling of a response: put into the extensions of one, this tells the
/// server how to deliver it. The default differs in nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// The time before the first byte.
    pub(crate) latency: Duration,
    /// The time over which the bytes are spread. Default: all bytes at once.
    pub(crate) drip: Option<Duration>,
    /// Whether the status line says `HTTP/1.0`, which ends the connection after the answer.
    pub(crate) http_1_0: bool,
    /// Whether `100 Continue` goes ahead, though nobody asked
    /// ([RFC 9110, section 15.2](https://www.rfc-editor.org/rfc/rfc9110#section-15.2)).
    pub(crate) interim: bool,
    /// Whether the answer is `204 No Content`, whatever it was.
    pub(crate) no_content: bool,
    /// How the end of the body is told.
    pub(crate) framing: Framing,
    /// Whether `Content-Length` is there twice, with the same value
    /// ([RFC 9112, section 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3)).
    pub(crate) length_twice: bool,
    /// Whether field names are in lower case, as HTTP/2 has them.
    pub(crate) lower_case: bool,
    /// How much is sent of what is announced.
    pub(crate) extent: Extent,
    /// What becomes of the connection.
    pub(crate) end: End,
}

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// By its length, announced ahead.
    #[default]
    ContentLength,
    /// By a last chunk. Callers that speak HTTP/1.0 get the length: they know no chunks.
    Chunked,
}

/// How much is sent of an answer. An empty body is announced as one byte where it must lack some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All.
    #[default]
    Whole,
    /// All but the last byte of the body.
    AllButLastByte,
    /// Half of the body.
    Half,
    /// Status line and header.
    Head,
    /// Not a byte.
    Nothing,
}

/// What becomes of a connection after an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// It is kept for the next request, if the caller wants that.
    #[default]
    Keep,
    /// It is closed, as `Connection: close` announced.
    Announced,
    /// It is closed without a word.
    Close,
    /// It breaks (RST).
    Reset,
    /// It stays open, and nothing more comes for this time. Then it is closed.
    Hang(Duration),
    /// It seems to be kept, but the next request on it finds it closed.
    Stale,
}

impl Delivery {
    /// How long a caller is left waiting who gets no answer at all.
    pub(crate) const HANG: Duration = Duration::from_secs(120);

    /// The connection stays open for a time, and nothing comes.
    pub(crate) fn hang(limit: Duration) -> Self {
        Self::cut(Extent::Nothing, End::Hang(limit))
    }

    /// The status that the caller reads of an answer; 0 where it reads none.
    pub(crate) fn status(&self, honest: StatusCode) -> u16 {
        match self.extent {
            Extent::Nothing => 0,
            _ if self.no_content => StatusCode::NO_CONTENT.as_u16(),
            _ => honest.as_u16(),
        }
    }

    /// So much of the answer, and then this.
    pub(crate) fn cut(extent: Extent, end: End) -> Self {
        Self { extent, end, ..Self::default() }
    }
}

/// In words, for the journal.
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
            End::Stale => Some("then closed when the next request comes".to_owned()),
        });
        f.write_str(&words.join(", "))
    }
}
