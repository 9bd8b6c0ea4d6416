//! A scripted provider that records the requests it receives.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::token::Key;

pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";
pub(crate) const JWKS: &str = "/jwks";
pub(crate) const TOKEN: &str = "/token";
pub(crate) const USERINFO: &str = "/userinfo";

/// The provider's response at one path.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Json(Value),
    /// Status, headers and body, unchanged.
    Raw(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// No response; the connection stays open.
    Hang,
    /// A response that waits for the test's signal.
    Held(Arc<Notify>, Box<Reply>),
}

impl Reply {
    /// `reply`, which waits for the signal.
    pub(crate) fn held(reply: Self) -> (Self, Arc<Notify>) {
        let signal = Arc::new(Notify::new());
        (Self::Held(Arc::clone(&signal), Box::new(reply)), signal)
    }

    pub(crate) fn status(status: u16, body: Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self::Raw(status, headers, body.to_string().into_bytes())
    }

    pub(crate) fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Raw(status, Vec::new(), body.into())
    }

    pub(crate) fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::Raw(status, vec![("location", location.into())], Vec::new())
    }
}

/// A request that the provider received.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Call {
    /// The parameters of the form, in order.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

#[derive(Default)]
struct Script {
    replies: HashMap<String, VecDeque<Reply>>,
    calls: Vec<(String, Call)>,
}

/// A running provider. Dropping it stops it.
pub(crate) struct Stub {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    /// Changes with each call.
    called: watch::Receiver<()>,
    server: JoinHandle<()>,
}

/// The state of the handler.
#[derive(Clone)]
struct Handle {
    script: Arc<Mutex<Script>>,
    called: watch::Sender<()>,
}

impl Stub {
    /// Starts a provider with honest metadata and keys, and without users.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Mutex::new(Script::default()));
        let (sender, called) = watch::channel(());
        let handle = Handle { script: Arc::clone(&script), called: sender };
        let router = Router::new().fallback(answer).with_state(handle);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let stub = Self { address, script, called, server };
        let url = |path: &str| format!("{}{path}", stub.issuer());
        stub.reply(
            DISCOVERY,
            Reply::Json(json!({
                "issuer": stub.issuer(),
                "authorization_endpoint": url("/authorize"),
                "token_endpoint": url(TOKEN),
                "jwks_uri": url(JWKS),
                "userinfo_endpoint": url(USERINFO),
                "end_session_endpoint": url("/end-session"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "none", "HS256"],
            })),
        );
        stub.publish(&[Key::signing().jwk("signing")]);
        stub
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sets the reply at `path`.
    pub(crate) fn reply(&self, path: &str, reply: Reply) {
        self.replies(path, [reply]);
    }

    /// Sets a sequence of replies at `path`; the last one is repeated.
    pub(crate) fn replies(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let replies = replies.into_iter().collect();
        self.script.lock().unwrap().replies.insert(path.to_owned(), replies);
    }

    /// Changes the JSON reply at `path`.
    pub(crate) fn edit(&self, path: &str, edit: impl FnOnce(&mut Value)) {
        let mut script = self.script.lock().unwrap();
        match script.replies.get_mut(path).and_then(VecDeque::front_mut) {
            Some(Reply::Json(document)) => edit(document),
            other => panic!("the reply at {path} is not JSON: {other:?}"),
        }
    }

    /// Publishes exactly these keys.
    pub(crate) fn publish(&self, keys: &[Value]) {
        self.reply(JWKS, Reply::Json(json!({ "keys": keys })));
    }

    /// Stops the provider: from now on, connections are refused.
    pub(crate) async fn stop(mut self) {
        self.server.abort();
        assert!((&mut self.server).await.unwrap_err().is_cancelled());
    }

    /// Waits until `path` has received this number of calls.
    pub(crate) async fn called(&self, path: &str, times: usize) {
        let mut called = self.called.clone();
        let enough = called.wait_for(|()| self.calls(path).len() >= times);
        tokio::time::timeout(Duration::from_secs(10), enough).await.unwrap().unwrap();
    }

    /// The calls at `path` so far.
    pub(crate) fn calls(&self, path: &str) -> Vec<Call> {
        let script = self.script.lock().unwrap();
        let calls = script.calls.iter().filter(|(called, _)| called == path);
        calls.map(|(_, call)| call.clone()).collect()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(
    State(handle): State<Handle>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let reply = {
        let mut script = handle.script.lock().unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        let call = Call { method, headers, body };
        script.calls.push((uri.path().to_owned(), call));
        script.replies.get_mut(uri.path()).and_then(|replies| match replies.len() {
            0 | 1 => replies.front().cloned(),
            _ => replies.pop_front(),
        })
    };
    handle.called.send_replace(());
    let reply = match reply {
        Some(Reply::Held(signal, reply)) => {
            signal.notified().await;
            Some(*reply)
        }
        reply => reply,
    };
    match reply {
        None | Some(Reply::Held(..)) => StatusCode::NOT_FOUND.into_response(),
        Some(Reply::Json(document)) => {
            ([(CONTENT_TYPE, "application/json")], document.to_string()).into_response()
        }
        Some(Reply::Raw(status, headers, body)) => {
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        Some(Reply::Hang) => std::future::pending().await,
    }
}
