//! Plain data: the description of a mode, and the written form of a failure.

pub(crate) mod class;
pub(crate) mod failure;
pub(crate) mod mode;
pub(crate) mod parameter;
mod written;
