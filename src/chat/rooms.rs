//! Rooms: coming, going, and what they are about.

use parlor_worker::prelude::*;

use super::{
    history::{self, Told},
    keep_room,
    people::{people_rooms, tell_looks},
};
use crate::{
    house::{
        self,
        limits::{Deed, Office},
        names::{Kind, RoomId, RoomName, Topic},
        people::{Member, Person, Present, by_id, of_sockets},
        person, person_room,
        rooms::{Card, Listed, tell_count, tell_left},
        token::Keys,
    },
    notifications::{self, Notice, NoticeKind},
};

/// How many rooms a person may be in.
const ROOMS_MAX: usize = 50;
/// How many messages come with a room.
const MESSAGES: u64 = 50;

pub(super) async fn rooms(io: Io) -> Result<Ack<Vec<Listed>>, Fault> {
    let rooms = house::rooms::public(&io).await?.into_iter();
    Ok(Ack(rooms.filter(|(_, closed)| closed.is_none()).map(|(room, _)| room).collect()))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Open {
    name: RoomName,
    topic: Topic,
    private: bool,
    /// Random, 16 to 64 characters: again with the same seed it is the same private room.
    seed: String,
}

pub(super) async fn open(
    socket: Socket,
    io: Io,
    vars: Vars,
    office: Office,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(open): Data<Open>,
) -> Result<Ack<Card>, Fault> {
    me.may(Deed::Open, now)?;
    if !(16..=64).contains(&open.seed.len()) {
        return Err(Fault::new("bad seed", "A seed has 16 to 64 characters."));
    }
    house::measures::may_speak(&socket, &io, &me.person).await?; // its name and topic are read by others
    if !open.private {
        office.new_room(now)?;
        return Ok(Ack(house::rooms::open_public(&io, &open.name, open.topic).await?));
    }
    let id = Keys::new(&vars).private_room(&me.person.id, &open.seed);
    let id = RoomId::try_from(id).map_err(Fault::internal)?;
    Ok(Ack(house::rooms::open_private(&io, id, &open.name, open.topic).await?))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Which {
    room: RoomId,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Join {
    /// Its id, as somebody may have typed it.
    room: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Joined {
    room: Card,
    people: Vec<Present>,
    /// The newest, oldest first.
    messages: Vec<Told>,
    /// The number of the newest.
    newest: u64,
    /// Whether there are older ones.
    more: bool,
}

/// Somebody has come into a room.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Came<'a> {
    pub(super) room: &'a RoomId,
    pub(super) who: &'a Present,
}

/// Comes into a room, and gets what is in it. Also for who is in it already, after a pause of the network for instance.
pub(super) async fn join_room(
    socket: Socket,
    io: Io,
    vars: Vars,
    office: Office,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(Join { room }): Data<Join>,
) -> Result<Ack<Joined>, Fault> {
    me.may(Deed::Join, now)?;
    let id = RoomId::try_from(room).map_err(|words| Fault::new("bad room", words))?;
    let is_in = socket.is_in(id.as_ref());
    if !is_in && people_rooms(&socket).len() >= ROOMS_MAX {
        let words = format!("You are in {ROOMS_MAX} rooms. Leave one of them first.");
        return Err(Fault::new("too many rooms", words));
    }
    let person = me.person.clone();
    let opens = || {
        me.may(Deed::Open, now)?;
        office.opened(&person.id, now)
    };
    let card = house::rooms::enter(&socket, &io, &vars, &person, &id, opens).await?;
    socket.join(id.as_ref());
    let sockets = io.in_(id.as_ref()).fetch_sockets();
    let page = history::told(&io, &id, Page::newest(MESSAGES + 1));
    let kept = keep_room(&io, &socket, &me.person.id, &card).await;
    let (sockets, page) = (sockets.await, page.await);
    let page = kept.and(page);
    if page.is_err() && !is_in {
        socket.leave(id.as_ref()); // so that others hear of it when they come again
    }
    let mut messages = page?;
    let more = messages.len() as u64 > MESSAGES;
    messages.drain(..usize::from(more));
    let people = of_sockets(&sockets);

    if !is_in {
        let others = sockets.iter().filter(|other| other.id() != socket.id());
        let mut tabs =
            others.filter_map(|other| other.data().ok()).filter(|tab| is_of(tab, &me.person)).peekable();
        let who = me.present();
        if tabs.peek().is_none() {
            socket.to(id.as_ref()).emit("joined", &Came { room: &id, who: &who })?;
            tell_count(&io, &id, people.len())?;
        } else if !me.away && tabs.all(|tab| tab.away) {
            tell_looks(&socket, &who, &[id.as_ref().to_owned()])?;
        }
    }
    let newest = messages.last().map_or(0, |last| last.seq);
    Ok(Ack(Joined { room: card, people, messages, newest, more }))
}

fn is_of(tab: &Member, person: &Person) -> bool {
    tab.person.id == person.id
}

/// A room that is not a person's any more.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct NotMine<'a> {
    room: &'a RoomId,
}

/// Leaves a room, with all tabs.
pub(super) async fn leave(
    socket: Socket,
    io: Io,
    me: SocketData<Member>,
    Data(Which { room }): Data<Which>,
) -> Result<Ack, Fault> {
    let mine = person(&io, &me.person.id);
    let tabs = mine.clone().fetch_sockets().await;
    let (forgotten, left) =
        (mine.clone().remove(&format!("room:{}.", room.as_ref())), mine.leave_all(room.as_ref()));
    forgotten.await?;
    left.await?;
    if tabs.iter().any(|tab| tab.rooms().iter().any(|its| its == room.as_ref())) {
        tell_left(&io, &me.person, room.as_ref()).await?;
    }
    socket.to(&person_room(&me.person.id)).emit("not mine", &NotMine { room: &room })?;
    Ok(Ack(()))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct About {
    room: RoomId,
    topic: Topic,
}

/// A room has another name or topic.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Changed<'a> {
    pub(crate) room: &'a Card,
}

pub(super) async fn topic(
    socket: Socket,
    io: Io,
    vars: Vars,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(About { room, topic }): Data<About>,
) -> Result<Ack<Card>, Fault> {
    me.may(Deed::Change, now)?;
    must_be_in(&socket, &room)?;
    house::measures::may_speak(&socket, &io, &me.person).await?;
    let card = Card { topic, ..house::rooms::card(&io, &vars, &me.person, &room).await? };
    house::rooms::put(&io, &card).await?;
    io.in_(room.as_ref()).emit("room", &Changed { room: &card })?;
    Ok(Ack(card))
}

/// How far a person has read.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Read {
    room: RoomId,
    seq: u64,
}

pub(super) async fn read(
    socket: Socket,
    io: Io,
    me: SocketData<Member>,
    Data(read): Data<Read>,
) -> Result<Ack, Fault> {
    must_be_in(&socket, &read.room)?;
    person(&io, &me.person.id).set(&format!("read:{}.", read.room.as_ref()), &read.seq).await?;
    socket.to(&person_room(&me.person.id)).emit("read", &read)?;
    Ok(Ack(()))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct With {
    /// The person's id.
    to: String,
}

/// The room for this person and another one.
pub(super) async fn direct(
    io: Io,
    vars: Vars,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(With { to }): Data<With>,
) -> Result<Ack<Card>, Fault> {
    me.may(Deed::Invite, now)?;
    if to == me.person.id {
        return Err(Fault::new("yourself", "That is you."));
    }
    Ok(Ack(house::rooms::direct(&me.person, &by_id(&io, &vars, &to).await?)))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Invite {
    room: RoomId,
    /// The person's id.
    to: String,
}

pub(super) async fn invite(
    socket: Socket,
    io: Io,
    vars: Vars,
    mut me: SocketData<Member>,
    Now(at): Now,
    Data(Invite { room, to }): Data<Invite>,
) -> Result<Ack, Fault> {
    me.may(Deed::Invite, at)?;
    must_be_in(&socket, &room)?;
    house::measures::may_speak(&socket, &io, &me.person).await?;
    if room.kind() == Kind::Direct {
        return Err(Fault::new("not here", "A conversation of two has no room for a third."));
    }
    let guest = by_id(&io, &vars, &to).await?;
    let card = house::rooms::card(&io, &vars, &me.person, &room).await?;
    let from = me.person.clone();
    let notice = Notice { kind: NoticeKind::Invitation, room: card, seq: 0, from, text: String::new(), at };
    notifications::tell(&io, &guest, &notice, &format!("{}:{}", socket.id(), at)).await?;
    Ok(Ack(()))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Typing {
    room: RoomId,
    typing: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct IsTyping<'a> {
    room: &'a RoomId,
    who: &'a Person,
    typing: bool,
}

pub(super) async fn typing(
    socket: Socket,
    me: SocketData<Member>,
    Data(Typing { room, typing }): Data<Typing>,
) -> Result<(), Fault> {
    must_be_in(&socket, &room)?;
    socket.to(room.as_ref()).volatile().emit("typing", &IsTyping { room: &room, who: &me.person, typing })
}

pub(super) fn must_be_in(socket: &Socket, room: &RoomId) -> Result<(), Fault> {
    match socket.is_in(room.as_ref()) {
        true => Ok(()),
        false => Err(Fault::new("not in room", "Join the room first.")),
    }
}
