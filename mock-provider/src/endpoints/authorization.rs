//! `GET` and `POST /authorize`
//! ([OpenID Connect Core 1.0, section 3.1.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint)).

use axum::extract::State;

use super::sign_in;
use crate::answer::{Answer, unproven_page};
use crate::authorization::Decision;
use crate::browser::Browser;
use crate::issuer::Issuer;
use crate::protocol::parameters::Parameters;
use crate::record::{Form, Query, unreadable};
use crate::reply::Reply;

pub(crate) async fn get(
    State(issuer): State<Issuer>,
    browser: Browser,
    Query(query): Query,
) -> Reply {
    match query {
        Ok(parameters) => authorize(&issuer, &browser, &parameters),
        Err(reason) => unreadable(&reason),
    }
}

pub(crate) async fn post(
    State(issuer): State<Issuer>,
    browser: Browser,
    Form(form): Form,
) -> Reply {
    match form {
        Ok(parameters) => authorize(&issuer, &browser, &parameters),
        Err(reason) => unreadable(&reason),
    }
}

fn authorize(issuer: &Issuer, browser: &Browser, parameters: &Parameters) -> Reply {
    let flow = issuer.random.flow();
    let reply_to = match issuer.prove(parameters) {
        Ok(reply_to) => reply_to,
        Err(unproven) => return unproven_page(&unproven, &flow),
    };
    let answer = Answer { issuer, reply_to: &reply_to, parameters, flow: &flow };
    let request = match issuer.read(parameters, &reply_to.client) {
        Ok(request) => request,
        Err(refusal) => return answer.refuse(&refusal, None),
    };
    match issuer.decide(&request, browser.session(issuer)) {
        Ok(Decision::Continue(session)) => answer.succeed(request, &session),
        Ok(Decision::SignIn(user)) => answer.sign_in(browser, request, &user),
        Ok(Decision::Ask(session)) => sign_in::page(&answer, &request, session.as_ref(), None),
        Err(refusal) => answer.refuse(&refusal, None),
    }
}
