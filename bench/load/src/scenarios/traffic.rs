//! echo, broadcast and rooms. Closed loop: a sender sends again when its message has reached all who should have it. Open
//! loop (--rate): messages go out on schedule, and latency counts from when a message was due.
use super::join;
use crate::contract::{self, Names, Packet, Payloads};
use crate::course::{self, Course, Measured};
use crate::latency::Latencies;
use crate::options::{Options, Scenario};
use crate::report::Report;
use crate::swarm::{Load, Swarm};
use std::collections::HashMap;
use std::time::Duration;

struct Flight {
    due: u64,
    sender: usize,
    left: usize,
    /// Bit k: member k of the room has it.
    seen: Vec<u64>,
}

struct Traffic {
    echo: bool,
    payloads: Payloads,
    /// The rooms' names.
    rooms: Vec<String>,
    room_size: usize,
    senders: Vec<usize>,
    window: usize,
    /// Nanoseconds between two messages of an open loop.
    gap: Option<f64>,
    begin: u64,
    sent: u64,
    flights: HashMap<u64, Flight>,
    course: Course,
    deliveries: u64,
    messages: u64,
    each: Latencies,
    /// Until the last member has it.
    last: Latencies,
}

impl Traffic {
    fn new(o: &Options, names: &Names) -> Traffic {
        let senders = match o.scenario {
            Scenario::Broadcast => (0..o.senders).collect(),
            _ => (0..o.senders).map(|room| room * o.room_size).collect(), // one in each room
        };
        Traffic {
            echo: o.scenario == Scenario::Echo,
            payloads: Payloads::new(o.payload),
            rooms: (0..o.clients / o.room_size).map(|room| names.room(room)).collect(),
            room_size: o.room_size,
            senders,
            window: o.window,
            gap: (o.rate > 0.0).then(|| 1e9 / o.rate),
            begin: 0,
            sent: 0,
            flights: HashMap::new(),
            course: Course::default(),
            deliveries: 0,
            messages: 0,
            each: Latencies::default(),
            last: Latencies::default(),
        }
    }

    fn send(&mut self, swarm: &mut Swarm, sender: usize, due: u64) {
        self.sent += 1;
        let id = self.sent;
        let payload = self.payloads.write(id);
        let (left, packet) = if self.echo {
            (1, contract::event(Some(id), "echo", &[&payload]))
        } else {
            let room = &self.rooms[sender / self.room_size];
            (self.room_size - 1, contract::event(None, "msg", &[room, &payload]))
        };
        self.flights.insert(id, Flight { due, sender, left, seen: vec![0; self.room_size.div_ceil(64)] });
        swarm.send(sender, &packet);
    }

    /// One delivery of message `id` to `conn`; false if it must not have got it, or not again.
    fn deliver(&mut self, swarm: &mut Swarm, conn: usize, id: u64, t: u64) -> bool {
        let Some(flight) = self.flights.get_mut(&id) else { return false };
        let same_room = conn / self.room_size == flight.sender / self.room_size;
        let expected = if self.echo { conn == flight.sender } else { conn != flight.sender && same_room };
        let member = conn % self.room_size;
        let (word, bit) = (member / 64, 1u64 << (member % 64));
        if !expected || flight.seen[word] & bit != 0 {
            return false;
        }
        flight.seen[word] |= bit;
        flight.left -= 1;
        let (left, sender, latency) = (flight.left, flight.sender, t.saturating_sub(flight.due));
        if self.course.measuring {
            self.deliveries += 1;
            self.each.add(latency);
        }
        if left == 0 {
            self.flights.remove(&id);
            if self.course.measuring {
                self.messages += 1;
                self.last.add(latency);
            }
            if self.course.sending && self.gap.is_none() {
                let now = swarm.net.now();
                self.send(swarm, sender, now);
            }
        }
        true
    }
}

impl Load for Traffic {
    fn packet(&mut self, swarm: &mut Swarm, conn: usize, packet: &[u8], t: u64) {
        let id = match contract::read(packet) {
            Packet::Event { name: b"msg", args, .. } if !self.echo => self.payloads.read_only(args),
            Packet::Ack { id, args } if self.echo => {
                self.payloads.read_only(args).filter(|payload| *payload == id)
            }
            Packet::Event { .. } | Packet::Other => return,
            Packet::Ack { .. } | Packet::Broken => None,
        };
        if !id.is_some_and(|id| self.deliver(swarm, conn, id, t)) {
            self.course.wrong(swarm, "a delivery that was unexpected, doubled or not what had been sent");
        }
    }
    fn closed(&mut self) {
        self.course.closed += 1;
    }
}

impl Measured for Traffic {
    fn course(&mut self) -> &mut Course {
        &mut self.course
    }

    fn begin(&mut self, swarm: &mut Swarm) {
        self.begin = swarm.net.now();
        if self.gap.is_none() {
            for k in 0..self.senders.len() * self.window {
                self.send(swarm, self.senders[k / self.window], self.begin);
            }
        }
    }

    fn pulse(&mut self, swarm: &mut Swarm) -> Duration {
        const MOST: Duration = Duration::from_millis(20);
        let Some(gap) = self.gap else { return MOST };
        loop {
            let due = self.begin + (self.sent as f64 * gap) as u64;
            let now = swarm.net.now();
            if due > now {
                return MOST.min(Duration::from_nanos(due - now));
            }
            self.send(swarm, self.senders[self.sent as usize % self.senders.len()], due);
        }
    }

    fn missing(&self) -> usize {
        self.flights.values().map(|flight| flight.left).sum()
    }
}

pub fn run(o: &Options) -> Report {
    let mut report = Report::new(o);
    let names = Names::new();
    let mut swarm = Swarm::new(o, join(o, &names));
    if let Err(why) = swarm.connect_all(o.clients) {
        report.fail(why);
        return report;
    }
    let mut load = Traffic::new(o, &names);
    let figures = course::run(o, &mut swarm, &mut load, &mut report);
    swarm.leave_all();
    report
        .num("per_s", figures.per_s(load.deliveries))
        .num("messages_per_s", figures.per_s(load.messages))
        .num("p50_us", load.each.quantile(0.5))
        .num("p99_us", load.each.quantile(0.99))
        .num("last_p50_us", load.last.quantile(0.5))
        .num("last_p99_us", load.last.quantile(0.99))
        .int("deliveries", load.deliveries);
    figures.tell(load.deliveries, &load.course, &mut report);
    report
}
