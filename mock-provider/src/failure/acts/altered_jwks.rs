//! Altered key sets.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};

use super::malformed;
use crate::base::endpoint::Endpoint;
use crate::failure::engine::draft::RawResponse;
use crate::failure::engine::fault::Fault;

pub(crate) fn make_unavailable(answer: &mut RawResponse, fault: &Fault<'_>) {
    if fault.request.endpoint != Endpoint::Jwks {
        return;
    }
    match fault.value("mode").as_str() {
        "503" => {
            answer.status = StatusCode::SERVICE_UNAVAILABLE;
            answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            answer.body = b"out of order\n".to_vec();
        }
        "html" => {
            answer.content_type("text/html; charset=utf-8");
            answer.body = malformed::PAGE.to_vec();
        }
        "truncated" => answer.body.truncate(answer.body.len() / 2),
        _ => {}
    }
}
