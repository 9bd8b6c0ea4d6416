//! Claims about the user.

use serde_json::{Value, json};

use crate::failure::acts::{altered_claims, claim_shape, oversize, payload, sourced_claims};
use crate::failure::engine::act::{Act, Entry};
use crate::failure::spec::class::Class;
use crate::failure::spec::mode::{Expected, Mode, Severity};
use crate::failure::spec::parameter::choice;

pub(crate) static ENTRIES: &[Entry] = &[
    Entry {
        mode: Mode {
            name: "claims-groups-string",
            effect: "A claim that is a list comes in another form.",
            parameters: &[
                choice("claim", &["groups", "roles", "custom"]),
                choice(
                    "form",
                    &[
                        "string",
                        "csv",
                        "json-in-string",
                        "objects",
                        "empty-array",
                        "null",
                        "nested",
                    ],
                ),
            ],
            clauses: &["OpenID Connect Core 1.0, section 5.1.2"],
            expected: Expected::Tolerate,
            exceptions: &[
                // Real providers send a single value without its array; applications need not
                // expect the other forms.
                ("form", "json-in-string", Expected::Either),
                ("form", "objects", Expected::Either),
                ("form", "nested", Expected::Either),
            ],
            severity: Severity::Interoperability,
            note: "No clause defines the type of `groups`. `roles` and \
                   `https://claims.example/groups` (`custom`) are sent as well, with the user's \
                   groups in them.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(claim_shape::groups)],
    },
    Entry {
        mode: Mode {
            name: "claims-groups-overage",
            effect: "The groups are replaced by a hint that says where to fetch them.",
            parameters: &[
                choice("style", &["_claim_names", "hasgroups"]),
                choice("endpoint", &["ok", "404", "needs-other-token"]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 5.6.2"],
            expected: Expected::Error,
            severity: Severity::Interoperability,
            note: "Fetching the groups and reporting them as missing are both correct; silently \
                   losing permissions is not. `hasgroups` names no endpoint.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(sourced_claims::overage)],
    },
    Entry {
        mode: Mode {
            name: "claims-session-overflow",
            effect: "Tokens or claims are so large that cookies and headers overflow.",
            parameters: &[
                choice("source", &["groups", "access_token", "id_token", "refresh_token"]),
                choice("size", &["8kB", "4kB", "16kB", "64kB"]),
            ],
            clauses: &["RFC 6265, section 6.1", "RFC 6585, section 5"],
            expected: Expected::Tolerate,
            exceptions: &[("size", "64kB", Expected::Either)],
            severity: Severity::Robustness,
            note: "Typically the login succeeds at the provider, then loops at the relying party \
                   or ends in 431 or 502. The long tokens are valid; their padding cannot be \
                   compressed.",
            ..Mode::of(Class::Claims)
        },
        acts: &[
            Act::Claims(oversize::claims),
            Act::IdToken(oversize::id_token),
            Act::RefreshIdToken(oversize::id_token),
            Act::Tokens(oversize::tokens),
            Act::RefreshTokens(oversize::tokens),
        ],
    },
    Entry {
        mode: Mode {
            name: "claims-groups-delimiter",
            effect: "The user's only group has a name that looks like a list or a pattern.",
            parameters: &[choice(
                "name",
                &["users,admins", "users admins", "users; admins", "*", "admins-with-case"],
            )],
            clauses: &["OpenID Connect Core 1.0, section 5.1.2"],
            expected: Expected::Tolerate,
            note: "The user must not become an admin, which is visible if the application grants \
                   permissions to `admins`. No clause says so; the application that maps groups to \
                   permissions decides.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(|claims, fault| {
            let name = fault.value("name");
            let name = if name == "admins-with-case" { "Admins".to_owned() } else { name };
            if claims.contains_key("groups") {
                claims.insert("groups".to_owned(), json!([name]));
            }
        })],
    },
    Entry {
        mode: Mode {
            name: "claims-null-or-mistyped",
            effect: "An optional claim is absent, null, empty or of another type.",
            parameters: &[
                choice(
                    "claim",
                    &[
                        "email",
                        "name",
                        "preferred_username",
                        "picture",
                        "locale",
                        "updated_at",
                        "address",
                        "birthdate",
                        "zoneinfo",
                    ],
                ),
                choice("form", &["null", "absent", "empty", "object", "number", "iso-date"]),
                choice("only-sub", &["false", "true"]),
                choice("unknown", &["none", "nested", "deep-1000"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 2",
                "OpenID Connect Core 1.0, section 5.1",
                "OpenID Connect Core 1.0, section 5.3.2",
            ],
            expected: Expected::Tolerate,
            exceptions: &[
                ("unknown", "deep-1000", Expected::Either),
                ("form", "object", Expected::Either),
                ("form", "number", Expected::Either),
                ("form", "iso-date", Expected::Either),
            ],
            severity: Severity::Interoperability,
            note: "Without an email address, the application shows a clear message or creates an \
                   account without one, but never an account that all users without an address \
                   share. `only-sub` and `unknown` leave the single claim alone.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(claim_shape::mistyped)],
    },
    Entry {
        mode: Mode {
            name: "claims-email-unverified",
            effect: "The user has another user's email address, and it is not verified.",
            parameters: &[choice("email_verified", &["false", "absent", "null", "false-string"])],
            clauses: &[
                "OpenID Connect Core 1.0, section 5.1",
                "OpenID Connect Core 1.0, section 5.7",
            ],
            expected: Expected::Either,
            note: "The user must not get into the account of the other user, who must have \
                   logged in before. A separate account is fine.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(|claims, fault| {
            claims.insert("email".to_owned(), json!(fault.of_victim("email")));
            let verified = match fault.value("email_verified").as_str() {
                "absent" => return drop(claims.shift_remove("email_verified")),
                "null" => Value::Null,
                "false-string" => json!("false"),
                _ => json!(false),
            };
            claims.insert("email_verified".to_owned(), verified);
        })],
    },
    Entry {
        mode: Mode {
            name: "claims-email-verified-string",
            effect: "`email_verified` is a string or a number.",
            parameters: &[choice("value", &["false", "true", "True", "1", "0"])],
            clauses: &["OpenID Connect Core 1.0, section 5.1"],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "The words are sent as strings. The string `false` must not count as true.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(|claims, fault| {
            let value = fault.value("value");
            let value = value.parse::<u64>().map_or_else(|_| json!(value), |number| json!(number));
            if claims.contains_key("email_verified") {
                claims.insert("email_verified".to_owned(), value);
            }
        })],
    },
    Entry {
        mode: Mode {
            name: "claims-email-reassigned",
            effect: "A new user has the email address, phone number or login name of an earlier \
                     user.",
            parameters: &[
                choice("claim", &["email", "preferred_username", "phone_number"]),
                choice("verified", &["true"]),
            ],
            clauses: &["OpenID Connect Core 1.0, section 5.7"],
            expected: Expected::Either,
            note: "The earlier user must have logged in before. Reporting a conflict or creating a \
                   separate account is correct; opening the earlier user's account is not.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(|claims, fault| {
            let claim = fault.value("claim");
            let value = fault.of_victim(&claim);
            if matches!(claim.as_str(), "email" | "phone_number") {
                claims.insert(format!("{claim}_verified"), json!(true));
            }
            claims.insert(claim, json!(value));
        })],
    },
    Entry {
        mode: Mode {
            name: "claims-email-changed",
            effect: "A known user has a new email address or name.",
            parameters: &[choice("claim", &["email", "preferred_username", "name"])],
            clauses: &["OpenID Connect Core 1.0, section 5.7"],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "The user must have logged in before, without the failure: the account must be \
                   the same.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(|claims, fault| {
            let claim = fault.value("claim");
            if let Some(Value::String(value)) = claims.get_mut(&claim) {
                value.insert_str(0, "new-");
            }
        })],
    },
    Entry {
        mode: Mode {
            name: "claims-foreign-identity",
            effect: "This issuer asserts the identity of another issuer's user.",
            parameters: &[
                choice("needs", &["two-op"]),
                choice("claim", &["sub", "sub+iss", "email+username+name"]),
                choice("in", &["id-token", "userinfo"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 5.7",
                "OpenID Connect Core 1.0, section 16.15",
            ],
            expected: Expected::Either,
            exceptions: &[("claim", "sub+iss", Expected::Reject)],
            note: "The application trusts two issuers: the default one, where the other user has \
                   logged in before, and a named one that fails in this way. A separate account is \
                   correct. With `in=id-token`, userinfo has the same `sub`, or it would be \
                   refused for the mismatch.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(altered_claims::foreign)],
    },
    Entry {
        mode: Mode {
            name: "claims-sub-edge",
            effect: "The subject is legal but awkward.",
            parameters: &[choice(
                "value",
                &[
                    "case-twin",
                    "255-chars",
                    "leading-zero-twin",
                    "numeric",
                    "slashes",
                    "spaces",
                    "unicode",
                    "path-like",
                    "sql-like",
                ],
            )],
            clauses: &["OpenID Connect Core 1.0, section 2"],
            expected: Expected::Tolerate,
            // A subject must be ASCII.
            exceptions: &[("value", "unicode", Expected::Either)],
            note: "A twin is a different user from the one without the failure: the two must not \
                   share an account.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(|claims, fault| {
            let Some(own) = claims.get("sub").and_then(Value::as_str) else { return };
            let sub = payload::subject(&fault.value("value"), own);
            claims.insert("sub".to_owned(), json!(sub));
        })],
    },
    Entry {
        mode: Mode {
            name: "claims-name-unicode",
            effect: "Names and groups contain characters outside printable ASCII.",
            parameters: &[
                choice(
                    "text",
                    &["umlaut", "cyrillic", "cjk", "emoji", "rtl", "combining", "4-byte", "nul"],
                ),
                choice("claim", &["name", "preferred_username", "groups"]),
            ],
            clauses: &[
                "OpenID Connect Core 1.0, section 5.2",
                "OpenID Connect Core 1.0, section 14",
                "RFC 8725, section 3.7",
                "RFC 9110, section 5.5",
            ],
            expected: Expected::Tolerate,
            exceptions: &[("text", "nul", Expected::Either)],
            severity: Severity::Interoperability,
            note: "This mostly breaks applications that pass a claim on in an HTTP header or a \
                   cookie.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(|claims, fault| {
            altered_claims::set_text(
                claims,
                &fault.value("claim"),
                payload::text(&fault.value("text")).to_owned(),
            );
        })],
    },
    Entry {
        mode: Mode {
            name: "claims-markup",
            effect: "Claims that users see contain markup, formulas or hostile URLs.",
            parameters: &[
                choice("claim", &["name", "email", "picture", "profile", "website", "groups"]),
                choice(
                    "payload",
                    &[
                        "script",
                        "img-onerror",
                        "javascript-uri",
                        "template",
                        "formula",
                        "internal-url-canary",
                    ],
                ),
            ],
            clauses: &["OpenID Connect Core 1.0, section 5.1"],
            expected: Expected::Tolerate,
            // An application may refuse what is not an email address.
            exceptions: &[("claim", "email", Expected::Either)],
            note: "None of it may run. The journal shows every visit to the canary: a browser may \
                   fetch a picture, a server should not.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(|claims, fault| {
            altered_claims::set_text(
                claims,
                &fault.value("claim"),
                payload::markup(&fault.value("payload"), fault),
            );
        })],
    },
    Entry {
        mode: Mode {
            name: "claims-crlf",
            effect: "Claims contain line breaks or other control characters.",
            parameters: &[
                choice("claim", &["name", "groups", "email", "sub"]),
                choice("bytes", &["crlf", "lf", "nul"]),
            ],
            clauses: &["RFC 9110, section 5.5"],
            expected: Expected::Either,
            note: "The application must not send an additional header or cookie: the claim ends in \
                   `Set-Cookie: canary=1`.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(|claims, fault| {
            let claim = fault.value("claim");
            let own = claims.get(&claim).and_then(Value::as_str).unwrap_or("staff");
            let end = match fault.value("bytes").as_str() {
                "lf" => "\n",
                "nul" => "\0",
                _ => "\r\n",
            };
            let text = format!("{own}{end}Set-Cookie: canary=1");
            altered_claims::set_text(claims, &claim, text);
        })],
    },
    Entry {
        mode: Mode {
            name: "claims-distributed",
            effect: "The claim `nickname` is aggregated or distributed, and valid or not.",
            parameters: &[
                choice("kind", &["distributed", "aggregated"]),
                choice(
                    "fault",
                    &["none", "bad-signature", "other-sub", "endpoint-down", "internal-endpoint"],
                ),
            ],
            clauses: &["OpenID Connect Core 1.0, section 5.6.2"],
            expected: Expected::Tolerate,
            severity: Severity::Interoperability,
            note: "Support is optional; a value that was not verified must not be used. Aggregated \
                   claims have no endpoint that can fail. The internal endpoint is a canary: the \
                   journal shows every visit.",
            ..Mode::of(Class::Claims)
        },
        acts: &[Act::Claims(sourced_claims::nickname), Act::Answer(sourced_claims::answer)],
    },
];
