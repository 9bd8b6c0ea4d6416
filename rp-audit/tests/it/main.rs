//! The audit against a relying party of its own.

mod careless;
mod engine;
mod layers;
