//! Who is where.

use std::collections::BTreeMap;

use parlor_worker::prelude::*;

use crate::names::{Name, RoomName};

/// Rooms that are always there, in the order in which they are shown.
pub(crate) const DEFAULT_ROOMS: [&str; 3] = ["lounge", "rust", "random"];

/// A person with a socket: what the server keeps with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: Name,
}

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Person {
    id: String,
    name: Name,
}

/// A line in the list of rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Listed {
    name: String,
    people: usize,
}

impl Person {
    pub(crate) fn of(socket: &Socket, member: &Member) -> Self {
        Self { id: socket.id().to_owned(), name: member.name.clone() }
    }
}

/// The people in a room, in the order of their names.
pub(crate) async fn in_room(io: &Io, room: &RoomName) -> Vec<Person> {
    let sockets = io.in_(room.as_ref()).fetch_sockets().await;
    let people = sockets.iter().filter_map(|socket| {
        let member: Member = socket.data().ok()?;
        Some(Person { id: socket.id().to_owned(), name: member.name })
    });
    let mut people: Vec<Person> = people.collect();
    people.sort_unstable_by(|a, b| (a.name.as_ref(), &a.id).cmp(&(b.name.as_ref(), &b.id)));
    people
}

/// All rooms: the default ones first, then those that someone is in.
pub(crate) async fn rooms(io: &Io) -> Vec<Listed> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for socket in io.all().fetch_sockets().await {
        for room in socket.rooms().iter().filter(|room| *room != socket.id()) {
            *counts.entry(room.clone()).or_default() += 1;
        }
    }
    let default =
        DEFAULT_ROOMS.map(|name| Listed { name: name.into(), people: counts.remove(name).unwrap_or(0) });
    default.into_iter().chain(counts.into_iter().map(|(name, people)| Listed { name, people })).collect()
}

/// Tells everyone how many people a room has now.
pub(crate) fn tell_count(io: &Io, room: &str, people: usize) -> Result<(), Fault> {
    io.emit("room", &Listed { name: room.to_owned(), people })
}
