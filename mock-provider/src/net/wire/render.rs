//! Renders a response as HTTP/1.1 ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112)), and plans the
//! steps that send it.

use axum::body::Bytes;
use axum::http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderName, TRANSFER_ENCODING,
};
use axum::http::response::Parts;
use axum::http::{HeaderValue, Method, Request, StatusCode, Version};
use jiff::Timestamp;

use super::delivery::{Delivery, End, Extent, Framing, Step};
use crate::base::clock::http_date;

/// The properties of a request that determine the framing of its response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestFraming {
    /// The method is `HEAD`, so the response has no body.
    head: bool,
    http_1_0: bool,
    /// The client closes the connection after this response.
    close: bool,
}

impl RequestFraming {
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let fields = request.headers().get_all(CONNECTION).iter();
        let mut options =
            fields.filter_map(|field| field.to_str().ok()).flat_map(|field| field.split(','));
        Self {
            head: request.method() == Method::HEAD,
            http_1_0: request.version() == Version::HTTP_10,
            close: options.any(|option| option.trim().eq_ignore_ascii_case("close")),
        }
    }
}

impl Delivery {
    /// The steps that deliver a response in this form.
    pub(crate) fn steps(
        &self,
        request: RequestFraming,
        mut parts: Parts,
        body: Bytes,
        now: Timestamp,
    ) -> Vec<Step> {
        let http_1_0 = self.http_1_0 || request.http_1_0;
        let end = match self.end {
            End::Keep if http_1_0 || request.close => End::Announced,
            end => end,
        };
        let mut body = body;
        if self.no_content {
            parts.status = StatusCode::NO_CONTENT;
            parts.headers.remove(CONTENT_TYPE);
            body = Bytes::new();
        }
        if end == End::Announced {
            parts.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let has_body = may_have_body(parts.status) && !request.head;
        let chunked = self.framing == Framing::Chunked && !http_1_0 && has_body;
        let length = match self.extent {
            Extent::AllButLastByte | Extent::Half => body.len().max(1),
            _ => body.len(),
        };
        self.frame(&mut parts, request, chunked, length);
        if let Some(date) = http_date(now) {
            parts.headers.entry(DATE).or_insert(date);
        }

        let mut sent = Vec::new();
        if self.extent != Extent::Nothing {
            self.render_head(&mut sent, http_1_0, &parts);
        }
        let part = match self.extent {
            Extent::Whole => Some(body.len()),
            Extent::AllButLastByte => Some(length - 1),
            Extent::Half => Some(length / 2),
            Extent::Head | Extent::Nothing => None,
        };
        if let Some(part) = part.filter(|_| has_body) {
            if chunked && length > 0 {
                sent.extend_from_slice(format!("{length:x}\r\n").as_bytes());
            }
            sent.extend_from_slice(&body[..part]);
            if chunked && self.extent == Extent::Whole {
                let end: &[u8] = if length > 0 { b"\r\n0\r\n\r\n" } else { b"0\r\n\r\n" };
                sent.extend_from_slice(end);
            }
        }
        self.plan(Bytes::from(sent), end)
    }

    /// Sets the header fields that tell the client where the body ends.
    fn frame(&self, parts: &mut Parts, request: RequestFraming, chunked: bool, length: usize) {
        let headers = &mut parts.headers;
        if chunked || !may_have_body(parts.status) {
            headers.remove(CONTENT_LENGTH);
            if chunked {
                headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            }
            return;
        }
        // The response to HEAD has no body, but the length of the one to GET.
        let length = match headers.get(CONTENT_LENGTH) {
            Some(length) if request.head => length.clone(),
            _ => HeaderValue::from(length),
        };
        if length == "0" && !request.head {
            // hyper sends this field last.
            headers.remove(CONTENT_LENGTH);
        }
        headers.insert(CONTENT_LENGTH, length.clone());
        if self.length_twice {
            headers.append(CONTENT_LENGTH, length);
        }
    }

    fn render_head(&self, sent: &mut Vec<u8>, http_1_0: bool, parts: &Parts) {
        // Clients that speak HTTP/1.0 do not understand interim responses.
        if self.interim && !http_1_0 {
            sent.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        let version = if http_1_0 { "HTTP/1.0" } else { "HTTP/1.1" };
        let reason = parts.status.canonical_reason().unwrap_or_default();
        sent.extend_from_slice(
            format!("{version} {} {reason}\r\n", parts.status.as_str()).as_bytes(),
        );
        for (name, value) in &parts.headers {
            let name = if self.lower_case { name.as_str().to_owned() } else { title_case(name) };
            sent.extend_from_slice(name.as_bytes());
            sent.extend_from_slice(b": ");
            sent.extend_from_slice(value.as_bytes());
            sent.extend_from_slice(b"\r\n");
        }
        sent.extend_from_slice(b"\r\n");
    }

    fn plan(&self, bytes: Bytes, end: End) -> Vec<Step> {
        let mut steps = Vec::new();
        if !self.latency.is_zero() {
            steps.push(Step::Wait(self.latency));
        }
        match self.drip {
            _ if bytes.is_empty() => {}
            Some(time) => steps.push(Step::Drip { bytes, time }),
            None => steps.push(Step::Send(bytes)),
        }
        match end {
            End::Keep => {}
            End::Announced | End::Close => steps.push(Step::Close),
            End::Reset => steps.push(Step::Reset),
            End::Hang(limit) => steps.extend([Step::Wait(limit), Step::Close]),
            End::Stale => steps.push(Step::CloseOnNextRequest),
        }
        steps
    }
}

/// Whether a response with this status may have a body (RFC 9112, section 6.3).
fn may_have_body(status: StatusCode) -> bool {
    !(status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED))
}

/// Turns `content-type` into `Content-Type`, as hyper does.
fn title_case(name: &HeaderName) -> String {
    let mut begins = true;
    let title = |c: char| {
        let c = if begins { c.to_ascii_uppercase() } else { c };
        begins = c == '-';
        c
    };
    name.as_str().chars().map(title).collect()
}
