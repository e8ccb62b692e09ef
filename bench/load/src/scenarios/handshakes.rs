//! One handshake after the other, so many at once: what `connect` and `upgrade` have in common.
use crate::latency::Latencies;
use crate::net::Net;
use crate::options::Options;
use crate::process::CpuMark;
use crate::report::Report;
use std::time::{Duration, Instant};

#[derive(Default)]
pub(super) struct Tally {
    /// When, by the handshake's number.
    pub(super) started: Vec<u64>,
    pub(super) done: usize,
    pub(super) failed: usize,
    pub(super) latencies: Latencies,
}

impl Tally {
    pub(super) fn done(&mut self, number: usize, t: u64) {
        self.latencies.add(t - self.started[number]);
        self.done += 1;
    }
}

pub(super) trait Handshakes {
    fn net(&mut self) -> &mut Net;
    fn tally(&mut self) -> &mut Tally;
    /// Starts one.
    fn begin(&mut self) -> Result<(), String>;
    fn poll(&mut self, wait: Duration);
}

pub(super) fn run(o: &Options, all: &mut impl Handshakes) -> Report {
    let mut report = Report::new(o);
    let cpu = CpuMark::start(o.pid);
    let begin = Instant::now();
    all.net().not_stalled();
    let mut open = true; // for new ones
    loop {
        let tally = all.tally();
        let (started, finished) = (tally.started.len(), tally.done + tally.failed);
        open = open && started < o.clients && begin.elapsed().as_secs_f64() < o.seconds;
        if !open && finished == started {
            break;
        }
        if open && started - finished < o.window {
            let now = all.net().now();
            all.tally().started.push(now);
            if let Err(why) = all.begin() {
                report.fail(format!("connection {started}: {why}"));
                break;
            }
            continue;
        }
        all.poll(Duration::from_millis(100));
        if all.net().stalled() {
            report.fail(all.net().because(format!("nothing arrived for {} s", o.timeout)));
            break;
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    let (server_us, own_us) = (cpu.server_us(), cpu.own_us());
    let failed = all.tally().failed;
    if failed > 0 {
        report.fail(all.net().because(format!("{failed} handshakes failed")));
    }
    let tally = all.tally();
    report
        .num("seconds", Some(seconds))
        .num("per_s", Some(tally.done as f64 / seconds))
        .num("p50_us", tally.latencies.quantile(0.5))
        .num("p99_us", tally.latencies.quantile(0.99))
        .int("connections", tally.done as u64)
        .int("failed", failed as u64)
        .num("server_us_each", server_us.map(|us| us / tally.done.max(1) as f64))
        .num("server_share", server_us.map(|us| us / 1e6 / seconds))
        .num("client_share", Some(own_us / 1e6 / seconds));
    report
}
