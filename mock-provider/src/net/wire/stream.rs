//! A caller's connection, as hyper reads and writes it, and as it is taken from hyper again.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::delivery::Step;

/// A connection to a caller, bare or below TLS.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// The connection at the bottom.
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

/// What the service of a connection asks of the one who drives it.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    script: Mutex<Option<Vec<Step>>>,
    asked: AtomicBool,
    flushed: AtomicBool,
    unread: AtomicBool,
}

impl Turn {
    /// Asks that these steps are played in place of an answer.
    pub(crate) fn ask(&self, script: Vec<Step>) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
        self.asked.store(true, Ordering::Release);
    }

    /// The steps that were asked for, once all that hyper had to send before is sent.
    pub(crate) fn take(&self) -> Option<Vec<Step>> {
        if !self.flushed.load(Ordering::Acquire) {
            return None;
        }
        self.script.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Notes whether some of the request's body is still to be read.
    pub(crate) fn set_unread(&self, unread: bool) {
        self.unread.store(unread, Ordering::Release);
    }

    /// Whether some of the request's body is still to be read: what follows is then no request.
    pub(crate) fn is_unread(&self) -> bool {
        self.unread.load(Ordering::Acquire)
    }
}

/// A socket with the bytes that were read from it ahead of time.
#[derive(Debug)]
pub(crate) struct Stream<S> {
    pub(crate) socket: S,
    pub(crate) ahead: Bytes,
    pub(crate) turn: Arc<Turn>,
}

impl<S> Stream<S> {
    pub(crate) fn new(socket: S, ahead: Bytes) -> Self {
        Self { socket, ahead, turn: Arc::default() }
    }
}

impl<S: Socket> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.socket).poll_read(context, buffer);
        }
        let fits = self.ahead.len().min(buffer.remaining());
        buffer.put_slice(&self.ahead.split_to(fits));
        Poll::Ready(Ok(()))
    }
}

impl<S: Socket> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    /// hyper flushes a connection only when its own buffer is empty. Answers to earlier requests,
    /// which a caller may send without waiting, have left by then.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(context);
        if flushed.is_ready() && self.turn.asked.load(Ordering::Acquire) {
            self.turn.flushed.store(true, Ordering::Release);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
