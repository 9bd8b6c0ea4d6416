//! The connection below HTTP: what an honest server leaves to its library, and what failures of
//! the network need in their own hands.

#![cfg_attr(
    not(test),
    expect(dead_code, reason = "the failures that deliver answers this way come next")
)]

pub(crate) mod connection;
pub(crate) mod delivery;
mod playback;
pub(crate) mod refused;
mod render;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
