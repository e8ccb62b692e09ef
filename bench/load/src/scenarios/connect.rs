//! connect: whole handshakes (TCP, the WebSocket's upgrade, Engine.IO's open, CONNECT), each with a clean close.
use super::handshakes::{self, Handshakes, Tally};
use super::nothing;
use crate::net::Net;
use crate::options::Options;
use crate::report::Report;
use crate::swarm::{Load, Swarm};
use std::time::Duration;

struct Connect {
    swarm: Swarm,
    tally: Tally,
}

impl Load for Tally {
    fn ready(&mut self, swarm: &mut Swarm, conn: usize, t: u64) {
        self.done(conn, t);
        swarm.leave(conn);
    }
    fn closed(&mut self) {
        self.failed += 1;
    }
}

impl Handshakes for Connect {
    fn net(&mut self) -> &mut Net {
        &mut self.swarm.net
    }
    fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }
    fn begin(&mut self) -> Result<(), String> {
        self.swarm.connect().map(drop).map_err(|e| e.to_string())
    }
    fn poll(&mut self, wait: Duration) {
        self.swarm.poll(wait, &mut self.tally);
    }
}

pub fn run(o: &Options) -> Report {
    handshakes::run(o, &mut Connect { swarm: Swarm::new(o, nothing()), tally: Tally::default() })
}
