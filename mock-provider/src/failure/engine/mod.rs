//! How armed failures act on an exchange: acts, their context, and the ledger of earlier exchanges.

pub(crate) mod act;
pub(crate) mod armed;
pub(crate) mod delivery;
pub(crate) mod diff;
pub(crate) mod draft;
pub(crate) mod exit;
pub(crate) mod fault;
pub(crate) mod front_channel;
pub(crate) mod front_channel_draft;
pub(crate) mod grants;
pub(crate) mod ledger;
pub(crate) mod surroundings;
pub(crate) mod token;
pub(crate) mod turn;
