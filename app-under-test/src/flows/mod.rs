//! What happens from end to end: a login, a refresh, a logout.

pub(crate) mod error;
pub(crate) mod policy;
pub(crate) mod refresh;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
