//! `GET {base}claims`: the claims of the ID token, as the provider sent them. Visitors who are not
//! signed in are redirected to the login, and return here afterwards.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::claims_table::ClaimsTable;
use super::page::{login_path, page};
use super::{denied, redirect, signed_out};
use crate::app::App;
use crate::web::access::{Renewed, Visitor};

#[derive(Template)]
#[template(path = "claims.html")]
struct Claims<'a> {
    base: &'a str,
    claims: ClaimsTable,
    csrf_token: &'a str,
}

/// Shows the claims.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    uri: Uri,
    Renewed(visitor): Renewed,
) -> Response {
    let base = &app.config.base_path;
    let here = uri.path_and_query().map(|here| here.as_str());
    match &visitor {
        // With several providers, the user chooses first.
        Visitor::Anonymous if app.providers.are_several() => signed_out::page(&app, None, here),
        Visitor::Anonymous => redirect::found(&login_path(base, None, here, None)),
        Visitor::Ended(ended) => signed_out::page(&app, Some(*ended), here),
        Visitor::Denied(session) => denied::page(&app, session, here),
        Visitor::Admitted(session) => {
            let claims = Claims {
                base: base.as_str(),
                claims: ClaimsTable::new(&session.id_token_claims),
                csrf_token: session.csrf_token(),
            };
            page(StatusCode::OK, &claims)
        }
    }
}
