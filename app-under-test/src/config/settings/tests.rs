//! Valid and invalid values of every variable.

use super::*;
use crate::config::{ConfigError, Identity, ProviderConfig, Registration};

const GOOD: [(&str, &str); 4] = [
    ("OIDC_AUTHORITY", "https://login.example.com"),
    ("OIDC_CLIENT_ID", "app"),
    ("OIDC_CLIENT_SECRET", "s3cret"),
    ("OIDC_REDIRECT_URI", "https://app.example.com/auth/callback"),
];

/// The good configuration with changes.
fn with(changes: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    Config::from_variables(
        GOOD.iter().chain(changes).map(|&(name, value)| (name.to_owned(), value.to_owned())),
    )
}

#[track_caller]
fn refusal(name: &str, value: &str) -> String {
    match with(&[(name, value)]) {
        Ok(_) => panic!("{name}={value:?} was accepted"),
        Err(errors) => {
            let text = errors.to_string();
            assert!(text.starts_with(name), "{text}");
            assert_eq!(errors.iter().count(), 1, "{text}");
            text
        }
    }
}

/// The registration in the configuration.
#[track_caller]
fn registration(provider: &ProviderConfig) -> &Registration {
    match &provider.client.identity {
        Identity::Registered(registration) => registration,
        Identity::RegistersItself(method) => panic!("the app registers itself, with {method:?}"),
    }
}

#[test]
fn every_missing_variable_is_named_at_once() {
    let nothing = Config::from_variables([]).unwrap_err().to_string();
    insta::assert_snapshot!(nothing, @"
    OIDC_AUTHORITY: required: the provider's issuer URL, from which discovery starts unless it is skipped
    OIDC_CLIENT_ID: required: the client identifier at the provider
    OIDC_CLIENT_SECRET: required: the client secret; must be unset with OIDC_CLIENT_AUTH=none
    OIDC_REDIRECT_URI: required: the URL of {base}auth/callback as registered at the provider
    ");
    for (name, _) in GOOD {
        assert!(refusal(name, "").contains("required"));
        assert!(refusal(name, "  ").contains("required"));
    }
}

#[test]
fn defaults_are_those_of_the_sample() {
    let config = with(&[]).unwrap();
    assert_eq!(config.providers.first.client.scope, "openid email profile");
    assert_eq!(
        registration(&config.providers.first).authentication.method().name(),
        "client_secret_post"
    );
    assert_eq!(config.base_path.as_str(), "/");
    assert_eq!(config.listen_address(), ([127, 0, 0, 1].into(), 8050));
    assert!(config.required_groups.is_empty());
    assert_eq!(
        config.providers.first.client.post_logout_redirect_uri,
        "https://app.example.com/auth/logged-out"
    );
}

#[test]
fn unset_and_false_mean_discovery() {
    assert!(with(&[]).unwrap().providers.first.settings.endpoints.is_none());
    for value in ["false", "False"] {
        let config = with(&[("OIDC_SKIP_DISCOVERY", value)]).unwrap();
        assert!(config.providers.first.settings.endpoints.is_none());
    }
    refusal("OIDC_SKIP_DISCOVERY", "maybe");
    refusal("OIDC_SKIP_DISCOVERY", "");
}

#[test]
fn endpoints_come_from_variables_when_discovery_is_skipped() {
    let skip = ("OIDC_SKIP_DISCOVERY", "true");
    let errors = with(&[skip]).unwrap_err();
    assert_eq!(errors.iter().count(), 3, "{errors}");
    let config = with(&[
        skip,
        ("OIDC_AUTHORIZATION_ENDPOINT", "https://login.example.com/a"),
        ("OIDC_TOKEN_ENDPOINT", "https://login.example.com/t"),
        ("OIDC_JWKS_URI", "https://login.example.com/k"),
    ])
    .unwrap();
    assert!(config.providers.first.settings.endpoints.unwrap().userinfo_endpoint.is_none());
    // With discovery they would have no effect.
    refusal("OIDC_TOKEN_ENDPOINT", "https://login.example.com/t");
}

#[test]
fn authorities_that_cannot_be_issuers_are_refused() {
    for value in [
        "login.example.com",
        "/realms/one",
        "ftp://login.example.com",
        "https://user:password@login.example.com",
        "https://login.example.com?tenant=1",
        "https://login.example.com#x",
        "https://login.example.com/.well-known/openid-configuration",
        "https://login.example.com\n",
        " https://login.example.com",
        "https://login.example.com ",
        "https://login.\texample.com",
    ] {
        refusal("OIDC_AUTHORITY", value);
    }
    with(&[("OIDC_AUTHORITY", "http://localhost:9400///")]).unwrap();
}

#[test]
fn redirect_uris_that_cannot_be_registered_are_refused() {
    for value in [
        "/auth/callback",
        "https://app.example.com/auth/callback#here",
        "https://app.example.com/auth callback",
        "javascript:alert(1)",
    ] {
        refusal("OIDC_REDIRECT_URI", value);
    }
    let config = with(&[("OIDC_REDIRECT_URI", "https://app.example.com/cb?a=1&b=2")]).unwrap();
    // Kept character by character, as registered.
    assert_eq!(config.providers.first.client.redirect_uri, "https://app.example.com/cb?a=1&b=2");
}

#[test]
fn line_breaks_are_refused_everywhere() {
    refusal("OIDC_CLIENT_ID", "app\nid");
    let text = refusal("OIDC_CLIENT_SECRET", "s3cret\n");
    assert!(!text.contains("s3cret"), "{text}");
}

#[test]
fn errors_come_in_the_order_of_the_help() {
    let errors = with(&[("URL_BASE_PATHNAME", "//"), ("OIDC_CLIENT_ID", "")]).unwrap_err();
    let names: Vec<&str> = errors.iter().map(ConfigError::name).collect();
    assert_eq!(names, ["OIDC_CLIENT_ID", "URL_BASE_PATHNAME"]);
}

#[test]
fn passwords_in_refused_urls_are_not_printed() {
    for (name, value) in [
        ("OIDC_AUTHORITY", "https://user:s3cret@login.example.com"),
        ("HTTPS_PROXY", "http://user:s3cret@pro xy"),
        ("HTTP_PROXY", "user:s3cret@["),
    ] {
        let text = refusal(name, value);
        assert!(text.contains("[redacted]@") && !text.contains("s3cret"), "{text}");
    }
}

#[test]
fn values_that_were_not_unicode_are_refused() {
    // As the program passes them on. If it were ignored, every user would be admitted.
    assert!(refusal("REQUIRED_GROUPS", "adm\u{fffd}n").ends_with("must be UTF-8"));
}

#[test]
fn scopes_are_split_on_white_space() {
    let config = with(&[("OIDC_SCOPE", " openid  email\tfederated:id ")]).unwrap();
    assert_eq!(config.providers.first.client.scope, "openid email federated:id");
    for value in ["", "email profile", "openid a\"b", "openid é"] {
        refusal("OIDC_SCOPE", value);
    }
}

#[test]
fn public_clients_have_no_secret() {
    let refused = with(&[("OIDC_CLIENT_AUTH", "none")]).unwrap_err().to_string();
    assert!(refused.starts_with("OIDC_CLIENT_SECRET"), "{refused}");
    let public = GOOD
        .iter()
        .filter(|(name, _)| *name != "OIDC_CLIENT_SECRET")
        .chain(&[("OIDC_CLIENT_AUTH", "none")])
        .map(|&(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::from_variables(public).unwrap();
    assert_eq!(registration(&config.providers.first).authentication.method().name(), "none");
    refusal("OIDC_CLIENT_AUTH", "private_key_jwt");
}

#[test]
fn symmetric_and_unknown_algorithms_are_refused() {
    for value in ["HS256", "none", "RS256,HS256", "ES512", ""] {
        refusal("OIDC_SIGNING_ALGS", value);
    }
    let config = with(&[("OIDC_SIGNING_ALGS", "ES256, EdDSA")]).unwrap();
    assert_eq!(config.providers.first.settings.signing_algorithms.len(), 2);
}

#[test]
fn required_groups_are_split_on_commas_and_blanks() {
    let config = with(&[("REQUIRED_GROUPS", "admins, operators auditors,")]).unwrap();
    let groups: Vec<&str> = config.required_groups.iter().map(String::as_str).collect();
    assert_eq!(groups, ["admins", "auditors", "operators"]);
    // An empty value must not admit every user by accident.
    refusal("REQUIRED_GROUPS", "");
    refusal("REQUIRED_GROUPS", " , ");
}

#[test]
fn invalid_addresses_limits_and_files_are_refused() {
    for (name, value) in [
        ("PORT", ""),
        ("PORT", "0"),
        ("PORT", "http"),
        ("PORT", "65536"),
        ("HOST", "localhost"),
        ("URL_BASE_PATHNAME", "//st_auth/"),
        ("SESSION_IDLE_SECONDS", "0"),
        ("SESSION_ABSOLUTE_SECONDS", "1h"),
        ("SESSION_OUTLIVES_ID_TOKEN", "yes"),
        ("OIDC_TIMEOUT_SECONDS", "-1"),
        ("OIDC_MAX_AGE", ""),
        ("OIDC_POST_LOGOUT_REDIRECT_URI", "/auth/logged-out"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ("SSL_CERT_FILE", "/dev/null"),
        ("HTTP_PROXY", "http://["),
        ("HEIMDALL_BASE_URL", ""),
        ("HEIMDALL_BASE_URL", "heimdall:4000"),
        ("HEIMDALL_BASE_URL", "http://heimdall:4000?x"),
    ] {
        refusal(name, value);
    }
}

#[test]
fn published_and_empty_session_keys_are_refused_without_being_printed() {
    for value in ["", "dev-secret", "change-me-in-production", "your_secret_key_here"] {
        let text = refusal("FLASK_SECRET_KEY", value);
        assert!(value.is_empty() || !text.contains(value), "{text}");
    }
    for value in ["lu8fSN3m0gYB8C1yyFvQUg", "test-secret-1"] {
        with(&[("FLASK_SECRET_KEY", value)]).unwrap();
    }
}

#[test]
fn help_names_every_variable() {
    let help = crate::config::help();
    for (name, _) in GOOD {
        assert!(help.contains(name), "{name}");
    }
    assert!(!format!("{:?}", with(&[]).unwrap()).contains("s3cret"));
}

#[test]
fn unencrypted_connection_to_the_provider_is_noticed() {
    for (authority, expected) in [
        ("https://login.example.com", false),
        ("http://localhost:9400", false),
        ("http://idp.localhost", false),
        ("http://127.0.0.1:9400/issuers/a", false),
        ("http://[::1]:9400", false),
        ("http://login.example.com", true),
        ("http://localhost.example.com", true),
        ("http://10.0.0.1", true),
    ] {
        let config = with(&[("OIDC_AUTHORITY", authority)]).unwrap();
        assert_eq!(config.providers.first.settings.is_unprotected(), expected, "{authority}");
    }
}

const EVIL: [(&str, &str); 4] = [
    ("OIDC_PROVIDERS", "honest, evil-1"),
    ("OIDC_PROVIDER_EVIL_1_AUTHORITY", "https://evil.example.com"),
    ("OIDC_PROVIDER_EVIL_1_CLIENT_ID", "other"),
    ("OIDC_PROVIDER_EVIL_1_CLIENT_SECRET", "0ther"),
];

/// Two providers, with changes.
fn with_evil(changes: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let all: Vec<_> = EVIL.iter().chain(changes).copied().collect();
    with(&all)
}

#[test]
fn additional_provider_is_described_by_variables_with_its_name() {
    let config = with_evil(&[]).unwrap();
    assert_eq!(config.providers.first.name, "honest");
    assert_eq!(registration(&config.providers.first).id, "app");
    let [evil] = config.providers.additional.as_slice() else { panic!("{config:?}") };
    assert_eq!(evil.name, "evil-1");
    assert_eq!(evil.settings.authority, "https://evil.example.com");
    assert_eq!(registration(evil).id, "other");
    assert_eq!(evil.client.redirect_uri, "https://app.example.com/auth/callback/evil-1");
    assert_eq!(evil.client.post_logout_redirect_uri, "https://app.example.com/auth/logged-out");
    // Nothing is inherited.
    let config = with_evil(&[("OIDC_SCOPE", "openid groups")]).unwrap();
    assert_eq!(config.providers.additional[0].client.scope, "openid email profile");
    let config = with_evil(&[("OIDC_PROVIDER_EVIL_1_SCOPE", "openid groups")]).unwrap();
    assert_eq!(config.providers.additional[0].client.scope, "openid groups");
}

#[test]
fn errors_of_an_additional_provider_name_its_variables() {
    let errors = with(&[("OIDC_PROVIDERS", "honest,evil-1"), ("OIDC_CLIENT_ID", "")]);
    let errors = errors.unwrap_err();
    let names: Vec<&str> = errors.iter().map(ConfigError::name).collect();
    assert_eq!(
        names,
        [
            "OIDC_CLIENT_ID",
            "OIDC_PROVIDER_EVIL_1_AUTHORITY",
            "OIDC_PROVIDER_EVIL_1_CLIENT_ID",
            "OIDC_PROVIDER_EVIL_1_CLIENT_SECRET",
        ]
    );
    for (name, value, reason) in [
        ("OIDC_PROVIDER_EVIL_1_AUTHORITY", "evil", "must be an absolute URL"),
        ("OIDC_PROVIDER_EVIL_1_CLIENT_SECRET", "s3\n", "[redacted]"),
        (
            "OIDC_PROVIDER_EVIL_1_REDIRECT_URI",
            "https://app.example.com/auth/callback",
            "must differ",
        ),
        ("OIDC_PROVIDER_EVIL_1_REDIRECT_URI", "https://other.example.com/cb", "the same host"),
        ("OIDC_PROVIDER_EVIL_1_REDIRECT_URI", "http://app.example.com/cb", "the same host"),
        (
            "OIDC_PROVIDER_EVIL_1_TOKEN_ENDPOINT",
            "https://evil.example.com/token",
            "OIDC_PROVIDER_EVIL_1_SKIP_DISCOVERY=true",
        ),
    ] {
        let text = with_evil(&[(name, value)]).unwrap_err().to_string();
        assert!(text.starts_with(name) && text.contains(reason), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}

#[test]
fn variables_of_providers_that_are_not_listed_are_refused() {
    for name in [
        "OIDC_PROVIDER_EVIL_AUTHORITY",
        "OIDC_PROVIDER_EVIL_1_AUTHORTIY",
        "OIDC_PROVIDER_EVIL_1_PROVIDERS_",
        "OIDC_PROVIDER_HONEST_AUTHORITY",
    ] {
        let text = with_evil(&[(name, "s3cret")]).unwrap_err().to_string();
        assert!(text.starts_with(name) && !text.contains("s3cret"), "{text}");
    }
    refusal("OIDC_PROVIDER_EVIL_AUTHORITY", "https://evil.example.com");
}

#[test]
fn names_of_providers_are_plain_and_unique() {
    let long = "x".repeat(33);
    for value in ["", " , ", "Honest", "a_b", "a/b", "a,b,a", "é", &long] {
        refusal("OIDC_PROVIDERS", value);
    }
    assert_eq!(with(&[("OIDC_PROVIDERS", "one")]).unwrap().providers.first.name, "one");
}

#[test]
fn credentials_are_refused_when_the_app_registers_itself() {
    insta::assert_snapshot!(with(&[("OIDC_REGISTER", "true")]).unwrap_err(), @r#"
    OIDC_CLIENT_ID: "app": must be unset with OIDC_REGISTER=true: the provider assigns it
    OIDC_CLIENT_SECRET: "[redacted]": must be unset with OIDC_REGISTER=true: the provider assigns it
    "#);

    let variables = [
        ("OIDC_AUTHORITY", "https://login.example.com"),
        ("OIDC_REDIRECT_URI", "https://app.example.com/auth/callback"),
        ("OIDC_REGISTER", "true"),
    ];
    let read = |more: &[(&str, &str)]| {
        let all = variables.iter().chain(more);
        Config::from_variables(all.map(|&(name, value)| (name.to_owned(), value.to_owned())))
    };
    let config = read(&[]).unwrap();
    assert!(matches!(config.providers.first.client.identity, Identity::RegistersItself(_)));
    let endpoints = [
        ("OIDC_SKIP_DISCOVERY", "true"),
        ("OIDC_AUTHORIZATION_ENDPOINT", "https://login.example.com/a"),
        ("OIDC_TOKEN_ENDPOINT", "https://login.example.com/t"),
        ("OIDC_JWKS_URI", "https://login.example.com/k"),
    ];
    insta::assert_snapshot!(read(&endpoints).unwrap_err(), @r#"OIDC_REGISTER: "true": must be false with OIDC_SKIP_DISCOVERY=true: discovery provides the registration endpoint"#);
}
