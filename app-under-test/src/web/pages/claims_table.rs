//! Claims as rows of a table: names and values as text, limited in number and length.

use serde_json::{Map, Value};

use crate::base::visible_text::visible_text;

/// The maximum number of rows; a provider may send any number of claims.
const MAX_ROWS: usize = 100;

/// The maximum length of a name or value, in characters.
const MAX_TEXT: usize = 500;

/// The rows to show, and the number of omitted ones.
pub(super) struct ClaimsTable {
    pub(super) rows: Vec<(String, String)>,
    pub(super) omitted: usize,
}

impl ClaimsTable {
    pub(super) fn new(claims: &Map<String, Value>) -> Self {
        let rows = claims.iter().take(MAX_ROWS);
        Self {
            rows: rows.map(|(name, value)| (visible_text(name, MAX_TEXT), text(value))).collect(),
            omitted: claims.len().saturating_sub(MAX_ROWS),
        }
    }
}

/// A string as it is, other values as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => visible_text(text, MAX_TEXT),
        other => visible_text(&other.to_string(), MAX_TEXT),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_text_and_limited() {
        let claims = json!({"a": "x".repeat(9999), "b": ["1", 2], "c": null});
        let table = ClaimsTable::new(claims.as_object().unwrap());
        assert_eq!(table.rows[0].1.chars().count(), MAX_TEXT + 1);
        assert_eq!(table.rows[1].1, r#"["1",2]"#);
        assert_eq!(table.rows[2].1, "null");
        let many = (0..150).map(|n| (n.to_string(), Value::Null)).collect();
        let table = ClaimsTable::new(&many);
        assert_eq!((table.rows.len(), table.omitted), (100, 50));
    }
}
