//! How armed failures act on an answer that leaves.

use super::armed::Armed;
use super::diff::diff;
use super::draft::{Draft, DraftContent, Outgoing};
use super::fault::Fault;
use super::mode::{Act, STAGES};
use crate::issuer::Issuer;
use crate::journal::{Alteration, Endpoint};
use crate::reply::{Left, Reply};
use crate::request::Request;

/// The stage in which answers are whole again.
const WHOLE: usize = STAGES - 1;

/// Lets armed failures act on a request before it is answered.
pub(crate) fn enter(issuer: &Issuer, request: &mut Request) {
    for armed in issuer.failures.armed() {
        for act in armed.failure.mode().acts {
            if let Act::Request(act) = act {
                let note = crate::reply::Note::default();
                let asked = request.clone();
                let fault = Fault { failure: &armed.failure, issuer, request: &asked, note: &note };
                act(request, &fault);
            }
        }
    }
}

/// Lets armed failures act on an answer, stage by stage and in each by the order in which they were
/// armed, and sends it.
pub(crate) fn leave(reply: Reply, issuer: &Issuer, request: &Request) -> Left {
    let armed = issuer.failures.armed();
    let mut turns: Vec<_> = armed.iter().map(|armed| Turn { armed, taken: None }).collect();
    let mut alterations = Vec::new();

    let mut draft = Draft::of(reply, issuer, request);
    issuer.failures.remember(&draft);
    for stage in 0..WHOLE {
        for turn in &mut turns {
            turn.act_on_draft(stage, &mut draft, issuer, request, &mut alterations);
        }
    }
    let mut outgoing = draft.outgoing();
    for turn in &mut turns {
        turn.act_on_whole(&mut outgoing, issuer, request, &mut alterations);
    }
    outgoing.leave(alterations)
}

/// One armed failure at one exchange.
pub(super) struct Turn<'a> {
    pub(super) armed: &'a Armed,
    /// Whether it is this exchange's turn, once that was asked.
    pub(super) taken: Option<bool>,
}

impl Turn<'_> {
    fn act_on_draft(
        &mut self,
        stage: usize,
        draft: &mut Draft,
        issuer: &Issuer,
        request: &Request,
        alterations: &mut Vec<Alteration>,
    ) {
        let failure = &self.armed.failure;
        for act in failure.mode().acts.iter().filter(|act| act.stage() == stage) {
            if self.taken == Some(false) || !self.armed.selects(request, &draft.note) {
                return;
            }
            let note = draft.note.clone();
            let fault = Fault { failure, issuer, request, note: &note };
            if let Act::State(..) | Act::RefreshState(_) = act {
                if let Some(done) = self.act_on_state(act, draft, &fault) {
                    alterations.push(Alteration {
                        failure: failure.to_string(),
                        place: "state".to_owned(),
                        honest: None,
                        sent: Some(done.into()),
                    });
                }
                continue;
            }
            let mut altered = draft.clone();
            apply(act, &mut altered, &fault);
            let changes = diff(&failure.to_string(), &draft.view(), &altered.view());
            if !changes.is_empty() && self.take(issuer) {
                *draft = altered;
                alterations.extend(changes);
            }
        }
    }

    /// Lets an act have the state, if it is for this exchange. It says what it did.
    fn act_on_state(&mut self, act: &Act, draft: &mut Draft, fault: &Fault<'_>) -> Option<String> {
        let Fault { issuer, request, .. } = fault;
        let act = match act {
            Act::State(endpoint, act) if *endpoint == request.endpoint => act,
            Act::RefreshState(act) if request.refreshes() => act,
            _ => return None,
        };
        let is_first = self.taken.is_none();
        if draft.status.as_u16() >= 400 || !self.take(issuer) {
            return None;
        }
        let done = act(draft, fault);
        if done.is_none() && is_first {
            issuer.failures.give_back(self.armed);
            self.taken = None;
        }
        done
    }

    fn act_on_whole(
        &mut self,
        outgoing: &mut Outgoing,
        issuer: &Issuer,
        request: &Request,
        alterations: &mut Vec<Alteration>,
    ) {
        let failure = &self.armed.failure;
        for act in failure.mode().acts {
            let Act::Answer(act) = act else { continue };
            let note = outgoing.note.clone();
            if self.taken == Some(false) || !self.armed.selects(request, &note) {
                return;
            }
            let fault = Fault { failure, issuer, request, note: &note };
            let mut altered = outgoing.clone();
            act(&mut altered, &fault);
            let changes = diff(&failure.to_string(), &outgoing.view(), &altered.view());
            if !changes.is_empty() && self.take(issuer) {
                *outgoing = altered;
                alterations.extend(changes);
            }
        }
    }

    /// Whether it is this exchange's turn, by number and lifetime. Asked once an exchange.
    pub(super) fn take(&mut self, issuer: &Issuer) -> bool {
        *self.taken.get_or_insert_with(|| issuer.failures.take(self.armed, &issuer.clock))
    }
}

/// Applies an act to what it is for.
fn apply(act: &Act, draft: &mut Draft, fault: &Fault<'_>) {
    let request = fault.request;
    let refreshes = request.refreshes();
    let succeeded = draft.status.is_success();
    let document = match &mut draft.content {
        DraftContent::Document(document) if succeeded => Some(document),
        _ => None,
    };
    match (act, request.endpoint, document) {
        (Act::Claims(act), Endpoint::Token, _) => {
            if let Some(token) = &mut draft.id_token {
                act(&mut token.claims, fault);
            }
        }
        (Act::Claims(act), Endpoint::Userinfo, Some(claims)) => act(claims, fault),
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
        (Act::Metadata(act), Endpoint::Discovery, Some(document))
        | (Act::Jwks(act), Endpoint::Jwks, Some(document))
        | (Act::Userinfo(act), Endpoint::Userinfo, Some(document)) => act(document, fault),
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

/// Lets an act have the token response with the ID token in it.
fn tokens(act: fn(&mut super::mode::Object, &Fault<'_>), draft: &mut Draft, fault: &Fault<'_>) {
    let taken_apart = draft.id_token.clone();
    draft.put_id_token_back();
    let DraftContent::Document(document) = &mut draft.content else { return };
    let before = document.get("id_token").cloned();
    act(document, fault);
    if document.get("id_token") == before.as_ref() && before.is_some() {
        // Untouched: whoever acts later finds it taken apart again.
        draft.id_token = taken_apart;
    }
}
