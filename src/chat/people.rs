//! The names that people have here, and who is there and looks.

use parlor::RemoteSocket;
use parlor_worker::{parlor, prelude::*};

use super::rooms::Came;
use crate::house::{
    limits::Deed,
    measures::{self, MUTED},
    names::{Name, RoomId},
    people::{self, Member, Person, Present, of_sockets},
    person, person_room,
    rooms::{is_of_people, tell_count, tell_left},
    token::Keys,
};

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Renamed {
    me: Person,
    token: String,
}

/// Somebody with a new name.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Called<'a> {
    who: &'a Person,
}

/// Somebody is away, or looks again.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Looks<'a> {
    who: &'a Present,
}

/// Another name. A person's other tabs hear of it too: they are to take it as well, or keep the old one until they connect
/// again.
pub(super) async fn rename(
    socket: Socket,
    io: Io,
    vars: Vars,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(name): Data<Name>,
) -> Result<Ack<Renamed>, Fault> {
    me.may(Deed::Rename, now)?;
    let person = Person { name, ..me.person.clone() };
    if !people::take_name(&io, &person).await? {
        return Err(Fault::new("name taken", format!("Somebody else is called {}.", person.name.as_ref())));
    }
    me.person = person.clone();
    let others =
        people_rooms(&socket).iter().fold(socket.to(&person_room(&person.id)), |all, room| all.to(room));
    others.emit("person", &Called { who: &person })?;
    Ok(Ack(Renamed { token: Keys::new(&vars).token(&person), me: person }))
}

pub(super) async fn find(io: Io, Data(name): Data<Name>) -> Result<Ack<Person>, Fault> {
    Ok(Ack(people::find(&io, &name).await?))
}

/// This tab is not looked at, or is again. Others hear of it when it makes a difference: a person looks if one of
/// their tabs does.
pub(super) async fn away(
    socket: Socket,
    io: Io,
    mut me: SocketData<Member>,
    Data(away): Data<bool>,
) -> Result<(), Fault> {
    if me.away == away {
        return Ok(());
    }
    me.away = away;
    let others = other_tabs(&socket, &io, &me).await;
    if others.iter().any(looks) { Ok(()) } else { tell_looks(&socket, &me.present(), &people_rooms(&socket)) }
}

/// A tab has gone. If it was the last one its rooms hear that the person has; if it was the last that was looked at, that
/// they are away.
pub(super) async fn gone(socket: Socket, io: Io, me: SocketData<Member>) -> Result<(), Fault> {
    let mine = people_rooms(&socket);
    if mine.is_empty() {
        return Ok(());
    }
    let others = other_tabs(&socket, &io, &me).await;
    let is_elsewhere = |room: &str| others.iter().any(|other| other.rooms().iter().any(|its| its == room));
    let (kept, left): (Vec<_>, Vec<_>) = mine.into_iter().partition(|room| is_elsewhere(room));
    for room in left {
        tell_left(&io, &me.person, &room).await?;
    }
    if !me.away && !others.iter().any(looks) {
        tell_looks(&socket, &Present { away: true, ..me.present() }, &kept)?;
    }
    Ok(())
}

/// A tab is back as the socket that it was, where the deployment lets it (`PARLOR_MAX_DISCONNECTION_DURATION`): rooms that heard
/// that the person has gone hear that they are there.
///
/// What was taken against them meanwhile did not find them: it is asked for here.
pub(super) async fn back(socket: Socket, io: Io, me: SocketData<Member>) -> Result<(), Fault> {
    let who = me.present();
    let Some(muted) = measures::check_again(&socket, &io, &who.id).await? else { return Ok(()) };
    if muted {
        socket.join(MUTED);
    }
    for room in people_rooms(&socket).into_iter().filter_map(|room| RoomId::try_from(room).ok()) {
        let sockets = io.in_(room.as_ref()).fetch_sockets().await;
        let others = sockets.iter().filter(|other| other.id() != socket.id());
        let mut tabs = others.filter_map(|other| other.data::<Member>().ok());
        if !tabs.any(|tab| tab.person.id == me.person.id) {
            socket.to(room.as_ref()).emit("joined", &Came { room: &room, who: &who })?;
            tell_count(&io, &room, of_sockets(&sockets).len())?;
        }
    }
    Ok(())
}

/// The person's other sockets.
pub(super) async fn other_tabs(socket: &Socket, io: &Io, me: &Member) -> Vec<RemoteSocket> {
    let mut tabs = person(io, &me.person.id).fetch_sockets().await;
    tabs.retain(|tab| tab.id() != socket.id());
    tabs
}

pub(super) fn looks(tab: &RemoteSocket) -> bool {
    tab.data::<Member>().is_ok_and(|member| !member.away)
}

pub(super) fn tell_looks(socket: &Socket, who: &Present, rooms: &[String]) -> Result<(), Fault> {
    rooms.iter().try_for_each(|room| socket.to(room).emit("presence", &Looks { who }))
}

/// The rooms of people that the socket is in.
pub(super) fn people_rooms(socket: &Socket) -> Vec<String> {
    let rooms = socket.rooms().into_iter().filter(|room| is_of_people(room, socket.id()));
    rooms.map(|room| (*room).to_owned()).collect()
}
