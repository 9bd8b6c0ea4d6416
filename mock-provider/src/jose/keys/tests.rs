use super::*;
use crate::jose::jws::{compact, part};
use crate::jose::signer::header;

fn keys(algorithms: &[Algorithm]) -> Keys {
    Keys::new(algorithms.iter().copied(), None, KeyPool::default(), [5; 32])
}

fn claims() -> Value {
    json!({"sub": "alice"})
}

/// The `kid` in the header of a new token.
fn signed_by(keys: &Keys, algorithm: Algorithm) -> String {
    let token = keys.sign(algorithm, None, &claims());
    assert_eq!(keys.verify(&token, None), Ok(()));
    Jws::parse(&token).unwrap().kid().unwrap().to_owned()
}

#[test]
fn an_issuer_starts_with_the_shipped_key() {
    let keys = keys(&[Algorithm::RS256]);
    let shipped = SigningKey::shipped(0).unwrap();
    assert_eq!(keys.kids(), [shipped.thumbprint()]);
    let jwk = shipped.public().published(Algorithm::RS256, shipped.thumbprint());
    assert_eq!(keys.jwks(), json!({"keys": [jwk]}));
    let token = keys.sign(Algorithm::RS256, None, &claims());
    let (header, _) = token.split_once('.').unwrap();
    assert_eq!(header, part(&json!({"typ": "JWT", "alg": "RS256", "kid": shipped.thumbprint()})));
}

#[test]
fn every_algorithm_but_the_hmacs_has_a_published_key_of_its_own() {
    let all = keys(&Algorithm::ALL);
    assert_eq!(all.algorithms(), Algorithm::ALL);
    let asymmetric = Algorithm::ALL.into_iter().filter(|it| it.key_kind().is_some());
    let kids: Vec<_> = asymmetric.map(|algorithm| signed_by(&all, algorithm)).collect();
    assert_eq!(kids, all.kids());
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        assert_eq!(all.signing_kid(algorithm), None);
    }
}

#[test]
fn a_key_is_created_and_published_on_first_use() {
    let keys = keys(&[Algorithm::RS256]);
    let kid = keys.signing_kid(Algorithm::ES256).unwrap();
    assert_eq!(keys.kids()[1..], [kid]);
    assert_eq!(keys.algorithms(), [Algorithm::RS256]);
}

#[test]
fn derived_keys_do_not_depend_on_the_order_of_their_creation() {
    let [one, other] = [keys(&[]), keys(&[])];
    let kids = |keys: &Keys, order: [Algorithm; 2]| order.map(|it| keys.signing_kid(it));
    let [first, second] = kids(&one, [Algorithm::ES256, Algorithm::EdDsa]);
    assert_eq!(kids(&other, [Algorithm::EdDsa, Algorithm::ES256]), [second, first]);
    one.rotate(Rotation::Overlap);
    other.rotate(Rotation::Overlap);
    let [mut one, mut other] = [one.kids(), other.kids()];
    assert_eq!(one.len(), 4);
    one.sort();
    other.sort();
    assert_eq!(one, other);
}

#[test]
fn an_hmac_uses_the_clients_secret_and_has_no_kid() {
    let keys = keys(&[Algorithm::RS256]);
    let (secret, other) = (Secret::from("s".repeat(32)), Secret::from("t".repeat(32)));
    let token = keys.sign(Algorithm::HS256, Some(&secret), &claims());
    assert_eq!(Jws::parse(&token).unwrap().kid(), None);
    assert_eq!(keys.verify(&token, Some((Algorithm::HS256, &secret))), Ok(()));
    let refused = |client| keys.verify(&token, client).unwrap_err();
    assert_eq!(refused(Some((Algorithm::HS256, &other))), NotVerified::Signature);
    assert_eq!(refused(Some((Algorithm::RS256, &secret))), NotVerified::Algorithm);
    assert_eq!(refused(None), NotVerified::Algorithm);
}

#[test]
fn a_public_key_is_not_accepted_as_a_secret() {
    let keys = keys(&[Algorithm::RS256]);
    let signer = keys.signer(Algorithm::RS256).unwrap();
    let mut header = signer.header("JWT");
    header.insert("alg".into(), "HS256".into());
    let pem = signer.key.public().spki_pem();
    let token = compact(&header, b"{}", |input| hmac(Algorithm::HS256, pem.as_bytes(), input));
    assert_eq!(keys.verify(&token, None), Err(NotVerified::Algorithm));
}

#[test]
fn a_token_has_its_type_in_the_header() {
    let keys = keys(&[Algorithm::RS256]);
    let token = keys.sign_typed("logout+jwt", Algorithm::RS256, None, &claims());
    assert_eq!(Jws::parse(&token).unwrap().header["typ"], "logout+jwt");
    assert_eq!(keys.verify(&token, None), Ok(()));
}

#[test]
fn rotation_with_overlap_keeps_the_old_key_until_it_is_withdrawn() {
    let keys = keys(&[Algorithm::RS256]);
    let old = signed_by(&keys, Algorithm::RS256);
    keys.rotate(Rotation::Overlap);
    let new = signed_by(&keys, Algorithm::RS256);
    assert_ne!(old, new);
    assert_eq!(keys.kids(), [old.clone(), new.clone()]);
    keys.withdraw(&old).unwrap();
    assert_eq!(keys.kids(), [new]);
}

#[test]
fn rotation_may_replace_the_key_at_once() {
    let keys = keys(&[Algorithm::RS256, Algorithm::ES256]);
    let old = keys.kids();
    keys.rotate(Rotation::Replace);
    let new = keys.kids();
    assert_eq!(new.len(), 2);
    assert!(new.iter().all(|kid| !old.contains(kid)));
    assert_eq!([Algorithm::RS256, Algorithm::ES256].map(|it| signed_by(&keys, it)), *new);
}

#[test]
fn rotation_may_publish_the_new_key_later() {
    let keys = keys(&[Algorithm::RS256]);
    let old = keys.kids();
    keys.rotate(Rotation::PublishLate);
    let new = signed_by(&keys, Algorithm::RS256);
    assert_eq!(keys.kids(), old);
    keys.publish();
    keys.publish();
    assert_eq!(keys.kids(), [old[0].clone(), new]);
}

#[test]
fn rotation_may_keep_the_name() {
    let keys = keys(&[Algorithm::RS256]);
    let (kids, jwks) = (keys.kids(), keys.jwks());
    let token = keys.sign(Algorithm::RS256, None, &claims());
    keys.rotate(Rotation::SameKid);
    assert_eq!(keys.kids(), kids);
    assert_ne!(keys.jwks(), jwks);
    assert_eq!(signed_by(&keys, Algorithm::RS256), kids[0]);
    assert_eq!(keys.verify(&token, None), Ok(()), "tokens of the old key stay valid");
}

#[test]
fn a_withdrawn_key_may_sign_again() {
    let keys = keys(&[Algorithm::RS256]);
    let old = signed_by(&keys, Algorithm::RS256);
    keys.rotate(Rotation::Replace);
    keys.sign_with(&old).unwrap();
    assert_eq!(signed_by(&keys, Algorithm::RS256), old);
    assert!(!keys.kids().contains(&old));
}

#[test]
fn a_key_may_be_renamed_even_to_a_name_in_use() {
    let keys = keys(&[Algorithm::RS256, Algorithm::ES256]);
    let kids = keys.kids();
    let [rsa, ec] = &*kids else { panic!("not two keys") };
    let before = keys.sign(Algorithm::RS256, None, &claims());
    keys.rename(rsa, "new").unwrap();
    assert_eq!(keys.kids(), ["new", ec]);
    assert_eq!(signed_by(&keys, Algorithm::RS256), "new");
    keys.rename(ec, "new").unwrap();
    assert_eq!(keys.kids(), ["new", "new"]);
    assert_eq!(keys.verify(&before, None), Ok(()), "tokens with the old name stay valid");
}

#[test]
fn a_configured_key_comes_first_and_is_not_drawn_from_the_pool() {
    let own = SigningKey::from_pkcs8(include_bytes!("../../../keys/unpublished-rsa-2048.der"));
    let own = own.unwrap();
    let kid = own.thumbprint().to_owned();
    let algorithms = [Algorithm::RS256, Algorithm::PS256];
    let keys = Keys::new(algorithms, Some(own), KeyPool::default(), [5; 32]);
    assert_eq!(keys.kids(), [&*kid, SigningKey::shipped(0).unwrap().thumbprint()]);
}

#[test]
fn an_unknown_kid_is_refused_with_the_known_ones() {
    let keys = keys(&[Algorithm::RS256]);
    let kid = keys.kids().remove(0);
    let message = format!("`kid` must be one of `{kid}`, got `absent`");
    for outcome in [keys.withdraw("absent"), keys.sign_with("absent"), keys.rename("absent", "x")] {
        assert_eq!(outcome.unwrap_err().to_string(), message);
    }
}

#[test]
fn tokens_of_other_issuers_are_refused() {
    let keys = keys(&[Algorithm::RS256]);
    let token = keys.sign(Algorithm::RS256, None, &claims());
    let signer = keys.signer(Algorithm::RS256).unwrap();
    let by = |key: &SigningKey, header| {
        compact(&header, b"{}", |input| key.signature(Algorithm::RS256, input).unwrap())
    };
    let forged = by(&SigningKey::unpublished(), signer.header("JWT"));
    let misnamed = by(&signer.key, header(Algorithm::RS256, Some("other"), "JWT"));
    let unsigned = compact(&header(Algorithm::RS256, None, "JWT"), b"{}", |_| Vec::new());
    for (token, expected) in [
        (format!("{token}AAAA"), NotVerified::Signature),
        (forged, NotVerified::Signature),
        (misnamed, NotVerified::Signature),
        (unsigned, NotVerified::Signature),
        ("e30.e30.".to_owned(), NotVerified::Algorithm),
        ("nonsense".to_owned(), NotVerified::NotAJwt),
    ] {
        assert_eq!(keys.verify(&token, None), Err(expected), "{token}");
    }
}

#[test]
fn a_spare_key_is_the_one_that_would_sign_and_is_not_published() {
    let keys = keys(&[Algorithm::RS256]);
    let spare = keys.spare(Algorithm::ES256).unwrap();
    assert!(Arc::ptr_eq(&spare, &keys.spare(Algorithm::ES256).unwrap()));
    assert_eq!(keys.kids().len(), 1);
    assert_eq!(keys.spare(Algorithm::RS256).unwrap().kid, keys.kids()[0]);
    assert_eq!(keys.signing_kid(Algorithm::ES256), Some(spare.kid.clone()));
    assert!(keys.spare(Algorithm::HS256).is_none());
}

#[test]
fn a_key_is_retired_when_it_neither_signs_nor_is_published() {
    let keys = keys(&[Algorithm::RS256]);
    let old = keys.kids().remove(0);
    keys.rotate(Rotation::Overlap);
    assert!(keys.retired(Algorithm::RS256).is_none());
    keys.withdraw(&old).unwrap();
    assert_eq!(keys.retired(Algorithm::RS256).unwrap().kid, old);
}

#[test]
fn foreign_keys_never_belong_to_the_issuer_even_after_rotations() {
    let keys = keys(&[Algorithm::RS256]);
    let other = keys.foreign(KeyKind::Rsa, 1);
    assert_eq!(other.thumbprint(), SigningKey::shipped(1).unwrap().thumbprint());
    for _ in 0..7 {
        keys.rotate(Rotation::Overlap);
        let foreign = [0, 1, 2].map(|number| keys.foreign(KeyKind::Rsa, number));
        assert!(foreign.iter().all(|key| !keys.kids().contains(&key.thumbprint().to_owned())));
    }
}

#[test]
fn concurrent_rotations_leave_one_published_key_per_algorithm() {
    let keys = keys(&[Algorithm::RS256, Algorithm::ES256]);
    for _ in 0..3 {
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| keys.rotate(Rotation::Replace));
            }
        });
        let signing: Vec<_> = keys.signing().iter().map(|signer| signer.kid.clone()).collect();
        assert_eq!(keys.kids(), signing);
    }
}

#[test]
fn the_number_of_known_keys_is_bounded() {
    let keys = keys(&[Algorithm::ES256]);
    let mut kids = std::collections::BTreeSet::new();
    for _ in 0..100 {
        assert!(kids.insert(signed_by(&keys, Algorithm::ES256)), "every key is different");
        keys.rotate(Rotation::Overlap);
        let first = keys.kids().remove(0);
        keys.withdraw(&first).unwrap();
    }
    assert_eq!(keys.snapshot().known.len(), 64);
    assert_eq!(keys.kids(), [signed_by(&keys, Algorithm::ES256)]);
}

#[test]
fn published_keys_stay_bounded_when_none_is_withdrawn() {
    let keys = keys(&[Algorithm::ES256, Algorithm::EdDsa]);
    let idle = keys.signing_kid(Algorithm::EdDsa).unwrap();
    for _ in 0..100 {
        keys.rotate(Rotation::Overlap);
        keys.sign_with(&idle).unwrap();
    }
    assert_eq!(keys.kids().len(), 64);
    assert!(keys.snapshot().known.len() <= 70, "{}", keys.snapshot().known.len());
    for algorithm in [Algorithm::ES256, Algorithm::EdDsa] {
        assert!(keys.kids().contains(&signed_by(&keys, algorithm)), "{algorithm} is published");
    }
}
