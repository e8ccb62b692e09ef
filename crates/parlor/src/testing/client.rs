//! A client of a test server.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use bytes::Bytes;
use engine_io::{Conn, Frame, Message, Version};
use serde::Serialize;
use serde_json::Value;
use socket_io::{Decoder, IntoPayload, Packet, Parser};

use super::world::World;

/// What a client got.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// It is in; its socket's id, and the private id by which it may come back.
    Connected(String, Option<String>),
    /// It may not enter; `{message, data?}`.
    Refused(Value),
    /// An event, with its arguments as an array, and its binary attachments.
    Event(String, Value, Vec<Bytes>),
    /// An event that is to be acknowledged ([`TestClient::acknowledge`]), with its number, and as `Event`.
    Question(u64, String, Value, Vec<Bytes>),
    /// An acknowledgement, with its number, and its arguments as an array, and its binary attachments.
    Ack(u64, Value, Vec<Bytes>),
    /// The server has taken it out of the namespace.
    Disconnected,
}

/// One socket: a client in one namespace.
#[derive(Debug)]
pub struct TestClient {
    world: Rc<RefCell<World>>,
    conn: Conn,
    parser: Parser,
    nsp: String,
    id: RefCell<String>,
    pid: RefCell<Option<String>>,
    /// The last one that came with an event.
    offset: RefCell<Option<String>>,
    recovered: bool,
    refusal: RefCell<Option<Value>>,
    asked: Cell<u64>,
    decoder: Rc<RefCell<Decoder>>,
    inbox: RefCell<VecDeque<Incoming>>,
    /// Packets for the other namespaces of the connection.
    shared: Rc<RefCell<VecDeque<(String, Incoming)>>>,
}

impl TestClient {
    pub(super) fn open(world: &Rc<RefCell<World>>, nsp: &str, auth: &(impl Serialize + ?Sized)) -> Self {
        let conn = world.borrow_mut().open(Version::V4, None);
        let client = Self::new(world.clone(), conn, nsp, None, Rc::default());
        client.enter(auth);
        client
    }

    pub(super) fn open_v2(world: &Rc<RefCell<World>>) -> Self {
        let conn = world.borrow_mut().open(Version::V3, None);
        let client = Self::new(world.clone(), conn, "/", None, Rc::default());
        client.welcomed();
        client
    }

    fn new(
        world: Rc<RefCell<World>>,
        conn: Conn,
        nsp: &str,
        decoder: Option<Rc<RefCell<Decoder>>>,
        shared: Rc<RefCell<VecDeque<(String, Incoming)>>>,
    ) -> Self {
        let parser = world.borrow().parser();
        let decoder = decoder.unwrap_or_else(|| Rc::new(RefCell::new(Decoder::new(parser))));
        Self {
            world,
            parser,
            conn,
            nsp: nsp.to_owned(),
            id: RefCell::default(),
            pid: RefCell::default(),
            offset: RefCell::default(),
            recovered: false,
            refusal: RefCell::default(),
            asked: Cell::new(0),
            decoder,
            inbox: RefCell::default(),
            shared,
        }
    }

    fn enter(&self, auth: &(impl Serialize + ?Sized)) {
        let data = serde_json::to_string(auth).ok().filter(|auth| auth != "null");
        self.send(&Packet::Connect { nsp: self.nsp.clone(), data });
        self.welcomed();
    }

    /// Takes what the server says to its CONNECT. What it missed comes before that.
    fn welcomed(&self) {
        self.fetch();
        let mut inbox = self.inbox.borrow_mut();
        let is_word =
            |incoming: &Incoming| matches!(incoming, Incoming::Connected(..) | Incoming::Refused(_));
        match inbox.iter().position(is_word).and_then(|at| inbox.remove(at)) {
            Some(Incoming::Connected(id, pid)) => {
                self.id.replace(id);
                self.pid.replace(pid);
            }
            Some(Incoming::Refused(reason)) => _ = self.refusal.replace(Some(reason)),
            _ => {}
        }
    }

    /// The client comes back over a new connection, to this Gateway or to where it was, and says where it left off. (The
    /// old connection may be open still.)
    #[must_use]
    pub fn come_back(&self, gateway: Option<&str>) -> Self {
        self.fetch();
        let conn = {
            let mut world = self.world.borrow_mut();
            let own = world.lines.get(&self.conn).map(|line| line.gateway.clone());
            world.open(Version::V4, gateway.map(str::to_owned).or(own))
        };
        let mut client = Self::new(self.world.clone(), conn, &self.nsp, None, Rc::default());
        client.offset.clone_from(&self.offset);
        let auth: BTreeMap<&str, String> = [("pid", &self.pid), ("offset", &self.offset)]
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.borrow().clone()?)))
            .collect();
        client.enter(&auth);
        client.recovered = client.pid.borrow().is_some() && client.pid == self.pid;
        client
    }

    /// Whether it came back as the socket that it was.
    #[must_use]
    pub fn recovered(&self) -> bool {
        self.recovered
    }

    /// What is on its way to the client does not come, as when its connection is broken and nobody knows yet.
    pub fn miss(&self) {
        if let Some(line) = self.world.borrow_mut().lines.get_mut(&self.conn) {
            line.frames.clear();
        }
    }

    fn send(&self, packet: &Packet) {
        let frames = self.parser.encode(packet).unwrap_or_default();
        self.world.borrow_mut().frames(self.conn, frames);
    }

    /// Enters another namespace over the same connection.
    #[must_use]
    pub fn also(&self, nsp: &str, auth: &(impl Serialize + ?Sized)) -> Self {
        let (decoder, shared) = (Some(self.decoder.clone()), self.shared.clone());
        let client = Self::new(self.world.clone(), self.conn, nsp, decoder, shared);
        client.enter(auth);
        client
    }

    /// The socket's id; empty if it was refused, or if it is a client of Socket.IO 2, which is not told.
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
        self.answer(self.request(event, payload))
    }

    /// Emits an event with an acknowledgement; its number, for [`Self::answer`].
    pub fn request(&self, event: &str, payload: impl IntoPayload) -> u64 {
        let id = self.asked.replace(self.asked.get() + 1);
        self.packet(Some(id), event, payload);
        id
    }

    /// The acknowledgement of that number, if it has come: its arguments as an array.
    pub fn answer(&self, id: u64) -> Option<Value> {
        self.fetch();
        let mut inbox = self.inbox.borrow_mut();
        let at = inbox
            .iter()
            .position(|incoming| matches!(incoming, Incoming::Ack(number, ..) if *number == id))?;
        match inbox.remove(at) {
            Some(Incoming::Ack(_, args, _)) => Some(args),
            _ => None,
        }
    }

    fn packet(&self, ack: Option<u64>, event: &str, payload: impl IntoPayload) {
        let Ok(args) = payload.into_payload() else { return };
        self.send(&Packet::Event { nsp: self.nsp.clone(), id: ack, name: event.to_owned(), args });
    }

    /// Acknowledges an event of the server.
    pub fn acknowledge(&self, id: u64, payload: impl IntoPayload) {
        let Ok(args) = payload.into_payload() else { return };
        self.send(&Packet::Ack { nsp: self.nsp.clone(), id, args });
    }

    /// Emits several events, which the server gets before it does anything with the first.
    pub fn burst<P: IntoPayload>(&self, events: impl IntoIterator<Item = (&'static str, P)>) {
        let frames = events.into_iter().filter_map(|(event, payload)| {
            self.parser.encode_event(&self.nsp, None, event, &payload.into_payload().ok()?).ok()
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
        self.send(&Packet::Disconnect { nsp: self.nsp.clone() });
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
        for (_, incoming) in own {
            // As the official client does it.
            if let Incoming::Event(_, args, _) = &incoming
                && let Some(Value::String(offset)) = args.as_array().and_then(|args| args.last())
            {
                self.offset.replace(Some(offset.clone()));
            }
            self.inbox.borrow_mut().push_back(incoming);
        }
    }

    fn decode(&self, frame: Frame) -> Option<(String, Incoming)> {
        let message = match frame {
            Frame::Text(text) => Message::Text(text.strip_prefix('4')?.to_owned()),
            Frame::Binary(bytes) => Message::Binary(bytes),
        };
        let args = |json: &str| serde_json::from_str(&format!("[{json}]")).unwrap_or_default();
        match self.decoder.borrow_mut().decode(message).ok()?? {
            Packet::Connect { nsp, data } => {
                let data: Value = serde_json::from_str(&data.unwrap_or_default()).unwrap_or_default();
                let text = |key: &str| data.get(key).and_then(Value::as_str).map(str::to_owned);
                Some((nsp, Incoming::Connected(text("sid").unwrap_or_default(), text("pid"))))
            }
            Packet::Event { nsp, id, name, args: payload } => {
                let (args, attachments) = (args(payload.json()), payload.attachments().to_vec());
                Some((
                    nsp,
                    match id {
                        Some(id) => Incoming::Question(id, name, args, attachments),
                        None => Incoming::Event(name, args, attachments),
                    },
                ))
            }
            Packet::Ack { nsp, id, args: payload } => {
                Some((nsp, Incoming::Ack(id, args(payload.json()), payload.attachments().to_vec())))
            }
            Packet::Disconnect { nsp } => Some((nsp, Incoming::Disconnected)),
            Packet::ConnectError { nsp, data } => {
                Some((nsp, Incoming::Refused(serde_json::from_str(&data).unwrap_or_default())))
            }
        }
    }
}
