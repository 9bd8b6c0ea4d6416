//! ID token: signature.

use mock_provider::failure::Class;

use super::changes::assert_changes;
use super::transcript::transcript;

#[tokio::test]
async fn each_case_changes_exactly_what_its_snapshot_shows() {
    assert_changes(Class::IdTokenSignature, &[], transcript).await;
}
