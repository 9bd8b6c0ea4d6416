//! The page at the end of a navigation.

use std::sync::OnceLock;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use url::Url;

use crate::html::{Document, Form};

/// A page, or the reason why there is none.
#[derive(Clone, Debug)]
pub struct Page {
    /// The address.
    pub url: Url,
    /// The HTTP status; `None` without a response, or if the user agent does not know it.
    pub status: Option<u16>,
    /// The header fields of the response, as far as the user agent knows them.
    pub headers: HeaderMap,
    /// The content as text.
    pub source: String,
    /// Why there is no page, or only a part of one.
    pub trouble: Option<Trouble>,
    /// Every address on the way, this one included, as far as the user agent knows them.
    pub history: Vec<Url>,
    /// The content, parsed on the first use.
    document: OnceLock<Document>,
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There were more redirects than browsers follow.
    TooManyRedirects,
    /// No complete response arrived in time.
    Timeout,
    /// The connection failed; the message of the HTTP client.
    Connection(String),
}

impl Page {
    /// A page of which only address and content are known.
    pub fn new(url: Url, source: String) -> Self {
        Self {
            url,
            status: None,
            headers: HeaderMap::new(),
            source,
            trouble: None,
            history: vec![],
            document: OnceLock::new(),
        }
    }

    /// The content, parsed.
    pub fn document(&self) -> &Document {
        self.document.get_or_init(|| {
            if self.is_html() {
                Document::read(&self.source, &self.url)
            } else {
                Document::of_text(&self.source)
            }
        })
    }

    /// The media type and its parameters; `None` if they are not known.
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get(CONTENT_TYPE)?.to_str().ok()
    }

    /// Whether the content is HTML, according to its media type; always true without a response.
    pub fn is_html(&self) -> bool {
        let Some(content_type) = self.content_type() else { return self.status.is_none() };
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("text/html")
            || essence.eq_ignore_ascii_case("application/xhtml+xml")
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.document().title
    }

    /// The visible text, with each run of whitespace as one space.
    pub fn text(&self) -> &str {
        &self.document().text
    }

    /// The forms, in order.
    pub fn forms(&self) -> &[Form] {
        &self.document().forms
    }

    /// Whether the page has the same origin as `url`.
    pub fn is_at(&self, url: &Url) -> bool {
        self.url.origin() == url.origin()
    }
}
