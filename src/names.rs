//! Names and texts that people choose, checked where they come in.

use parlor_worker::prelude::*;

/// A person's name: 1 to 24 characters, without space around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Name(String);

/// A room's name: 1 to 32 letters, digits, spaces, `-` or `_`, beginning with a letter or digit and not ending
/// with a space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String", into = "String")]
pub(crate) struct RoomName(String);

/// A message: 1 to 4000 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Text(String);

impl TryFrom<String> for Name {
    type Error = &'static str;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        let name = name.trim();
        let fits = (1..=24).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err("A name has 1 to 24 characters, all of them printable.")
        }
    }
}

impl TryFrom<String> for RoomName {
    type Error = &'static str;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        let mut chars = name.chars();
        let fits = (1..=32).contains(&name.chars().count())
            && chars.next().is_some_and(char::is_alphanumeric)
            && chars.all(|c| c.is_alphanumeric() || " -_".contains(c))
            && !name.ends_with(' ');
        let words =
            "A room's name has 1 to 32 letters, digits, spaces, - or _, and begins with a letter or digit.";
        if fits { Ok(Self(name)) } else { Err(words) }
    }
}

impl TryFrom<String> for Text {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = text.chars().count() <= 4000 && !text.trim().is_empty();
        if fits { Ok(Self(text)) } else { Err("A message has 1 to 4000 characters.") }
    }
}

macro_rules! as_text {
    ($($name:ident)*) => { $(
        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )* };
}
as_text! { Name RoomName Text }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_short() {
        assert_eq!(Name::try_from("  Ann ".to_owned()).map(String::from), Ok("Ann".to_owned()));
        for bad in ["", "   ", "a\nb", &"x".repeat(25)] {
            assert!(Name::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert!(Name::try_from("й".repeat(24)).is_ok());
    }

    #[test]
    fn room_names_are_plain() {
        for good in ["rust", "Tea & co".replace(" & ", "-").as_str(), "кухня 2", "a_b c"] {
            assert!(RoomName::try_from(good.to_owned()).is_ok(), "{good:?}");
        }
        for bad in ["", " a", "a ", "#a", "a/b", "<b>", &"x".repeat(33)] {
            assert!(RoomName::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn texts_are_not_empty_and_not_endless() {
        assert!(Text::try_from("hi".to_owned()).is_ok());
        assert!(Text::try_from(" \n ".to_owned()).is_err());
        assert!(Text::try_from("x".repeat(4001)).is_err());
    }
}
