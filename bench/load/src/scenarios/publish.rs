//! publish: messages to the history of one room. Each is stored, acknowledged with its number, and sent to all members, the
//! sender included. A sender publishes again when its message is acknowledged and all members have it.
use super::join;
use crate::contract::{self, Names, Packet, Payloads};
use crate::course::{self, Course, Measured};
use crate::latency::Latencies;
use crate::options::Options;
use crate::report::Report;
use crate::swarm::{Load, Swarm};
use std::collections::HashMap;

struct Flight {
    sent: u64,
    sender: usize,
    /// What it was delivered, or acknowledged, as.
    seq: Option<u64>,
    acked: bool,
    /// How many members do not have it yet.
    left: usize,
}

impl Flight {
    /// Whether it is what the others have heard.
    fn is(&mut self, seq: u64) -> bool {
        *self.seq.get_or_insert(seq) == seq
    }
}

struct Publish {
    room: String,
    payloads: Payloads,
    senders: usize,
    window: usize,
    /// The last number that each member had. With it, each has each number once, so that nobody has a message twice.
    heads: Vec<u64>,
    sent: u64,
    flights: HashMap<u64, Flight>,
    course: Course,
    messages: u64,
    deliveries: u64,
    acks: Latencies,
    each: Latencies,
}

impl Publish {
    fn new(o: &Options, names: &Names) -> Publish {
        Publish {
            room: names.room(0),
            payloads: Payloads::new(o.payload),
            senders: o.senders,
            window: o.window,
            heads: vec![0; o.clients],
            sent: 0,
            flights: HashMap::new(),
            course: Course::default(),
            messages: 0,
            deliveries: 0,
            acks: Latencies::default(),
            each: Latencies::default(),
        }
    }

    fn send(&mut self, swarm: &mut Swarm, sender: usize) {
        self.sent += 1;
        let id = self.sent;
        let packet = contract::event(Some(id), "publish", &[&self.room, &self.payloads.write(id)]);
        let flight =
            Flight { sent: swarm.net.now(), sender, seq: None, acked: false, left: self.heads.len() };
        self.flights.insert(id, flight);
        swarm.send(sender, &packet);
    }

    fn delivered(&mut self, conn: usize, args: &[u8], t: u64) -> Result<u64, String> {
        let seq = contract::number(args, "seq").ok_or("a message without a number")?;
        let id = contract::field(args, "data").and_then(|data| self.payloads.read(data));
        let id = id.ok_or("a message that is not what had been sent")?;
        let head = &mut self.heads[conn];
        if seq != *head + 1 {
            return Err(format!("client {conn} had number {seq} after {head}"));
        }
        *head = seq;
        let flight = self.flights.get_mut(&id).ok_or(format!("number {seq} is one that all had already"))?;
        if !flight.is(seq) || flight.left == 0 {
            return Err(format!("number {seq} is a message that others have by another number"));
        }
        flight.left -= 1;
        if self.course.measuring {
            self.deliveries += 1;
            self.each.add(t.saturating_sub(flight.sent));
        }
        Ok(id)
    }

    fn acked(&mut self, conn: usize, id: u64, args: &[u8], t: u64) -> Result<u64, String> {
        let refused = || format!("a publish was answered {}", String::from_utf8_lossy(args));
        let seq = contract::number(args, "seq").ok_or_else(refused)?;
        let flight = self.flights.get_mut(&id).filter(|flight| flight.sender == conn && !flight.acked);
        let flight = flight.ok_or("an ack that was unexpected or doubled")?;
        if !flight.is(seq) {
            return Err(format!("acknowledged as number {seq}, and delivered by another"));
        }
        flight.acked = true;
        if self.course.measuring {
            self.acks.add(t.saturating_sub(flight.sent));
        }
        Ok(id)
    }
}

impl Load for Publish {
    fn packet(&mut self, swarm: &mut Swarm, conn: usize, packet: &[u8], t: u64) {
        let step = match contract::read(packet) {
            Packet::Event { name: b"said", args, .. } => self.delivered(conn, args, t),
            Packet::Ack { id, args } => self.acked(conn, id, args, t),
            Packet::Event { .. } | Packet::Other => return,
            Packet::Broken => Err("a packet that is not one".into()),
        };
        let id = match step {
            Ok(id) => id,
            Err(why) => return self.course.wrong(swarm, why),
        };
        if self.flights.get(&id).is_some_and(|flight| flight.acked && flight.left == 0) {
            let sender = self.flights[&id].sender;
            self.flights.remove(&id);
            self.messages += u64::from(self.course.measuring);
            if self.course.sending {
                self.send(swarm, sender);
            }
        }
    }
    fn closed(&mut self) {
        self.course.closed += 1;
    }
}

impl Measured for Publish {
    fn course(&mut self) -> &mut Course {
        &mut self.course
    }

    fn begin(&mut self, swarm: &mut Swarm) {
        for k in 0..self.senders * self.window {
            self.send(swarm, k / self.window);
        }
    }

    fn missing(&self) -> usize {
        self.flights.values().map(|flight| flight.left + usize::from(!flight.acked)).sum()
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
    let mut load = Publish::new(o, &names);
    let figures = course::run(o, &mut swarm, &mut load, &mut report);
    swarm.leave_all();
    report
        .num("per_s", figures.per_s(load.messages))
        .num("deliveries_per_s", figures.per_s(load.deliveries))
        .num("ack_p50_us", load.acks.quantile(0.5))
        .num("ack_p99_us", load.acks.quantile(0.99))
        .num("p50_us", load.each.quantile(0.5))
        .num("p99_us", load.each.quantile(0.99))
        .int("messages", load.messages)
        .int("deliveries", load.deliveries);
    figures.tell(load.messages, &load.course, &mut report);
    report
}
