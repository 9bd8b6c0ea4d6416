//! Claims from other sources: aggregated and distributed claims, and groups that are too many to send.

use serde_json::{Map, Value, json};

use crate::base::endpoint::Endpoint;
use crate::failure::engine::act::Object;
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::Fault;
use crate::failure::engine::token::{Signature, Token};

/// Nothing listens here: port 9 is reserved for the discard service.
const UNREACHABLE: &str = "http://127.0.0.1:9/claims";

/// Replaces the groups with a reference to their source.
pub(crate) fn overage(claims: &mut Object, fault: &Fault<'_>) {
    let Some(groups) = claims.shift_remove("groups") else { return };
    if fault.is("style", "hasgroups") {
        claims.insert("hasgroups".to_owned(), json!(true));
        return;
    }
    let endpoint = fault.issuer.address(Endpoint::ClaimSource);
    let subject = subject(claims);
    let source = match fault.value("endpoint").as_str() {
        "404" => json!({"endpoint": format!("{endpoint}/gone")}),
        // Without a token, as for an endpoint that requires one from elsewhere.
        "needs-other-token" => json!({"endpoint": endpoint}),
        _ => distributed(fault, &endpoint, &subject, Map::from_iter([("groups".into(), groups)])),
    };
    refer(claims, "groups", source);
}

/// Adds a nickname from another source.
pub(crate) fn nickname(claims: &mut Object, fault: &Fault<'_>) {
    let subject = subject(claims);
    let nickname = json!(format!("{subject} from a claim source"));
    let sourced = Map::from_iter([("nickname".to_owned(), nickname)]);
    let source = match (fault.value("kind").as_str(), fault.value("fault").as_str()) {
        ("aggregated", _) => {
            let jwt = fault.issuer.sourced(&subject, &sourced);
            json!({"JWT": altered(&jwt, fault)})
        }
        (_, "endpoint-down") => distributed(fault, UNREACHABLE, &subject, sourced),
        (_, "internal-endpoint") => {
            distributed(fault, &fault.canary_for("claim-source"), &subject, sourced)
        }
        _ => {
            let endpoint = fault.issuer.address(Endpoint::ClaimSource);
            distributed(fault, &endpoint, &subject, sourced)
        }
    };
    refer(claims, "nickname", source);
}

/// Alters the answer of the claim source.
pub(crate) fn answer(answer: &mut RawResponse, fault: &Fault<'_>) {
    if fault.request.endpoint == Endpoint::ClaimSource
        && answer.status.is_success()
        && let Ok(jwt) = std::str::from_utf8(&answer.body)
        && let Some(altered) = altered(jwt, fault).as_str()
    {
        answer.body = altered.as_bytes().to_owned();
    }
}

fn subject(claims: &Object) -> String {
    claims.get("sub").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn distributed(fault: &Fault<'_>, endpoint: &str, subject: &str, sourced: Object) -> Value {
    let client = fault.note.client.as_deref().unwrap_or_default();
    json!({"endpoint": endpoint, "access_token": fault.issuer.voucher(client, subject, sourced)})
}

fn refer(claims: &mut Object, claim: &str, source: Value) {
    claims.insert("_claim_names".to_owned(), json!({claim: "source"}));
    claims.insert("_claim_sources".to_owned(), json!({"source": source}));
}

/// The JWT of a claim source, altered by the failure.
fn altered(jwt: &str, fault: &Fault<'_>) -> Value {
    let Some(mut token) = Token::read(jwt, fault.issuer) else { return json!(jwt) };
    match fault.value("fault").as_str() {
        "bad-signature" => token.signature = Signature::Bytes(vec![0x5a; 256], "arbitrary bytes"),
        "other-sub" => {
            token.claims.insert("sub".to_owned(), json!(fault.victim().subject));
        }
        _ => {}
    }
    token.encode()
}
