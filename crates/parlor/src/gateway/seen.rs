//! What whoever runs the server sees of a Gateway: lines of the log, counters, and which Gateways there are.

use super::{Called, Gateway, Output, client::Phase};
use crate::{
    Turn,
    answer::{Fault, Outcome},
    call::{Call, CallId, Handshake},
    logging::{Level, Line},
    metrics::{Count, Counters, Histogram, Report},
    names::REGISTRY,
    stored,
    wire::Direct,
};

/// Key of the row with the counters, and the version of its form.
pub(super) const COUNTERS: &str = "counters";
const VERSION: u8 = 1;

impl Gateway {
    /// Whether every message is logged. If not, nothing may be made for it.
    pub(super) fn traces(&self) -> bool {
        self.app.config().log_level == Level::Debug
    }

    pub(super) fn log(&mut self, line: &mut Line) {
        if line.level() <= self.app.config().log_level {
            self.outputs.push_back(Output::Log(std::mem::take(line)));
        }
    }

    /// As [`log`](Self::log), about this connection.
    pub(super) fn log_of(&mut self, sid: &str, line: &mut Line) {
        if let Some(client) = self.clients.get(sid) {
            line.id(client.handshake.request_id().unwrap_or_default());
        }
        self.log(line);
    }

    /// What broadcasts and questions of this call are logged as by other objects; empty where they are not.
    pub(super) fn trace(&self, handshake: &Handshake, call: CallId) -> String {
        if self.traces() { message_id(handshake, call) } else { String::new() }
    }

    /// The same of a call that is under way.
    pub(super) fn trace_of(&self, call: CallId) -> String {
        self.calls.get(&call).map_or_else(String::new, |called| self.trace(&called.handshake, call))
    }

    /// The same of the last call of a socket.
    pub(super) fn trace_of_last(&self, sid: &str, nsp: &str) -> String {
        if self.traces()
            && let Some(client) = self.clients.get(sid)
            && let Some(socket) = client.sockets.get(nsp)
        {
            return message_id(&client.handshake, socket.last_call);
        }
        String::new()
    }

    /// A handler is called. What a client calls an event is its text, but where there is a handler of that name.
    pub(super) fn log_call(&mut self, call: &Call) {
        let mut line = Line::new(Level::Debug, "called");
        line.text("nsp", &call.nsp).text("for", call.occasion.kind());
        let handlers = self.app.handlers(&call.nsp);
        let known = call.occasion.event().filter(|(name, _)| handlers.is_some_and(|all| all.has_event(name)));
        if let Some((name, _)) = known {
            line.text("name", name);
        }
        self.log(line.id(&message_id(&call.handshake, call.id)));
    }

    /// A call has ended.
    pub(super) fn ended(&mut self, turn: &Turn<'_>, call: CallId, called: &Called, outcome: &Outcome) {
        let took = turn.now.saturating_sub(called.began);
        self.counters.observe(Histogram::Handler, took);
        let code = match outcome {
            Outcome::Failed(fault) => fault.code(),
            Outcome::Refused(_) => "refused",
            _ => "",
        };
        if let Outcome::Failed(fault) = outcome {
            self.failed(call, called, fault);
        }
        if self.traces() {
            let mut line = Line::new(Level::Debug, "handled");
            line.number("ms", took);
            if !code.is_empty() {
                line.text("code", code);
            }
            self.log(line.id(&message_id(&called.handshake, call)));
        }
    }

    /// Faults with a cause are the application's; others are what it tells clients, as often as they like.
    fn failed(&mut self, call: CallId, called: &Called, fault: &Fault) {
        if fault.cause().is_none() {
            return self.counters.count(Count::EventsRefused);
        }
        self.counters.count(Count::HandlersFailed);
        let mut line = Line::new(Level::Error, "handler failed");
        line.text("nsp", &called.nsp).fault(fault);
        self.log(line.id(&message_id(&called.handshake, call)));
    }

    /// What it has counted, and what there is in it now.
    fn counters_now(&self) -> Counters {
        let (mut sockets, mut events, mut rooms, mut items) = (0, 0, 0, 0);
        for client in self.clients.values() {
            for socket in client.sockets.values() {
                sockets += u64::from(socket.phase == Phase::Live);
                events += socket.work.len();
            }
        }
        for membership in self.rooms.values() {
            rooms += u64::from(membership.is_in());
            items += membership.link.waiting();
        }
        for link in self.queues.values() {
            items += link.waiting();
        }
        for link in self.gateways.values() {
            items += link.waiting();
        }
        let mut counters = self.counters.clone();
        counters.add(Count::Connections, self.clients.len() as u64);
        counters.add(Count::Sockets, sockets);
        counters.add(Count::Rooms, rooms);
        counters.add(Count::HandlersRunning, self.calls.len() as u64);
        counters.add(Count::EventsWaiting, events as u64);
        counters.add(Count::ItemsWaiting, items as u64);
        counters
    }

    pub(super) fn report(&self) -> Report {
        let mut report = self.kept.clone();
        report.counters = self.counters_now();
        report
    }

    /// Whether something was counted that is in no row.
    #[must_use]
    pub fn has_counted(&self) -> bool {
        self.app.config().metrics && self.counters != self.kept.counters
    }

    /// Has what was counted stored, and a point of it written if it is time.
    pub fn keep_counters(&mut self, turn: &Turn<'_>) {
        if self.has_counted() {
            self.kept.counters = self.counters.clone();
            let now = self.counters_now();
            if let Some(point) = self.kept.point(&now, turn.now) {
                self.outputs.push_back(Output::Point(point));
            }
            self.store_counters();
        }
    }

    fn store_counters(&mut self) {
        let value = Some(stored::write(VERSION, &self.kept));
        self.stores.push_back(Output::Store { key: COUNTERS.to_owned(), value });
    }

    pub(super) fn restore_counters(&mut self, row: &[u8]) {
        self.kept = stored::read(VERSION, row).unwrap_or_default();
        self.counters.add_all(&self.kept.counters);
    }

    /// Makes sure that this Gateway is in the list, so that it is asked for its counters.
    pub(super) fn list_itself(&mut self, turn: &mut Turn<'_>) {
        let is_due = self.app.config().metrics && !self.kept.is_listed && !self.asks_to_be_listed;
        if is_due && self.name != REGISTRY {
            self.asks_to_be_listed = true;
            self.tell_gateway(turn, REGISTRY.to_owned(), Direct::Exists);
        }
    }

    pub(super) fn exists(&mut self, turn: &mut Turn<'_>, name: &str) {
        if !self.kept.gateways.iter().any(|known| known == name) {
            self.kept.gateways.push(name.to_owned());
            self.store_counters();
        }
        self.tell_gateway(turn, name.to_owned(), Direct::Listed);
    }

    pub(super) fn is_listed(&mut self) {
        self.kept.is_listed = true;
        self.store_counters();
    }
}

/// What a message is logged as: the id of the request that opened its connection, and the number of its handler's call.
fn message_id(handshake: &Handshake, call: CallId) -> String {
    handshake.request_id().map_or_else(String::new, |id| [id, ".", &call.to_string()].concat())
}
