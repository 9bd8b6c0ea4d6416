//! Runs in several browsers the stories in which browsers differ: cookies between sites, the Back
//! button, the focus, a server that does not respond.

/// Creates three tests of each story: in the configured browser, in Chromium, and in Firefox if it is
/// installed.
macro_rules! in_every_browser {
    ($($story:ident),+ $(,)?) => {
        mod configured_browser {
            $(
                #[tokio::test]
                async fn $story() -> anyhow::Result<()> {
                    e2e::test::browser_test(async |test| super::$story(test).await).await
                }
            )+
        }

        $crate::every_browser::in_browser! { chromium, Chromium, $($story),+ }
        $crate::every_browser::in_browser! { firefox, Firefox, $($story),+ }
    };
}

macro_rules! in_browser {
    ($module:ident, $engine:ident, $($story:ident),+) => {
        mod $module {
            use browser::Engine;
            use e2e::test::browser_test_in;

            $(
                #[tokio::test]
                async fn $story() -> anyhow::Result<()> {
                    browser_test_in(Engine::$engine, async |test| super::$story(test).await).await
                }
            )+
        }
    };
}

pub(crate) use {in_browser, in_every_browser};
