//! The journal: what was asked of the provider, what it answered, and why it refused.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;
use tracing::{debug, info};

use crate::base::endpoint::Endpoint;
use crate::exchange::reply::Note;
use crate::exchange::request::Request;
use crate::protocol::parameters::Parameters;

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Exchange {
    /// Counts the exchanges of a provider, from 1.
    pub number: u64,
    /// When the request came, by the provider's clock.
    #[cfg_attr(feature = "control", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// What was asked.
    pub endpoint: Endpoint,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The parameters of query and form, in order. Secrets, codes and tokens are replaced by
    /// their length.
    #[cfg_attr(feature = "control", schema(value_type = Vec<Vec<String>>))]
    pub parameters: Vec<(String, String)>,
    /// The client that asked, where it is known.
    pub client: Option<String>,
    /// The subject of the user concerned, where one is.
    pub user: Option<String>,
    /// Joins the exchanges of one login: authorization, sign-in, token, userinfo, refresh, logout.
    pub flow: Option<String>,
    /// The HTTP status of the answer; 0 when no answer came: of a relying party that was called, or
    /// of the provider, where a failure had it give none.
    pub status: u16,
    /// Why the provider refused, where it did.
    pub refusal: Option<Refusal>,
    /// What armed failures made of the honest answer, in the order in which they did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alterations: Vec<Alteration>,
    /// What happened, in a few words.
    pub summary: String,
}

impl Exchange {
    /// The value of a parameter, as it is [kept](Self::parameters): the first, if it came more than
    /// once.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Refusal {
    /// The code that the caller was told, such as `invalid_grant`.
    pub error: String,
    /// Which check failed, what was expected and what came.
    pub reason: String,
}

/// One thing that an armed failure changed in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Alteration {
    /// The failure, as it is written: `id-token-exp-invalid:value=-10min`.
    pub failure: String,
    /// Where in the answer: `body.id_token.claims.exp`.
    pub place: String,
    /// What the honest answer had there; `None`, and no such member in JSON, for nothing. Secrets are
    /// replaced by their length, and what is long or deep is told as a text that is cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub honest: Option<Value>,
    /// What was sent there instead; `None`, and no such member in JSON, for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<Value>,
}

/// What is kept of an exchange: what was read and said, put into words by whoever asks.
#[derive(Debug)]
pub(crate) struct Entry {
    at: Timestamp,
    endpoint: Endpoint,
    method: Method,
    path: String,
    query: Option<Parameters>,
    form: Option<Parameters>,
    /// Whether those are redacted already.
    is_redacted: bool,
    status: u16,
    pub(crate) note: Note,
    alterations: Vec<Alteration>,
}

/// An exchange with more parameters, or more bytes of them, is kept in parts: whoever sends nonsense
/// must not fill the memory.
const MOST_PARAMETERS: usize = 64;
const MOST_BYTES: usize = 8 * 1024;

/// What is kept of each name and value then.
const MOST_OF_A_VALUE: usize = 128;

/// What is kept of a path, of a summary and of a reason, which may quote what came.
const MOST_OF_A_TEXT: usize = 2 * 1024;

impl Entry {
    /// What is kept of a request and its answer.
    pub(crate) fn new(
        request: Request,
        status: u16,
        note: Note,
        alterations: Vec<Alteration>,
    ) -> Self {
        let Request { at, endpoint, method, path, query, form, .. } = request;
        let (mut query, mut form) = (query.ok(), form.ok());
        let is_large = |it: &Parameters| it.len() > MOST_PARAMETERS || it.bytes() > MOST_BYTES;
        let is_redacted = query.iter().chain(&form).any(is_large);
        if is_redacted {
            (query, form) = (query.as_ref().map(in_parts), form.as_ref().map(in_parts));
        }
        let mut note = note;
        shorten(&mut note.summary, MOST_OF_A_TEXT);
        if let Some(refusal) = &mut note.refusal {
            shorten(&mut refusal.reason, MOST_OF_A_TEXT);
        }
        let mut path = path;
        shorten(&mut path, MOST_OF_A_TEXT);
        Self { at, endpoint, method, path, query, form, is_redacted, status, note, alterations }
    }

    fn exchange(&self, number: u64) -> Exchange {
        let parameters = self.query.iter().chain(&self.form).flat_map(Parameters::iter);
        let kept = |(name, value): (&str, &str)| match self.is_redacted {
            true => (name.to_owned(), value.to_owned()),
            false => redacted((name, value)),
        };
        let note = self.note.clone();
        Exchange {
            number,
            at: self.at,
            endpoint: self.endpoint,
            method: self.method.to_string(),
            path: self.path.clone(),
            parameters: parameters.map(kept).collect(),
            client: note.client,
            user: note.user,
            flow: note.flow,
            status: self.status,
            refusal: note.refusal,
            alterations: self.alterations.clone(),
            summary: note.summary,
        }
    }

    /// Tells the story of a login in one line an exchange, and one for each alteration.
    fn log(&self) {
        let flow = self.note.flow.as_deref().unwrap_or("-");
        let Self { endpoint, note: Note { summary, .. }, .. } = self;
        match endpoint {
            Endpoint::Health | Endpoint::Home | Endpoint::Unknown => {
                debug!("{flow:8}  {endpoint:13}  {} {} {summary}", self.method, self.path);
            }
            _ => info!("{flow:8}  {endpoint:13}  {summary}"),
        }
        for Alteration { failure, place, honest, sent } in &self.alterations {
            let words = |value: &Option<Value>| match value {
                Some(value) => shortened(&value.to_string()),
                None => "nothing".to_owned(),
            };
            let (honest, sent) = (words(honest), words(sent));
            info!("{flow:8}  {endpoint:13}  {failure}: {place} is {sent} instead of {honest}");
        }
    }
}

/// A value in a line of the log.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A bounded ring of exchanges.
#[derive(Debug)]
pub(crate) struct Journal {
    capacity: usize,
    ring: Mutex<Ring>,
    /// Wakes those who follow.
    recorded: Notify,
}

#[derive(Debug, Default)]
struct Ring {
    /// How many there ever were: the last one's number.
    count: u64,
    entries: VecDeque<Arc<Entry>>,
}

impl Journal {
    /// A journal of the `capacity` latest exchanges.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, ring: Mutex::default(), recorded: Notify::new() }
    }

    /// Records an exchange, which gets its number here.
    pub(crate) fn record(&self, entry: Entry) -> Arc<Entry> {
        entry.log();
        let entry = Arc::new(entry);
        let mut ring = self.ring();
        ring.count += 1;
        // Let go of outside the lock.
        let oldest = (ring.entries.len() >= self.capacity).then(|| ring.entries.pop_front());
        if self.capacity > 0 {
            ring.entries.push_back(Arc::clone(&entry));
        }
        drop(ring);
        drop(oldest);
        self.recorded.notify_waiters();
        entry
    }

    /// The exchanges, oldest first.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.exchanges_since(0)
    }

    /// The exchanges behind a number, oldest first.
    pub(crate) fn exchanges_since(&self, number: u64) -> Vec<Exchange> {
        let ring = self.ring();
        let first = ring.count - ring.entries.len() as u64 + 1;
        let known = number.saturating_add(1).saturating_sub(first);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        let entries: Vec<_> = ring.entries.iter().skip(known).cloned().collect();
        drop(ring);
        let first = first.saturating_add(known as u64);
        (first..).zip(&entries).map(|(number, entry)| entry.exchange(number)).collect()
    }

    /// The exchanges behind a number, once there are any.
    pub(crate) async fn next_since(&self, number: u64) -> Vec<Exchange> {
        loop {
            // Listens before it looks, so that nothing is missed in between.
            let mut recorded = std::pin::pin!(self.recorded.notified());
            recorded.as_mut().enable();
            match self.exchanges_since(number) {
                none if none.is_empty() => recorded.await,
                some => return some,
            }
        }
    }

    /// Forgets every exchange; numbers go on.
    pub(crate) fn clear(&self) {
        self.ring().entries.clear();
    }

    fn ring(&self) -> std::sync::MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Parameters whose values are secret, or as good as one while they are valid.
const SECRET_PARAMETERS: [&str; 9] = [
    "client_secret",
    "code",
    "code_verifier",
    "refresh_token",
    "access_token",
    "id_token_hint",
    "logout_token",
    "password",
    // The whole authorization request, hint included, which the sign-in form sends once more.
    "request",
];

/// A parameter as the journal keeps it.
fn redacted((name, value): (&str, &str)) -> (String, String) {
    let kept = match SECRET_PARAMETERS.contains(&name) {
        true => format!("[redacted: {} characters]", value.chars().count()),
        false => value.to_owned(),
    };
    (name.to_owned(), kept)
}

/// The beginning of parameters, and the beginning of each, redacted.
fn in_parts(parameters: &Parameters) -> Parameters {
    let part = |pair| {
        let (mut name, mut value) = redacted(pair);
        shorten(&mut name, MOST_OF_A_VALUE);
        shorten(&mut value, MOST_OF_A_VALUE);
        (name, value)
    };
    let mut parts = Parameters::default();
    for (name, value) in parameters.iter().take(MOST_PARAMETERS).map(part) {
        parts.push(&name, &value);
    }
    parts
}

/// Cuts a long text, and says how long it was.
fn shorten(text: &mut String, most: usize) {
    let length = text.len();
    if length > most {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
        text.push_str(&format!("… ({length} bytes)"));
        text.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(query: &str) -> Entry {
        Entry {
            at: Timestamp::UNIX_EPOCH,
            endpoint: Endpoint::Token,
            method: Method::POST,
            path: "/token".into(),
            query: Parameters::parse(query.as_bytes()).ok(),
            form: None,
            is_redacted: false,
            status: 200,
            note: Note::default(),
            alterations: Vec::new(),
        }
    }

    #[test]
    fn the_oldest_exchanges_leave_and_numbers_go_on() {
        let journal = Journal::new(2);
        (0..3).for_each(|_| drop(journal.record(entry(""))));
        let numbers: Vec<_> = journal.exchanges().iter().map(|exchange| exchange.number).collect();
        assert_eq!(numbers, [2, 3]);
        journal.clear();
        journal.record(entry(""));
        assert_eq!(journal.exchanges()[0].number, 4);
    }

    #[test]
    fn a_parameter_is_found_by_its_name() {
        let exchange = entry("scope=openid&nonce=a&nonce=b").exchange(1);
        assert_eq!(exchange.parameter("nonce"), Some("a"));
        assert_eq!(exchange.parameter("state"), None);
    }

    #[test]
    fn secrets_are_kept_as_their_length() {
        let exchange = entry("client_secret=s3cret").exchange(1);
        assert_eq!(exchange.parameter("client_secret"), Some("[redacted: 6 characters]"));
    }
}
