//! The layer test.

mod layers;
