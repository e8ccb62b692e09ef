//! Connection state recovery: sockets whose connection was lost stay for a while, as members of their rooms who hear
//! nothing, and their client may come back as them. Then it is sent what it missed, out of the log, before its CONNECT.

use std::rc::Rc;

use codec::{Decode, Encode};
use engine_io::{CloseReason, Frame, Millis, Version};
use serde::Deserialize;
use socket_io::find;

use super::{
    Gateway, Output, Place,
    client::{Client, Lifeline, Phase, Socket},
    log::{self, LOG, Missed},
};
use crate::{
    Turn,
    call::Occasion,
    config::Recovery,
    metrics::Count,
    names::{RoomKey, id},
    stored,
    wire::{self, Cast},
};

/// Prefix of the stored rows of sockets that are away, by their private id.
pub(super) const AWAY: &str = "a/";

/// Version of the stored form of [`Absent`].
pub(super) const VERSION: u8 = 1;

/// A socket that is away.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Absent {
    pub(super) id: Rc<str>,
    pub(super) nsp: Rc<str>,
    pub(super) data: String,
    /// With the number of the log when it joined.
    pub(super) rooms: Vec<(Rc<str>, u64)>,
    /// What came up to this number in the log is not for it.
    since: u64,
    /// When it is given up.
    pub(super) until: Millis,
}

/// What a client says that comes back.
#[derive(Debug, Deserialize)]
pub(super) struct Returning {
    pub(super) pid: String,
    pub(super) offset: Option<String>,
}

impl Returning {
    /// By its auth payload, if it says anything of the kind.
    pub(super) fn read(auth: Option<&str>) -> Option<Self> {
        socket_io::json::from_str(auth?).ok()
    }
}

/// Node's reasons that a client may come back from: it did not leave, and was not sent away.
fn may_return(reason: &str) -> bool {
    [
        CloseReason::TransportError,
        CloseReason::TransportClose,
        CloseReason::ForcedClose,
        CloseReason::PingTimeout,
        CloseReason::ServerShuttingDown,
        CloseReason::ForcedServerClose,
    ]
    .iter()
    .any(|recoverable| recoverable.as_str() == reason)
}

impl Gateway {
    pub(super) fn recovery(&self) -> Option<Recovery> {
        self.app.config().connection_state_recovery
    }

    /// What lets a new socket come back later, where that is to be had.
    pub(super) fn lifeline(&mut self, turn: &mut Turn<'_>, version: Version) -> Option<Lifeline> {
        self.recovery().filter(|_| version == Version::V4)?;
        let pid = id(&turn.id(), &self.name).into();
        Some(Lifeline { pid, since: self.log.last(), joined: Vec::new() })
    }

    /// Writes a broadcast into the log, for those who may come back and want it; gives its frames with its offset.
    pub(super) fn record(
        &mut self,
        turn: &mut Turn<'_>,
        nsp: &str,
        cast: &Cast,
        place: Option<&wire::Place>,
    ) -> Option<Vec<Frame>> {
        // Admins come back as somebody new.
        self.recovery().filter(|_| !cast.volatile && !self.is_of_admins(nsp))?;
        let Some(number) = self.log.add(turn, nsp, cast, place) else {
            self.stores.push_back(Output::Store { key: LOG.to_owned(), value: self.log.row() });
            return None;
        };
        self.app.config().parser.with_argument(&cast.frames, &log::offset(number, &self.name))
    }

    /// Whether a socket that goes for this reason stays as one that is away.
    pub(super) fn stays(&self, socket: &Socket, reason: &str) -> bool {
        let is_in = matches!(socket.phase, Phase::Live | Phase::Resuming);
        is_in
            && socket.lifeline.is_some()
            && !socket.resuming.is_elsewhere
            && may_return(reason)
            && self.recovery().is_some()
    }

    /// Keeps a socket that has lost its connection, a member of its rooms still.
    pub(super) fn go_away(&mut self, turn: &Turn<'_>, socket: &Socket) -> Vec<Rc<str>> {
        let (Some(lifeline), Some(recovery)) = (&socket.lifeline, self.recovery()) else { return Vec::new() };
        let until = turn.now.saturating_add(recovery.max_disconnection_duration);
        let rooms = self.locals.get_mut(&socket.nsp).map(|local| local.rooms.remove(&socket.id));
        let rooms = rooms.unwrap_or_default();
        let keys = rooms.iter().map(|room| RoomKey::room(&socket.nsp, room));
        for key in keys.chain([RoomKey::everyone(&socket.nsp)]).filter(|_| socket.phase == Phase::Resuming) {
            self.forget_waiting(&key, &socket.id);
        }
        let absent = Absent {
            id: socket.id.clone(),
            nsp: socket.nsp.clone(),
            data: socket.data.clone(),
            rooms: rooms.iter().map(|room| (room.clone(), lifeline.joined_at(room))).collect(),
            since: lifeline.since,
            until,
        };
        let value = Some(stored::write(VERSION, &absent));
        self.stores.push_back(Output::Store { key: format!("{AWAY}{}", lifeline.pid), value });
        self.take_away(lifeline.pid.clone(), absent);
        rooms
    }

    /// Takes in a socket that is away.
    pub(super) fn take_away(&mut self, pid: Rc<str>, absent: Absent) {
        let local = self.locals.entry(absent.nsp.clone()).or_default();
        local.away.insert(absent.id.clone());
        for (room, _) in &absent.rooms {
            local.away.join(&absent.id, room);
        }
        self.pids.remove(&pid);
        self.absences.insert((absent.until, pid.clone()));
        self.absent.insert(pid, Box::new(absent));
    }

    /// Takes out a socket that is away.
    pub(super) fn take_back(&mut self, pid: &str) -> Option<Absent> {
        let absent = self.absent.remove(pid)?;
        self.absences.remove(&(absent.until, pid.into()));
        if let Some(local) = self.locals.get_mut(&absent.nsp) {
            local.away.remove(&absent.id);
        }
        Some(*absent)
    }

    /// Keeps a socket that is away until then at least.
    pub(super) fn put_off(&mut self, pid: &str, until: Millis) {
        if let Some(absent) = self.absent.get_mut(pid) {
            let pid: Rc<str> = pid.into();
            self.absences.remove(&(absent.until, pid.clone()));
            absent.until = absent.until.max(until);
            self.absences.insert((absent.until, pid));
        }
    }

    /// Gives up a socket that is away: now it leaves its rooms.
    pub(super) fn give_up(&mut self, turn: &mut Turn<'_>, pid: &str) {
        let Some(absent) = self.take_back(pid) else { return };
        for (room, _) in &absent.rooms {
            self.left(turn, &RoomKey::room(&absent.nsp, room), &absent.id, true);
        }
        self.left(turn, &RoomKey::everyone(&absent.nsp), &absent.id, true);
        self.tell_home(turn, &absent.id, pid, false);
        self.forget_away(pid);
    }

    /// Nothing is stored any more of a socket that was away.
    pub(super) fn forget_away(&mut self, pid: &str) {
        self.stores.push_back(Output::Store { key: format!("{AWAY}{pid}"), value: None });
    }

    /// The sockets of a room that are here no more, or away, have missed something that is in no log.
    pub(super) fn abandon(&mut self, turn: &mut Turn<'_>, key: &RoomKey) {
        let is_in = |absent: &Absent| {
            *absent.nsp == *key.nsp
                && key
                    .room
                    .as_ref()
                    .is_none_or(|room| absent.rooms.iter().any(|(joined, _)| **joined == **room))
        };
        let pids: Vec<Rc<str>> =
            self.absent.iter().filter(|(_, absent)| is_in(absent)).map(|(pid, _)| pid.clone()).collect();
        for pid in pids {
            self.give_up(turn, &pid);
        }
    }

    /// When somebody is given up, or the log has to be trimmed.
    pub(super) fn absences_timeout(&self) -> Option<Millis> {
        let recovery = self.recovery()?;
        let log = self.log.next_timeout(&recovery, self.log_age(&recovery));
        self.absences.first().map(|(until, _)| *until).into_iter().chain(log).min()
    }

    /// How old an entry has to be until nobody can want it: a client may have been cut off for a heartbeat before that
    /// was noticed.
    fn log_age(&self, recovery: &Recovery) -> Millis {
        let engine = &self.app.config().engine;
        let heartbeat = 2 * engine.ping_interval.saturating_add(engine.ping_timeout);
        recovery.max_disconnection_duration.saturating_add(heartbeat)
    }

    /// Gives up those whose time is over, and what of the log nobody needs.
    pub(super) fn expire_absences(&mut self, turn: &mut Turn<'_>) {
        let Some(recovery) = self.recovery() else { return };
        while let Some((_, pid)) = self.absences.first().filter(|(until, _)| *until <= turn.now).cloned() {
            self.give_up(turn, &pid);
        }
        let age = self.log_age(&recovery);
        if self.log.next_timeout(&recovery, age).is_some_and(|at| at <= turn.now) {
            for (key, seq) in self.log.trim(turn, &recovery, age) {
                if self.is_occupied(&key) && self.remembered.get(&key).is_none_or(|known| *known < seq) {
                    self.remember(&key, seq);
                }
            }
            self.stores.push_back(Output::Store { key: LOG.to_owned(), value: self.log.row() });
        }
    }

    /// Lets a client come back as the socket that it was, if it can; tells whether it does.
    pub(super) fn resume(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &Rc<str>,
        nsp: &Rc<str>,
        auth: Option<&Rc<str>>,
        returning: &Returning,
    ) -> bool {
        self.cut_loose(turn, &returning.pid);
        let Some((pid, absent)) = find(&self.absent, returning.pid.as_str()) else { return false };
        if absent.nsp != *nsp {
            return false;
        }
        let pid = pid.clone();
        let Some(after) = self.after(absent, returning.offset.as_deref()) else {
            self.give_up(turn, &pid);
            return false;
        };
        let (Some(absent), Some(client)) = (self.take_back(&pid), self.clients.get_mut(sid)) else {
            return false;
        };
        let mut socket = Socket::new(absent.id.clone(), nsp.clone(), auth.cloned());
        socket.phase = Phase::Resuming;
        socket.data = absent.data;
        socket.resuming.after = after;
        socket.lifeline =
            Some(Lifeline { pid: pid.clone(), since: absent.since, joined: absent.rooms.clone() });
        client.sockets.insert(nsp.clone(), Box::new(socket));
        let place = Box::new(Place { sid: sid.clone(), nsp: nsp.clone() });
        self.pids.insert(pid, place.clone());
        self.sockets.insert(absent.id.clone(), place);
        let local = self.locals.entry(nsp.clone()).or_default();
        local.rooms.insert(absent.id.clone());
        for (room, _) in &absent.rooms {
            local.rooms.join(&absent.id, room);
        }
        self.dirty.insert(sid.clone());
        let rooms = absent.rooms.iter().map(|(room, _)| RoomKey::room(nsp, room));
        let keys: Vec<RoomKey> = rooms.chain([RoomKey::everyone(nsp)]).collect();
        for key in keys {
            if self.keeps_history(&key) {
                self.await_rest(turn, &key, &absent.id);
            }
        }
        self.resume_if_ready(turn, sid, nsp);
        true
    }

    /// A client that comes back has lost its connection, though this has not been noticed here.
    pub(super) fn cut_loose(&mut self, turn: &mut Turn<'_>, pid: &str) {
        let Some(place) = self.pids.get(pid).cloned() else { return };
        let reason = CloseReason::TransportClose;
        if let Some(client) = self.clients.get_mut(&place.sid) {
            client.session.close(reason, turn.now);
            // Now, and not when the session says so: that counts it.
            for (_, socket) in std::mem::take(&mut client.sockets) {
                self.depart(turn, &place.sid, socket, reason.as_str());
            }
        }
        self.touch(&place.sid);
    }

    /// From where in the log on a socket has missed something; `None`: what it missed is not there any more.
    pub(super) fn after(&self, absent: &Absent, offset: Option<&str>) -> Option<u64> {
        let number = match offset {
            None => absent.since,
            // Of another Gateway: it has not heard anything since it came here.
            Some(offset) => match log::number_of(offset, &self.name) {
                Some(number) => number.max(absent.since),
                None if self.is_foreign(offset) => absent.since,
                None => return None,
            },
        };
        (number <= self.log.last() && !self.log.has_lost(number)).then_some(number)
    }

    fn is_foreign(&self, offset: &str) -> bool {
        let gateways = self.app.config().gateways;
        offset.split_once('.').is_some_and(|(number, gateway)| {
            number.bytes().all(|digit| digit.is_ascii_digit()) && gateways.contains(gateway)
        })
    }

    /// Sends a socket what it missed, and then its CONNECT, if nothing of it is under way any more.
    pub(super) fn resume_if_ready(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>) {
        let Some(socket) = self.socket(sid, nsp) else { return };
        let (true, Some(lifeline)) = (socket.phase == Phase::Resuming, socket.lifeline.clone()) else {
            return;
        };
        let waits = socket.resuming.awaits > 0 || !socket.pending.is_empty();
        if waits || self.fetch(turn, sid, nsp) || self.unpack(turn, sid, nsp) {
            return;
        }
        let Some(socket) = self.socket(sid, nsp) else { return };
        let (id, after) = (socket.id.clone(), socket.resuming.after);
        let missed = Missed { nsp, id: &id, rooms: &lifeline.joined, after, everyone: after };
        let (parser, name) = (self.app.config().parser, self.name.clone());
        let mut frames = Vec::new();
        let is_all = self.log.replay(turn.journal, &missed, |number, logged| {
            let with_offset = parser.with_argument(&logged.cast.frames, &log::offset(number, &name));
            frames.extend(with_offset.into_iter().flatten());
        });
        if !is_all {
            return self.begin_anew(turn, sid, nsp);
        }
        if let Some(socket) = self.socket(sid, nsp) {
            socket.phase = Phase::Live;
        }
        self.counters.count(Count::SocketsRecovered);
        let connection =
            self.clients.get_mut(sid).and_then(|client: &mut Box<Client>| client.connection.as_mut());
        if let Some(connection) = connection {
            frames.extend(connection.accept_with_pid(nsp, &id, &lifeline.pid));
        }
        self.send(sid, frames, false);
        self.show_connected(turn, nsp, &id);
        self.forget_away(&lifeline.pid);
        self.dirty.insert(sid.clone());
        if self.app.handlers(nsp).is_some_and(crate::namespace::Handlers::has_recover) {
            self.call(turn, sid, nsp, Occasion::Recover, None);
        }
        self.step(turn, sid, nsp);
    }
}
