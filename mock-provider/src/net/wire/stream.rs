//! A client's connection, wrapped so that it can be taken back from hyper.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::delivery::Step;

/// A connection to a client, plain or encrypted.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// The underlying TCP connection.
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

/// The state with which the service of a connection takes it over from hyper.
#[derive(Debug, Default)]
pub(crate) struct Handover {
    script: Mutex<Option<Vec<Step>>>,
    requested: AtomicBool,
    flushed: AtomicBool,
    unread: AtomicBool,
}

impl Handover {
    /// Requests that these steps run in place of a response.
    pub(crate) fn request(&self, script: Vec<Step>) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
        self.requested.store(true, Ordering::Release);
    }

    /// Takes the requested steps, once hyper has sent everything before them.
    pub(crate) fn take(&self) -> Option<Vec<Step>> {
        if !self.flushed.load(Ordering::Acquire) {
            return None;
        }
        self.script.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Records whether part of the request's body is unread.
    pub(crate) fn set_unread(&self, unread: bool) {
        self.unread.store(unread, Ordering::Release);
    }

    /// Whether part of the request's body is unread. The following bytes are then not a request.
    pub(crate) fn is_unread(&self) -> bool {
        self.unread.load(Ordering::Acquire)
    }
}

/// A socket, and bytes that were already read from it.
#[derive(Debug)]
pub(crate) struct Stream<S> {
    pub(crate) socket: S,
    pub(crate) ahead: Bytes,
    pub(crate) handover: Arc<Handover>,
}

impl<S> Stream<S> {
    pub(crate) fn new(socket: S, ahead: Bytes) -> Self {
        Self { socket, ahead, handover: Arc::default() }
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

    /// hyper flushes a connection only when its own buffer is empty. By then the responses to earlier,
    /// pipelined requests are sent.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(context);
        if flushed.is_ready() && self.handover.requested.load(Ordering::Acquire) {
            self.handover.flushed.store(true, Ordering::Release);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
