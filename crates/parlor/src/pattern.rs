//! Names of dynamic namespaces: `/org-{id}` is `/org-1`, `/org-blue`, each a namespace of its own.

use crate::{answer::Fault, call::Scope, extract::FromCall, names::is_printable};

/// How long the name of a dynamic namespace may be, in bytes. Strangers choose it, and it becomes part of an object's name.
const NAME_MAX: usize = 256;

/// What a pattern's placeholders stand for in the name of a namespace.
///
/// ```
/// use parlor::{Params, prelude::*};
/// async fn greet(socket: Socket, params: Params) -> Result<(), Fault> {
///     socket.emit("org", params.parse::<u32>("id")?)
/// }
/// let app = App::new().dynamic("/org-{id}", |params| params.parse::<u32>("id").is_ok(), Namespace::new(greet));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// What stands for a placeholder.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// The same as a number, or as whatever else can be parsed.
    ///
    /// # Errors
    /// If the pattern has no such placeholder, or what stands for it is no `T`.
    pub fn parse<T: std::str::FromStr>(&self, name: &str) -> Result<T, Fault> {
        let value = self.get(name).and_then(|value| value.parse().ok());
        value.ok_or_else(|| Fault::internal(format!("`{{{name}}}` of the namespace is not as expected")))
    }
}

impl<S> FromCall<S> for Params {
    fn from_call(scope: &std::rc::Rc<Scope>) -> Result<Self, Fault> {
        Ok(scope.params.clone())
    }
}

/// Whether braces of a pattern come in pairs with a name between them, and something between two pairs.
pub(crate) fn is_well_formed(pattern: &str) -> bool {
    let mut parts = pattern.split('{');
    let plain = parts.next().is_some_and(|plain| !plain.contains('}'));
    let mut parts = parts.peekable();
    let mut fine = plain;
    while let Some(part) = parts.next() {
        fine &= part.split_once('}').is_some_and(|(name, literal)| {
            !name.is_empty() && !literal.contains('}') && (!literal.is_empty() || parts.peek().is_none())
        });
    }
    fine
}

/// The placeholders of `name`, if it is as the pattern says. A placeholder stands for at least one character and for no
/// slash, and for as few as possible.
pub(crate) fn matches(pattern: &str, name: &str) -> Option<Params> {
    if name.len() > NAME_MAX || !is_printable(name) {
        return None;
    }
    let mut params = Vec::new();
    let (mut pattern, mut name) = (pattern, name);
    while let Some((literal, rest)) = pattern.split_once('{') {
        let (placeholder, rest) = rest.split_once('}')?;
        name = name.strip_prefix(literal)?;
        let next = rest.split('{').next().unwrap_or_default();
        // As few characters as possible, but one; all that is left if nothing follows.
        let first = name.chars().next()?.len_utf8();
        let end = match next {
            "" => name.len(),
            next if !rest.contains('{') => name.len().checked_sub(next.len()).filter(|end| *end >= first)?,
            next => first + name.get(first..)?.find(next)?,
        };
        let (value, tail) = name.split_at_checked(end)?;
        if value.contains('/') {
            return None;
        }
        params.push((placeholder.to_owned(), value.to_owned()));
        (pattern, name) = (rest, tail);
    }
    (pattern == name).then_some(Params(params))
}

#[cfg(test)]
mod tests {
    use super::{is_well_formed, matches};

    fn params(pattern: &str, name: &str) -> Option<String> {
        let found = matches(pattern, name)?;
        Some(found.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn braces_come_in_pairs_around_a_name() {
        for good in ["/plain", "/{a}", "/x-{a}-{b}/c"] {
            assert!(is_well_formed(good), "{good}");
        }
        for bad in ["/{a", "/a}", "/{}", "/{a}{b}", "/{a{b}}", "/{a}}"] {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }

    #[test]
    fn a_placeholder_stands_for_some_characters_of_one_segment() {
        for (pattern, name, expected) in [
            ("/org-{id}", "/org-12", Some("id=12")),
            ("/org-{id}", "/org-", None),
            ("/org-{id}", "/org-1/2", None),
            ("/org-{id}", "/other-1", None),
            ("/{org}/{team}", "/a/b", Some("org=a team=b")),
            ("/{org}/{team}", "/a/b/c", None),
            ("/{org}/chat", "/a/chat", Some("org=a")),
            ("/{org}/chat", "/chat", None),
            ("/{id}-x", "/1-x-x", Some("id=1-x")),
            ("/{id}é", "/é", None),
            ("/{id}", "/ü", Some("id=ü")),
            ("/plain", "/plain", Some("")),
            ("/{id}", "/a\nb", None),
            ("/{id}", "/a\u{85}b", None),
            ("/broken-{id", "/broken-{id", None),
        ] {
            assert_eq!(params(pattern, name).as_deref(), expected, "{pattern} {name}");
        }
        assert_eq!(params("/{id}", &format!("/{}", "x".repeat(256))), None);
    }
}
