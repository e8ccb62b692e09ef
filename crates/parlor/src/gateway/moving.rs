//! A client that comes back to another Gateway than the one that has its socket. It comes back as the same all the same:
//!
//! 1. This Gateway asks the one that the private id names, which may know of a third.
//! 2. With the socket's rooms it has their Rooms say where it comes in, so that from here on nothing passes it by.
//! 3. Then it has the other hand the socket over. That one first asks the rooms where their order is: so what it has not
//!    heard of them by now comes after the join here.
//! 4. It asks them that itself: so what the other has heard of them has been heard here too. What both have is sent once:
//!    a broadcast has the same place in its Room's order on every Gateway.
//!
//! The Gateway that the socket's id names, its *home*, goes on sending here what is addressed to that id.

use std::{collections::VecDeque, rc::Rc};

use codec::{Decode, Encode};
use engine_io::{Frame, Millis};
use socket_io::{Target, find};

use super::{
    Gateway, Output, Place as Position,
    absence::Returning,
    client::{Lifeline, Pending, Phase, Resuming, Socket},
    log::{Missed, only},
};
use crate::{
    Turn,
    names::{RoomKey, gateway_of},
    stored,
    wire::{Cast, Direct, Heard, Place, Socket as Moving, Whereabouts},
};

/// Prefix of the stored rows of sockets that are at another Gateway.
pub(super) const MOVED: &str = "m/";
/// Version of their stored form.
pub(super) const MOVED_VERSION: u8 = 1;
/// How long to wait for another Gateway, until the client is somebody new.
const PATIENCE: Millis = 10_000;
/// How much a socket takes along at most, in bytes. With more it is somebody new.
const LUGGAGE: usize = 8 << 20;

/// A client that comes back, whose socket is at another Gateway.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Seeking {
    sid: Rc<str>,
    nsp: Rc<str>,
    auth: Option<Rc<str>>,
    pid: Rc<str>,
    offset: Option<String>,
    /// Who is asked.
    at: String,
    pub(super) deadline: Millis,
    hops: u8,
}

/// A socket that is handed over once its Rooms have told all.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Handover {
    to: String,
    ask: u64,
    awaits: usize,
    /// From where in the log on it has missed something.
    after: u64,
}

/// Where a socket of this Gateway is now.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Moved {
    pid: Rc<str>,
    pub(super) to: String,
}

impl Gateway {
    /// Asks another Gateway for a socket that is not here; tells whether there is one to ask.
    pub(super) fn seek(
        &mut self,
        turn: &mut Turn<'_>,
        (sid, nsp): (&Rc<str>, &Rc<str>),
        auth: Option<&Rc<str>>,
        returning: &Returning,
    ) -> bool {
        let moved = self.moved.values().find(|moved| *moved.pid == *returning.pid);
        let home = gateway_of(&returning.pid).filter(|home| *home != self.name);
        let Some(at) = moved.map(|moved| moved.to.as_str()).or(home) else { return false };
        if !self.app.config().gateways.contains(at) {
            return false;
        }
        let seeking = Seeking {
            sid: sid.clone(),
            nsp: nsp.clone(),
            auth: auth.cloned(),
            pid: returning.pid.as_str().into(),
            offset: returning.offset.clone(),
            at: at.to_owned(),
            deadline: turn.now + PATIENCE,
            hops: 0,
        };
        self.seek_at(turn, seeking);
        true
    }

    fn seek_at(&mut self, turn: &mut Turn<'_>, seeking: Seeking) {
        self.next_ask += 1;
        let (ask, pid) = (self.next_ask, seeking.pid.to_string());
        self.tell_gateway(turn, seeking.at.clone(), Direct::Find { ask, nsp: seeking.nsp.to_string(), pid });
        self.seeking.insert(ask, seeking);
    }

    /// Another Gateway asks for a socket.
    pub(super) fn find(&mut self, turn: &mut Turn<'_>, from: &str, (ask, nsp, pid): (u64, &str, &str)) {
        self.cut_loose(turn, pid);
        self.put_off(pid, turn.now + 2 * PATIENCE);
        let moved = self.moved.values().find(|moved| *moved.pid == *pid && moved.to != from);
        let whereabouts = match (self.absent.get(pid).filter(|absent| *absent.nsp == *nsp), moved) {
            (Some(absent), _) => Whereabouts::Here {
                id: absent.id.to_string(),
                rooms: absent.rooms.iter().map(|(room, _)| room.to_string()).collect(),
            },
            (None, Some(moved)) => Whereabouts::At(moved.to.clone()),
            (None, None) => Whereabouts::Unknown,
        };
        self.tell_gateway(turn, from.to_owned(), Direct::Found { ask, whereabouts });
    }

    /// The answer. A client that has gone meanwhile needs it no more.
    pub(super) fn found(&mut self, turn: &mut Turn<'_>, from: &str, ask: u64, whereabouts: Whereabouts) {
        let Some(mut seeking) = self.seeking.remove(&ask) else { return };
        match whereabouts {
            Whereabouts::Here { id, rooms } => self.settle_in(turn, from, seeking, &id, rooms),
            Whereabouts::At(other) if seeking.hops < 2 && other != self.name => {
                seeking.hops += 1;
                seeking.at = other;
                self.seek_at(turn, seeking);
            }
            _ => self.welcome(turn, &seeking.sid, &seeking.nsp, seeking.auth),
        }
    }

    /// Makes the rooms of a socket its own, before it is here.
    fn settle_in(&mut self, turn: &mut Turn<'_>, from: &str, seeking: Seeking, id: &str, rooms: Vec<String>) {
        let Seeking { sid, nsp, auth, pid, offset, .. } = seeking;
        let Some(client) = self.clients.get_mut(&sid) else { return };
        if client.sockets.contains_key(&nsp) {
            return;
        }
        let id: Rc<str> = id.into();
        let mut socket = Socket::new(id.clone(), nsp.clone(), auth);
        socket.phase = Phase::Resuming;
        socket.resuming.after = self.log.last();
        socket.resuming.from = Some((from.to_owned(), offset));
        socket.resuming.awaits = 1;
        socket.resuming.is_elsewhere = true;
        socket.lifeline = Some(Lifeline { pid: pid.clone(), since: self.log.last(), joined: Vec::new() });
        client.sockets.insert(nsp.clone(), Box::new(socket));
        let position = Box::new(Position { sid: sid.clone(), nsp: nsp.clone() });
        self.pids.insert(pid, position.clone());
        self.sockets.insert(id.clone(), position);
        // Also where this Gateway is a member: what is on its way here the client may have heard there.
        self.membership(turn, &RoomKey::everyone(&nsp)).close();
        if self.enter_everyone(turn, &nsp, &id) {
            self.mark(turn, &RoomKey::everyone(&nsp), &id);
        }
        self.await_one_more(&sid, &nsp);
        self.locals.entry(nsp.clone()).or_default().rooms.insert(id.clone());
        for room in rooms {
            let key = RoomKey::room(&nsp, &room);
            self.membership(turn, &key).close();
            if !self.change(turn, &sid, &nsp, &id, Pending { room, join: true }) {
                self.mark(turn, &key, &id);
            }
            self.await_one_more(&sid, &nsp);
        }
        self.told_one(turn, &sid, &nsp);
    }

    fn await_one_more(&mut self, sid: &str, nsp: &str) {
        if let Some(socket) = self.socket(sid, nsp) {
            socket.resuming.awaits += 1;
        }
    }

    /// Has the other Gateway hand a socket over, whose rooms are joined; tells whether there is one to ask.
    pub(super) fn fetch(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>) -> bool {
        let Some(socket) = self.socket(sid, nsp) else { return false };
        let Some((from, offset)) = socket.resuming.from.take() else { return false };
        let Some(lifeline) = &socket.lifeline else { return false };
        let pid = lifeline.pid.clone();
        socket.resuming.awaits += 1;
        self.next_ask += 1;
        let (ask, deadline) = (self.next_ask, turn.now + PATIENCE);
        let seeking = Seeking {
            sid: sid.clone(),
            nsp: nsp.clone(),
            auth: None,
            pid: pid.clone(),
            offset: None,
            at: from.clone(),
            deadline,
            hops: 0,
        };
        self.seeking.insert(ask, seeking);
        self.tell_gateway(turn, from, Direct::Take { ask, pid: pid.to_string(), offset });
        true
    }

    /// Hands a socket over to another Gateway, when its Rooms have told all that comes before that one's join.
    pub(super) fn hand_over(
        &mut self,
        turn: &mut Turn<'_>,
        to: &str,
        (ask, pid, offset): (u64, &str, Option<String>),
    ) {
        let after = self.absent.get(pid).map(|absent| self.after(absent, offset.as_deref()));
        let (Some(Some(after)), Some((pid, absent))) = (after, find(&self.absent, pid)) else {
            self.give_up(turn, pid);
            return self.tell_gateway(turn, to.to_owned(), Direct::Taken { ask, socket: None });
        };
        let (pid, nsp) = (pid.clone(), absent.nsp.clone());
        let rooms = absent.rooms.iter().map(|(room, _)| RoomKey::room(&nsp, room));
        let keys: Vec<RoomKey> = rooms.chain([RoomKey::everyone(&nsp)]).collect();
        let handover = Handover { to: to.to_owned(), ask, awaits: keys.len(), after };
        self.handovers.insert(pid.clone(), Box::new(handover));
        for key in keys {
            self.await_place(turn, &key, &pid);
        }
    }

    /// A Room has told all. When all Rooms have, the socket goes.
    pub(super) fn told_for_handover(&mut self, turn: &mut Turn<'_>, pid: &Rc<str>) {
        let Some(handover) = self.handovers.get_mut(pid) else { return };
        handover.awaits = handover.awaits.saturating_sub(1);
        if handover.awaits > 0 {
            return;
        }
        let Some(handover) = self.handovers.remove(pid) else { return };
        let socket = self.pack(turn, pid, handover.after);
        if let Some(absent) = self.take_back(pid) {
            for (room, _) in &absent.rooms {
                self.left(turn, &RoomKey::room(&absent.nsp, room), &absent.id, true);
            }
            self.left(turn, &RoomKey::everyone(&absent.nsp), &absent.id, true);
            self.forget_away(pid);
            if gateway_of(&absent.id) == Some(&self.name) && socket.is_some() {
                self.moved_to(&absent.id, pid, Some(handover.to.clone()));
            }
        }
        self.tell_gateway(turn, handover.to.clone(), Direct::Taken { ask: handover.ask, socket });
    }

    /// What a socket takes along.
    fn pack(&self, turn: &Turn<'_>, pid: &str, after: u64) -> Option<Moving> {
        let absent = self.absent.get(pid)?;
        let (mut missed, mut size) = (Vec::new(), 0);
        let wanted =
            Missed { nsp: &absent.nsp, id: &absent.id, rooms: &absent.rooms, after, everyone: after };
        let is_all = self.log.replay(turn.journal, &wanted, |_, logged| {
            size += logged.cast.frames.iter().map(Frame::len).sum::<usize>();
            missed.push(Heard { place: logged.place, frames: logged.cast.frames });
        });
        let rooms = absent.rooms.iter().map(|(room, _)| RoomKey::room(&absent.nsp, room));
        let stored = rooms.chain([RoomKey::everyone(&absent.nsp)]).filter_map(|key| {
            let seen = self.rooms.get(&key)?.having.seen()?;
            Some((key, seen))
        });
        let stored = stored.collect();
        (is_all && size <= LUGGAGE).then(|| Moving { data: absent.data.clone(), missed, stored })
    }

    /// A socket has come over. What it brings may not have come here yet, so the Rooms are asked where their order is.
    pub(super) fn taken(&mut self, turn: &mut Turn<'_>, ask: u64, moving: Option<Moving>) {
        let Some(Seeking { sid, nsp, .. }) = self.seeking.remove(&ask) else { return };
        if moving.is_none() {
            return self.begin_anew(turn, &sid, &nsp);
        }
        let Some(socket) = self.socket(&sid, &nsp).filter(|socket| socket.phase == Phase::Resuming) else {
            return;
        };
        socket.resuming.luggage = moving;
        let id = socket.id.clone();
        let rooms: Vec<Rc<str>> = self
            .locals
            .get(&nsp)
            .map(|local| local.rooms.rooms_of(&id).cloned().collect())
            .unwrap_or_default();
        let rooms = rooms.iter().map(|room| RoomKey::room(&nsp, room));
        for key in rooms.chain([RoomKey::everyone(&nsp)]) {
            self.await_one_more(&sid, &nsp);
            self.await_place(turn, &key, &id);
        }
        self.told_one(turn, &sid, &nsp);
    }

    /// It hears what it missed there, and then what it has missed here since; tells whether it came from elsewhere.
    pub(super) fn unpack(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>) -> bool {
        let Some(socket) = self.socket(sid, nsp) else { return false };
        let Some(moving) = socket.resuming.luggage.take() else { return false };
        socket.data = moving.data;
        socket.resuming.is_elsewhere = false;
        let Some(lifeline) = socket.lifeline.clone() else { return false };
        let Resuming { after, everyone, .. } = socket.resuming;
        let id = socket.id.clone();
        let wanted = Missed { nsp, id: &id, rooms: &lifeline.joined, after, everyone };
        let mut here = Vec::new();
        let is_all = self.log.replay(turn.journal, &wanted, |_, logged| {
            here.push(Heard { place: logged.place, frames: logged.cast.frames });
        });
        let all = merge(moving.missed, here, &moving.stored);
        // It is in the log here too, for it alone, so that it may lose its connection again while it is sent that.
        let since = self.log.last();
        for Heard { frames, .. } in all {
            self.record(turn, nsp, &only(&id, frames), None);
        }
        if !is_all || self.log.has_lost(since) {
            self.begin_anew(turn, sid, nsp);
            return true;
        }
        let number = self.log.last();
        if let Some(socket) = self.socket(sid, nsp) {
            socket.resuming.after = since;
            if let Some(lifeline) = &mut socket.lifeline {
                lifeline.since = since;
                lifeline.joined.iter_mut().for_each(|(_, joined)| *joined = number);
            }
        }
        self.tell_home(turn, &id, &lifeline.pid, true);
        self.resume_if_ready(turn, sid, nsp);
        true
    }

    /// The socket that a client came back to is not to be had: it is somebody new.
    pub(super) fn begin_anew(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>) {
        let Some(client) = self.clients.get_mut(sid) else { return };
        let Some(mut socket) = client.sockets.remove(nsp) else { return };
        let auth = socket.auth.take();
        self.depart(turn, sid, socket, "");
        self.welcome(turn, sid, nsp, auth);
    }

    /// What has waited too long for another Gateway.
    pub(super) fn expire_seeking(&mut self, turn: &mut Turn<'_>) {
        let late: Vec<u64> = self
            .seeking
            .iter()
            .filter(|(_, seeking)| seeking.deadline <= turn.now)
            .map(|(ask, _)| *ask)
            .collect();
        for ask in late {
            let Some(Seeking { sid, nsp, auth, .. }) = self.seeking.remove(&ask) else { continue };
            match self.socket(&sid, &nsp).is_some() {
                true => self.begin_anew(turn, &sid, &nsp),
                false => self.welcome(turn, &sid, &nsp, auth),
            }
        }
    }

    /// Tells a socket's home that it is here, or that it is no more.
    pub(super) fn tell_home(&mut self, turn: &mut Turn<'_>, id: &str, pid: &str, is_here: bool) {
        let Some(home) = gateway_of(id).map(str::to_owned) else { return };
        let to = is_here.then(|| self.name.clone());
        if home == self.name {
            self.moved_to(id, pid, None);
        } else if self.app.config().gateways.contains(&home) {
            let (id, pid) = (id.to_owned(), pid.to_owned());
            self.tell_gateway(turn, home, Direct::Moved { id, pid, to });
        }
    }

    /// A socket whose home this is has moved, or is no more (or here again).
    pub(super) fn moved_to(&mut self, id: &str, pid: &str, to: Option<String>) {
        let key = format!("{MOVED}{id}");
        match to.filter(|to| *to != self.name) {
            Some(to) => {
                let moved = Moved { pid: pid.into(), to };
                self.stores
                    .push_back(Output::Store { key, value: Some(stored::write(MOVED_VERSION, &moved)) });
                self.moved.insert(id.into(), Box::new(moved));
            }
            None if self.moved.remove(id).is_some() => {
                self.stores.push_back(Output::Store { key, value: None });
            }
            None => {}
        }
    }

    /// Where the socket is to which something is addressed, if it has moved from here.
    pub(super) fn moved(&self, target: &Target) -> Option<String> {
        match target.rooms.as_slice() {
            [id] => self.moved.get(id.as_str()).map(|moved| moved.to.clone()),
            _ => None,
        }
    }

    /// Hands what is addressed to one socket to it, wherever it is now.
    pub(super) fn deliver_to_one(&mut self, turn: &mut Turn<'_>, nsp: &str, cast: Cast) {
        match self.moved(&cast.target) {
            Some(to) => self.tell_gateway(turn, to, Direct::Cast { nsp: nsp.to_owned(), cast }),
            None => self.deliver(turn, nsp, &cast, None),
        }
    }

    /// Lets a client in as somebody new.
    fn welcome(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>, auth: Option<Rc<str>>) {
        if self.clients.get(sid).is_some_and(|client| !client.sockets.contains_key(nsp)) {
            self.begin_socket(turn, sid, nsp, auth);
        }
    }
}

/// What was heard at two Gateways, each once. Of every Room both have a part of its one order: what only the second has
/// comes before the next that both have, or in the end. `stored` is how much of Rooms' histories the first had.
fn merge(there: Vec<Heard>, here: Vec<Heard>, stored: &[(RoomKey, u64)]) -> Vec<Heard> {
    let known: Vec<Place> = there.iter().filter_map(|heard| heard.place.clone()).collect();
    let mut there = VecDeque::from(there);
    let (mut merged, mut only_here) = (Vec::new(), Vec::new());
    for heard in here {
        let Some(place) = &heard.place else {
            only_here.push(heard);
            continue;
        };
        let is_older =
            |(key, seq): &(RoomKey, u64)| *key == place.key && (1..=*seq).contains(&place.order.seq);
        if let Some(at) = there.iter().position(|one| one.place.as_ref() == Some(place)) {
            merged.extend(there.drain(..at));
            let is_of_room = |one: &mut Heard| one.place.as_ref().is_some_and(|other| other.key == place.key);
            merged.extend(only_here.extract_if(.., is_of_room));
            merged.extend(there.pop_front());
        } else if !known.contains(place) && !stored.iter().any(is_older) {
            only_here.push(heard);
        }
    }
    merged.extend(there);
    merged.append(&mut only_here);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Order;

    fn heard(room: &str, seq: u64, number: u64) -> Heard {
        let order = Order { seq, of: (1, number) };
        let frame = Frame::Text(format!("{room}{seq}.{number}").into());
        Heard { place: Some(Place { key: RoomKey::room("/", room), order }), frames: vec![frame] }
    }

    #[test]
    fn what_two_gateways_heard_is_told_once_and_in_each_rooms_order() {
        let [a1, a2, a3, a4] = [1, 2, 3, 4].map(|number| heard("a", 0, number));
        let [b1, b2] = [1, 2].map(|number| heard("b", 0, number));
        let merged = |there: &[&Heard], here: &[&Heard]| {
            let list = |heard: &[&Heard]| heard.iter().map(|heard| (*heard).clone()).collect();
            merge(list(there), list(here), &[(RoomKey::room("/", "s"), 3)])
        };
        assert_eq!(merged(&[&a1, &a2], &[&a2, &a3]), [a1.clone(), a2.clone(), a3.clone()]);
        assert_eq!(merged(&[&a1, &a3], &[&a2, &a3, &a4]), [&a1, &a2, &a3, &a4].map(Clone::clone));
        assert_eq!(merged(&[&a1], &[&a2]), [a1.clone(), a2.clone()]);
        assert_eq!(merged(&[&b1, &a1], &[&a2, &b1]), [b1.clone(), a1.clone(), a2.clone()]);
        assert_eq!(merged(&[&a1, &b1, &b2], &[&b1, &a1]), [a1.clone(), b1.clone(), b2.clone()]);
        let [s3, s4] = [3, 4].map(|seq| heard("s", seq, 0));
        assert_eq!(merged(&[&a1], &[&s3, &s4]), [a1, s4]);
    }
}
