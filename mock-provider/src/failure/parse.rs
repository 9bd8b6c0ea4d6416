//! Reads a failure as it is written: `NAME:parameter=value,…@selector=value,…`.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::catalogue::{find, modes};
use crate::base::suggestion::advice;
use crate::failure::spec::failure::{Failure, FailureError};
use crate::settings::text::deserialize_text;

impl Failure {
    /// Reads a failure.
    ///
    /// # Errors
    ///
    /// When a name or value is not known; the message offers the nearest right one.
    pub fn parse(text: &str) -> Result<Self, FailureError> {
        let (spec, selectors) = split_outside_quotes(text, '@');
        let (name, values) = split_outside_quotes(spec, ':');
        let mode = find(name.trim()).ok_or_else(|| {
            let names: Vec<_> = modes().map(|mode| mode.name).collect();
            let advice = advice(name, &names);
            FailureError(format!("no failure is called `{}`: {advice}", name.escape_debug()))
        })?;
        let mut failure = Self::from(mode);
        for (name, value) in pairs(values.unwrap_or_default())? {
            failure = failure.with(&name, &value)?;
        }
        for (name, value) in pairs(selectors.unwrap_or_default())? {
            failure.select(&name, &value)?;
        }
        Ok(failure)
    }
}

impl FromStr for Failure {
    type Err = FailureError;

    fn from_str(text: &str) -> Result<Self, FailureError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for Failure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| Self::parse(text).map_err(|error| error.to_string());
        deserialize_text(deserializer, "a failure such as \"id-token-exp-invalid\"", read)
    }
}

impl TryFrom<&str> for Failure {
    type Error = FailureError;

    fn try_from(text: &str) -> Result<Self, FailureError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Failure {
    type Error = FailureError;

    fn try_from(text: String) -> Result<Self, FailureError> {
        Self::parse(&text)
    }
}

/// Splits at the first separator that stands in no quotes.
fn split_outside_quotes(text: &str, separator: char) -> (&str, Option<&str>) {
    let mut in_quotes = false;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            _ if character == separator && !in_quotes => {
                return (&text[..at], Some(&text[at + separator.len_utf8()..]));
            }
            _ => {}
        }
    }
    (text, None)
}

/// The failures that one variable has, each as it is written: `;` parts them, except in quotes.
#[cfg(feature = "cli")]
pub(crate) fn split_list(mut text: &str) -> Vec<&str> {
    let mut specs = Vec::new();
    loop {
        let (spec, rest) = split_outside_quotes(text, ';');
        // One that ends the list, or an empty line of it.
        if !spec.trim().is_empty() {
            specs.push(spec);
        }
        match rest {
            Some(rest) => text = rest,
            None => return specs,
        }
    }
}

/// The pairs of `name=value,name="value"`.
fn pairs(mut text: &str) -> Result<Vec<(String, String)>, FailureError> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    while !text.trim().is_empty() {
        let (pair, rest) = split_outside_quotes(text, ',');
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            FailureError(format!("`{pair}` is no parameter: write it as name=value"))
        })?;
        let value = match value.starts_with('"') {
            true => serde_json::from_str(value).map_err(|_| {
                FailureError(format!("`{value}` is no quoted value: write it as in JSON"))
            })?,
            // Else what was meant for the next pair would silently belong to this one.
            false if value.contains('=') => {
                return Err(FailureError(format!(
                    "`{pair}` has more than one `=`: write `,` between pairs, and quotes around a \
                     value that has one"
                )));
            }
            false => value.to_owned(),
        };
        let name = name.trim();
        if pairs.iter().any(|(known, _)| known == name) {
            return Err(FailureError(format!("`{name}` is given twice: leave one out")));
        }
        pairs.push((name.to_owned(), value));
        text = rest.unwrap_or_default();
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "id-token-exp-invalid",
            "id-token-exp-invalid:value=absent",
            "id-token-exp-invalid@client=\"a,b\",user=alice,endpoint=token,nth=3,times=2,for=1500ms",
            "id-token-exp-invalid@for=10min",
            "id-token-exp-invalid@for=90s",
        ] {
            let failure = Failure::parse(text).unwrap();
            assert_eq!(failure.to_string(), text);
            assert_eq!(Failure::parse(&failure.to_string()).unwrap(), failure);
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_the_nearest_right_one() {
        let refused = |text: &str| Failure::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(refused("id-token-exp-invald"), @"no failure is called `id-token-exp-invald`: did you mean `id-token-exp-invalid`?");
        insta::assert_snapshot!(refused("id-token-exp-invalid:valu=absent"), @"`id-token-exp-invalid` has no parameter `valu`: did you mean `value`?");
        insta::assert_snapshot!(refused("id-token-exp-invalid:value=abscent"), @"`value` of `id-token-exp-invalid` cannot be `abscent`: did you mean `absent`?");
        insta::assert_snapshot!(refused("id-token-exp-invalid:value"), @"`value` is no parameter: write it as name=value");
        insta::assert_snapshot!(refused("id-token-exp-invalid@endpoint=tokn"), @"no endpoint is `tokn`: did you mean `token`?");
        insta::assert_snapshot!(refused("id-token-exp-invalid@nth=0"), @"`nth` must be a number from 1, not `0`");
        insta::assert_snapshot!(refused("id-token-exp-invalid@user=alice@client=shop"), @"`user=alice@client=shop` has more than one `=`: write `,` between pairs, and quotes around a value that has one");
        insta::assert_snapshot!(refused("id-token-exp-invalid@for=0s"), @"`for` must be longer than `0s`, in which nothing fires");
        insta::assert_snapshot!(refused("id-token-exp-invalid:value=0,value=absent"), @"`value` is given twice: leave one out");
        insta::assert_snapshot!(refused("id-token-exp-invalid@nth=1,nth=2"), @"`nth` is given twice: leave one out");
        insta::assert_snapshot!(refused("id-token-exp-invalid@usr=alice"), @"there is no selector `usr`: did you mean `user`?");
    }
}
