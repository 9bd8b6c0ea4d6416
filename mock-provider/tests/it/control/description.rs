//! The description of the control API.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use super::client::Control;
use crate::support::{Browser, start, url};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// Every operation with its path and method.
fn operations(document: &Value) -> Vec<(String, &'static str, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let operations = paths.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((path.clone(), *method, item.get(method)?)))
    });
    operations.collect()
}

/// Every reference in a document.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(elements) => elements.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_route_is_described_and_every_description_has_a_route() {
    let provider = start().await;
    let document = Control(&provider).get("/openapi.json").await.json();
    let listed: Vec<_> = operations(&document)
        .iter()
        .map(|(path, method, operation)| {
            let name = operation["operationId"].as_str().unwrap_or_default();
            let summary = operation["summary"].as_str().unwrap_or_default();
            format!("{method:6} {path}  {name}: {summary}")
        })
        .collect();
    insta::assert_snapshot!(listed.join("\n"));

    let described: BTreeSet<_> = operations(&document)
        .into_iter()
        .map(|(path, method, _)| (path, method.to_uppercase()))
        .collect();
    for path in document["paths"].as_object().expect("paths").keys() {
        for method in METHODS {
            let method = method.to_uppercase();
            let concrete = path.replace("{issuer}", "default").replace(['{', '}'], "");
            // The stream of events does not end.
            let address = url(&provider, &format!("/control{concrete}?unknown=1"));
            let mut browser = Browser::new();
            let request = browser.request(Method::from_bytes(method.as_bytes()).unwrap(), &address);
            let answer = browser.send(request.json(&serde_json::json!({"unknown": 1}))).await;
            let served = answer.status != 405;
            let is_described = described.contains(&(path.clone(), method.clone()));
            assert_eq!(served, is_described, "{method} {path}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn every_operation_describes_its_input_and_output() {
    let provider = start().await;
    let document = Control(&provider).get("/openapi.json").await.json();
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let name = operation["operationId"].as_str().expect("a name");
        assert!(names.insert(name), "{name} is the name of two operations");
        assert!(!operation["summary"].as_str().unwrap_or_default().contains('\n'), "{name}");
        let in_path: Vec<_> =
            path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let described: Vec<_> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(described, in_path, "{method} {path}");
        for parameter in &parameters {
            assert!(parameter["description"].is_string(), "{method} {path}: {parameter}");
        }
        for (status, response) in operation["responses"].as_object().expect("responses") {
            assert!(response["description"].is_string(), "{method} {path} {status}");
            let has_body = response["content"].is_object();
            assert_eq!(has_body, status != "204", "{method} {path} {status}: {response}");
        }
    }
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("references stay in the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        assert!(schema["description"].is_string(), "{name} is not described");
    }
}

#[tokio::test]
async fn the_schema_of_a_failure_names_every_mode_of_the_catalogue() {
    let provider = start().await;
    let document = Control(&provider).get("/openapi.json").await.json();
    let schema = &document["components"]["schemas"]["FailureToArm"]["properties"]["failure"];
    let pattern = schema["pattern"].as_str().expect("there is a pattern");
    let names = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")([:@].*)?$"));
    let names: Vec<_> = names.expect("it has names and optional values").split('|').collect();
    let catalogue: Vec<_> = mock_provider::failure::modes().map(|mode| mode.name).collect();
    assert_eq!(names, catalogue);
}
