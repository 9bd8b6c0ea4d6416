//! Logins that wait for the provider's response.
//!
//! Nonce and code verifier are stored until the response with their state arrives. A browser has one
//! login cookie for all its tabs; each tab has its own state.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use subtle::ConstantTimeEq as _;

use super::pkce;
use crate::base::clock::Clock;
use crate::base::random;
use crate::config::Secret;

/// How long a user may take to sign in at the provider.
pub(crate) const LIFE: Duration = Duration::from_secs(10 * 60);

/// The maximum number of pending logins of one browser; the oldest is dropped.
const MAX_PER_BROWSER: usize = 20;

/// The maximum number of pending logins, about 1 KiB each; the oldest is dropped.
const MAX_TOTAL: usize = 20_000;

/// A login between the redirect to the provider and the response.
#[derive(Clone, Debug)]
pub(crate) struct PendingLogin {
    /// The name of the provider from which the response must come.
    pub(crate) provider: String,
    /// The login cookie of the browser that began it.
    browser: String,
    pub(crate) nonce: String,
    pub(crate) code_verifier: Secret,
    /// The page that the user wanted to see.
    pub(crate) return_to: String,
    started: Timestamp,
    number: u64,
}

/// All pending logins.
#[derive(Debug)]
pub(crate) struct PendingLogins {
    clock: Clock,
    max_total: usize,
    waiting: Mutex<Waiting>,
}

/// Pending logins by state, by browser and by age. Beginning one requires no authentication, so
/// no operation may take time in proportion to their number.
#[derive(Debug, Default)]
struct Waiting {
    by_state: HashMap<String, PendingLogin>,
    /// The states of each browser, oldest first.
    by_browser: HashMap<String, VecDeque<String>>,
    /// The states by the numbers of their logins, oldest first.
    by_age: BTreeMap<u64, String>,
    /// The number of logins begun so far.
    begun: u64,
}

/// Why no pending login was found for a state.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StateError {
    #[error("`state` must be that of a pending login: it is forged, used before, or too old")]
    Unknown,
    #[error("`state` must come from the browser that began the login")]
    OtherBrowser,
}

impl PendingLogins {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, max_total: MAX_TOTAL, waiting: Mutex::default() }
    }

    /// Begins a login at `provider` for the browser with this login cookie. Returns its state and
    /// the login.
    pub(crate) fn begin(
        &self,
        provider: &str,
        browser: &str,
        return_to: String,
    ) -> (String, PendingLogin) {
        let now = self.clock.now();
        let state = random::unguessable();
        let mut waiting = self.waiting();
        waiting.begun += 1;
        let login = PendingLogin {
            provider: provider.to_owned(),
            browser: browser.to_owned(),
            nonce: random::unguessable(),
            code_verifier: pkce::code_verifier(),
            return_to,
            started: now,
            number: waiting.begun,
        };
        while let Some(oldest) = waiting.oldest().filter(|oldest| !oldest.1.is_valid(now)) {
            let state = oldest.0.to_owned();
            waiting.remove(&state);
        }
        if waiting.by_state.len() >= self.max_total
            && let Some(state) = waiting.oldest().map(|(state, _)| state.to_owned())
        {
            waiting.remove(&state);
        }
        let of_browser = waiting.by_browser.get(browser);
        if let Some(states) = of_browser.filter(|states| states.len() >= MAX_PER_BROWSER)
            && let Some(state) = states.front().cloned()
        {
            waiting.remove(&state);
        }
        waiting.add(state.clone(), login.clone());
        (state, login)
    }

    /// Takes the login of `state`, once, for the browser that began it
    /// ([RFC 6749, section 10.12](https://www.rfc-editor.org/rfc/rfc6749#section-10.12)).
    ///
    /// # Errors
    ///
    /// When there is no such login. A request from another browser leaves it pending.
    pub(crate) fn take(
        &self,
        state: &str,
        browser: Option<&str>,
    ) -> Result<PendingLogin, StateError> {
        let mut waiting = self.waiting();
        let login = waiting.by_state.get(state).ok_or(StateError::Unknown)?;
        let same_browser = browser
            .is_some_and(|browser| browser.as_bytes().ct_eq(login.browser.as_bytes()).into());
        if !same_browser {
            return Err(StateError::OtherBrowser);
        }
        let login = waiting.remove(state).ok_or(StateError::Unknown)?;
        if login.is_valid(self.clock.now()) { Ok(login) } else { Err(StateError::Unknown) }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn oldest(&self) -> Option<(&str, &PendingLogin)> {
        let (_, state) = self.by_age.first_key_value()?;
        Some((state, self.by_state.get(state)?))
    }

    fn add(&mut self, state: String, login: PendingLogin) {
        self.by_age.insert(login.number, state.clone());
        self.by_browser.entry(login.browser.clone()).or_default().push_back(state.clone());
        self.by_state.insert(state, login);
    }

    fn remove(&mut self, state: &str) -> Option<PendingLogin> {
        let login = self.by_state.remove(state)?;
        self.by_age.remove(&login.number);
        if let Some(states) = self.by_browser.get_mut(&login.browser) {
            states.retain(|own| own != state);
            if states.is_empty() {
                self.by_browser.remove(&login.browser);
            }
        }
        Some(login)
    }
}

impl PendingLogin {
    fn is_valid(&self, now: Timestamp) -> bool {
        now.duration_since(self.started).unsigned_abs() < LIFE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending() -> (PendingLogins, Clock) {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        (PendingLogins::new(clock.clone()), clock)
    }

    #[test]
    fn state_can_be_used_once() {
        let (logins, _) = pending();
        let (state, begun) = logins.begin("provider", "browser", "/claims".to_owned());
        let taken = logins.take(&state, Some("browser")).unwrap();
        assert_eq!(taken.nonce, begun.nonce);
        assert_eq!(taken.return_to, "/claims");
        let again = logins.take(&state, Some("browser"));
        assert_eq!(again.unwrap_err(), StateError::Unknown);
    }

    #[test]
    fn another_browser_cannot_use_the_state() {
        let (logins, _) = pending();
        let (state, _) = logins.begin("provider", "browser", String::new());
        for other in [None, Some(""), Some("Browser"), Some("other")] {
            let error = logins.take(&state, other).unwrap_err();
            assert_eq!(error, StateError::OtherBrowser);
        }
        logins.take(&state, Some("browser")).unwrap();
    }

    #[test]
    fn login_expires_after_ten_minutes() {
        let (logins, clock) = pending();
        let (early, _) = logins.begin("provider", "browser", String::new());
        clock.advance(Duration::from_secs(1));
        let (late, _) = logins.begin("provider", "browser", String::new());
        clock.advance(LIFE - Duration::from_secs(1));
        assert!(logins.take(&early, Some("browser")).is_err());
        assert!(logins.take(&late, Some("browser")).is_ok());
    }

    #[test]
    fn logins_of_a_browser_are_limited_without_affecting_another() {
        let (logins, clock) = pending();
        let (other, _) = logins.begin("provider", "other", String::new());
        let (first, _) = logins.begin("provider", "browser", String::new());
        for _ in 0..MAX_PER_BROWSER {
            clock.advance(Duration::from_millis(1));
            logins.begin("provider", "browser", String::new());
        }
        assert!(logins.take(&first, Some("browser")).is_err());
        assert!(logins.take(&other, Some("other")).is_ok());
    }

    #[test]
    fn total_is_limited() {
        let (mut logins, clock) = pending();
        logins.max_total = 3;
        let (first, _) = logins.begin("provider", "0", String::new());
        for browser in ["1", "2", "3"] {
            clock.advance(Duration::from_secs(1));
            logins.begin("provider", browser, String::new());
        }
        assert_eq!(logins.waiting().by_state.len(), 3);
        assert!(logins.take(&first, Some("0")).is_err());
        clock.advance(LIFE);
        logins.begin("provider", "after the old ones", String::new());
        assert_eq!(logins.waiting().by_state.len(), 1);
        assert_eq!(logins.waiting().by_age.len(), 1);
        assert_eq!(logins.waiting().by_browser.len(), 1);
    }
}
