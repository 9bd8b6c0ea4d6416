//! All issuers of the process, and the path of a request through them.

pub(crate) mod backchannel;
pub(crate) mod pipeline;
pub(crate) mod registry;
pub(crate) mod tenant;
