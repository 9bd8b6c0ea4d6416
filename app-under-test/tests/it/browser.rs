//! The browser of a test, which sends single requests: tests follow redirects themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use http_browser::HttpBrowser;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use url::Url;

/// One browser, which resolves paths against the app's base URL.
pub(crate) struct Browser {
    http: HttpBrowser,
    base: Url,
}

/// A response of the app.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Browser {
    pub(crate) fn new(base_url: &str) -> Self {
        let client = http_browser::client()
            // Longer than any time limit of the app, so that a test fails instead of hanging.
            .timeout(Duration::from_secs(20))
            // TLS is not used, and loading the system's certificates would take most of a test's time.
            .tls_certs_only([])
            .build();
        Self { http: HttpBrowser::new(client.unwrap()), base: base_url.parse().unwrap() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.request(Method::GET, path, |request| request).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.request(Method::POST, path, |request| request.form(form)).await
    }

    pub(crate) async fn request(
        &mut self,
        method: Method,
        path: &str,
        complete: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        let url = self.base.join(path).unwrap();
        let request = complete(self.http.request(method, url.as_str()));
        let response = self.http.send(request).await.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    /// The cookies, by name.
    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        self.http.cookies()
    }

    /// Sets a cookie in place of the app's own: its default path is the app's base path.
    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.http.set_cookie(&format!("{name}={value}"), &self.base);
    }

    /// Another browser with a copy of the cookies.
    pub(crate) fn copy(&self) -> Self {
        Self { http: self.http.copy(), base: self.base.clone() }
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        match self.headers.get(name) {
            Some(value) => value.to_str().unwrap(),
            None => panic!("no {name} in {self:#?}"),
        }
    }

    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        let cookies = self.headers.get_all("set-cookie").iter();
        cookies.map(|cookie| cookie.to_str().unwrap().to_owned()).collect()
    }

    /// The text of the element with this id, which must not contain elements.
    #[track_caller]
    pub(crate) fn text(&self, id: &str) -> &str {
        let element = self.body.split_once(&format!("id=\"{id}\""));
        let text = element.and_then(|(_, rest)| rest.split_once('>')?.1.split_once('<'));
        match text {
            Some((text, _)) => text,
            None => panic!("no element #{id} in {self:#?}"),
        }
    }

    /// The value of an attribute of the element with this id.
    #[track_caller]
    pub(crate) fn attribute(&self, id: &str, attribute: &str) -> String {
        let element = self.body.split_once(&format!("id=\"{id}\""));
        let value = element
            .and_then(|(_, rest)| rest.split_once('>')?.0.split_once(&format!("{attribute}=\"")))
            .and_then(|(_, rest)| rest.split_once('"'));
        match value {
            Some((value, _)) => value.replace("&#38;", "&"),
            None => panic!("no {attribute} of #{id} in {self:#?}"),
        }
    }

    /// The token of the page's logout form.
    #[track_caller]
    pub(crate) fn csrf_token(&self) -> &str {
        let token = self.body.split_once("name=\"csrf_token\" value=\"");
        match token.and_then(|(_, rest)| rest.split_once('"')) {
            Some((token, _)) => token,
            None => panic!("no form in {self:#?}"),
        }
    }

    /// Asserts an error page and returns its code.
    #[track_caller]
    pub(crate) fn error_code(&self) -> &str {
        assert!(self.status >= 400, "{self:#?}");
        self.text("error-code")
    }
}
