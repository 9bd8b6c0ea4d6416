//! `GET /jwks`.

use jsonwebtoken::jwk::{JwkSet, ThumbprintHash};

use crate::support::{Browser, start, url};

#[tokio::test]
async fn one_signing_key_is_published_under_its_thumbprint() {
    let provider = start().await;
    let document = Browser::new().get(&url(&provider, "/jwks")).await.expect(200).json();
    let keys: JwkSet = serde_json::from_value(document.clone()).expect("the document is a key set");
    let [key] = &*keys.keys else { panic!("not one key: {document:#}") };
    let thumbprint = key.thumbprint(ThumbprintHash::SHA256).ok();
    assert_eq!(key.common.key_id, thumbprint);
    assert_eq!(document["keys"][0]["use"], "sig");
    assert_eq!(document["keys"][0]["alg"], "RS256");
}

#[tokio::test]
async fn the_private_key_is_not_published() {
    let provider = start().await;
    let document = Browser::new().get(&url(&provider, "/jwks")).await.json();
    let key = document["keys"][0].as_object().expect("there is a key");
    let mut members: Vec<_> = key.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
}
