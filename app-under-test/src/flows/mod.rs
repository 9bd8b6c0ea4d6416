//! A login, a refresh and a logout from end to end.

pub(crate) mod error;
pub(crate) mod policy;
pub(crate) mod refresh;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
