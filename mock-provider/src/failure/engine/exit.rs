//! How armed failures act on an answer that leaves.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;

use super::act::{Act, Effect, Object, STAGES};
use super::armed::{Armed, Failures};
use super::delivery::Delayed;
use super::diff::diff;
use super::draft::{Draft, DraftContent, RawResponse};
use super::fault::Fault;
use super::front_channel;
use super::ledger::Issued;
use super::token::Token;
use crate::base::clock::Clock;
use crate::base::endpoint::Endpoint;
use crate::exchange::browser::Browser;
use crate::exchange::journal::Alteration;
use crate::exchange::reply::{Note, Outgoing, Reply};
use crate::exchange::request::Request;
use crate::failure::spec::failure::Failure;
use crate::issuer::issuer::Issuer;
use crate::jose::algorithm::Algorithm;

/// The stage in which answers are whole again.
const WHOLE: usize = STAGES - 1;

/// What armed failures did before a request was answered.
#[derive(Default)]
pub(crate) struct PreRequestEffects {
    /// The answer in place of the honest one.
    pub(crate) instead: Option<Reply>,
    alterations: Vec<Alteration>,
    /// Logout tokens to deliver later.
    delayed: Vec<Delayed>,
    /// By the number of the failure: whether it is its turn at this exchange, once it was asked.
    turns: Vec<(u64, bool)>,
}

/// Lets armed failures act on a request before it is answered.
pub(crate) fn enter(
    failures: &Failures,
    issuer: &Issuer,
    request: &mut Request,
) -> PreRequestEffects {
    let mut effects = PreRequestEffects::default();
    if !failures.any_armed() {
        return effects;
    }
    let note = claimed(issuer, request);
    for armed in failures.armed() {
        let mut turn = Turn { armed: &armed, failures, taken: None };
        for act in armed.acts {
            // Most act on answers alone.
            if act.stage() > 0 {
                continue;
            }
            let unaltered = request.clone();
            let fault = Fault {
                failure: &armed.failure,
                issuer,
                failures,
                request: &unaltered,
                note: &note,
            };
            match act {
                Act::Request(act) if armed.may_act(request, &note, &issuer.clock) => {
                    act(request, &fault)
                }
                Act::Redemption(act)
                    if request.endpoint == Endpoint::Token
                        && may_redeem(&note, &unaltered, issuer)
                        && armed.selects(request, &note) =>
                {
                    if let Some(consumption) = act(&fault).filter(|_| turn.take(&issuer.clock)) {
                        request.consumption = consumption;
                    }
                }
                Act::Before(endpoint, act)
                    if *endpoint == request.endpoint && armed.selects(request, &note) =>
                {
                    let effect = act(&fault).filter(|_| turn.take(&issuer.clock));
                    effects.apply(effect, &fault);
                }
                Act::PrepareState(endpoint, act)
                    if *endpoint == request.endpoint
                        && armed.may_act(request, &note, &issuer.clock) =>
                {
                    effects.apply(act(&fault), &fault);
                }
                _ => {}
            }
        }
        effects.turns.extend(turn.taken.map(|taken| (armed.number, taken)));
    }
    effects
}

impl PreRequestEffects {
    /// Applies an effect.
    fn apply(&mut self, effect: Option<Effect>, fault: &Fault<'_>) {
        let Some(Effect { words, take, delayed }) = effect else { return };
        let instead = take(fault.issuer);
        self.delayed.extend(delayed);
        self.alterations.push(match &instead {
            Some(_) => done(fault.failure, "answer", words),
            None => changed_state(fault, words),
        });
        self.instead = self.instead.take().or(instead);
    }
}

/// Whether a token request looks as if it will succeed: the code or refresh token is known, and
/// whoever presents it says to be its client.
fn may_redeem(note: &Note, request: &Request, issuer: &Issuer) -> bool {
    let Ok(form) = &request.form else { return false };
    let grant = issuer.grants().presented(form, issuer.clock.seconds());
    grant.is_some_and(|grant| note.client.as_ref() == Some(&grant.client_id))
}

/// What a request says itself about its client, user and flow: enough to decide whether a failure
/// is for it.
fn claimed(issuer: &Issuer, request: &Request) -> Note {
    let mut note = Note::default();
    let Ok(parameters) = request.parameters() else { return note };
    if request.endpoint == Endpoint::EndSession
        && let Ok(logout) = issuer.read_logout(parameters, request.hint.as_ref())
    {
        let session = Browser::of(request).session(issuer);
        return Note::of_logout(&logout, session.as_ref(), "");
    }
    note.client = request.claimed_client();
    if request.endpoint == Endpoint::Token
        && let Some(grant) = issuer.grants().presented(parameters, issuer.clock.seconds())
    {
        note.user = Some(grant.user.subject.clone());
        note.flow = Some(grant.flow.clone());
    }
    note
}

/// An alteration that is no difference between two answers.
fn done(failure: &Failure, place: &str, words: String) -> Alteration {
    let place = place.to_owned();
    Alteration { failure: failure.to_string(), place, honest: None, sent: Some(words.into()) }
}

/// A change of the issuer's state, which the ledger remembers.
fn changed_state(fault: &Fault<'_>, words: String) -> Alteration {
    fault.failures.ledger().change(fault.failure.to_string(), fault.request.at);
    done(fault.failure, "state", words)
}

/// Lets armed failures act on an answer, stage by stage and in each in the order in which they were
/// armed.
pub(crate) fn leave(
    failures: &Failures,
    issuer: &Issuer,
    request: &Request,
    reply: Reply,
    effects: PreRequestEffects,
) -> (Outgoing, Vec<Delayed>) {
    let PreRequestEffects { instead: _, mut alterations, mut delayed, turns: taken } = effects;
    if !failures.any_armed() {
        let outgoing = Outgoing { alterations, ..reply.into_honest_response() };
        return (outgoing, delayed);
    }
    let armed = failures.armed();
    let taken =
        |number| taken.iter().find(|(taken, _)| *taken == number).map(|(_, is_turn)| *is_turn);
    let turns = armed.iter().map(|armed| Turn { armed, failures, taken: taken(armed.number) });
    let published = failures.still_published(request.at);
    let over = published.iter().map(|armed| Turn { armed, failures, taken: Some(false) });
    let mut turns: Vec<_> = over.chain(turns).collect();

    let mut draft = Draft::of(reply, issuer, request);
    remember(failures, &draft);
    for stage in 0..WHOLE {
        for turn in &mut turns {
            turn.act_on_draft(stage, &mut draft, issuer, request, &mut alterations, &mut delayed);
        }
    }
    let notices = std::mem::take(&mut draft.notices);
    let (mut response, note) = draft.encoded();
    for turn in &mut turns {
        turn.act_on_whole(&mut response, &note, issuer, request, &mut alterations);
    }
    let outgoing = Outgoing { response: response.into_response(), note, alterations, notices };
    (outgoing, delayed)
}

/// Remembers the ID token of an honest answer, for failures that send an old one again.
fn remember(failures: &Failures, draft: &Draft) {
    let Some(token) = &draft.id_token else { return };
    let Note { client, flow, .. } = draft.note.clone();
    let (client, flow) = (client.unwrap_or_default(), flow.unwrap_or_default());
    failures.ledger().issue(Issued { id_token: token.compact(), client, flow });
}

/// One armed failure at one exchange.
pub(crate) struct Turn<'a> {
    pub(crate) armed: &'a Armed,
    pub(crate) failures: &'a Failures,
    /// Whether it is its turn at this exchange, once it was asked.
    pub(crate) taken: Option<bool>,
}

impl Turn<'_> {
    fn act_on_draft(
        &mut self,
        stage: usize,
        draft: &mut Draft,
        issuer: &Issuer,
        request: &Request,
        alterations: &mut Vec<Alteration>,
        delayed: &mut Vec<Delayed>,
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
                    delayed.extend(effect.delayed);
                    alterations.push(changed_state(&fault, effect.words));
                }
                continue;
            }
            let mut altered = draft.clone();
            apply(act, &mut altered, &fault);
            let changes = diff(&failure.to_string(), &draft.view(), &altered.view());
            if !changes.is_empty() && (prepares || self.take(&issuer.clock)) {
                *draft = altered;
                alterations.extend(changes);
            }
        }
    }

    fn act_on_whole(
        &mut self,
        response: &mut RawResponse,
        note: &Note,
        issuer: &Issuer,
        request: &Request,
        alterations: &mut Vec<Alteration>,
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
            let changes = diff(&failure.to_string(), &response.view(), &altered.view());
            if !changes.is_empty() && self.take(&issuer.clock) {
                *response = altered;
                alterations.extend(changes);
            }
        }
    }

    /// Whether it is this exchange's turn, by number and lifetime. Asked once for each exchange.
    pub(crate) fn take(&mut self, clock: &Clock) -> bool {
        *self.taken.get_or_insert_with(|| self.failures.take(self.armed, clock))
    }
}

/// Applies an act to what it is for.
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

/// Lets an act have userinfo as a JWT, as it is for a client that registered for one.
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

/// Lets an act have the token response with the ID token in it.
fn tokens(act: fn(&mut Object, &Fault<'_>), draft: &mut Draft, fault: &Fault<'_>) {
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
