//! Snapshots stay small enough to review, and every failure mode has one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mock_provider::failure::modes;

/// In bytes.
const MAX_SIZE: u64 = 8_000;

/// Snapshots that may be larger, by file name, and why.
const LARGER: [(&str, &str); 1] = [(
    "it__configuration__every_invalid_file_is_refused_in_reviewed_words.snap",
    "one short message per file in `fixtures/invalid`; their wording is reviewed side by side",
)];

/// Modes without a snapshot, and why.
const WITHOUT_SNAPSHOT: [(&str, &str); 15] = [
    ("authorization-mixup", "needs a second issuer; tested in `failure/authorization.rs`"),
    ("authorization-session-overwriting", "needs a second issuer and a user agent"),
    ("authorization-initiate-login-abuse", "only a user agent can do it"),
    ("backchannel-logout-replay", "needs two logins; tested in `failure/logout.rs`"),
    ("id-token-auth-context-weaker", "needs `max_age`; tested in `failure/id_token_claims.rs`"),
    ("id-token-c-hash-invalid", "needs the hybrid flow; tested in `failure/id_token_claims.rs`"),
    ("id-token-jwe-mismatch", "needs encryption; tested in `failure/id_token_header.rs`"),
    ("jwks-retired-key-used", "needs three logins; tested in `failure/jwks.rs`"),
    ("network-tls-invalid", "fails below HTTP; tested in `failure/network.rs`"),
    ("refresh-reuse-revokes-family", "needs two refreshes; tested in `failure/refresh.rs`"),
    ("sequence-back-after-logout", "only a user agent can do it"),
    ("sequence-callback-replayed", "only a user agent can do it"),
    ("sequence-concurrent-users", "only a user agent can do it"),
    ("sequence-multi-tab", "only a user agent can do it"),
    ("sequence-user-switch", "needs two logins; tested in `failure/sequence.rs`"),
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Adds the snapshots below a directory, except those in build output and hidden directories.
fn add_snapshots(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            add_snapshots(&path, found);
        } else if name.ends_with(".snap") {
            found.push(path);
        }
    }
}

#[test]
fn no_snapshot_is_too_large_to_review() {
    let mut snapshots = Vec::new();
    add_snapshots(&workspace(), &mut snapshots);
    assert!(snapshots.len() > modes().count(), "{snapshots:?}");
    let larger = snapshots.iter().filter(|path| fs::metadata(path).unwrap().len() > MAX_SIZE);
    let larger: BTreeSet<_> =
        larger.map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    let allowed: BTreeSet<_> = LARGER.iter().map(|(name, _)| *name).collect();
    assert_eq!(larger, allowed, "only the snapshots in `LARGER` may exceed {MAX_SIZE} bytes");
}

#[test]
fn every_mode_has_a_snapshot_of_its_own() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/failure/snapshots");
    let mut snapshots = Vec::new();
    add_snapshots(&directory, &mut snapshots);
    let snapshots: BTreeSet<_> =
        snapshots.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    let without: BTreeSet<_> = WITHOUT_SNAPSHOT.iter().map(|(name, _)| *name).collect();
    let modes: BTreeSet<_> = modes().map(|mode| mode.name).collect();
    assert_eq!(&snapshots | &without, modes, "left: snapshots and exceptions; right: modes");
    assert_eq!(&snapshots & &without, BTreeSet::new(), "these have a snapshot: remove them");
}
