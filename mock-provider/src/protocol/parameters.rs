//! Request parameters in `application/x-www-form-urlencoded`, from a query or a form.

use std::fmt;
use std::ops::Range;

use percent_encoding::percent_decode;
use url::form_urlencoded;

/// The parameters of one request, in the order in which they came.
///
/// All names and values stand in one string: a login has dozens, and the journal keeps them.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    text: String,
    pairs: Vec<Pair>,
}

/// A name and a value, by their places in the text.
#[derive(Clone, PartialEq, Eq)]
struct Pair {
    name: Range<usize>,
    value: Range<usize>,
}

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
        let mut parameters =
            Self { text: String::with_capacity(encoded.len()), pairs: Vec::with_capacity(8) };
        form_urlencoded::parse(encoded).for_each(|(name, value)| parameters.push(&name, &value));
        // What stands for bytes that are no text, and may also have been sent.
        if !parameters.text.contains(char::REPLACEMENT_CHARACTER) || is_text(encoded) {
            return Ok(parameters);
        }
        let pairs = encoded.split(|byte| *byte == b'&');
        let name = pairs.filter(|pair| !is_text(pair)).find_map(|pair| {
            let name = pair.split(|byte| *byte == b'=').next().filter(|name| is_text(name))?;
            form_urlencoded::parse(name).next().map(|(name, _)| name.into_owned())
        });
        Err(name.map_or(NotText::Name, NotText::Value))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.pairs.len()
    }

    /// How many bytes names and values have.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Adds a parameter at the end.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        self.text.push_str(value);
        self.pairs.push(Pair { name: start..middle, value: middle..self.text.len() });
    }

    /// The parameters with `name` once, at its old place or at the end.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut with = Self::default();
        let mut placed = false;
        for (own, old) in self.iter() {
            match (own == name, placed) {
                (false, _) => with.push(own, old),
                (true, false) => {
                    with.push(name, value);
                    placed = true;
                }
                (true, true) => {}
            }
        }
        if !placed {
            with.push(name, value);
        }
        with
    }

    /// The parameters without `name`.
    pub(crate) fn without(&self, name: &str) -> Self {
        self.iter().filter(|(own, _)| *own != name).collect()
    }

    /// The value of `name`. A parameter without a value counts as omitted (RFC 6749, section 3.1).
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.iter().filter(|(key, _)| *key == name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Repeated(name.to_owned()));
        }
        Ok(first.map(|(_, value)| value).filter(|value| !value.is_empty()))
    }

    /// Like [`get`](Self::get), for those who keep the value.
    pub(crate) fn owned(&self, name: &str) -> Result<Option<String>, Repeated> {
        Ok(self.get(name)?.map(str::to_owned))
    }

    /// The last value of `name`, for forms of our own pages, where a repetition means nothing.
    pub(crate) fn last(&self, name: &str) -> Option<&str> {
        let last = self.iter().filter(|(key, _)| *key == name).last();
        last.map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    /// A name that came more than once, except those that may (`resource`, RFC 8707).
    pub(crate) fn check_single(&self) -> Result<(), Repeated> {
        let mut names: Vec<_> = self.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        let mut twins = names.windows(2).filter(|twins| twins[0] == twins[1]);
        match twins.find(|twins| twins[0] != "resource") {
            Some(twins) => Err(Repeated(twins[0].to_owned())),
            None => Ok(()),
        }
    }

    /// All names and values, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pair = |pair: &Pair| (&self.text[pair.name.clone()], &self.text[pair.value.clone()]);
        self.pairs.iter().map(pair)
    }

    /// The parameters encoded again, for a hidden field or an address.
    pub(crate) fn encode(&self) -> String {
        self.encode_behind(String::new())
    }

    /// Like [`encode`](Self::encode), at the end of an address.
    pub(crate) fn encode_behind(&self, address: String) -> String {
        let start = address.len();
        form_urlencoded::Serializer::for_suffix(address, start).extend_pairs(self.iter()).finish()
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut parameters = Self::default();
        pairs.into_iter().for_each(|(name, value)| parameters.push(name.as_ref(), value.as_ref()));
        parameters
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
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

    #[test]
    fn a_parameter_that_is_replaced_keeps_its_place_and_comes_once() {
        let parameters = parse("a=1&b=2&a=3");
        assert_eq!(parameters.with("a", "4").encode(), "a=4&b=2");
        assert_eq!(parameters.with("c", "5").encode(), "a=1&b=2&a=3&c=5");
        assert_eq!(parameters.without("a").encode(), "b=2");
    }
}
