//! A client of a test server.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use bytes::Bytes;
use engine_io::{Conn, Frame, Message};
use serde::Serialize;
use serde_json::Value;
use socket_io::{Decoder, IntoPayload, Packet, encode_event};

use super::world::World;

/// What a client got.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// It is in; its socket's id.
    Connected(String),
    /// It may not enter; `{message, data?}`.
    Refused(Value),
    /// An event, with its arguments as an array, and its binary attachments.
    Event(String, Value, Vec<Bytes>),
    /// An acknowledgement, with its number and its arguments as an array.
    Ack(u64, Value),
    /// The server has taken it out of the namespace.
    Disconnected,
}

/// One socket: a client in one namespace.
#[derive(Debug)]
pub struct TestClient {
    world: Rc<RefCell<World>>,
    conn: Conn,
    nsp: String,
    id: RefCell<String>,
    refusal: RefCell<Option<Value>>,
    asked: Cell<u64>,
    decoder: Rc<RefCell<Decoder>>,
    inbox: RefCell<VecDeque<Incoming>>,
    /// Packets for the other namespaces of the connection.
    shared: Rc<RefCell<VecDeque<(String, Incoming)>>>,
}

impl TestClient {
    pub(super) fn open(world: &Rc<RefCell<World>>, nsp: &str, auth: &(impl Serialize + ?Sized)) -> Self {
        let conn = world.borrow_mut().open();
        Self::enter(world.clone(), conn, nsp, auth, Rc::default(), Rc::default())
    }

    fn enter(
        world: Rc<RefCell<World>>,
        conn: Conn,
        nsp: &str,
        auth: &(impl Serialize + ?Sized),
        decoder: Rc<RefCell<Decoder>>,
        shared: Rc<RefCell<VecDeque<(String, Incoming)>>>,
    ) -> Self {
        let client = Self {
            world,
            conn,
            nsp: nsp.to_owned(),
            id: RefCell::default(),
            refusal: RefCell::default(),
            asked: Cell::new(0),
            decoder,
            inbox: RefCell::default(),
            shared,
        };
        let auth = serde_json::to_string(auth).ok().filter(|auth| auth != "null").unwrap_or_default();
        client.raw(&format!("40{}{auth}", client.prefix()));
        let first = client.next();
        match first {
            Some(Incoming::Connected(id)) => {
                client.id.replace(id);
            }
            Some(Incoming::Refused(reason)) => {
                client.refusal.replace(Some(reason));
            }
            _ => {}
        }
        client
    }

    /// Enters another namespace over the same connection.
    #[must_use]
    pub fn also(&self, nsp: &str, auth: &(impl Serialize + ?Sized)) -> Self {
        Self::enter(self.world.clone(), self.conn, nsp, auth, self.decoder.clone(), self.shared.clone())
    }

    /// The socket's id; empty if it was refused.
    #[must_use]
    pub fn id(&self) -> String {
        self.id.borrow().clone()
    }

    /// Why it was refused, `{message, data?}`.
    #[must_use]
    pub fn refusal(&self) -> Option<Value> {
        self.refusal.borrow().clone()
    }

    /// Emits an event.
    pub fn emit(&self, event: &str, payload: impl IntoPayload) {
        self.packet(None, event, payload);
    }

    /// Emits an event with an acknowledgement and gives its arguments as an array; `None` if none has come
    /// when all is quiet.
    pub fn ask(&self, event: &str, payload: impl IntoPayload) -> Option<Value> {
        let id = self.asked.replace(self.asked.get() + 1);
        self.packet(Some(id), event, payload);
        self.fetch();
        let mut inbox = self.inbox.borrow_mut();
        let at = inbox
            .iter()
            .position(|incoming| matches!(incoming, Incoming::Ack(number, _) if *number == id))?;
        match inbox.remove(at) {
            Some(Incoming::Ack(_, args)) => Some(args),
            _ => None,
        }
    }

    fn packet(&self, ack: Option<u64>, event: &str, payload: impl IntoPayload) {
        let Ok(payload) = payload.into_payload() else { return };
        self.world.borrow_mut().frames(self.conn, encode_event(&self.nsp, ack, event, &payload));
    }

    /// Emits several events, which the server gets before it does anything with the first.
    pub fn burst<P: IntoPayload>(&self, events: impl IntoIterator<Item = (&'static str, P)>) {
        let frames = events.into_iter().filter_map(|(event, payload)| {
            Some(encode_event(&self.nsp, None, event, &payload.into_payload().ok()?))
        });
        self.world.borrow_mut().frames(self.conn, frames.flatten());
    }

    /// Sends a text frame as it is.
    pub fn raw(&self, frame: &str) {
        self.world.borrow_mut().frames(self.conn, [Frame::Text(frame.into())]);
    }

    /// What came next, if anything.
    pub fn next(&self) -> Option<Incoming> {
        self.fetch();
        self.inbox.borrow_mut().pop_front()
    }

    /// The events that have come, each with its arguments as an array.
    pub fn events(&self) -> Vec<(String, Value)> {
        std::iter::from_fn(|| self.next())
            .filter_map(|incoming| match incoming {
                Incoming::Event(name, args, _) => Some((name, args)),
                _ => None,
            })
            .collect()
    }

    /// Leaves the namespace.
    pub fn disconnect(&self) {
        self.raw(&format!("41{}", self.prefix()));
    }

    /// The connection breaks.
    pub fn hang_up(&self) {
        self.world.borrow_mut().hang_up(self.conn);
    }

    /// No ping is answered from now on.
    pub fn mute(&self) {
        if let Some(line) = self.world.borrow_mut().lines.get_mut(&self.conn) {
            line.mute = true;
        }
    }

    /// Whether the server has closed the connection, or it broke.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.world.borrow().lines.get(&self.conn).is_none_or(|line| line.closed)
    }

    fn prefix(&self) -> String {
        if self.nsp == "/" { String::new() } else { format!("{},", self.nsp) }
    }

    /// Sorts what the connection has brought to the namespaces' inboxes.
    fn fetch(&self) {
        let frames: Vec<Frame> = self
            .world
            .borrow_mut()
            .lines
            .get_mut(&self.conn)
            .map(|line| line.frames.drain(..).collect())
            .unwrap_or_default();
        for frame in frames {
            if let Some(entry) = self.decode(frame) {
                self.shared.borrow_mut().push_back(entry);
            }
        }
        let mut shared = self.shared.borrow_mut();
        let (own, others) = shared.drain(..).partition::<VecDeque<_>, _>(|(nsp, _)| *nsp == self.nsp);
        *shared = others;
        self.inbox.borrow_mut().extend(own.into_iter().map(|(_, incoming)| incoming));
    }

    fn decode(&self, frame: Frame) -> Option<(String, Incoming)> {
        let message = match frame {
            Frame::Text(text) => {
                if let Some(refused) = text.strip_prefix("44") {
                    let (nsp, body) = match refused.split_once(',').filter(|(nsp, _)| nsp.starts_with('/')) {
                        Some((nsp, body)) => (nsp, body),
                        None => ("/", refused),
                    };
                    let reason = serde_json::from_str(body).unwrap_or_default();
                    return Some((nsp.to_owned(), Incoming::Refused(reason)));
                }
                Message::Text(text.strip_prefix('4')?.to_owned())
            }
            Frame::Binary(bytes) => Message::Binary(bytes),
        };
        let args = |json: &str| serde_json::from_str(&format!("[{json}]")).unwrap_or_default();
        match self.decoder.borrow_mut().decode(message).ok()?? {
            Packet::Connect { nsp, data } => {
                let data: Value = serde_json::from_str(&data.unwrap_or_default()).unwrap_or_default();
                let id = data.get("sid").and_then(Value::as_str).unwrap_or_default();
                Some((nsp, Incoming::Connected(id.to_owned())))
            }
            Packet::Event { nsp, name, args: payload, .. } => {
                let attachments = payload.attachments().to_vec();
                Some((nsp, Incoming::Event(name, args(payload.json()), attachments)))
            }
            Packet::Ack { nsp, id, args: payload } => Some((nsp, Incoming::Ack(id, args(payload.json())))),
            Packet::Disconnect { nsp } => Some((nsp, Incoming::Disconnected)),
            Packet::ConnectError { .. } => None,
        }
    }
}
