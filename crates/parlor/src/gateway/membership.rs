//! What this Gateway is to each Room: whether it is a member, who of its sockets waits for that, and whether it has the
//! room's order on loan.
//!
//! A Room knows Gateways, not sockets. The first socket that joins a room here makes the Gateway a member, the last that
//! leaves takes it out; all others join and leave here, at once if nothing is under way between the two objects. If
//! something is, they wait for their place behind it: the Gateway says again that it is a member, and the Room's answer
//! comes where their place is.

use std::rc::Rc;

use codec::{Decode, Encode};
use engine_io::{CloseReason, Millis};

use super::{Gateway, having::Having};
use crate::{
    Turn,
    link::{LINGER, Link},
    metrics::Count,
    names::RoomKey,
    room::{LEASE, MARGIN},
    sabotage::{Mistake, makes},
    wire::{Cast, Peer, ToGateway, ToRoom},
};

/// How long to wait for a Room's answer until it is asked again: its memory may have been lost together with the answer.
/// Longer than a heartbeat, so that no alarm is set for it.
const ASK_AGAIN: Millis = 30_000;

/// Whether the Room counts this Gateway in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
enum Standing {
    Out,
    /// Until the Room answers to this token.
    Joining(u64),
    In,
}

/// A socket that joins or leaves where the Room's answer to this token comes.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Waiting {
    token: u64,
    pub(super) socket: Rc<str>,
    pub(super) join: bool,
}

/// What this Gateway is to a Room.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Membership {
    pub(super) link: Link<ToRoom, ToGateway>,
    pub(super) having: Having,
    standing: Standing,
    waiting: Vec<Waiting>,
    /// The token of the last question, as long as nothing was sent behind it.
    open: Option<u64>,
    /// When to ask again, while somebody waits.
    ask_at: Millis,
    /// The number of the last broadcast that went to the Room and comes back from it, and of the last that has.
    sent: u64,
    seen: u64,
    /// Until when the order is lent, and the last lease that must not be taken any more.
    lease: Millis,
    recalled: u64,
    /// When the request under way was made.
    pub(super) asked_at: Millis,
}

impl Membership {
    fn new(link: Link<ToRoom, ToGateway>, having: Having, is_in: bool) -> Self {
        Self {
            link,
            having,
            standing: if is_in { Standing::In } else { Standing::Out },
            waiting: Vec::new(),
            open: None,
            ask_at: 0,
            sent: 0,
            seen: 0,
            lease: 0,
            recalled: 0,
            asked_at: 0,
        }
    }

    pub(super) fn is_in(&self) -> bool {
        self.standing == Standing::In
    }

    pub(super) fn is_out(&self) -> bool {
        self.standing == Standing::Out
    }

    /// Whether it is a member, and nothing is under way that could change what its members have heard.
    pub(super) fn is_settled(&self) -> bool {
        self.standing == Standing::In
            && self.link.is_idle()
            && self.seen == self.sent
            && !self.having.is_asking()
    }

    /// Whether what happens here has its place in the room's order by that.
    pub(super) fn leads(&self, now: Millis) -> bool {
        now < self.lease && self.is_settled()
    }

    /// Asks the Room for a place in its order, which its answer to the token has.
    pub(super) fn mark(&mut self, turn: &mut Turn<'_>) -> u64 {
        let token = self.open.unwrap_or_else(|| turn.epoch());
        self.put_off(turn.now);
        if self.open.replace(token).is_none() {
            self.link.push(ToRoom::Join { token, have: None });
            if self.standing == Standing::Out {
                self.standing = Standing::Joining(token);
            }
        }
        token
    }

    /// Sets when to ask again, unless it is set: who comes later does not put it off.
    pub(super) fn put_off(&mut self, now: Millis) {
        if !self.is_awaiting() || self.ask_at == 0 {
            self.ask_at = now + ASK_AGAIN;
        }
    }

    /// What is asked next is asked anew, since the Room may have answered already what is open.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Whether this was asked last, and nothing was sent behind it.
    pub(super) fn is_open(&self, token: u64) -> bool {
        self.open == Some(token)
    }

    /// Has a socket wait for the Room's answer to a token.
    pub(super) fn wait(&mut self, token: u64, socket: &Rc<str>, join: bool) {
        self.waiting.push(Waiting { token, socket: socket.clone(), join });
    }

    /// The Room has answered. Gives whether this Gateway was a member before, and who has waited for that.
    pub(super) fn answered(&mut self, token: u64, lease: u64) -> (bool, Vec<Waiting>) {
        self.recalled = self.recalled.max(lease);
        let was_in = self.is_in();
        if self.standing == Standing::Joining(token) {
            self.standing = Standing::In;
        }
        if self.open == Some(token) {
            self.open = None;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (due, rest) = waiting.into_iter().partition(|waiting| waiting.token == token);
        self.waiting = rest;
        (was_in, due)
    }

    /// Asks for a part of the history.
    pub(super) fn ask(&mut self, token: u64, question: ToRoom) {
        self.push(question);
        self.open = Some(token);
    }

    /// Whether the Room's answer is waited for.
    fn is_awaiting(&self) -> bool {
        !self.waiting.is_empty() || self.having.is_asking()
    }

    /// Queues a broadcast for the Room.
    pub(super) fn send(&mut self, cast: Cast) {
        let mut number = 0;
        if !self.is_out() {
            self.sent += 1;
            number = self.sent;
        }
        self.push(ToRoom::Cast { number, cast });
    }

    pub(super) fn push(&mut self, item: ToRoom) {
        self.open = None;
        self.link.push(item);
    }

    /// A broadcast that this Gateway had sent comes back.
    pub(super) fn saw(&mut self, number: u64) {
        if number <= self.sent {
            self.seen = self.seen.max(number);
        }
    }

    /// The Room lends its order, in the reply to a request.
    fn lent(&mut self, number: u64) {
        if number > self.recalled && self.standing == Standing::In {
            self.lease = self.asked_at + LEASE - MARGIN;
        }
    }

    /// The broadcasts that wait to be sent, if they need not be: in their order.
    fn withdraw(&mut self, now: Millis) -> Vec<Cast> {
        if self.standing != Standing::In || now >= self.lease {
            return Vec::new();
        }
        let items = self.link.withdraw(|item| matches!(item, ToRoom::Cast { .. }));
        if self.seen + items.len() as u64 != self.sent {
            items.into_iter().for_each(|item| self.link.push(item));
            return Vec::new();
        }
        self.sent = self.seen;
        items
            .into_iter()
            .filter_map(|item| if let ToRoom::Cast { cast, .. } = item { Some(cast) } else { None })
            .collect()
    }

    /// The order is not used any more, nor any lease up to this number.
    pub(super) fn returns(&mut self, lease: u64) {
        if !makes(Mistake::StaleLease) {
            self.lease = 0;
        }
        self.recalled = self.recalled.max(lease);
        self.push(ToRoom::Returned);
    }

    /// The Room's memory is new: what was asked of the old one is asked again.
    pub(super) fn ask_again(&mut self) {
        let mut tokens: Vec<u64> = self.waiting.iter().map(|waiting| waiting.token).collect();
        if let Standing::Joining(token) = self.standing {
            tokens.insert(0, token);
        }
        tokens.dedup();
        for token in tokens.into_iter().filter(|token| self.having.asked() != Some(*token)) {
            self.link.push(ToRoom::Join { token, have: None });
        }
        if let Some(question) = self.having.question() {
            self.link.push(question);
        }
    }
}

impl Gateway {
    pub(super) fn membership(&mut self, turn: &mut Turn<'_>, key: &RoomKey) -> &mut Membership {
        // As after sleep, when no link is left.
        let is_new = !self.rooms.contains_key(key);
        let is_in = is_new && self.is_occupied(key);
        let seen = if is_in { self.handed_on(turn, key) } else { None };
        let (born, fading) = (self.born, &mut self.fading);
        self.rooms.entry(key.clone()).or_insert_with(|| {
            if !is_in {
                fading.push_back((turn.now + LINGER, key.clone()));
            }
            Box::new(Membership::new(Link::new(turn.epoch(), born), Having::new(seen), is_in))
        })
    }

    /// Whether a socket here is a member, one that is away perhaps; or whether this Gateway is one of those that admins ask.
    pub(super) fn is_occupied(&self, key: &RoomKey) -> bool {
        if self.is_asked_by_admins(key) {
            return true;
        }
        self.locals.get(key.nsp.as_str()).is_some_and(|local| match &key.room {
            Some(room) => {
                [&local.rooms, &local.away].iter().any(|rooms| rooms.members(room).next().is_some())
            }
            None => !local.rooms.is_empty() || !local.away.is_empty(),
        })
    }

    /// How many sockets here are in a room.
    #[must_use]
    pub fn members(&self, nsp: &str, room: &str) -> usize {
        self.locals.get(nsp).map_or(0, |local| local.rooms.members(room).count())
    }

    /// The Room may lend its order, in the reply to a request. Then what waits to be sent to it need not be.
    pub(super) fn lent(&mut self, turn: &mut Turn<'_>, key: &RoomKey, lease: Option<u64>) {
        let Some(membership) = self.rooms.get_mut(key) else { return };
        lease.into_iter().for_each(|number| membership.lent(number));
        for cast in membership.withdraw(turn.now) {
            self.deliver(turn, &key.nsp, &cast, None);
        }
    }

    /// A socket here is gone from a room, in which it was or was about to be.
    pub(super) fn left(&mut self, turn: &mut Turn<'_>, key: &RoomKey, socket: &str, was_in: bool) {
        if self.rooms.contains_key(key) {
            self.forget_waiting(key, socket);
        } else if was_in && !self.is_occupied(key) {
            // It was a member when this memory began, and the Room does not know better.
            self.membership(turn, key).standing = Standing::In;
        }
        self.vacate(turn, key);
    }

    /// A socket does not wait for a Room any more.
    pub(super) fn forget_waiting(&mut self, key: &RoomKey, socket: &str) {
        if let Some(membership) = self.rooms.get_mut(key) {
            membership.waiting.retain(|waiting| *waiting.socket != *socket);
            self.stop_awaiting(key);
        }
    }

    pub(super) fn stop_awaiting(&mut self, key: &RoomKey) {
        if self.rooms.get(key).is_none_or(|membership| !membership.is_awaiting()) {
            self.awaited_rooms.remove(key);
        }
    }

    /// Takes this Gateway out of a Room when the last member here has gone.
    pub(super) fn vacate(&mut self, turn: &mut Turn<'_>, key: &RoomKey) {
        if self.is_occupied(key) {
            return;
        }
        let Some(membership) = self.rooms.get(key) else {
            return;
        };
        if membership.is_out() || !membership.waiting.is_empty() {
            return;
        }
        if key.room.is_none() {
            // Others are about to enter.
            if self.clients.values().any(|client| client.sockets.contains_key(key.nsp.as_str())) {
                return;
            }
            self.locals.remove(key.nsp.as_str());
        }
        let membership = self.membership(turn, key);
        membership.standing = Standing::Out;
        membership.having = Having::default();
        membership.lease = 0;
        membership.seen = membership.sent;
        self.forget_history(key);
        let membership = self.membership(turn, key);
        membership.push(ToRoom::Leave);
        self.fading.push_back((turn.now + LINGER, key.clone()));
        self.ready.push(Peer::Room(key.clone()));
    }

    /// Something came for members who are not here: the Room is told so, if it does not hear of it anyway.
    pub(super) fn nobody_is_here(&mut self, key: &RoomKey) {
        let Some(membership) = self.rooms.get_mut(key) else { return };
        if membership.is_out() && !membership.link.holds(|item| matches!(item, ToRoom::Leave)) {
            membership.push(ToRoom::Leave);
            self.ready.push(Peer::Room(key.clone()));
        }
    }

    /// The Room has given this Gateway up. Members have missed something, and begin anew.
    pub(super) fn expelled(&mut self, turn: &mut Turn<'_>, key: &RoomKey) {
        let Some(membership) = self.rooms.get_mut(key) else { return };
        membership.lease = 0;
        membership.standing = Standing::Out;
        membership.having = Having::default();
        if !membership.waiting.is_empty() {
            membership.open = None;
            membership.mark(turn);
            membership.ask_again();
            self.ready.push(Peer::Room(key.clone()));
        }
        self.abandon(turn, key);
        let members: Vec<Rc<str>> = match (self.locals.get(key.nsp.as_str()), &key.room) {
            (Some(local), Some(room)) => local.rooms.members(room).cloned().collect(),
            (Some(local), None) => local.rooms.ids().cloned().collect(),
            (None, _) => Vec::new(),
        };
        for id in members {
            let Some(place) = self.sockets.get(&id).cloned() else { continue };
            if let Some(client) = self.clients.get_mut(&place.sid) {
                if let Some(socket) = client.sockets.get_mut(&place.nsp) {
                    socket.lifeline = None;
                }
                client.session.close(CloseReason::ForcedClose, turn.now);
            }
            self.touch(&place.sid);
        }
    }

    /// When a Room is to be asked again.
    pub(super) fn memberships_timeout(&self) -> Option<Millis> {
        self.awaited_rooms
            .iter()
            .filter_map(|key| self.rooms.get(key))
            .map(|membership| membership.ask_at)
            .min()
    }

    /// Asks those Rooms again that have not answered for long.
    pub(super) fn ask_rooms_again(&mut self, now: Millis) {
        for key in &self.awaited_rooms {
            if let Some(membership) = self.rooms.get_mut(key).filter(|membership| membership.ask_at <= now) {
                membership.ask_at = now + ASK_AGAIN;
                membership.ask_again();
                self.counters.count(Count::Repairs);
                self.ready.push(Peer::Room(key.clone()));
            }
        }
    }

    /// Forgets what it was to Rooms that it has nothing to do with any more.
    pub(super) fn fade(&mut self, now: Millis) {
        while self.fading.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, key)) = self.fading.pop_front() else { return };
            match self.rooms.get(&key) {
                Some(membership) if membership.is_out() && membership.link.is_forgettable(now) => {
                    self.rooms.remove(&key);
                }
                Some(membership) if membership.is_out() => self.fading.push_back((now + LINGER, key)),
                _ => {}
            }
        }
    }
}
