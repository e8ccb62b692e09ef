//! How a Gateway comes back after its memory was lost.

use std::rc::Rc;

use engine_io::{Conn, Millis};
use litemap::LiteMap;

use super::{
    CLIENT, Gateway, Local, Output, Place, ROUND,
    absence::{self, AWAY, Absent},
    client::{self, Client, Pending, Phase, RoomsOf, Socket},
    having::SEEN,
    log::{LOG, Log},
    moving::{MOVED, MOVED_VERSION},
    seen::COUNTERS,
    watch::Watch,
};
use crate::{
    App, Turn,
    call::Occasion,
    logging::{Level, Line},
    metrics::Count,
    names::RoomKey,
    stored,
};

/// Sockets by their ids: in this order they come into their rooms at the end.
type Members = LiteMap<Rc<str>, Box<(Rc<str>, Vec<Rc<str>>)>>;

/// What a client was about.
struct Unfinished {
    sid: Rc<str>,
    /// Joins and leaves that were not confirmed.
    changes: Vec<(Rc<str>, Rc<str>, Pending)>,
    /// Namespaces in which something is to be done, or told to a Queue.
    busy: Vec<Rc<str>>,
    /// Namespaces whose connect handlers have to run again.
    again: Vec<Rc<str>>,
    /// Namespaces that the client was coming back to, and what it had said.
    returning: Vec<(Rc<str>, Option<Rc<str>>)>,
}

impl Gateway {
    /// The Gateway as its stored rows have it, after its memory was lost.
    ///
    /// `heard` tells of a WebSocket: `None` if it is no longer there, else when the runtime last answered a
    /// pong on it (0: never). Outputs wait to be taken, as after any other call.
    pub fn restore(
        turn: &mut Turn<'_>,
        app: Rc<App>,
        name: &str,
        rows: impl IntoIterator<Item = (String, Vec<u8>)>,
        heard: impl Fn(Conn) -> Option<Millis>,
    ) -> Self {
        // Answers to what another memory asked may still come, and are not to be taken for answers to this one.
        let next_ask = turn.epoch();
        // Nor are two calls to have the same number, by which the log tells them apart.
        let next_call = turn.epoch();
        let watch = Watch::new(turn.now);
        let mut gateway = Self { born: turn.now, next_ask, next_call, watch, ..Self::new(app, name) };
        let rows: Vec<_> = rows.into_iter().collect();
        if gateway.recovery().is_some() {
            let row = rows.iter().find(|(key, _)| key == LOG).map(|(_, row)| row.as_slice());
            match Log::restore(turn.journal, row) {
                Some(log) => gateway.log = log,
                None => return gateway.begin_from_nothing(turn, rows),
            }
        }
        let (mut round, mut lost, mut unfinished) = (None, Vec::new(), Vec::new());
        let mut members = LiteMap::new();
        for (key, value) in rows {
            if key == COUNTERS {
                gateway.restore_counters(&value);
            } else if key == ROUND {
                round = codec::from_bytes(&value);
            } else if let Some(pid) = key.strip_prefix(AWAY) {
                match stored::read::<Absent>(absence::VERSION, &value) {
                    Some(absent) => gateway.take_away(pid.into(), absent),
                    None => gateway.stores.push_back(Output::Store { key, value: None }),
                }
            } else if let Some(id) = key.strip_prefix(MOVED) {
                if let Some(moved) = stored::read(MOVED_VERSION, &value) {
                    gateway.moved.insert(id.into(), Box::new(moved));
                }
            } else if let Some(room) = key.strip_prefix(SEEN) {
                gateway
                    .remembered
                    .insert(RoomKey::of_object(room), codec::from_bytes(&value).unwrap_or_default());
            } else if let Some(sid) = key.strip_prefix(CLIENT) {
                let sid: Rc<str> = sid.into();
                match client::decode(&value) {
                    Some((client, rooms)) => {
                        unfinished.extend(gateway.adopt(turn, &sid, client, rooms, &mut members));
                        gateway.weigh(&sid, value.len());
                    }
                    None => {
                        let mut line = Line::new(Level::Warn, "forgotten");
                        gateway.log(
                            line.text("error", "the stored form of a connection is unknown; it is dropped"),
                        );
                        gateway.stores.push_back(Output::Store { key, value: None });
                    }
                }
            }
        }
        gateway.put_back(members);
        gateway.counters.count(Count::Starts);
        // Only now: what one of them does may depend on the others.
        unfinished.into_iter().for_each(|unfinished| gateway.go_on(turn, unfinished));
        let app = gateway.app.clone();
        let config = &app.config().engine;
        let mut to_see = Vec::new();
        for (sid, client) in &mut gateway.clients {
            for conn in client.conns() {
                match heard(conn) {
                    Some(at) => client.session.resume_heartbeat(config, round, at),
                    None => lost.push((sid.clone(), conn)),
                }
            }
            if client.session.conn().is_none() {
                to_see.push(sid.clone());
                continue;
            }
            // It rests; there is nothing to be done but its timer.
            client.timer = client.next_timeout(config);
            if let Some(timer) = client.timer {
                gateway.timers.insert((timer, sid.clone()));
            }
        }
        for (sid, conn) in lost {
            if let Some(client) = gateway.clients.get_mut(&sid) {
                client.session.handle_socket_closed(conn);
            }
            to_see.push(sid);
        }
        for sid in to_see {
            gateway.touch(&sid);
        }
        gateway.pump(turn);
        gateway
    }

    /// Forgets all connections, and all who are away: what they have heard is in a log that newer code has written.
    fn begin_from_nothing(mut self, turn: &mut Turn<'_>, rows: Vec<(String, Vec<u8>)>) -> Self {
        let mut line = Line::new(Level::Error, "forgotten");
        self.log(line.text("error", "newer code has written the log; all connections are dropped"));
        self.stores.extend(rows.into_iter().map(|(key, _)| Output::Store { key, value: None }));
        self.log = Log::anew(turn);
        self.stores.push_back(Output::Store { key: LOG.to_owned(), value: self.log.row() });
        self.pump(turn);
        self
    }

    /// Takes a client back in after sleep. Calls that were lost with the memory: a connect handler runs again,
    /// an event's does not (at most once).
    fn adopt(
        &mut self,
        turn: &Turn<'_>,
        sid: &Rc<str>,
        mut client: Box<Client>,
        mut rooms: RoomsOf,
        members: &mut Members,
    ) -> Option<Unfinished> {
        client.touched = false;
        client.timer = None;
        client.session.forget_requests();
        for conn in client.conns() {
            self.conns.insert(conn, sid.clone());
        }
        let (mut again, mut busy, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        let resuming = |socket: &Socket| socket.phase == Phase::Resuming;
        let returning: Vec<_> = client
            .sockets
            .values()
            .filter(|socket| resuming(socket))
            .map(|socket| (socket.nsp.clone(), socket.auth.clone()))
            .collect();
        for (nsp, _) in &returning {
            client.sockets.remove(nsp); // it is away still
        }
        for (nsp, socket) in &mut client.sockets {
            let place = Place { sid: sid.clone(), nsp: nsp.clone() };
            let place = Box::new(place);
            if let Some(lifeline) = &socket.lifeline {
                self.pids.insert(lifeline.pid.clone(), place.clone());
            }
            self.sockets.insert(socket.id.clone(), place);
            socket.call = None;
            if socket.phase != Phase::Live {
                socket.phase = Phase::Connecting;
                socket.effects.clear();
                again.push(nsp.clone());
                continue;
            }
            // Numbers that were given out before are not known any more; there were fewer of them than milliseconds.
            let unused = || Box::new(Local { next_ack: turn.now, ..Local::default() });
            let local = self.locals.entry(nsp.clone()).or_insert_with(unused);
            let beyond = socket.held.iter().map(|held| held.number + 1).max();
            local.next_ack = local.next_ack.max(beyond.unwrap_or_default()); // those are known
            let rooms = rooms.remove(nsp).unwrap_or_default();
            members.insert(socket.id.clone(), Box::new((nsp.clone(), rooms)));
            let pending = std::mem::take(&mut socket.pending);
            changes.extend(pending.into_iter().map(|pending| (nsp.clone(), socket.id.clone(), pending)));
            if !(socket.effects.is_empty() && socket.work.is_empty() && socket.consuming.is_empty()) {
                busy.push(nsp.clone());
            }
        }
        self.addresses.opened(&self.app.config().limits, &client.handshake.address, turn.now);
        // Rows are in the order of their keys, so it belongs to the end.
        if let Some((sid, client)) = self.clients.try_append(sid.clone(), client) {
            self.clients.insert(sid, client);
        }
        let is_finished = changes.is_empty() && busy.is_empty() && again.is_empty() && returning.is_empty();
        (!is_finished).then(|| Unfinished { sid: sid.clone(), changes, busy, again, returning })
    }

    /// Lets sockets into their namespaces and rooms.
    fn put_back(&mut self, members: Members) {
        for (id, member) in members {
            let (nsp, rooms) = *member;
            self.locals.entry(nsp).or_default().rooms.put_back(id, rooms);
        }
    }

    fn go_on(&mut self, turn: &mut Turn<'_>, unfinished: Unfinished) {
        let Unfinished { sid, changes, busy, again, returning } = unfinished;
        for (nsp, id, pending) in changes {
            self.change(turn, &sid, &nsp, &id, pending);
        }
        for nsp in busy {
            self.consume_again(turn, &sid, &nsp);
            self.step(turn, &sid, &nsp);
        }
        for nsp in again {
            self.call(turn, &sid, &nsp, Occasion::Connect, None);
        }
        for (nsp, auth) in returning {
            self.connect(turn, &sid, &nsp, auth.as_deref().map(str::to_owned));
        }
    }

    /// The machine that its serialised form gives back; all outputs have been taken.
    pub(crate) fn through_snapshot(&self) -> Self {
        let snapshot = codec::to_vec(self);
        match codec::from_bytes::<Self>(&snapshot) {
            Some(restored) => Self { app: self.app.clone(), ..restored },
            None => Self::new(self.app.clone(), &self.name),
        }
    }
}
