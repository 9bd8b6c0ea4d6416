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
            ..Mode::of(Class::Discovery)
        },
        acts: &[Act::Metadata(altered_metadata::issuer_mismatch)],
    },
    Entry {
        mode: Mode {
            name: "discovery-issuer-trailing-slash",
            effect: "The issuer is written with a slash at its end in one place and without in another.",
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
            note: "Issuers are compared character by character. What is worth knowing is how late the \
               relying party notices, and how clearly it says so.",
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
            effect: "The metadata cannot be had for a while.",
            parameters: &[
                choice("phase", &["start", "running"]),
                choice("mode", &["503", "404", "refused", "hang"]),
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
               never meets it. The port is shared with other endpoints: \
               `refused` takes the connection, and breaks it before a byte came.",
            from_the_second: &[("phase", "running")],
            ..Mode::of(Class::Discovery)
        },
        acts: &[Act::Answer(altered_metadata::unavailable)],
    },
    Entry {
        mode: Mode {
            name: "discovery-bad-body",
            effect: "The metadata is answered with 200 and a body that is no usable metadata.",
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
            // What is supported need not be known to somebody who asks for what everybody supports.
            exceptions: &[
                ("member", "response_types_supported", Expected::Either),
                ("member", "subject_types_supported", Expected::Either),
                ("member", "id_token_signing_alg_values_supported", Expected::Either),
            ],
            severity: Severity::Robustness,
            note: "Who does not need the member may go on; nobody may crash, or ask at an address that \
               is not there.",
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
            ..Mode::of(Class::Discovery)
        },
        acts: &[Act::Metadata(altered_metadata::sparse_or_extra)],
    },
    Entry {
        mode: Mode {
            name: "discovery-endpoint-foreign",
            effect: "A malicious provider publishes its own issuer and token endpoint, but the \
                 authorization endpoint of an honest one.",
            parameters: &[choice("swap", &["authorization_endpoint", "registration_endpoint"])],
            clauses: &["RFC 9700, section 4.4", "RFC 9700, section 4.4.2", "RFC 9207, section 2.4"],
            note: "The relying party needs both providers: the honest one is the default issuer, or \
               the named issuer `other` where the default issuer itself fails. It fell for it when \
               a code of the honest provider, or the secret of its client, is sent to the token \
               endpoint here. With `swap=registration_endpoint` the registration endpoint is the \
               honest one as well, for relying parties that register themselves: both need the \
               setting `client_registration`.",
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
            ..Mode::of(Class::Discovery)
        },
        acts: &[
            Act::IdToken(weak_algorithm::downgrade),
            Act::RefreshIdToken(weak_algorithm::downgrade),
            Act::Metadata(|metadata, fault| {
                let mut algorithms: Vec<_> =
                    fault.value("algs").split('+').map(str::to_owned).collect();
                // The tokens follow it, whatever they are told to be.
                let used = weak_algorithm::name(fault).to_owned();
                if !algorithms.contains(&used) {
                    algorithms.push(used);
                }
                metadata.insert("id_token_signing_alg_values_supported".into(), json!(algorithms));
            }),
        ],
    },
];
