//! One armed failure at one exchange: which of its acts apply to an answer, and to which part.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;

use super::act::{Act, Object};
use super::armed::{Armed, Failures};
use super::delivery::Delayed;
use super::diff::diff;
use super::draft::{Draft, DraftContent, RawResponse};
use super::fault::Fault;
use super::front_channel;
use super::token::Token;
use crate::base::clock::Clock;
use crate::base::endpoint::Endpoint;
use crate::exchange::journal::Alteration;
use crate::exchange::reply::Note;
use crate::exchange::request::Request;
use crate::failure::spec::failure::Failure;
use crate::issuer::issuer::Issuer;
use crate::jose::algorithm::Algorithm;

/// What armed failures did at one exchange.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) alterations: Vec<Alteration>,
    /// Logout tokens to deliver later.
    pub(crate) delayed: Vec<Delayed>,
}

impl Changes {
    /// Records an alteration that is not a difference between two answers.
    pub(crate) fn done(&mut self, failure: &Failure, place: &str, description: String) {
        let (failure, place) = (failure.to_string(), place.to_owned());
        self.alterations.push(Alteration {
            failure,
            place,
            honest: None,
            sent: Some(description.into()),
        });
    }

    /// Records a change of the issuer's state, in the ledger as well.
    pub(crate) fn changed_state(&mut self, fault: &Fault<'_>, description: String) {
        fault.failures.ledger().change(fault.failure.to_string(), fault.request.at);
        self.done(fault.failure, "state", description);
    }
}

/// One armed failure at one exchange.
pub(crate) struct Turn<'a> {
    pub(crate) armed: &'a Armed,
    pub(crate) failures: &'a Failures,
    /// Whether the failure acts at this exchange; `None` until that is decided.
    pub(crate) taken: Option<bool>,
}

impl Turn<'_> {
    /// Applies the acts of a stage to the parts of an answer.
    pub(crate) fn act_on_draft(
        &mut self,
        stage: usize,
        draft: &mut Draft,
        issuer: &Issuer,
        request: &Request,
        changes: &mut Changes,
    ) {
        let (failure, failures) = (&self.armed.failure, self.failures);
        for act in self.armed.acts.iter().filter(|act| act.stage() == stage) {
            let prepares = act.prepares();
            let may_act = self.taken != Some(false) && self.armed.selects(request, &draft.note);
            if !prepares && !may_act {
                continue;
            }
            let note = draft.note.clone();
            let fault = Fault { failure, issuer, failures, request, note: &note };
            if let Act::After(act) = act {
                if let Some(effect) = act(draft, &fault)
                    && self.take(&issuer.clock)
                {
                    (effect.take)(issuer);
                    changes.delayed.extend(effect.delayed);
                    changes.changed_state(&fault, effect.description);
                }
                continue;
            }
            let mut altered = draft.clone();
            apply(act, &mut altered, &fault);
            let alterations = diff(&failure.to_string(), &draft.view(), &altered.view());
            if !alterations.is_empty() && (prepares || self.take(&issuer.clock)) {
                *draft = altered;
                changes.alterations.extend(alterations);
            }
        }
    }

    /// Applies the acts of the last stage to the whole answer.
    pub(crate) fn act_on_whole(
        &mut self,
        response: &mut RawResponse,
        note: &Note,
        issuer: &Issuer,
        request: &Request,
        changes: &mut Changes,
    ) {
        let (failure, failures) = (&self.armed.failure, self.failures);
        for act in self.armed.acts {
            let Act::Answer(act) = act else { continue };
            if self.taken == Some(false) || !self.armed.selects(request, note) {
                return;
            }
            let fault = Fault { failure, issuer, failures, request, note };
            let mut altered = response.clone();
            act(&mut altered, &fault);
            let alterations = diff(&failure.to_string(), &response.view(), &altered.view());
            if !alterations.is_empty() && self.take(&issuer.clock) {
                *response = altered;
                changes.alterations.extend(alterations);
            }
        }
    }

    /// Whether the failure acts at this exchange, by `from` and lifetime. Decided once per
    /// exchange, when an act has something to change: this counts as a match, and usually as a
    /// firing.
    pub(crate) fn take(&mut self, clock: &Clock) -> bool {
        *self.taken.get_or_insert_with(|| self.failures.take(self.armed, clock))
    }
}

/// Applies an act to the part of the answer that it is for, if the answer has that part.
fn apply(act: &Act, draft: &mut Draft, fault: &Fault<'_>) {
    let request = fault.request;
    let refreshes = request.refreshes();
    let succeeded = draft.status.is_success();
    let document = match &mut draft.content {
        DraftContent::Document(document) if succeeded => Some(document),
        DraftContent::Token(token) if succeeded => Some(&mut token.claims),
        _ => None,
    };
    match (act, request.endpoint, document) {
        (Act::Claims(act), Endpoint::Token, _) => {
            if let Some(token) = &mut draft.id_token {
                act(&mut token.claims, fault);
            }
        }
        (Act::Claims(act) | Act::Userinfo(act), Endpoint::Userinfo, Some(claims)) => {
            act(claims, fault);
        }
        (Act::SignedUserinfo(act), Endpoint::Userinfo, _) if succeeded => {
            signed_userinfo(*act, draft, fault)
        }
        (Act::Claims(act), Endpoint::Authorization | Endpoint::SignIn, _) => {
            if let DraftContent::Authorization(response) = &mut draft.content {
                front_channel::only_id_token(response, fault, |token| {
                    act(&mut token.claims, fault)
                });
            }
        }
        (Act::IdToken(act), Endpoint::Authorization | Endpoint::SignIn, _) => {
            if let DraftContent::Authorization(response) = &mut draft.content {
                front_channel::only_id_token(response, fault, |token| act(token, fault));
            }
        }
        (Act::IdToken(act), Endpoint::Token, _) if !refreshes => {
            if let Some(token) = &mut draft.id_token {
                act(token, fault);
            }
        }
        (Act::RefreshIdToken(act), Endpoint::Token, _) if refreshes => {
            if let Some(token) = &mut draft.id_token {
                act(token, fault);
            }
        }
        (Act::Metadata(act) | Act::PrepareMetadata(act), Endpoint::Discovery, Some(document))
        | (Act::Jwks(act) | Act::PrepareJwks(act), Endpoint::Jwks, Some(document)) => {
            act(document, fault);
        }
        (Act::Tokens(act), Endpoint::Token, Some(_)) if !refreshes => tokens(*act, draft, fault),
        (Act::RefreshTokens(act), Endpoint::Token, Some(_)) if refreshes => {
            tokens(*act, draft, fault);
        }
        (Act::Authorization(act), Endpoint::Authorization | Endpoint::SignIn, _) => {
            if let DraftContent::Authorization(response) = &mut draft.content {
                act(response, fault);
            }
        }
        (Act::SignedOut(act), Endpoint::EndSession, _) => {
            if let DraftContent::SignedOut(signed_out) = &mut draft.content {
                act(signed_out, fault);
            }
        }
        _ => {}
    }
}

/// Applies an act to userinfo as a JWT; plain userinfo is signed first, as for a client that
/// registered for a JWT.
fn signed_userinfo(act: fn(&mut Token, &Fault<'_>), draft: &mut Draft, fault: &Fault<'_>) {
    if let DraftContent::Document(claims) = &draft.content {
        let mut signed = Object::new();
        signed.insert("iss".to_owned(), fault.issuer.url.as_str().into());
        signed.insert("aud".to_owned(), fault.note.client.as_deref().unwrap_or_default().into());
        signed.extend(claims.clone());
        let text = fault.issuer.keys.sign(Algorithm::default(), None, &signed);
        let Some(token) = Token::read(&text, fault.issuer) else { return };
        draft.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
        draft.content = DraftContent::Token(Box::new(token));
    }
    if let DraftContent::Token(token) = &mut draft.content {
        act(token, fault);
    }
}

/// Applies an act to the token response with the ID token in it.
fn tokens(act: fn(&mut Object, &Fault<'_>), draft: &mut Draft, fault: &Fault<'_>) {
    let parts = draft.id_token.clone();
    draft.put_id_token_back();
    let DraftContent::Document(document) = &mut draft.content else { return };
    let before = document.get("id_token").cloned();
    act(document, fault);
    if document.get("id_token") == before.as_ref() && before.is_some() {
        // The act did not change the ID token, so later acts get it in its parts again.
        draft.id_token = parts;
    }
}
