//! Which rooms there are, and what they are called.

use parlor::RemoteSocket;
use parlor_worker::{parlor, prelude::*};

use super::{
    KEPT, all,
    measures::{Measure, ban_key, turn_out},
    names::{Kind, RoomId, RoomName, Topic},
    order::in_order,
    people::{self, Member, Person},
    room,
};

/// Rooms that are always there, in the order in which they are shown.
pub(crate) const ALWAYS: [&str; 3] = ["lounge", "rust", "random"];

/// A room as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Card {
    pub(crate) id: RoomId,
    pub(crate) name: String,
    pub(crate) topic: Topic,
    pub(crate) kind: Kind,
}

/// What is kept of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sign {
    pub(crate) name: String,
    pub(crate) topic: Topic,
}

impl Sign {
    pub(crate) fn card(self, id: RoomId) -> Card {
        let (Self { name, topic }, kind) = (self, id.kind());
        Card { id, name, topic, kind }
    }
}

/// A line in the list of rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Listed {
    pub(crate) room: Card,
    pub(crate) people: usize,
}

fn sign_key(id: &RoomId) -> String {
    format!("room:{}.", id.as_ref())
}

pub(crate) fn closed_key(id: &RoomId) -> String {
    format!("closed:{}.", id.as_ref())
}

/// Lets a person into a room, if it is one for them: its card. Who was banned while they came into the house is sent away.
/// `opens` is asked when that makes a public room.
pub(crate) async fn enter(
    socket: &Socket,
    io: &Io,
    vars: &Vars,
    me: &Person,
    id: &RoomId,
    opens: impl FnOnce() -> Result<(), Fault>,
) -> Result<Card, Fault> {
    let (sign, closed, ban) = (sign_key(id), closed_key(id), ban_key(&me.id));
    let kept = all(io).values(&[&sign, &closed, &ban]).await?;
    // Taken after they were let in, and before they were where it would have found them.
    if let Some(measure) = kept.get::<Measure>(&ban)? {
        turn_out(socket, &measure)?;
        return Err(Fault::new("banned", measure.words("You were sent away")));
    }
    if let Some(why) = kept.get::<Topic>(&closed)? {
        return Err(Fault::new("closed", closed_words(&why)));
    }
    let is_new = id.kind() == Kind::Public && kept.get::<Sign>(&sign)?.is_none();
    if is_new && !ALWAYS.contains(&id.as_ref()) {
        opens()?;
    }
    card(io, vars, me, id).await
}

/// What is said to who cannot be in a room.
pub(crate) fn closed_words(why: &Topic) -> String {
    match why.as_ref() {
        "" => "This room is closed.".to_owned(),
        why => format!("This room is closed: {why}"),
    }
}

/// A room's card as a person sees it. A public room that is not there is made.
pub(crate) async fn card(io: &Io, vars: &Vars, me: &Person, id: &RoomId) -> Result<Card, Fault> {
    match id.kind() {
        Kind::Public => {
            let fresh = Sign { name: id.as_ref().to_owned(), topic: Topic::default() };
            let sign = all(io).claim(&sign_key(id), &fresh, Some(KEPT)).await?;
            if sign != fresh {
                all(io).claim(&sign_key(id), &sign, Some(KEPT)).await?; // kept for as long again
            }
            Ok(sign.card(id.clone()))
        }
        Kind::Private => match room(io, id).get::<Sign>("card").await? {
            Some(sign) => Ok(sign.card(id.clone())),
            None => Err(Fault::new("no such room", "There is no such room. Is the link whole?")),
        },
        Kind::Direct => {
            let other = id
                .other(&me.id)
                .ok_or_else(|| Fault::new("not for you", "This room is for two other people."))?;
            Ok(direct(me, &people::by_id(io, vars, other).await?))
        }
    }
}

/// The room for two, as one of them sees it.
pub(crate) fn direct(me: &Person, other: &Person) -> Card {
    let name = other.name.as_ref().to_owned();
    Card { id: RoomId::direct(&me.id, &other.id), name, topic: Topic::default(), kind: Kind::Direct }
}

/// Opens a public room, or none if its name is taken.
pub(crate) async fn open_public(io: &Io, name: &RoomName, topic: Topic) -> Result<Card, Fault> {
    let id = name.id()?;
    let sign = Sign { name: name.as_ref().to_owned(), topic };
    let held = all(io).claim(&sign_key(&id), &sign, Some(KEPT)).await?;
    if held != sign || ALWAYS.contains(&id.as_ref()) {
        return Err(Fault::new("taken", "There is a room of that name already."));
    }
    Ok(sign.card(id))
}

/// Opens a private room; again, it is the same.
pub(crate) async fn open_private(io: &Io, id: RoomId, name: &RoomName, topic: Topic) -> Result<Card, Fault> {
    let sign = Sign { name: name.as_ref().to_owned(), topic };
    let sign = room(io, &id).claim("card", &sign, None).await?;
    Ok(sign.card(id))
}

/// Keeps what a room is called, and is about.
pub(crate) async fn put(io: &Io, card: &Card) -> Result<(), Fault> {
    let sign = Sign { name: card.name.clone(), topic: card.topic.clone() };
    match card.kind {
        Kind::Public => all(io).set_for(&sign_key(&card.id), &sign, KEPT).await,
        Kind::Private => room(io, &card.id).set("card", &sign).await,
        Kind::Direct => {
            Err(Fault::new("not here", "A conversation of two has no name and no topic of its own."))
        }
    }
}

/// The public rooms, those that are always there first, with how many people are in each. With why it is closed, if it is.
pub(crate) async fn public(io: &Io) -> Result<Vec<(Listed, Option<Topic>)>, Fault> {
    let values = all(io).values(&["room:*", "closed:*"]);
    let people = heads(&all(io).fetch_sockets().await);
    let values = values.await?;
    let mut signs: Vec<(RoomId, Sign)> = Vec::new();
    for (key, value) in values.iter() {
        let id = key.strip_prefix("room:").and_then(|key| key.strip_suffix('.'));
        if let Some(id) = id.and_then(|id| RoomId::try_from(id.to_owned()).ok()) {
            signs.push((id, value.to()?));
        }
    }
    let mut rooms = Vec::new();
    for id in ALWAYS.iter().filter_map(|id| RoomId::try_from((*id).to_owned()).ok()) {
        let known = signs.iter().position(|(known, _)| *known == id).map(|at| signs.remove(at).1);
        let fresh = || Sign { name: id.as_ref().to_owned(), topic: Topic::default() };
        rooms.push(known.unwrap_or_else(fresh).card(id));
    }
    rooms.extend(signs.into_iter().map(|(id, sign)| sign.card(id)));
    rooms
        .into_iter()
        .map(|room| {
            let closed = values.get(&closed_key(&room.id))?;
            let id = room.id.as_ref();
            let people = people.partition_point(|(known, _)| known.as_str() <= id)
                - people.partition_point(|(known, _)| known.as_str() < id);
            Ok((Listed { room, people }, closed))
        })
        .collect()
}

/// Which room whom has, by their ids: each pair once, in order.
pub(crate) fn heads(sockets: &[RemoteSocket]) -> Vec<(String, String)> {
    let mut heads: Vec<(String, String)> = Vec::new();
    for socket in sockets {
        let Ok(member) = socket.data::<Member>() else { continue };
        let rooms = socket.rooms().iter().filter(|room| is_of_people(room, socket.id()));
        heads.extend(rooms.map(|room| (room.clone(), member.person.id.clone())));
    }
    let mut heads = in_order(heads, |(room, person): &(String, String)| (room, person));
    heads.dedup();
    heads
}

/// The rooms of people that some sockets are in: each once, in order.
pub(crate) fn rooms_of<'a>(sockets: impl Iterator<Item = &'a RemoteSocket>) -> Vec<&'a str> {
    let rooms =
        sockets.flat_map(|socket| socket.rooms().iter().filter(|room| is_of_people(room, socket.id())));
    let mut rooms = in_order(rooms.map(String::as_str).collect(), |room| (room, ""));
    rooms.dedup();
    rooms
}

/// Whether a room is one where people meet, and not a socket's own or one of the house's.
pub(crate) fn is_of_people(room: &str, socket: &str) -> bool {
    room != socket && !room.contains(':')
}

/// Somebody has left a room.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Left<'a> {
    room: &'a str,
    who: &'a Person,
}

/// Tells a room that a person is not in it any more.
pub(crate) async fn tell_left(io: &Io, who: &Person, room: &str) -> Result<(), Fault> {
    tell_all_left(io, who, &[room]).await
}

/// Tells rooms, at once, that a person is not in them any more.
pub(crate) async fn tell_all_left(io: &Io, who: &Person, rooms: &[&str]) -> Result<(), Fault> {
    let mut public = Vec::new();
    for room in rooms {
        super::room(io, room).emit("left", &Left { room, who })?;
        let id = RoomId::try_from((*room).to_owned()).ok().filter(|id| id.kind() == Kind::Public);
        public.extend(id.map(|id| (super::room(io, room).fetch_sockets(), id)));
    }
    for (sockets, id) in public {
        let mut people = people::of_sockets(&sockets.await);
        people.retain(|other| other.id != who.id);
        tell_count(io, &id, people.len())?;
    }
    Ok(())
}

/// How many people are in a public room.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Heads<'a> {
    room: &'a RoomId,
    people: usize,
}

/// Tells everyone how many people are in a public room.
pub(crate) fn tell_count(io: &Io, room: &RoomId, people: usize) -> Result<(), Fault> {
    match room.kind() {
        Kind::Public => all(io).volatile().emit("people", &Heads { room, people }),
        Kind::Private | Kind::Direct => Ok(()),
    }
}
