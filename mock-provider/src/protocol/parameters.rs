//! Request parameters in `application/x-www-form-urlencoded`, from a query or a form.

use url::form_urlencoded;

/// The parameters of one request, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// A parameter that came more than once, which
/// [RFC 6749, section 3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1) forbids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parameter `{0}` came more than once")]
pub(crate) struct Repeated(pub(crate) String);

impl Parameters {
    /// Decodes a query string or a form body.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
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
        for (index, (name, _)) in self.0.iter().enumerate() {
            if name != "resource" && self.0[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(Repeated(name.clone()));
            }
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_without_a_value_counts_as_omitted() {
        assert_eq!(Parameters::parse(b"state=&nonce=n").get("state"), Ok(None));
    }

    #[test]
    fn a_repeated_parameter_is_named() {
        let parameters = Parameters::parse(b"state=a&nonce=n&state=b");
        assert_eq!(parameters.get("state"), Err(Repeated("state".into())));
        assert_eq!(parameters.check_single(), Err(Repeated("state".into())));
    }

    #[test]
    fn encoding_and_parsing_are_inverse() {
        let parameters = Parameters::parse("a=%C3%A4+b%26&b=%2B".as_bytes());
        assert_eq!(parameters.get("a"), Ok(Some("ä b&")));
        assert_eq!(Parameters::parse(parameters.encode().as_bytes()), parameters);
    }
}
