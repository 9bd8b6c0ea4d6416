//! `GET` and `POST /authorize`
//! ([OpenID Connect Core 1.0, section 3.1.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint)).

use super::sign_in;
use crate::exchange::answer::{Answer, not_allowed_page};
use crate::exchange::browser::Browser;
use crate::exchange::reply::Reply;
use crate::exchange::request::Request;
use crate::failure::Choice;
use crate::issuer::authorization::Decision;
use crate::issuer::issuer::Issuer;

/// Both methods do the same: GET has the parameters in the query, POST in the form.
pub(crate) fn authorize(issuer: &Issuer, request: &Request) -> Reply {
    let parameters = match request.parameters() {
        Ok(parameters) => parameters,
        Err(reason) => return Reply::unreadable(reason),
    };
    let session = Browser::of(request).session(issuer);
    let flow = issuer.random.flow();
    let reply_to = match issuer.validate_client(parameters) {
        Ok(reply_to) => reply_to,
        Err(error) => return not_allowed_page(&error, &flow),
    };
    let answer = Answer { issuer, reply_to: &reply_to, flow: &flow };
    let request = match issuer.read(parameters, &reply_to, request.hint.as_ref()) {
        Ok(request) => request,
        Err(rejection) => return answer.reject(&rejection, None),
    };
    match issuer.decide(&request, session.clone()) {
        Ok(Decision::Continue(session)) => answer.succeed(request, &session),
        Ok(Decision::SignIn(user)) => answer.sign_in(request, &user, session.as_ref()),
        Ok(Decision::Ask(session)) => {
            let choice = Choice::default();
            sign_in::page(&answer, parameters, &request, session.as_ref(), None, &choice)
        }
        Err(rejection) => answer.reject(&rejection, None),
    }
}
