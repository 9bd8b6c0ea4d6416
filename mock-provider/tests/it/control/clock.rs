//! Clocks that are set over HTTP.

use mock_provider::{Clock, MockProvider};
use serde_json::json;

use super::client::{Control, expect_refused};
use crate::support::start;

const CLOCK: &str = "/issuers/default/clock";

#[tokio::test]
async fn a_clock_is_set_moved_stopped_and_resumed() {
    let provider = start().await;
    let control = Control(&provider);
    let received = control.get(CLOCK).await.json();
    assert_eq!(received, json!({"now": "2026-01-01T00:00:00Z", "frozen": true}));
    let change = json!({"now": "2026-02-01T00:00:00Z", "advance": "1h 30min"});
    let received = control.patch(CLOCK, change).await.expect(200).json();
    assert_eq!(received["now"], "2026-02-01T01:30:00Z");
    assert_eq!(provider.clock().now().to_string(), "2026-02-01T01:30:00Z");
    let received = control.patch(CLOCK, json!({"frozen": false})).await.json();
    assert_eq!(received["frozen"], false);
    assert!(!provider.clock().is_frozen());
    control.patch(CLOCK, json!({"frozen": true})).await.expect(200);
    assert!(provider.clock().is_frozen());
}

#[tokio::test]
async fn the_clock_that_a_test_holds_moves() {
    let clock = Clock::system();
    let provider = MockProvider::builder().clock(clock.clone()).start().await;
    let change = json!({"frozen": true, "now": "2030-01-01T00:00:00Z"});
    Control(&provider).patch(CLOCK, change).await.expect(200);
    assert_eq!(clock.now().to_string(), "2030-01-01T00:00:00Z");
    provider.reset();
    assert!(!clock.is_frozen(), "a reset restores the initial state");
}

#[tokio::test]
async fn an_invalid_time_is_refused_and_the_clock_does_not_move() {
    let provider = start().await;
    let control = Control(&provider);
    for (body, reason) in [
        (
            json!({"now": "tomorrow"}),
            "`now`: `tomorrow` is not a time such as \"2026-01-01T00:00:00Z\"",
        ),
        (json!({"advance": "-1h"}), "`advance`: `-1h` must not be negative"),
        (
            json!({"frozen": true, "advance": 90}),
            "`advance` must be a duration such as \"90s\", \"10min\" or \"1h 30min\", got the \
             number `90`",
        ),
        (json!({"frozn": true}), "unknown key `frozn`: did you mean `frozen`?"),
    ] {
        expect_refused(&control.patch(CLOCK, body).await, 422, reason);
    }
    assert_eq!(provider.clock().now().to_string(), "2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_clock_can_be_off_by_an_offset() {
    let provider = start().await;
    let control = Control(&provider);
    for (skew, seconds) in [("-5min", -300), ("+90s", 90), ("1h", 3600)] {
        let received = control.patch("/issuers/default/clock", json!({"skew": skew})).await;
        let received = received.expect(200).json();
        assert_eq!(received["frozen"], false);
        let now: jiff::Timestamp =
            received["now"].as_str().expect("a text").parse().expect("a time in RFC 3339");
        let ahead = now.as_second() - Clock::system().now().as_second();
        assert!((ahead - seconds).abs() <= 5, "{ahead} instead of {seconds}");
    }
    let refused = control.patch("/issuers/default/clock", json!({"skew": "late"})).await;
    assert!(refused.expect(422).body.contains("`skew`"), "{}", refused.body);
}
