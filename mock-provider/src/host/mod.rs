//! All issuers of the process, and the path of a request through them.

pub(crate) mod backchannel;
pub(crate) mod registry;
