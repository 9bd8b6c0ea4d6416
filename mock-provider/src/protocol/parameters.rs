//! Request parameters in `application/x-www-form-urlencoded`, from a query or a form.

use percent_encoding::percent_decode;
use url::form_urlencoded;

/// The parameters of one request, in the order of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// A parameter that occurs more than once, which
/// [RFC 6749, section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1) forbids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parameter `{0}` must not be sent more than once")]
pub(crate) struct Repeated(pub(crate) String);

/// Parameters that are not UTF-8
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
    /// When a name or value is not UTF-8. Replacing the invalid bytes would change values such as a
    /// `state`, which must come back exactly.
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self, NotText> {
        if is_text(encoded) {
            return Ok(form_urlencoded::parse(encoded).collect());
        }
        let pairs = encoded.split(|byte| *byte == b'&');
        let name = pairs.filter(|pair| !is_text(pair)).find_map(|pair| {
            let name = pair.split(|byte| *byte == b'=').next().filter(|name| is_text(name))?;
            form_urlencoded::parse(name).next().map(|(name, _)| name.into_owned())
        });
        Err(name.map_or(NotText::Name, NotText::Value))
    }

    /// The number of parameters.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of bytes in all names and values.
    pub(crate) fn bytes(&self) -> usize {
        self.iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// Adds a parameter at the end.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// The parameters with `name` exactly once, at its old place or at the end.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let place = self.iter().position(|(own, _)| own == name).unwrap_or(self.len());
        let mut with = self.without(name);
        with.0.insert(place, (name.to_owned(), value.to_owned()));
        with
    }

    /// The parameters without `name`.
    pub(crate) fn without(&self, name: &str) -> Self {
        self.iter().filter(|(own, _)| *own != name).collect()
    }

    /// The value of `name`. A parameter without a value counts as omitted (RFC 6749, section 3.1).
    ///
    /// # Errors
    ///
    /// When the parameter occurs more than once.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Repeated(name.to_owned()));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// [`get`](Self::get), as an owned string.
    ///
    /// # Errors
    ///
    /// When the parameter occurs more than once.
    pub(crate) fn owned(&self, name: &str) -> Result<Option<String>, Repeated> {
        Ok(self.get(name)?.map(str::to_owned))
    }

    /// The last value of `name`, for forms of the provider's own pages, where repetition is harmless.
    pub(crate) fn last(&self, name: &str) -> Option<&str> {
        self.values(name).last().filter(|value| !value.is_empty())
    }

    /// Refuses repeated parameters, except `resource`, which may be repeated
    /// ([RFC 8707, section 2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).
    ///
    /// # Errors
    ///
    /// The first repeated name, in alphabetical order.
    pub(crate) fn check_single(&self) -> Result<(), Repeated> {
        let mut names: Vec<_> = self.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        let mut repeated = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        match repeated.find(|name| *name != "resource") {
            Some(name) => Err(Repeated(name.to_owned())),
            None => Ok(()),
        }
    }

    /// All names and values, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Encodes the parameters again, for a hidden field or a URL.
    pub(crate) fn encode(&self) -> String {
        self.append_to(String::new())
    }

    /// Appends the encoded parameters to a URL, which ends in `?`, `&` or `#`.
    pub(crate) fn append_to(&self, url: String) -> String {
        let start = url.len();
        form_urlencoded::Serializer::for_suffix(url, start).extend_pairs(self.iter()).finish()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(own, _)| *own == name).map(|(_, value)| value)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// True when the bytes are UTF-8 once percent signs are resolved. The separators are ASCII and thus
/// never part of a longer character, so the whole is UTF-8 exactly when each name and value is.
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
    fn invalid_utf_8_is_reported_with_the_name_of_its_parameter() {
        let not_text = |encoded: &[u8]| Parameters::parse(encoded).unwrap_err();
        assert_eq!(not_text(b"a=%C3%A4&b%20c=x%FF&d=1"), NotText::Value("b c".into()));
        assert_eq!(not_text(b"a=1&\xff"), NotText::Name);
        assert_eq!(parse("a=%zz%").get("a"), Ok(Some("%zz%")));
    }

    #[test]
    fn a_replaced_parameter_keeps_its_place_and_occurs_once() {
        let parameters = parse("a=1&b=2&a=3");
        assert_eq!(parameters.with("a", "4").encode(), "a=4&b=2");
        assert_eq!(parameters.with("c", "5").encode(), "a=1&b=2&a=3&c=5");
        assert_eq!(parameters.without("a").encode(), "b=2");
    }
}
