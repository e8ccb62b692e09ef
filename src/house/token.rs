//! Who somebody is, signed: nobody can make an id or a token but this house.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac_sha256::HMAC;
use parlor_worker::{parlor::same, prelude::*};

use super::{names::Name, people::Person};

/// An id has so many characters: 12 that nobody guesses, and 4 that show that the first are from here.
const RANDOM: usize = 12;
const CHECK: usize = 4;

/// What the house signs with.
pub(crate) struct Keys<'a> {
    secret: &'a [u8],
}

impl<'a> Keys<'a> {
    pub(crate) fn new(vars: &'a Vars) -> Self {
        Self { secret: vars.get("CHAT_SECRET").as_bytes() }
    }

    /// The id of somebody new. The same seed gives the same id, for those whose first answer got lost.
    pub(crate) fn id_for(&self, seed: &str) -> String {
        self.id("person", seed)
    }

    /// The id of somebody new who has no seed. Others may know the id of the socket: as a seed it is another person.
    pub(crate) fn id_for_socket(&self, socket: &str) -> String {
        self.id("guest", socket)
    }

    fn id(&self, what: &str, of: &str) -> String {
        let start = self.sign(what, of, RANDOM);
        let check = self.sign("id", &start, CHECK);
        start + &check
    }

    /// Whether an id was made here. It becomes the name of objects, so nobody may think one up.
    pub(crate) fn made(&self, id: &str) -> bool {
        id.split_at_checked(RANDOM)
            .is_some_and(|(start, check)| same(check.as_bytes(), self.sign("id", start, CHECK).as_bytes()))
    }

    /// The id of a private room.
    pub(crate) fn private_room(&self, by: &str, seed: &str) -> String {
        format!("~{}", self.sign("room", &format!("{by} {seed}"), 22))
    }

    /// What somebody shows to be known again.
    pub(crate) fn token(&self, person: &Person) -> String {
        let signed = self.sign("token", &format!("{} {}", person.id, person.name.as_ref()), 43);
        format!("{}.{signed}.{}", person.id, person.name.as_ref())
    }

    /// Whom a token is of.
    pub(crate) fn person(&self, token: &str) -> Option<Person> {
        let (id, rest) = token.split_once('.')?;
        let (_, name) = rest.split_once('.')?;
        let person = Person { id: id.to_owned(), name: Name::try_from(name.to_owned()).ok()? };
        same(token.as_bytes(), self.token(&person).as_bytes()).then_some(person)
    }

    /// The first characters of a signature, in base64url.
    fn sign(&self, what: &str, text: &str, characters: usize) -> String {
        let digest = HMAC::mac(format!("{what} {text}"), self.secret);
        let mut signed = URL_SAFE_NO_PAD.encode(digest);
        signed.truncate(characters);
        signed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secret: &str) -> Keys<'_> {
        Keys { secret: secret.as_bytes() }
    }

    #[test]
    fn an_id_is_known_and_not_thought_up() {
        let id = keys("s").id_for("seed");
        assert_eq!((id.len(), &id), (RANDOM + CHECK, &keys("s").id_for("seed")));
        assert!(keys("s").made(&id));
        assert!(!keys("other").made(&id));
        for bad in ["", "short", "AAAAAAAAAAAAAAAA", &format!("{id}x"), "ééééééééé"] {
            assert!(!keys("s").made(bad), "{bad}");
        }
        assert_ne!(id, keys("s").id_for("other seed"));
        assert_ne!(id, keys("s").id_for_socket("seed"), "who hears of a socket does not become its person");
    }

    #[test]
    fn a_token_is_of_one_person_of_one_house() {
        let name = Name::try_from("Ann. B".to_owned()).unwrap();
        let ann = Person { id: keys("s").id_for("seed"), name };
        let token = keys("s").token(&ann);
        assert_eq!(keys("s").person(&token), Some(ann));
        assert_eq!(keys("other").person(&token), None);
        for bad in ["", ".", "a.b.c", &token.replace("Ann", "Eve"), token.split_at(1).1, &format!("{token} ")]
        {
            assert_eq!(keys("s").person(bad), None, "{bad}");
        }
    }
}
