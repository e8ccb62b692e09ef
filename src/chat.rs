//! What happens in the chat: the namespace `/` and its events. `public/js` is the other end.

#[cfg(test)]
mod typescript;

use parlor_worker::prelude::*;

use crate::{
    names::{Name, RoomName, Text},
    people::{self, Listed, Member, Person},
};

/// How many rooms a person may be in. Each is an object, so a stranger must not open them at will.
const ROOMS_MAX: usize = 32;

pub(crate) fn namespace() -> Namespace<Member> {
    Namespace::new(connect)
        .on("rooms", rooms)
        .on("join", join)
        .on("leave", leave)
        .on("say", say)
        .on("typing", typing)
        .on_disconnect(gone)
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Door {
    name: Option<String>,
}

/// Lets in whoever has a name.
async fn connect(Auth(Door { name }): Auth<Door>) -> Result<Member, Refused> {
    match Name::try_from(name.unwrap_or_default()) {
        Ok(name) => Ok(Member { name }),
        Err(words) => Err(Refused::new(words).data(&Code { code: "bad name" })),
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Code {
    code: &'static str,
}

async fn rooms(io: Io) -> Ack<Vec<Listed>> {
    Ack(people::rooms(&io).await)
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Joined {
    room: RoomName,
    here: Vec<Person>,
}

/// Somebody who comes into a room, or leaves it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Move<'a> {
    room: &'a str,
    who: &'a Person,
}

async fn join(
    socket: Socket,
    io: Io,
    me: SocketData<Member>,
    Data(room): Data<RoomName>,
) -> Result<Ack<Joined>, Fault> {
    let again = is_in(&socket, &room);
    if !again && socket.rooms().len() > ROOMS_MAX {
        return Err(Fault::new("too many rooms", format!("Leave one of your {ROOMS_MAX} rooms first.")));
    }
    socket.join(room.as_ref());
    let here = people::in_room(&io, &room).await;
    if !again {
        let who = Person::of(&socket, &me);
        socket.to(room.as_ref()).emit("joined", &Move { room: room.as_ref(), who: &who })?;
        people::tell_count(&io, room.as_ref(), here.len())?;
    }
    Ok(Ack(Joined { room, here }))
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Nothing {}

async fn leave(
    socket: Socket,
    io: Io,
    me: SocketData<Member>,
    Data(room): Data<RoomName>,
) -> Result<Ack<Nothing>, Fault> {
    if is_in(&socket, &room) {
        socket.leave(room.as_ref());
        tell_left(&socket, &io, &me, room.as_ref()).await?;
    }
    Ok(Ack(Nothing {}))
}

/// Somebody has gone: their rooms hear of it.
async fn gone(socket: Socket, io: Io, me: SocketData<Member>) -> Result<(), Fault> {
    for room in socket.rooms().into_iter().filter(|room| **room != *socket.id()) {
        tell_left(&socket, &io, &me, &room).await?;
    }
    Ok(())
}

async fn tell_left(socket: &Socket, io: &Io, me: &Member, room: &str) -> Result<(), Fault> {
    let who = Person::of(socket, me);
    socket.to(room).emit("left", &Move { room, who: &who })?;
    let people = io.in_(room).count().await;
    people::tell_count(io, room, people)
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Say {
    room: RoomName,
    /// Made by the sender, so that a message that is sent again is known again.
    id: String,
    text: Text,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Said {
    room: RoomName,
    id: String,
    from: Person,
    text: Text,
    at: u64,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Receipt {
    id: String,
    at: u64,
}

async fn say(
    socket: Socket,
    me: SocketData<Member>,
    Now(at): Now,
    Data(Say { room, id, text }): Data<Say>,
) -> Result<Ack<Receipt>, Fault> {
    if id.len() > 64 {
        return Err(Fault::new("bad id", "The id of a message has at most 64 characters."));
    }
    must_be_in(&socket, &room)?;
    let said = Said { room, id, from: Person::of(&socket, &me), text, at };
    socket.to(said.room.as_ref()).emit("said", &said)?;
    Ok(Ack(Receipt { id: said.id, at }))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Typing {
    room: RoomName,
    typing: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct IsTyping<'a> {
    room: &'a RoomName,
    who: Person,
    typing: bool,
}

async fn typing(
    socket: Socket,
    me: SocketData<Member>,
    Data(Typing { room, typing }): Data<Typing>,
) -> Result<(), Fault> {
    must_be_in(&socket, &room)?;
    let who = Person::of(&socket, &me);
    socket.to(room.as_ref()).volatile().emit("typing", &IsTyping { room: &room, who, typing })
}

fn is_in(socket: &Socket, room: &RoomName) -> bool {
    socket.is_in(room.as_ref())
}

fn must_be_in(socket: &Socket, room: &RoomName) -> Result<(), Fault> {
    if is_in(socket, room) { Ok(()) } else { Err(Fault::new("not in room", "Join the room first.")) }
}
