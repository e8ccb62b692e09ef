//! An object as the platform runs it: a machine, which may sleep or die, its rows, and the gate that holds back what it
//! sends until its rows are written.

use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
    task::{Context, Waker},
};

use crate::journal::{Change, Journal};
use parlor::{
    App, CallId, Conn, Frame, Gateway, Millis, Output, Peer, Progress, Queue, QueueOutput, Room, RoomOutput,
    Running, Turn, WireError,
};

pub(crate) type Rows = BTreeMap<String, Vec<u8>>;

pub(crate) enum Machine {
    Gateway(Box<Gateway>),
    Room(Box<Room>),
    Queue(Box<Queue>),
}

/// What leaves an object.
#[derive(Debug)]
pub(crate) enum Out {
    Frame(Conn, Frame),
    Close(Conn),
    Request(Peer, Vec<u8>),
    /// To the request of this number.
    Reply(u64, Option<Vec<u8>>),
}

/// What one turn wants written, and what may leave once it is.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) stores: Vec<(String, Option<Vec<u8>>)>,
    pub(crate) entries: Vec<Change>,
    pub(crate) outs: Vec<Out>,
}

pub(crate) struct Object {
    pub(crate) peer: Peer,
    pub(crate) machine: Option<Machine>,
    /// Counts the times that its memory was lost: what was asked in another life is not answered in this one.
    pub(crate) life: u64,
    /// Of the code that it runs.
    pub(crate) edition: u8,
    pub(crate) rows: Rows,
    pub(crate) journal: Journal,
    pub(crate) gate: VecDeque<Batch>,
    pub(crate) alarm: Option<Millis>,
    /// When something last happened to it.
    pub(crate) used: Millis,
    pub(crate) log: Vec<String>,
    /// Broadcasts that were given up.
    pub(crate) dropped: Vec<Frame>,
    app: Rc<App>,
    running: BTreeMap<CallId, Running>,
}

impl Object {
    pub(crate) fn new(peer: Peer, app: Rc<App>, edition: u8) -> Self {
        Self {
            peer,
            machine: None,
            life: 0,
            edition,
            rows: Rows::new(),
            journal: Journal::default(),
            gate: VecDeque::new(),
            alarm: None,
            used: 0,
            log: Vec::new(),
            dropped: Vec::new(),
            app,
            running: BTreeMap::new(),
        }
    }

    /// Builds the machine from its rows if it is not there.
    pub(crate) fn wake(&mut self, turn: &mut Turn<'_>, heard: impl Fn(Conn) -> Option<Millis>) -> bool {
        if self.machine.is_some() {
            return false;
        }
        let rows = self.rows.clone();
        self.life += 1;
        self.machine = Some(match &self.peer {
            Peer::Gateway(name) => {
                Machine::Gateway(Box::new(Gateway::restore(turn, self.app.clone(), name, rows, heard)))
            }
            Peer::Room(key) => {
                Machine::Room(Box::new(Room::restore(turn, self.app.clone(), key.clone(), rows)))
            }
            Peer::Queue(name) => Machine::Queue(Box::new(Queue::restore(turn, self.app.clone(), name, rows))),
        });
        true
    }

    /// Loses its memory, and what was not written with it. Gives the requests that will not be answered.
    pub(crate) fn forget(&mut self) -> Vec<u64> {
        self.machine = None;
        self.journal.forget();
        self.running.clear();
        let outs = self.gate.drain(..).flat_map(|batch| batch.outs);
        outs.filter_map(|out| if let Out::Reply(number, _) = out { Some(number) } else { None }).collect()
    }

    /// The runtime has objects sleep that have been idle for ten seconds.
    pub(crate) fn may_sleep(&self, now: Millis) -> bool {
        let quiet = match &self.machine {
            Some(Machine::Gateway(gateway)) => gateway.is_quiet(),
            Some(Machine::Room(room)) => room.is_quiet(),
            Some(Machine::Queue(queue)) => queue.is_quiet(),
            None => false,
        };
        quiet && self.used + 10_000 <= now && self.gate.is_empty() && self.running.is_empty()
    }

    pub(crate) fn next_timeout(&self) -> Option<Millis> {
        match self.machine.as_ref()? {
            Machine::Gateway(gateway) => gateway.next_timeout(),
            Machine::Room(room) => room.next_timeout(),
            Machine::Queue(queue) => queue.next_timeout(),
        }
    }

    pub(crate) fn gateway(&mut self) -> Option<&mut Gateway> {
        match self.machine.as_mut()? {
            Machine::Gateway(gateway) => Some(gateway),
            _ => None,
        }
    }

    pub(crate) fn room(&self) -> Option<&Room> {
        match self.machine.as_ref()? {
            Machine::Room(room) => Some(room),
            _ => None,
        }
    }

    pub(crate) fn handle_request(&mut self, turn: &mut Turn<'_>, body: &[u8]) -> Result<Vec<u8>, WireError> {
        match self.machine.as_mut() {
            Some(Machine::Gateway(gateway)) => gateway.handle_request(turn, body),
            Some(Machine::Room(room)) => room.handle_request(turn, body),
            Some(Machine::Queue(queue)) => queue.handle_request(turn, body),
            None => Err(WireError::Malformed),
        }
    }

    pub(crate) fn handle_reply(&mut self, turn: &mut Turn<'_>, peer: &Peer, reply: Option<&[u8]>) {
        match (self.machine.as_mut(), peer) {
            (Some(Machine::Gateway(gateway)), _) => gateway.handle_reply(turn, peer, reply),
            (Some(Machine::Room(room)), Peer::Gateway(name)) => room.handle_reply(turn, name, reply),
            (Some(Machine::Queue(queue)), Peer::Gateway(name)) => queue.handle_reply(turn, name, reply),
            _ => {}
        }
    }

    pub(crate) fn handle_timeout(&mut self, turn: &mut Turn<'_>) {
        match self.machine.as_mut() {
            Some(Machine::Gateway(gateway)) => gateway.handle_timeout(turn),
            Some(Machine::Room(room)) => room.handle_timeout(turn),
            Some(Machine::Queue(queue)) => queue.handle_timeout(turn),
            None => {}
        }
    }

    /// Takes what the machine wants done, and runs its handlers.
    pub(crate) fn drain(&mut self, turn: &mut Turn<'_>) -> Batch {
        let mut batch = Batch::default();
        let mut requested = Vec::new();
        while let Some(output) = self.output(&mut batch.outs) {
            match output {
                Output::Store { key, value } => batch.stores.push((key, value)),
                Output::Send { conn, frame } => batch.outs.push(Out::Frame(conn, frame)),
                Output::Close { conn, .. } => batch.outs.push(Out::Close(conn)),
                Output::Request(peer) => requested.push(peer),
                Output::Run(call) => {
                    let id = call.id;
                    self.running.insert(id, self.app.start(*call));
                    self.poll(turn, id);
                }
                Output::Answered { call, ask, found } => {
                    if let Some(running) = self.running.get(&call) {
                        running.scope().answer(ask, found);
                    }
                    self.poll(turn, call);
                }
                Output::Log(line) => self.log.push(line),
                Output::Dropped(frames) => self.dropped.extend(frames),
                Output::Answer { .. } => {}
            }
        }
        for peer in requested {
            let body = self.gateway().and_then(|gateway| gateway.request(turn.now, &peer));
            batch.outs.extend(body.map(|body| Out::Request(peer, body)));
        }
        batch
    }

    /// The next output. Requests of Rooms and Queues, which have their bodies already, go to `requests`.
    fn output(&mut self, requests: &mut Vec<Out>) -> Option<Output> {
        let mut request = |gateway, body| requests.push(Out::Request(Peer::Gateway(gateway), body));
        match self.machine.as_mut()? {
            Machine::Gateway(gateway) => gateway.poll_output(),
            Machine::Room(room) => loop {
                return Some(match room.poll_output()? {
                    RoomOutput::Log(line) => Output::Log(line),
                    RoomOutput::Dropped(frames) => Output::Dropped(frames),
                    RoomOutput::Store { key, value } => Output::Store { key, value },
                    RoomOutput::Request { gateway, body } => {
                        request(gateway, body);
                        continue;
                    }
                });
            },
            Machine::Queue(queue) => loop {
                return Some(match queue.poll_output()? {
                    QueueOutput::Log(line) => Output::Log(line),
                    QueueOutput::Store { key, value } => Output::Store { key, value },
                    QueueOutput::Request { gateway, body } => {
                        request(gateway, body);
                        continue;
                    }
                });
            },
        }
    }

    fn poll(&mut self, turn: &mut Turn<'_>, id: CallId) {
        let Some(mut running) = self.running.remove(&id) else { return };
        let progress = running.poll(&mut Context::from_waker(Waker::noop()));
        if matches!(progress, Progress::Waiting(_)) {
            self.running.insert(id, running);
        }
        if let Some(gateway) = self.gateway() {
            gateway.handle_progress(turn, id, progress);
        }
    }
}
