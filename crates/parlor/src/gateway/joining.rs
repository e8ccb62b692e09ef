//! How sockets here join and leave rooms: at once, or where the Room's answer says that it is their turn.

use std::rc::Rc;

use super::{
    Gateway, Place,
    client::{Pending, Phase},
    membership::Waiting,
    questions::Awaited,
};
use crate::{
    Turn,
    logging::{Level, Line},
    names::{RoomKey, gateway_of},
    sabotage::{Mistake, makes},
    wire::Peer,
};

impl Gateway {
    /// Lets a socket into the namespace once broadcasts to everyone reach this Gateway; tells whether they do already.
    pub(super) fn enter_everyone(&mut self, turn: &mut Turn<'_>, nsp: &str, socket: &Rc<str>) -> bool {
        let key = RoomKey::everyone(nsp);
        let membership = self.membership(turn, &key);
        if membership.is_in() {
            return true;
        }
        let token = membership.mark(turn);
        membership.wait(token, socket, true);
        self.awaited_rooms.insert(key.clone());
        self.ready.push(Peer::Room(key));
        false
    }

    /// Has a socket join or leave a room, unless all is as wanted already; tells whether it waits for the Room. A
    /// socket's id is its address, not a Room: it is neither joined nor left.
    pub(super) fn change(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &str,
        nsp: &Rc<str>,
        id: &Rc<str>,
        change: Pending,
    ) -> bool {
        let is_in = self.locals.get(nsp).is_some_and(|local| local.rooms.is_in(id, &change.room));
        let Some(socket) = self.socket(sid, nsp) else { return false };
        let waits = socket.pending.iter().any(|pending| pending.room == change.room);
        if gateway_of(&change.room).is_some_and(|name| self.app.config().gateways.contains(name)) {
            if *change.room != **id {
                let mut line = Line::new(Level::Warn, "no room");
                line.text("nsp", nsp);
                self.log_of(sid, line.text("error", "the id of a socket is no room to join or leave"));
            }
            return false;
        }
        if is_in == change.join && !waits {
            return false;
        }
        let key = RoomKey::room(nsp, &change.room);
        let membership = self.membership(turn, &key);
        if membership.is_settled() && !waits || makes(Mistake::EarlyJoin) {
            self.changed(turn, &key, sid, nsp, id, change.join);
            self.vacate(turn, &key);
            return false;
        }
        let token = membership.mark(turn);
        membership.wait(token, id, change.join);
        self.awaited_rooms.insert(key.clone());
        if let Some(socket) = self.socket(sid, nsp) {
            socket.pending.push(change);
        }
        self.dirty.insert(sid.into()); // so that it is asked for again, should this memory be lost
        self.ready.push(Peer::Room(key));
        true
    }

    /// Has somebody wait for the Room to say where its order is by now.
    pub(super) fn mark(&mut self, turn: &mut Turn<'_>, key: &RoomKey, id: &Rc<str>) {
        let membership = self.membership(turn, key);
        membership.close();
        let token = membership.mark(turn);
        membership.wait(token, id, true);
        self.awaited_rooms.insert(key.clone());
        self.ready.push(Peer::Room(key.clone()));
    }

    /// A socket joins or leaves, here and now.
    fn changed(
        &mut self,
        turn: &mut Turn<'_>,
        key: &RoomKey,
        sid: &str,
        nsp: &Rc<str>,
        id: &Rc<str>,
        join: bool,
    ) {
        let room = key.room.as_deref().unwrap_or_default();
        let number = self.log.last();
        if let Some(lifeline) = self.socket(sid, nsp).and_then(|socket| socket.lifeline.as_mut()) {
            lifeline.change(room, join, number);
        }
        let changed = self.locals.get_mut(nsp).is_some_and(|local| match join {
            true => local.rooms.join(id, room),
            false => local.rooms.leave(id, room),
        });
        if changed {
            self.show_room(turn, join, nsp, room, id);
        }
        self.dirty.insert(sid.into());
    }

    /// The Room has answered: this is the place of those who waited for it.
    pub(super) fn joined(
        &mut self,
        turn: &mut Turn<'_>,
        key: &RoomKey,
        (token, lease, last): (u64, u64, Option<u64>),
    ) {
        let Some(membership) = self.rooms.get_mut(key) else { return };
        let (was_in, due) = membership.answered(token, lease);
        if let Some(last) = last {
            self.caught_up(turn, key, (token, last), was_in);
        }
        self.stop_awaiting(key);
        let number = self.log.last();
        let (mut done, mut resumed) = (Vec::new(), Vec::new());
        for Waiting { socket: id, join, .. } in due {
            if self.handovers.contains_key(&id) {
                resumed.push((id, None));
                continue;
            }
            let Some(place) = self.sockets.get(&id).cloned() else { continue };
            if let Some(socket) = self.socket(&place.sid, &place.nsp)
                && socket.phase == Phase::Resuming
            {
                // From elsewhere: this is where it comes in.
                match &key.room {
                    Some(room) if socket.resuming.from.is_some() => {
                        socket.pending.retain(|one| one.room != *room);
                        self.changed(turn, key, &place.sid, &place.nsp, &id, join);
                    }
                    None if socket.resuming.from.is_some() => socket.resuming.everyone = number,
                    _ => {}
                }
                resumed.push((id, Some(place)));
                continue;
            }
            let Some(room) = &key.room else {
                if self.socket(&place.sid, &place.nsp).is_some_and(|socket| socket.phase == Phase::Entering) {
                    self.accept(turn, &place.sid, &place.nsp);
                }
                continue;
            };
            if let Some(socket) = self.socket(&place.sid, &place.nsp)
                && let Some(at) = socket.pending.iter().position(|one| one.room == *room && one.join == join)
            {
                socket.pending.remove(at);
            }
            self.changed(turn, key, &place.sid, &place.nsp, &id, join);
            done.push((id, place, Awaited::Change { room: room.clone(), join }));
        }
        // Only now: what they do next may make the last member here leave.
        for (id, place, change) in done {
            self.came(turn, &id, change, None);
            self.step(turn, &place.sid, &place.nsp);
        }
        for (id, place) in resumed {
            self.told(turn, key, &id, place.as_deref());
        }
        self.vacate(turn, key);
    }

    /// A Room has told a socket that comes back, or is handed over, all of its history, or a part of it.
    fn told(&mut self, turn: &mut Turn<'_>, key: &RoomKey, id: &Rc<str>, place: Option<&Place>) {
        if let Some(membership) = self.rooms.get_mut(key)
            && let Some(token) = membership.having.asked()
        {
            return membership.wait(token, id, true); // there is more
        }
        match place {
            Some(place) => self.told_one(turn, &place.sid, &place.nsp),
            None => self.told_for_handover(turn, id),
        }
    }

    /// One less to wait for.
    pub(super) fn told_one(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>) {
        if let Some(socket) = self.socket(sid, nsp) {
            socket.resuming.awaits = socket.resuming.awaits.saturating_sub(1);
        }
        self.resume_if_ready(turn, sid, nsp);
    }
}
