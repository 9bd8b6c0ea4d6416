//! A user agent that speaks HTTP: fast, and sufficient for everything that needs no script.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::cookies::{Context, Cookies};
use crate::html::{Button, Form};
use crate::page::{Page, Trouble};

/// The maximum number of redirects, as in browsers.
const MAX_REDIRECTS: usize = 20;

/// The maximum size of a page; the rest is cut off.
const MAX_PAGE_BYTES: usize = 4 << 20;

/// A user agent that keeps cookies and follows redirects, forms that submit themselves,
/// `<meta http-equiv="refresh">` and frames.
///
/// Requests from other sites carry the cookies that `SameSite` allows; a cookie without the attribute
/// counts as `Lax`. A site is a host here.
#[derive(Clone, Debug)]
pub struct HttpBrowser {
    client: Client,
    cookies: Arc<Mutex<Cookies>>,
    /// The page on display, which initiates the next form submission.
    shown: Option<Url>,
}

/// A request of a navigation.
#[derive(Clone, Debug)]
struct Request {
    method: Method,
    url: Url,
    body: Option<String>,
    /// The page that causes the request; `None` for an address that the user entered.
    initiator: Option<Url>,
    /// Whether the response replaces the page on display, rather than becoming a part of it.
    top_level: bool,
}

/// A client for [`HttpBrowser::new`], to which the caller adds time limits and trusted certificates.
/// It follows no redirects and uses no proxy.
pub fn client() -> ClientBuilder {
    Client::builder().no_proxy().redirect(Policy::none())
}

impl HttpBrowser {
    /// A user agent without cookies. The client must be made with [`client`].
    pub fn new(client: Client) -> Self {
        Self { client, cookies: Arc::default(), shown: None }
    }

    /// Opens an address, and follows redirects and pages that navigate by themselves until there is
    /// a page for a person.
    pub async fn open(&mut self, url: &Url) -> Page {
        self.navigate(Request::get(url.clone(), None)).await
    }

    /// Submits a form of the page on display, with one of its buttons if it has any, and continues as
    /// [`open`](Self::open) does.
    pub async fn submit(&mut self, form: &Form, button: Option<&Button>) -> Page {
        self.navigate(self.submission(form, button)).await
    }

    /// Begins a request, to be completed and [sent](Self::send).
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends one request, with the cookies that a browser would send if the user entered its address.
    /// Keeps the cookies that the response sets, and follows nothing.
    ///
    /// # Errors
    ///
    /// When the request is invalid, or there is no response.
    pub async fn send(&self, request: RequestBuilder) -> reqwest::Result<Response> {
        self.send_in(request, Context::SameSite).await
    }

    /// Another tab, which shares the cookies.
    pub fn tab(&self) -> Self {
        self.clone()
    }

    /// Another user agent with a copy of the cookies, as if they were stolen.
    pub fn copy(&self) -> Self {
        let cookies = Arc::new(Mutex::new(self.jar().clone()));
        Self { client: self.client.clone(), cookies, shown: None }
    }

    /// The values of all cookies by name, regardless of domain and path.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.jar().by_name()
    }

    /// Keeps a cookie as if a response from `url` had set it. `cookie` is the value of a
    /// `Set-Cookie` header, which can also expire a cookie.
    pub fn set_cookie(&self, cookie: &str, url: &Url) {
        self.jar().set(cookie, url);
    }

    /// Removes the cookies of the host of `url`.
    pub fn forget(&self, url: &Url) {
        self.jar().forget(url);
    }

    /// Continues until there is a page for a person.
    async fn navigate(&mut self, mut request: Request) -> Page {
        let mut history = vec![];
        loop {
            history.push(request.url.clone());
            let (mut page, location) = self.load(&request).await;
            let next = match location {
                Some(location) => Some(request.redirected(page.status, location)),
                None => {
                    self.shown = Some(page.url.clone());
                    self.load_frames(&page).await;
                    self.next(&page)
                }
            };
            match next {
                Some(next) if history.len() <= MAX_REDIRECTS => request = next,
                next => {
                    if next.is_some() {
                        page.trouble = Some(Trouble::TooManyRedirects);
                    }
                    page.history = history;
                    return page;
                }
            }
        }
    }

    /// The request that a page makes without a click.
    fn next(&self, page: &Page) -> Option<Request> {
        let document = page.document();
        match &document.refresh {
            Some(url) => Some(Request::get(url.clone(), Some(page.url.clone()))),
            None if document.submits_itself => {
                document.forms.first().map(|form| self.submission(form, None))
            }
            None => None,
        }
    }

    async fn load_frames(&self, page: &Page) {
        for url in &page.document().frames {
            let request = Request::get(url.clone(), Some(page.url.clone()));
            self.load(&Request { top_level: false, ..request }).await;
        }
    }

    /// Sends one request. If the response is a redirect, also returns its target.
    async fn load(&self, request: &Request) -> (Page, Option<Url>) {
        let mut page = Page::new(request.url.clone(), String::new());
        let mut builder = self.client.request(request.method.clone(), request.url.clone());
        if let Some(body) = &request.body {
            builder = builder
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.clone());
        }
        let mut response = match self.send_in(builder, request.context()).await {
            Ok(response) => response,
            Err(error) => {
                page.trouble = Some(trouble(&error));
                return (page, None);
            }
        };
        page.status = Some(response.status().as_u16());
        page.headers = response.headers().clone();
        if response.status().is_redirection()
            && let Some(location) = page.headers.get(LOCATION)
            && let Ok(location) = location.to_str()
            && let Ok(location) = request.url.join(location)
        {
            return (page, Some(location));
        }
        let mut body = vec![];
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() < MAX_PAGE_BYTES => body.extend_from_slice(&chunk),
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

    async fn send_in(
        &self,
        request: RequestBuilder,
        context: Context,
    ) -> reqwest::Result<Response> {
        let (client, request) = request.build_split();
        let mut request = request?;
        let cookies = self.jar().header(request.url(), context);
        if let Some(cookies) = cookies.and_then(|cookies| cookies.parse().ok()) {
            request.headers_mut().insert(COOKIE, cookies);
        }
        let url = request.url().clone();
        let response = client.execute(request).await?;
        self.jar().keep(response.headers(), &url);
        Ok(response)
    }

    fn submission(&self, form: &Form, button: Option<&Button>) -> Request {
        let mut data = Serializer::new(String::new());
        data.extend_pairs(form.fields.iter().map(|field| (&field.name, &field.value)));
        if let Some(button) = button.filter(|button| !button.name.is_empty()) {
            data.append_pair(&button.name, &button.value);
        }
        let data = data.finish();
        let mut request = Request::get(form.action.clone(), self.shown.clone());
        if form.post {
            Request { method: Method::POST, body: Some(data), ..request }
        } else {
            request.url.set_query(Some(&data));
            request
        }
    }

    fn jar(&self) -> MutexGuard<'_, Cookies> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Request {
    fn get(url: Url, initiator: Option<Url>) -> Self {
        Self { method: Method::GET, url, body: None, initiator, top_level: true }
    }

    /// The site context, which determines the cookies that it carries.
    fn context(&self) -> Context {
        match &self.initiator {
            Some(initiator) if initiator.host_str() != self.url.host_str() => {
                if self.top_level && self.method == Method::GET {
                    Context::CrossSiteNavigation
                } else {
                    Context::CrossSite
                }
            }
            _ => Context::SameSite,
        }
    }

    /// The request that follows a redirect: 307 and 308 repeat the method and the body, all others
    /// become GET, as browsers do for 301 and 302 ([RFC 9110, section
    /// 15.4](https://www.rfc-editor.org/rfc/rfc9110#section-15.4)).
    fn redirected(self, status: Option<u16>, url: Url) -> Self {
        // One cross-site link makes the rest of a chain of redirects cross-site.
        let is_same_host = self.url.host_str() == url.host_str();
        let initiator = match self.initiator {
            Some(_) if !is_same_host => Some(self.url),
            initiator => initiator,
        };
        let repeating = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT];
        if repeating.iter().any(|repeating| status == Some(repeating.as_u16())) {
            Self { url, initiator, ..self }
        } else {
            Self::get(url, initiator)
        }
    }
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return Trouble::Timeout;
    }
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    Trouble::Connection(message)
}
