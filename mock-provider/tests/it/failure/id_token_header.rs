//! ID token: header.

use mock_provider::failure::Class;

use super::transcript::assert_changes;

#[tokio::test]
async fn each_case_changes_what_it_says_and_nothing_else() {
    assert_changes(Class::IdTokenHeader).await;
}
