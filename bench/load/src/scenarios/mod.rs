//! What is measured.
mod connect;
mod handshakes;
mod idle;
mod publish;
mod queue;
mod traffic;
mod upgrade;
mod wake;

use crate::contract::{Names, event};
use crate::options::{Options, Scenario};
use crate::report::Report;
use crate::swarm::Greeting;

pub fn run(o: &Options) -> Report {
    match o.scenario {
        Scenario::Echo | Scenario::Broadcast | Scenario::Rooms => traffic::run(o),
        Scenario::Connect => connect::run(o),
        Scenario::Upgrade => upgrade::run(o),
        Scenario::Idle => idle::run(o),
        Scenario::Wake => wake::run(o),
        Scenario::Publish => publish::run(o),
        Scenario::Queue => queue::run(o),
    }
}

fn nothing() -> Greeting {
    Box::new(|_| None)
}

/// Each joins the room that it is of.
fn join(o: &Options, names: &Names) -> Greeting {
    let rooms: Vec<String> = (0..o.clients.div_ceil(o.room_size)).map(|room| names.room(room)).collect();
    let size = o.room_size;
    Box::new(move |conn| Some(event(Some(0), "join", &[&rooms[conn / size]])))
}
