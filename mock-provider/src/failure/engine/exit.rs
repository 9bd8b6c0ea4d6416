//! How armed failures act on an answer that leaves.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;

use super::armed::Armed;
use super::diff::diff;
use super::draft::{Draft, DraftContent, Outgoing};
use super::fault::Fault;
use super::mode::{Act, Effect, Object, STAGES};
use super::spec::Failure;
use super::token::Token;
use crate::base::endpoint::Endpoint;
use crate::endpoints::end_session;
use crate::exchange::browser::Browser;
use crate::exchange::journal::Alteration;
use crate::exchange::reply::{Left, Note, Reply};
use crate::exchange::request::Request;
use crate::failure::acts::front_channel;
use crate::issuer::issuer::Issuer;
use crate::jose::algorithm::Algorithm;

/// The stage in which answers are whole again.
const WHOLE: usize = STAGES - 1;

/// What armed failures did before a request is answered.
#[derive(Default)]
pub(crate) struct Entered {
    /// What is answered in place of the honest answer.
    pub(crate) instead: Option<Reply>,
    pub(crate) before: Before,
}

/// What happened before a request is answered, for those that act on the answer.
#[derive(Default)]
pub(crate) struct Before {
    pub(crate) alterations: Vec<Alteration>,
    /// Whose turn it is at this exchange, and whose it is not: the numbers of failures.
    turns: Vec<(u64, bool)>,
}

/// Lets armed failures act on a request before it is answered.
pub(crate) fn enter(issuer: &Issuer, request: &mut Request) -> Entered {
    let note = claimed(issuer, request);
    let mut entered = Entered::default();
    for armed in issuer.failures.armed() {
        let mut turn = Turn { armed: &armed, taken: None };
        for act in armed.failure.mode().acts {
            // Most act on answers alone.
            if act.stage() > 0 {
                continue;
            }
            let asked = request.clone();
            let fault = Fault { failure: &armed.failure, issuer, request: &asked, note: &note };
            match act {
                Act::Request(act) if armed.may_act(request, &note, &issuer.clock) => {
                    act(request, &fault)
                }
                Act::Redemption(act)
                    if request.endpoint == Endpoint::Token
                        && may_redeem(&note, &asked, issuer)
                        && armed.selects(request, &note) =>
                {
                    if let Some(way) = act(&fault).filter(|_| turn.take(issuer)) {
                        request.grant_use = way;
                    }
                }
                Act::Before(endpoint, act)
                    if *endpoint == request.endpoint && armed.selects(request, &note) =>
                {
                    let effect = act(&fault).filter(|_| turn.take(issuer));
                    entered.take(effect, &armed.failure, issuer);
                }
                Act::PrepareState(endpoint, act)
                    if *endpoint == request.endpoint
                        && armed.may_act(request, &note, &issuer.clock) =>
                {
                    entered.take(act(&fault), &armed.failure, issuer);
                }
                _ => {}
            }
        }
        entered.before.turns.extend(turn.taken.map(|taken| (armed.number, taken)));
    }
    entered
}

impl Entered {
    /// Lets an effect be.
    fn take(&mut self, effect: Option<Effect>, failure: &Failure, issuer: &Issuer) {
        let Some(Effect { words, take }) = effect else { return };
        let instead = take(issuer);
        let place = if instead.is_some() { "answer" } else { "state" };
        self.before.alterations.push(done(failure, place, words));
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

/// Whom a request is about as far as it says so itself: enough to tell whether a failure is for it.
fn claimed(issuer: &Issuer, request: &Request) -> Note {
    let mut note = Note::default();
    let Ok(parameters) = request.parameters() else { return note };
    if request.endpoint == Endpoint::EndSession
        && let Ok(logout) = issuer.read_logout(parameters)
    {
        let session = Browser::of(request).session(issuer);
        return end_session::note(&logout, session.as_ref(), "");
    }
    note.client = issuer.claimed_client(&request.headers, parameters);
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

/// Lets armed failures act on an answer, stage by stage and in each by the order in which they were
/// armed, and sends it.
pub(crate) fn leave(reply: Reply, issuer: &Issuer, request: &Request, before: Before) -> Left {
    let Before { mut alterations, turns: taken } = before;
    let armed = issuer.failures.armed();
    let taken =
        |number| taken.iter().find(|(taken, _)| *taken == number).map(|(_, is_turn)| *is_turn);
    let turns = armed.iter().map(|armed| Turn { armed, taken: taken(armed.number) });
    let published = issuer.failures.still_published(request.at);
    let over = published.iter().map(|armed| Turn { armed, taken: Some(false) });
    let mut turns: Vec<_> = over.chain(turns).collect();

    let mut draft = Draft::of(reply, issuer, request);
    issuer.failures.remember(&draft);
    for stage in 0..WHOLE {
        for turn in &mut turns {
            turn.act_on_draft(stage, &mut draft, issuer, request, &mut alterations);
        }
    }
    let notices = std::mem::take(&mut draft.notices);
    let (mut outgoing, note) = draft.outgoing();
    for turn in &mut turns {
        turn.act_on_whole(&mut outgoing, &note, issuer, request, &mut alterations);
    }
    Left { alterations, notices, ..outgoing.leave(note) }
}

/// One armed failure at one exchange.
pub(crate) struct Turn<'a> {
    pub(crate) armed: &'a Armed,
    /// Whether it is this exchange's turn, once that was asked.
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
    ) {
        let failure = &self.armed.failure;
        for act in failure.mode().acts.iter().filter(|act| act.stage() == stage) {
            let prepares = act.prepares();
            let may_act = self.taken != Some(false) && self.armed.selects(request, &draft.note);
            if !prepares && !may_act {
                continue;
            }
            let note = draft.note.clone();
            let fault = Fault { failure, issuer, request, note: &note };
            if let Act::After(act) = act {
                if let Some(effect) = act(draft, &fault)
                    && self.take(issuer)
                {
                    (effect.take)(issuer);
                    alterations.push(done(failure, "state", effect.words));
                }
                continue;
            }
            let mut altered = draft.clone();
            apply(act, &mut altered, &fault);
            let changes = diff(&failure.to_string(), &draft.view(), &altered.view());
            if !changes.is_empty() && (prepares || self.take(issuer)) {
                *draft = altered;
                alterations.extend(changes);
            }
        }
    }

    fn act_on_whole(
        &mut self,
        outgoing: &mut Outgoing,
        note: &Note,
        issuer: &Issuer,
        request: &Request,
        alterations: &mut Vec<Alteration>,
    ) {
        let failure = &self.armed.failure;
        for act in failure.mode().acts {
            let Act::Answer(act) = act else { continue };
            if self.taken == Some(false) || !self.armed.selects(request, note) {
                return;
            }
            let fault = Fault { failure, issuer, request, note };
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
    pub(crate) fn take(&mut self, issuer: &Issuer) -> bool {
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
