//! The cookies of one user agent.

use std::collections::BTreeMap;

use cookie_store::{Cookie, CookieStore};
use reqwest::header::{HeaderMap, SET_COOKIE};
use url::Url;

/// The origin of a request, which determines, with domain and path, the cookies that it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// The user entered the address, or a page of the same site requests it.
    SameSite,
    /// A page of another site navigates to it with a safe method.
    CrossSiteNavigation,
    /// A page of another site posts a form to it, or embeds it.
    CrossSite,
}

/// Cookies, with the expiry times that their responses set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cookies(CookieStore);

impl Cookies {
    /// The `Cookie` header of a request ([RFC 6265bis, section
    /// 5.8](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.8)); `None`
    /// if there are no cookies to send. A cookie without `SameSite` counts as `Lax`.
    pub(crate) fn header(&self, url: &Url, context: Context) -> Option<String> {
        let may_travel = |cookie: &&Cookie<'_>| match context {
            Context::SameSite => true,
            Context::CrossSiteNavigation => !cookie.same_site().is_some_and(|it| it.is_strict()),
            Context::CrossSite => cookie.same_site().is_some_and(|it| it.is_none()),
        };
        let cookies = self.0.matches(url).into_iter();
        let pairs: Vec<_> = cookies
            .filter(may_travel)
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Keeps the cookies that a response sets, and removes those that it expires.
    pub(crate) fn keep(&mut self, headers: &HeaderMap, url: &Url) {
        let values = headers.get_all(SET_COOKIE).iter();
        values.filter_map(|value| value.to_str().ok()).for_each(|value| self.set(value, url));
    }

    /// Keeps one cookie, given as the value of a `Set-Cookie` header.
    pub(crate) fn set(&mut self, cookie: &str, url: &Url) {
        // Like browsers, drops a cookie that cannot be kept.
        let _ = self.0.parse(cookie, url);
    }

    /// Names and values, regardless of domain and path.
    pub(crate) fn by_name(&self) -> BTreeMap<String, String> {
        let cookies = self.0.iter_unexpired();
        cookies.map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())).collect()
    }

    /// Removes the cookies of the host of an address.
    pub(crate) fn forget(&mut self, url: &Url) {
        let of_host: Vec<_> = self
            .0
            .iter_any()
            .filter(|cookie| cookie.domain.matches(url))
            .filter_map(|cookie| {
                let domain = String::from(cookie.domain.as_cow()?);
                Some((domain, String::from(cookie.path.clone()), cookie.name().to_owned()))
            })
            .collect();
        for (domain, path, name) in of_host {
            self.0.remove(&domain, &path, &name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(url: &str) -> Url {
        url.parse().unwrap()
    }

    fn cookies(set: &[&str]) -> Cookies {
        let mut cookies = Cookies::default();
        set.iter().for_each(|cookie| cookies.set(cookie, &url("http://127.0.0.1/shop/login")));
        cookies
    }

    fn sent(cookies: &Cookies, to: &str, context: Context) -> String {
        let header = cookies.header(&url(to), context).unwrap_or_default();
        let mut pairs: Vec<_> = header.split("; ").collect();
        pairs.sort_unstable();
        pairs.join("; ")
    }

    #[test]
    fn requests_from_other_sites_carry_the_cookies_that_same_site_allows() {
        let cookies = cookies(&[
            "strict=1; Path=/; SameSite=Strict",
            "lax=1; Path=/; SameSite=Lax",
            "none=1; Path=/; SameSite=None",
            "unset=1; Path=/",
        ]);
        let sent = |context| sent(&cookies, "http://127.0.0.1/", context);
        assert_eq!(sent(Context::SameSite), "lax=1; none=1; strict=1; unset=1");
        assert_eq!(sent(Context::CrossSiteNavigation), "lax=1; none=1; unset=1");
        assert_eq!(sent(Context::CrossSite), "none=1");
    }

    #[test]
    fn a_cookie_is_sent_to_its_host_below_its_path() {
        let cookies = cookies(&["own=1; Path=/shop", "default=1"]);
        let sent = |to| sent(&cookies, to, Context::SameSite);
        assert_eq!(sent("http://127.0.0.1:81/shop/cart"), "default=1; own=1");
        assert_eq!(sent("http://127.0.0.1/"), "");
        assert_eq!(sent("http://localhost/shop"), "");
    }

    #[test]
    fn an_expired_cookie_is_removed() {
        let mut cookies = cookies(&["a=1; Path=/", "b=1; Path=/"]);
        cookies.set("a=; Path=/; Max-Age=0", &url("http://127.0.0.1/"));
        assert_eq!(cookies.by_name().into_keys().collect::<Vec<_>>(), ["b"]);
        cookies.forget(&url("http://127.0.0.1/elsewhere"));
        assert!(cookies.by_name().is_empty());
    }
}
