//! Delivers logout tokens to relying parties
//! ([OpenID Connect Back-Channel Logout 1.0](https://openid.net/specs/openid-connect-backchannel-1_0.html)).

use std::error::Error;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use reqwest::{Client, Response, redirect};
use serde_json::{Map, Value};

use crate::exchange::entry::Entry;
use crate::exchange::notice::{Encoding, LogoutNotice, LogoutRequest};
use crate::exchange::reply::Note;
use crate::exchange::request::Request;
use crate::failure::engine::delivery;
use crate::failure::engine::delivery::{Delayed, Origin};
use crate::host::tenant::Tenant;

/// How long a relying party may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum number of bytes read of an answer: enough for an error description.
const MAX_ANSWER: usize = 4 * 1024;

/// The media type that the specification requires.
const FORM: &str = "application/x-www-form-urlencoded";

/// The HTTP client. It does not pool connections, because they belong to one runtime.
static HTTP: LazyLock<Result<Client, String>> = LazyLock::new(|| {
    let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().timeout(TIMEOUT);
    http.pool_max_idle_per_host(0).build().map_err(|error| with_causes(&error))
});

/// Delivers logout tokens, to all clients at once, and records each delivery.
pub(crate) async fn deliver(tenant: &Arc<Tenant>, notices: Vec<LogoutNotice>) {
    if notices.is_empty() {
        return;
    }
    // In its own task: a browser that disconnects must not stop the deliveries.
    let _ = tokio::spawn(deliver_all(Arc::clone(tenant), notices, Origin::Logout)).await;
}

/// Delivers logout tokens after their delays, in the background.
pub(crate) fn deliver_later(tenant: &Arc<Tenant>, delayed: Vec<Delayed>) {
    for Delayed { notice, delay } in delayed {
        let tenant = Arc::clone(tenant);
        tokio::spawn(async move {
            wait(delay).await;
            deliver_all(tenant, vec![notice], Origin::Failure).await;
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "the failure asks for this delay")]
async fn wait(delay: Duration) {
    tokio::time::sleep(delay).await;
}

async fn deliver_all(tenant: Arc<Tenant>, notices: Vec<LogoutNotice>, origin: Origin) {
    let start = |notice| tokio::spawn(deliver_one(Arc::clone(&tenant), notice, origin));
    let deliveries: Vec<_> = notices.into_iter().map(start).collect();
    for delivery in deliveries {
        // In the order of the clients, not of their answers.
        for entry in delivery.await.unwrap_or_default() {
            tenant.journal.record(entry);
        }
    }
}

/// Delivers a logout token, with one request unless failures change that.
async fn deliver_one(tenant: Arc<Tenant>, notice: LogoutNotice, origin: Origin) -> Vec<Entry> {
    let Tenant { issuer, failures, .. } = &*tenant;
    let honest = Request::of_logout(issuer, &notice, &LogoutRequest::with(&notice.token));
    let (requests, mut alterations) = delivery::deliver(failures, issuer, &notice, &honest, origin);
    let mut entries = Vec::new();
    for request in requests {
        let recorded = Request::of_logout(issuer, &notice, &request);
        let (status, note) = match send(&request, &notice.uri).await {
            Ok(response) => (response.status().as_u16(), judge(response, &notice.note).await),
            Err(reason) => (0, about(&notice.note, Note::refused("unreachable", reason))),
        };
        entries.push(Entry::new(recorded, status, note, std::mem::take(&mut alterations)));
    }
    entries
}

async fn send(request: &LogoutRequest, uri: &str) -> Result<Response, String> {
    let http = HTTP.as_ref().map_err(Clone::clone)?;
    let parameters = &request.parameters;
    let builder = match request.encoding {
        Encoding::Form => http.post(uri).header(CONTENT_TYPE, FORM).body(parameters.encode()),
        Encoding::Query => {
            let separator = if uri.contains('?') { '&' } else { '?' };
            http.get(parameters.append_to(format!("{uri}{separator}")))
        }
        Encoding::Json => {
            let member = |(name, value): (&str, &str)| (name.to_owned(), Value::from(value));
            http.post(uri).json(&parameters.iter().map(member).collect::<Map<_, _>>())
        }
    };
    builder.send().await.map_err(|error| with_causes(&error))
}

/// Reads the answer of a relying party (section 2.8).
async fn judge(mut response: Response, subject: &Note) -> Note {
    let client = subject.client.as_deref().unwrap_or_default();
    let status = response.status();
    if status.is_success() {
        let user = subject.user.as_deref().unwrap_or_default();
        return about(subject, Note::new(format!("{client} was notified that {user} signed out")));
    }
    let mut body = Vec::new();
    while let Ok(Some(part)) = response.chunk().await {
        let room = MAX_ANSWER.saturating_sub(body.len());
        body.extend_from_slice(&part[..part.len().min(room)]);
        if body.len() >= MAX_ANSWER {
            break;
        }
    }
    let text = String::from_utf8_lossy(&body);
    let document: Value = serde_json::from_slice(&body).unwrap_or_default();
    let error = document["error"].as_str().unwrap_or("logout_refused");
    let reason = document["error_description"].as_str().unwrap_or(text.trim());
    about(subject, Note::refused(error, format!("{client} answered {}: {reason}", status.as_u16())))
}

/// A note with the client, user and flow of another.
fn about(subject: &Note, note: Note) -> Note {
    let Note { client, user, flow, .. } = subject.clone();
    Note { client, user, flow, ..note }
}

/// An error with its causes, which say what went wrong.
fn with_causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
