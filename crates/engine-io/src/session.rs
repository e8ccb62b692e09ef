//! One session's state machine, whichever its transport.
//!
//! Two rules: everything that changes a session is in this module, and the module knows nothing of the application: it
//! does not look into messages, and a session that ends tells so once and then only finishes delivering.
//!
//! ```text
//!  open_polling ──▶ Polling ◀──▶ Polling with a probe ──`5`──▶ WebSocket ◀── open_websocket
//!                      │ server close, no GET parked               │
//!                      ▼                                           ▼
//!                   Closing ── GET, or 30 s ─────────────────▶  Closed
//! ```
//!
//! Every other end leads straight to Closed. The parts: `requests` (GET and POST), `sockets` (frames), `upgrade` (the
//! probe), `heartbeat`, `outbox` (what waits for a GET).

mod heartbeat;
mod outbox;
mod requests;
mod sockets;
mod upgrade;

use std::collections::VecDeque;
use std::mem;

use codec::{Decode, Encode};

use self::heartbeat::{Beat, Heartbeat, Pace};
use self::outbox::Outbox;
use self::upgrade::Probe;
use crate::handshake::Open;
use crate::{
    Answer, CloseReason, Config, Conn, DecodeError, Dialect, Frame, Millis, Output, Packet, Ticket,
    Transport, Version,
};

/// How long the close packet waits for a GET, as on Node.
const CLOSE_WAIT: Millis = 30_000;

/// One Engine.IO session.
///
/// Its methods are of four kinds: `handle_*` take what happened, [`send`](Self::send), [`send_volatile`] and
/// [`close`](Self::close) what the server wants, [`poll_output`](Self::poll_output) gives what is to be done, and the
/// rest read. After every turn the caller drains `poll_output`; only then is the session complete, and only then may it
/// be serialised (outputs not yet taken are not part of the serialised form).
///
/// A WebSocket session is the same after a restart if its [`Conn`] means the same socket; HTTP requests do not survive
/// one, see [`forget_requests`](Self::forget_requests). The serialised form carries no version: whoever stores it
/// writes one beside it.
///
/// [`send_volatile`]: Self::send_volatile
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Session {
    sid: String,
    dialect: Dialect,
    opened_at: Millis,
    link: Link,
    /// The POST whose body is being read. It is here, not in the link, because it may outlast the upgrade.
    post: Option<Post>,
    heartbeat: Heartbeat,
    outbox: Outbox,
    dirty: bool,
    #[codec(skip)]
    outputs: VecDeque<Output>,
}

/// A POST, and whether its body is bytes (version 3).
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
struct Post {
    ticket: Ticket,
    is_binary: bool,
}

/// What carries the packets.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
enum Link {
    Polling {
        get: Option<Ticket>,
        probe: Option<Probe>,
    },
    WebSocket {
        conn: Conn,
    },
    /// The application has been told; the outbox, the close packet at its end, waits for a GET until then.
    Closing {
        until: Millis,
    },
    Closed,
}

impl Session {
    /// Opens a session by polling: the GET is answered with the open packet.
    pub fn open_polling(config: &Config, dialect: Dialect, sid: &str, ticket: Ticket, now: Millis) -> Self {
        let mut session = Self::new(dialect, sid, Link::Polling { get: None, probe: None }, now);
        let open = Open::new(sid, Transport::Polling, config).packet();
        session.answer_payload(ticket, &[Frame::Text(open.into())]);
        session
    }

    /// Opens a session by WebSocket: the open packet is its first frame.
    pub fn open_websocket(config: &Config, dialect: Dialect, sid: &str, conn: Conn, now: Millis) -> Self {
        let mut session = Self::new(dialect, sid, Link::WebSocket { conn }, now);
        let open = Open::new(sid, Transport::WebSocket, config).packet();
        session.outputs.push_back(Output::Send { conn, frame: Frame::Text(open.into()) });
        session
    }

    fn new(dialect: Dialect, sid: &str, link: Link, now: Millis) -> Self {
        Self {
            sid: sid.to_owned(),
            dialect,
            opened_at: now,
            link,
            post: None,
            heartbeat: Heartbeat::new(now),
            outbox: Outbox::default(),
            dirty: true,
            outputs: VecDeque::new(),
        }
    }

    /// The session's id, as given at the opening.
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// The version of the protocol that its client speaks.
    pub fn version(&self) -> Version {
        self.dialect.version
    }

    /// When the session opened.
    pub fn opened_at(&self) -> Millis {
        self.opened_at
    }

    /// The transport packets go by now; `None` when the session is closed.
    pub fn transport(&self) -> Option<Transport> {
        match self.link {
            Link::Polling { .. } => Some(Transport::Polling),
            Link::WebSocket { .. } => Some(Transport::WebSocket),
            Link::Closing { .. } | Link::Closed => None,
        }
    }

    /// The WebSocket of a WebSocket session. A probe is not one yet, see [`probe`](Self::probe).
    pub fn conn(&self) -> Option<Conn> {
        match self.link {
            Link::WebSocket { conn } => Some(conn),
            _ => None,
        }
    }

    /// The WebSocket to which the client may go over, while it is upgrading.
    pub fn probe(&self) -> Option<Conn> {
        match &self.link {
            Link::Polling { probe: Some(probe), .. } => Some(probe.conn),
            _ => None,
        }
    }

    /// Whether what is sent now has to wait for a GET.
    pub fn is_waiting_for_poll(&self) -> bool {
        matches!(self.link, Link::Polling { get: None, .. })
    }

    /// Whether the session has ended for the application: [`Output::Closed`] was given.
    pub fn is_closed(&self) -> bool {
        self.transport().is_none()
    }

    /// Whether nothing is left to deliver: once its outputs are drained, the session may be deleted.
    pub fn is_finished(&self) -> bool {
        matches!(self.link, Link::Closed)
    }

    /// Queues a frame. By WebSocket it goes at once; by polling all frames of a turn share one payload. A closed session
    /// drops it.
    ///
    /// A polling client that lets more than 4 MB wait is disconnected ([`CloseReason::TransportError`]): it may answer
    /// pings for ever and never ask for a packet.
    pub fn send(&mut self, frame: Frame) {
        match &self.link {
            Link::WebSocket { conn } => {
                let (conn, frame) = (*conn, self.dialect.frame(frame));
                self.outputs.push_back(Output::Send { conn, frame });
            }
            Link::Polling { get, .. } => {
                let waits = get.is_none();
                self.outbox.push(frame);
                if waits && self.outbox.is_too_long() {
                    self.finish(CloseReason::TransportError);
                }
            }
            Link::Closing { .. } | Link::Closed => {}
        }
    }

    /// As [`send`](Self::send), but what goes by WebSocket, and has nothing to wait for, is given back: to be sent on this
    /// WebSocket, at once. So a broadcast need not visit the queue of each session that it is for.
    #[must_use]
    pub fn pass(&mut self, frame: Frame) -> Option<(Conn, Frame)> {
        match &self.link {
            Link::WebSocket { conn } if self.outputs.is_empty() => Some((*conn, self.dialect.frame(frame))),
            _ => {
                self.send(frame);
                None
            }
        }
    }

    /// Sends the frames if they can go now, else drops them all: by polling they go only to a GET that waits. Returns
    /// whether they go.
    pub fn send_volatile(&mut self, frames: &[Frame]) -> bool {
        let goes = match self.link {
            Link::WebSocket { .. } => true,
            Link::Polling { get, .. } => get.is_some(),
            Link::Closing { .. } | Link::Closed => false,
        };
        if goes {
            frames.iter().for_each(|frame| self.send(frame.clone()));
        }
        goes
    }

    /// Ends the session by the server's will; nothing happens if it has ended. The application is told at once. A
    /// polling client gets what is queued with the GET that waits or the next one, and the close packet with the one
    /// after that (alone, since clients act on it before they have looked at what came beside it); for that it has
    /// 30 s, and until then [`is_finished`](Self::is_finished) is false.
    pub fn close(&mut self, reason: CloseReason, now: Millis) {
        if self.is_closed() {
            return;
        }
        // A 400 would make the client drop the connection before it reads what is queued.
        self.answer_post(Answer::Ok);
        let nothing_waits = self.outbox.is_empty();
        self.flush();
        if let Link::Polling { get, probe } = &mut self.link
            && (get.is_none() || !nothing_waits)
        {
            let probe = probe.take();
            self.link = Link::Closing { until: now.saturating_add(CLOSE_WAIT) };
            if let Some(probe) = probe {
                self.close_socket(probe.conn, None);
            }
            self.tell(reason);
        } else {
            self.finish(reason);
        }
    }

    /// As [`close`](Self::close), but nothing is kept for a GET that has not come.
    pub fn abort(&mut self, reason: CloseReason) {
        if !self.is_closed() {
            self.finish(reason);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due; `None` when never.
    pub fn next_timeout(&self, config: &Config) -> Option<Millis> {
        match &self.link {
            Link::Polling { probe, .. } => {
                let beat = self.heartbeat.next_timeout(config, self.pace(config));
                Some(probe.as_ref().map_or(beat, |probe| beat.min(probe.deadline(config))))
            }
            Link::WebSocket { .. } => Some(self.heartbeat.next_timeout(config, self.pace(config))),
            Link::Closing { until } => Some(*until),
            Link::Closed => None,
        }
    }

    /// Does what time demands: pings, ping timeout, upgrade timeout, giving up on a last GET. Harmless when nothing is
    /// due, and useful then: see `heartbeat`. With [`Config::sleeps`], tell what was [`heard`](Self::heard) first.
    pub fn handle_timeout(&mut self, config: &Config, now: Millis) {
        match &self.link {
            Link::Polling { probe, .. } => {
                if probe.as_ref().is_some_and(|probe| probe.deadline(config) <= now) {
                    self.drop_probe(None);
                }
            }
            Link::WebSocket { .. } => {}
            Link::Closing { until } => {
                if *until <= now {
                    self.finish_closing();
                }
                return;
            }
            Link::Closed => return,
        }
        match self.heartbeat.handle_timeout(config, self.pace(config), now) {
            Beat::Wait => {}
            Beat::Ping => self.send(Frame::ping()),
            Beat::Dead => self.finish(CloseReason::PingTimeout),
        }
    }

    /// The runtime took a pong on this session's WebSocket at that time. No effect when it is older than what is
    /// known, or when the session sees its pongs itself.
    pub fn heard(&mut self, config: &Config, at: Millis) {
        if self.pace(config) == Pace::Lazy {
            self.heartbeat.heard(at);
        }
    }

    /// Gives a restored session its heartbeat, which is not stored ping by ping: when the last round of pings went out on
    /// the WebSockets of its object, if that is known, and when anything was last heard of it. With `None` the next
    /// [`handle_timeout`](Self::handle_timeout) pings it again before it may be found dead. (The pings of a client of
    /// version 3 are stored.)
    pub fn resume_heartbeat(&mut self, config: &Config, round: Option<Millis>, heard_at: Millis) {
        let round = round.filter(|_| self.pace(config) == Pace::Lazy);
        self.heartbeat.resume(config, self.opened_at, round, heard_at);
    }

    /// Forgets the HTTP requests of a session that was restored after the object's memory was lost: nobody can answer
    /// them any more.
    pub fn forget_requests(&mut self) {
        self.post = None;
        if let Link::Polling { get, .. } = &mut self.link {
            *get = None;
        }
    }

    /// The next thing to do, in order; `None` when all is done. Call it until then after every turn: what was sent to a
    /// polling client since is put into one payload here.
    pub fn poll_output(&mut self) -> Option<Output> {
        if self.outputs.is_empty() {
            self.flush();
        }
        self.outputs.pop_front()
    }

    /// Whether anything changed since the last call that has to be stored: the opening, a step of an upgrade, what waits
    /// for a polling client, the end, a ping of a client of version 3. Other heartbeats and the traffic of a WebSocket
    /// leave nothing to store. Ask when the outputs are drained.
    pub fn take_dirty(&mut self) -> bool {
        let outbox = self.outbox.take_dirty();
        mem::take(&mut self.dirty) || outbox
    }

    /// One packet of an open session; an error is the end, which the caller has to bring about.
    fn handle_packet(&mut self, packet: Result<Packet, DecodeError>, now: Millis) -> Result<(), CloseReason> {
        match (packet.map_err(|_| CloseReason::ParseError)?, self.dialect.version) {
            (Packet::Message(message), _) => self.outputs.push_back(Output::Message(message)),
            (Packet::Pong(_), Version::V4) => self.heartbeat.pong(now),
            (Packet::Ping(_), Version::V3) => {
                self.heartbeat.pong(now);
                self.dirty = true;
                self.send(Frame::pong());
            }
            // Only servers ping, in version 3 only clients.
            (Packet::Ping(_) | Packet::Pong(_), _) => return Err(CloseReason::TransportError),
            (Packet::Close, _) => return Err(CloseReason::TransportClose),
            (Packet::Open | Packet::Upgrade | Packet::Noop, _) => {}
        }
        Ok(())
    }

    fn pace(&self, config: &Config) -> Pace {
        match (self.dialect.version, &self.link) {
            (Version::V3, _) => Pace::Client,
            (Version::V4, Link::WebSocket { .. }) if config.sleeps() => Pace::Lazy,
            (Version::V4, _) => Pace::Seen,
        }
    }

    /// Ends an open session at once: what waits is answered, the sockets are closed, the application is told. With the
    /// link already `Closed`, the transport is gone and only the rest happens.
    fn finish(&mut self, reason: CloseReason) {
        self.answer_post(Answer::Bare(400));
        // A client that left by itself needs no telling.
        let left = reason == CloseReason::TransportClose;
        self.answer_poll(Some(if left { Frame::noop() } else { Frame::close() }));
        match mem::replace(&mut self.link, Link::Closed) {
            Link::Polling { probe: Some(probe), .. } => self.close_socket(probe.conn, None),
            Link::WebSocket { conn } => self.close_socket(conn, None),
            _ => {}
        }
        self.outbox.clear();
        self.tell(reason);
    }

    /// The last GET has come, or will not.
    fn finish_closing(&mut self) {
        self.link = Link::Closed;
        self.outbox.clear();
        self.dirty = true;
    }

    fn tell(&mut self, reason: CloseReason) {
        self.dirty = true;
        self.outputs.push_back(Output::Closed(reason));
    }

    /// Answers the GET that waits, if there is something for it.
    fn flush(&mut self) {
        if let Link::Polling { get: Some(_), probe } = &self.link {
            if !self.outbox.is_empty() {
                self.answer_poll(None);
            } else if probe.as_ref().is_some_and(|probe| probe.probed) {
                // The client goes over only once its poll has ended.
                self.answer_poll(Some(Frame::noop()));
            }
        }
    }

    /// Answers the GET that waits, if one does, with what is queued and this last packet.
    fn answer_poll(&mut self, last: Option<Frame>) {
        if let Link::Polling { get, .. } = &mut self.link
            && let Some(ticket) = get.take()
        {
            let mut frames = self.outbox.take();
            frames.extend(last);
            self.answer_payload(ticket, &frames);
        }
    }

    fn answer_payload(&mut self, ticket: Ticket, frames: &[Frame]) {
        let body = self.dialect.payload(frames);
        self.answer(ticket, Answer::Payload(body));
    }

    fn answer_post(&mut self, answer: Answer) {
        if let Some(post) = self.post.take() {
            self.answer(post.ticket, answer);
        }
    }

    fn answer(&mut self, ticket: Ticket, answer: Answer) {
        self.outputs.push_back(Output::Answer { ticket, answer });
    }

    fn close_socket(&mut self, conn: Conn, code: Option<u16>) {
        self.outputs.push_back(Output::CloseSocket { conn, code });
    }
}
