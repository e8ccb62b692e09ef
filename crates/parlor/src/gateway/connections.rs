//! Connections: sessions are opened, fed with requests and frames, and what they want is done.

use std::rc::Rc;

use bytes::Bytes;
use engine_io::{
    Answer, CloseReason, Conn, Dialect, Frame, Message, Millis, Output as SessionOutput, Refusal, Session,
    Ticket, Transport, Version,
};
use litemap::LiteMap;
use socket_io::{Connection, Options};

use super::{Gateway, Output, Protocol, client::Client};
use crate::{
    Turn,
    call::Handshake,
    limits::Bucket,
    logging::{Level, Line},
    metrics::Count,
    names::id,
};

/// How long the row of a client may be without being counted: those of nearly all are much shorter.
const ROW: usize = 16 << 10;

/// How much rows may have beyond that, all together. All of it is memory, and has to have room in the next one too.
const BULK_MAX: usize = 32 << 20;

impl Gateway {
    /// Opens a session by HTTP long-polling; the request is answered with its handshake. Gives the session's id.
    pub fn open_polling(
        &mut self,
        turn: &mut Turn<'_>,
        protocol: Protocol,
        dialect: Dialect,
        handshake: Handshake,
        ticket: Ticket,
    ) -> String {
        let sid = id(&turn.id(), &self.name);
        let config = &self.app.config().engine;
        let session = Session::open_polling(config, dialect, &sid, ticket, turn.now);
        self.open(turn, protocol, handshake, &sid, session);
        sid
    }

    /// Opens a session over a new WebSocket.
    pub fn open_websocket(
        &mut self,
        turn: &mut Turn<'_>,
        protocol: Protocol,
        dialect: Dialect,
        handshake: Handshake,
        conn: Conn,
    ) {
        let sid = id(&turn.id(), &self.name);
        let config = &self.app.config().engine;
        let session = Session::open_websocket(config, dialect, &sid, conn, turn.now);
        self.conns.insert(conn, sid.as_str().into());
        self.open(turn, protocol, handshake, &sid, session);
    }

    fn open(
        &mut self,
        turn: &mut Turn<'_>,
        protocol: Protocol,
        handshake: Handshake,
        sid: &str,
        session: Session,
    ) {
        let config = self.app.config();
        let options = Options { parser: config.parser, version: session.version() };
        let connection = match protocol {
            Protocol::SocketIo => Some(Connection::new(turn.now, config.connect_timeout, options)),
            Protocol::EngineIo => None,
        };
        let sid: Rc<str> = sid.into();
        let client = Client {
            session,
            connection,
            handshake: Rc::new(handshake),
            sockets: LiteMap::new(),
            touched: false,
            work_stored: false,
            timer: None,
            messages: Bucket::default(),
            is_flooding: false,
            bulk: 0,
        };
        self.addresses.opened(&config.limits, &client.handshake.address, turn.now);
        self.opening(turn);
        let transport = client.session.transport();
        self.clients.insert(sid.clone(), Box::new(client));
        self.counters.count(Count::ConnectionsOpened);
        self.list_itself(turn);
        let transport = transport.map_or("", Transport::as_str);
        self.log_of(&sid, Line::new(Level::Info, "opened").text("transport", transport));
        self.greet(turn, &sid);
        self.touch(&sid);
        self.pump(turn);
    }

    /// The version of Engine.IO that this session speaks, if it is open here.
    #[must_use]
    pub fn version_of(&self, sid: &str) -> Option<Version> {
        Some(self.clients.get(sid)?.session.version())
    }

    /// Whether one more connection may be opened, from this address.
    ///
    /// # Errors
    /// The answer to give instead: 503 if it holds as many as it may, or the refusal of an address that has or opens too many.
    pub fn admit(&mut self, turn: &Turn<'_>, address: &str) -> Result<(), Answer> {
        let config = self.app.config();
        let admitted = match self.clients.len() >= config.gateway_connections {
            true => Err(Answer::Bare(503)),
            false => {
                let may_open = self.addresses.may_open(&config.limits, address, turn.now);
                may_open.map_err(|wait| Answer::Refused(Refusal::TooMany(wait)))
            }
        };
        self.counters.add(Count::ConnectionsRefused, u64::from(admitted.is_err()));
        admitted
    }

    /// Whether a WebSocket is about to take over this session.
    #[must_use]
    pub fn is_upgrading(&self, sid: &str) -> bool {
        self.clients.get(sid).is_some_and(|client| client.session.probe().is_some())
    }

    /// A GET of a session.
    pub fn handle_poll(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket) {
        self.on_session(turn, sid, ticket, |session, config, now| session.handle_poll(config, ticket, now));
    }

    /// The client of a GET that waits has gone.
    pub fn handle_poll_aborted(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket) {
        self.on_session(turn, sid, ticket, |session, _, _| session.handle_poll_aborted(ticket));
    }

    /// A POST of a session began; its body, which may be said to be bytes, is still to come.
    pub fn handle_post_started(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket, is_binary: bool) {
        self.on_session(turn, sid, ticket, |session, _, _| session.handle_post_started(ticket, is_binary));
    }

    /// The body of a POST is longer than allowed; the rest was not read.
    pub fn handle_post_too_large(&mut self, turn: &mut Turn<'_>, sid: &str, ticket: Ticket) {
        self.on_session(turn, sid, ticket, |session, _, _| session.handle_post_too_large(ticket));
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
                let answer = Answer::Refused(Refusal::UnknownSid);
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
            if !client.touched {
                client.touched = true;
                self.touched.push_back(sid);
            }
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

    /// The row of a client has this length now. If all together are too long, it ends with the client by which they are:
    /// few could fill the memory of all, by what is kept for them.
    pub(super) fn weigh(&mut self, sid: &Rc<str>, row: usize) {
        let Some(client) = self.clients.get_mut(sid) else { return };
        let bulk = row.saturating_sub(ROW);
        let was = std::mem::replace(&mut client.bulk, bulk);
        self.bulk = self.bulk.saturating_sub(was).saturating_add(bulk);
        if bulk > was && self.bulk > BULK_MAX {
            client.session.abort(CloseReason::ForcedClose);
            self.counters.count(Count::Violations);
            self.log_of(sid, Line::new(Level::Warn, "violation").text("error", "too much is kept"));
            self.touch(sid);
        }
    }

    /// Does what a session wants.
    pub(super) fn session_output(&mut self, turn: &mut Turn<'_>, sid: &Rc<str>, output: SessionOutput) {
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
            SessionOutput::Upgraded => self.show_upgraded(turn, sid),
            SessionOutput::Closed(reason) => self.closed(turn, sid, reason.as_str()),
        }
    }

    /// A message of a bare Engine.IO client.
    pub(super) fn echo(&mut self, sid: &str, message: Message) {
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
