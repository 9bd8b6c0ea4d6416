//! The state that all requests share.

use crate::config::Config;
use crate::oidc::pending_login::PendingLogins;
use crate::oidc::providers::Providers;
use crate::oidc::used_tokens::UsedTokens;
use crate::session::sessions::Sessions;

/// The relying party: the state that all its requests share.
pub struct App {
    pub(crate) config: Config,
    pub(crate) providers: Providers,
    pub(crate) pending_logins: PendingLogins,
    pub(crate) sessions: Sessions,
    pub(crate) used_tokens: UsedTokens,
}

impl App {
    pub(crate) fn new(config: Config) -> Self {
        config.warn();
        Self {
            providers: Providers::new(&config),
            pending_logins: PendingLogins::new(config.clock.clone()),
            used_tokens: UsedTokens::new(config.clock.clone()),
            sessions: Sessions::new(config.session_limits, config.clock.clone()),
            config,
        }
    }
}
