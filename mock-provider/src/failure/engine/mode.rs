//! What an entry of the catalogue says.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use super::class::Class;
use super::draft::{Draft, Outgoing};
use super::fault::Fault;
use super::parameter::Parameter;
use super::token::Token;
use crate::base::endpoint::Endpoint;
use crate::exchange::reply::{AuthorizationResponse, Reply};
use crate::exchange::request::Request;
use crate::exchange::signed_out::SignedOut;
use crate::host::backchannel::LogoutRequest;
use crate::issuer::grant::GrantUse;
use crate::issuer::issuer::Issuer;

/// One way to fail: an entry of the catalogue.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Mode {
    /// The name: class first, then what is wrong, such as `id-token-nonce-mismatch`.
    pub name: &'static str,
    /// What the provider does, in one sentence.
    pub effect: &'static str,
    /// What can be chosen.
    pub parameters: &'static [Parameter],
    /// The clauses that the failure breaks, or that say how to answer it.
    pub clauses: &'static [&'static str],
    /// What a correct relying party does about it.
    pub expected: Expected,
    /// Values of parameters that a correct relying party answers otherwise:
    /// `("value", "-61s", Expected::Either)`.
    pub exceptions: &'static [(&'static str, &'static str, Expected)],
    /// How bad it is when a relying party does otherwise.
    pub severity: Severity,
    /// What else is worth knowing: where the specification leaves room, what is hard to see.
    pub note: &'static str,
    /// How often it fires when no lifetime is given; always where this is `None`.
    pub times: Option<u64>,
    /// Values of parameters with which it lets the first chance pass, and begins with the second,
    /// unless told otherwise: `("phase", "running")`.
    pub from_the_second: &'static [(&'static str, &'static str)],
    /// What it does, in the order in which answers pass. Empty for what only a user agent can do.
    pub(crate) acts: &'static [Act],
}

impl Mode {
    /// An entry to be completed; see the class files.
    pub(crate) const ENTRY: Self = Self {
        name: "",
        effect: "",
        parameters: &[],
        clauses: &[],
        expected: Expected::Reject,
        exceptions: &[],
        severity: Severity::Critical,
        note: "",
        times: None,
        from_the_second: &[],
        acts: &[],
    };

    /// The class that the mode belongs to.
    ///
    /// # Panics
    ///
    /// Never for a mode of the catalogue.
    pub fn class(&self) -> Class {
        Class::of(self.name).expect("every mode of the catalogue stands in a class")
    }

    /// Whether the mode publishes something so that it can act elsewhere.
    pub(crate) fn publishes(&self) -> bool {
        self.acts.iter().any(|act| matches!(act, Act::PrepareMetadata(_) | Act::PrepareJwks(_)))
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mode({})", self.name)
    }
}

/// What a correct relying party does about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Expected {
    /// There is no session, and nothing of the bad data is used.
    Reject,
    /// It works again without anybody's help.
    Recover,
    /// The user reads what happened, and can try again.
    Error,
    /// It works.
    Tolerate,
    /// It works or fails cleanly; it never crashes, loops or mixes users.
    Either,
}

/// How bad it is when a relying party answers a failure wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Severity {
    /// An attacker gains something.
    Critical,
    /// Users are locked out, or see a crash.
    Robustness,
    /// It does not work together with some providers.
    Interoperability,
}

macro_rules! names {
    ($kind:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $kind {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name, as it is written in documents and options.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
pub(crate) use names;

names!(Expected {
    Reject => "reject", Recover => "recover", Error => "error",
    Tolerate => "tolerate", Either => "either",
});
names!(Severity {
    Critical => "critical", Robustness => "robustness", Interoperability => "interoperability",
});

/// Where a mode acts, and what it does there. The variants stand in the order of the stages that an
/// exchange passes.
///
/// An act that changes nothing has not fired: the next matching exchange is its chance.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    /// On a request, before it is answered.
    Request(fn(&mut Request, &Fault<'_>)),
    /// Before a request to an endpoint is answered: on the state of the issuer, or by an answer in
    /// place of the honest one.
    Before(Endpoint, fn(&Fault<'_>) -> Option<Effect>),
    /// Before a token request is answered: what it makes of the code or refresh token that it brings.
    Redemption(fn(&Fault<'_>) -> Option<GrantUse>),
    /// On the state of the issuer before a request to an endpoint is answered, so that the failure
    /// can act later: see [`prepares`](Act::prepares).
    PrepareState(Endpoint, fn(&Fault<'_>) -> Option<Effect>),
    /// On the metadata, so that the failure can act elsewhere: see [`prepares`](Act::prepares).
    PrepareMetadata(fn(&mut Object, &Fault<'_>)),
    /// On the key set, so that the failure can act elsewhere: see [`prepares`](Act::prepares).
    PrepareJwks(fn(&mut Object, &Fault<'_>)),
    /// On the state of the issuer, when an answer is made; seen is the answer.
    After(fn(&Draft, &Fault<'_>) -> Option<Effect>),
    /// On the claims about the user, wherever they are sent: ID token and userinfo.
    Claims(fn(&mut Object, &Fault<'_>)),
    /// On the ID token for a code, or on the one of an authorization response without a code.
    IdToken(fn(&mut Token, &Fault<'_>)),
    /// On the ID token of a refresh.
    RefreshIdToken(fn(&mut Token, &Fault<'_>)),
    /// On the metadata.
    Metadata(fn(&mut Object, &Fault<'_>)),
    /// On the key set.
    Jwks(fn(&mut Object, &Fault<'_>)),
    /// On the authorization response.
    Authorization(fn(&mut AuthorizationResponse, &Fault<'_>)),
    /// On the answer to a logout that is done.
    SignedOut(fn(&mut SignedOut, &Fault<'_>)),
    /// On the token response for a code.
    Tokens(fn(&mut Object, &Fault<'_>)),
    /// On the token response of a refresh.
    RefreshTokens(fn(&mut Object, &Fault<'_>)),
    /// On the userinfo response.
    Userinfo(fn(&mut Object, &Fault<'_>)),
    /// On the userinfo response as a JWT, which it becomes where it is none.
    SignedUserinfo(fn(&mut Token, &Fault<'_>)),
    /// On any answer as a whole: status, headers, body, connection.
    Answer(fn(&mut Outgoing, &Fault<'_>)),
    /// On a logout token that the provider delivers.
    LogoutToken(fn(&mut Token, &Fault<'_>)),
    /// On the requests that deliver a logout token: honestly there is one.
    LogoutRequests(fn(&mut Vec<LogoutRequest>, &Fault<'_>)),
}

/// What an act is about to do, once it is clear that it is its turn.
pub(crate) struct Effect {
    /// What is done, for the journal.
    pub(crate) words: String,
    /// Does it, and answers the request where the honest answer is not wanted.
    pub(crate) take: Take,
}

/// Takes effect, and returns the answer where there is one.
type Take = Box<dyn FnOnce(&Issuer) -> Option<Reply>>;

impl Effect {
    /// Changes the state of the issuer.
    pub(crate) fn change(
        words: impl Into<String>,
        change: impl FnOnce(&Issuer) + 'static,
    ) -> Option<Self> {
        let take = Box::new(|issuer: &Issuer| {
            change(issuer);
            None
        });
        Some(Self { words: words.into(), take })
    }

    /// Answers in place of the honest provider.
    pub(crate) fn answer(
        words: impl Into<String>,
        answer: impl FnOnce(&Issuer) -> Reply + 'static,
    ) -> Option<Self> {
        let take = Box::new(|issuer: &Issuer| Some(answer(issuer)));
        Some(Self { words: words.into(), take })
    }
}

/// A JSON object whose members keep their order.
pub(crate) type Object = serde_json::Map<String, serde_json::Value>;

/// The stages of an exchange, in order.
pub(crate) const STAGES: usize = 12;

impl Act {
    /// The place in the order of stages.
    pub(crate) fn stage(&self) -> usize {
        match self {
            Self::Request(_) | Self::Before(..) | Self::Redemption(_) | Self::PrepareState(..) => 0,
            Self::After(_) => 1,
            Self::Claims(_) => 2,
            Self::IdToken(_) => 3,
            Self::RefreshIdToken(_) => 4,
            Self::Metadata(_) | Self::PrepareMetadata(_) => 5,
            Self::Jwks(_) | Self::PrepareJwks(_) => 6,
            Self::Authorization(_) | Self::SignedOut(_) => 7,
            Self::Tokens(_) => 8,
            Self::RefreshTokens(_) => 9,
            Self::Userinfo(_) | Self::SignedUserinfo(_) => 10,
            Self::Answer(_) => 11,
            // Of exchanges of their own.
            Self::LogoutToken(_) | Self::LogoutRequests(_) => STAGES,
        }
    }

    /// Whether the act only sets the stage for the others of its mode. It takes no turn, nobody
    /// knows for which client, user or login a document is fetched, and what is published is there
    /// for as long as tokens that rest on it may be verified: until the failure is cleared, or the
    /// time that it was given has passed.
    pub(crate) fn prepares(&self) -> bool {
        matches!(self, Self::PrepareState(..) | Self::PrepareMetadata(_) | Self::PrepareJwks(_))
    }
}
