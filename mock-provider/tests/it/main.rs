//! Tests of the whole provider.

mod cli;
mod configuration;
mod readme;
