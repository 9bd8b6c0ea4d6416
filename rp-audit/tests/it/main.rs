//! The audit against a relying party that belongs to the tests.

mod careless;
mod engine;
mod layers;
