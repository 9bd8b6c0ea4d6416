//! The acts of a catalogue entry.

use super::delivery::Delayed;
use super::draft::{Draft, RawResponse};
use super::fault::Fault;
use super::front_channel_draft::{AuthorizationDraft, SignedOutDraft};
use super::token::Token;
use crate::base::endpoint::Endpoint;
use crate::exchange::notice::LogoutRequest;
use crate::exchange::reply::Reply;
use crate::exchange::request::Request;
use crate::failure::spec::mode::Mode;
use crate::issuer::grant::Consumption;
use crate::issuer::issuer::Issuer;

/// An entry of the catalogue: a mode and its acts.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// The mode, as the catalogue documents it.
    pub(crate) mode: Mode,
    /// The acts of the mode, in the order of the stages. Empty for a mode that only a user agent
    /// can act out.
    pub(crate) acts: &'static [Act],
}

/// Where a mode acts, and what it does there. The variants are in the order of the stages that an
/// exchange passes.
///
/// An act on an answer gets a copy of its part and changes it. The engine compares the copy with the
/// honest part: the differences are the alterations in the journal. An act that changes nothing has
/// not fired; the failure then waits for the next exchange that its selectors match.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// On a request, before the handler sees it.
    Request(fn(&mut Request, &Fault<'_>)),
    /// On the state of the issuer before a request to an endpoint is handled, or with an answer in
    /// place of the honest one.
    Before(Endpoint, fn(&Fault<'_>) -> Option<Effect>),
    /// On a token request before it is handled: how it consumes its code or refresh token.
    Redemption(fn(&Fault<'_>) -> Option<Consumption>),
    /// On the state of the issuer before a request to an endpoint is handled, so that the failure can
    /// act later: see [`prepares`](Act::prepares).
    PrepareState(Endpoint, fn(&Fault<'_>) -> Option<Effect>),
    /// On the metadata, so that the failure can act elsewhere: see [`prepares`](Act::prepares).
    PrepareMetadata(fn(&mut Object, &Fault<'_>)),
    /// On the key set, so that the failure can act elsewhere: see [`prepares`](Act::prepares).
    PrepareJwks(fn(&mut Object, &Fault<'_>)),
    /// On the state of the issuer after the handler has answered; the act sees the answer.
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
    Authorization(fn(&mut AuthorizationDraft, &Fault<'_>)),
    /// On the answer to a completed logout.
    SignedOut(fn(&mut SignedOutDraft, &Fault<'_>)),
    /// On the token response for a code.
    Tokens(fn(&mut Object, &Fault<'_>)),
    /// On the token response of a refresh.
    RefreshTokens(fn(&mut Object, &Fault<'_>)),
    /// On the userinfo response.
    Userinfo(fn(&mut Object, &Fault<'_>)),
    /// On the userinfo response as a JWT; the engine turns plain JSON into one.
    SignedUserinfo(fn(&mut Token, &Fault<'_>)),
    /// On any answer as a whole: status, headers, body and delivery.
    Answer(fn(&mut RawResponse, &Fault<'_>)),
    /// On a logout token that the provider delivers.
    LogoutToken(fn(&mut Token, &Fault<'_>)),
    /// On the requests that deliver a logout token; the honest provider sends one.
    LogoutRequests(fn(&mut Vec<LogoutRequest>, &Fault<'_>)),
}

/// The effect of an act if its failure fires at this exchange. The acts that do not change a part
/// of an answer return one.
pub(crate) struct Effect {
    /// What happens, for the journal.
    pub(crate) description: String,
    /// Applies the effect, and returns the answer that replaces the honest one, if there is one.
    pub(crate) take: Take,
    /// A logout token to deliver later.
    pub(crate) delayed: Option<Delayed>,
}

/// Takes effect, and may return an answer.
type Take = Box<dyn FnOnce(&Issuer) -> Option<Reply>>;

impl Effect {
    /// Changes the state of the issuer.
    pub(crate) fn change(
        description: impl Into<String>,
        change: impl FnOnce(&Issuer) + 'static,
    ) -> Option<Self> {
        let take = Box::new(|issuer: &Issuer| {
            change(issuer);
            None
        });
        Some(Self { description: description.into(), take, delayed: None })
    }

    /// Delivers a logout token later.
    pub(crate) fn deliver(description: impl Into<String>, delayed: Delayed) -> Option<Self> {
        let take = Box::new(|_: &Issuer| None);
        Some(Self { description: description.into(), take, delayed: Some(delayed) })
    }

    /// Answers in place of the handler.
    pub(crate) fn answer(
        description: impl Into<String>,
        answer: impl FnOnce(&Issuer) -> Reply + 'static,
    ) -> Option<Self> {
        let take = Box::new(|issuer: &Issuer| Some(answer(issuer)));
        Some(Self { description: description.into(), take, delayed: None })
    }
}

/// A JSON object whose members keep their order.
pub(crate) type Object = serde_json::Map<String, serde_json::Value>;

/// The number of stages of an exchange.
pub(crate) const STAGES: usize = 12;

impl Act {
    /// The stage in which the act applies.
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
            // Delivery of a logout token is an exchange of its own.
            Self::LogoutToken(_) | Self::LogoutRequests(_) => STAGES,
        }
    }

    /// Whether the act only prepares the others of its mode. It does not count as firing, and
    /// client, user and flow do not select it, because a document is fetched without any of them.
    /// The keys or metadata that it publishes stay for as long as tokens that depend on it may be
    /// verified: until the failure is cleared, or its duration has passed.
    pub(crate) fn prepares(&self) -> bool {
        matches!(self, Self::PrepareState(..) | Self::PrepareMetadata(_) | Self::PrepareJwks(_))
    }
}
