//! idle: many connections that do nothing, and by what the server's memory has grown.
use super::nothing;
use crate::options::Options;
use crate::process::{CpuMark, rss_kib};
use crate::report::Report;
use crate::swarm::{Swarm, Tally};
use std::time::{Duration, Instant};

pub fn run(o: &Options) -> Report {
    let mut report = Report::new(o);
    let mut swarm = Swarm::new(o, nothing());
    let before = o.pid.map(|pid| rss_kib(pid) as f64);
    if let Err(why) = swarm.connect_all(o.clients) {
        report.fail(why);
        return report;
    }
    let mut tally = Tally::default();
    hold(&mut swarm, o.settle, &mut tally);
    let after = o.pid.map(|pid| rss_kib(pid) as f64);
    let cpu = CpuMark::start(o.pid);
    hold(&mut swarm, o.seconds, &mut tally);
    let server_us = cpu.server_us();
    swarm.leave_all();
    if tally.closed > 0 {
        report.fail(swarm.net.because(format!("{} connections closed", tally.closed)));
    }
    report
        .num("rss_before_kib", before)
        .num("rss_kib", after)
        .num("rss_per_connection_kib", before.zip(after).map(|(b, a)| (a - b) / o.clients as f64))
        .int("pings", swarm.pings)
        .num("server_share", server_us.map(|us| us / 1e6 / o.seconds.max(0.001)));
    report
}

fn hold(swarm: &mut Swarm, seconds: f64, tally: &mut Tally) {
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < seconds {
        swarm.poll(Duration::from_millis(20), tally);
    }
}
