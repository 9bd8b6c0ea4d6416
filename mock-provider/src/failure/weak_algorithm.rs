//! ID tokens that anybody can make: unsigned, or signed with what is no secret between two.

use super::fault::Fault;
use super::token::Token;
use crate::algorithm::Algorithm;

/// Signs as weakly as the metadata offers, or as the failure says.
pub(super) fn downgrade(token: &mut Token, fault: &Fault<'_>) {
    let then = fault.value("then");
    let unsigned = match then.as_str() {
        "advertised" => !fault.is("algs", "HS256"),
        then => then == "id-token-alg-none",
    };
    match unsigned {
        true => {
            token.unsign();
            token.header.shift_remove("kid");
        }
        false => {
            let words = "by the client's secret";
            token.authenticate(Algorithm::HS256, fault.client_secret(), words);
        }
    }
}
