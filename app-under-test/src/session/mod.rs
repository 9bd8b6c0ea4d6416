//! The user's session, and the cookies that name it.

pub(crate) mod cookie;
pub(crate) mod ended;
pub(crate) mod grant;
pub(crate) mod sessions;
mod store;
pub(crate) mod user;
pub(crate) mod user_session;
