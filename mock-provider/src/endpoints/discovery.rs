//! `GET /.well-known/openid-configuration`: the metadata
//! ([OpenID Connect Discovery 1.0, section 4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig)).

use crate::directory::client::AuthMethod;
use crate::directory::encryption::KeyEncryption;
use crate::exchange::reply::{Note, Reply};
use crate::exchange::request::Request;
use crate::issuer::issuer::Issuer;
use crate::jose::algorithm::Algorithm;
use crate::jose::jwe::ContentEncryption;
use crate::protocol::authorization::{Prompt, ResponseMode};
use crate::protocol::metadata::ProviderMetadata;
use crate::protocol::pkce;

pub(crate) fn get(issuer: &Issuer, _: &Request) -> Reply {
    Reply::json(&metadata(issuer)).note(Note::new("metadata sent"))
}

fn metadata(issuer: &Issuer) -> ProviderMetadata {
    let endpoints = issuer
        .endpoints()
        .filter_map(|endpoint| {
            Some((endpoint.member()?.to_owned(), issuer.address(endpoint).into()))
        })
        .collect();
    // Advertised only if a client has registered for it.
    let encrypts = issuer
        .directory
        .now()
        .clients
        .iter()
        .any(|it| it.id_token_encrypted_response_alg.is_some());
    let (key_encryptions, content_encryptions) = if encrypts {
        (
            KeyEncryption::ALL.map(KeyEncryption::name).into(),
            ContentEncryption::ALL.map(ContentEncryption::name).into(),
        )
    } else {
        (Vec::new(), Vec::new())
    };
    ProviderMetadata {
        issuer: issuer.url.clone(),
        endpoints,
        scopes_supported: issuer.scopes_supported().map(str::to_owned).collect(),
        response_types_supported: issuer.response_types(),
        response_modes_supported: ResponseMode::ALL.map(|(_, name)| name).into(),
        grant_types_supported: issuer.grant_types(),
        subject_types_supported: vec!["public"],
        id_token_signing_alg_values_supported: issuer
            .keys
            .algorithms()
            .into_iter()
            .map(Algorithm::name)
            .collect(),
        id_token_encryption_alg_values_supported: key_encryptions,
        id_token_encryption_enc_values_supported: content_encryptions,
        userinfo_signing_alg_values_supported: issuer.userinfo_algorithms(),
        token_endpoint_auth_methods_supported: AuthMethod::ALL.map(AuthMethod::name).into(),
        claim_types_supported: vec!["normal"],
        claims_supported: issuer.claims_supported(),
        code_challenge_methods_supported: pkce::Method::ALL.map(pkce::Method::name).into(),
        prompt_values_supported: Prompt::VALUES.into(),
        authorization_response_iss_parameter_supported: true,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
        claims_parameter_supported: false,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
    }
}
