//! A relying party that records the logout tokens that it receives.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use reqwest::Url;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::answer::pairs;

/// How long a test waits for a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One request to the relying party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) content_type: String,
    pub(crate) query: String,
    pub(crate) body: String,
}

impl Received {
    /// The logout token of an honest request.
    #[track_caller]
    pub(crate) fn logout_token(&self) -> String {
        assert_eq!(
            (&*self.method, &*self.content_type, &*self.query),
            ("POST", "application/x-www-form-urlencoded", "")
        );
        let mut form = pairs(&self.body);
        assert_eq!(form.len(), 1, "{form:?}");
        form.remove("logout_token").expect("there is a logout token")
    }
}

/// A server that answers every request in the same way and records it.
#[derive(Debug)]
pub(crate) struct RelyingParty {
    base: String,
    received: watch::Receiver<Vec<Received>>,
}

impl RelyingParty {
    pub(crate) async fn start(status: u16, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (sender, received) = watch::channel(Vec::new());
        let status = StatusCode::from_u16(status).expect("a status");
        let router = Router::new()
            .fallback(async move |State(sender): State<watch::Sender<_>>, request: Request| {
                let read = read(request).await;
                sender.send_modify(|all: &mut Vec<Received>| all.push(read));
                (status, body)
            })
            .with_state(sender);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, received }
    }

    /// The address of one of its paths.
    pub(crate) fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.base).parse().expect("an address and a path make a URL")
    }

    /// The requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.borrow().clone()
    }

    /// Waits for this number of requests.
    pub(crate) async fn wait_for(&self, number: usize) -> Vec<Received> {
        let mut received = self.received.clone();
        let enough = received.wait_for(|all| all.len() >= number);
        let enough = tokio::time::timeout(TIMEOUT, enough).await;
        enough.expect("the requests arrive in time").expect("the server runs").clone()
    }
}

async fn read(request: Request) -> Received {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("the body arrives");
    let content_type = parts.headers.get("content-type");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Received {
        method: parts.method.to_string(),
        content_type: content_type.map(|value| text(value.as_bytes())).unwrap_or_default(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body: text(&body),
    }
}
