//! `GET` and `POST /authorize`
//! ([OpenID Connect Core 1.0, section 3.1.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint)).

use super::sign_in;
use crate::exchange::answer::{Answer, unproven_page};
use crate::exchange::browser::Browser;
use crate::exchange::reply::Reply;
use crate::exchange::request::Request;
use crate::failure::Choice;
use crate::issuer::authorization::Decision;
use crate::issuer::issuer::Issuer;

/// Both methods do the same, each with the parameters in its place.
pub(crate) fn authorize(issuer: &Issuer, request: &Request) -> Reply {
    let parameters = match request.parameters() {
        Ok(parameters) => parameters,
        Err(reason) => return Reply::unreadable(reason),
    };
    let browser = &Browser::of(request);
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
        Ok(Decision::Ask(session)) => {
            sign_in::page(&answer, &request, session.as_ref(), None, &Choice::default())
        }
        Err(refusal) => answer.refuse(&refusal, None),
    }
}
