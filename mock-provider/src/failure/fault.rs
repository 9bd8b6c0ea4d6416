//! What an act is told.

use std::time::Duration;

use super::spec::Failure;
use crate::config::duration;
use crate::issuer::Issuer;
use crate::reply::Note;
use crate::request::Request;

/// A failure that is about to act, and where.
pub(crate) struct Fault<'a> {
    pub(crate) failure: &'a Failure,
    pub(crate) issuer: &'a Issuer,
    pub(crate) request: &'a Request,
    /// What the honest answer is about: client, user, flow.
    pub(crate) note: &'a Note,
}

impl Fault<'_> {
    /// The value of a parameter.
    pub(crate) fn value(&self, name: &str) -> String {
        self.failure.value(name)
    }

    /// True when a parameter has that value.
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        self.failure.value(name) == value
    }

    /// The value of a parameter that is a number.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.failure.value(name).parse().unwrap_or_default()
    }

    /// The value of a parameter that is a length of time.
    pub(crate) fn duration(&self, name: &str) -> Duration {
        duration(&self.failure.value(name)).unwrap_or_default()
    }

    /// The subject of another user than the one concerned: the next one who is configured, or else
    /// one made up.
    pub(crate) fn another_subject(&self) -> String {
        let own = self.note.user.as_deref().unwrap_or_default();
        let others = self.issuer.users.iter().filter(|user| user.subject != own);
        let other = others.map(|user| user.subject.clone()).next();
        other.unwrap_or_else(|| format!("not-{own}"))
    }

    /// The value of a parameter such as `-10min` or `+30s`, in seconds.
    pub(crate) fn offset(&self, name: &str) -> i64 {
        let value = self.failure.value(name);
        let (sign, length) = match value.strip_prefix('-') {
            Some(length) => (-1, length),
            None => (1, value.strip_prefix('+').unwrap_or(&value)),
        };
        let seconds = duration(length).unwrap_or_default().as_secs();
        sign * i64::try_from(seconds).unwrap_or(i64::MAX)
    }
}
