//! The addresses of an issuer's endpoints.

use crate::base::endpoint::{Channel, Endpoint};
use crate::issuer::issuer::Issuer;

macro_rules! define_is_served {
    ($($endpoint:ident $name:literal $path:literal $channel:ident $browsable:literal
        member[$($member:literal)?] if[$($setting:ident)?] get[$($get:path)?] post[$($post:path)?];)*) => {
        impl Issuer {
            /// Whether the settings enable an endpoint.
            pub(crate) fn is_served(&self, endpoint: Endpoint) -> bool {
                match endpoint {
                    $($(Endpoint::$endpoint => self.settings.$setting,)?)*
                    _ => !endpoint.path().is_empty(),
                }
            }
        }
    };
}
route_table!(define_is_served);

impl Issuer {
    /// The endpoints that the issuer serves.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = Endpoint> {
        Endpoint::ROUTED.iter().copied().filter(|endpoint| self.is_served(*endpoint))
    }

    /// The address at which callers reach an endpoint.
    pub(crate) fn address(&self, endpoint: Endpoint) -> String {
        let base = match endpoint.channel() {
            Channel::Front => &self.url,
            Channel::Back => &self.back_url,
        };
        format!("{}{}", base.trim_end_matches('/'), endpoint.path())
    }
}
