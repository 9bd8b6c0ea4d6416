//! Names and paths of issuers.

use percent_encoding::{percent_decode, percent_decode_str, percent_encode_byte};

/// The name of the default issuer.
pub(crate) const DEFAULT: &str = "default";

/// The path of the control API.
#[cfg(feature = "control")]
pub(crate) const CONTROL: &str = "/control";

/// The start of the path of a named issuer.
pub(crate) const NAMED: &str = "/issuers/";

/// The start of the path of an issuer that always fails.
pub(crate) const FAILING: &str = "/failing/";

/// Checks the name of an issuer, which becomes part of a path.
///
/// # Errors
///
/// The rule that the name breaks.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if name.is_empty() || name.starts_with('.') || !name.bytes().all(is_allowed) {
        return Err(format!(
            "an issuer's name must consist of letters, digits, `-`, `.`, `_` and `~`, and must \
             not be empty or begin with `.`, got `{name}`"
        ));
    }
    if name == DEFAULT {
        return Err(format!(
            "an issuer's name must not be `{DEFAULT}`, the name of the default issuer"
        ));
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

/// The start of a path that selects an issuer other than the default one.
pub(crate) fn own_path(path: &str) -> Option<&str> {
    let prefix = [NAMED, FAILING].into_iter().find(|prefix| path.starts_with(prefix))?;
    let end = path[prefix.len()..].find('/').map_or(path.len(), |end| prefix.len() + end);
    Some(&path[..end])
}

/// Normalizes a path, so that all spellings of an address become the same (RFC 3986, section
/// 6.2.2): only characters that must be encoded are, with capital digits. Encoded separators stay
/// encoded, because they make another address.
pub(crate) fn normalized(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut normal = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let encoded = bytes.get(at..at + 3).and_then(|three| percent_decode(three).next());
        let (decoded, length) = match encoded.filter(|_| byte == b'%') {
            // A lone percent sign decodes to itself.
            Some(b'%') if !bytes[at + 1..].starts_with(b"25") => (b'%', 1),
            Some(decoded) => (decoded, 3),
            None => (byte, 1),
        };
        let unreserved = decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded);
        let separator = b"/!$&'()*+,;=:@".contains(&decoded);
        if unreserved || (separator && length == 1) {
            normal.push(char::from(decoded));
        } else {
            normal.push_str(percent_encode_byte(decoded));
        }
        at += length;
    }
    normal
}

/// The rest of a path below a base: `None` if it is not below the base.
pub(crate) fn below<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    match path.strip_prefix(base)? {
        "" => Some("/"),
        rest if rest.starts_with('/') => Some(rest),
        _ => None,
    }
}
