//! Names and ids that come from people, checked where they come in.

use parlor_worker::prelude::*;

/// A person's name: 1 to 24 characters, without space around it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Name(String);

/// A room: a public one by its name in lower case; a private one by `~` and what nobody guesses; that of two people by `@`
/// and their ids, in order, with a dot between.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String", into = "String")]
pub(crate) struct RoomId(String);

/// What a room is called: 1 to 32 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String", into = "String")]
pub(crate) struct RoomName(String);

/// What a room is about: up to 200 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Topic(String);

/// Why a moderator does something: up to 200 characters.
pub(crate) type Why = Topic;

/// A message: up to 4000 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Text(String);

/// What kind of room it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Public,
    Private,
    Direct,
}

impl Name {
    /// Names that are written otherwise and look the same are one: case, spaces, and what is not seen don't count, nor do two
    /// forms of one letter. (Letters of two alphabets that look alike are two: there is no end of them.)
    pub(crate) fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// See [`Name::folded`].
pub(crate) fn fold(name: &str) -> String {
    lower(&compatible(name))
        .chars()
        .filter(|c| !c.is_whitespace() && !is_blank(*c))
        .collect::<String>()
        .replace('ς', "σ")
}

/// In the form of Unicode that what looks the same has in common, NFKC. JavaScript has the tables for that.
fn compatible(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    #[cfg(target_arch = "wasm32")]
    return worker::js_sys::JsString::from(text).normalize("NFKC").into();
    #[cfg(not(target_arch = "wasm32"))]
    unicode_normalization::UnicodeNormalization::nfkc(text).collect()
}

/// In lower case. JavaScript has the tables for that, which are 12 kB of wasm.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    #[cfg(target_arch = "wasm32")]
    return worker::js_sys::JsString::from(text).to_lower_case().into();
    #[cfg(not(target_arch = "wasm32"))]
    text.to_lowercase()
}

impl RoomId {
    /// The room for two people.
    pub(crate) fn direct(one: &str, other: &str) -> Self {
        let (first, second) = if one < other { (one, other) } else { (other, one) };
        Self(format!("@{first}.{second}"))
    }

    pub(crate) fn kind(&self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'~') => Kind::Private,
            Some(b'@') => Kind::Direct,
            _ => Kind::Public,
        }
    }

    /// For one of the two people of a direct room: the other.
    pub(crate) fn other(&self, me: &str) -> Option<&str> {
        let (one, other) = self.0.strip_prefix('@')?.split_once('.')?;
        if me == one { Some(other) } else { (me == other).then_some(one) }
    }
}

fn lasts(text: &str, characters: std::ops::RangeInclusive<usize>) -> bool {
    characters.contains(&text.chars().count())
}

fn is_word(text: &str, bytes: usize) -> bool {
    text.len() == bytes && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Characters that nobody sees, or that turn the direction of what follows: a name made of them looks like another's.
pub(crate) fn is_seen(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Characters that take no part in how a name looks, or take space and show nothing. Some have a use, as in emojis.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

impl TryFrom<String> for Name {
    type Error = &'static str;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        let name = name.trim();
        let shows = !fold(name).is_empty();
        if lasts(name, 1..=24) && shows && name.chars().all(is_seen) && !name.starts_with('@') {
            Ok(Self(name.to_owned()))
        } else {
            Err("A name has 1 to 24 characters that can be seen, and does not begin with @.")
        }
    }
}

impl TryFrom<String> for RoomId {
    type Error = &'static str;
    fn try_from(id: String) -> Result<Self, Self::Error> {
        let fits = match id.split_at_checked(1) {
            Some(("~", secret)) => is_word(secret, 22),
            Some(("@", pair)) => pair
                .split_once('.')
                .is_some_and(|(one, other)| is_word(one, 16) && is_word(other, 16) && one < other),
            _ => return public(&id).ok_or(ROOM_WORDS),
        };
        if fits { Ok(Self(id)) } else { Err("There is no such room. Is the link whole?") }
    }
}

const ROOM_WORDS: &str =
    "A room's name has 1 to 32 letters, digits, spaces, - or _, and begins with a letter or digit.";

/// The id of the public room of that name.
fn public(name: &str) -> Option<RoomId> {
    let id = lower(&name.split_whitespace().collect::<Vec<_>>().join(" "));
    let begins_well = id.chars().next().is_some_and(char::is_alphanumeric);
    let fits =
        lasts(&id, 1..=32) && begins_well && id.chars().all(|c| c.is_alphanumeric() || " -_".contains(c));
    fits.then_some(RoomId(id))
}

impl RoomName {
    /// The id of the public room of that name, if it may be one.
    pub(crate) fn id(&self) -> Result<RoomId, Fault> {
        public(&self.0).ok_or_else(|| Fault::new("bad room", ROOM_WORDS))
    }
}

impl TryFrom<String> for RoomName {
    type Error = &'static str;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        let name = name.trim();
        let fits = lasts(name, 1..=32) && name.chars().all(is_seen);
        if fits { Ok(Self(name.to_owned())) } else { Err("A room's name has 1 to 32 characters.") }
    }
}

impl TryFrom<String> for Topic {
    type Error = &'static str;
    fn try_from(topic: String) -> Result<Self, Self::Error> {
        let topic = topic.trim();
        let fits = lasts(topic, 0..=200) && topic.chars().all(is_seen);
        if fits { Ok(Self(topic.to_owned())) } else { Err("At most 200 characters, in one line.") }
    }
}

impl TryFrom<String> for Text {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if lasts(&text, 0..=4000) { Ok(Self(text)) } else { Err("A message has at most 4000 characters.") }
    }
}

impl Text {
    pub(crate) fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
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
as_text! { Name RoomId RoomName Topic Text }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_short_and_seen() {
        assert_eq!(Name::try_from("  Ann ".to_owned()).map(String::from), Ok("Ann".to_owned()));
        for bad in
            ["", "   ", "a\nb", "a\u{202e}b", "\u{200b}", "\u{3164}", "\u{2800} ", "@ann", &"x".repeat(25)]
        {
            assert!(Name::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert!(Name::try_from("й".repeat(24)).is_ok());
        assert_eq!(fold("Ada  LOVELACE"), fold("adalovelace"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        for alike in
            ["Ada\u{3164}", "Ada\u{fe0f}", "A\u{34f}da", "Ada\u{e0041}", "Ａｄａ", "Ada\u{a0}", "𝐀da"]
        {
            assert_eq!(fold(alike), "ada", "{alike:?}");
        }
        assert_eq!(fold("Zoe\u{301}"), fold("Zoé"));
        assert_ne!(fold("Аda"), fold("Ada"), "a letter of another alphabet");
    }

    #[test]
    fn rooms_have_one_id_each() {
        let id = |text: &str| RoomId::try_from(text.to_owned()).map(String::from);
        for (text, due) in [("rust", "rust"), ("  Tea  Room ", "tea room"), ("Кухня 2", "кухня 2")]
        {
            assert_eq!(id(text).as_deref(), Ok(due));
        }
        for bad in [
            "",
            " ",
            "#a",
            "a/b",
            "<b>",
            "a:b",
            "~short",
            "@a.b",
            &"x".repeat(33),
            "@aaaaaaaaaaaaaaab.aaaaaaaaaaaaaaaa",
        ] {
            assert!(id(bad).is_err(), "{bad:?}");
        }
        let private = format!("~{}", "a".repeat(22));
        assert_eq!(RoomId::try_from(private).map(|id| id.kind()), Ok(Kind::Private));
    }

    #[test]
    fn a_room_for_two_has_two_people() {
        let (ann, bob) = ("a".repeat(16), "b".repeat(16));
        let room = RoomId::direct(&bob, &ann);
        assert_eq!(room, RoomId::direct(&ann, &bob));
        assert_eq!(RoomId::try_from(String::from(room.clone())).as_ref(), Ok(&room));
        assert_eq!(
            (room.kind(), room.other(&ann), room.other("eve")),
            (Kind::Direct, Some(bob.as_str()), None)
        );
    }

    #[test]
    fn texts_are_not_endless() {
        assert!(Text::try_from("hi".to_owned()).is_ok_and(|text| !text.is_blank()));
        assert!(Text::try_from(" \n ".to_owned()).is_ok_and(|text| text.is_blank()));
        assert!(Text::try_from("x".repeat(4001)).is_err());
    }
}
