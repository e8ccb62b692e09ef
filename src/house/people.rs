//! Who people are: the names they have, and how others see them.

use parlor::RemoteSocket;
use parlor_worker::{parlor, prelude::*};

use super::{
    KEPT, all,
    limits::{Deed, Limits},
    names::{Name, fold},
    order::in_order,
    person,
    token::Keys,
};

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: Name,
}

/// A person in a room; `away` is who looks at none of their tabs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Present {
    pub(crate) id: String,
    pub(crate) name: Name,
    pub(crate) away: bool,
}

/// What the server keeps with a socket of the chat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) person: Person,
    pub(crate) away: bool,
    limits: Limits,
}

impl Member {
    pub(crate) fn new(person: Person) -> Self {
        Self { person, away: false, limits: Limits::default() }
    }

    /// Counts what somebody does, unless it is too much.
    pub(crate) fn may(&mut self, deed: Deed, now: u64) -> Result<(), Fault> {
        self.limits.count(deed, now)
    }

    pub(crate) fn present(&self) -> Present {
        let Person { id, name } = self.person.clone();
        Present { id, name, away: self.away }
    }
}

/// Why somebody may not come in, for the page.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Code {
    pub(crate) code: &'static str,
}

pub(crate) fn refused(code: &'static str, words: impl Into<String>) -> Refused {
    Refused::new(words).data(&Code { code })
}

/// Whom a token is of, or the refusal that sends them to the door.
pub(crate) fn known(vars: &Vars, token: &str) -> Result<Person, Refused> {
    let person = Keys::new(vars).person(token);
    person.ok_or_else(|| refused("bad token", "This house does not know you. Please choose a name."))
}

/// Gives a person a name in place of the one that they have, or keeps it for them; false if somebody else has it.
pub(crate) async fn take_name(io: &Io, person: &Person) -> Result<bool, Fault> {
    let key = name_key(&person.name);
    let id_key = called_key(&person.id);
    let holder = all(io).claim(&key, person, Some(KEPT));
    let called = all(io).claim(&id_key, &person.name, Some(KEPT));
    let (holder, called) = (holder.await?, called.await?);
    if holder.id != person.id {
        return Ok(false);
    }
    if holder != *person {
        all(io).set_for(&key, person, KEPT).await?; // written in another way
    }
    if called != person.name {
        if called.folded() != person.name.folded() {
            drop_name(io, &Person { name: called, ..person.clone() }).await?;
        }
        all(io).set_for(&id_key, &person.name, KEPT).await?;
    }
    Ok(true)
}

/// Lets go of a name that a person had.
async fn drop_name(io: &Io, person: &Person) -> Result<(), Fault> {
    let key = name_key(&person.name);
    let holder: Option<Person> = all(io).get(&key).await?;
    if holder.is_some_and(|holder| holder.id == person.id) {
        all(io).remove(&key).await?;
    }
    Ok(())
}

/// Removes what is kept of a person, whose name is free then. What they have said stays where it is.
pub(crate) async fn forget(io: &Io, whom: &Person) -> Result<(), Fault> {
    let rooms = ["room:*", "read:*"].map(|keys| person(io, &whom.id).remove(keys));
    for removed in rooms {
        removed.await?;
    }
    drop_name(io, whom).await?;
    all(io).remove(&called_key(&whom.id)).await
}

fn name_key(name: &Name) -> String {
    format!("name:{}.", name.folded())
}

/// Where it is kept what somebody is called.
pub(crate) fn called_key(id: &str) -> String {
    format!("who:{id}.")
}

/// Who has a name.
pub(crate) async fn find(io: &Io, name: &Name) -> Result<Person, Fault> {
    let found = all(io).get(&name_key(name)).await?;
    found.ok_or_else(|| Fault::new("nobody", format!("Nobody here is called {}.", name.as_ref())))
}

/// What somebody is called.
pub(crate) async fn by_id(io: &Io, vars: &Vars, id: &str) -> Result<Person, Fault> {
    let nobody = || Fault::new("nobody", "There is no such person.");
    if !Keys::new(vars).made(id) {
        return Err(nobody());
    }
    let name = all(io).get(&called_key(id)).await?.ok_or_else(nobody)?;
    Ok(Person { id: id.to_owned(), name })
}

/// The most people that one message mentions: each costs requests.
const MENTIONS_MAX: usize = 10;
/// The most words that a name has, as far as mentions go.
const NAME_WORDS: usize = 3;

/// Who is mentioned in a text as `@name`: of several that it may be, whoever has the longest name.
pub(crate) async fn mentioned(io: &Io, text: &str) -> Result<Vec<Person>, Fault> {
    let mentions: Vec<Vec<String>> = text
        .match_indices('@')
        .filter(|(at, _)| !text.get(..*at).is_some_and(|before| before.ends_with(char::is_alphanumeric)))
        .filter_map(|(at, _)| text.get(at + 1..))
        .map(candidates)
        .filter(|names| !names.is_empty())
        .take(MENTIONS_MAX)
        .collect();
    if mentions.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<&str> = mentions.iter().flatten().map(String::as_str).collect();
    let holders = all(io).values(&keys).await?;
    let mut people: Vec<Person> = Vec::new();
    for names in &mentions {
        for key in names {
            if let Some(person) = holders.get::<Person>(key)? {
                if !people.contains(&person) {
                    people.push(person);
                }
                break;
            }
        }
    }
    Ok(people)
}

/// The keys of the names that may begin a text, the longest first.
fn candidates(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut name = String::new();
    for word in text.lines().next().unwrap_or_default().split(' ').take(NAME_WORDS) {
        if word.is_empty() {
            break;
        }
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        for form in [word, bare] {
            let folded = fold(&format!("{name}{form}"));
            let key = format!("name:{folded}.");
            if !folded.is_empty() && folded.chars().count() <= 24 && !names.contains(&key) {
                names.push(key);
            }
        }
        name.push_str(word);
    }
    names.reverse();
    names
}

/// A socket, and whose it is.
pub(crate) type Tab<'a> = (Member, &'a RemoteSocket);

/// The sockets of members, in the order of these people's ids.
pub(crate) fn tabs(sockets: &[RemoteSocket]) -> Vec<Tab<'_>> {
    let tabs = sockets.iter().filter_map(|tab| Some((tab.data().ok()?, tab))).collect();
    in_order(tabs, |(member, _): &Tab<'_>| (&member.person.id, ""))
}

/// Each person's part of [`tabs`], with who it is. Away is who is so at all of them.
pub(crate) fn each_person<'a>(tabs: &'a [Tab<'a>]) -> impl Iterator<Item = (Present, &'a [Tab<'a>])> {
    tabs.chunk_by(|(one, _), (other, _)| one.person.id == other.person.id).filter_map(|tabs| {
        let (member, _) = tabs.first()?;
        Some((Present { away: tabs.iter().all(|(tab, _)| tab.away), ..member.present() }, tabs))
    })
}

/// People by their sockets, each once, in the order of their names.
pub(crate) fn of_sockets(sockets: &[RemoteSocket]) -> Vec<Present> {
    let people = each_person(&tabs(sockets)).map(|(present, _)| present).collect();
    in_order(people, |person: &Present| (person.name.as_ref(), &person.id))
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn a_mention_may_be_of_the_longest_name() {
        assert_eq!(candidates("Ada, hi"), ["name:ada,hi.", "name:ada.", "name:ada,."]);
        assert_eq!(candidates("ada"), ["name:ada."]);
        assert_eq!(candidates(" ada"), [""; 0]);
        assert_eq!(candidates("Ada Lovelace\nsaid"), ["name:adalovelace.", "name:ada."]);
    }
}
