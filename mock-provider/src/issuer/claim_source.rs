//! Claim sources: claims in a JWT of their own, which the client receives (aggregated) or fetches
//! (distributed)
//! ([OpenID Connect Core 1.0, section 5.6.2](https://openid.net/specs/openid-connect-core-1_0.html#AggregatedDistributedClaims)).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::base::endpoint::Endpoint;
use crate::issuer::issuer::{Issuer, until};
use crate::jose::algorithm::Algorithm;
use crate::jose::jws::Jws;

/// The bearer token for the claim source. It carries the claims, so that the provider need not
/// store them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Voucher {
    /// The address of the claim source, so that no other token of the provider is accepted.
    aud: String,
    exp: i64,
    pub(crate) client_id: String,
    pub(crate) sub: String,
    /// The claims that the source returns.
    claims: Map<String, Value>,
}

/// Why a bearer token is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum VoucherError {
    #[error("the token was not issued for the claim source")]
    NotAVoucher,
    #[error("the token must be issued for the claim source, got one for `{0}`")]
    Audience(String),
    #[error("the token expired {ago} seconds ago")]
    Expired { ago: i64 },
}

impl Issuer {
    /// The claims of a user as a JWT.
    pub(crate) fn sourced(&self, subject: &str, claims: &Map<String, Value>) -> String {
        let mut sourced = Map::new();
        sourced.insert("iss".to_owned(), json!(self.url));
        sourced.insert("sub".to_owned(), json!(subject));
        sourced.extend(claims.clone());
        self.keys.sign(Algorithm::default(), None, &sourced)
    }

    /// A bearer token with which a client fetches these claims of a user.
    pub(crate) fn voucher(
        &self,
        client_id: &str,
        subject: &str,
        claims: Map<String, Value>,
    ) -> String {
        let voucher = Voucher {
            aud: self.address(Endpoint::ClaimSource),
            exp: until(self.clock.seconds(), self.settings.access_token_lifetime),
            client_id: client_id.to_owned(),
            sub: subject.to_owned(),
            claims,
        };
        self.keys.sign(Algorithm::default(), None, &voucher)
    }

    /// Verifies a bearer token, and returns it with the JWT of its claims.
    ///
    /// # Errors
    ///
    /// When it is not a valid token for the claim source.
    pub(crate) fn redeem_voucher(&self, token: &str) -> Result<(Voucher, String), VoucherError> {
        let verified = self.keys.verify(token, None).and_then(|()| Jws::parse(token)?.claims());
        let voucher: Voucher = verified.map_err(|_| VoucherError::NotAVoucher)?;
        if voucher.aud != self.address(Endpoint::ClaimSource) {
            return Err(VoucherError::Audience(voucher.aud));
        }
        let ago = self.clock.seconds() - voucher.exp;
        if ago >= 0 {
            return Err(VoucherError::Expired { ago });
        }
        let sourced = self.sourced(&voucher.sub, &voucher.claims);
        Ok((voucher, sourced))
    }
}
