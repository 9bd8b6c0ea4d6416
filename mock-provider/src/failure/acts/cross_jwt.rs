//! Other tokens of the issuer in the place of the ID token.

use serde_json::{Value, json};

use crate::base::endpoint::Endpoint;
use crate::failure::engine::act::Object;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;

/// Protocol claims of ID tokens that userinfo does not have.
const OF_ID_TOKENS: [&str; 7] = ["exp", "iat", "auth_time", "nonce", "at_hash", "acr", "sid"];

/// Turns the ID token into another kind of token for the same user and client.
pub(crate) fn replace(token: &mut Token, fault: &Fault<'_>) {
    let own = token.claims.clone();
    let of = |name: &str| own.get(name).cloned().unwrap_or_default();
    // Derived from the token, because drawing a value would change all later random values.
    let jti = of("at_hash");
    let (typ, claims) = match fault.value("kind").as_str() {
        "access-token-jwt" => (
            "at+jwt",
            json!({
                "iss": of("iss"), "sub": of("sub"), "client_id": of("aud"),
                "aud": fault.issuer.address(Endpoint::Userinfo),
                "exp": of("exp"), "iat": of("iat"), "jti": jti, "scope": "openid",
            }),
        ),
        "userinfo-jwt" => {
            let mut claims = own.clone();
            claims.retain(|name, _| !OF_ID_TOKENS.contains(&name.as_str()));
            ("JWT", Value::Object(claims))
        }
        "client-assertion" => (
            "JWT",
            json!({
                "iss": of("aud"), "sub": of("aud"), "aud": fault.issuer.address(Endpoint::Token),
                "exp": of("exp"), "iat": of("iat"), "jti": jti,
            }),
        ),
        _ => (
            "logout+jwt",
            json!({
                "iss": of("iss"), "sub": of("sub"), "aud": of("aud"),
                "exp": of("exp"), "iat": of("iat"), "jti": jti, "sid": of("sid"),
                "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            }),
        ),
    };
    let typ = if fault.is("typ", "JWT") { "JWT" } else { typ };
    token.header.insert("typ".to_owned(), json!(typ));
    if let Value::Object(claims) = claims {
        token.claims = claims.into_iter().filter(|(_, value)| !value.is_null()).collect::<Object>();
    }
}
