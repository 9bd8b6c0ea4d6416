//! Discovery.

use serde_json::{Value, json};

use crate::base::endpoint::Endpoint;
use crate::failure::acts::altered_metadata::REQUIRED;
use crate::failure::acts::{altered_metadata, weak_algorithm};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{choice, duration, number};

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "discovery-issuer-mismatch",
            effect: "The metadata names a different issuer from the one that was requested.",
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
            note: "The relying party must stop here, before it sends a browser to the \
                   authorization endpoint. Only a relying party that is configured for templates \
                   may accept one. `http-scheme` swaps http and https in the issuer. `source` says \
                   where the relying party gets its issuer: for `webfinger`, give it an identifier \
                   such as `acct:alice@host:port`, or a URL below the issuer, and WebFinger leads \
                   it here.",
            ..Mode::of(Class::Discovery)
        },
        acts: &[Act::Metadata(altered_metadata::issuer_mismatch)],
    },
    Entry {
        mode: Mode {
            name: "discovery-issuer-trailing-slash",
            effect: "The issuer has a trailing slash in one place and none in another.",
            parameters: &[choice(
                "place",
                &["metadata", "id-token", "iss-param", "all-but-config"],
            )],
            clauses: &[
                "OpenID Connect Discovery 1.0, section 4.3",
                "OpenID Connect Core 1.0, section 3.1.3.7 (2)",
                "OpenID Connect Core 1.0, section 16.15",
                "RFC 9207, section 2.4",
            ],
            severity: Severity::Interoperability,
            note: "Issuers are compared character by character. Observe how late the relying party \
                   notices the mismatch, and how clearly it reports it.",
            ..Mode::of(Class::Discovery)
        },
        acts: &[
            Act::IdToken(|token, fault| {
                altered_metadata::slash(&mut token.claims, "iss", fault, "id-token")
            }),
            Act::RefreshIdToken(|token, fault| {
                altered_metadata::slash(&mut token.claims, "iss", fault, "id-token")
            }),
            Act::Metadata(|metadata, fault| {
                altered_metadata::slash(metadata, "issuer", fault, "metadata")
            }),
            Act::Authorization(|response, fault| {
                if (fault.is("place", "iss-param") || fault.is("place", "all-but-config"))
                    && let Some(issuer) = response.parameters.last("iss")
                {
                    let other = altered_metadata::with_other_ending(issuer);
                    response.parameters = response.parameters.with("iss", &other);
                }
            }),
        ],
    },
    Entry {
        mode: Mode {
            name: "discovery-unavailable",
            effect: "The metadata is unavailable for a while.",
            parameters: &[
                choice("phase", &["start", "running"]),
                choice("mode", &["503", "404", "refused", "hang"]),
                duration("duration", "10s", &["10s", "1min"]),
                number("count", 3, 1_000, &["1", "3"]).optional("unlimited"),
            ],
            clauses: &["OpenID Connect Discovery 1.0, section 4", "RFC 9110, section 15.6"],
            expected: Expected::Recover,
            severity: Severity::Robustness,
            note: "The failure ends when the duration is over or the count is reached, whichever \
                   comes first. The relying party stays up and signs users in once the provider is \
                   back, without a restart. `phase=start` fails from the first request on: start \
                   the relying party while the failure is armed. `phase=running` lets the first \
                   request pass; a relying party that fetches the metadata only once never meets \
                   the failure. Other endpoints share the port, so `refused` accepts the \
                   connection and resets it before it sends a byte.",
            from_the_second: &[("phase", "running")],
            ..Mode::of(Class::Discovery)
        },
        acts: &[Act::Answer(altered_metadata::unavailable)],
    },
    Entry {
        mode: Mode {
            name: "discovery-bad-body",
            effect: "The discovery endpoint answers 200 with a body that is not usable metadata.",
            parameters: &[
                choice(
                    "body",
                    &[
                        "html",
                        "truncated",
                        "bom",
                        "array",
                        "duplicate-keys",
                        "wrong-types",
                        "empty",
                    ],
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
            // A parser may ignore a byte order mark and may keep the last of two members; metadata
            // with another media type or after a redirect is still metadata.
            exceptions: &[
                ("body", "sound", Expected::Either),
                ("body", "bom", Expected::Either),
                ("body", "duplicate-keys", Expected::Either),
            ],
            severity: Severity::Robustness,
            note: "The relying party must not cache bad metadata: the login after the next one \
                   must work. The last of repeated members is the honest one. A redirect leads to \
                   valid metadata.",
            ..Mode::of(Class::Discovery)
        },
        acts: &[Act::Answer(altered_metadata::bad_body)],
    },
    Entry {
        mode: Mode {
            name: "discovery-missing-required",
            effect: "A required member of the metadata is absent or null.",
            parameters: &[choice("member", &REQUIRED), choice("form", &["absent", "null"])],
            clauses: &["OpenID Connect Discovery 1.0, section 3"],
            expected: Expected::Error,
            // A relying party does not need these lists if it uses only what every provider
            // supports.
            exceptions: &[
                ("member", "response_types_supported", Expected::Either),
                ("member", "subject_types_supported", Expected::Either),
                ("member", "id_token_signing_alg_values_supported", Expected::Either),
            ],
            severity: Severity::Robustness,
            note: "A relying party that does not need the member may continue. None may crash, or \
                   send a request to an address that is missing.",
            ..Mode::of(Class::Discovery)
        },
        acts: &[Act::Metadata(|metadata, fault| {
            let member = &fault.value("member");
            match fault.value("form").as_str() {
                "absent" => drop(metadata.shift_remove(member)),
                _ => drop(metadata.insert(member.clone(), Value::Null)),
            }
        })],
    },
    Entry {
        mode: Mode {
            name: "discovery-sparse-or-extra",
            effect: "The metadata lacks optional members or has an unknown one.",
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
            note: "Missing members have defaults: client_secret_basic, authorization_code, query. \
                   Missing PKCE metadata is not a reason to omit PKCE or to use `plain`.",
            ..Mode::of(Class::Discovery)
        },
        acts: &[Act::Metadata(altered_metadata::sparse_or_extra)],
    },
    Entry {
        mode: Mode {
            name: "discovery-endpoint-foreign",
            effect: "A malicious provider publishes its own issuer and token endpoint, but the \
                     authorization endpoint of an honest provider.",
            parameters: &[choice("swap", &["authorization_endpoint", "registration_endpoint"])],
            clauses: &["RFC 9700, section 4.4", "RFC 9700, section 4.4.2", "RFC 9207, section 2.4"],
            note: "The relying party must be configured for both providers: the honest one is the \
                   default issuer, or the named issuer `other` if the default issuer is the one \
                   that fails. The attack succeeded if the relying party sends a code of the \
                   honest provider, or the secret of its client there, to the token endpoint here. \
                   With `swap=registration_endpoint`, the registration endpoint is also the honest \
                   provider's, for relying parties that register themselves: both providers need \
                   the setting `client_registration`.",
            ..Mode::of(Class::Discovery)
        },
        acts: &[Act::Metadata(|metadata, fault| {
            let mut swap = |member: &str, endpoint| {
                if let Some(honest) = metadata.get_mut(member) {
                    *honest = json!(fault.at_other_issuer(endpoint));
                }
            };
            swap("authorization_endpoint", Endpoint::Authorization);
            if fault.is("swap", "registration_endpoint") {
                swap("registration_endpoint", Endpoint::Registration);
            }
        })],
    },
    Entry {
        mode: Mode {
            name: "discovery-endpoint-unsafe-url",
            effect: "An endpoint has an unsafe URL: on plain http, inside the internal network, or \
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
            note: "`http` needs an issuer with https. A request to an internal address matters \
                   where tenants can name issuers. It proves nothing if the issuer itself is on \
                   loopback, as most mock providers are. Check the journal for a visit to the \
                   canary.",
            ..Mode::of(Class::Discovery)
        },
        acts: &[
            Act::Metadata(altered_metadata::unsafe_url),
            Act::Answer(altered_metadata::redirect_to_canary),
        ],
    },
    Entry {
        mode: Mode {
            name: "discovery-alg-downgrade",
            effect: "The metadata offers weak algorithms for ID tokens, and the ID tokens use \
                     them.",
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
            note: "The algorithm was agreed at registration, and later metadata cannot change it. \
                   `then=advertised` uses the weakest algorithm that the metadata offers.",
            ..Mode::of(Class::Discovery)
        },
        acts: &[
            Act::IdToken(weak_algorithm::downgrade),
            Act::RefreshIdToken(weak_algorithm::downgrade),
            Act::Metadata(|metadata, fault| {
                let mut algorithms: Vec<_> =
                    fault.value("algs").split('+').map(str::to_owned).collect();
                // The metadata must also list the algorithm that `then` selects for the tokens.
                let used = weak_algorithm::name(fault).to_owned();
                if !algorithms.contains(&used) {
                    algorithms.push(used);
                }
                metadata.insert("id_token_signing_alg_values_supported".into(), json!(algorithms));
            }),
        ],
    },
];
