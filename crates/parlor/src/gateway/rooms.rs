//! The side of the Gateway that talks to Rooms and to other Gateways.

use engine_io::Millis;

use super::{Gateway, Output, client::Phase, having::Verdict, questions::Asker};
use crate::{
    Turn,
    link::{Arrived, Envelope, Link},
    logging::{DROPPED, Level, Line},
    metrics::{Count, Histogram},
    names::{RoomKey, address},
    wire::{self, Cast, Direct, Found, Peer, Place, ToGateway, ToRoom, WireError},
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
                if nsp.is_empty() {
                    return Ok(wire::encode(&self.report()));
                }
                self.deliver_to_one(turn, &nsp, cast);
                self.pump(turn);
                return Ok(Vec::new());
            }
        };
        let reply = match &peer {
            Peer::Room(key) => {
                let envelope = wire::decode_envelope(rest)?;
                let items = self.received(turn, key, |link, now| link.handle_request(envelope, now));
                self.take(turn, key, items);
                wire::encode(&self.membership(turn, key).link.reply())
            }
            Peer::Gateway(name) => {
                let envelope = wire::decode_envelope(rest)?;
                let items = self.gateway(turn, name).handle_request(envelope, turn.now);
                self.take_direct(turn, name, items);
                wire::encode(&self.gateway(turn, name).reply())
            }
            Peer::Queue(name) => {
                let envelope = wire::decode_envelope(rest)?;
                self.take_from_queue(turn, name, |link, now| link.handle_request(envelope, now));
                wire::encode(&self.queue(turn, name).reply())
            }
        };
        self.pump(turn);
        Ok(reply)
    }

    /// Takes the reply to a request of this Gateway; `None` if the request failed.
    pub fn handle_reply(&mut self, turn: &mut Turn<'_>, peer: &Peer, reply: Option<&[u8]>) {
        let now = turn.now;
        self.counters.add(Count::ExchangesFailed, u64::from(reply.is_none()));
        match peer {
            Peer::Room(key) => match reply.and_then(|body| wire::decode::<Envelope<_>>(body).ok()) {
                Some(envelope) => {
                    let lease = envelope.lease;
                    let asked_at = self.membership(turn, key).asked_at;
                    self.counters.observe(Histogram::Exchange, now.saturating_sub(asked_at));
                    let items = self.received(turn, key, |link, now| link.handle_reply(envelope, now));
                    self.take(turn, key, items);
                    self.lent(turn, key, lease);
                    self.relieve(key);
                }
                None => {
                    self.membership(turn, key).link.handle_failure(now);
                    self.failing.insert(key.clone());
                }
            },
            Peer::Gateway(name) => match reply.and_then(|body| wire::decode(body).ok()) {
                Some(envelope) => {
                    let items = self.gateway(turn, name).handle_reply(envelope, now);
                    self.take_direct(turn, name, items);
                }
                None => self.gateway(turn, name).handle_failure(now),
            },
            Peer::Queue(name) => match reply.and_then(|body| wire::decode(body).ok()) {
                Some(envelope) => {
                    self.take_from_queue(turn, name, |link, now| link.handle_reply(envelope, now))
                }
                None => self.queue_failed(turn, name),
            },
        }
        self.ready.push(peer.clone());
        self.pump(turn);
    }

    /// What a Room's envelope brings. If its memory is new, what was asked of the old one is asked again.
    fn received(
        &mut self,
        turn: &mut Turn<'_>,
        key: &RoomKey,
        take: impl FnOnce(&mut Link<ToRoom, ToGateway>, Millis) -> Vec<Arrived<ToGateway>>,
    ) -> Vec<Arrived<ToGateway>> {
        let membership = self.membership(turn, key);
        let before = membership.link.peer_epoch();
        let items = take(&mut membership.link, turn.now);
        if before != 0 && membership.link.peer_epoch() != before {
            membership.ask_again();
            self.counters.count(Count::Repairs);
            self.ready.push(Peer::Room(key.clone()));
        }
        items
    }

    fn gateway(&mut self, turn: &mut Turn<'_>, name: &str) -> &mut Link<Direct, Direct> {
        self.gateways.entry(name.to_owned()).or_insert_with(|| Link::new(turn.epoch(), self.born))
    }

    /// Queues an item for a Room.
    pub(super) fn tell(&mut self, turn: &mut Turn<'_>, key: RoomKey, item: ToRoom) {
        self.membership(turn, &key).push(item);
        self.ready.push(Peer::Room(key));
    }

    /// Queues an item for another Gateway.
    pub(super) fn tell_gateway(&mut self, turn: &mut Turn<'_>, name: String, item: Direct) {
        self.gateway(turn, &name).push(item);
        self.ready.push(Peer::Gateway(name));
    }

    /// Has the next request to a peer made, if there is one to make.
    pub(super) fn want_request(&mut self, peer: Peer) {
        let wants = match &peer {
            Peer::Room(key) => self.rooms.get(key).is_some_and(|membership| membership.link.wants_request()),
            Peer::Gateway(name) => self.gateways.get(name).is_some_and(Link::wants_request),
            Peer::Queue(name) => self.queues.get(name.as_str()).is_some_and(|link| link.wants_request()),
        };
        if wants && !self.requested.contains(&peer) {
            self.requested.push(peer.clone());
            self.counters.count(Count::Exchanges);
            self.outputs.push_back(Output::Request(peer));
        }
    }

    /// The body of a request that was to be made ([`Output::Request`]), if there is still something to say. Ask for it when all
    /// that happens at present has been told: it has everything that the peer is to hear until then.
    pub fn request(&mut self, now: Millis, peer: &Peer) -> Option<Vec<u8>> {
        self.requested.retain(|requested| requested != peer);
        let own = Peer::Gateway(self.name.clone());
        match peer {
            Peer::Room(key) => {
                let membership = self.rooms.get_mut(key)?;
                let envelope = membership.link.request()?;
                membership.asked_at = now;
                Some(wire::encode_request(&own, &envelope))
            }
            Peer::Gateway(name) => Some(wire::encode_request(&own, &self.gateways.get_mut(name)?.request()?)),
            Peer::Queue(name) => {
                Some(wire::encode_request(&own, &self.queues.get_mut(name.as_str())?.request()?))
            }
        }
    }

    /// Sends a broadcast on its way. Where this Gateway has the order on loan it is there already.
    pub(super) fn cast(&mut self, turn: &mut Turn<'_>, nsp: &str, cast: Cast) {
        let peer = address(self.app.config().gateways, nsp, &cast.target);
        self.counters.count(Count::BroadcastsSent);
        if !cast.trace.is_empty() {
            let mut line = Line::new(Level::Debug, "broadcast");
            line.text("to", &peer.shown());
            self.log(line.id(&cast.trace));
        }
        match peer {
            Peer::Queue(_) => {} // it has no sockets
            Peer::Gateway(here) if here == self.name => self.deliver_to_one(turn, nsp, cast),
            Peer::Gateway(name) => self.tell_gateway(turn, name, Direct::Cast { nsp: nsp.to_owned(), cast }),
            Peer::Room(key) => {
                let membership = self.membership(turn, &key);
                if membership.leads(turn.now) {
                    return self.deliver(turn, nsp, &cast, None);
                }
                let full = membership.link.is_full(ToRoom::weight);
                if full && cast.volatile {
                    return;
                }
                membership.send(cast);
                if full {
                    self.full.insert(key.clone());
                }
                self.ready.push(Peer::Room(key));
            }
        }
    }

    /// Whether a Room takes things again.
    fn relieve(&mut self, key: &RoomKey) {
        if self.rooms.get(key).is_none_or(|membership| !membership.link.is_full(ToRoom::weight)) {
            self.full.remove(key);
        }
    }

    /// What a Room tells, in its order.
    pub(super) fn take(&mut self, turn: &mut Turn<'_>, key: &RoomKey, items: Vec<Arrived<ToGateway>>) {
        for arrived in items {
            if let Some(arrived) = self.hold_back(turn, key, arrived) {
                self.take_one(turn, key, arrived);
            }
        }
    }

    pub(super) fn take_one(&mut self, turn: &mut Turn<'_>, key: &RoomKey, arrived: Arrived<ToGateway>) {
        let Arrived { item, doubtful } = arrived;
        match item {
            ToGateway::Joined { token, lease, last } => {
                // In doubt it is the answer to another memory, which was further than that perhaps.
                let last = Some(last).filter(|_| !doubtful);
                self.joined(turn, key, (token, lease, last));
            }
            ToGateway::Deliver { number, order, last, again, cast } => {
                self.membership(turn, key).saw(number);
                let verdict = self.judge(turn, key, (order.seq, last), again, doubtful);
                match verdict {
                    Verdict::HandOn => {
                        self.deliver(turn, &key.nsp, &cast, Some(Place { key: key.clone(), order }));
                    }
                    Verdict::Known => {}
                    Verdict::Doubtful => self.dropped(cast),
                    Verdict::Early => {
                        let item = ToGateway::Deliver { number: 0, order, last, again, cast };
                        self.came_early(turn, key, Arrived { item, doubtful });
                    }
                }
                self.nobody_is_here(key);
            }
            ToGateway::Recall { lease } => {
                self.membership(turn, key).returns(lease);
                self.ready.push(Peer::Room(key.clone()));
            }
            ToGateway::Expelled => self.expelled(turn, key),
            ToGateway::Queue(_) => {}               // a Room is none
            ToGateway::Counted(_) if doubtful => {} // a memory that is gone has counted it
            ToGateway::Counted(values) => self.counters.add_all(&values),
            ToGateway::Question { question, query, .. } if doubtful && !query.is_idempotent() => {
                self.tell(turn, key.clone(), ToRoom::Answer { question, found: Found::too_late() });
            }
            ToGateway::Question { question, target, query } => {
                let asker = Asker::Room { key: key.clone(), question };
                self.question(turn, &key.nsp, &target, query, asker);
                self.nobody_is_here(key);
            }
            // Numbers of questions begin anew with each memory.
            ToGateway::Answers { .. } if doubtful => {}
            ToGateway::Answers { ask, found } => self.answered(turn, ask, found),
        }
    }

    /// Hands a broadcast to the sockets here that it is for. All get the same frames; those that may come back get them
    /// with an offset.
    pub(super) fn deliver(&mut self, turn: &mut Turn<'_>, nsp: &str, cast: &Cast, place: Option<Place>) {
        let Some(local) = self.locals.get(nsp) else { return };
        let sockets = local.rooms.select(&cast.target);
        let with_offset = self.record(turn, nsp, cast, place.as_ref());
        for id in &sockets {
            let Some(place) = self.sockets.get(id) else { continue };
            let Some(client) = self.clients.get_mut(&place.sid) else { continue };
            let Some(socket) = client.sockets.get(nsp) else { continue };
            let frames = match &with_offset {
                _ if socket.phase == Phase::Resuming => continue, // it is sent that from the log
                Some(frames) if socket.lifeline.is_some() => frames,
                _ => &cast.frames,
            };
            if !client.pass(frames, cast.volatile, &mut self.outputs) && !client.touched {
                client.touched = true;
                self.touched.push_back(place.sid.clone());
            }
        }
        self.counters.count(Count::BroadcastsDelivered);
        self.counters.add(Count::MessagesSent, sockets.len() as u64);
        self.count_out(&cast.frames, sockets.len());
        if !cast.trace.is_empty() {
            let mut line = Line::new(Level::Debug, "delivered");
            line.text("nsp", nsp);
            self.log(line.number("sockets", sockets.len() as u64).id(&cast.trace));
        }
        self.sent(turn, nsp, &sockets, &cast.frames);
    }

    /// A broadcast may have been delivered before this memory began: rather not at all than twice.
    fn dropped(&mut self, cast: Cast) {
        self.counters.count(Count::BroadcastsDropped);
        self.log(Line::new(Level::Warn, "dropped").text("error", DROPPED).id(&cast.trace));
        self.outputs.push_back(Output::Dropped(cast.frames));
    }

    fn take_direct(&mut self, turn: &mut Turn<'_>, from: &str, items: Vec<Arrived<Direct>>) {
        for Arrived { item, doubtful } in items {
            match item {
                Direct::Cast { cast, .. } if doubtful => self.dropped(cast),
                Direct::Cast { nsp, cast } => self.deliver_to_one(turn, &nsp, cast),
                Direct::Ask { ask, query, .. } if doubtful && !query.is_idempotent() => {
                    self.tell_gateway(
                        turn,
                        from.to_owned(),
                        Direct::Answer { ask, found: Found::too_late() },
                    );
                }
                Direct::Ask { ask, nsp, target, query } => {
                    let asker = Asker::Gateway { name: from.to_owned(), ask };
                    self.question_one(turn, &nsp, target, query, asker);
                }
                // Numbers of questions begin anew with each memory.
                Direct::Answer { .. } | Direct::Found { .. } | Direct::Taken { .. } if doubtful => {}
                Direct::Answer { ask, found } => self.answered(turn, ask, found),
                Direct::Find { ask, nsp, pid } => self.find(turn, from, (ask, &nsp, &pid)),
                Direct::Found { ask, whereabouts } => self.found(turn, from, ask, whereabouts),
                Direct::Take { ask, pid, offset } => self.hand_over(turn, from, (ask, &pid, offset)),
                Direct::Taken { ask, socket } => self.taken(turn, ask, socket),
                Direct::Moved { id, pid, to } => self.moved_to(&id, &pid, to),
                Direct::Exists => self.exists(turn, from),
                Direct::Listed => self.is_listed(),
            }
        }
        self.gateways.retain(|name, link| name == from || !link.is_forgettable(turn.now));
    }
}
