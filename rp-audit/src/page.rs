//! What a user agent shows after it went where it was sent.

use std::sync::OnceLock;

use url::Url;

use crate::html::{self, Document, Form};

/// A page, or what is shown in place of one.
#[derive(Clone, Debug)]
pub struct Page {
    /// The address.
    pub url: Url,
    /// The HTTP status; `None` where the user agent cannot tell, or nothing was answered.
    pub status: Option<u16>,
    /// The media type and its parameters; `None` where the user agent cannot tell.
    pub content_type: Option<String>,
    /// The content as text.
    pub source: String,
    /// Why there is no page.
    pub trouble: Option<Trouble>,
    /// Whether a dialog was opened on the way: a script of somebody's ran.
    pub script: bool,
    /// Every address on the way here, this one included, as far as the user agent can tell.
    pub history: Vec<Url>,
    /// What stands on it, once somebody asked.
    pub(crate) document: OnceLock<Document>,
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The user agent was sent on and on.
    TooManyRedirects,
    /// No answer came in time.
    Timeout,
    /// No answer came at all, in the words of the user agent.
    Connection(String),
}

impl Page {
    /// What was answered at an address; an empty page yet.
    pub(crate) fn new(url: Url, status: Option<u16>, content_type: Option<String>) -> Self {
        Self {
            url,
            status,
            content_type,
            source: String::new(),
            trouble: None,
            script: false,
            history: vec![],
            document: OnceLock::new(),
        }
    }

    /// A page of HTML.
    #[cfg(test)]
    pub(crate) fn html(url: &str, source: &str) -> Self {
        let url = url.parse().expect("a URL");
        let page = Self::new(url, Some(200), Some("text/html".to_owned()));
        Self { source: source.to_owned(), ..page }
    }

    /// What stands on the page.
    pub(crate) fn document(&self) -> &Document {
        self.document.get_or_init(|| html::read(self))
    }

    /// Whether it is a page for people, as far as can be told.
    pub fn is_html(&self) -> bool {
        self.content_type.as_deref().is_none_or(|media_type| {
            let essence = media_type.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("text/html")
                || essence.eq_ignore_ascii_case("application/xhtml+xml")
        })
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.document().title
    }

    /// The visible text, runs of blanks as one.
    pub fn text(&self) -> &str {
        &self.document().text
    }

    /// The forms, in order.
    pub fn forms(&self) -> &[Form] {
        &self.document().forms
    }

    /// Whether two addresses have one origin.
    pub fn is_at(&self, url: &Url) -> bool {
        self.url.origin() == url.origin()
    }
}
