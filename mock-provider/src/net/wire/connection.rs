//! One connection of a caller, from its first request to its end.
//!
//! hyper serves it. Where a response carries a [`Delivery`], the service never gives it to hyper:
//! the connection is taken from hyper as soon as all earlier answers have left, the response is
//! delivered as told, and a fresh hyper goes on with the next request.

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
use super::render::Asked;
use super::stream::{Socket, Stream, Turn};
use crate::base::clock::Clock;

/// Answers the requests of a connection until either side ends it. When the server stops, a
/// request under way is answered, and no other; a script that is being played is cut short.
pub(crate) async fn serve<S: Socket>(
    socket: S,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut stream = Stream::new(socket, Bytes::new());
    while let Some((playback, script)) = answer(stream, &router, &mut stopped).await {
        let played = tokio::select! {
            played = playback.play(script) => played,
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        // A caller who left needs no answer.
        let Ok(Some((socket, ahead))) = played else { return };
        stream = Stream::new(socket, ahead);
    }
}

/// Answers requests as usual, until one is to be answered by a script.
async fn answer<S: Socket>(
    stream: Stream<S>,
    router: &Router,
    stopped: &mut watch::Receiver<bool>,
) -> Option<(Playback<S>, Vec<Step>)> {
    let turn = Arc::clone(&stream.turn);
    let service = service_fn(|request| respond(request, router.clone(), Arc::clone(&turn)));
    let mut connection = http1::Builder::new()
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut stopping = false;
    let script = loop {
        let turn_of_script = poll_fn(|context| match Pin::new(&mut connection).poll(context) {
            // What went wrong is the caller's affair: it was told, or has left.
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending => turn.take().map_or(Poll::Pending, |script| Poll::Ready(Some(script))),
        });
        tokio::select! {
            script = turn_of_script => break script?,
            _ = stopped.wait_for(|stopped| *stopped), if !stopping => {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    let parts = connection.into_parts();
    // hyper has read all that its stream had ahead, or has not begun to.
    let stream = parts.io.into_inner();
    let ahead = [&*parts.read_buf, &*stream.ahead].concat();
    Some((Playback { socket: stream.socket, ahead }, script))
}

/// The response to a request. It never comes where the connection is to be taken over.
async fn respond(
    request: Request<Incoming>,
    router: Router,
    turn: Arc<Turn>,
) -> Result<Response<Body>, Infallible> {
    let asked = Asked::by(&request);
    let request = request.map(|body| Body::new(Watched::new(body, Arc::clone(&turn))));
    let mut response = router.oneshot(request).await?;
    let Some(delivery) = response.extensions_mut().remove::<Delivery>() else {
        return Ok(response);
    };
    let (parts, body) = response.into_parts();
    // Bodies are made in memory and do not fail.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut script = delivery.steps(asked, parts, body, Clock::system().now());
    if turn.is_unread() {
        script.push(Step::Close);
    }
    turn.ask(script);
    pending().await
}

/// The body of a request, which tells whether it was read to its end.
struct Watched {
    body: Incoming,
    turn: Arc<Turn>,
}

impl Watched {
    fn new(body: Incoming, turn: Arc<Turn>) -> Self {
        turn.set_unread(!body.is_end_stream());
        Self { body, turn }
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
            self.turn.set_unread(false);
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
