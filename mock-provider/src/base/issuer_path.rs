//! Names and paths of issuers.

use percent_encoding::{percent_decode, percent_decode_str, percent_encode_byte};

/// What the default issuer is called where issuers are named.
pub(crate) const DEFAULT: &str = "default";

/// Where the API is that controls them.
#[cfg(feature = "control")]
pub(crate) const CONTROL: &str = "/control";

/// Where named issuers are.
pub(crate) const NAMED: &str = "/issuers/";

/// Where issuers are that always fail.
pub(crate) const FAILING: &str = "/failing/";

/// Checks the name of an issuer, which becomes part of a path.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(sound) {
        return Err(format!(
            "an issuer's name has letters, digits, `-`, `.`, `_` and `~`, but it is `{name}`"
        ));
    }
    if name == DEFAULT {
        return Err(format!("`{DEFAULT}` is what the issuer at the top is called"));
    }
    Ok(())
}

/// The name of an issuer by its path below the default one.
pub(crate) fn name(own: &str) -> String {
    match own.strip_prefix(NAMED) {
        Some(name) => name.to_owned(),
        None => percent_decode_str(own.trim_start_matches('/')).decode_utf8_lossy().into_owned(),
    }
}

/// The start of a path that leads to another issuer than the default one.
pub(crate) fn own_path(path: &str) -> Option<&str> {
    let prefix = [NAMED, FAILING].into_iter().find(|prefix| path.starts_with(prefix))?;
    let end = path[prefix.len()..].find('/').map_or(path.len(), |end| prefix.len() + end);
    Some(&path[..end])
}

/// A path in the one spelling of all that mean the same (RFC 3986, section 6.2.2): encoded is what
/// must be, in capitals, and nothing else. Separators that somebody encoded stay so, for they are
/// another address.
pub(crate) fn normalized(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut normal = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let encoded = bytes.get(at..at + 3).and_then(|three| percent_decode(three).next());
        let (meant, length) = match encoded.filter(|_| byte == b'%') {
            // A lone percent sign decodes to itself.
            Some(b'%') if !bytes[at + 1..].starts_with(b"25") => (b'%', 1),
            Some(meant) => (meant, 3),
            None => (byte, 1),
        };
        let unreserved = meant.is_ascii_alphanumeric() || b"-._~".contains(&meant);
        let separator = b"/!$&'()*+,;=:@".contains(&meant);
        if unreserved || (separator && length == 1) {
            normal.push(char::from(meant));
        } else {
            normal.push_str(percent_encode_byte(meant));
        }
        at += length;
    }
    normal
}

/// The rest of a path below a base: `None` where it is elsewhere.
pub(crate) fn below<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    match path.strip_prefix(base)? {
        "" => Some("/"),
        rest if rest.starts_with('/') => Some(rest),
        _ => None,
    }
}
