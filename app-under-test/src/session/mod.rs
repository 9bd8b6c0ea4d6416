//! Sessions of signed-in users, and the cookies that identify them.

pub(crate) mod cookie;
pub(crate) mod ended;
pub(crate) mod grant;
pub(crate) mod sessions;
mod store;
pub(crate) mod user;
pub(crate) mod user_session;
