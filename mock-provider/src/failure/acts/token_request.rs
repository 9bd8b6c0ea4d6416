//! Demands that a failing provider makes before it issues tokens: one method of client
//! authentication, or PKCE.

use serde_json::json;

use crate::base::endpoint::Endpoint;
use crate::exchange::answer::Answer;
use crate::exchange::reply::Reply;
use crate::exchange::request::Request;
use crate::failure::engine::act::{Effect, Object};
use crate::failure::engine::fault::Fault;
use crate::issuer::issuer::Issuer;
use crate::protocol::authorization::{AuthorizationRejection, ErrorCode as AuthorizationErrorCode};
use crate::protocol::token::{ErrorCode, TokenError};

/// A secret with every kind of character that a careless encoder breaks.
const SPECIAL_SECRET: &str = "a+b c%2B:d&e=f/g?\u{e9}";

pub(crate) const CLIENT_AUTH_NOTE: &str = "\
    A relying party that uses a method other than the accepted one shows a clear error, or follows \
    the metadata: `advertise` says whether the metadata lists that method, no method, or another \
    one. For `secret=special-chars`, configure the relying party with the secret \
    `a+b c%2B:d&e=f/g?\u{e9}`: only that secret is then accepted, form-encoded if it is sent by \
    Basic. The provider cannot verify a client assertion: `accept=private_key_jwt` refuses every \
    client.";

/// Refuses a client that authenticates by a method other than the accepted one, or with a secret
/// other than the special one.
pub(crate) fn insist_on_method(fault: &Fault<'_>) -> Option<Effect> {
    let form = fault.request.form.as_ref().ok()?;
    let (used, secret) = match form.last("client_assertion") {
        Some(_) => ("private_key_jwt", ""),
        None => {
            let credentials = fault.request.credentials.as_ref().ok()?;
            (credentials.method.name(), credentials.secret.as_str())
        }
    };
    let accepted = fault.value("accept");
    let reason = if used != accepted {
        format!("the client must authenticate by {accepted}, but used {used}")
    } else if fault.is("secret", "special-chars") && secret != SPECIAL_SECRET {
        "the secret must be the special one in the note of the failure".to_owned()
    } else {
        return None;
    };
    let client = fault.note.client.clone();
    let error = TokenError::new(ErrorCode::InvalidClient, reason.clone());
    Effect::answer(reason, move |_| Reply::token_error(error.into(), client))
}

/// Replaces the special secret with the client's own one, which the honest handler accepts.
pub(crate) fn translate_secret(request: &mut Request, fault: &Fault<'_>) {
    if request.endpoint != Endpoint::Token || !fault.is("secret", "special-chars") {
        return;
    }
    let client = fault.note.client.as_ref().and_then(|id| fault.issuer.client(id));
    let secret = client.as_ref().and_then(|client| client.secret.as_ref());
    if let (Ok(credentials), Some(secret)) = (&mut request.credentials, secret)
        && credentials.secret == SPECIAL_SECRET
    {
        credentials.secret = secret.expose().to_owned();
    }
}

/// Advertises the accepted method, no method, or another one.
pub(crate) fn advertise_methods(metadata: &mut Object, fault: &Fault<'_>) {
    const MEMBER: &str = "token_endpoint_auth_methods_supported";
    let accepted = fault.value("accept");
    let advertised = match fault.value("advertise").as_str() {
        "omit" => return drop(metadata.shift_remove(MEMBER)),
        "wrong" if accepted == "client_secret_post" => "client_secret_basic",
        "wrong" => "client_secret_post",
        _ => &accepted,
    };
    metadata.insert(MEMBER.to_owned(), json!([advertised]));
}

/// Refuses an authorization request without a challenge by the required method.
pub(crate) fn insist_on_pkce(fault: &Fault<'_>) -> Option<Effect> {
    let parameters = fault.request.parameters().as_ref().ok()?;
    let method = fault.value("method");
    let used = parameters.last("code_challenge_method").unwrap_or("plain");
    let reason = match parameters.last("code_challenge") {
        None => format!("code_challenge is missing, and this provider requires {method}"),
        Some(_) if used != method => {
            format!("code_challenge_method must be {method}, got `{used}`")
        }
        Some(_) => return None,
    };
    // If no redirect is allowed, the honest handler reports that.
    let reply_to = fault.issuer.validate_client(parameters).ok()?;
    Effect::answer(reason.clone(), move |issuer: &Issuer| {
        let flow = issuer.random.flow();
        let answer = Answer { issuer, reply_to: &reply_to, flow: &flow };
        answer.reject(
            &AuthorizationRejection::new(AuthorizationErrorCode::InvalidRequest, reason),
            None,
        )
    })
}
