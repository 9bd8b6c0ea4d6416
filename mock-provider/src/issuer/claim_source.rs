//! Claim sources: claims that do not stand among the others, but in a JWT of their own, which the
//! client is handed (aggregated) or fetches (distributed)
//! ([OpenID Connect Core 1.0, section 5.6.2](https://openid.net/specs/openid-connect-core-1_0.html#AggregatedDistributedClaims)).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::base::endpoint::Endpoint;
use crate::issuer::issuer::{Issuer, until};
use crate::jose::algorithm::Algorithm;
use crate::jose::jws::Jws;

/// What the source is asked with: a bearer token that carries what it is good for, so that nothing
/// must be kept for it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Voucher {
    /// The address of the source: a token of ours that was made for anything else is none.
    aud: String,
    exp: i64,
    pub(crate) client_id: String,
    pub(crate) sub: String,
    /// What the source tells.
    claims: Map<String, Value>,
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

    /// The bearer token for which the source tells these claims of a user to a client.
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

    /// Reads a bearer token, and returns it with the JWT that it is good for.
    ///
    /// # Errors
    ///
    /// Why it is good for nothing.
    pub(crate) fn redeem_voucher(&self, token: &str) -> Result<(Voucher, String), String> {
        let verified = self.keys.verify(token, None).and_then(|()| Jws::parse(token)?.claims());
        let voucher: Voucher =
            verified.map_err(|_| "the token was not issued for the claim source".to_owned())?;
        if voucher.aud != self.address(Endpoint::ClaimSource) {
            return Err(format!("the token was issued for `{}`", voucher.aud));
        }
        let ago = self.clock.seconds() - voucher.exp;
        if ago >= 0 {
            return Err(format!("the token expired {ago} seconds ago"));
        }
        let sourced = self.sourced(&voucher.sub, &voucher.claims);
        Ok((voucher, sourced))
    }
}
