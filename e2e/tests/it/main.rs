//! What an end user goes through, in a real browser.

mod flow;
mod harness;
mod login;
