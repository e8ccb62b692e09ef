//! The life of a socket: connect, events one after another, what handlers ask for, disconnect.

use std::rc::Rc;

use engine_io::{CloseReason, Frame, Message, Version};
use socket_io::{Connection, Incoming, Violation};

use super::{
    Called, Gateway, Output, Place,
    absence::Returning,
    calls::call_of,
    client::{Client, Owed, Pending, Phase, RoomsOf, Socket, Work},
    log::only,
    questions::Awaited,
};
use crate::{
    Turn,
    call::{Effect, Occasion},
    logging::{Level, Line},
    metrics::Count,
    names::{RoomKey, id},
    wire::Cast,
};

/// How many acknowledgements one client may owe to handlers. With more, the oldest is given up.
const OWED_MAX: usize = 256;

impl Gateway {
    /// A message from a client.
    pub(super) fn message(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, message: Message) {
        self.count_in(&message);
        let Some(client) = self.clients.get_mut(sid) else { return };
        let limits = &self.app.config().limits;
        let within = |rate| client.messages.take(rate, turn.now).is_ok();
        if client.is_flooding
            || !limits.messages_per_connection.is_none_or(within)
            || !self.addresses.may_send(limits, &client.handshake.address, turn.now)
        {
            return self.flooded(turn, sid);
        }
        let Some(connection) = &mut client.connection else { return self.echo(sid, message) };
        let incoming = connection.handle_message(message);
        self.incoming(turn, sid, incoming);
    }

    /// More came than may.
    fn flooded(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>) {
        let Some(client) = self.clients.get_mut(sid) else { return };
        if !std::mem::replace(&mut client.is_flooding, true) {
            client.session.close(CloseReason::ForcedClose, turn.now);
            self.counters.count(Count::Violations);
            self.log_of(sid, Line::new(Level::Warn, "violation").text("error", "too many messages"));
        }
    }

    fn incoming(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &Rc<str>,
        incoming: Result<Option<Incoming>, Violation>,
    ) {
        if let Ok(Some(Incoming::Event { nsp, name, args, .. })) = &incoming
            && self.for_admins(turn, sid, nsp, (name, args))
        {
            return;
        }
        let Some(client) = self.clients.get_mut(sid) else { return };
        match incoming {
            Ok(None) => {}
            Ok(Some(Incoming::Connect { nsp, auth })) => self.connect(turn, sid, &nsp, auth),
            Ok(Some(Incoming::Event { nsp, id, name, args })) => {
                let Some(socket) = client.sockets.get_mut(nsp.as_str()) else { return };
                self.counters.count(Count::EventsReceived);
                if socket.is_flooded() {
                    self.counters.count(Count::Violations);
                    client.session.close(CloseReason::ForcedClose, turn.now);
                    self.log_of(
                        sid,
                        Line::new(Level::Warn, "violation").text("error", "too many events wait"),
                    );
                } else {
                    socket.work.push_back(Work::Event { ack: id, name, payload: args });
                    let nsp = socket.nsp.clone();
                    self.step(turn, sid, &nsp);
                }
            }
            Ok(Some(Incoming::Ack { nsp, id, args })) => {
                let Some(socket) = client.sockets.get_mut(nsp.as_str()) else { return };
                self.counters.count(Count::AcksReceived);
                if let Some(at) = socket.owed.iter().position(|owed| owed.number == id) {
                    let Owed { handler, kept, .. } = socket.owed.remove(at);
                    socket.work.push_back(Work::Answer { handler, payload: Some(args), kept });
                    self.dirty.insert(sid.clone());
                    return self.step(turn, sid, &nsp.as_str().into());
                }
                let socket = socket.id.clone();
                if !self.finished(turn, sid, &nsp, id) {
                    self.came(turn, &socket, Awaited::Ack(id), Some(args));
                }
            }
            Ok(Some(Incoming::Disconnect { nsp })) => {
                if let Some(socket) = client.sockets.remove(nsp.as_str()) {
                    self.depart(turn, sid, socket, "client namespace disconnect");
                }
            }
            Err(violation) => {
                self.counters.count(Count::Violations);
                client.session.close(reason_for(violation, client), turn.now);
                self.log_of(sid, Line::new(Level::Info, "violation").text("error", &violation.to_string()));
            }
        }
    }

    /// What a client asks for by opening its connection.
    pub(super) fn greet(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>) {
        let connection = self.clients.get_mut(sid).and_then(|client| client.connection.as_mut());
        let incoming = connection.and_then(Connection::greet);
        self.incoming(turn, sid, Ok(incoming));
    }

    pub(super) fn connect(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &str, auth: Option<String>) {
        let known = self.app.handlers(nsp).is_some();
        let Some(client) = self.clients.get_mut(sid) else { return };
        let most = self.app.config().limits.namespaces_per_connection;
        let is_one_too_many = |connection: &Connection| connection.namespaces().count() > most;
        if !known || client.connection.as_ref().is_some_and(is_one_too_many) {
            self.counters.count(Count::SocketsRefused);
            let frames = client.connection.as_mut().map(|connection| match known {
                true => connection.refuse(nsp, r#"{"message":"Too many namespaces"}"#),
                false => connection.refuse_unknown(nsp),
            });
            return self.send(sid, frames.unwrap_or_default(), false);
        }
        let nsp: Rc<str> = nsp.into();
        let auth: Option<Rc<str>> = auth.map(Into::into);
        if client.session.version() == Version::V4
            && self.recovery().is_some()
            && let Some(returning) = Returning::read(auth.as_deref())
            && (self.resume(turn, sid, &nsp, auth.as_ref(), &returning)
                || self.seek(turn, (sid, &nsp), auth.as_ref(), &returning))
        {
            return;
        }
        self.begin_socket(turn, sid, &nsp, auth);
    }

    /// Has a new socket ask to be let in.
    pub(super) fn begin_socket(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &Rc<str>,
        nsp: &Rc<str>,
        auth: Option<Rc<str>>,
    ) {
        let Some(client) = self.clients.get_mut(sid) else { return };
        let id: Rc<str> = match client.session.version() {
            Version::V4 => id(&turn.id(), &self.name).into(),
            Version::V3 if &**nsp == "/" => sid.clone(), // the client makes it up by itself
            Version::V3 => format!("{nsp}#{sid}").into(),
        };
        let socket = Socket::new(id, nsp.clone(), auth);
        let place = Place { sid: sid.clone(), nsp: nsp.clone() };
        self.sockets.insert(socket.id.clone(), Box::new(place));
        client.sockets.insert(nsp.clone(), Box::new(socket));
        self.call(turn, sid, nsp, Occasion::Connect, None);
    }

    pub(super) fn socket(&mut self, sid: &str, nsp: &str) -> Option<&mut Socket> {
        Some(self.clients.get_mut(sid)?.sockets.get_mut(nsp)?)
    }

    /// The connect handler lets a client in: it gets its CONNECT once broadcasts to everyone would reach it.
    pub(super) fn enter(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>, data: String) {
        let Some(socket) = self.socket(sid, nsp) else { return };
        socket.data = data;
        socket.phase = Phase::Entering;
        let id = socket.id.clone();
        if self.enter_everyone(turn, nsp, &id) {
            self.accept(turn, sid, nsp);
        }
    }

    /// The client gets its CONNECT; from now on it is a socket of the namespace.
    pub(super) fn accept(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>) {
        let Some(version) = self.version_of(sid) else { return };
        let lifeline = if self.is_of_admins(nsp) { None } else { self.lifeline(turn, version) };
        let Some(client) = self.clients.get_mut(sid) else { return };
        let (Some(socket), Some(connection)) = (client.sockets.get_mut(nsp), &mut client.connection) else {
            return;
        };
        socket.phase = Phase::Live;
        let frames = match &lifeline {
            Some(lifeline) => {
                let place = Place { sid: sid.clone(), nsp: nsp.clone() };
                self.pids.insert(lifeline.pid.clone(), Box::new(place));
                connection.accept_with_pid(nsp, &socket.id, &lifeline.pid)
            }
            None => connection.accept(nsp, &socket.id),
        };
        socket.lifeline = lifeline;
        self.counters.count(Count::SocketsConnected);
        let id = socket.id.clone();
        self.locals.entry(nsp.clone()).or_default().rooms.insert(id.clone());
        self.dirty.insert(sid.clone());
        self.send(sid, frames, false);
        self.show_connected(turn, nsp, &id);
        self.step(turn, sid, nsp);
        self.admin_entered(turn, nsp, &id);
    }

    pub(super) fn refuse(&mut self, turn: &mut Turn<'_>, sid: &str, nsp: &Rc<str>, body: &str) {
        self.counters.count(Count::SocketsRefused);
        self.log_of(sid, Line::new(Level::Info, "refused").text("nsp", nsp));
        let Some(client) = self.clients.get_mut(sid) else { return };
        let socket = client.sockets.remove(nsp);
        let frames = client.connection.as_mut().map(|connection| connection.refuse(nsp, body));
        self.send(sid, frames.unwrap_or_default(), false);
        if let Some(socket) = socket {
            self.sockets.remove(&socket.id);
            self.left(turn, &RoomKey::everyone(nsp), &socket.id, false);
        }
    }

    /// Carries out what can be of what the socket's handlers asked for; when all is done, the next event.
    pub(super) fn step(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>) {
        while let Some(socket) = self.socket(sid, nsp) {
            match socket.effects.front() {
                Some(effect) if socket.may(effect) => {
                    if let Some(effect) = socket.effects.pop_front() {
                        self.perform(turn, sid, nsp, effect);
                    }
                }
                Some(_) => return,
                None => {
                    let idle =
                        socket.phase == Phase::Live && socket.call.is_none() && socket.pending.is_empty();
                    if idle && let Some((occasion, ack)) = socket.work.pop_front().map(Work::into_occasion) {
                        if self.clients.get(sid).is_some_and(|client| client.work_stored) {
                            self.dirty.insert(sid.clone()); // else it would begin again after sleep
                        }
                        self.call(turn, sid, nsp, occasion, ack);
                    }
                    return;
                }
            }
        }
    }

    fn perform(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>, effect: Effect) {
        let Some(socket) = self.clients.get_mut(sid).and_then(|client| client.sockets.get_mut(nsp)) else {
            return;
        };
        let id = socket.id.clone();
        let socket_nsp = nsp;
        match effect {
            // As a broadcast to it alone: so it is logged.
            Effect::Emit { frames, volatile } if socket.lifeline.is_some() => {
                self.deliver(turn, nsp, &Cast { volatile, ..only(&id, frames) }, None);
            }
            Effect::Emit { frames, volatile } => {
                self.counters.count(Count::MessagesSent);
                self.say(sid, &frames, volatile);
                self.sent(turn, nsp, &[id], &frames);
            }
            Effect::Acknowledge { frames } => {
                self.counters.count(Count::AcksSent);
                self.say(sid, &frames, false);
            }
            Effect::EmitThen { name, payload, timeout, handler, kept } => {
                let number = self.next_ack(nsp);
                match self.app.config().parser.encode_event(nsp, Some(number), &name, &payload) {
                    Ok(frames) => {
                        let deadline = turn.now.saturating_add(timeout);
                        if let Some(socket) = self.socket(sid, nsp) {
                            socket.owed.push(Owed { number, handler, kept, deadline });
                            if socket.owed.len() > OWED_MAX {
                                let Owed { handler, kept, .. } = socket.owed.remove(0);
                                socket.work.push_back(Work::Answer { handler, payload: None, kept });
                            }
                        }
                        self.dirty.insert(sid.clone());
                        self.counters.count(Count::MessagesSent);
                        self.send(sid, frames.clone(), false);
                        self.sent(turn, nsp, &[id], &frames);
                    }
                    Err(error) => {
                        let mut line = Line::new(Level::Error, "unwritable");
                        line.text("nsp", nsp);
                        self.log_of(sid, line.text("error", &error.to_string()));
                    }
                }
            }
            Effect::Cast { nsp, target, frames, volatile } => {
                let trace = self.trace_of_last(sid, socket_nsp);
                self.cast(turn, &nsp, Cast { target, frames, volatile, trace })
            }
            Effect::Store(data) => {
                socket.data.clone_from(&data);
                self.dirty.insert(sid.clone());
                self.show_data(turn, nsp, &id, &data);
            }
            Effect::Join(room) => _ = self.change(turn, sid, nsp, &id, Pending { room, join: true }),
            Effect::Leave(room) => _ = self.change(turn, sid, nsp, &id, Pending { room, join: false }),
            Effect::Ask { ask, nsp, target, query } => {
                let call = socket.call.unwrap_or_default();
                if self.calls.get(&call).is_some_and(|called| called.publishes == Some(ask)) {
                    socket.call = None; // it has ended before, and what comes behind it may begin
                }
                self.ask(turn, (call, ask), &nsp, target, query);
            }
            Effect::Queue { ask, queue, query } => {
                let call = socket.call.unwrap_or_default();
                self.ask_queue(turn, (call, ask), &queue, query);
            }
            Effect::Consume { queue, prefetch, event } => {
                self.consume(turn, sid, nsp, &queue, (prefetch, event))
            }
            Effect::StopConsuming { ask, queue } => {
                let call = socket.call.unwrap_or_default();
                self.stop_consuming(turn, sid, nsp, (call, ask), &queue);
            }
            Effect::Disconnect(close) => self.disconnect(turn, sid, nsp, close),
        }
    }

    pub(super) fn disconnect(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, nsp: &Rc<str>, close: bool) {
        let Some(client) = self.clients.get_mut(sid) else { return };
        let leaving: Vec<Rc<str>> =
            if close { client.sockets.keys().cloned().collect() } else { vec![nsp.clone()] };
        for nsp in leaving {
            let Some(client) = self.clients.get_mut(sid) else { return };
            let frames = client.connection.as_mut().map(|connection| connection.disconnect(&nsp));
            if let Some(socket) = client.sockets.remove(&nsp) {
                self.send(sid, frames.unwrap_or_default(), false);
                self.depart(turn, sid, socket, "server namespace disconnect");
            }
        }
        if close && let Some(client) = self.clients.get_mut(sid) {
            client.session.close(CloseReason::ForcedServerClose, turn.now);
        }
        self.touch(sid);
    }

    /// Tells handlers of the acknowledgements that did not come in time.
    pub(super) fn late_answers(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>) {
        let Some(client) = self.clients.get_mut(sid) else { return };
        if client.owed_by().is_none_or(|deadline| deadline > turn.now) {
            return;
        }
        let mut all = Vec::new();
        for (nsp, socket) in &mut client.sockets {
            let (late, owed) = std::mem::take(&mut socket.owed)
                .into_iter()
                .partition::<Vec<_>, _>(|owed| owed.deadline <= turn.now);
            socket.owed = owed;
            let answers = late.into_iter().map(|Owed { handler, kept, .. }| Work::Answer {
                handler,
                payload: None,
                kept,
            });
            socket.work.extend(answers);
            all.push(nsp.clone());
        }
        self.dirty.insert(sid.clone());
        for nsp in all {
            self.step(turn, sid, &nsp);
        }
    }

    /// A session has closed: all its sockets go.
    pub(super) fn closed(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, reason: &'static str) {
        self.count_closed(reason);
        self.counters.count(Count::ConnectionsClosed);
        self.log_of(sid, Line::new(Level::Info, "closed").text("reason", reason));
        let Some(client) = self.clients.get_mut(sid) else { return };
        for (_, socket) in std::mem::take(&mut client.sockets) {
            self.depart(turn, sid, socket, reason);
        }
        self.dirty.insert(sid.clone());
    }

    /// A socket, already taken from its client, has gone: its rooms hear of it first, then its handler.
    pub(super) fn depart(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &Rc<str>,
        mut socket: Box<Socket>,
        reason: &'static str,
    ) {
        if socket.phase == Phase::Live {
            self.counters.count(Count::SocketsDisconnected);
            // What it still had to say to others is said.
            let last_words = std::mem::take(&mut socket.effects);
            let trace = self.trace_of(socket.call.unwrap_or_default());
            self.without_socket(turn, socket.call.unwrap_or_default(), last_words, trace);
        }
        let nsp = &socket.nsp;
        let stays = self.stays(&socket, reason);
        self.sockets.remove(&socket.id);
        self.dirty.insert(sid.clone());
        let mut rooms = Vec::new();
        if stays {
            rooms = self.go_away(turn, &socket);
        } else if let Some(local) = self.locals.get_mut(nsp) {
            rooms = local.rooms.remove(&socket.id);
        }
        for room in rooms.iter().filter(|_| !stays) {
            self.left(turn, &RoomKey::room(nsp, room), &socket.id, true);
        }
        for Pending { room, .. } in &socket.pending {
            self.left(turn, &RoomKey::room(nsp, room), &socket.id, false);
        }
        self.show_disconnected(turn, &socket, &rooms, reason);
        self.forget_awaited(turn, &socket.id);
        self.consumer_gone(turn, &socket.id, std::mem::take(&mut socket.consuming));
        if !stays {
            if let Some(lifeline) = &socket.lifeline {
                self.pids.remove(&lifeline.pid);
                if socket.phase == Phase::Resuming {
                    self.forget_away(&lifeline.pid); // until it is back its row is there
                }
                self.tell_home(turn, &socket.id, &lifeline.pid, false);
            }
            let was_in = matches!(socket.phase, Phase::Live | Phase::Resuming);
            self.left(turn, &RoomKey::everyone(nsp), &socket.id, was_in);
        }
        let watched = self.app.handlers(nsp).is_some_and(super::super::namespace::Handlers::has_disconnect);
        if socket.phase != Phase::Live || !watched {
            return;
        }
        let Some(client) = self.clients.get(sid) else { return };
        self.next_call += 1;
        let occasion = Occasion::Disconnect { reason };
        let call = call_of(self.next_call, &socket, &client.handshake, occasion, rooms, turn.now);
        let (socket, handshake) = (call.socket.clone(), call.handshake.clone());
        let called = Called {
            sid: sid.clone(),
            socket,
            nsp: nsp.clone(),
            ack: None,
            handshake,
            began: turn.now,
            publishes: None,
        };
        self.calls.insert(call.id, called);
        self.outputs.push_back(Output::Run(Box::new(call)));
    }

    /// Sends packets to a client, which is looked after behind that.
    pub(super) fn send(&mut self, sid: &str, frames: Vec<Frame>, volatile: bool) {
        self.say(sid, &frames, volatile);
        self.touch(sid);
    }

    /// Sends events and acknowledgements to a client: by WebSocket they change nothing that would be looked after.
    fn say(&mut self, sid: &str, frames: &[Frame], volatile: bool) {
        self.count_out(frames, 1);
        let Some(client) = self.clients.get_mut(sid) else { return };
        if !client.pass(frames, volatile, &mut self.outputs) {
            self.touch(sid);
        }
    }

    /// Rooms of the sockets of a client, by namespace, to be stored with it.
    pub(super) fn rooms_of(&self, client: &Client) -> RoomsOf {
        let mut rooms = RoomsOf::new();
        for (nsp, socket) in &client.sockets {
            if let Some(local) = self.locals.get(nsp) {
                rooms.insert(nsp.clone(), local.rooms.rooms_of(&socket.id).cloned().collect());
            }
        }
        rooms
    }
}

/// Node's reason for the end of a connection that broke the rules. What can't be read has the transport closed, and the
/// sockets hear of it by that. What comes in the wrong state closes client and transport together, and which of them the
/// sockets hear of depends on whether the transport could close at once.
fn reason_for(violation: Violation, client: &Client) -> CloseReason {
    match violation {
        Violation::NotConnected | Violation::AlreadyConnected | Violation::ConnectErrorFromClient
            if client.session.is_waiting_for_poll() =>
        {
            CloseReason::ForcedServerClose
        }
        _ => CloseReason::ForcedClose,
    }
}
