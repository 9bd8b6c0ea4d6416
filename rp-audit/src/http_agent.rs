//! A user agent without a browser: quick, and enough for whatever needs no script.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use cookie_store::CookieStore;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use url::Url;

use crate::html::{Button, Form};
use crate::page::{Page, Trouble};
use crate::user_agent::{UserAgent, UserAgents};

/// As browsers have it.
const MOST_REDIRECTS: usize = 20;

/// The longest page that is read. What is longer is cut.
const MOST_BYTES: usize = 4 << 20;

/// Makes user agents that share nothing but their connections.
#[derive(Clone, Debug)]
pub struct HttpAgents {
    client: Client,
}

/// A user agent that speaks HTTP, keeps cookies, follows redirects, forms that send themselves,
/// `<meta http-equiv="refresh">` and frames.
///
/// Cookies travel between sites as `SameSite` says; without it, as `Lax`. A site is a host here.
#[derive(Clone, Debug)]
pub struct HttpAgent {
    client: Client,
    cookies: Arc<Mutex<CookieStore>>,
    /// The page that is shown: who sends the next form.
    shown: Option<Url>,
}

/// What is asked for next.
struct Request {
    method: Method,
    url: Url,
    body: Option<String>,
    /// The page that asks; `None` for an address that was typed.
    initiator: Option<Url>,
    /// Whether it becomes the page, and not a part of one.
    top_level: bool,
}

impl HttpAgents {
    /// User agents that wait so long for an answer.
    ///
    /// # Errors
    ///
    /// When there is no client to be had.
    pub fn new(timeout: Duration) -> Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            // Whom the user trusts is not what is audited.
            .tls_danger_accept_invalid_certs(true)
            .build()
            .context("cannot make an HTTP client")?;
        Ok(Self { client })
    }

    /// A user agent that has been nowhere yet.
    pub fn agent(&self) -> HttpAgent {
        HttpAgent { client: self.client.clone(), cookies: Arc::default(), shown: None }
    }
}

impl UserAgents for HttpAgents {
    type Agent = HttpAgent;

    async fn fresh(&self) -> Result<HttpAgent> {
        Ok(self.agent())
    }
}

impl UserAgent for HttpAgent {
    async fn open(&mut self, url: &Url) -> Result<Page> {
        let request = Request {
            method: Method::GET,
            url: url.clone(),
            body: None,
            initiator: None,
            top_level: true,
        };
        Ok(self.navigate(request).await)
    }

    async fn send(&mut self, form: &Form, button: Option<&Button>) -> Result<Page> {
        let request = self.sent(form, button);
        Ok(self.navigate(request).await)
    }

    fn tab(&self) -> Option<Self> {
        Some(self.clone())
    }

    fn copy(&self) -> Option<Self> {
        let cookies = Arc::new(Mutex::new(self.cookies().clone()));
        Some(Self { client: self.client.clone(), cookies, shown: None })
    }

    fn forget(&mut self, url: &Url) -> bool {
        let mut cookies = self.cookies();
        let of_url: Vec<_> = cookies
            .iter_any()
            .filter(|cookie| cookie.domain.matches(url))
            .filter_map(|cookie| {
                let domain = String::from(cookie.domain.as_cow()?);
                Some((domain, String::from(cookie.path.clone()), cookie.name().to_owned()))
            })
            .collect();
        for (domain, path, name) in of_url {
            cookies.remove(&domain, &path, &name);
        }
        true
    }
}

impl HttpAgent {
    /// Goes on until there is a page for a person.
    async fn navigate(&mut self, mut request: Request) -> Page {
        let mut history = vec![];
        loop {
            history.push(request.url.clone());
            let (mut page, location) = self.fetch(&request).await;
            if let Some(location) = location {
                if history.len() > MOST_REDIRECTS {
                    page.trouble = Some(Trouble::TooManyRedirects);
                    return Page { history, ..page };
                }
                request = redirected(request, page.status, location);
                continue;
            }
            let document = page.document();
            let next = match document.refresh.clone() {
                Some(url) => Some(Request {
                    method: Method::GET,
                    initiator: Some(page.url.clone()),
                    url,
                    body: None,
                    top_level: true,
                }),
                None if document.submits_itself => {
                    self.shown = Some(page.url.clone());
                    document.forms.first().map(|form| self.sent(form, None))
                }
                None => None,
            };
            for url in document.frames.clone() {
                let initiator = Some(page.url.clone());
                let frame =
                    Request { method: Method::GET, url, body: None, initiator, top_level: false };
                self.fetch(&frame).await;
            }
            match next {
                Some(next) if history.len() <= MOST_REDIRECTS => request = next,
                next => {
                    if next.is_some() {
                        page.trouble = Some(Trouble::TooManyRedirects);
                    }
                    self.shown = Some(page.url.clone());
                    return Page { history, ..page };
                }
            }
        }
    }

    /// Asks once. Where the answer is a redirect, tells where to.
    async fn fetch(&self, request: &Request) -> (Page, Option<Url>) {
        let mut page = Page::new(request.url.clone(), None, None);
        let mut asked = self.client.request(request.method.clone(), request.url.clone());
        let cookies = self.cookies_for(request);
        if !cookies.is_empty() {
            asked = asked.header(COOKIE, cookies);
        }
        if let Some(body) = &request.body {
            asked =
                asked.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.clone());
        }
        let mut answer = match asked.send().await {
            Ok(answer) => answer,
            Err(error) => {
                page.trouble = Some(trouble(&error));
                return (page, None);
            }
        };
        self.keep_cookies(&answer, &request.url);
        page.status = Some(answer.status().as_u16());
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        page.content_type = Some(header(CONTENT_TYPE).unwrap_or_default().to_owned());
        if answer.status().is_redirection()
            && let Some(location) = header(LOCATION)
            && let Ok(location) = request.url.join(location)
        {
            return (page, Some(location));
        }
        let mut body = vec![];
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() < MOST_BYTES => body.extend_from_slice(&chunk),
                Ok(_) => break,
                Err(error) => {
                    page.trouble = Some(trouble(&error));
                    break;
                }
            }
        }
        page.source = String::from_utf8_lossy(&body).into_owned();
        (page, None)
    }

    fn sent(&self, form: &Form, button: Option<&Button>) -> Request {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(&form.fields);
        if let Some(button) = button.filter(|button| !button.name.is_empty()) {
            text.append_pair(&button.name, &button.value);
        }
        let (text, mut url) = (text.finish(), form.action.clone());
        let initiator = self.shown.clone();
        if form.post {
            return Request {
                method: Method::POST,
                url,
                body: Some(text),
                initiator,
                top_level: true,
            };
        }
        url.set_query(Some(&text));
        Request { method: Method::GET, url, body: None, initiator, top_level: true }
    }

    /// The cookies that may travel with a request ([RFC 6265bis, section
    /// 5.2](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis)).
    fn cookies_for(&self, request: &Request) -> String {
        let same_site = request
            .initiator
            .as_ref()
            .is_none_or(|initiator| initiator.host_str() == request.url.host_str());
        let safe = request.top_level && request.method == Method::GET;
        let cookies = self.cookies();
        let pairs = cookies.matches(&request.url);
        let pairs = pairs.into_iter().filter(|cookie| {
            let rule = cookie.same_site();
            same_site
                || rule.is_some_and(|rule| rule.is_none())
                || (safe && !rule.is_some_and(|rule| rule.is_strict()))
        });
        pairs
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn keep_cookies(&self, answer: &reqwest::Response, url: &Url) {
        let mut cookies = self.cookies();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            if let Ok(cookie) = cookie.to_str() {
                // One that cannot be kept is dropped, as browsers do.
                let _ = cookies.parse(cookie, url);
            }
        }
    }

    fn cookies(&self) -> MutexGuard<'_, CookieStore> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request that a redirect makes: a `303`, and by old custom a `301` and a `302`, is read, the
/// others repeat the request ([RFC 9110, section
/// 15.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.4)).
fn redirected(request: Request, status: Option<u16>, location: Url) -> Request {
    let repeats = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT];
    let repeats = repeats.iter().any(|repeating| status == Some(repeating.as_u16()));
    // A chain of redirects is as foreign as any of its links.
    let same_host = request.url.host_str() == location.host_str();
    let initiator = match (request.initiator, same_host) {
        (None, _) => None,
        (Some(initiator), true) => Some(initiator),
        (Some(_), false) => Some(request.url),
    };
    match repeats {
        true => Request { url: location, initiator, ..request },
        false => {
            Request { method: Method::GET, url: location, body: None, initiator, top_level: true }
        }
    }
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return Trouble::Timeout;
    }
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    Trouble::Connection(words)
}
