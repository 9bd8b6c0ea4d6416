//! Runs single cases of the failure catalogue against a relying party, and judges how it handles them.
//!
//! The audit does not depend on a particular application: a [`RelyingParty`] has the addresses of one,
//! and how to see who is signed in. To audit it, implement [`Bench`], which starts it, and call [`run`].
//!
//! | step | module |
//! | --- | --- |
//! | choose what the user agents do in a mode, and the rule to judge it | [`plan`] |
//! | run a case, then a login without the failure | [`case`](mod@case) |
//! | open pages, sign in, sign out | [`user_agent`], [`visit`] |
//! | play the scenario of a case | [`scenario`], [`story`] |
//! | name what happened | [`outcome`] |
//! | judge it | [`verdict`](mod@verdict) |

pub mod browser_agent;
pub mod calibration;
pub mod case;
pub mod http_agent;
pub mod oracle;
pub mod outcome;
pub mod person;
pub mod plan;
pub mod relying_party;
pub mod report;
pub mod scenario;
mod script;
mod stage;
pub mod story;
pub mod user_agent;
pub mod verdict;
pub mod visit;

pub use calibration::Calibration;
pub use case::run;
pub use outcome::Outcome;
pub use person::{Cast, Person};
pub use relying_party::{Bench, RelyingParty};
pub use report::Report;
pub use verdict::Verdict;
