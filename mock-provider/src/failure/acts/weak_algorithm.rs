//! ID tokens with weak protection: unsigned, or authenticated with the client's secret.

use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::Token;
use crate::jose::algorithm::Algorithm;

/// Protects the token as weakly as the metadata offers, or as `then` says.
pub(crate) fn downgrade(token: &mut Token, fault: &Fault<'_>) {
    if unsigned(fault) {
        token.unsign();
        token.header.shift_remove("kid");
    } else {
        let description = "HMAC keyed with the client's secret";
        token.authenticate(Algorithm::HS256, fault.client_secret(), description);
    }
}

/// The algorithm that the failure uses.
pub(crate) fn name(fault: &Fault<'_>) -> &'static str {
    if unsigned(fault) { "none" } else { Algorithm::HS256.name() }
}

fn unsigned(fault: &Fault<'_>) -> bool {
    match fault.value("then").as_str() {
        "advertised" => !fault.is("algs", "HS256"),
        then => then == "id-token-alg-none",
    }
}
