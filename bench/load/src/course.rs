//! The course of a measured load: warm-up, the measured time, and then a while in which what is on its way may arrive.
use crate::options::Options;
use crate::process::{CpuMark, rss_kib};
use crate::report::Report;
use crate::swarm::{Load, Swarm};
use std::time::{Duration, Instant};

/// How long late deliveries are waited for.
const DRAIN: Duration = Duration::from_secs(5);
const TICK: Duration = Duration::from_millis(20);

#[derive(Default)]
pub struct Course {
    /// What happens now counts.
    pub measuring: bool,
    /// A message that has arrived is followed by another.
    pub sending: bool,
    pub closed: u64,
    pub wrong: u64,
}

impl Course {
    /// A delivery that must not be.
    pub fn wrong(&mut self, swarm: &mut Swarm, why: impl Into<String>) {
        self.wrong += 1;
        swarm.net.complain(why);
    }
}

pub trait Measured: Load {
    fn course(&mut self) -> &mut Course;
    /// Sends the first messages.
    fn begin(&mut self, swarm: &mut Swarm);
    /// Sends what is due by the clock, and says in how long it wants to be asked again.
    fn pulse(&mut self, _swarm: &mut Swarm) -> Duration {
        TICK
    }
    /// How many deliveries are still to come.
    fn missing(&self) -> usize;
}

/// Of the measured time.
pub struct Figures {
    seconds: f64,
    server_us: Option<f64>,
    own_us: f64,
    rss_kib: Option<f64>,
    lost: u64,
}

/// Runs `load` on connections that are ready, and reports what went wrong.
pub fn run(o: &Options, swarm: &mut Swarm, load: &mut impl Measured, report: &mut Report) -> Figures {
    swarm.net.not_stalled();
    let begin = swarm.net.now();
    load.course().sending = true;
    load.begin(swarm);
    let mut from = (Instant::now(), CpuMark::start(o.pid));
    while load.course().closed == 0 {
        let elapsed = (swarm.net.now() - begin) as f64 / 1e9;
        if !load.course().measuring && elapsed >= o.warmup {
            from = (Instant::now(), CpuMark::start(o.pid));
            load.course().measuring = true;
        }
        if elapsed >= o.warmup + o.seconds {
            break;
        }
        let wait = load.pulse(swarm);
        swarm.poll(wait, load);
        if swarm.net.stalled() {
            report.fail(swarm.net.because(format!("nothing arrived for {} s", o.timeout)));
            break;
        }
    }
    let seconds = from.0.elapsed().as_secs_f64();
    let (server_us, own_us) = (from.1.server_us(), from.1.own_us());
    let rss_kib = o.pid.map(|pid| rss_kib(pid) as f64);

    let course = load.course();
    (course.measuring, course.sending) = (false, false);
    let drain = Instant::now();
    while load.missing() > 0 && load.course().closed == 0 && drain.elapsed() < DRAIN {
        swarm.poll(TICK, load);
    }
    let lost = load.missing() as u64;
    let course = load.course();
    if course.closed > 0 {
        report.fail(swarm.net.because(format!("{} connections closed", course.closed)));
    }
    if course.wrong > 0 {
        report.fail(swarm.net.because(format!("{} wrong deliveries", course.wrong)));
    }
    if lost > 0 {
        report.fail(format!("{lost} deliveries lost"));
    }
    Figures { seconds, server_us, own_us, rss_kib, lost }
}

impl Figures {
    pub fn per_s(&self, count: u64) -> Option<f64> {
        Some(count as f64 / self.seconds)
    }

    /// What all measured loads tell; CPU time is per one of `count`.
    pub fn tell(&self, count: u64, course: &Course, report: &mut Report) {
        if count == 0 {
            report.fail("nothing finished in the measured time".into());
        }
        report
            .num("seconds", Some(self.seconds))
            .int("lost", self.lost)
            .int("wrong", course.wrong)
            .num("server_us_each", self.server_us.map(|us| us / count.max(1) as f64))
            .num("server_share", self.server_us.map(|us| us / 1e6 / self.seconds))
            .num("client_share", Some(self.own_us / 1e6 / self.seconds))
            .num("rss_kib", self.rss_kib);
    }
}
