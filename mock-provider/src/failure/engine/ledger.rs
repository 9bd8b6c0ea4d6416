//! The ledger, which remembers earlier exchanges of an issuer for failures: the logins that were
//! begun, the ID tokens and logout tokens that were sent, and when a failure last changed the
//! state.
//!
//! The journal is for people: they can turn it off or clear it, and it truncates long values. So
//! failures have a memory of their own. It is bounded: the oldest entries are dropped first.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::base::endpoint::Endpoint;
use crate::exchange::notice::LogoutNotice;
use crate::exchange::reply::Note;
use crate::exchange::request::Request;
use crate::protocol::parameters::Parameters;

/// The maximum number of remembered logins.
const MAX_LOGINS: usize = 64;

/// The maximum size of their parameters together, in bytes. The latest login is kept in any case: a
/// request has at most 64 KiB.
const MAX_LOGIN_BYTES: usize = 256 * 1024;

/// The maximum number of ID tokens, of logout tokens, and of changes.
const MAX_TOKENS: usize = 64;

/// A login that a client has begun.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) client: String,
    pub(crate) flow: String,
    /// The parameters of the authorization request.
    pub(crate) parameters: Parameters,
    /// Whether the client has called the token endpoint for it.
    pub(crate) redeemed: bool,
}

/// An ID token that was issued while a failure was armed.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) id_token: String,
    pub(crate) client: String,
    pub(crate) flow: String,
}

/// The memory of an issuer's failures.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    logins: VecDeque<Login>,
    /// The size of their parameters together, in bytes.
    login_bytes: usize,
    issued: VecDeque<Issued>,
    logouts: VecDeque<LogoutNotice>,
    /// The latest change of each failure, by its specification.
    changes: BTreeMap<String, Timestamp>,
}

impl Ledger {
    /// Records what an exchange says about a login.
    pub(crate) fn record(&mut self, request: &Request, note: &Note) {
        let Some(flow) = &note.flow else { return };
        match (request.endpoint, &note.client, request.parameters()) {
            (Endpoint::Authorization, Some(client), Ok(parameters)) => self.begin(Login {
                client: client.clone(),
                flow: flow.clone(),
                parameters: parameters.clone(),
                redeemed: false,
            }),
            (Endpoint::Token, ..) => {
                let logins = self.logins.iter_mut().rev();
                logins.filter(|login| login.flow == *flow).for_each(|it| it.redeemed = true);
            }
            _ => {}
        }
    }

    fn begin(&mut self, login: Login) {
        self.login_bytes += login.parameters.bytes();
        self.logins.push_back(login);
        while self.logins.len() > MAX_LOGINS
            || (self.login_bytes > MAX_LOGIN_BYTES && self.logins.len() > 1)
        {
            let oldest = self.logins.pop_front().map_or(0, |oldest| oldest.parameters.bytes());
            self.login_bytes -= oldest;
        }
    }

    /// The logins, latest first.
    pub(crate) fn logins(&self) -> impl Iterator<Item = &Login> {
        self.logins.iter().rev()
    }

    /// The login that a note is about.
    pub(crate) fn login(&self, note: &Note) -> Option<&Login> {
        self.logins().find(|login| Some(&login.flow) == note.flow.as_ref())
    }

    /// Other unfinished logins of the client of a note, latest first.
    pub(crate) fn unfinished(&self, note: &Note) -> impl Iterator<Item = &Login> {
        let own = |login: &&Login| Some(&login.flow) == note.flow.as_ref();
        let same_client = |login: &&Login| Some(&login.client) == note.client.as_ref();
        self.logins().filter(move |login| same_client(login) && !own(login) && !login.redeemed)
    }

    /// Records an ID token that was issued honestly.
    pub(crate) fn issue(&mut self, issued: Issued) {
        push_bounded(&mut self.issued, issued);
    }

    /// The recently issued ID tokens, latest first.
    pub(crate) fn issued(&self) -> impl Iterator<Item = &Issued> {
        self.issued.iter().rev()
    }

    /// Records a logout token that is about to be delivered.
    pub(crate) fn log_out(&mut self, notice: &LogoutNotice) {
        push_bounded(&mut self.logouts, notice.clone());
    }

    /// The latest logout token for a client about a user.
    pub(crate) fn last_logout(&self, note: &Note) -> Option<&LogoutNotice> {
        let concerns = |logout: &&LogoutNotice| {
            logout.note.client == note.client && logout.note.user == note.user
        };
        self.logouts.iter().rev().find(concerns)
    }

    /// Records that a failure has changed the state of the issuer.
    pub(crate) fn change(&mut self, failure: String, at: Timestamp) {
        if self.changes.len() >= MAX_TOKENS && !self.changes.contains_key(&failure) {
            let oldest = self.changes.iter().min_by_key(|(_, at)| **at);
            if let Some(oldest) = oldest.map(|(failure, _)| failure.clone()) {
                self.changes.remove(&oldest);
            }
        }
        self.changes.insert(failure, at);
    }

    /// When a failure last changed the state of the issuer.
    pub(crate) fn last_change(&self, failure: &str) -> Option<Timestamp> {
        self.changes.get(failure).copied()
    }
}

fn push_bounded<T>(ring: &mut VecDeque<T>, entry: T) {
    if ring.len() >= MAX_TOKENS {
        ring.pop_front();
    }
    ring.push_back(entry);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(number: usize, bytes: usize) -> Login {
        Login {
            client: "shop".into(),
            flow: number.to_string(),
            parameters: Parameters::from_iter([("state", "s".repeat(bytes).as_str())]),
            redeemed: false,
        }
    }

    #[test]
    fn the_oldest_logins_are_dropped_by_number_and_by_size() {
        let mut ledger = Ledger::default();
        (0..MAX_LOGINS + 1).for_each(|number| ledger.begin(login(number, 10)));
        assert_eq!(ledger.logins().count(), MAX_LOGINS);
        (0..9).for_each(|number| ledger.begin(login(number, MAX_LOGIN_BYTES / 8)));
        assert_eq!(ledger.logins().count(), 7, "each parameter also has a name");
        ledger.begin(login(99, MAX_LOGIN_BYTES + 1));
        let kept: Vec<_> = ledger.logins().map(|login| login.flow.as_str()).collect();
        assert_eq!(kept, ["99"], "the latest is kept in any case");
    }
}
