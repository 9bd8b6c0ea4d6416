//! The program: arguments, environment, logs, exit codes.

mod arguments;
mod banner;
mod check;
mod failure_book;
mod failure_page;
mod failures;
mod healthcheck;
mod layers;
mod log;
mod output;
mod serve;

pub use arguments::main;
