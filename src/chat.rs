//! What happens in the chat: the namespace `/`. `public/js` is the other end, and `docs/chat.md` tells what they say.
//!
//! `people` are the names and who is there, `rooms` coming and going, `messages` what is written and changed, `history`
//! what is read of it later, `files` what comes with it.

mod files;
mod history;
pub(crate) mod messages;
mod people;
mod rooms;
#[cfg(test)]
mod typescript;

use std::time::Duration;

use parlor::Keep;
use parlor_worker::{parlor, prelude::*};

pub(crate) use self::{
    history::{Earlier, Older, earlier},
    rooms::Changed,
};
use crate::house::{
    limits::{self, Crowd},
    measures::{self, AtDoor, MUTED},
    names::Name,
    people::{Member, Person, known, refused, take_name},
    person, person_room,
    rooms::Card,
    token::Keys,
};

/// How much of a room is kept: so many messages, and none for longer than a year.
const KEEP: Duration = Duration::from_secs(365 * 24 * 3600);
const KEEP_MESSAGES: u64 = 100_000;

pub(crate) fn namespace() -> Namespace<Member> {
    Namespace::new(connect)
        .guard(limits::person)
        .history_of(|room| match room.split_once(':') {
            None => Some(Keep::messages(KEEP_MESSAGES).for_time(KEEP)),
            Some(("file", _)) => Some(Keep::everything().for_time(KEEP)),
            Some(_) => None,
        })
        .on("rename", people::rename)
        .on("find", people::find)
        .on("away", people::away)
        .on("rooms", rooms::rooms)
        .on("open", rooms::open)
        .on("join", rooms::join_room)
        .on("leave", rooms::leave)
        .on("topic", rooms::topic)
        .on("read", rooms::read)
        .on("direct", rooms::direct)
        .on("invite", rooms::invite)
        .on("typing", rooms::typing)
        .on("say", messages::say)
        .on("edit", messages::edit)
        .on("remove", messages::remove)
        .on("react", messages::react)
        .on("older", history::older)
        .on("search", history::search)
        .on("upload", files::upload)
        .on("download", files::download)
        .on_recover(people::back)
        .on_disconnect(people::gone)
}

/// What somebody shows at the door.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
struct Door {
    /// From an earlier visit.
    token: Option<String>,
    /// What they want to be called.
    name: Option<String>,
    /// Of a newcomer: random, 16 to 64 characters, kept until a token has come.
    seed: Option<String>,
}

/// What who comes in is told first.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Welcome {
    me: Person,
    token: String,
    rooms: Vec<Mine>,
    /// Why this person may not speak, if so.
    muted: Option<String>,
}

/// One of a person's rooms, and the number of the last message that they have read in it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Mine {
    room: Card,
    read: u64,
}

/// Keeps a room among a person's own, as they see it now. If it was not there their sockets hear of it, but for this one.
async fn keep_room(io: &Io, socket: &Socket, id: &str, card: &Card) -> Result<(), Fault> {
    let key = format!("room:{}.", card.id.as_ref());
    let read = format!("read:{}.", card.id.as_ref());
    let kept = person(io, id).values(&[&key, &read]).await?;
    let before: Option<Card> = kept.get(&key)?;
    if before.as_ref() != Some(card) {
        person(io, id).set(&key, card).await?;
    }
    if before.is_some() {
        return Ok(());
    }
    let mine = Mine { room: card.clone(), read: kept.get(&read)?.unwrap_or_default() };
    person(io, id).except(socket.id()).emit("mine", &mine)
}

/// Lets in whom the house knows, and who takes a name that nobody has.
async fn connect(
    socket: Socket,
    io: Io,
    vars: Vars,
    crowd: State<Crowd>,
    handshake: Handshake,
    Now(now): Now,
    Auth(door): Auth<Door>,
) -> Result<Member, Refused> {
    let known = door.token.as_deref().map(|token| known(&vars, token)).transpose()?;
    if known.is_none() && !handshake.address.is_empty() {
        crowd.newcomer(&handshake.address, now)?;
    }
    let wanted = door.name.or_else(|| known.is_none().then(String::new));
    let wanted = wanted.map(Name::try_from).transpose().map_err(|words| refused("bad name", words))?;
    let seed = door.seed.filter(|seed| (16..=64).contains(&seed.len()));
    let new_id = || match &seed {
        Some(seed) => Keys::new(&vars).id_for(seed),
        None => Keys::new(&vars).id_for_socket(socket.id()),
    };
    let id = known.as_ref().map_or_else(new_id, |known| known.id.clone());
    let AtDoor { called, muted } = measures::check(&io, &id).await?;
    // A token may be older than the name that the person has taken on another device.
    let name = wanted.or(called).or(known.map(|known| known.name));
    let me = Person { id, name: name.ok_or_else(|| Fault::internal("nobody is without a name"))? };
    let rooms = rooms_of(&io, &me);
    if !take_name(&io, &me).await? {
        return Err(refused("name taken", format!("Somebody else is called {}.", me.name.as_ref())));
    }
    socket.join(&person_room(&me.id));
    if muted.is_some() {
        socket.join(MUTED);
    }
    let (rooms, token) = (rooms.await?, Keys::new(&vars).token(&me));
    socket.emit("welcome", &Welcome { me: me.clone(), token, rooms, muted })?;
    Ok(Member::new(me))
}

/// The rooms that a person is in; asked at once.
fn rooms_of(io: &Io, me: &Person) -> impl Future<Output = Result<Vec<Mine>, Fault>> + use<> {
    let values = person(io, &me.id).values(&["room:*", "read:*"]);
    async move {
        let values = values.await?;
        let mut rooms = Vec::new();
        for (key, card) in values.iter().filter_map(|(key, value)| Some((key.strip_prefix("room:")?, value)))
        {
            let read = values.get(&format!("read:{key}"))?.unwrap_or_default();
            rooms.push(Mine { room: card.to()?, read });
        }
        Ok(rooms)
    }
}
