//! Stories of end users in a real browser, and the audit of the app.

mod audit;
mod callback;
mod denial;
mod every_browser;
mod flow;
mod harness;
mod history;
mod layers;
mod login;
mod logout;
mod names;
mod outage;
mod redaction;
mod session;
