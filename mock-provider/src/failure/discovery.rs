//! Discovery.

use axum::http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::draft::Outgoing;
use super::fault::{Fault, on_another_host};
use super::malformed;
use super::mode::{Act, Expected, Mode, Object, Severity};
use super::parameter::{choice, duration, number};
use super::weak_algorithm;
use crate::journal::Endpoint;

/// The members that every provider has to publish.
const REQUIRED: [&str; 7] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
];

pub(super) static MODES: &[Mode] = &[
    Mode {
        name: "discovery-issuer-mismatch",
        effect: "The metadata names another issuer than the one that was asked.",
        parameters: &[
            choice(
                "variant",
                &[
                    "other-host",
                    "honest-op",
                    "suffix",
                    "case",
                    "path",
                    "http-scheme",
                    "template-{tenantid}",
                ],
            ),
            choice("source", &["config", "webfinger"]),
        ],
        clauses: &[
            "OpenID Connect Discovery 1.0, section 4.3",
            "OpenID Connect Discovery 1.0, section 7.2",
            "RFC 8414, section 3.3",
            "RFC 8725, section 3.8",
        ],
        note: "It must end here, before a browser is sent to the authorization endpoint. Templates \
               are accepted only by who was configured for them. http-scheme names the issuer with \
               https instead where it has http. `source` says where the relying party has its \
               issuer from: for `webfinger` give it an identifier such as `acct:alice@host:port`, \
               or a URL below the issuer, and it is led here.",
        acts: &[Act::Metadata(issuer_mismatch)],
        ..Mode::ENTRY
    },
    Mode {
        name: "discovery-issuer-trailing-slash",
        effect: "The issuer is written with a slash at its end in one place and without in another.",
        parameters: &[choice("place", &["metadata", "id-token", "iss-param", "all-but-config"])],
        clauses: &[
            "OpenID Connect Discovery 1.0, section 4.3",
            "OpenID Connect Core 1.0, section 3.1.3.7 (2)",
            "OpenID Connect Core 1.0, section 16.15",
            "RFC 9207, section 2.4",
        ],
        severity: Severity::Interoperability,
        note: "Issuers are compared character by character. What is worth knowing is how late the \
               relying party notices, and how clearly it says so.",
        acts: &[
            Act::IdToken(|token, fault| slash(&mut token.claims, "iss", fault, "id-token")),
            Act::RefreshIdToken(|token, fault| slash(&mut token.claims, "iss", fault, "id-token")),
            Act::Metadata(|metadata, fault| slash(metadata, "issuer", fault, "metadata")),
            Act::Authorization(|response, fault| {
                if (fault.is("place", "iss-param") || fault.is("place", "all-but-config"))
                    && let Some(issuer) = response.parameters.last("iss")
                {
                    let other = with_other_ending(issuer);
                    response.parameters = response.parameters.with("iss", &other);
                }
            }),
        ],
        ..Mode::ENTRY
    },
    Mode {
        name: "discovery-unavailable",
        effect: "The metadata cannot be had for a while.",
        parameters: &[
            choice("phase", &["start", "running"]),
            choice("mode", &["503", "404"]),
            duration("duration", "10s", &["10s", "1min"]),
            number("count", 3, 1_000, &["1", "3"]).optional("unlimited"),
        ],
        clauses: &["OpenID Connect Discovery 1.0, section 4", "RFC 9110, section 15.6"],
        expected: Expected::Recover,
        severity: Severity::Robustness,
        note: "It ends when the duration is over or the count is reached, whichever is first. The \
               relying party stays up, and signs users in once the provider is back, without a \
               restart. `phase=start` fails from the first request on: start the relying party \
               while it does. `phase=running` lets the first request pass; whoever asks only once \
               never meets it.",
        from_the_second: &[("phase", "running")],
        acts: &[Act::Answer(unavailable)],
        ..Mode::ENTRY
    },
    Mode {
        name: "discovery-bad-body",
        effect: "The metadata is answered with 200 and a body that is no usable metadata.",
        parameters: &[
            choice(
                "body",
                &["html", "truncated", "bom", "array", "duplicate-keys", "wrong-types", "empty"],
            )
            .neutral("sound"),
            choice("content-type", &["text/html", "text/plain", "none"])
                .optional("application/json"),
            choice("redirect", &["same-host", "cross-host"]).optional("none"),
        ],
        clauses: &[
            "OpenID Connect Discovery 1.0, section 4.2",
            "RFC 8259, section 4",
            "RFC 8259, section 8.1",
        ],
        expected: Expected::Error,
        // A parser may ignore a byte order mark and may take the last of two members; metadata that
        // comes under another name or after a redirect is still metadata.
        exceptions: &[
            ("body", "sound", Expected::Either),
            ("body", "bom", Expected::Either),
            ("body", "duplicate-keys", Expected::Either),
        ],
        severity: Severity::Robustness,
        note: "What is bad must not be kept: the login after the next must work. Of repeated \
               members the last one is the honest one. A redirect leads to sound metadata.",
        acts: &[Act::Answer(bad_body)],
        ..Mode::ENTRY
    },
    Mode {
        name: "discovery-missing-required",
        effect: "A required member of the metadata is absent or null.",
        parameters: &[choice("member", &REQUIRED), choice("form", &["absent", "null"])],
        clauses: &["OpenID Connect Discovery 1.0, section 3"],
        expected: Expected::Error,
        // What is supported need not be known to somebody who asks for what everybody supports.
        exceptions: &[
            ("member", "response_types_supported", Expected::Either),
            ("member", "subject_types_supported", Expected::Either),
            ("member", "id_token_signing_alg_values_supported", Expected::Either),
        ],
        severity: Severity::Robustness,
        note: "Who does not need the member may go on; nobody may crash, or ask at an address that \
               is not there.",
        acts: &[Act::Metadata(|metadata, fault| {
            let member = &fault.value("member");
            match fault.value("form").as_str() {
                "absent" => drop(metadata.shift_remove(member)),
                _ => drop(metadata.insert(member.clone(), Value::Null)),
            }
        })],
        ..Mode::ENTRY
    },
    Mode {
        name: "discovery-sparse-or-extra",
        effect: "The metadata has the required members only, or many that nobody knows.",
        parameters: &[
            choice(
                "drop",
                &[
                    "all",
                    "userinfo_endpoint",
                    "scopes_supported",
                    "token_endpoint_auth_methods_supported",
                    "grant_types_supported",
                    "code_challenge_methods_supported",
                    "end_session_endpoint",
                ],
            )
            .neutral("nothing"),
            choice("add", &["unknown", "nested", "null"]).optional("nothing"),
        ],
        clauses: &[
            "OpenID Connect Discovery 1.0, section 3",
            "OpenID Connect Discovery 1.0, section 4.2",
        ],
        expected: Expected::Tolerate,
        severity: Severity::Interoperability,
        note: "What is not said has its default: client_secret_basic, authorization_code, query. \
               That PKCE is not advertised is no reason to do without or to use plain.",
        acts: &[Act::Metadata(sparse_or_extra)],
        ..Mode::ENTRY
    },
    Mode {
        name: "discovery-endpoint-foreign",
        effect: "A malicious provider publishes its own issuer and token endpoint, but the \
                 authorization endpoint of an honest one.",
        parameters: &[choice("swap", &["authorization_endpoint"])],
        clauses: &["RFC 9700, section 4.4", "RFC 9700, section 4.4.2", "RFC 9207, section 2.4"],
        note: "The relying party needs both providers: the honest one is the default issuer, or \
               the named issuer `other` where the default issuer itself fails. It fell for it when \
               a code of the honest provider, or the secret of its client, is sent to the token \
               endpoint here.",
        acts: &[Act::Metadata(|metadata, fault| {
            let foreign = fault.at_other_issuer(Endpoint::Authorization);
            metadata.insert(fault.value("swap"), json!(foreign));
        })],
        ..Mode::ENTRY
    },
    Mode {
        name: "discovery-endpoint-unsafe-url",
        effect: "An endpoint is where nobody should look: on plain http, inside the own network, \
                 in a file.",
        parameters: &[
            choice("member", &["jwks_uri", "token_endpoint", "userinfo_endpoint"]),
            choice("target", &["loopback-canary", "redirect-to-canary", "file", "http"]),
        ],
        clauses: &[
            "OpenID Connect Core 1.0, section 16.17",
            "RFC 6749, section 3.2",
            "RFC 9728, section 7.7",
        ],
        note: "`http` needs an issuer with https. That an address inside the own network is asked \
               matters where tenants may name issuers, and says nothing where the issuer itself is \
               on loopback, as most mock providers are: look whether the journal has the canary.",
        acts: &[Act::Metadata(unsafe_url), Act::Answer(redirect_to_canary)],
        ..Mode::ENTRY
    },
    Mode {
        name: "discovery-alg-downgrade",
        effect: "The metadata offers weak algorithms for ID tokens, and the ID tokens follow it.",
        parameters: &[
            choice("algs", &["none", "HS256", "none+RS256"]),
            choice("then", &["id-token-alg-none", "id-token-alg-hs256-client-secret"])
                .optional("advertised"),
        ],
        clauses: &[
            "RFC 8725, section 3.1",
            "RFC 8725, section 3.2",
            "OpenID Connect Core 1.0, section 3.1.3.7 (7)",
        ],
        note: "Which algorithm is right was agreed at registration; what the metadata says today \
               cannot change it. `then=advertised` uses the weakest that is offered.",
        acts: &[
            Act::IdToken(weak_algorithm::downgrade),
            Act::RefreshIdToken(weak_algorithm::downgrade),
            Act::Metadata(|metadata, fault| {
                let algorithms: Vec<_> = fault.value("algs").split('+').map(Value::from).collect();
                metadata.insert("id_token_signing_alg_values_supported".into(), json!(algorithms));
            }),
        ],
        ..Mode::ENTRY
    },
];

fn issuer_mismatch(metadata: &mut Object, fault: &Fault<'_>) {
    let honest = &fault.issuer.url;
    let Ok(mut url) = Url::parse(honest) else { return };
    // Without the slash that the parser adds to a bare host.
    let plain = |url: &Url| match honest.ends_with('/') {
        true => url.to_string(),
        false => url.as_str().trim_end_matches('/').to_owned(),
    };
    let below = |rest: &str| format!("{}/{rest}", honest.trim_end_matches('/'));
    let other = match fault.value("variant").as_str() {
        "honest-op" => fault.other_issuer(),
        "suffix" => {
            let host = format!("{}.attacker.example", url.host_str().unwrap_or_default());
            let _ = url.set_host(Some(&host));
            plain(&url)
        }
        "case" => match honest.match_indices('/').nth(2) {
            Some((path, _)) => {
                format!("{}{}", honest[..path].to_ascii_uppercase(), &honest[path..])
            }
            None => honest.to_ascii_uppercase(),
        },
        "path" => below("tenant"),
        "http-scheme" => match honest.strip_prefix("https:") {
            Some(rest) => format!("http:{rest}"),
            None => honest.replacen("http:", "https:", 1),
        },
        "template-{tenantid}" => below("{tenantid}"),
        _ => {
            let _ = url.set_host(Some("other.example"));
            plain(&url)
        }
    };
    metadata.insert("issuer".into(), json!(other));
}

/// Gives an issuer the other ending, where this is the place for it.
fn slash(object: &mut Object, member: &str, fault: &Fault<'_>, place: &str) {
    if !fault.is("place", place) && !fault.is("place", "all-but-config") {
        return;
    }
    if let Some(Value::String(issuer)) = object.get_mut(member) {
        *issuer = with_other_ending(issuer);
    }
}

fn with_other_ending(issuer: &str) -> String {
    match issuer.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{issuer}/"),
    }
}

fn unavailable(answer: &mut Outgoing, fault: &Fault<'_>) {
    if fault.request.endpoint == Endpoint::Discovery {
        answer.status = match fault.is("mode", "404") {
            true => StatusCode::NOT_FOUND,
            false => StatusCode::SERVICE_UNAVAILABLE,
        };
        answer.content_type("text/html; charset=utf-8");
        answer.body = malformed::PAGE.to_vec();
    }
}

fn bad_body(answer: &mut Outgoing, fault: &Fault<'_>) {
    /// Marks the address that a redirect led to.
    const REDIRECTED: &str = "redirected";

    if fault.request.endpoint != Endpoint::Discovery || !answer.status.is_success() {
        return;
    }
    let redirected =
        fault.request.query.as_ref().is_ok_and(|query| query.last(REDIRECTED).is_some());
    let redirect = fault.value("redirect");
    if redirect != "none" && !redirected {
        let target = fault.issuer.address(Endpoint::Discovery);
        let target = if redirect == "cross-host" { on_another_host(&target) } else { target };
        return answer.redirect(StatusCode::FOUND, &format!("{target}?{REDIRECTED}=true"));
    }
    match fault.value("content-type").as_str() {
        "none" => answer.content_type(""),
        other => answer.content_type(other),
    }
    let Ok(metadata) = serde_json::from_slice::<Object>(&answer.body) else { return };
    answer.body = match fault.value("body").as_str() {
        "wrong-types" => {
            Value::Object(metadata.into_iter().map(wrong_type).collect()).to_string().into_bytes()
        }
        "duplicate-keys" => {
            let repeated = format!("\"token_endpoint\":\"{}\",", fault.canary());
            malformed::after_the_start(&answer.body, repeated.as_bytes())
        }
        other => match malformed::json(other, &answer.body) {
            Some(body) => body,
            None => return,
        },
    };
}

/// A text where a list should be, and the other way round.
fn wrong_type((name, value): (String, Value)) -> (String, Value) {
    let value = match value {
        Value::Array(values) => {
            let texts: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            json!(texts.join(" "))
        }
        Value::Bool(value) => json!(value.to_string()),
        other => json!([other]),
    };
    (name, value)
}

fn sparse_or_extra(metadata: &mut Object, fault: &Fault<'_>) {
    match fault.value("drop").as_str() {
        "all" => metadata.retain(|name, _| REQUIRED.contains(&name.as_str())),
        member => drop(metadata.shift_remove(member)),
    }
    let unknown = match fault.value("add").as_str() {
        "unknown" => json!("member"),
        "nested" => json!({"nested": [{"member": [null, 1.5, {}]}]}),
        "null" => Value::Null,
        _ => return,
    };
    metadata.insert("unknown_member".into(), unknown);
}

fn unsafe_url(metadata: &mut Object, fault: &Fault<'_>) {
    let member = &fault.value("member");
    let Some(Value::String(honest)) = metadata.get_mut(member) else { return };
    match fault.value("target").as_str() {
        "loopback-canary" => *honest = on_loopback(&fault.canary()),
        "file" => *honest = "file:///etc/passwd".to_owned(),
        "http" => *honest = honest.replacen("https:", "http:", 1),
        _ => {}
    }
}

fn redirect_to_canary(answer: &mut Outgoing, fault: &Fault<'_>) {
    let endpoint = match fault.value("member").as_str() {
        "jwks_uri" => Endpoint::Jwks,
        "token_endpoint" => Endpoint::Token,
        _ => Endpoint::Userinfo,
    };
    if fault.is("target", "redirect-to-canary") && fault.request.endpoint == endpoint {
        answer.redirect(StatusCode::TEMPORARY_REDIRECT, &on_loopback(&fault.canary()));
    }
}

/// An address on the loopback interface, by number.
fn on_loopback(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    let _ = url.set_host(Some("127.0.0.1"));
    url.into()
}
