//! Request parameters in `application/x-www-form-urlencoded`, from a query or a form.

use std::collections::HashSet;

use percent_encoding::percent_decode;
use url::form_urlencoded;

/// The parameters of one request, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// A parameter that came more than once, which
/// [RFC 6749, section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1) forbids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parameter `{0}` came more than once")]
pub(crate) struct Repeated(pub(crate) String);

/// Bytes that are no text, although parameters are UTF-8
/// ([RFC 6749, appendix B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B)).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotText {
    #[error("the name of a parameter is not UTF-8")]
    Name,
    #[error("parameter `{0}` is not UTF-8")]
    Value(String),
}

impl Parameters {
    /// Decodes a query string or a form body.
    ///
    /// # Errors
    ///
    /// When a name or value is no text: to replace what is not would change, say, a `state` that
    /// must come back exactly.
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self, NotText> {
        if is_text(encoded) {
            return Ok(Self(form_urlencoded::parse(encoded).into_owned().collect()));
        }
        let pairs = encoded.split(|byte| *byte == b'&');
        let name = pairs.filter(|pair| !is_text(pair)).find_map(|pair| {
            let name = pair.split(|byte| *byte == b'=').next().filter(|name| is_text(name))?;
            form_urlencoded::parse(name).next().map(|(name, _)| name.into_owned())
        });
        Err(name.map_or(NotText::Name, NotText::Value))
    }

    /// The value of `name`. A parameter without a value counts as omitted (RFC 6749, section 3.1).
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Repeated(name.to_owned()));
        }
        Ok(first.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty()))
    }

    /// Like [`get`](Self::get), for those who keep the value.
    pub(crate) fn owned(&self, name: &str) -> Result<Option<String>, Repeated> {
        Ok(self.get(name)?.map(str::to_owned))
    }

    /// The last value of `name`, for forms of our own pages, where a repetition means nothing.
    pub(crate) fn last(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().rev().find(|(key, _)| key == name);
        value.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The first name that came more than once, except those that may (`resource`, RFC 8707).
    pub(crate) fn check_single(&self) -> Result<(), Repeated> {
        let mut seen = HashSet::new();
        match self.0.iter().find(|(name, _)| name != "resource" && !seen.insert(name)) {
            Some((name, _)) => Err(Repeated(name.clone())),
            None => Ok(()),
        }
    }

    /// All pairs, in order.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The parameters encoded again, for a hidden field or an address.
    pub(crate) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

impl FromIterator<(String, String)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// True when the bytes are UTF-8 once percent signs are resolved. What parts the pairs is ASCII,
/// hence in no character: the whole is text when each part is.
fn is_text(encoded: &[u8]) -> bool {
    percent_decode(encoded).decode_utf8().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(encoded: &str) -> Parameters {
        Parameters::parse(encoded.as_bytes()).unwrap()
    }

    #[test]
    fn a_parameter_without_a_value_counts_as_omitted() {
        assert_eq!(parse("state=&nonce=n").get("state"), Ok(None));
    }

    #[test]
    fn a_repeated_parameter_is_named() {
        let parameters = parse("state=a&nonce=n&state=b");
        assert_eq!(parameters.get("state"), Err(Repeated("state".into())));
        assert_eq!(parameters.check_single(), Err(Repeated("state".into())));
    }

    #[test]
    fn encoding_and_parsing_are_inverse() {
        let parameters = parse("a=%C3%A4+b%26&b=%2B");
        assert_eq!(parameters.get("a"), Ok(Some("ä b&")));
        assert_eq!(parse(&parameters.encode()), parameters);
    }

    #[test]
    fn bytes_that_are_no_text_are_told_by_the_name_of_their_parameter() {
        let not_text = |encoded: &[u8]| Parameters::parse(encoded).unwrap_err();
        assert_eq!(not_text(b"a=%C3%A4&b%20c=x%FF&d=1"), NotText::Value("b c".into()));
        assert_eq!(not_text(b"a=1&\xff"), NotText::Name);
        assert_eq!(parse("a=%zz%").get("a"), Ok(Some("%zz%")));
    }
}
