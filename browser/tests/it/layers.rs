//! The rooms of the source, and the direction of the imports between them.

#[test]
fn rooms_import_only_from_rooms_listed_above_them() {
    layer_rule::assert_layers(env!("CARGO_MANIFEST_DIR"));
}
