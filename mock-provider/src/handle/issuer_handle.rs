//! The handle of one issuer.

use std::fmt;
use std::sync::Arc;

use crate::base::clock::Clock;
use crate::exchange::journal::Exchange;
use crate::failure::ArmedFailure;
use crate::failure::spec::failure::Failure;
use crate::handle::end_user;
use crate::handle::end_user::AuthorizeError;
use crate::host::registry::Registry;
use crate::host::tenant;
use crate::host::tenant::Tenant;
use crate::jose::keys::Keys;

/// An issuer of a running [`MockProvider`](crate::MockProvider): the default one, to which the
/// provider dereferences, a [named](crate::MockProvider::named) one, or one that [always
/// fails](crate::MockProvider::failing).
///
/// Issuers share settings but no state: each has its own users, clients, keys, clock, sessions, codes,
/// tokens, journal and failures. One that always fails has the users and clients of the default one.
#[derive(Clone, Debug)]
pub struct IssuerHandle {
    registry: Arc<Registry>,
    tenant: Arc<Tenant>,
}

impl IssuerHandle {
    pub(crate) fn new(registry: Arc<Registry>, tenant: Arc<Tenant>) -> Self {
        Self { registry, tenant }
    }

    /// The issuer identifier, such as `http://127.0.0.1:41234`: the value to
    /// configure in an application.
    pub fn issuer(&self) -> &str {
        &self.tenant.issuer.url
    }

    /// The issuer's clock. [Advance](Clock::advance) it to make tokens expire.
    pub fn clock(&self) -> &Clock {
        &self.tenant.issuer.clock
    }

    /// The issuer's keys. [Rotate](Keys::rotate) them to make relying parties fetch them again.
    pub fn keys(&self) -> &Keys {
        &self.tenant.issuer.keys
    }

    /// The exchanges recorded so far, oldest first.
    pub fn journal(&self) -> Vec<Exchange> {
        self.tenant.journal.exchanges()
    }

    /// Clears the journal.
    pub fn clear_journal(&self) {
        self.tenant.journal.clear();
    }

    /// Arms a failure, until the guard is dropped. A failure that never fires fails the test.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use mock_provider::MockProvider;
    /// use mock_provider::failure::Failure;
    ///
    /// let provider = MockProvider::start().await;
    /// let expired = provider.fail("id-token-exp-invalid:value=-10min").may_not_fire();
    /// let later = Failure::parse("id-token-exp-invalid").expect("is known").client("demo-app").nth(3);
    /// let third = provider.fail(later).may_not_fire();
    /// assert_eq!((expired.fired(), third.fired()), (0, 0));
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the failure is invalid, or names an unknown issuer or client; the message suggests the
    /// nearest valid one.
    #[track_caller]
    pub fn fail<F>(&self, failure: F) -> ArmedFailure
    where
        F: TryInto<Failure>,
        F::Error: fmt::Display,
    {
        match failure.try_into() {
            Ok(failure) => match self.registry.arm(&self.tenant, failure) {
                Ok((tenant, armed)) => ArmedFailure::new(Arc::clone(&tenant.failures), armed),
                Err(error) => panic!("{error}"),
            },
            Err(error) => panic!("{error}"),
        }
    }

    /// Clears every failure of this issuer, including configured ones.
    pub fn clear_failures(&self) {
        self.tenant.failures.clear_all();
    }

    /// Restores the initial state: users, clients, keys, clock and failures as configured, no
    /// sessions, codes or tokens, and an empty journal, whose numbers continue. With a seed, codes and
    /// tokens repeat from the first.
    pub fn reset(&self) {
        self.tenant.reset();
    }

    /// Ends every session of a user, as an administrator or another application would, and delivers
    /// logout tokens to the clients that registered for them. Returns how many sessions ended.
    ///
    /// Each delivery is in the [journal](Self::journal) when this returns.
    pub async fn log_out(&self, subject: &str) -> usize {
        tenant::log_out(&self.tenant, subject).await
    }

    /// Follows an authorization request as an end user would: opens `authorization_url`, signs in as
    /// `subject`, and returns the URL to which the browser is redirected.
    ///
    /// A configured password is entered. Every call uses a fresh browser without a session.
    /// `subject` is ignored where no sign-in page is shown:
    /// [`Settings::auto_login`](crate::Settings::auto_login) and
    /// [`Settings::login_hint_signs_in`](crate::Settings::login_hint_signs_in) sign in the users that
    /// they name.
    ///
    /// # Errors
    ///
    /// When the URL is not that of this issuer's authorization endpoint, when the provider shows an
    /// error page, or with `form_post`, which needs a browser. An error response to the client is not
    /// an error here: it is part of the returned URL.
    pub async fn authorize_as(
        &self,
        subject: &str,
        authorization_url: &str,
    ) -> Result<String, AuthorizeError> {
        end_user::authorize(&self.registry, &self.tenant.issuer, subject, authorization_url).await
    }
}
