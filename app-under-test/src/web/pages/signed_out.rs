//! "Please log in", in place of a page that requires a login.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{self, login_path};
use crate::app::App;
use crate::session::ended::Ended;

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut<'a> {
    base: &'a str,
    /// Why the session ended, when it just did.
    sentence: Option<&'static str>,
    buttons: Vec<Button<'a>>,
}

/// The link to sign in at one provider.
struct Button<'a> {
    id: String,
    href: String,
    /// The provider's name, when there are several.
    provider: Option<&'a str>,
}

/// The page, with a link to sign in at each provider and return to `return_to`.
pub(super) fn page(app: &App, ended: Option<Ended>, return_to: Option<&str>) -> Response {
    let base = &app.config.base_path;
    let buttons = app.providers.iter().map(|provider| {
        let name_in_links = app.providers.name_in_links(provider);
        Button {
            id: match name_in_links {
                None => "sign-in".to_owned(),
                Some(name) => format!("sign-in-{name}"),
            },
            href: login_path(base, name_in_links, return_to, None),
            provider: app.providers.are_several().then_some(&provider.name),
        }
    });
    let signed_out = SignedOut {
        base: base.as_str(),
        sentence: ended.and_then(Ended::sentence),
        buttons: buttons.collect(),
    };
    page::page(StatusCode::OK, &signed_out)
}
