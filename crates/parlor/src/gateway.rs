//! The Gateway machine: it holds client connections, whichever the transport, and is the only authority on
//! its own sockets.
//!
//! Everything that happens is a method call with a [`Turn`] (the time, and randomness); everything to be done
//! comes out of [`Gateway::poll_output`], in order. The caller takes all outputs before the next call.
//!
//! Split by meaning: `client` is what is kept of one connection, `sockets` is the life of a socket and its
//! handlers, `rooms` is the side of the Gateway that talks to Rooms and other Gateways.

mod client;
mod rooms;
mod sockets;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
};

use bytes::Bytes;
use engine_io::{
    Answer, CloseReason, Conn, Frame, Message, Millis, Output as SessionOutput, Session, Ticket, Transport,
};
use litemap::LiteMap;
use serde::{Deserialize, Serialize};
use socket_io::{Connection, Rooms};

use self::client::Client;
use crate::{
    App, Turn,
    call::{Call, CallId, Handshake},
    link::Link,
    names::{RoomKey, id},
    wire::{Card, Direct, Peer, ToGateway, ToRoom},
};

/// What a Gateway wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Keep this row, or delete it.
    Store {
        /// Its key.
        key: String,
        /// `None`: delete.
        value: Option<Vec<u8>>,
    },
    /// Answer an HTTP request.
    Answer {
        /// Which.
        ticket: Ticket,
        /// With what.
        answer: Answer,
    },
    /// Send a frame.
    Send {
        /// Over this WebSocket.
        conn: Conn,
        /// The frame; frames of one broadcast are the same `Rc`.
        frame: Frame,
    },
    /// Close a WebSocket.
    Close {
        /// Which.
        conn: Conn,
        /// `None`: without a code.
        code: Option<u16>,
    },
    /// Make this request and bring the reply to [`Gateway::handle_reply`].
    Request {
        /// To this object.
        peer: Peer,
        /// The body.
        body: Vec<u8>,
    },
    /// Start this call ([`App::start`]) and bring its progress to [`Gateway::handle_progress`].
    Run(Call),
    /// Bring this answer to the call ([`crate::Scope::answer`]).
    Answered {
        /// The call.
        call: CallId,
        /// Its question.
        ask: u64,
        /// The sockets.
        sockets: Vec<Card>,
    },
    /// A line for the log.
    Log(String),
}

/// Which protocol a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Socket.IO over Engine.IO.
    SocketIo,
    /// Bare Engine.IO, for [`App::engine`].
    EngineIo,
}

/// Prefix of the stored rows of clients.
const CLIENT: &str = "c/";
/// Key of the row with the time of the last round of pings.
const ROUND: &str = "round";

/// Where a socket is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    sid: Rc<str>,
    nsp: Rc<str>,
}

/// What a Gateway knows of a namespace.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Local {
    rooms: Rooms,
    standing: Standing,
}

/// Whether the Room of everyone counts this Gateway in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Standing {
    #[default]
    Out,
    Joining,
    In,
}

/// A call under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Called {
    socket: Rc<str>,
    nsp: Rc<str>,
    ack: Option<u64>,
}

/// The machine. See the module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Gateway {
    #[serde(skip)]
    app: Rc<App>,
    name: String,
    clients: BTreeMap<Rc<str>, Client>,
    conns: BTreeMap<Conn, Rc<str>>,
    sockets: BTreeMap<Rc<str>, Place>,
    locals: BTreeMap<Rc<str>, Local>,
    calls: LiteMap<CallId, Called>,
    asks: LiteMap<u64, (CallId, u64)>,
    rooms: BTreeMap<RoomKey, Link<ToRoom, ToGateway>>,
    gateways: BTreeMap<String, Link<Direct, Direct>>,
    timers: BTreeSet<(Millis, Rc<str>)>,
    next_call: CallId,
    next_ask: u64,
    touched: VecDeque<Rc<str>>,
    dirty: BTreeSet<Rc<str>>,
    ready: Vec<Peer>,
    /// What is to be stored; it comes out before everything else, so that nothing is sent that a crash could undo.
    #[serde(skip)]
    stores: VecDeque<Output>,
    #[serde(skip)]
    outputs: VecDeque<Output>,
}

impl Gateway {
    /// A Gateway without clients.
    #[must_use]
    pub fn new(app: Rc<App>, name: &str) -> Self {
        Self {
            app,
            name: name.to_owned(),
            clients: BTreeMap::new(),
            conns: BTreeMap::new(),
            sockets: BTreeMap::new(),
            locals: BTreeMap::new(),
            calls: LiteMap::new(),
            asks: LiteMap::new(),
            rooms: BTreeMap::new(),
            gateways: BTreeMap::new(),
            timers: BTreeSet::new(),
            next_call: 0,
            next_ask: 0,
            touched: VecDeque::new(),
            dirty: BTreeSet::new(),
            ready: Vec::new(),
            stores: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

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
        let mut gateway = Self::new(app, name);
        let (mut pinged_at, mut lost) = (None, Vec::new());
        for (key, value) in rows {
            if key == ROUND {
                pinged_at = postcard::from_bytes(&value).ok();
            } else if let Some(sid) = key.strip_prefix(CLIENT) {
                let sid: Rc<str> = sid.into();
                match client::decode(&value) {
                    Some((client, rooms)) => gateway.adopt(turn, &sid, client, rooms),
                    None => {
                        gateway
                            .outputs
                            .push_back(Output::Log(format!("{sid}: its stored form is unknown; dropped")));
                        gateway.stores.push_back(Output::Store { key, value: None });
                    }
                }
            }
        }
        let app = gateway.app.clone();
        let config = &app.config().engine;
        for (sid, client) in &mut gateway.clients {
            for conn in client.conns() {
                match heard(conn) {
                    Some(at) => {
                        let heard_at = at.max(client.session.opened_at());
                        client.session.resume_heartbeat(config, pinged_at, heard_at);
                    }
                    None => lost.push((sid.clone(), conn)),
                }
            }
        }
        for (sid, conn) in lost {
            if let Some(client) = gateway.clients.get_mut(&sid) {
                client.session.handle_socket_closed(conn);
            }
        }
        let all: Vec<_> = gateway.clients.keys().cloned().collect();
        for sid in all {
            gateway.touch(&sid);
        }
        gateway.pump(turn);
        gateway
    }

    /// Opens a session by HTTP long-polling; the request is answered with its handshake.
    pub fn open_polling(
        &mut self,
        turn: &mut Turn<'_>,
        protocol: Protocol,
        handshake: Handshake,
        ticket: Ticket,
    ) {
        let sid = id(&turn.id(), &self.name);
        let session = Session::open_polling(&self.app.config().engine, &sid, ticket, turn.now);
        self.open(turn, protocol, handshake, sid, session);
    }

    /// Opens a session over a new WebSocket.
    pub fn open_websocket(
        &mut self,
        turn: &mut Turn<'_>,
        protocol: Protocol,
        handshake: Handshake,
        conn: Conn,
    ) {
        let sid = id(&turn.id(), &self.name);
        let session = Session::open_websocket(&self.app.config().engine, &sid, conn, turn.now);
        self.conns.insert(conn, sid.as_str().into());
        self.open(turn, protocol, handshake, sid, session);
    }

    fn open(
        &mut self,
        turn: &mut Turn<'_>,
        protocol: Protocol,
        handshake: Handshake,
        sid: String,
        session: Session,
    ) {
        let connection = match protocol {
            Protocol::SocketIo => Some(Connection::new(turn.now, self.app.config().connect_timeout)),
            Protocol::EngineIo => None,
        };
        let sid: Rc<str> = sid.into();
        let client = Client {
            session,
            connection,
            handshake: Rc::new(handshake),
            sockets: LiteMap::new(),
            touched: false,
            timer: None,
        };
        self.clients.insert(sid.clone(), client);
        self.touch(&sid);
        self.pump(turn);
    }

    /// Whether this session is open here.
    #[must_use]
    pub fn knows(&self, sid: &str) -> bool {
        self.clients.contains_key(sid)
    }

    /// A GET of a session.
    pub fn handle_poll(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket) {
        self.on_session(turn, sid, ticket, |session, config, now| session.handle_poll(config, ticket, now));
    }

    /// A POST of a session began; its body is still to come.
    pub fn handle_post_started(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket) {
        self.on_session(turn, sid, ticket, |session, _, _| session.handle_post_started(ticket));
    }

    /// The body of a POST is longer than allowed; the rest was not read.
    pub fn handle_post_too_large(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket) {
        self.on_session(turn, sid, ticket, |session, _, _| session.handle_post_too_large(ticket));
    }

    /// The body of a POST is not text.
    pub fn handle_post_not_text(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket) {
        self.on_session(turn, sid, ticket, |session, _, _| session.handle_post_not_text(ticket));
    }

    /// The client went away in the middle of a POST.
    pub fn handle_post_aborted(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket) {
        self.on_session(turn, sid, ticket, |session, _, _| session.handle_post_aborted(ticket));
    }

    /// The body of a POST is there.
    pub fn handle_post(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket, body: &[u8]) {
        self.on_session(turn, sid, ticket, |session, config, now| {
            session.handle_post(config, ticket, body, now)
        });
    }

    fn on_session(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &str,
        ticket: Ticket,
        input: impl FnOnce(&mut Session, &engine_io::Config, Millis),
    ) {
        self.expire(turn);
        match self.clients.get_mut(sid) {
            Some(client) => {
                input(&mut client.session, &self.app.config().engine, turn.now);
                self.touch(sid);
                self.pump(turn);
            }
            None => {
                let answer = Answer::Refused(engine_io::Refusal::UnknownSid);
                self.outputs.push_back(Output::Answer { ticket, answer });
            }
        }
    }

    /// A WebSocket asks to take over a session.
    pub fn handle_websocket(&mut self, turn: &mut Turn<'_>, sid: &str, conn: Conn) {
        match self.clients.get_mut(sid) {
            Some(client) => {
                self.conns.insert(conn, sid.into());
                client.session.handle_websocket(&self.app.config().engine, conn, turn.now);
                self.touch(sid);
                self.pump(turn);
            }
            None => self.outputs.push_back(Output::Close { conn, code: None }),
        }
    }

    /// A text frame came.
    pub fn handle_text(&mut self, turn: &mut Turn<'_>, conn: Conn, text: &str) {
        self.on_conn(turn, conn, |session, config, now| session.handle_text(config, conn, text, now));
    }

    /// A binary frame came.
    pub fn handle_binary(&mut self, turn: &mut Turn<'_>, conn: Conn, bytes: Bytes) {
        self.on_conn(turn, conn, |session, config, now| session.handle_binary(config, conn, bytes, now));
    }

    /// A WebSocket was closed, or broke.
    pub fn handle_socket_closed(&mut self, turn: &mut Turn<'_>, conn: Conn) {
        self.on_conn(turn, conn, |session, _, _| session.handle_socket_closed(conn));
        self.conns.remove(&conn);
    }

    fn on_conn(
        &mut self,
        turn: &mut Turn<'_>,
        conn: Conn,
        input: impl FnOnce(&mut Session, &engine_io::Config, Millis),
    ) {
        let Some(sid) = self.conns.get(&conn).cloned() else {
            self.outputs.push_back(Output::Close { conn, code: None });
            return;
        };
        if let Some(client) = self.clients.get_mut(&sid) {
            input(&mut client.session, &self.app.config().engine, turn.now);
            self.touch(&sid);
            self.pump(turn);
        }
    }

    /// The runtime answered a pong on this WebSocket at that time.
    pub fn heard(&mut self, conn: Conn, at: Millis) {
        let Some(sid) = self.conns.get(&conn).cloned() else { return };
        if let Some(client) = self.clients.get_mut(&sid) {
            client.session.heard(&self.app.config().engine, at);
            self.touch(&sid);
        }
    }

    /// When to call [`Self::handle_timeout`].
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        let clients = self.timers.first().map(|(at, _)| *at);
        let links = self.rooms.values().filter_map(Link::next_timeout);
        links.chain(self.gateways.values().filter_map(Link::next_timeout)).chain(clients).min()
    }

    /// Does what is due: pings, closes, retries. Where pongs are answered by the runtime, tell them by
    /// [`Self::heard`] first.
    pub fn handle_timeout(&mut self, turn: &mut Turn<'_>) {
        self.pump(turn);
        self.expire(turn);
        for (key, link) in &mut self.rooms {
            if link.handle_timeout(turn.now) {
                self.ready.push(Peer::Room(key.clone()));
            }
        }
        for (name, link) in self.gateways.iter_mut() {
            if link.handle_timeout(turn.now) {
                self.ready.push(Peer::Gateway(name.clone()));
            }
        }
        self.pump(turn);
    }

    /// Lets the clients whose time has come have their timeout. Where the object sleeps between pings, all
    /// that are due within half an interval have theirs in the same round.
    fn expire(&mut self, turn: &mut Turn<'_>) {
        let app = self.app.clone();
        let config = &app.config().engine;
        if self.timers.first().is_none_or(|(at, _)| *at > turn.now) {
            return;
        }
        let horizon = if config.sleeps() { turn.now + config.ping_interval / 2 } else { turn.now };
        let due: Vec<Rc<str>> =
            self.timers.iter().take_while(|(at, _)| *at <= horizon).map(|(_, sid)| sid.clone()).collect();
        let mut pinged = false;
        for sid in due {
            let Some(client) = self.clients.get_mut(&sid) else { continue };
            client.session.handle_timeout(config, turn.now);
            pinged |= client.session.transport() == Some(Transport::WebSocket);
            if client.connection.as_mut().is_some_and(|connection| connection.handle_timeout(turn.now)) {
                client.session.close(CloseReason::ForcedClose, turn.now);
            }
            if !client.touched {
                client.touched = true;
                self.touched.push_back(sid);
            }
        }
        if pinged && config.sleeps() {
            let value = postcard::to_allocvec(&turn.now).ok();
            self.stores.push_back(Output::Store { key: ROUND.into(), value });
        }
        self.pump(turn);
    }

    /// The machine that its serialised form gives back; all outputs have been taken.
    pub(crate) fn through_snapshot(&self) -> Self {
        let snapshot = postcard::to_allocvec(self).unwrap_or_default();
        match postcard::from_bytes::<Self>(&snapshot) {
            Ok(restored) => Self { app: self.app.clone(), ..restored },
            Err(_) => Self::new(self.app.clone(), &self.name),
        }
    }

    /// What is to be done, in order; first what is to be stored.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.stores.pop_front().or_else(|| self.outputs.pop_front())
    }

    /// Whether nothing is under way: no call, and nothing on its way to or from other objects. Then forgetting
    /// this machine loses nothing.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.calls.is_empty()
            && self.rooms.values().all(Link::is_quiet)
            && self.gateways.values().all(Link::is_quiet)
    }

    /// Marks a client to be looked after in [`Self::pump`].
    fn touch(&mut self, sid: &str) {
        if let Some((sid, client)) =
            self.clients.get_key_value(sid).map(|(sid, client)| (sid.clone(), client))
            && !client.touched
        {
            if let Some(client) = self.clients.get_mut(&sid) {
                client.touched = true;
            }
            self.touched.push_back(sid);
        }
    }

    /// Drains the sessions that were touched, then sends what links have to say and stores what changed.
    fn pump(&mut self, turn: &mut Turn<'_>) {
        while let Some(sid) = self.touched.pop_front() {
            if let Some(client) = self.clients.get_mut(&sid) {
                client.touched = false;
            }
            while let Some(output) =
                self.clients.get_mut(&sid).and_then(|client| client.session.poll_output())
            {
                self.session_output(turn, &sid, output);
            }
            self.settle(&sid);
        }
        for peer in std::mem::take(&mut self.ready) {
            self.request(peer);
        }
        for sid in std::mem::take(&mut self.dirty) {
            let key = format!("{CLIENT}{sid}");
            let value = self.clients.get(&sid).map(|client| client::encode(client, self.rooms_of(client)));
            self.stores.push_back(Output::Store { key, value });
        }
    }

    fn session_output(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, output: SessionOutput) {
        match output {
            SessionOutput::Answer { ticket, answer } => {
                self.outputs.push_back(Output::Answer { ticket, answer })
            }
            SessionOutput::Send { conn, frame } => self.outputs.push_back(Output::Send { conn, frame }),
            SessionOutput::CloseSocket { conn, code } => {
                self.conns.remove(&conn);
                self.outputs.push_back(Output::Close { conn, code });
            }
            SessionOutput::Message(message) => self.message(turn, sid, message),
            SessionOutput::Upgraded => {}
            SessionOutput::Closed(reason) => self.closed(turn, sid, reason.as_str()),
        }
    }

    /// Brings timers and stored rows up to date with a client whose session has been drained.
    fn settle(&mut self, sid: &Rc<str>) {
        let Some(client) = self.clients.get_mut(sid) else { return };
        if client.session.is_finished() {
            if let Some(timer) = client.timer.take() {
                self.timers.remove(&(timer, sid.clone()));
            }
            self.clients.remove(sid);
            self.dirty.insert(sid.clone());
            return;
        }
        let changed = client.connection.as_mut().is_some_and(Connection::take_dirty);
        if client.session.take_dirty() || changed {
            self.dirty.insert(sid.clone());
        }
        let session = client.session.next_timeout(&self.app.config().engine);
        let timer =
            session.into_iter().chain(client.connection.as_ref().and_then(Connection::next_timeout)).min();
        if timer != client.timer {
            if let Some(old) = std::mem::replace(&mut client.timer, timer) {
                self.timers.remove(&(old, sid.clone()));
            }
            if let Some(new) = timer {
                self.timers.insert((new, sid.clone()));
            }
        }
    }

    /// A message of a bare Engine.IO client.
    fn echo(&mut self, sid: &str, message: Message) {
        let answers = match self.app.engine_endpoint() {
            Some((_, handler)) => handler(message),
            None => Vec::new(),
        };
        if let Some(client) = self.clients.get_mut(sid) {
            for answer in answers {
                client.session.send(match answer {
                    Message::Text(text) => Frame::text_message(&text),
                    Message::Binary(bytes) => Frame::Binary(bytes),
                });
            }
        }
        self.touch(sid);
    }
}
