//! The endpoints that requests are for.
//!
//! They come from the route table in `router.rs`, which has one line for each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The other path of the key set, for a failure that moves it.
pub(crate) const MOVED_JWKS: &str = "/jwks/moved";

/// The party that calls an endpoint. It decides the address under which the endpoint is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    /// The end user's browser, which shows a page.
    Front,
    /// The relying party, which may be a script in a browser: other origins may read the answer.
    Back,
}

macro_rules! define_endpoints {
    ($($endpoint:ident $name:literal $path:literal $channel:ident $browsable:literal
        member[$($member:literal)?] if[$($setting:ident)?] get[$($get:path)?] post[$($post:path)?];)*) => {
        /// The endpoint that a request is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "control", derive(utoipa::ToSchema))]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum Endpoint {
            $(
                #[doc = concat!("The endpoint `", $path, "`.")]
                $endpoint,
            )*
            /// The endpoint of a relying party that takes logout tokens; the provider calls it.
            BackChannelLogout,
            /// Not an endpoint of the provider.
            Unknown,
        }

        impl Endpoint {
            /// Every endpoint.
            pub(crate) const ALL: &'static [Self] =
                &[$(Self::$endpoint,)* Self::BackChannelLogout, Self::Unknown];

            /// The endpoints that an issuer serves, in the order of the route table.
            pub(crate) const ROUTED: &'static [Self] = &[$(Self::$endpoint),*];

            /// The name, as the journal writes it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$endpoint => $name,)*
                    Self::BackChannelLogout => "back-channel-logout",
                    Self::Unknown => "unknown",
                }
            }

            /// The path below the issuer's own; empty for endpoints that an issuer does not serve.
            pub(crate) fn path(self) -> &'static str {
                match self {
                    $(Self::$endpoint => $path,)*
                    Self::BackChannelLogout | Self::Unknown => "",
                }
            }

            /// Which party calls it.
            pub(crate) fn channel(self) -> Channel {
                match self {
                    $(Self::$endpoint => Channel::$channel,)*
                    Self::BackChannelLogout | Self::Unknown => Channel::Front,
                }
            }

            /// The metadata member that publishes the address.
            pub(crate) fn member(self) -> Option<&'static str> {
                match self {
                    $($(Self::$endpoint => Some($member),)?)*
                    _ => None,
                }
            }

            /// Whether a browser can open it without parameters.
            pub(crate) fn is_browsable(self) -> bool {
                match self {
                    $(Self::$endpoint => $browsable,)*
                    Self::BackChannelLogout | Self::Unknown => false,
                }
            }
        }
    };
}
route_table!(define_endpoints);

impl Endpoint {
    /// The endpoint with that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|endpoint| endpoint.name() == name)
    }

    /// The endpoint at a path below the issuer's own.
    pub(crate) fn at(path: &str) -> Option<Self> {
        if path == MOVED_JWKS {
            return Some(Self::Jwks);
        }
        Self::ROUTED.iter().copied().find(|endpoint| endpoint.path() == path)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
