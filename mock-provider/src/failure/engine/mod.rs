//! What a mode and its acts are, and how armed failures act on an exchange.

pub(crate) mod armed;
pub(crate) mod class;
pub(crate) mod delivery;
pub(crate) mod diff;
pub(crate) mod draft;
pub(crate) mod exit;
pub(crate) mod fault;
pub(crate) mod mode;
pub(crate) mod parameter;
pub(crate) mod spec;
pub(crate) mod token;
