//! queue: jobs. The first --clients connections consume, the --senders after them push. A producer pushes again when its job
//! is acknowledged and has been handled.
use crate::contract::{self, Names, Packet, Payloads};
use crate::course::{self, Course, Measured};
use crate::latency::Latencies;
use crate::options::Options;
use crate::report::Report;
use crate::swarm::{Load, Swarm};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long the queue has to say that it is empty; one that does not answer at all is not held to it.
const EMPTY_WITHIN: Duration = Duration::from_secs(4);
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

struct Flight {
    sent: u64,
    sender: usize,
    /// The queue's id of it, as it was written.
    job: Option<Box<[u8]>>,
    acked: bool,
    handled: bool,
}

impl Flight {
    /// Whether it is what the other side has heard.
    fn is(&mut self, job: &[u8]) -> bool {
        **self.job.get_or_insert_with(|| job.into()) == *job
    }
}

struct Queue {
    name: String,
    payloads: Payloads,
    consumers: usize,
    producers: usize,
    window: usize,
    sent: u64,
    flights: HashMap<u64, Flight>,
    course: Course,
    jobs: u64,
    acks: Latencies,
    handled: Latencies,
    /// The ack of the question how many jobs there are, and its answer.
    question: Option<u64>,
    jobs_left: Option<u64>,
}

impl Queue {
    fn new(o: &Options, name: String) -> Queue {
        Queue {
            name,
            payloads: Payloads::new(o.payload),
            consumers: o.clients,
            producers: o.senders,
            window: o.window,
            sent: 0,
            flights: HashMap::new(),
            course: Course::default(),
            jobs: 0,
            acks: Latencies::default(),
            handled: Latencies::default(),
            question: None,
            jobs_left: None,
        }
    }

    fn push(&mut self, swarm: &mut Swarm, sender: usize) {
        self.sent += 1;
        let id = self.sent;
        let packet = contract::event(Some(id), "push", &[&self.name, &self.payloads.write(id)]);
        let flight = Flight { sent: swarm.net.now(), sender, job: None, acked: false, handled: false };
        self.flights.insert(id, flight);
        swarm.send(sender, &packet);
    }

    fn handle(
        &mut self,
        swarm: &mut Swarm,
        conn: usize,
        args: &[u8],
        ack: Option<u64>,
        t: u64,
    ) -> Result<u64, String> {
        let ack = ack.ok_or("a job that wants no ack")?;
        // Without it the same job would come again and again, and be wrong each time.
        swarm.send(conn, &contract::ack(ack));
        let job = contract::field(args, "id").ok_or("a job without an id")?;
        let id = contract::field(args, "data").and_then(|data| self.payloads.read(data));
        let id = id.ok_or("a job that is not what had been pushed")?;
        if conn >= self.consumers {
            return Err("a job at a connection that does not consume".into());
        }
        let attempt = contract::number(args, "attempt").ok_or("a job without the number of its attempt")?;
        if attempt != 1 {
            return Err(format!("a job at its attempt {attempt}"));
        }
        let flight =
            self.flights.get_mut(&id).filter(|flight| !flight.handled).ok_or("a job that came twice")?;
        if !flight.is(job) {
            return Err("a job by another id than the one that its push was told".into());
        }
        flight.handled = true;
        if self.course.measuring {
            self.handled.add(t.saturating_sub(flight.sent));
        }
        Ok(id)
    }

    fn acked(&mut self, conn: usize, id: u64, args: &[u8], t: u64) -> Result<u64, String> {
        let refused = || format!("a push was answered {}", String::from_utf8_lossy(args));
        let job = contract::field(args, "id").ok_or_else(refused)?;
        let flight = self.flights.get_mut(&id).filter(|flight| flight.sender == conn && !flight.acked);
        let flight = flight.ok_or("an ack that was unexpected or doubled")?;
        if !flight.is(job) {
            return Err("a push that was told another id than the one that its job came by".into());
        }
        flight.acked = true;
        if self.course.measuring {
            self.acks.add(t.saturating_sub(flight.sent));
        }
        Ok(id)
    }

    /// Asks how many jobs are left until there are none; a handled job whose ack was lost is one.
    fn see_empty(&mut self, swarm: &mut Swarm) {
        let start = Instant::now();
        while self.jobs_left != Some(0) && self.course.closed == 0 && start.elapsed() < EMPTY_WITHIN {
            if self.question.is_none() {
                self.sent += 1;
                self.question = Some(self.sent);
                swarm.send(self.consumers, &contract::event(self.question, "queue", &[&self.name]));
            }
            swarm.poll(Duration::from_millis(20), self);
            if self.jobs_left.is_none() && start.elapsed() > ANSWERS_WITHIN {
                break;
            }
        }
    }
}

impl Load for Queue {
    fn packet(&mut self, swarm: &mut Swarm, conn: usize, packet: &[u8], t: u64) {
        let step = match contract::read(packet) {
            Packet::Event { name: b"job", args, ack } => self.handle(swarm, conn, args, ack, t),
            Packet::Ack { id, args } if self.question == Some(id) => {
                self.question = None;
                let count = |name| contract::number(args, name);
                self.jobs_left = (|| Some(count("ready")? + count("held")? + count("dead")?))();
                return;
            }
            Packet::Ack { id, args } => self.acked(conn, id, args, t),
            Packet::Event { .. } | Packet::Other => return,
            Packet::Broken => Err("a packet that is not one".into()),
        };
        let id = match step {
            Ok(id) => id,
            Err(why) => return self.course.wrong(swarm, why),
        };
        if self.flights.get(&id).is_some_and(|flight| flight.acked && flight.handled) {
            let sender = self.flights[&id].sender;
            self.flights.remove(&id);
            self.jobs += u64::from(self.course.measuring);
            if self.course.sending {
                self.push(swarm, sender);
            }
        }
    }
    fn closed(&mut self) {
        self.course.closed += 1;
    }
}

impl Measured for Queue {
    fn course(&mut self) -> &mut Course {
        &mut self.course
    }

    fn begin(&mut self, swarm: &mut Swarm) {
        for k in 0..self.producers * self.window {
            self.push(swarm, self.consumers + k / self.window);
        }
    }

    fn missing(&self) -> usize {
        self.flights.values().map(|flight| usize::from(!flight.acked) + usize::from(!flight.handled)).sum()
    }
}

pub fn run(o: &Options) -> Report {
    let mut report = Report::new(o);
    let name = Names::new().queue();
    let (consume, consumers) = (contract::event(Some(0), "consume", &[&name]), o.clients);
    let greeting = Box::new(move |conn| (conn < consumers).then(|| consume.clone()));
    let mut swarm = Swarm::new(o, greeting);
    if let Err(why) = swarm.connect_all(o.clients + o.senders) {
        report.fail(why);
        return report;
    }
    let mut load = Queue::new(o, name);
    let figures = course::run(o, &mut swarm, &mut load, &mut report);
    if report.ok() {
        load.see_empty(&mut swarm);
        if let Some(left @ 1..) = load.jobs_left {
            report.fail(format!("all jobs were handled, and the queue still has {left}"));
        }
        if load.course.wrong > 0 {
            report.fail(swarm.net.because("a wrong delivery at the end".into()));
        }
    }
    swarm.leave_all();
    report
        .num("per_s", figures.per_s(load.jobs))
        .num("ack_p50_us", load.acks.quantile(0.5))
        .num("ack_p99_us", load.acks.quantile(0.99))
        .num("p50_us", load.handled.quantile(0.5))
        .num("p99_us", load.handled.quantile(0.99))
        .int("jobs", load.jobs)
        .num("jobs_left", load.jobs_left.map(|left| left as f64));
    figures.tell(load.jobs, &load.course, &mut report);
    report
}
