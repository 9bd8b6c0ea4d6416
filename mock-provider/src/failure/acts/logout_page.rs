//! Altered answers of the end-session endpoint, altered front-channel logout pages, and altered
//! session checks.

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};

use crate::base::endpoint::Endpoint;
use crate::exchange::reply::{Note, Reply};
use crate::failure::engine::act::{Effect, Object};
use crate::failure::engine::draft::{Draft, DraftContent, RawResponse};
use crate::failure::engine::fault::Fault;
use crate::failure::engine::front_channel_draft::{AuthorizationDraft, Embedder, SignedOutDraft};
use crate::net::wire::delivery::Delivery;
use crate::protocol::parameters::Parameters;
use crate::ui::{ErrorPage, policy};

/// Parameters with one of them replaced in place, or removed.
fn with(parameters: &Parameters, name: &str, value: Option<&str>) -> Parameters {
    let kept = parameters.iter().filter_map(|(own, honest)| {
        if own == name { Some((own, value?)) } else { Some((own, honest)) }
    });
    Parameters::from_iter(kept)
}

pub(crate) fn alter_return(signed_out: &mut SignedOutDraft, fault: &Fault<'_>) {
    let Some(return_to) = &mut signed_out.return_to else { return };
    match fault.value("value").as_str() {
        "absent" => return_to.parameters = with(&return_to.parameters, "state", None),
        "other" => {
            return_to.parameters = with(&return_to.parameters, "state", None);
            return_to.parameters.push("state", "not-the-state-of-the-request");
        }
        _ => return_to.parameters.push("unexpected", "1"),
    }
}

pub(crate) fn stay_here(signed_out: &mut SignedOutDraft, fault: &Fault<'_>) {
    if fault.is("mode", "no-redirect") {
        signed_out.return_to = None;
    }
}

pub(crate) fn hide_endpoint(metadata: &mut Object, fault: &Fault<'_>) {
    if fault.is("mode", "absent") {
        metadata.shift_remove("end_session_endpoint");
    }
}

pub(crate) fn hang(answer: &mut RawResponse, fault: &Fault<'_>) {
    if fault.is("mode", "hang") && fault.request.endpoint == Endpoint::EndSession {
        answer.delivery = Some(Delivery::hang(Delivery::HANG));
    }
}

/// Answers in place of the end-session endpoint.
pub(crate) fn refuse(fault: &Fault<'_>) -> Option<Effect> {
    let parameters = fault.request.parameters().as_ref().ok();
    let hint = parameters.and_then(|parameters| parameters.last("id_token_hint"));
    let (status, error, reason) = match (fault.value("mode").as_str(), hint) {
        ("500", _) => {
            let reason = "the end-session endpoint is broken";
            (StatusCode::INTERNAL_SERVER_ERROR, "server_error", reason)
        }
        ("hint-required", None) => {
            (StatusCode::BAD_REQUEST, "invalid_request", "id_token_hint is missing")
        }
        ("expired-hint-refused", Some(_)) => {
            (StatusCode::BAD_REQUEST, "invalid_request", "id_token_hint has expired")
        }
        _ => return None,
    };
    let note = fault.note.clone();
    Effect::answer(format!("{}: {reason}", status.as_u16()), move |_| {
        let page = ErrorPage {
            title: "Logout refused".into(),
            reason: reason.into(),
            details: Vec::new(),
            hint: "This answer comes from an armed failure, which the journal names.".into(),
        };
        let Note { client, user, flow, .. } = note;
        let note = Note { client, user, flow, ..Note::refused(error, reason) };
        Reply::page(&page, &policy::PAGE).status(status).note(note)
    })
}

pub(crate) fn alter_frames(signed_out: &mut SignedOutDraft, fault: &Fault<'_>) {
    for frame in &mut signed_out.frames {
        for (name, other) in
            [("iss", fault.other_issuer()), ("sid", "not-the-sid-of-the-session".to_owned())]
        {
            match fault.value(name).as_str() {
                "absent" => frame.frame.parameters = with(&frame.frame.parameters, name, None),
                "other" => {
                    frame.frame.parameters = with(&frame.frame.parameters, name, Some(&other))
                }
                _ => {}
            }
        }
        if fault.is("embedder", "foreign") {
            frame.embedder = Embedder::Foreign;
        }
    }
}

pub(crate) fn block_cookies(signed_out: &mut SignedOutDraft, fault: &Fault<'_>) {
    for frame in &mut signed_out.frames {
        frame.credentialless = fault.is("cookies", "blocked");
    }
}

/// Makes the session check page give the chosen answers.
pub(crate) fn break_session_check(answer: &mut RawResponse, fault: &Fault<'_>) {
    if fault.request.endpoint != Endpoint::CheckSession || !answer.status.is_success() {
        return;
    }
    let answers = match fault.value("status").as_str() {
        "changed" => r#"["changed"]"#,
        "error" => r#"["error"]"#,
        _ => r#"["unchanged", "changed"]"#,
    };
    let script = format!(
        "const answers = {answers};\n\
         addEventListener(\"message\", (event) => {{\n  \
         if (event.source === window) return;\n  \
         event.source.postMessage(answers[0], event.origin);\n  \
         answers.push(answers.shift());\n\
         }});\n"
    );
    let page = String::from_utf8_lossy(&answer.body).replace(policy::CHECK_SESSION, &script);
    answer.body = page.into_bytes();
    if let Ok(policy) = HeaderValue::from_str(&policy::running(&script)) {
        answer.headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// True for a request that must not involve the user.
fn is_silent(fault: &Fault<'_>) -> bool {
    let parameters = fault.request.parameters().as_ref().ok();
    fault.request.endpoint == Endpoint::Authorization
        && parameters.and_then(|it| it.last("prompt")) == Some("none")
}

pub(crate) fn fail_renewal(response: &mut AuthorizationDraft, fault: &Fault<'_>) {
    let succeeded = response.parameters.last("code").is_some();
    if !succeeded || !is_silent(fault) || !fault.is("renew", "login_required") {
        return;
    }
    let mut refusal = Parameters::default();
    refusal.push("error", "login_required");
    refusal.push("error_description", "the session has changed");
    let kept = response.parameters.iter().filter(|(name, _)| matches!(*name, "state" | "iss"));
    kept.for_each(|(name, value)| refusal.push(name, value));
    response.parameters = refusal;
}

/// Makes the code of a silent renewal stand for another user.
pub(crate) fn renew_for_another(draft: &Draft, fault: &Fault<'_>) -> Option<Effect> {
    let DraftContent::Authorization(response) = &draft.content else { return None };
    let code = response.parameters.last("code").filter(|_| is_silent(fault))?.to_owned();
    let other = fault.another_subject();
    if !fault.is("renew", "other-user") {
        return None;
    }
    Effect::change(format!("the code is for {other}"), move |issuer| {
        if let Some(user) = issuer.user_or_stranger(&other) {
            issuer.grants().give_code_to(&code, user, issuer.clock.seconds());
        }
    })
}
