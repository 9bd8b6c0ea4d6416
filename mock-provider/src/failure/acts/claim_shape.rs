//! Claims in forms that few applications expect.

use serde_json::{Value, json};

use crate::failure::engine::act::Object;
use crate::failure::engine::fault::Fault;
use crate::protocol::id_token::PROTOCOL_CLAIMS;

/// Gives the user's groups another form.
pub(crate) fn groups(claims: &mut Object, fault: &Fault<'_>) {
    let Some(groups) = claims.get("groups").and_then(Value::as_array) else { return };
    let names: Vec<&str> = groups.iter().filter_map(Value::as_str).collect();
    let value = match fault.value("form").as_str() {
        "csv" => json!(names.join(",")),
        "json-in-string" => json!(json!(names).to_string()),
        "objects" => names.iter().map(|name| json!({"name": name})).collect(),
        "empty-array" => json!([]),
        "null" => Value::Null,
        "nested" => json!({"roles": names}),
        _ => json!(names.first().copied().unwrap_or_default()),
    };
    let claim = match fault.value("claim").as_str() {
        "custom" => "https://claims.example/groups".to_owned(),
        claim => claim.to_owned(),
    };
    claims.insert(claim, value);
}

/// Gives one claim a wrong form, removes all claims about the user, or adds an unknown claim.
pub(crate) fn mistyped(claims: &mut Object, fault: &Fault<'_>) {
    if fault.is("only-sub", "true") {
        claims.retain(|name, _| PROTOCOL_CLAIMS.contains(&name.as_str()));
        return;
    }
    match fault.value("unknown").as_str() {
        "nested" => {
            let value = json!({"list": [1, null, {"deep": [true]}], "text": "unknown"});
            claims.insert("https://claims.example/unknown".to_owned(), value);
            return;
        }
        "deep-1000" => {
            let value = (0..1_000).fold(json!([]), |inner, _| json!([inner]));
            claims.insert("https://claims.example/unknown".to_owned(), value);
            return;
        }
        _ => {}
    }
    let claim = fault.value("claim");
    let value = match fault.value("form").as_str() {
        "absent" => return drop(claims.shift_remove(&claim)),
        "empty" => json!(""),
        "object" => json!({"value": claims.get(&claim)}),
        "number" => json!(42),
        "iso-date" => json!(fault.request.at.to_string()),
        _ => Value::Null,
    };
    claims.insert(claim, value);
}
