//! One connection of a client, from its first request to its end.
//!
//! hyper serves the connection. A response with a [`Delivery`] is not passed to hyper: as soon as all
//! earlier responses are sent, the connection is taken back from hyper, the response is delivered as
//! the delivery says, and a new hyper connection serves the next request.

use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tower::ServiceExt;

use super::delivery::{Delivery, Step};
use super::playback::Playback;
use super::render::RequestFraming;
use super::stream::{Handover, Socket, Stream};
use crate::base::clock::Clock;

/// Serves the requests of a connection until either side closes it. When the server stops, a request
/// under way is still answered, but a running script is cut short.
pub(crate) async fn serve<S: Socket>(
    socket: S,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut stream = Stream::new(socket, Bytes::new());
    while let Some((playback, script)) = serve_until_script(stream, &router, &mut stopped).await {
        let played = tokio::select! {
            played = playback.play(script) => played,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        // After an error the client is gone.
        let Ok(Some((socket, ahead))) = played else { return };
        stream = Stream::new(socket, ahead);
    }
}

/// Serves requests with hyper until a response has a script.
async fn serve_until_script<S: Socket>(
    stream: Stream<S>,
    router: &Router,
    stopped: &mut watch::Receiver<bool>,
) -> Option<(Playback<S>, Vec<Step>)> {
    let handover = Arc::clone(&stream.handover);
    let service = service_fn(|request| respond(request, router.clone(), Arc::clone(&handover)));
    let mut connection = http1::Builder::new()
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut stopping = false;
    let script = loop {
        let next_script = poll_fn(|context| match Pin::new(&mut connection).poll(context) {
            // hyper has already answered a malformed request, or the client is gone.
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => {
                handover.take().map_or(Poll::Pending, |script| Poll::Ready(Some(script)))
            }
        });
        tokio::select! {
            script = next_script => break script?,
            _ = stopped.wait_for(|stopped| *stopped), if !stopping => {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    let parts = connection.into_parts();
    // The stream's own buffer is only left if hyper has not started reading.
    let stream = parts.io.into_inner();
    let ahead = [&*parts.read_buf, &*stream.ahead].concat();
    Some((Playback { socket: stream.socket, ahead }, script))
}

/// The response to a request. The future never resolves if the connection is to be taken over.
async fn respond(
    request: Request<Incoming>,
    router: Router,
    handover: Arc<Handover>,
) -> Result<Response<Body>, Infallible> {
    let framing = RequestFraming::of(&request);
    let request = request.map(|body| Body::new(Watched::new(body, Arc::clone(&handover))));
    let mut response = router.oneshot(request).await?;
    let Some(delivery) = response.extensions_mut().remove::<Delivery>() else {
        return Ok(response);
    };
    let (parts, body) = response.into_parts();
    // Bodies are in memory, so reading them does not fail.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut script = delivery.steps(framing, parts, body, Clock::system().now());
    if handover.is_unread() {
        script.push(Step::Close);
    }
    handover.request(script);
    pending().await
}

/// The body of a request, which records whether it was read to its end.
struct Watched {
    body: Incoming,
    handover: Arc<Handover>,
}

impl Watched {
    fn new(body: Incoming, handover: Arc<Handover>) -> Self {
        handover.set_unread(!body.is_end_stream());
        Self { body, handover }
    }
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(None) = frame {
            self.handover.set_unread(false);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
