//! The failures that are armed at an issuer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::act::Act;
use super::ledger::Ledger;
use super::surroundings::Surroundings;
use crate::base::clock::Clock;
use crate::exchange::reply::Note;
use crate::exchange::request::Request;
use crate::failure::spec::failure::{Failure, Selector};
use crate::failure::spec::mode::Mode;

/// The maximum number of failures armed at once. Beyond it the oldest one is cleared.
const MAX_ARMED: usize = 1_000;

/// The maximum number of ended failures that are remembered.
const MAX_ENDED: usize = 64;

/// An armed failure.
#[derive(Debug)]
pub(crate) struct Armed {
    /// The place in the order of all failures ever armed at the issuer, from 1.
    pub(crate) number: u64,
    pub(crate) failure: Failure,
    /// The acts of its mode.
    pub(crate) acts: &'static [Act],
    /// When it was armed; for one that was armed before the first request, the time of its first
    /// match.
    pub(crate) since: OnceLock<Timestamp>,
    /// The number of exchanges at which it could have fired.
    matched: AtomicU64,
    fired: AtomicU64,
}

impl Armed {
    /// How often it has fired.
    pub(crate) fn fired(&self) -> u64 {
        self.fired.load(Ordering::Relaxed)
    }

    /// Whether the selectors match an exchange.
    pub(crate) fn selects(&self, request: &Request, note: &Note) -> bool {
        let Selector { client, user, endpoint, flow, .. } = &self.failure.selector;
        let is =
            |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        endpoint.is_none_or(|endpoint| endpoint == request.endpoint)
            && is(client, &note.client)
            && is(user, &note.user)
            && is(flow, &note.flow)
    }

    /// Whether the selectors match an exchange and the lifetime is not over: enough for acts that do
    /// not count as firing.
    pub(crate) fn may_act(&self, request: &Request, note: &Note, clock: &Clock) -> bool {
        self.selects(request, note) && !self.is_over(clock.now())
    }

    /// Whether it no longer fires.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        let times = self.failure.effective_lifetime().times;
        times.is_some_and(|times| self.fired() >= times) || self.is_past(now)
    }

    /// Whether its duration has passed.
    fn is_past(&self, now: Timestamp) -> bool {
        let elapsed = now.duration_since(*self.since.get_or_init(|| now));
        let elapsed = Duration::try_from(elapsed).unwrap_or_default();
        self.failure.effective_lifetime().duration.is_some_and(|duration| elapsed >= duration)
    }
}

/// All failures of an issuer, in the order in which they were armed.
#[derive(Debug)]
pub(crate) struct Failures {
    /// Whether any failure may act. If not, an answer need not take the lock.
    any: AtomicBool,
    state: Mutex<State>,
    ledger: Mutex<Ledger>,
    pub(crate) surroundings: Surroundings,
    /// Looks up the acts of a mode in the catalogue.
    acts: fn(&Mode) -> &'static [Act],
}

#[derive(Debug, Default)]
struct State {
    count: u64,
    armed: Vec<Arc<Armed>>,
    /// Ended failures, to report how often they fired.
    over: VecDeque<Arc<Armed>>,
}

impl Failures {
    /// No failures yet. `acts` looks up the acts of a mode.
    pub(crate) fn new(surroundings: Surroundings, acts: fn(&Mode) -> &'static [Act]) -> Self {
        let (any, state, ledger) = (AtomicBool::new(false), Mutex::default(), Mutex::default());
        Self { any, state, ledger, surroundings, acts }
    }

    /// Whether any failure is armed.
    pub(crate) fn any_armed(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Arms a failure.
    pub(crate) fn arm(&self, failure: Failure, clock: &Clock) -> Arc<Armed> {
        self.add(failure, OnceLock::from(clock.now()))
    }

    /// Arms a failure at an issuer that has not had a request yet; its duration begins with the
    /// first match.
    pub(crate) fn always(&self, failure: Failure) {
        self.add(failure, OnceLock::new());
    }

    fn add(&self, failure: Failure, since: OnceLock<Timestamp>) -> Arc<Armed> {
        let mut state = self.state();
        // Ends failures that no request may match again, such as those of an abandoned login.
        if let Some(now) = since.get() {
            state.end_all(*now);
        }
        state.count += 1;
        let (matched, fired) = (AtomicU64::new(0), AtomicU64::new(0));
        let (number, acts) = (state.count, (self.acts)(failure.mode()));
        let armed = Arc::new(Armed { number, failure, acts, since, matched, fired });
        if state.armed.len() >= MAX_ARMED {
            state.armed.remove(0);
        }
        state.armed.push(Arc::clone(&armed));
        self.any.store(true, Ordering::Relaxed);
        armed
    }

    /// The armed failures, in order.
    pub(crate) fn armed(&self) -> Vec<Arc<Armed>> {
        self.state().armed.clone()
    }

    /// Ended failures whose tokens still depend on keys or metadata that they publish.
    pub(crate) fn still_published(&self, now: Timestamp) -> Vec<Arc<Armed>> {
        let publishes = |armed: &&Arc<Armed>| armed.publishes() && !armed.is_past(now);
        self.state().over.iter().filter(publishes).cloned().collect()
    }

    /// The failure with that number, armed or ended, and whether it has ended.
    #[cfg(feature = "control")]
    pub(crate) fn find(&self, number: u64, clock: &Clock) -> Option<(Arc<Armed>, bool)> {
        let state = self.state();
        let is = |armed: &&Arc<Armed>| armed.number == number;
        let armed = state.armed.iter().find(is).map(|armed| (armed, armed.is_over(clock.now())));
        let found = armed.or_else(|| state.over.iter().find(is).map(|armed| (armed, true)));
        found.map(|(armed, over)| (Arc::clone(armed), over))
    }

    /// Clears a failure. True if it was armed.
    pub(crate) fn clear(&self, number: u64) -> bool {
        let mut state = self.state();
        let before = state.armed.len();
        state.armed.retain(|armed| armed.number != number);
        let cleared = state.armed.len() < before;
        // Keys and metadata that it published are withdrawn as well.
        state.over.retain(|armed| armed.number != number || !armed.publishes());
        self.any.store(state.any(), Ordering::Relaxed);
        cleared
    }

    /// Clears all failures.
    pub(crate) fn clear_all(&self) {
        let mut state = self.state();
        state.armed.clear();
        state.over.clear();
        self.any.store(false, Ordering::Relaxed);
    }

    /// Clears all failures and their ledger.
    pub(crate) fn forget(&self) {
        self.clear_all();
        *self.ledger() = Ledger::default();
    }

    /// The ledger of earlier exchanges, locked: hold it briefly.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a failure acts on an exchange that its selectors match: `from` is reached, and the
    /// lifetime is not over. Counts the match, and the firing if there is one.
    pub(crate) fn take(&self, armed: &Armed, clock: &Clock) -> bool {
        // Under the lock, or two concurrent exchanges could both count as the last one.
        let mut state = self.state();
        if armed.is_over(clock.now()) {
            state.end(armed.number);
            self.any.store(state.any(), Ordering::Relaxed);
            return false;
        }
        let matched = armed.matched.fetch_add(1, Ordering::Relaxed) + 1;
        let turn = armed.failure.effective_from().is_none_or(|from| matched >= from);
        if turn {
            armed.fired.fetch_add(1, Ordering::Relaxed);
        }
        turn
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    /// Whether it publishes keys or metadata so that it can act elsewhere.
    fn publishes(&self) -> bool {
        self.acts.iter().any(|act| matches!(act, Act::PrepareMetadata(_) | Act::PrepareJwks(_)))
    }
}

impl State {
    /// Whether any failure may act.
    fn any(&self) -> bool {
        !self.armed.is_empty() || self.over.iter().any(|armed| armed.publishes())
    }

    /// Moves all failures that no longer fire from `armed` to `over`.
    fn end_all(&mut self, now: Timestamp) {
        let over = |armed: &&Arc<Armed>| armed.is_over(now);
        let over: Vec<_> = self.armed.iter().filter(over).map(|armed| armed.number).collect();
        over.into_iter().for_each(|number| self.end(number));
    }

    /// Moves a failure from `armed` to `over`.
    fn end(&mut self, number: u64) {
        let Some(index) = self.armed.iter().position(|armed| armed.number == number) else {
            return;
        };
        if self.over.len() >= MAX_ENDED {
            self.over.pop_front();
        }
        let ended = self.armed.remove(index);
        self.over.push_back(ended);
    }
}
