//! Drives one case of the failure catalogue against a relying party, and judges what comes of it.
//!
//! Nothing here knows an application: a [`RelyingParty`] is its addresses and how to tell who is
//! signed in. Whoever audits one builds a [`Bench`], which starts it, and asks for [`run`].
//!
//! | step | module |
//! | --- | --- |
//! | what the user agents of a mode do, and how it is judged | [`plan`] |
//! | one case: control, failure, control, judgement | [`case`](mod@case) |
//! | opening pages, signing in, signing out | [`user_agent`], [`visit`] |
//! | the story of a case | [`scenario`] |
//! | what happened | [`outcome`] |
//! | what is to be said of it | [`verdict`](mod@verdict) |

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
