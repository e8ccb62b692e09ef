//! A whole server and its clients, by a script: the application of parlor's own tests, on two Gateways. What the clients
//! get is the same whether memory is kept or restored after every step. A script is lines: `c/ {"a":1}` a client connects,
//! `2` one of Socket.IO 2 does, `f042["echo",1]` client 0 sends a frame, and so on, see `step`.
#![no_main]

#[allow(dead_code)]
#[path = "../../../crates/parlor/tests/server/app.rs"]
mod app;

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use parlor::{Memory, TestClient, TestServer};
use serde_json::Value;

const MAX_STEPS: usize = 40;
const MAX_CLIENTS: usize = 10;

fuzz_target!(|input: &[u8]| {
    let input = String::from_utf8_lossy(input);
    let run = |memory| {
        let mut server = TestServer::with_memory(app::app, memory);
        let mut clients = Vec::new();
        let mut seen = Vec::new();
        for line in input.split('\n').take(MAX_STEPS) {
            step(&mut server, &mut clients, line);
            for client in &clients {
                let got: Vec<_> = std::iter::from_fn(|| client.next()).collect();
                seen.push((got, client.is_closed(), client.id()));
            }
        }
        seen
    };
    assert_eq!(run(Memory::Kept), run(Memory::Snapshots), "a restart was seen");
    run(Memory::Rows); // objects that are built anew take other numbers
});

fn step(server: &mut TestServer, clients: &mut Vec<TestClient>, line: &str) {
    let mut chars = line.chars();
    let kind = chars.next();
    let of = |clients: &[TestClient], digit: Option<char>, act: &dyn Fn(&TestClient)| {
        let index = digit.and_then(|digit| digit.to_digit(10)).unwrap_or_default() as usize;
        clients.get(index).into_iter().for_each(act);
    };
    match kind {
        Some('c') if clients.len() < MAX_CLIENTS => {
            let (nsp, auth) = chars.as_str().split_once(' ').unwrap_or((chars.as_str(), "null"));
            let auth: Value = serde_json::from_str(auth).unwrap_or_default();
            clients.push(server.connect(nsp, &auth));
        }
        Some('2') if clients.len() < MAX_CLIENTS => clients.push(server.connect_v2()),
        Some('f') => {
            let digit = chars.next();
            of(clients, digit, &|client| client.raw(chars.as_str()));
        }
        Some('h') => of(clients, chars.next(), &TestClient::hang_up),
        Some('m') => of(clients, chars.next(), &TestClient::mute),
        Some('w') => {
            let seconds =
                chars.as_str().bytes().fold(0, |time: u64, byte| (time * 10 + u64::from(byte & 15)) % 100);
            server.advance(Duration::from_secs(seconds));
        }
        Some('z') => server.hibernate(),
        Some('y') => server.forget_rooms(),
        Some('r') => server.restart(),
        Some('l') => server.lose_reply(chars.next().and_then(|c| c.to_digit(4)).unwrap_or_default() as usize),
        Some('q') => server.lose_next_request(),
        _ => {}
    }
}
