//! Reads a failure: `NAME:parameter=value,…@selector=value,…`.

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
    /// If a name or value is unknown; the message suggests the nearest right one.
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

/// Splits at the first separator outside quotes.
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

/// The specifications of failures in one environment variable, separated by `;` outside quotes.
#[cfg(feature = "cli")]
pub(crate) fn split_list(mut text: &str) -> Vec<&str> {
    let mut specs = Vec::new();
    loop {
        let (spec, rest) = split_outside_quotes(text, ';');
        // A trailing `;`, or an empty line.
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
            FailureError(format!("a parameter must be written as name=value, got `{pair}`"))
        })?;
        let value = match value.starts_with('"') {
            true => serde_json::from_str(value).map_err(|_| {
                FailureError(format!("a quoted value must be a JSON string, got `{value}`"))
            })?,
            // Otherwise the next pair could silently become part of this value.
            false if value.contains('=') => {
                return Err(FailureError(format!(
                    "`{pair}` has more than one `=`: write `,` between pairs, and quotes around a \
                     value that contains `=`"
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
    fn a_written_failure_is_read_again() {
        for text in [
            "id-token-exp-invalid",
            "id-token-exp-invalid:value=absent",
            "id-token-exp-invalid@client=\"a,b\",user=alice,endpoint=token,from=3,times=2,for=1500ms",
            "id-token-exp-invalid@for=10min",
            "id-token-exp-invalid@for=90s",
        ] {
            let failure = Failure::parse(text).unwrap();
            assert_eq!(failure.to_string(), text);
            assert_eq!(Failure::parse(&failure.to_string()).unwrap(), failure);
        }
    }

    #[test]
    fn the_older_name_of_from_is_read_and_the_new_one_is_written() {
        let failure = Failure::parse("id-token-exp-invalid:value=absent@nth=3,times=1").unwrap();
        assert_eq!(failure.selector.nth, Some(3));
        assert_eq!(failure.to_string(), "id-token-exp-invalid:value=absent@from=3,times=1");
        let written = Failure::parse("id-token-exp-invalid:value=absent@from=3,times=1").unwrap();
        assert_eq!(written, failure);
        let built = Failure::parse("id-token-exp-invalid:value=absent").unwrap().times(1);
        assert_eq!(built.clone().nth(3), failure);
        assert_eq!(built.from_match(3), failure);
    }

    #[test]
    fn an_error_names_the_nearest_right_one() {
        let refused = |text: &str| Failure::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(refused("id-token-exp-invald"), @"no failure is called `id-token-exp-invald`: did you mean `id-token-exp-invalid`?");
        insta::assert_snapshot!(refused("id-token-exp-invalid:valu=absent"), @"`id-token-exp-invalid` has no parameter `valu`: did you mean `value`?");
        insta::assert_snapshot!(refused("id-token-exp-invalid:value=abscent"), @"`value` of `id-token-exp-invalid` cannot be `abscent`: did you mean `absent`?");
        insta::assert_snapshot!(refused("id-token-exp-invalid:value"), @"a parameter must be written as name=value, got `value`");
        insta::assert_snapshot!(refused("id-token-exp-invalid@endpoint=tokn"), @"there is no endpoint `tokn`: did you mean `token`?");
        insta::assert_snapshot!(refused("id-token-exp-invalid@from=0"), @"`from` must be a number from 1, got `0`");
        insta::assert_snapshot!(refused("id-token-exp-invalid@nth=0"), @"`nth` must be a number from 1, got `0`");
        insta::assert_snapshot!(refused("id-token-exp-invalid@user=alice@client=shop"), @"`user=alice@client=shop` has more than one `=`: write `,` between pairs, and quotes around a value that contains `=`");
        insta::assert_snapshot!(refused("id-token-exp-invalid@for=0s"), @"`for` must be longer than zero, got `0s`");
        insta::assert_snapshot!(refused("id-token-exp-invalid:value=0,value=absent"), @"`value` is given twice: leave one out");
        insta::assert_snapshot!(refused("id-token-exp-invalid@nth=1,nth=2"), @"`nth` is given twice: leave one out");
        insta::assert_snapshot!(refused("id-token-exp-invalid@from=1,nth=2"), @"`from` is given twice, once as `nth`: leave one out");
        insta::assert_snapshot!(refused("id-token-exp-invalid@form=2"), @"there is no selector `form`: did you mean one of `for`, `from`?");
        insta::assert_snapshot!(refused("id-token-exp-invalid@unknown=2"), @"there is no selector `unknown`: there are `issuer`, `client`, `user`, `endpoint`, `flow`, `from`, `times`, `for`");
        insta::assert_snapshot!(refused("id-token-exp-invalid@usr=alice"), @"there is no selector `usr`: did you mean `user`?");
    }
}
