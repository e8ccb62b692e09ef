//! The side of the Gateway that talks to Rooms and to other Gateways.

use std::rc::Rc;

use engine_io::Frame;

use super::{
    Gateway, Output, Standing,
    client::{Pending, Phase},
    questions::{Asker, Awaited},
};
use crate::{
    Turn,
    link::Link,
    names::{RoomKey, address, gateway_of},
    wire::{self, Cast, Direct, Peer, ToGateway, ToRoom, WireError},
};

impl Gateway {
    /// Takes the request of a Room or of another Gateway and gives the body of the reply.
    ///
    /// # Errors
    /// A body that can't be read; answer it with a failure, the sender comes again.
    pub fn handle_request(&mut self, turn: &mut Turn<'_>, body: &[u8]) -> Result<Vec<u8>, WireError> {
        let (peer, rest) = match wire::decode_sender(body)? {
            (Some(peer), rest) => (peer, rest),
            (None, rest) => {
                let (nsp, cast) = wire::decode_outside(rest)?;
                self.deliver(turn, &nsp, &cast);
                self.pump(turn);
                return Ok(Vec::new());
            }
        };
        let reply = match &peer {
            Peer::Room(key) => {
                let envelope = wire::decode_envelope(rest)?;
                let items = self.room(turn, key).handle_request(envelope);
                self.take(turn, key, items);
                wire::encode(&self.room(turn, key).reply())
            }
            Peer::Gateway(name) => {
                let envelope = wire::decode_envelope(rest)?;
                let items = self.gateway(turn, name).handle_request(envelope);
                self.take_direct(turn, name, items);
                wire::encode(&self.gateway(turn, name).reply())
            }
        };
        self.pump(turn);
        self.forget_quiet(&peer);
        Ok(reply)
    }

    /// Takes the reply to a request of this Gateway; `None` if the request failed.
    pub fn handle_reply(&mut self, turn: &mut Turn<'_>, peer: &Peer, reply: Option<&[u8]>) {
        let now = turn.now;
        match peer {
            Peer::Room(key) => match reply.and_then(|body| wire::decode(body).ok()) {
                Some(envelope) => {
                    let items = self.room(turn, key).handle_reply(envelope);
                    self.take(turn, key, items);
                }
                None => self.room(turn, key).handle_failure(now),
            },
            Peer::Gateway(name) => match reply.and_then(|body| wire::decode(body).ok()) {
                Some(envelope) => {
                    let items = self.gateway(turn, name).handle_reply(envelope);
                    self.take_direct(turn, name, items);
                }
                None => self.gateway(turn, name).handle_failure(now),
            },
        }
        self.ready.push(peer.clone());
        self.pump(turn);
        self.forget_quiet(peer);
    }

    fn room(&mut self, turn: &mut Turn<'_>, key: &RoomKey) -> &mut Link<ToRoom, ToGateway> {
        self.rooms.entry(key.clone()).or_insert_with(|| Link::new(turn.epoch()))
    }

    fn gateway(&mut self, turn: &mut Turn<'_>, name: &str) -> &mut Link<Direct, Direct> {
        self.gateways.entry(name.to_owned()).or_insert_with(|| Link::new(turn.epoch()))
    }

    /// Queues an item for a Room.
    pub(super) fn tell(&mut self, turn: &mut Turn<'_>, key: RoomKey, item: ToRoom) {
        self.room(turn, &key).push(item);
        self.ready.push(Peer::Room(key));
    }

    /// Queues an item for another Gateway.
    pub(super) fn tell_gateway(&mut self, turn: &mut Turn<'_>, name: String, item: Direct) {
        self.gateway(turn, &name).push(item);
        self.ready.push(Peer::Gateway(name));
    }

    /// Makes the next request to a peer, if there is one to make.
    pub(super) fn request(&mut self, peer: Peer) {
        let own = Peer::Gateway(self.name.clone());
        let body = match &peer {
            Peer::Room(key) => self
                .rooms
                .get_mut(key)
                .and_then(Link::request)
                .map(|envelope| wire::encode_request(&own, &envelope)),
            Peer::Gateway(name) => {
                self.gateways.get_mut(name).and_then(Link::request).map(|e| wire::encode_request(&own, &e))
            }
        };
        if let Some(body) = body {
            self.outputs.push_back(Output::Request { peer, body });
        }
    }

    /// A peer that nothing here belongs to any more costs no memory.
    fn forget_quiet(&mut self, peer: &Peer) {
        match peer {
            Peer::Room(key) => {
                let member = self.locals.get(key.nsp.as_str()).is_some_and(|local| match &key.room {
                    Some(room) => local.rooms.members(room).next().is_some(),
                    None => local.standing != Standing::Out,
                });
                if !member && self.rooms.get(key).is_some_and(Link::is_quiet) {
                    self.rooms.remove(key);
                }
            }
            Peer::Gateway(name) => {
                if self.gateways.get(name).is_some_and(Link::is_quiet) {
                    self.gateways.remove(name);
                }
            }
        }
    }

    /// Sends a broadcast on its way.
    pub(super) fn cast(&mut self, turn: &mut Turn<'_>, nsp: &str, cast: Cast) {
        match address(self.app.config().gateways, nsp, &cast.target) {
            Peer::Gateway(here) if here == self.name => self.deliver(turn, nsp, &cast),
            Peer::Gateway(name) => self.tell_gateway(turn, name, Direct::Cast { nsp: nsp.to_owned(), cast }),
            Peer::Room(key) => self.tell(turn, key, ToRoom::Cast(cast)),
        }
    }

    /// Asks a Room for a join or leave, unless all is as wanted already; tells whether it did. A socket's id is its
    /// address, not a Room: it is neither joined nor left.
    pub(super) fn change(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &str,
        nsp: &Rc<str>,
        id: &Rc<str>,
        change: Pending,
    ) -> bool {
        let is_in = self.locals.get(nsp).is_some_and(|local| local.rooms.is_in(id, &change.room));
        let Some(socket) = self.clients.get_mut(sid).and_then(|client| client.sockets.get_mut(nsp)) else {
            return false;
        };
        if gateway_of(&change.room).is_some_and(|name| self.app.config().gateways.contains(name)) {
            if *change.room != **id {
                self.outputs
                    .push_back(Output::Log(format!("{id}: the id of a socket is no room to join or leave")));
            }
            return false;
        }
        if is_in == change.join && !socket.pending.iter().any(|pending| pending.room == change.room) {
            return false;
        }
        let (key, item) = (RoomKey::room(nsp, &change.room), change.item(id));
        socket.pending.push(change);
        self.dirty.insert(sid.into()); // so that it is asked for again, should this memory be lost
        self.tell(turn, key, item);
        true
    }

    /// What a Room tells, in its order.
    fn take(&mut self, turn: &mut Turn<'_>, key: &RoomKey, items: Vec<ToGateway>) {
        for item in items {
            match item {
                ToGateway::Joined { member } => self.confirmed(turn, key, &member, true),
                ToGateway::Left { member } => self.confirmed(turn, key, &member, false),
                ToGateway::Deliver { cast, .. } => self.deliver(turn, &key.nsp, &cast),
                ToGateway::Question { question, target, query } => {
                    let asker = Asker::Room { key: key.clone(), question };
                    self.question(turn, &key.nsp, &target, query, asker);
                }
                ToGateway::Answers { ask, found } => self.answered(ask, found),
            }
        }
    }

    /// A join or a leave has its place in the Room's order.
    fn confirmed(&mut self, turn: &mut Turn<'_>, key: &RoomKey, member: &str, joined: bool) {
        let Some(room) = &key.room else {
            return if joined {
                self.entered(turn, &key.nsp)
            };
        };
        let Some(place) = self.sockets.get(member).cloned() else { return };
        if let Some(local) = self.locals.get_mut(&place.nsp) {
            if joined {
                local.rooms.join(member, room);
            } else {
                local.rooms.leave(member, room);
            }
        }
        if let Some(socket) =
            self.clients.get_mut(&place.sid).and_then(|client| client.sockets.get_mut(&place.nsp))
            && let Some(at) =
                socket.pending.iter().position(|pending| pending.room == *room && pending.join == joined)
        {
            socket.pending.remove(at);
        }
        self.dirty.insert(place.sid.clone());
        let change = Awaited::Change { room: room.clone(), join: joined };
        self.came(turn, member, change, None);
        self.step(turn, &place.sid, &place.nsp);
    }

    /// The Room of everyone counts this Gateway in: those who waited for it get their CONNECT.
    fn entered(&mut self, turn: &mut Turn<'_>, nsp: &str) {
        let Some((nsp, local)) = self.locals.get_key_value(nsp).map(|(nsp, local)| (nsp.clone(), local))
        else {
            return;
        };
        if local.standing != Standing::Joining {
            return;
        }
        if let Some(local) = self.locals.get_mut(&nsp) {
            local.standing = Standing::In;
        }
        let waiting: Vec<Rc<str>> = self
            .clients
            .iter()
            .filter(|(_, client)| {
                client.sockets.get(&*nsp).is_some_and(|socket| socket.phase == Phase::Entering)
            })
            .map(|(sid, _)| sid.clone())
            .collect();
        for sid in waiting {
            self.accept(turn, &sid, &nsp);
        }
        self.leave_if_empty(turn, &nsp);
    }

    /// Takes this Gateway out of the Room of everyone when the last socket of the namespace has gone.
    pub(super) fn leave_if_empty(&mut self, turn: &mut Turn<'_>, nsp: &Rc<str>) {
        let Some(local) = self.locals.get(nsp) else { return };
        let waited_for = || self.clients.values().any(|client| client.sockets.contains_key(&**nsp));
        if local.standing == Standing::In && local.rooms.is_empty() && !waited_for() {
            self.locals.remove(nsp);
            let member = self.name.clone();
            self.tell(turn, RoomKey::everyone(nsp), ToRoom::Leave { member });
        }
    }

    /// Hands a broadcast to the sockets here that it is for. All get the same frames.
    fn deliver(&mut self, turn: &mut Turn<'_>, nsp: &str, cast: &Cast) {
        let Some(local) = self.locals.get(nsp) else { return };
        let sockets = local.rooms.select(&cast.target);
        for id in &sockets {
            let Some(place) = self.sockets.get(id) else { continue };
            let Some(client) = self.clients.get_mut(&place.sid) else { continue };
            if cast.volatile {
                client.session.send_volatile(&cast.frames);
            } else {
                cast.frames.iter().cloned().for_each(|frame: Frame| client.session.send(frame));
            }
            if !client.touched {
                client.touched = true;
                self.touched.push_back(place.sid.clone());
            }
        }
        self.sent(turn, nsp, &sockets, &cast.frames);
    }

    fn take_direct(&mut self, turn: &mut Turn<'_>, from: &str, items: Vec<Direct>) {
        for item in items {
            match item {
                Direct::Cast { nsp, cast } => self.deliver(turn, &nsp, &cast),
                Direct::Ask { ask, nsp, target, query } => {
                    let asker = Asker::Gateway { name: from.to_owned(), ask };
                    self.question(turn, &nsp, &target, query, asker);
                }
                Direct::Answer { ask, found } => self.answered(ask, found),
            }
        }
    }
}
