//! One exchange: a request, its reply, and what the journal keeps of both.

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod browser;
pub(crate) mod entry;
pub(crate) mod journal;
pub(crate) mod notice;
pub(crate) mod redaction;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod signed_out;
pub(crate) mod token_error;
