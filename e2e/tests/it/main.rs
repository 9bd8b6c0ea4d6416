//! What an end user goes through, in a real browser.

mod harness;
