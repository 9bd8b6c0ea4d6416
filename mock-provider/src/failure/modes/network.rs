//! Network.
//!
//! These modes act on the connection itself: see [`Delivery`].

use std::time::Duration;

use crate::failure::acts::altered_delivery;
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::{Parameter, choice, duration, number};
use crate::net::wire::delivery::{Delivery, End, Extent, Framing};

/// Where the failure acts.
const ENDPOINT: Parameter =
    choice("endpoint", &["token", "discovery", "jwks", "userinfo", "end_session"]);

/// The content coding.
#[cfg(feature = "brotli")]
const CODING: Parameter = choice("coding", &["gzip", "br", "deflate", "identity-mislabelled"]);
#[cfg(not(feature = "brotli"))]
const CODING: Parameter =
    choice("coding", &["gzip", "deflate", "identity-mislabelled"]).switched_off("br", "brotli");

/// How often the failure acts.
const COUNT: Parameter = number("count", 1, 1_000, &[]).optional("unlimited");

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "network-slow",
            effect: "The response is late, or arrives a few bytes at a time.",
            parameters: &[
                ENDPOINT,
                duration("latency", "2s", &["50ms"]),
                choice("drip", &["yes"]).optional("no"),
            ],
            clauses: &["RFC 9110, section 15.6.5"],
            expected: Expected::Tolerate,
            severity: Severity::Robustness,
            note: "Up to 10 s should work; more may end in an error page. Other users must not \
                   wait meanwhile. Values worth trying: 2s, 10s, 30s. With `drip=yes`, the bytes \
                   are spread over half a second, a few at a time.",
            ..Mode::of(Class::Network)
        },
        acts: &[Act::Answer(|answer, fault| {
            altered_delivery::deliver(answer, fault, |_| {
                let drip = fault.is("drip", "yes").then_some(Duration::from_millis(500));
                let latency = fault.duration("latency");
                Delivery { latency, drip, ..Delivery::default() }
            });
        })],
    },
    Entry {
        mode: Mode {
            name: "network-hang",
            effect: "The server accepts the connection and reads the request, but never answers.",
            parameters: &[ENDPOINT, choice("parallel", &["20"]).optional("1")],
            clauses: &["RFC 9110, section 15.6.5"],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "The wait must be bounded, and end in an error page. `parallel` is how many \
                   users the user agent lets wait at once; a user who signs in elsewhere must not \
                   notice. After two minutes the connection is closed.",
            ..Mode::of(Class::Network)
        },
        acts: &[Act::Answer(|answer, fault| {
            altered_delivery::deliver(answer, fault, |_| Delivery::hang(Delivery::HANG));
        })],
    },
    Entry {
        mode: Mode {
            name: "network-reset",
            effect: "The connection is refused, closed without a byte, reset in the middle of the \
                     response, or closed while it is idle.",
            parameters: &[
                choice(
                    "mode",
                    &["rst-body", "refused", "empty-reply", "rst-headers", "keepalive-stale"],
                ),
                ENDPOINT,
                COUNT,
            ],
            clauses: &["RFC 9112, section 9.3", "RFC 9112, section 9.5"],
            expected: Expected::Error,
            // Clients silently repeat idempotent requests, but cannot know whether a POST arrived
            // (RFC 9110, section 9.2.2).
            exceptions: &[("mode", "keepalive-stale", Expected::Either)],
            severity: Severity::Robustness,
            note: "With `refused`, the metadata names a port where nothing listens, because other \
                   issuers share the provider's port; a client that calls the endpoint anyway, or \
                   discovery, finds the connection reset before the first byte. With \
                   `keepalive-stale`, the response is complete, and the next request on the \
                   connection gets none: a client should silently repeat a request that may be \
                   repeated.",
            ..Mode::of(Class::Network)
        },
        acts: &[
            Act::Metadata(altered_delivery::refused_address),
            Act::Answer(altered_delivery::reset),
        ],
    },
    Entry {
        mode: Mode {
            name: "network-truncated",
            effect: "The body is shorter than announced.",
            parameters: &[
                choice("framing", &["content-length", "chunked"]),
                choice("cut", &["50%", "last-byte"]),
                ENDPOINT,
            ],
            clauses: &["RFC 9112, section 8"],
            expected: Expected::Error,
            severity: Severity::Robustness,
            note: "The relying party must not treat the partial body as complete, and must not \
                   cache it.",
            ..Mode::of(Class::Network)
        },
        acts: &[Act::Answer(|answer, fault| {
            altered_delivery::deliver(answer, fault, |_| {
                let framing = if fault.is("framing", "chunked") {
                    Framing::Chunked
                } else {
                    Framing::ContentLength
                };
                let extent = if fault.is("cut", "last-byte") {
                    Extent::AllButLastByte
                } else {
                    Extent::Half
                };
                Delivery { framing, extent, end: End::Close, ..Delivery::default() }
            });
        })],
    },
    Entry {
        mode: Mode {
            name: "network-compression",
            effect: "The body is compressed, requested or not, valid or not.",
            parameters: &[
                CODING,
                choice("unsolicited", &["true", "false"]),
                choice("corrupt", &["true"]).optional("false"),
                choice("bomb", &["10MB"]).optional("none"),
                ENDPOINT,
            ],
            clauses: &["RFC 9110, section 8.4", "RFC 9110, section 12.5.3"],
            expected: Expected::Either,
            exceptions: &[
                ("corrupt", "true", Expected::Error),
                ("coding", "identity-mislabelled", Expected::Either),
                ("unsolicited", "false", Expected::Tolerate),
            ],
            severity: Severity::Interoperability,
            note: "A relying party that did not ask for a coding may refuse it; with \
                   `unsolicited=false`, only clients that send Accept-Encoding get the coding. \
                   `identity-mislabelled` is declared as gzip, but is not compressed. The bomb is \
                   the honest document with spaces up to 10 MB.",
            ..Mode::of(Class::Network)
        },
        acts: &[Act::Answer(altered_delivery::compress)],
    },
    Entry {
        mode: Mode {
            name: "network-oversized",
            effect: "The body or the headers are far larger than any client needs.",
            parameters: &[
                choice("what", &["body-50MB", "10000-keys", "headers-64kB", "100-set-cookie"]),
                ENDPOINT,
            ],
            clauses: &["RFC 9110, section 5.4"],
            expected: Expected::Error,
            exceptions: &[
                ("what", "10000-keys", Expected::Either),
                ("what", "headers-64kB", Expected::Either),
                // No clause limits their number, but many clients accept at most a hundred fields.
                ("what", "100-set-cookie", Expected::Either),
            ],
            severity: Severity::Robustness,
            note: "Memory and time must stay bounded. The body is the honest document with \
                   trailing spaces; `10000-keys` adds members to the document, or keys to the key \
                   set.",
            ..Mode::of(Class::Network)
        },
        acts: &[Act::Answer(altered_delivery::oversize)],
    },
    Entry {
        mode: Mode {
            name: "network-tls-invalid",
            effect: "The endpoints that the relying party calls itself are on a server whose \
                 certificate it must not trust.",
            parameters: &[choice("fault", &["self-signed", "expired", "wrong-host", "unknown-ca"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 16.17",
                "OpenID Connect Core 1.0, section 5.3.4",
                "OpenID Connect Discovery 1.0, section 7.1",
                "RFC 9525, section 6",
            ],
            note: "The metadata stays where it is and names ports of localhost for jwks_uri, \
               token_endpoint and userinfo_endpoint. A relying party that trusts the provider's \
               authority has no other reason to refuse the certificates.",
            ..Mode::of(Class::Network)
        },
        acts: &[Act::Metadata(altered_delivery::untrustworthy)],
    },
    Entry {
        mode: Mode {
            name: "network-http-variants",
            effect: "The response is correct HTTP, but written differently from most servers.",
            parameters: &[
                choice(
                    "variant",
                    &[
                        "chunked",
                        "http1.0",
                        "connection-close",
                        "lowercase-headers",
                        "duplicate-content-type",
                        "100-continue",
                        "204-for-200",
                    ],
                ),
                ENDPOINT,
            ],
            clauses: &["RFC 9112, section 2.3", "RFC 9110, section 5.1", "RFC 9110, section 15.2"],
            expected: Expected::Tolerate,
            exceptions: &[("variant", "204-for-200", Expected::Error)],
            severity: Severity::Interoperability,
            note: "`204-for-200` has no body, and so no document: the relying party can only \
                   show a readable error.",
            ..Mode::of(Class::Network)
        },
        acts: &[Act::Answer(altered_delivery::write_differently)],
    },
];
