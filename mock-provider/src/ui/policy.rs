//! The `Content-Security-Policy` of each page, and the inline text that it allows.
//!
//! Styles and scripts are inline and allowed by their digest
//! ([CSP Level 3, section 2.3.1]). It is computed from the same text that the
//! templates print, so the two cannot diverge.
//!
//! No policy has `form-action`: browsers apply it to the redirect after a form,
//! too, and the sign-in form is answered with a redirect to the client.
//!
//! [CSP Level 3, section 2.3.1]: https://www.w3.org/TR/CSP3/#framework-directive-source-list

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The stylesheet of all pages.
pub(crate) const STYLE: &str = include_str!("../../templates/style.css");

/// Submits the only form of the page. It calls the method of the prototype,
/// because a field named `submit` would hide the form's own.
pub(crate) const SUBMIT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";

/// Answers applications that check whether the session still exists.
pub(crate) const CHECK_SESSION: &str = include_str!("../../templates/check_session.js");

/// The policy of every page without a script: no script runs, no page may frame it, and only
/// pictures are loaded, from any source, because a user's `picture` claim names one.
pub(crate) static PAGE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src {}; img-src * data:; base-uri 'none'; frame-ancestors 'none'",
        source(STYLE)
    )
});

/// The policy of [`FormPostPage`](super::FormPostPage). It may be framed: a
/// client that renews silently (`prompt=none`) does so in a hidden frame.
pub(crate) static FORM_POST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'",
        source(STYLE),
        source(SUBMIT)
    )
});

/// The policy of [`CheckSessionPage`](super::CheckSessionPage), which any client
/// may frame.
pub(crate) static CHECK_SESSION_PAGE: LazyLock<String> = LazyLock::new(|| running(CHECK_SESSION));

/// The policy of a page that consists of a script.
pub(crate) fn running(script: &str) -> String {
    format!("default-src 'none'; script-src {}; base-uri 'none'", source(script))
}

/// [`PAGE`], with frames from these sources.
pub(crate) fn framing(sources: &[String]) -> String {
    format!("{}; frame-src {}", *PAGE, sources.join(" "))
}

/// The source expression that allows only this text.
fn source(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    format!("'sha256-{}'", BASE64_STANDARD.encode(digest))
}

#[cfg(test)]
mod tests {
    use super::CHECK_SESSION;
    use super::FORM_POST;
    use super::PAGE;
    use super::STYLE;
    use super::SUBMIT;
    use super::source;

    #[test]
    fn a_source_is_the_sha_256_digest_in_padded_base64() {
        // Known from `openssl dgst -sha256 -binary | base64`.
        assert_eq!(
            source("alert('Hello, world.');"),
            "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
        );
    }

    #[test]
    fn inline_text_cannot_end_its_element_and_survives_the_html_parser() {
        for text in [STYLE, SUBMIT, CHECK_SESSION] {
            assert!(!text.contains("</"), "would end the element");
            // The parser turns CR LF into LF, and the digest would not match.
            assert!(!text.contains('\r'), "has a carriage return");
        }
    }

    #[test]
    fn only_the_form_post_page_runs_its_script_and_may_be_framed() {
        for policy in [&*PAGE, &*FORM_POST] {
            assert!(policy.starts_with("default-src 'none'; "), "{policy}");
            assert!(policy.contains(&source(STYLE)), "{policy}");
            assert!(!policy.contains("form-action"), "stops redirects to clients: {policy}");
        }
        assert!(FORM_POST.contains(&format!("script-src {}", source(SUBMIT))));
        assert!(!FORM_POST.contains("frame-ancestors"));
        assert!(!PAGE.contains("script-src"));
        assert!(PAGE.contains("frame-ancestors 'none'"));
    }
}
