//! The room algebra: who is in which room of one namespace, and whom a broadcast is for.

use std::{collections::BinaryHeap, rc::Rc};

use codec::{Decode, Encode};

use crate::{Map, find, set::Set};

/// Which sockets a broadcast is for: the members of any of `rooms` (everyone in the namespace when empty),
/// without those in any of `except`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Target {
    /// The rooms, or empty for the whole namespace.
    pub rooms: Vec<String>,
    /// The rooms whose members get nothing.
    pub except: Vec<String>,
}

impl Target {
    /// Whether the broadcast is for a socket, given whether that socket is in a room.
    pub fn includes(&self, is_in: impl Fn(&str) -> bool) -> bool {
        (self.rooms.is_empty() || self.rooms.iter().any(|room| is_in(room)))
            && !self.except.iter().any(|room| is_in(room))
    }
}

/// The members of one namespace and of its rooms. What it lists is in order of the names, so that two runs
/// agree.
///
/// A member's own id is a room too, which holds it and never anyone else. That room is not listed anywhere;
/// no one can join or leave it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Rooms {
    /// Of each member its rooms, sorted.
    by_member: Map<Rc<str>, Vec<Rc<str>>>,
    /// No room is empty. A member is in `by_room[r]` exactly when `r` is in `by_member[member]`.
    by_room: Map<Rc<str>, Set<Rc<str>>>,
}

impl Rooms {
    /// An empty namespace.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a socket into the namespace; false when it was in it.
    pub fn insert(&mut self, id: impl Into<Rc<str>>) -> bool {
        let id = id.into();
        if self.by_member.contains_key(&id) {
            return false;
        }
        self.make_own(&id);
        self.by_member.insert(id, Vec::new());
        true
    }

    /// Lets a socket into the namespace again, and into the rooms that [`rooms_of`](Self::rooms_of) had of it, in that order.
    /// It costs least in the order of the ids.
    pub fn put_back(&mut self, id: Rc<str>, mut rooms: Vec<Rc<str>>) {
        if self.by_member.contains_key(&id) {
            return;
        }
        self.make_own(&id);
        rooms.retain(|room| *room != id && !self.by_member.contains_key(room));
        for room in &mut rooms {
            if let Some((known, _)) = find(&self.by_room, room) {
                *room = Rc::clone(known);
            }
            self.by_room.entry(Rc::clone(room)).or_default().insert(Rc::clone(&id));
        }
        if let Some((id, rooms)) = self.by_member.try_append(id, rooms) {
            self.by_member.insert(id, rooms);
        }
    }

    /// Ids cannot be guessed, so the room of this name is empty, unless someone is let in with an id that was given away.
    fn make_own(&mut self, id: &Rc<str>) {
        for member in self.by_room.remove(id).unwrap_or_default() {
            if let Some(rooms) = self.by_member.get_mut(&member) {
                rooms.retain(|room| room != id);
            }
        }
    }

    /// Takes a socket out of the namespace: the rooms it was in.
    pub fn remove(&mut self, id: &str) -> Vec<Rc<str>> {
        let rooms = self.by_member.remove(id).unwrap_or_default();
        for room in &rooms {
            self.forget(id, room);
        }
        rooms
    }

    /// Lets a member into a room. False when nothing changed: it is no member, is in the room already, or the
    /// room is a member's own.
    pub fn join(&mut self, id: &str, room: &str) -> bool {
        if self.by_member.contains_key(room) {
            return false;
        }
        let Some((id, _)) = find(&self.by_member, id) else {
            return false;
        };
        let (id, room) = (
            Rc::clone(id),
            match find(&self.by_room, room) {
                Some((room, _)) => Rc::clone(room),
                None => Rc::from(room),
            },
        );
        if let Some(rooms) = self.by_member.get_mut(&id)
            && let Err(at) = rooms.binary_search(&room)
        {
            rooms.insert(at, Rc::clone(&room));
        }
        self.by_room.entry(room).or_default().insert(id)
    }

    /// Takes a member out of a room; false when it was not in it.
    pub fn leave(&mut self, id: &str, room: &str) -> bool {
        let Some(rooms) = self.by_member.get_mut(id) else { return false };
        let Ok(at) = rooms.binary_search_by(|known| (**known).cmp(room)) else { return false };
        rooms.remove(at);
        self.forget(id, room);
        true
    }

    /// The rooms that a socket is in, but for its own.
    pub fn rooms_of(&self, id: &str) -> impl Iterator<Item = &Rc<str>> {
        self.by_member.get(id).into_iter().flatten()
    }

    /// The members of a room, which may be a member's own.
    pub fn members(&self, room: &str) -> impl Iterator<Item = &Rc<str>> {
        let own = find(&self.by_member, room).map(|(id, _)| id);
        own.into_iter().chain(self.by_room.get(room).into_iter().flatten())
    }

    /// All rooms with members, but for the members' own.
    pub fn rooms(&self) -> impl Iterator<Item = &Rc<str>> {
        self.by_room.keys()
    }

    /// Everyone in the namespace.
    pub fn ids(&self) -> impl Iterator<Item = &Rc<str>> {
        self.by_member.keys()
    }

    /// Whether a socket is in the namespace.
    pub fn contains(&self, id: &str) -> bool {
        self.by_member.contains_key(id)
    }

    /// Whether a socket is in a room, which may be its own.
    pub fn is_in(&self, id: &str, room: &str) -> bool {
        self.by_member
            .get(id)
            .is_some_and(|rooms| id == room || rooms.binary_search_by(|known| (**known).cmp(room)).is_ok())
    }

    /// The sockets that a broadcast is for, each once.
    pub fn select(&self, target: &Target) -> Vec<Rc<str>> {
        let except: Vec<_> =
            target.except.iter().map(|room| (room, self.by_room.get(room.as_str()))).collect();
        let wanted = |id: &&Rc<str>| {
            !except.iter().any(|(room, members)| {
                ***id == ***room || members.is_some_and(|members| members.contains(&**id))
            })
        };
        match target.rooms.as_slice() {
            [] => self.ids().filter(wanted).cloned().collect(),
            [room] => self.members(room).filter(wanted).cloned().collect(),
            rooms => {
                // A heap sorts with a tenth of the code of a sort.
                let members: BinaryHeap<Rc<str>> =
                    rooms.iter().flat_map(|room| self.members(room)).filter(wanted).cloned().collect();
                let mut members = members.into_sorted_vec();
                members.dedup();
                members
            }
        }
    }

    /// How many sockets are in the namespace.
    pub fn len(&self) -> usize {
        self.by_member.len()
    }

    /// Whether no socket is in the namespace.
    pub fn is_empty(&self) -> bool {
        self.by_member.is_empty()
    }

    fn forget(&mut self, id: &str, room: &str) {
        if let Some(members) = self.by_room.get_mut(room) {
            members.remove(id);
            if members.is_empty() {
                self.by_room.remove(room);
            }
        }
    }
}
