//! Tells relying parties, server to server, that a session has ended
//! ([OpenID Connect Back-Channel Logout 1.0](https://openid.net/specs/openid-connect-backchannel-1_0.html)).

use std::error::Error;
use std::sync::LazyLock;
use std::time::Duration;

use axum::http::{HeaderMap, Method};
use reqwest::{Client, Response, redirect};
use serde_json::{Map, Value};

use crate::base::endpoint::Endpoint;
use crate::exchange::journal::{Alteration, Entry};
use crate::exchange::reply::Note;
use crate::exchange::request::Request;
use crate::failure::engine::delivery;
use crate::issuer::grant::GrantUse;
use crate::issuer::issuer::Issuer;
use crate::issuer::logout::Served;
use crate::issuer::session::Session;
use crate::protocol::logout_token::{LIFETIME, LogoutToken, TYPE, events};
use crate::protocol::parameters::Parameters;

/// How long a relying party may take to answer.
const LIMIT: Duration = Duration::from_secs(5);

/// How much of its answer is read, in bytes: enough for a reason.
const MOST_READ: usize = 4 * 1024;

/// What calls relying parties. Keeps no connection: those of another runtime would not work.
static HTTP: LazyLock<Result<Client, String>> = LazyLock::new(|| {
    let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().timeout(LIMIT);
    http.pool_max_idle_per_host(0).build().map_err(|error| in_words(&error))
});

/// A logout token on its way to a client.
#[derive(Clone, Debug)]
pub(crate) struct LogoutNotice {
    pub(crate) uri: String,
    pub(crate) token: String,
    /// Client, user and flow.
    pub(crate) note: Note,
    /// How long it waits before it is sent, while nobody waits for it. Only a failure delays one.
    pub(crate) after: Option<Duration>,
}

/// How a relying party is told, as it goes on the wire (section 2.5).
#[derive(Clone, Debug)]
pub(crate) struct LogoutRequest {
    pub(crate) encoding: Encoding,
    pub(crate) parameters: Parameters,
}

/// Where the parameters of a request stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// In the body of a POST, as a form.
    Form,
    /// In the query of a GET.
    Query,
    /// In the body of a POST, as a JSON object.
    Json,
}

impl LogoutRequest {
    /// The honest request with a logout token.
    pub(crate) fn with(token: &str) -> Self {
        let parameters = Parameters::from_iter([("logout_token", token)]);
        Self { encoding: Encoding::Form, parameters }
    }

    fn method(&self) -> Method {
        match self.encoding {
            Encoding::Form | Encoding::Json => Method::POST,
            Encoding::Query => Method::GET,
        }
    }

    async fn send(&self, uri: &str) -> Result<Response, String> {
        let http = HTTP.as_ref().map_err(Clone::clone)?;
        let request = http.request(self.method(), uri);
        let pairs: Vec<_> = self.parameters.iter().collect();
        let request = match self.encoding {
            Encoding::Form => request.form(&pairs),
            Encoding::Query => request.query(&pairs),
            Encoding::Json => {
                let member = |(name, value): &(&str, &str)| (name.to_string(), Value::from(*value));
                request.json(&pairs.iter().map(member).collect::<Map<_, _>>())
            }
        };
        request.send().await.map_err(|error| in_words(&error))
    }
}

impl Issuer {
    /// A logout token for every client of sessions that have ended, if it wants to be told.
    pub(crate) fn logout_notices(&self, ended: &[Session]) -> Vec<LogoutNotice> {
        let now = self.clock.seconds();
        let mut notices = Vec::new();
        for Served { session, client, flow } in self.served_by(ended) {
            let Some(uri) = client.backchannel_logout_uri.clone() else { continue };
            let subject = &session.user.subject;
            let claims = LogoutToken {
                iss: &self.url,
                sub: subject,
                aud: &client.id,
                iat: now,
                exp: now.saturating_add(LIFETIME),
                jti: self.random.token(),
                events: events(),
                sid: &session.sid,
            };
            let note = Note::default().client(&client.id).user(subject).flow(flow);
            let algorithm = client.id_token_signed_response_alg;
            let token = self.keys.sign_typed(TYPE, algorithm, client.secret.as_ref(), &claims);
            notices.push(LogoutNotice { uri, token, note, after: None });
        }
        notices
    }

    /// Ends every session of a user, and delivers logout tokens. Returns how many sessions ended.
    pub(crate) async fn log_out(&self, subject: &str) -> usize {
        let ended = self.sessions().end_all_of(subject, self.clock.seconds());
        deliver(self, self.logout_notices(&ended)).await;
        ended.len()
    }
}

/// Delivers logout tokens, to all clients at once, and records each delivery.
pub(crate) async fn deliver(issuer: &Issuer, notices: Vec<LogoutNotice>) {
    if notices.is_empty() {
        return;
    }
    // A task of its own: a browser that goes away must not keep clients from being told.
    let _ = tokio::spawn(deliver_all(issuer.clone(), notices)).await;
}

/// Delivers a logout token when its time has come, while nobody waits for it.
pub(crate) fn deliver_later(issuer: &Issuer, notice: LogoutNotice) {
    let issuer = issuer.clone();
    tokio::spawn(async move {
        wait(notice.after.unwrap_or_default()).await;
        deliver_all(issuer, vec![notice]).await;
    });
}

#[expect(clippy::disallowed_methods, reason = "the delay is what was asked for")]
async fn wait(delay: Duration) {
    tokio::time::sleep(delay).await;
}

async fn deliver_all(issuer: Issuer, notices: Vec<LogoutNotice>) {
    let begin = |notice| tokio::spawn(deliver_one(issuer.clone(), notice));
    let under_way: Vec<_> = notices.into_iter().map(begin).collect();
    for delivery in under_way {
        // In the order of the clients, whoever answers first.
        for entry in delivery.await.unwrap_or_default() {
            issuer.journal.record(entry);
        }
    }
}

/// Delivers a logout token: by one request, unless failures make more of it.
async fn deliver_one(issuer: Issuer, notice: LogoutNotice) -> Vec<Entry> {
    let honest = recorded(&issuer, &notice, &LogoutRequest::with(&notice.token));
    let (requests, mut alterations) = delivery::deliver(&notice, &honest, &issuer);
    let mut entries = Vec::new();
    for request in requests {
        let recorded = recorded(&issuer, &notice, &request);
        let outcome = match request.send(&notice.uri).await {
            Ok(response) => (response.status().as_u16(), judge(response, &notice.note).await),
            Err(reason) => (0, about(&notice.note, Note::refused("unreachable", reason))),
        };
        entries.push(entry(recorded, outcome, std::mem::take(&mut alterations)));
    }
    entries
}

fn entry(request: Request, outcome: (u16, Note), alterations: Vec<Alteration>) -> Entry {
    let (status, note) = outcome;
    Entry::new(request, status, note, alterations)
}

/// What the journal keeps of a request of ours.
fn recorded(issuer: &Issuer, notice: &LogoutNotice, request: &LogoutRequest) -> Request {
    let parameters = request.parameters.clone();
    let (query, form) = match request.encoding {
        Encoding::Query => (parameters, Parameters::default()),
        Encoding::Form | Encoding::Json => (Parameters::default(), parameters),
    };
    Request {
        at: issuer.clock.now(),
        endpoint: Endpoint::BackChannelLogout,
        method: request.method(),
        path: notice.uri.clone(),
        headers: HeaderMap::new(),
        query: Ok(query),
        form: Ok(form),
        document: Ok(Map::new()),
        grant_use: GrantUse::default(),
    }
}

/// Reads what a relying party answered (section 2.8).
async fn judge(mut response: Response, told: &Note) -> Note {
    let client = told.client.as_deref().unwrap_or_default();
    let status = response.status();
    if status.is_success() {
        let user = told.user.as_deref().unwrap_or_default();
        return about(told, Note::new(format!("{client} was told that {user} signed out")));
    }
    let mut body = Vec::new();
    while let Ok(Some(part)) = response.chunk().await {
        let room = MOST_READ.saturating_sub(body.len());
        body.extend_from_slice(&part[..part.len().min(room)]);
        if body.len() >= MOST_READ {
            break;
        }
    }
    let text = String::from_utf8_lossy(&body);
    let document: Value = serde_json::from_slice(&body).unwrap_or_default();
    let error = document["error"].as_str().unwrap_or("logout_refused");
    let said = document["error_description"].as_str().unwrap_or(text.trim());
    about(told, Note::refused(error, format!("{client} answered {}: {said}", status.as_u16())))
}

/// A note with client, user and flow of another.
fn about(told: &Note, note: Note) -> Note {
    let Note { client, user, flow, .. } = told.clone();
    Note { client, user, flow, ..note }
}

/// An error with its causes: the first alone says little more than that there is one.
fn in_words(error: &reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
