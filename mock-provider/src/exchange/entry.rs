//! The journal's entry for an exchange, and its lines in the log.

use axum::http::Method;
use jiff::Timestamp;
use serde_json::Value;
use tracing::{debug, info};

use crate::base::endpoint::Endpoint;
use crate::exchange::journal::{Alteration, Exchange};
use crate::exchange::redaction::{MAX_TEXT, excerpt, is_large, redacted, shorten};
use crate::exchange::reply::Note;
use crate::exchange::request::Request;
use crate::protocol::parameters::Parameters;

/// The journal's entry for an exchange. It is converted to an [`Exchange`] only when it is read.
#[derive(Debug)]
pub(crate) struct Entry {
    at: Timestamp,
    endpoint: Endpoint,
    method: Method,
    path: String,
    query: Option<Parameters>,
    form: Option<Parameters>,
    /// Whether query and form are redacted already.
    is_redacted: bool,
    status: u16,
    pub(crate) note: Note,
    alterations: Vec<Alteration>,
}

/// The maximum number of characters of an altered value in the log.
const MAX_LOGGED: usize = 60;

impl Entry {
    /// Keeps a request and its answer, cut where they are long.
    pub(crate) fn new(
        request: Request,
        status: u16,
        mut note: Note,
        alterations: Vec<Alteration>,
    ) -> Self {
        let Request { at, endpoint, method, mut path, query, form, .. } = request;
        let (mut query, mut form) = (query.ok(), form.ok());
        let is_redacted = query.iter().chain(&form).any(is_large);
        if is_redacted {
            (query, form) = (query.as_ref().map(excerpt), form.as_ref().map(excerpt));
        }
        shorten(&mut note.summary, MAX_TEXT);
        if let Some(refusal) = &mut note.refusal {
            shorten(&mut refusal.reason, MAX_TEXT);
        }
        shorten(&mut path, MAX_TEXT);
        Self { at, endpoint, method, path, query, form, is_redacted, status, note, alterations }
    }

    pub(super) fn exchange(&self, number: u64) -> Exchange {
        let parameters = self.query.iter().chain(&self.form).flat_map(Parameters::iter);
        let kept = |(name, value): (&str, &str)| {
            if self.is_redacted {
                (name.to_owned(), value.to_owned())
            } else {
                redacted(name, value)
            }
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

    /// Logs the exchange in one line, and each alteration in another.
    pub(super) fn log(&self) {
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

/// The beginning of a value, for a line of the log.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_LOGGED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An entry of a token request with these parameters in its query.
    pub(crate) fn entry(query: &str) -> Entry {
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
