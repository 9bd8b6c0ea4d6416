//! `GET {base}`: "Please log in", or the signed-in user.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::claims_table::ClaimsTable;
use super::page::page;
use super::{denied, signed_out};
use crate::app::App;
use crate::base::visible_text::visible_text;
use crate::web::access::{Renewed, Visitor};

/// The maximum number of listed groups.
const MAX_GROUPS: usize = 100;

/// The maximum length of a group's name, in characters.
const MAX_GROUP: usize = 100;

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome<'a> {
    base: &'a str,
    name: &'a str,
    /// The provider that signed the user in, when there are several.
    issuer: Option<&'a str>,
    groups: Vec<String>,
    more_groups: usize,
    claims: ClaimsTable,
    csrf_token: &'a str,
}

/// Shows the home page.
pub(crate) async fn get(State(app): State<Arc<App>>, Renewed(visitor): Renewed) -> Response {
    let base = app.config.base_path.as_str();
    match &visitor {
        Visitor::Anonymous => signed_out::page(&app, None, None),
        Visitor::Ended(ended) => signed_out::page(&app, Some(*ended), None),
        Visitor::Denied(session) => denied::page(&app, session, None),
        Visitor::Admitted(session) => {
            let user = &session.user;
            let welcome = Welcome {
                base,
                name: &user.name,
                issuer: app.providers.are_several().then_some(&session.login.issuer),
                groups: shown_groups(&user.groups),
                more_groups: user.groups.len().saturating_sub(MAX_GROUPS),
                claims: ClaimsTable::new(&user.claims),
                csrf_token: session.csrf_token(),
            };
            page(StatusCode::OK, &welcome)
        }
    }
}

fn shown_groups(groups: &[String]) -> Vec<String> {
    groups.iter().take(MAX_GROUPS).map(|group| visible_text(group, MAX_GROUP)).collect()
}
