//! ID token: signature.

use mock_provider::failure::Class;

use super::changes::assert_changes;
use super::transcript::transcript;

#[tokio::test]
async fn each_case_changes_what_it_says_and_nothing_else() {
    assert_changes(Class::IdTokenSignature, &[], transcript).await;
}
