//! Runs a script on a connection.

use std::future::pending;
use std::io;
use std::time::Duration;

use axum::body::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::delivery::Step;
use super::stream::Socket;

/// The maximum number of bytes that a client may send ahead while it waits for a response.
const MAX_AHEAD: usize = 64 * 1024;

/// The maximum number of pieces of a dripped response. Timers have a resolution of a millisecond, so
/// this many pauses fit into any noticeable time.
const MAX_DROPS: usize = 100;

/// The time that a client gets to notice that the connection was closed. Closing it while the client
/// still sends would reset the connection and discard data that the client has not read yet
/// ([RFC 9112, section 9.6](https://www.rfc-editor.org/rfc/rfc9112#section-9.6)).
const LINGER: Duration = Duration::from_secs(1);

/// A connection that runs a script.
#[derive(Debug)]
pub(crate) struct Playback<S> {
    pub(crate) socket: S,
    /// Bytes that the client sent after the request.
    pub(crate) ahead: Vec<u8>,
}

impl<S: Socket> Playback<S> {
    /// Runs a script. Returns the socket and the bytes read ahead if the connection stays open.
    ///
    /// # Errors
    ///
    /// When the client closed the connection.
    pub(crate) async fn play(mut self, script: Vec<Step>) -> io::Result<Option<(S, Bytes)>> {
        for step in script {
            match step {
                Step::Send(bytes) => {
                    self.socket.write_all(&bytes).await?;
                    self.socket.flush().await?;
                }
                Step::Drip { bytes, time } => {
                    let drops = bytes.chunks(bytes.len().div_ceil(MAX_DROPS).max(1));
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
                    // With zero linger, dropping the socket resets the connection.
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

    /// Waits, unless the client closes the connection.
    async fn wait(&mut self, time: Duration) -> io::Result<()> {
        let left = async {
            while self.ahead.len() < MAX_AHEAD {
                self.receive().await?;
            }
            pending().await
        };
        // Reaching the timeout is the regular end of the wait.
        timeout(time, left).await.unwrap_or(Ok(()))
    }

    /// Reads bytes that the client sends ahead.
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
