//! wake: everybody is in one room, and nobody says anything for so long that the server's objects sleep. Then somebody does,
//! and once more right after, which is the same with everything awake.
use super::join;
use crate::contract::{self, Names, Packet, Payloads};
use crate::course::Course;
use crate::latency::median;
use crate::options::Options;
use crate::process::{CpuMark, rss_kib};
use crate::report::Report;
use crate::swarm::{Load, Swarm};
use std::time::{Duration, Instant};

const TICK: Duration = Duration::from_millis(20);
/// After so many times the wanted silence, there will be none.
const PATIENCE: f64 = 6.0;

#[derive(Default)]
struct Silence {
    course: Course,
    payloads: Option<Payloads>,
    /// The message that is on its way.
    id: u64,
    had_it: Vec<bool>,
    left: usize,
    first: u64,
    last: u64,
}

impl Silence {
    /// Client 0 says something; how long it took in ms until the first other has it, and all.
    fn say(&mut self, o: &Options, swarm: &mut Swarm, room: &str) -> Result<(f64, f64), String> {
        let payloads = self.payloads.get_or_insert_with(|| Payloads::new(o.payload));
        self.id += 1;
        let packet = contract::event(None, "msg", &[room, &payloads.write(self.id)]);
        self.had_it = vec![false; o.clients];
        (self.left, self.first) = (o.clients - 1, 0);
        swarm.net.not_stalled();
        let start = swarm.net.now();
        swarm.send(0, &packet);
        while self.left > 0 {
            swarm.poll(TICK, self);
            self.fine(swarm)?;
            if swarm.net.stalled() {
                let others = o.clients - 1;
                return Err(format!(
                    "{} of {others} have the message after {} s",
                    others - self.left,
                    o.timeout
                ));
            }
        }
        let ms = |t: u64| t.saturating_sub(start) as f64 / 1e6;
        Ok((ms(self.first), ms(self.last)))
    }

    /// Until nothing has come for `settle` seconds. After a ping the objects take as long to sleep as after a message, so
    /// it begins anew then. How long it took in all.
    fn hold(&mut self, o: &Options, swarm: &mut Swarm) -> Result<f64, String> {
        let start = Instant::now();
        swarm.net.not_stalled();
        while ((swarm.net.now() - swarm.net.last_input()) as f64) < o.settle * 1e9 {
            if start.elapsed().as_secs_f64() > o.settle * PATIENCE + 1.0 {
                return Err(format!("never {} s without a ping or anything else from the server", o.settle));
            }
            swarm.poll(TICK, self);
            self.fine(swarm)?;
        }
        Ok(start.elapsed().as_secs_f64())
    }

    fn fine(&self, swarm: &Swarm) -> Result<(), String> {
        match (self.course.closed, self.course.wrong) {
            (0, 0) => Ok(()),
            (0, wrong) => Err(swarm.net.because(format!("{wrong} wrong deliveries"))),
            (closed, _) => Err(swarm.net.because(format!("{closed} connections closed"))),
        }
    }
}

impl Load for Silence {
    fn packet(&mut self, swarm: &mut Swarm, conn: usize, packet: &[u8], t: u64) {
        let id = match contract::read(packet) {
            Packet::Event { name: b"msg", args, .. } => {
                self.payloads.as_ref().and_then(|p| p.read_only(args))
            }
            Packet::Event { .. } | Packet::Other => return,
            Packet::Ack { .. } | Packet::Broken => None,
        };
        if id != Some(self.id) || conn == 0 || self.had_it[conn] {
            let why = "a delivery that was unexpected, doubled or not what had been sent";
            return self.course.wrong(swarm, why);
        }
        self.had_it[conn] = true;
        self.left -= 1;
        self.last = t;
        if self.first == 0 {
            self.first = t;
        }
    }
    fn closed(&mut self) {
        self.course.closed += 1;
    }
}

/// Of each repetition: in ms, and the seconds that it was waited.
#[derive(Default)]
struct Times {
    first: Vec<f64>,
    all: Vec<f64>,
    next_first: Vec<f64>,
    next_all: Vec<f64>,
    settled: Vec<f64>,
}

pub fn run(o: &Options) -> Report {
    let mut report = Report::new(o);
    let names = Names::new();
    let mut swarm = Swarm::new(o, join(o, &names));
    let mut times = Times::default();
    let cpu = CpuMark::start(o.pid);
    let course = swarm.connect_all(o.clients).and_then(|()| {
        let mut silence = Silence::default();
        for _ in 0..o.repeat {
            times.settled.push(silence.hold(o, &mut swarm)?);
            let (first, all) = silence.say(o, &mut swarm, &names.room(0))?;
            let (next_first, next_all) = silence.say(o, &mut swarm, &names.room(0))?;
            times.first.push(first);
            times.all.push(all);
            times.next_first.push(next_first);
            times.next_all.push(next_all);
        }
        Ok(())
    });
    let (server_us, rss) = (cpu.server_us(), o.pid.map(|pid| rss_kib(pid) as f64));
    if let Err(why) = course {
        report.fail(why);
    }
    swarm.leave_all();
    report
        .num("first_ms", median(&times.first))
        .num("all_ms", median(&times.all))
        .num("next_first_ms", median(&times.next_first))
        .num("next_all_ms", median(&times.next_all))
        .list("first_ms_each", &times.first)
        .list("all_ms_each", &times.all)
        .list("next_first_ms_each", &times.next_first)
        .list("next_all_ms_each", &times.next_all)
        .num("settle", Some(o.settle))
        .list("settled_s_each", &times.settled)
        .int("pings", swarm.pings)
        .num("server_ms", server_us.map(|us| us / 1e3))
        .num("rss_kib", rss);
    report
}
