//! Questions: what a call here asks of sockets on any Gateway, and what is asked of the sockets here.

use std::rc::Rc;

use codec::{Decode, Encode};
use engine_io::Millis;
use socket_io::{Payload, Target};

use super::{
    Called, Gateway, Output, Place,
    calls::with_own,
    client::{Pending, Phase},
};
use crate::{
    Turn,
    answer::Outcome,
    call::{Call, CallId, Occasion},
    logging::{Level, Line},
    metrics::Count,
    names::{self, RoomKey, address},
    wire::{Card, Direct, Found, Peer, Query, ToRoom},
};

/// How long a question may take, beside the clients' part of it. A Room gives its Gateways 5 s.
pub(super) const ASK_TIMEOUT: Millis = 6_000;
/// How long the joins and leaves of a question may take.
const CHANGE_TIMEOUT: Millis = 4_000;

/// A question that was asked of another object.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Asked {
    pub(super) asker: Asker,
    pub(super) deadline: Millis,
}

/// Whom an answer is for.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) enum Asker {
    /// A call of this Gateway.
    Call {
        call: CallId,
        ask: u64,
    },
    Room {
        key: RoomKey,
        question: u64,
    },
    /// Another Gateway.
    Gateway {
        name: String,
        ask: u64,
    },
    /// An admin here, who is shown all sockets.
    Admin(Rc<str>),
    Nobody,
}

/// A question to the sockets here whose answer takes time.
#[derive(Clone, Debug, Encode, Decode)]
pub(super) struct Task {
    asker: Asker,
    /// How many entries of `Gateway::awaited` are its own.
    waiting: usize,
    found: Found,
    deadline: Millis,
}

/// What a task waits for, of one socket.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) enum Awaited {
    /// The client's acknowledgement of this number.
    Ack(u64),
    /// The end of this call, which has no socket.
    Call(CallId),
    /// The Room's confirmation.
    Change { room: String, join: bool },
}

impl Gateway {
    /// Asks sockets, wherever they are; the answer goes to the call.
    pub(super) fn ask(
        &mut self,
        turn: &mut Turn<'_>,
        (call, ask): (CallId, u64),
        nsp: &str,
        target: Target,
        query: Query,
    ) {
        self.ask_as(turn, Asker::Call { call, ask }, nsp, target, query);
    }

    pub(super) fn ask_as(
        &mut self,
        turn: &mut Turn<'_>,
        asker: Asker,
        nsp: &str,
        target: Target,
        mut query: Query,
    ) {
        match &mut query {
            Query::ServerSide { from, .. } => from.clone_from(&self.name),
            // So that it is stored once, however often the request has to be made.
            Query::Publish { id, .. } if id.is_empty() => *id = names::id(&turn.id(), &self.name),
            _ => {}
        }
        let peer = address(self.app.config().gateways, nsp, &target);
        let is_here = match &peer {
            Peer::Gateway(name) => *name == self.name,
            Peer::Room(key) => !query.is_for_the_room() && self.membership(turn, key).leads(turn.now),
            Peer::Queue(_) => false,
        };
        if is_here {
            return self.question_one(turn, nsp, target, query, asker);
        }
        self.ask_peer(turn, peer, (nsp, target, query), asker);
    }

    fn ask_peer(
        &mut self,
        turn: &mut Turn<'_>,
        peer: Peer,
        (nsp, target, query): (&str, Target, Query),
        asker: Asker,
    ) {
        let trace = if let Asker::Call { call, .. } = &asker { self.trace_of(*call) } else { String::new() };
        self.next_ask += 1;
        let ask = self.next_ask;
        self.asks.insert(ask, Asked { asker, deadline: turn.now + ASK_TIMEOUT + query.patience() });
        match peer {
            Peer::Gateway(name) => {
                self.tell_gateway(turn, name, Direct::Ask { ask, nsp: nsp.to_owned(), target, query });
            }
            Peer::Room(key) => {
                let membership = self.membership(turn, &key);
                membership.push(ToRoom::Ask { ask, target, query, trace });
                if membership.link.is_full(ToRoom::weight) {
                    self.full.insert(key.clone());
                }
                self.ready.push(Peer::Room(key));
            }
            Peer::Queue(_) => {} // sockets are in none
        }
    }

    /// Asks the sockets here that are meant; one that has moved, where it is.
    pub(super) fn question_one(
        &mut self,
        turn: &mut Turn<'_>,
        nsp: &str,
        target: Target,
        query: Query,
        asker: Asker,
    ) {
        match self.moved(&target) {
            Some(to) => self.ask_peer(turn, Peer::Gateway(to), (nsp, target, query), asker),
            None => self.question(turn, nsp, &target, query, asker),
        }
    }

    /// The answer to a question.
    pub(super) fn answered(&mut self, turn: &mut Turn<'_>, number: u64, found: Found) {
        if let Some(Asked { asker, .. }) = self.asks.remove(&number) {
            self.respond(turn, asker, found);
        }
    }

    /// Asks the sockets here that are meant, and answers when all have done their part.
    pub(super) fn question(
        &mut self,
        turn: &mut Turn<'_>,
        nsp: &str,
        target: &Target,
        query: Query,
        asker: Asker,
    ) {
        let mut selected = self.locals.get(nsp).map(|local| local.rooms.select(target)).unwrap_or_default();
        if self.recovery().is_some() {
            selected.retain(|id| self.is_live(nsp, id));
        }
        let found = match &query {
            Query::Sockets => {
                let sockets = selected.iter().filter_map(|id| self.card(nsp, id)).collect();
                Found { sockets, ..Found::default() }
            }
            Query::Watch { sockets } => self.watched(turn, *sockets),
            Query::Count => Found { count: selected.len() as u64, ..Found::default() },
            _ => Found::default(),
        };
        if query.is_for_the_room() {
            // No question to sockets; as when it is about a single one, which has no Room.
            let code = if query.is_about_values() { "no values" } else { "no history" };
            return self.respond(turn, asker, Found::refused(code, "The id of a socket is no room."));
        }
        self.next_task += 1;
        let task = self.next_task;
        let mut waiting = Vec::new();
        match query {
            Query::Change { room, join } => {
                for (id, place) in self.placed(&selected) {
                    let change = Pending { room: room.clone(), join };
                    if self.change(turn, &place.sid, &place.nsp, &id, change) {
                        waiting.push((id, Awaited::Change { room: room.clone(), join }));
                    }
                }
            }
            Query::Disconnect(close) => {
                for (_, place) in self.placed(&selected) {
                    self.disconnect(turn, &place.sid, &place.nsp, close);
                }
            }
            Query::Emit { name, payload, timeout } => {
                let number = self.next_ack(nsp);
                match self.app.config().parser.encode_event(nsp, Some(number), &name, &payload) {
                    Ok(frames) => {
                        for (id, place) in self.placed(&selected) {
                            self.send(&place.sid, frames.clone(), false);
                            waiting.push((id, Awaited::Ack(number)));
                        }
                        self.counters.add(Count::MessagesSent, selected.len() as u64);
                        self.sent(turn, nsp, &selected, &frames);
                    }
                    Err(error) => {
                        let mut line = Line::new(Level::Error, "unwritable");
                        line.text("nsp", nsp);
                        self.log(line.text("error", &error.to_string()));
                    }
                }
                return self.begin(task, asker, waiting, found, turn, timeout);
            }
            Query::ServerSide { from, name, payload }
                if from != self.name
                    && self.app.handlers(nsp).is_some_and(|nsp| nsp.has_server_side(&name)) =>
            {
                let call = self.server_side(turn, nsp, name, payload);
                waiting.push(("".into(), Awaited::Call(call)));
            }
            _ => {} // what was found is the answer
        }
        self.begin(task, asker, waiting, found, turn, CHANGE_TIMEOUT);
    }

    fn begin(
        &mut self,
        task: u64,
        asker: Asker,
        waiting: Vec<(Rc<str>, Awaited)>,
        found: Found,
        turn: &mut Turn<'_>,
        timeout: Millis,
    ) {
        if waiting.is_empty() {
            return self.respond(turn, asker, found);
        }
        let deadline = turn.now.saturating_add(timeout);
        self.tasks.insert(task, Task { asker, waiting: waiting.len(), found, deadline });
        for (id, awaited) in waiting {
            self.awaited.entry(id).or_default().push((awaited, task));
        }
    }

    /// Has a handler called that needs no socket.
    fn server_side(&mut self, turn: &Turn<'_>, nsp: &str, name: String, payload: Payload) -> CallId {
        self.next_call += 1;
        let call = Call {
            id: self.next_call,
            nsp: nsp.into(),
            socket: "".into(),
            occasion: Occasion::ServerSide { name, payload },
            data: String::new(),
            rooms: Vec::new(),
            auth: None,
            handshake: Rc::default(),
            now: turn.now,
            busy: false,
        };
        let (socket, nsp) = (call.socket.clone(), call.nsp.clone());
        let (handshake, began) = (call.handshake.clone(), turn.now);
        let called = Called { sid: "".into(), socket, nsp, ack: None, handshake, began, publishes: None };
        self.calls.insert(call.id, called);
        self.outputs.push_back(Output::Run(Box::new(call)));
        self.next_call
    }

    /// The number of an event that a client is to acknowledge: as on Node, namespaces count by themselves.
    pub(super) fn next_ack(&mut self, nsp: &str) -> u64 {
        self.locals.get_mut(nsp).map_or(0, |local| {
            local.next_ack += 1;
            local.next_ack - 1
        })
    }

    fn is_live(&self, nsp: &str, id: &str) -> bool {
        let client = self.sockets.get(id).and_then(|place| self.clients.get(&place.sid));
        client.and_then(|client| client.sockets.get(nsp)).is_some_and(|socket| socket.phase == Phase::Live)
    }

    fn placed(&self, ids: &[Rc<str>]) -> Vec<(Rc<str>, Place)> {
        ids.iter().filter_map(|id| Some((id.clone(), (**self.sockets.get(id)?).clone()))).collect()
    }

    /// What tasks wait for has come, perhaps with a client's answer.
    pub(super) fn came(
        &mut self,
        turn: &mut Turn<'_>,
        socket: &str,
        awaited: Awaited,
        answer: Option<Payload>,
    ) {
        let Some(waiting) = self.awaited.get_mut(socket) else { return };
        let came: Vec<_> = waiting.extract_if(.., |(what, _)| *what == awaited).collect();
        if waiting.is_empty() {
            self.awaited.remove(socket);
        }
        for (_, task) in came {
            let answers = answer.clone().into_iter().collect();
            self.part(turn, task, Found { answers, ..Found::default() });
        }
    }

    /// A socket has gone: nobody waits for it any more.
    pub(super) fn forget_awaited(&mut self, turn: &mut Turn<'_>, socket: &str) {
        for (awaited, task) in self.awaited.remove(socket).unwrap_or_default() {
            // A client owed an answer; a room is left as soon as its member has gone.
            let incomplete = matches!(awaited, Awaited::Ack(_));
            self.part(turn, task, Found { incomplete, ..Found::default() });
        }
    }

    /// One socket's part of a task.
    fn part(&mut self, turn: &mut Turn<'_>, number: u64, part: Found) {
        let Some(task) = self.tasks.get_mut(&number) else { return };
        task.found.merge(part);
        task.waiting = task.waiting.saturating_sub(1);
        if task.waiting == 0 {
            self.finish_task(turn, number);
        }
    }

    fn finish_task(&mut self, turn: &mut Turn<'_>, number: u64) {
        if let Some(Task { asker, found, .. }) = self.tasks.remove(&number) {
            self.respond(turn, asker, found);
        }
    }

    fn respond(&mut self, turn: &mut Turn<'_>, asker: Asker, found: Found) {
        match asker {
            Asker::Call { call, ask } => match self.calls.get(&call) {
                Some(called) if called.publishes == Some(ask) => {
                    self.went_on(turn, call, Vec::new(), Some(Outcome::of_receipt(found)));
                }
                _ => self.outputs.push_back(Output::Answered { call, ask, found }),
            },
            Asker::Room { key, question } => self.tell(turn, key, ToRoom::Answer { question, found }),
            Asker::Gateway { name, ask } => {
                self.tell_gateway(turn, name, Direct::Answer { ask, found });
            }
            Asker::Admin(id) => self.show_all(turn, &id, found),
            Asker::Nobody => {}
        }
    }

    /// Whether something here waits for others, and would be lost with its memory: sockets that were asked something, or
    /// sockets that join or leave.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        !self.tasks.is_empty() || !self.awaited_rooms.is_empty()
    }

    /// When the first question or task has waited long enough.
    pub(super) fn questions_timeout(&self) -> Option<Millis> {
        let tasks = self.tasks.values().map(|task| task.deadline);
        self.asks.values().map(|asked| asked.deadline).chain(tasks).min()
    }

    /// Ends what has waited too long, with what there is, so that no handler waits for ever.
    pub(super) fn expire_questions(&mut self, turn: &mut Turn<'_>) {
        let late = |deadline: Millis| deadline <= turn.now;
        let asks: Vec<u64> =
            self.asks.iter().filter(|(_, asked)| late(asked.deadline)).map(|(number, _)| *number).collect();
        let tasks: Vec<u64> =
            self.tasks.iter().filter(|(_, task)| late(task.deadline)).map(|(number, _)| *number).collect();
        for number in asks {
            self.answered(turn, number, Found::too_late());
        }
        if tasks.is_empty() {
            return;
        }
        for (_, waiting) in self.awaited.iter_mut() {
            waiting.retain(|(_, task)| !tasks.contains(task));
        }
        self.awaited.retain(|_, waiting| !waiting.is_empty());
        for number in tasks {
            if let Some(task) = self.tasks.get_mut(&number) {
                task.found.incomplete = true;
            }
            self.finish_task(turn, number);
        }
    }

    /// A socket here as others see it.
    fn card(&self, nsp: &str, id: &Rc<str>) -> Option<Card> {
        let place = self.sockets.get(id)?;
        let client = self.clients.get(&place.sid)?;
        let socket = client.sockets.get(&place.nsp).filter(|socket| socket.phase == Phase::Live)?;
        let rooms = self.locals.get(nsp)?.rooms.rooms_of(id).cloned().collect();
        Some(Card {
            id: id.to_string(),
            rooms: with_own(rooms, id).iter().map(ToString::to_string).collect(),
            data: socket.data.clone(),
            handshake: (*client.handshake).clone(),
        })
    }
}
