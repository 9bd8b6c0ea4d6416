//! Plays a script on a connection.

use std::future::pending;
use std::io;
use std::time::Duration;

use axum::body::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::delivery::Step;
use super::stream::Socket;

/// How much a caller may send ahead while it is kept waiting.
const MAX_AHEAD: usize = 64 * 1024;

/// Into how many pieces dripping bytes fall at most. Timers count in whole milliseconds: so many
/// pauses fit into any time that somebody would notice.
const MOST_DROPS: usize = 100;

/// How long a caller has to notice that the connection was closed. To close while it still sends
/// would break the connection, and what it has not read yet would be lost
/// ([RFC 9112, section 9.6](https://www.rfc-editor.org/rfc/rfc9112#section-9.6)).
const LINGER: Duration = Duration::from_secs(1);

/// A connection on which a script is played.
#[derive(Debug)]
pub(crate) struct Playback<S> {
    pub(crate) socket: S,
    /// What the caller sent beyond the request.
    pub(crate) ahead: Vec<u8>,
}

impl<S: Socket> Playback<S> {
    /// Plays a script to its end. The socket and what was read ahead come back where the
    /// connection goes on.
    ///
    /// # Errors
    ///
    /// When the caller left.
    pub(crate) async fn play(mut self, script: Vec<Step>) -> io::Result<Option<(S, Bytes)>> {
        for step in script {
            match step {
                Step::Send(bytes) => {
                    self.socket.write_all(&bytes).await?;
                    self.socket.flush().await?;
                }
                Step::Drip { bytes, time } => {
                    let drops = bytes.chunks(bytes.len().div_ceil(MOST_DROPS).max(1));
                    let pause = time.div_f64(drops.len().max(1) as f64);
                    for drop in drops {
                        self.wait(pause).await?;
                        self.socket.write_all(drop).await?;
                        self.socket.flush().await?;
                    }
                }
                Step::Wait(time) => self.wait(time).await?,
                Step::Close => return self.close().await,
                Step::Reset => {
                    // The socket is dropped on return, with nothing left to wait for.
                    self.socket.tcp().set_zero_linger()?;
                    return Ok(None);
                }
                Step::CloseOnNextRequest => {
                    if self.ahead.is_empty() {
                        self.receive().await?;
                    }
                    return self.close().await;
                }
            }
        }
        Ok(Some((self.socket, Bytes::from(self.ahead))))
    }

    /// Lets time pass, unless the caller leaves.
    async fn wait(&mut self, time: Duration) -> io::Result<()> {
        let left = async {
            while self.ahead.len() < MAX_AHEAD {
                self.receive().await?;
            }
            pending().await
        };
        // The time is over: all is well.
        timeout(time, left).await.unwrap_or(Ok(()))
    }

    /// Reads what the caller sends ahead.
    async fn receive(&mut self) -> io::Result<()> {
        match self.socket.read_buf(&mut self.ahead).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn close(mut self) -> io::Result<Option<(S, Bytes)>> {
        self.socket.shutdown().await?;
        let mut unread = [0; 1024];
        let gone = async {
            while self.socket.read(&mut unread).await? > 0 {}
            io::Result::Ok(())
        };
        timeout(LINGER, gone).await.unwrap_or(Ok(()))?;
        Ok(None)
    }
}
