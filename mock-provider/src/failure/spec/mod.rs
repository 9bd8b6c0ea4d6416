//! What a mode says about itself, and how a failure is written: plain data.

pub(crate) mod class;
pub(crate) mod failure;
pub(crate) mod mode;
pub(crate) mod parameter;
mod written;
