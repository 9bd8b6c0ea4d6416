//! Every kind of delivery over a real connection, byte by byte as the client sees it.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode};
use axum::routing::{any, get};

use crate::net::https::Tls;
use crate::net::listeners::{Listeners, Server};
use crate::net::wire::delivery::{Delivery, End, Extent, Framing};

const BODY: &str = "{\"ok\": true}";
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

/// A server that answers `/` with the delivery under test, and `/usual` in the usual way.
struct Site {
    server: Server,
    address: SocketAddr,
}

fn site(delivery: Delivery) -> Site {
    let answer = |status: StatusCode, body: &'static str, delivery: Option<Delivery>| {
        let mut response = Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(Body::from(body))
            .expect("a response");
        if let Some(delivery) = delivery {
            response.extensions_mut().insert(delivery);
        }
        async move { response }
    };
    let some = Some(delivery);
    let (empty, other) = (some.clone(), some.clone());
    let read = some.clone();
    let router = Router::new()
        .route("/", any(move || answer(StatusCode::OK, BODY, some.clone())))
        .route("/read", any(move |_: Bytes| answer(StatusCode::OK, BODY, read.clone())))
        .route("/empty", get(move || answer(StatusCode::SEE_OTHER, "", empty.clone())))
        .route("/none", get(move || answer(StatusCode::NO_CONTENT, "", other.clone())))
        .route("/usual", any(move || answer(StatusCode::OK, BODY, None)))
        .route("/usual/empty", get(move || answer(StatusCode::SEE_OTHER, "", None)))
        .route("/usual/none", get(move || answer(StatusCode::NO_CONTENT, "", None)));
    let free_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listeners = Listeners::bind(free_port, false).expect("a port is free");
    let address = listeners.address();
    let server = Server::start(listeners, router, 1, Tls::default()).expect("the server starts");
    Site { server, address }
}

impl Site {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("the timeout is not zero");
        stream
    }

    /// Sends a request and returns what comes back and how the connection ends: `None` if in order.
    fn ask(&self, request: &str) -> (String, Option<ErrorKind>) {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("the request is sent");
        rest(&mut stream)
    }
}

fn rest(stream: &mut TcpStream) -> (String, Option<ErrorKind>) {
    let (mut received, mut part) = (Vec::new(), [0; 4096]);
    let end = loop {
        match stream.read(&mut part) {
            Ok(0) => break None,
            Ok(length) => received.extend_from_slice(&part[..length]),
            Err(error) => break Some(error.kind()),
        }
    };
    (without_date(&String::from_utf8(received).expect("text")), end)
}

/// Removes the `Date` field, which differs in every response.
fn without_date(answer: &str) -> String {
    let is_date =
        |line: &&str| line.to_ascii_lowercase().starts_with("date: ") && line.ends_with("GMT\r\n");
    answer.split_inclusive('\n').filter(|line| !is_date(line)).collect()
}

/// Reads one response of the usual form.
fn one_answer(stream: &mut TcpStream) -> String {
    let mut received = String::new();
    while !received.ends_with(BODY) {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the response continues");
        received.push(byte[0].into());
    }
    without_date(&received)
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")
}

fn form(change: impl FnOnce(&mut Delivery)) -> Delivery {
    let mut form = Delivery::default();
    change(&mut form);
    form
}

fn get_it(delivery: Delivery) -> (String, Option<ErrorKind>) {
    site(delivery).ask(&request("/"))
}

#[test]
fn the_default_delivery_is_byte_for_byte_the_usual_one() {
    let site = site(form(|_| {}));
    let head_of_nothing = ("HEAD", "/none"); // axum sends a length there, against RFC 9110, section 8.6
    let asked = ["GET", "HEAD"].map(|method| ["", "/empty", "/none"].map(|path| (method, path)));
    for (method, path) in asked.concat().into_iter().filter(|asked| *asked != head_of_nothing) {
        let ask = |path: &str| {
            site.ask(&format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
        };
        let usual = ask(&format!("/usual{path}"));
        assert!(usual.0.starts_with("HTTP/1.1 "), "{usual:?}");
        assert_eq!(usual, ask(if path.is_empty() { "/" } else { path }));
    }
    let http_1_0 = |path: &str| site.ask(&format!("GET {path} HTTP/1.0\r\n\r\n"));
    let (usual, (altered, end)) = (http_1_0("/usual"), http_1_0("/"));
    assert_eq!(usual, (altered.replace("Connection: close\r\n", ""), end));
}

#[test]
fn the_date_is_sent() {
    let site = site(form(|_| {}));
    let mut stream = site.connect();
    stream.write_all(request("/").as_bytes()).expect("the request is sent");
    let mut received = String::new();
    while !received.contains("GMT\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the date arrives");
        received.push(byte[0].into());
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let site = site(form(|form| form.framing = Framing::Chunked));
    let post = "POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc";
    let last = "GET /usual HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let requests = [&request("/usual"), &request("/"), post, &request("/"), last].concat();
    let usual = format!("{HEAD}Content-Length: 12\r\n\r\n{BODY}");
    let chunked = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nc\r\n{BODY}\r\n0\r\n\r\n");
    let closing = format!("{HEAD}Content-Length: 12\r\nConnection: close\r\n\r\n{BODY}");
    let expected = [&*usual, &chunked, &chunked, &chunked, &closing].concat();
    let (received, end) = site.ask(&requests);
    assert_eq!(received.to_lowercase(), expected.to_lowercase());
    assert_eq!(end, None);
}

#[test]
fn an_unread_body_is_not_mistaken_for_a_request() {
    let hidden = request("/usual");
    let length = hidden.len();
    let post = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{hidden}");
    let (received, end) = site(form(|_| {})).ask(&post);
    assert_eq!(received.matches("HTTP/1.1").count(), 1, "{received}");
    assert_eq!(end, None);
}

#[test]
fn a_body_can_be_shorter_than_announced() {
    for (extent, part) in [(Extent::Half, &BODY[..6]), (Extent::AllButLastByte, &BODY[..11])] {
        let cut = |framing| {
            get_it(form(|form| {
                (form.framing, form.extent, form.end) = (framing, extent, End::Close)
            }))
        };
        let expected = format!("{HEAD}Content-Length: 12\r\n\r\n{part}");
        assert_eq!(cut(Framing::ContentLength), (expected, None));
        let expected = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nc\r\n{part}");
        assert_eq!(cut(Framing::Chunked), (expected, None));
    }
}

#[test]
fn an_empty_body_that_is_cut_off_is_announced_as_one_byte() {
    let site = site(Delivery::cut(Extent::AllButLastByte, End::Close));
    let (received, end) = site.ask(&request("/empty"));
    assert!(received.ends_with("Content-Length: 1\r\n\r\n"), "{received}");
    assert_eq!(end, None);
}

#[test]
fn a_connection_can_be_reset_at_any_point() {
    let reset = |extent| get_it(Delivery::cut(extent, End::Reset));
    let head = format!("{HEAD}Content-Length: 12\r\n\r\n");
    let broken = Some(ErrorKind::ConnectionReset);
    assert_eq!(reset(Extent::Nothing), (String::new(), broken));
    assert_eq!(reset(Extent::Head), (head.clone(), broken));
    assert_eq!(reset(Extent::Half), (format!("{head}{}", &BODY[..6]), broken));
}

#[test]
fn a_connection_can_be_closed_without_a_byte() {
    assert_eq!(get_it(Delivery::cut(Extent::Nothing, End::Close)), (String::new(), None));
}

#[test]
fn a_connection_that_seems_open_can_turn_out_to_be_closed() {
    let stale = site(Delivery::cut(Extent::Whole, End::Stale));
    let unannounced = site(Delivery::cut(Extent::Whole, End::Close));
    for (site, ends_by_itself) in [(&stale, false), (&unannounced, true)] {
        let mut stream = site.connect();
        stream.write_all(request("/").as_bytes()).expect("the request is sent");
        assert_eq!(one_answer(&mut stream), format!("{HEAD}Content-Length: 12\r\n\r\n{BODY}"));
        if !ends_by_itself {
            stream.set_nonblocking(true).expect("the socket becomes nonblocking");
            let nothing = stream.read(&mut [0]).expect_err("the connection seems to be open");
            assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
            stream.set_nonblocking(false).expect("the socket becomes blocking");
            stream.write_all(request("/usual").as_bytes()).expect("the request is sent");
        }
        assert_eq!(rest(&mut stream), (String::new(), None));
    }
}

#[test]
fn a_hanging_client_does_not_delay_the_stop() {
    for delivery in [
        Delivery::hang(Delivery::HANG),
        Delivery::cut(Extent::Head, End::Hang(Delivery::HANG)),
        form(|form| form.drip = Some(Delivery::HANG)),
    ] {
        let site = site(delivery);
        let mut stream = site.connect();
        stream.write_all(request("/").as_bytes()).expect("the request is sent");
        // When a second client has its response, the first one hangs.
        assert!(site.ask("GET /usual HTTP/1.0\r\n\r\n").0.ends_with(BODY));
        let before = Instant::now();
        drop(site.server);
        let took = before.elapsed();
        assert!(took < Duration::from_millis(900), "{took:?}");
        let (received, end) = rest(&mut stream);
        assert!(!received.contains(BODY), "{received}");
        assert_eq!(end, None);
    }
}

#[test]
fn a_hang_ends_at_its_limit() {
    let limit = Duration::from_millis(50);
    let before = Instant::now();
    assert_eq!(get_it(Delivery::hang(limit)), (String::new(), None));
    assert!(before.elapsed() >= limit);
}

#[test]
fn a_response_can_be_late_and_drip() {
    let usual = format!("{HEAD}Content-Length: 12\r\n\r\n{BODY}");
    let (latency, dripping_takes) = (Duration::from_millis(60), Duration::from_millis(200));
    let late = site(form(|form| form.latency = latency));
    let dripping = site(form(|form| form.drip = Some(dripping_takes)));
    for (site, takes) in [(&late, latency), (&dripping, dripping_takes)] {
        let mut stream = site.connect();
        // The connection stays open, and the second response is as slow.
        for _ in 0..2 {
            let before = Instant::now();
            stream.write_all(request("/").as_bytes()).expect("the request is sent");
            assert_eq!(one_answer(&mut stream), usual);
            assert!(before.elapsed() >= takes);
        }
    }
}

#[test]
fn each_http_variant_differs_in_one_thing() {
    let length = "Content-Length: 12\r\n";
    let close = "Connection: close\r\n";
    let answer = |change: fn(&mut Delivery)| {
        site(form(change)).ask(&format!("{}{}", request("/"), "GET /usual HTTP/1.0\r\n\r\n")).0
    };
    let next = format!("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n{length}\r\n{BODY}");
    for (change, expected) in [
        (
            (|form| form.http_1_0 = true) as fn(&mut Delivery),
            format!("{}{length}{close}\r\n{BODY}", HEAD.replace("1.1", "1.0")),
        ),
        (|form| form.end = End::Announced, format!("{HEAD}{length}{close}\r\n{BODY}")),
        (|form| form.length_twice = true, format!("{HEAD}{length}{length}\r\n{BODY}{next}")),
        (
            |form| form.interim = true,
            format!("HTTP/1.1 100 Continue\r\n\r\n{HEAD}{length}\r\n{BODY}{next}"),
        ),
        (
            |form| form.framing = Framing::Chunked,
            format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nc\r\n{BODY}\r\n0\r\n\r\n{next}"),
        ),
        (
            |form| form.lower_case = true,
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{BODY}{next}"
            ),
        ),
        (|form| form.no_content = true, format!("HTTP/1.1 204 No Content\r\n\r\n{next}")),
    ] {
        assert_eq!(answer(change), expected);
    }
}

#[tokio::test]
async fn a_client_library_sees_the_intended_delivery() {
    async fn fetch(delivery: Delivery) -> Result<String, reqwest::Error> {
        let site = site(delivery);
        let response = reqwest::get(format!("http://{}/", site.address)).await?;
        response.text().await
    }
    for valid in [
        form(|form| form.framing = Framing::Chunked),
        form(|form| form.http_1_0 = true),
        form(|form| form.interim = true),
        form(|form| form.end = End::Announced),
        form(|form| form.lower_case = true),
    ] {
        assert_eq!(fetch(valid).await.expect("a response"), BODY);
    }
    for framing in [Framing::ContentLength, Framing::Chunked] {
        let cut = |form: &mut Delivery| {
            (form.framing, form.extent, form.end) = (framing, Extent::Half, End::Close)
        };
        assert!(fetch(form(cut)).await.expect_err("the body is short").is_decode());
    }
    assert!(
        fetch(Delivery::cut(Extent::Nothing, End::Reset)).await.expect_err("a reset").is_request()
    );
    assert_eq!(fetch(form(|form| form.no_content = true)).await.expect("a response"), "");
}
