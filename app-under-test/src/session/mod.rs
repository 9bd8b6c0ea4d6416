//! The user's session, and the cookies that name it.

pub(crate) mod cookie;
pub(crate) mod ended;
pub(crate) mod grant;
pub(crate) mod sessions;
pub(crate) mod user;
