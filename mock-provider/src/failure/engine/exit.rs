//! How armed failures act on an exchange: on the request that enters, and on the answer that leaves.

use super::act::{Act, Effect, STAGES};
use super::armed::Failures;
use super::delivery::Delayed;
use super::draft::Draft;
use super::fault::Fault;
use super::ledger::Issued;
use super::turn::{Changes, Turn};
use crate::base::endpoint::Endpoint;
use crate::exchange::browser::Browser;
use crate::exchange::reply::{Note, Outgoing, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;

/// The last stage, in which acts see the whole answer.
const WHOLE: usize = STAGES - 1;

/// What armed failures did before a request was answered.
#[derive(Default)]
pub(crate) struct PreRequestEffects {
    /// The answer in place of the honest one.
    pub(crate) instead: Option<Reply>,
    changes: Changes,
    /// Decisions so far: the number of a failure, and whether it acts at this exchange.
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
            // Most acts are for answers.
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
        let Some(Effect { description, take, delayed }) = effect else { return };
        let instead = take(fault.issuer);
        self.changes.delayed.extend(delayed);
        match &instead {
            Some(_) => self.changes.done(fault.failure, "answer", description),
            None => self.changes.changed_state(fault, description),
        }
        self.instead = self.instead.take().or(instead);
    }
}

/// Whether a token request is likely to succeed: the code or refresh token is known, and the request
/// claims to come from its client.
fn may_redeem(note: &Note, request: &Request, issuer: &Issuer) -> bool {
    let Ok(form) = &request.form else { return false };
    let grant = issuer.grants().presented(form, issuer.clock.seconds());
    grant.is_some_and(|grant| note.client.as_ref() == Some(&grant.client_id))
}

/// The client, user and flow according to the request itself: enough to decide whether the
/// selectors of a failure match it.
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

/// Lets armed failures act on an answer: stage by stage, and at each stage in the order in which they
/// were armed.
pub(crate) fn leave(
    failures: &Failures,
    issuer: &Issuer,
    request: &Request,
    reply: Reply,
    effects: PreRequestEffects,
) -> (Outgoing, Vec<Delayed>) {
    let PreRequestEffects { instead: _, mut changes, turns: taken } = effects;
    if !failures.any_armed() {
        let Changes { alterations, delayed } = changes;
        return (Outgoing { alterations, ..reply.into_honest_response() }, delayed);
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
            turn.act_on_draft(stage, &mut draft, issuer, request, &mut changes);
        }
    }
    let notices = std::mem::take(&mut draft.notices);
    let (mut response, note) = draft.encoded();
    for turn in &mut turns {
        turn.act_on_whole(&mut response, &note, issuer, request, &mut changes);
    }
    let Changes { alterations, delayed } = changes;
    let outgoing = Outgoing { response: response.into_response(), note, alterations, notices };
    (outgoing, delayed)
}

/// Remembers the ID token of an honest answer, for failures that send an earlier one again.
fn remember(failures: &Failures, draft: &Draft) {
    let Some(token) = &draft.id_token else { return };
    let Note { client, flow, .. } = draft.note.clone();
    let (client, flow) = (client.unwrap_or_default(), flow.unwrap_or_default());
    failures.ledger().issue(Issued { id_token: token.compact(), client, flow });
}
