//! Calls of handlers: how they start, go on and end.

use std::rc::Rc;

use engine_io::Millis;
use socket_io::Payload;

use super::{
    Called, Gateway, Output, Place,
    client::{Phase, Socket},
    questions::Awaited,
};
use crate::{
    Turn,
    answer::{Outcome, Refused},
    call::{Call, CallId, Effect, Handshake, Occasion, Progress},
    logging::{Level, Line},
    wire::{Cast, Found},
};

impl Gateway {
    /// Has a handler of a socket called.
    pub(super) fn call(
        &mut self,
        turn: &Turn<'_>,
        sid: &str,
        nsp: &Rc<str>,
        occasion: Occasion,
        ack: Option<u64>,
    ) {
        let Some(client) = self.clients.get_mut(sid) else { return };
        let Some(socket) = client.sockets.get_mut(nsp) else { return };
        self.next_call += 1;
        socket.call = Some(self.next_call);
        let rooms = self.locals.get(nsp).map(|local| local.rooms.rooms_of(&socket.id).cloned().collect());
        let call = Call {
            busy: !self.full.is_empty(),
            ..call_of(
                self.next_call,
                socket,
                &client.handshake,
                occasion,
                rooms.unwrap_or_default(),
                turn.now,
            )
        };
        if matches!(call.occasion, Occasion::Connect) {
            self.starting.insert(sid.into());
        }
        let (socket, handshake) = (call.socket.clone(), call.handshake.clone());
        let called = Called {
            sid: sid.into(),
            socket,
            nsp: nsp.clone(),
            ack,
            handshake,
            began: turn.now,
            publishes: None,
        };
        self.calls.insert(call.id, called);
        if self.traces() {
            self.log_call(&call);
        }
        self.outputs.push_back(Output::Run(Box::new(call)));
    }

    /// A call went on or ended.
    pub fn handle_progress(&mut self, turn: &mut Turn<'_>, id: CallId, progress: Progress) {
        let (effects, outcome) = match progress {
            Progress::Waiting(effects) => (effects, None),
            Progress::Done(effects, outcome) => (effects, Some(outcome)),
        };
        self.went_on(turn, id, effects, outcome);
        self.pump(turn);
    }

    /// The same, and again for a call whose outcome is known once the Room has answered.
    pub(super) fn went_on(
        &mut self,
        turn: &mut Turn<'_>,
        id: CallId,
        effects: Vec<Effect>,
        outcome: Option<Outcome>,
    ) {
        let publishes = if let Some(Outcome::Publishes(ask)) = outcome { Some(ask) } else { None };
        let called = match &outcome {
            Some(_) if publishes.is_none() => self.calls.remove(&id),
            _ => self.calls.get_mut(&id).map(|called| {
                called.publishes = publishes;
                called.clone()
            }),
        };
        let Some(called) = called else { return };
        self.starting.remove(&called.sid);
        if let Some(outcome) = outcome.as_ref().filter(|_| publishes.is_none()) {
            self.ended(turn, id, &called, outcome);
        }
        let place = self.sockets.get(&called.socket).filter(|place| place.sid == called.sid).cloned();
        let socket = place.as_ref().and_then(|place| {
            self.clients.get_mut(&place.sid).and_then(|client| client.sockets.get_mut(&place.nsp))
        });
        match (place, socket) {
            (Some(place), Some(socket)) => {
                // A connect handler's questions can't wait for what it emits: that waits for its end.
                let connecting = socket.phase != Phase::Live;
                let (asks, effects): (Vec<_>, Vec<_>) =
                    effects.into_iter().partition(|effect| connecting && effect.question().is_some());
                socket.effects.extend(effects);
                if socket.call == Some(id) {
                    socket.last_call = id;
                    // Nothing else begins while it has not even asked.
                    let asks = |effect: &Effect| effect.question().is_some_and(|ask| Some(ask) == publishes);
                    let has_ended = outcome.is_some() && !socket.effects.iter().any(asks);
                    socket.call = socket.call.filter(|_| !has_ended);
                }
                if let Some(outcome) = outcome {
                    self.finish(turn, &place, &called, outcome);
                }
                self.without_socket(turn, id, asks, String::new());
                self.step(turn, &place.sid, &place.nsp);
            }
            // The socket has gone: what can be done without it is done.
            _ => {
                let trace = self.trace(&called.handshake, id);
                self.without_socket(turn, id, effects, trace);
                let answer = match outcome {
                    Some(Outcome::Failed(fault)) => Some(fault.payload()),
                    Some(Outcome::Done(answer)) => answer,
                    _ => None,
                };
                if !self.calls.contains_key(&id) {
                    self.came(turn, "", Awaited::Call(id), answer);
                }
            }
        }
    }

    /// Carries out what needs no socket: broadcasts and questions.
    pub(super) fn without_socket(
        &mut self,
        turn: &mut Turn<'_>,
        call: CallId,
        effects: impl IntoIterator<Item = Effect>,
        trace: String,
    ) {
        for effect in effects {
            match effect {
                Effect::Cast { nsp, target, frames, volatile } => {
                    let trace = trace.clone();
                    self.cast(turn, &nsp, Cast { target, frames, volatile, trace });
                }
                Effect::Ask { ask, nsp, target, query } => self.ask(turn, (call, ask), &nsp, target, query),
                Effect::Queue { ask, queue, query } => self.ask_queue(turn, (call, ask), &queue, query),
                Effect::StopConsuming { ask, .. } => {
                    self.outputs.push_back(Output::Answered { call, ask, found: Found::default() });
                }
                _ => {}
            }
        }
    }

    /// Acts on how a call ended.
    fn finish(&mut self, turn: &mut Turn<'_>, place: &Place, called: &Called, outcome: Outcome) {
        let Place { sid, nsp } = place;
        match outcome {
            Outcome::Connected(data) => self.enter(turn, sid, nsp, data),
            Outcome::Refused(body) => self.refuse(turn, sid, nsp, &body),
            Outcome::Done(Some(payload)) => self.acknowledge(place, called, &payload),
            Outcome::Done(None) | Outcome::Publishes(_) => {}
            Outcome::Failed(fault) => {
                let connecting =
                    self.socket(sid, nsp).is_some_and(|socket| socket.phase == Phase::Connecting);
                if connecting {
                    self.refuse(turn, sid, nsp, &Refused::from(fault).body());
                } else {
                    self.acknowledge(place, called, &fault.payload());
                }
            }
        }
    }

    /// Queues the client's acknowledgement behind everything that the handler asked for.
    fn acknowledge(&mut self, place: &Place, called: &Called, payload: &Payload) {
        let parser = self.app.config().parser;
        if let (Some(ack), Some(socket)) = (called.ack, self.socket(&place.sid, &place.nsp)) {
            match parser.encode_ack(&place.nsp, ack, payload) {
                Ok(frames) => socket.effects.push_back(Effect::Acknowledge { frames }),
                Err(error) => {
                    let mut line = Line::new(Level::Error, "unwritable");
                    line.text("nsp", &place.nsp);
                    self.log_of(&place.sid, line.text("error", &error.to_string()));
                }
            }
        }
    }
}

pub(super) fn call_of(
    id: CallId,
    socket: &Socket,
    handshake: &Rc<Handshake>,
    occasion: Occasion,
    rooms: Vec<Rc<str>>,
    now: Millis,
) -> Call {
    Call {
        id,
        nsp: socket.nsp.clone(),
        socket: socket.id.clone(),
        occasion,
        data: socket.data.clone(),
        rooms: with_own(rooms, &socket.id),
        auth: socket.auth.clone(),
        handshake: handshake.clone(),
        now,
        busy: false,
    }
}

/// A socket's rooms as its handlers see them: sorted, its own id among them.
pub(super) fn with_own(mut rooms: Vec<Rc<str>>, id: &Rc<str>) -> Vec<Rc<str>> {
    let at = rooms.partition_point(|room| room < id);
    rooms.insert(at, id.clone());
    rooms
}
