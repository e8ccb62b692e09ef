//! The objects of a test server and the network between them.

mod alarm;
mod counts;
mod queues;

use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
    task::{Context, Waker},
};

use engine_io::{Conn, Dialect, Frame, Millis, Version};
use socket_io::Parser;

use self::{alarm::Alarm, queues::QueueHost};
use crate::{
    App, Emission, Fault, Turn,
    call::{CallId, Running},
    gateway::{Gateway, Output, Protocol},
    journal::MemoryJournal,
    names::{ID_BYTES, LOCATIONS, RoomKey},
    room::{Room, RoomOutput},
    testing::Memory,
    wire::Peer,
};

type Rows = BTreeMap<String, Vec<u8>>;

/// How long after a ping its pong comes, as over a network.
const AWAY: Millis = 40;

struct GatewayHost {
    app: Rc<App>,
    machine: Gateway,
    rows: Rows,
    journal: MemoryJournal,
    alarm: Alarm,
    running: BTreeMap<CallId, Running>,
}

struct RoomHost {
    machine: Room,
    rows: Rows,
    journal: MemoryJournal,
    alarm: Alarm,
}

enum Traffic {
    Request { from: Peer, to: Peer, body: Vec<u8> },
    Reply { from: Peer, to: Peer, body: Option<Vec<u8>> },
}

/// What a client's WebSocket has brought.
#[derive(Default)]
pub(super) struct Line {
    pub(super) gateway: String,
    pub(super) frames: VecDeque<Frame>,
    pub(super) closed: bool,
    pub(super) mute: bool,
    version: Version,
    heard: Millis,
}

pub(super) struct World {
    build: Box<dyn Fn() -> App>,
    app: Rc<App>,
    memory: Memory,
    now: Millis,
    seed: u64,
    gateways: BTreeMap<String, GatewayHost>,
    rooms: BTreeMap<RoomKey, RoomHost>,
    queues: BTreeMap<String, QueueHost>,
    traffic: VecDeque<Traffic>,
    pub(super) lines: BTreeMap<Conn, Line>,
    next_conn: Conn,
    pub(super) requests: usize,
    writes: usize,
    pub(super) lose_reply: Option<usize>,
    pub(super) lose_request: bool,
    pub(super) cut_off: Option<String>,
    pub(super) log: Vec<String>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("now", &self.now).finish_non_exhaustive()
    }
}

/// Runs `act` with a turn of this world's time and (reproducible) randomness.
macro_rules! turn {
    ($world:ident, $journal:expr, $turn:ident => $act:expr) => {{
        let seed = &mut $world.seed;
        let mut random = || noise(seed);
        let $turn = &mut Turn { now: $world.now, random: &mut random, journal: $journal };
        $act
    }};
}

use turn;

fn noise(seed: &mut u64) -> [u8; ID_BYTES] {
    std::array::from_fn(|_| {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed >> 32) as u8
    })
}

impl World {
    pub(super) fn new(build: Box<dyn Fn() -> App>, memory: Memory) -> Self {
        Self {
            app: Rc::new(build()),
            build,
            memory,
            now: 1_800_000_000_000,
            seed: 0x2545_F491_4F6C_DD1D,
            gateways: BTreeMap::new(),
            rooms: BTreeMap::new(),
            queues: BTreeMap::new(),
            traffic: VecDeque::new(),
            lines: BTreeMap::new(),
            next_conn: 0,
            requests: 0,
            writes: 0,
            lose_reply: None,
            lose_request: false,
            cut_off: None,
            log: Vec::new(),
        }
    }

    /// Opens a WebSocket to a Gateway, or to the next one, round robin.
    pub(super) fn open(&mut self, version: Version, gateway: Option<String>) -> Conn {
        self.next_conn += 1;
        let conn = self.next_conn;
        let shard = u32::try_from(conn).unwrap_or_default();
        let name = gateway.unwrap_or_else(|| self.app.config().gateways.pick(LOCATIONS[0], shard));
        self.lines.insert(conn, Line { gateway: name.clone(), version, ..Line::default() });
        let dialect = Dialect { version, ..Dialect::default() };
        self.gateway(&name, |machine, turn| {
            let handshake = crate::Handshake { issued: turn.now, ..Default::default() };
            machine.open_websocket(turn, Protocol::SocketIo, dialect, handshake, conn);
        });
        self.settle();
        conn
    }

    pub(super) fn parser(&self) -> Parser {
        self.app.config().parser
    }

    /// Frames from a client, which come before anything else happens.
    pub(super) fn frames(&mut self, conn: Conn, frames: impl IntoIterator<Item = Frame>) {
        let Some(line) = self.lines.get(&conn) else { return };
        let (name, version) = (line.gateway.clone(), line.version);
        for frame in frames {
            self.gateway(&name, |machine, turn| match &frame {
                Frame::Text(text) => machine.handle_text(turn, conn, text),
                Frame::Binary(bytes) => {
                    let kind: &[u8] = if version == Version::V3 { &[4] } else { &[] };
                    machine.handle_binary(turn, conn, [kind, bytes.as_ref()].concat().into());
                }
            });
        }
        self.settle();
    }

    /// A client's WebSocket breaks.
    pub(super) fn hang_up(&mut self, conn: Conn) {
        let Some(line) = self.lines.get_mut(&conn) else { return };
        line.closed = true;
        let name = line.gateway.clone();
        self.gateway(&name, |machine, turn| machine.handle_socket_closed(turn, conn));
        self.settle();
    }

    fn gateway<T>(&mut self, name: &str, act: impl FnOnce(&mut Gateway, &mut Turn<'_>) -> T) -> T {
        let host = self.gateways.entry(name.to_owned()).or_insert_with(|| {
            let app = Rc::new((self.build)());
            GatewayHost {
                machine: Gateway::new(app.clone(), name),
                app,
                rows: Rows::new(),
                journal: MemoryJournal::default(),
                alarm: Alarm::default(),
                running: BTreeMap::new(),
            }
        });
        let result = turn!(self, &mut host.journal, turn => act(&mut host.machine, turn));
        self.take_gateway(name);
        if let Some(host) = self.gateways.get_mut(name) {
            host.alarm.ensure(host.machine.next_timeout());
        }
        result
    }

    /// Carries out the outputs of a Gateway.
    fn take_gateway(&mut self, name: &str) {
        let mut requested = Vec::new();
        while let Some(host) = self.gateways.get_mut(name) {
            let Some(output) = host.machine.poll_output() else { break };
            match output {
                Output::Store { key, value } => {
                    self.writes += 1;
                    store(&mut host.rows, key, value);
                }
                Output::Send { conn, frame } => {
                    if let Some(line) = self.lines.get_mut(&conn).filter(|line| !line.closed) {
                        line.frames.push_back(match frame {
                            Frame::Binary(bytes) if line.version == Version::V3 => {
                                Frame::Binary(bytes.get(1..).unwrap_or_default().to_vec().into())
                            }
                            frame => frame,
                        });
                    }
                }
                Output::Close { conn, .. } => {
                    if let Some(line) = self.lines.get_mut(&conn) {
                        line.closed = true;
                    }
                }
                Output::Request(peer) => requested.push(peer),
                Output::Run(call) => {
                    let id = call.id;
                    host.running.insert(id, host.app.start(*call));
                }
                Output::Answered { call, ask, found } => {
                    if let Some(running) = host.running.get(&call) {
                        running.scope().answer(ask, found);
                    }
                }
                Output::Log(line) => self.log.push(line),
                Output::Dropped(_) => self.log.push("a broadcast that is in doubt was dropped".into()),
                Output::Answer { .. } => {}
            }
        }
        for peer in requested {
            let body = self.gateways.get_mut(name).and_then(|host| host.machine.request(self.now, &peer));
            let from = Peer::Gateway(name.to_owned());
            self.traffic.extend(body.map(|body| Traffic::Request { from, to: peer, body }));
        }
        if self.memory == Memory::Snapshots
            && let Some(host) = self.gateways.get_mut(name)
        {
            host.machine = host.machine.through_snapshot();
        }
    }

    fn room<T>(&mut self, key: &RoomKey, act: impl FnOnce(&mut Room, &mut Turn<'_>) -> T) -> T {
        let host = self.rooms.entry(key.clone()).or_insert_with(|| {
            let mut journal = MemoryJournal::default();
            let turn = &mut Turn { now: 0, random: &mut || [0; ID_BYTES], journal: &mut journal };
            let machine = Room::restore(turn, Rc::new((self.build)()), key.clone(), Rows::new());
            RoomHost { machine, rows: Rows::new(), journal, alarm: Alarm::default() }
        });
        let result = turn!(self, &mut host.journal, turn => act(&mut host.machine, turn));
        while let Some(output) = host.machine.poll_output() {
            match output {
                RoomOutput::Store { key, value } => {
                    self.writes += 1;
                    store(&mut host.rows, key, value);
                }
                RoomOutput::Log(line) => self.log.push(line),
                RoomOutput::Dropped(_) => self.log.push("a broadcast that is in doubt was dropped".into()),
                RoomOutput::Request { gateway, body } => {
                    let (from, to) = (Peer::Room(key.clone()), Peer::Gateway(gateway));
                    self.traffic.push_back(Traffic::Request { from, to, body });
                }
            }
        }
        host.alarm.ensure(host.machine.next_timeout());
        if self.memory == Memory::Snapshots {
            host.machine = host.machine.through_snapshot();
        }
        result
    }

    /// Lets everything happen that is under way.
    pub(super) fn settle(&mut self) {
        loop {
            let mut moved = self.poll_calls();
            if let Some(traffic) = self.traffic.pop_front() {
                self.carry(traffic);
                moved = true;
            }
            if !moved {
                break;
            }
        }
        let quiet = self.rooms.values().all(|host| host.machine.is_quiet())
            && self.queues.values().all(|host| host.machine.is_quiet())
            && self.gateways.values().all(|host| host.machine.is_quiet());
        if self.memory == Memory::Rows && quiet {
            self.hibernate();
        }
    }

    fn poll_calls(&mut self) -> bool {
        let mut moved = false;
        let names: Vec<String> = self.gateways.keys().cloned().collect();
        for name in names {
            let ids: Vec<CallId> = self
                .gateways
                .get(&name)
                .map(|host| host.running.keys().copied().collect())
                .unwrap_or_default();
            for id in ids {
                let Some(host) = self.gateways.get_mut(&name) else { continue };
                let Some(mut running) = host.running.remove(&id) else { continue };
                let progress = running.poll(&mut Context::from_waker(Waker::noop()));
                match &progress {
                    crate::Progress::Waiting(effects) => {
                        moved |= !effects.is_empty();
                        host.running.insert(id, running);
                    }
                    crate::Progress::Done(..) => moved = true,
                }
                self.gateway(&name, |machine, turn| machine.handle_progress(turn, id, progress));
            }
        }
        moved
    }

    fn carry(&mut self, traffic: Traffic) {
        match traffic {
            Traffic::Request { from, to, body } => {
                self.requests += 1;
                let cut_off =
                    |peer: &Peer| matches!(peer, Peer::Gateway(name) if Some(name) == self.cut_off.as_ref());
                if cut_off(&from) || cut_off(&to) || std::mem::take(&mut self.lose_request) {
                    self.traffic.push_back(Traffic::Reply { from, to, body: None });
                    return;
                }
                let reply = match &to {
                    Peer::Gateway(name) => {
                        self.gateway(name, |machine, turn| machine.handle_request(turn, &body))
                    }
                    Peer::Room(key) => self.room(key, |machine, turn| machine.handle_request(turn, &body)),
                    Peer::Queue(name) => {
                        self.queue(name, |machine, turn| machine.handle_request(turn, &body))
                    }
                };
                let lost = self.lose_reply == Some(0);
                self.lose_reply = self.lose_reply.and_then(|after| after.checked_sub(1));
                self.traffic.push_back(Traffic::Reply { from, to, body: reply.ok().filter(|_| !lost) });
            }
            Traffic::Reply { from, to, body } => match (&from, &to) {
                (Peer::Gateway(name), _) => {
                    self.gateway(name, |machine, turn| machine.handle_reply(turn, &to, body.as_deref()));
                }
                (Peer::Room(key), Peer::Gateway(name)) => {
                    self.room(key, |machine, turn| machine.handle_reply(turn, name, body.as_deref()));
                }
                (Peer::Queue(queue), Peer::Gateway(name)) => {
                    self.queue(queue, |machine, turn| machine.handle_reply(turn, name, body.as_deref()));
                }
                (Peer::Room(_) | Peer::Queue(_), Peer::Room(_) | Peer::Queue(_)) => {}
            },
        }
    }

    /// A request from outside of all objects.
    pub(super) fn outside(&mut self, emission: Emission) -> Result<(), Fault> {
        let (to, body) = self.app.request(emission)?;
        self.request(to, &body);
        Ok(())
    }

    /// Makes a request from outside of all objects; gives the reply, if there is one.
    fn request(&mut self, to: Peer, body: &[u8]) -> Option<Vec<u8>> {
        let reply = match to {
            Peer::Gateway(name) => self.gateway(&name, |machine, turn| machine.handle_request(turn, body)),
            Peer::Room(key) => self.room(&key, |machine, turn| machine.handle_request(turn, body)),
            Peer::Queue(name) => self.queue(&name, |machine, turn| machine.handle_request(turn, body)),
        };
        if let Err(error) = &reply {
            self.log.push(error.to_string());
        }
        self.settle();
        reply.ok()
    }

    /// Forgets the memory of every object and builds it again from what it has stored.
    pub(super) fn hibernate(&mut self) {
        self.app = Rc::new((self.build)());
        self.forget_rooms();
        self.forget_queues();
        let names: Vec<String> = self.gateways.keys().cloned().collect();
        for name in names {
            if let Some(host) = self.gateways.get_mut(&name) {
                let lines = &self.lines;
                let heard = |conn: Conn| lines.get(&conn).filter(|line| !line.closed).map(|line| line.heard);
                let rows = host.rows.clone();
                host.app = Rc::new((self.build)());
                host.machine = turn!(self, &mut host.journal, turn => Gateway::restore(turn, host.app.clone(), &name, rows, heard));
                host.running.clear();
                host.alarm.forget();
            }
            self.take_gateway(&name);
        }
    }

    pub(super) fn forget_rooms(&mut self) {
        for (key, host) in &mut self.rooms {
            let (app, rows) = (Rc::new((self.build)()), host.rows.clone());
            host.machine =
                turn!(self, &mut host.journal, turn => Room::restore(turn, app, key.clone(), rows));
            host.alarm.forget();
        }
    }

    pub(super) fn restart(&mut self) {
        for line in self.lines.values_mut() {
            line.closed = true;
        }
        self.hibernate();
        self.settle();
    }

    /// Lets time pass up to the end, stopping at each alarm.
    pub(super) fn advance(&mut self, time: Millis) {
        let end = self.now.saturating_add(time);
        while let Some(at) = self.next_alarm().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            let now = self.now;
            let sleeps = self.app.config().engine.sleeps();
            for name in due(&mut self.gateways, now, |host| &mut host.alarm) {
                let heard: Vec<(Conn, Millis)> = self
                    .lines
                    .iter()
                    .filter(|(_, line)| sleeps && line.gateway == name && (1..=now).contains(&line.heard))
                    .map(|(conn, line)| (*conn, line.heard))
                    .collect();
                self.gateway(&name, |machine, turn| {
                    for (conn, at) in heard {
                        machine.heard(conn, at);
                    }
                    machine.handle_timeout(turn);
                });
            }
            for key in due(&mut self.rooms, now, |host| &mut host.alarm) {
                self.room(&key, |machine, turn| machine.handle_timeout(turn));
            }
            for name in due(&mut self.queues, now, |host| &mut host.alarm) {
                self.queue(&name, |machine, turn| machine.handle_timeout(turn));
            }
            self.pong(sleeps);
            self.settle();
        }
        self.now = end;
    }

    fn next_alarm(&self) -> Option<Millis> {
        self.alarms().filter_map(|alarm| alarm.at).min()
    }

    /// Clients answer pings; where objects sleep the runtime takes the pong and keeps its time.
    fn pong(&mut self, sleeps: bool) {
        let mut pongs = Vec::new();
        for (conn, line) in &mut self.lines {
            let pings = line.frames.iter().filter(|frame| **frame == Frame::Text("2".into())).count();
            line.frames.retain(|frame| *frame != Frame::Text("2".into()));
            if pings > 0 && !line.mute && !line.closed {
                line.heard = self.now + AWAY;
                pongs.push(*conn);
            }
        }
        for conn in pongs.into_iter().filter(|_| !sleeps) {
            self.frames(conn, [Frame::Text("3".into())]);
        }
    }
}

/// The objects whose alarms go off now.
fn due<K: Clone, H>(hosts: &mut BTreeMap<K, H>, now: Millis, alarm: fn(&mut H) -> &mut Alarm) -> Vec<K> {
    hosts.iter_mut().filter_map(|(name, host)| alarm(host).is_due(now).then(|| name.clone())).collect()
}

fn store(rows: &mut Rows, key: String, value: Option<Vec<u8>>) {
    match value {
        Some(value) => rows.insert(key, value),
        None => rows.remove(&key),
    };
}
