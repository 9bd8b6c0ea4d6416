//! Valid and invalid metadata.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;

fn settings(authority: &str) -> ProviderSettings {
    ProviderSettings {
        authority: authority.to_owned(),
        endpoints: None,
        signing_algorithms: vec![Algorithm::RS256],
        max_age: None,
        timeout: Duration::from_secs(1),
    }
}

/// Validates a good document with one member changed.
fn discovered(member: &str, value: Value) -> Result<Metadata, MetadataError> {
    discovered_below("https://login.example.com", member, value)
}

fn discovered_below(
    authority: &str,
    member: &str,
    value: Value,
) -> Result<Metadata, MetadataError> {
    let mut document = json!({
        "issuer": "https://login.example.com",
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_endpoint": "https://login.example.com/token",
        "jwks_uri": "https://login.example.com/jwks",
    });
    document[member] = value;
    let document = serde_json::from_value(document).unwrap();
    Metadata::discovered(&settings(authority), document)
}

#[test]
fn required_members_suffice() {
    let metadata = discovered("unknown", json!({"nested": null})).unwrap();
    assert!(!metadata.response_iss);
    assert_eq!(metadata.signing_algorithms, [Algorithm::RS256]);
    assert!(metadata.endpoints.end_session_endpoint.is_none());
}

#[test]
fn missing_members_are_named() {
    for member in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
        let error = discovered(member, Value::Null).unwrap_err();
        assert_eq!(error, MetadataError::Missing(member));
    }
}

#[test]
fn another_issuer_is_refused() {
    for issuer in [
        "https://evil.example",
        "https://login.example.com.evil.example",
        "https://LOGIN.example.com",
        "http://login.example.com",
        "https://login.example.com/tenant",
        "https://login.example.com/",
        "https://login.example.co",
        "",
    ] {
        let error = discovered("issuer", json!(issuer)).unwrap_err();
        assert!(matches!(error, MetadataError::Issuer { .. }), "{issuer}");
    }
}

#[test]
fn slashes_at_the_end_of_the_authority_do_not_matter() {
    for authority in ["https://login.example.com/", "https://login.example.com///"] {
        for issuer in ["https://login.example.com", "https://login.example.com/"] {
            let metadata = discovered_below(authority, "issuer", json!(issuer)).unwrap();
            // Kept as the provider writes it, because tokens must contain the same.
            assert_eq!(metadata.issuer, issuer);
        }
    }
    assert_eq!(
        document_url("https://login.example.com///"),
        "https://login.example.com/.well-known/openid-configuration"
    );
}

#[test]
fn unsafe_endpoints_are_refused() {
    for value in [
        "http://login.example.com/token",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "/token",
        "https://login.example.com/token#x",
    ] {
        let error = discovered("token_endpoint", json!(value)).unwrap_err();
        assert!(matches!(error, MetadataError::Endpoint { .. }), "{value}");
    }
}

#[test]
fn advertised_algorithms_narrow_the_configured_ones_and_never_widen_them() {
    let member = "id_token_signing_alg_values_supported";
    let metadata = discovered(member, json!(["ES256", "RS256", "unheard-of"])).unwrap();
    assert_eq!(metadata.signing_algorithms, [Algorithm::RS256]);
    for advertised in [json!(["none"]), json!(["HS256", "ES256"]), json!([])] {
        let error = discovered(member, advertised).unwrap_err();
        assert!(matches!(error, MetadataError::Algorithms { .. }));
    }
}
