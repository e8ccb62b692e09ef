//! Many Socket.IO clients. Takes each connection through the WebSocket's upgrade, Engine.IO's open, Socket.IO's CONNECT and,
//! where the scenario wants it, a first event whose ack is waited for. What comes after that goes to the scenario's `Load`.
use crate::net::{BUFFER, Input, Net};
use crate::options::Options;
use crate::websocket::{self, CLOSE, PING, PONG, TEXT};
use std::io;
use std::time::Duration;

/// Times are the swarm's, of when the bytes were read.
pub trait Load {
    fn ready(&mut self, _swarm: &mut Swarm, _conn: usize, _t: u64) {}
    fn packet(&mut self, _swarm: &mut Swarm, _conn: usize, _packet: &[u8], _t: u64) {}
    /// By the server.
    fn closed(&mut self);
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Upgrading,
    Opening,
    Connecting,
    /// The first event is sent, and not yet acknowledged.
    Greeting,
    Ready,
    Leaving,
    Gone,
}

struct Conn {
    state: State,
    /// An incomplete frame.
    input: Vec<u8>,
}

/// What a connection sends first, by its number, to be acknowledged with 0.
pub type Greeting = Box<dyn Fn(usize) -> Option<String>>;

pub struct Swarm {
    pub net: Net,
    conns: Vec<Conn>,
    request: String,
    greeting: Greeting,
    readable: Vec<usize>,
    pub pings: u64,
}

impl Swarm {
    pub fn new(o: &Options, greeting: Greeting) -> Swarm {
        let request = websocket::upgrade_request(&o.addr.to_string(), &o.path, "");
        Swarm {
            net: Net::new(o.addr, o.timeout),
            conns: vec![],
            request,
            greeting,
            readable: vec![],
            pings: 0,
        }
    }

    /// Starts one connection, and gives its number.
    pub fn connect(&mut self) -> io::Result<usize> {
        let i = self.net.connect()?;
        self.net.write(i, self.request.as_bytes());
        self.conns.push(Conn { state: State::Upgrading, input: vec![] });
        Ok(i)
    }

    /// Brings `n` connections to be ready, with at most 32 on their way at a time.
    pub fn connect_all(&mut self, n: usize) -> Result<(), String> {
        const PARALLEL: usize = 32;
        let mut tally = Tally::default();
        let mut started = 0;
        self.net.not_stalled();
        while tally.ready + tally.closed < n {
            while started < n && started - tally.ready - tally.closed < PARALLEL {
                self.connect().map_err(|e| format!("connection {started}: {e}"))?;
                started += 1;
            }
            self.poll(Duration::from_millis(100), &mut tally);
            if self.net.stalled() {
                let what = format!("no answer while connecting, {} of {n} ready", tally.ready);
                return Err(self.net.because(what));
            }
        }
        match tally.closed {
            0 => Ok(()),
            closed => Err(self.net.because(format!("{closed} of {n} connections failed"))),
        }
    }

    pub fn send(&mut self, i: usize, packet: &str) {
        self.net.write(i, &websocket::client_frame(TEXT, packet.as_bytes()));
    }

    /// The closing handshake; the socket is dropped when the server's part of it has come.
    pub fn leave(&mut self, i: usize) {
        if !matches!(self.conns[i].state, State::Leaving | State::Gone) {
            self.conns[i].state = State::Leaving;
            self.net.finish(i, &websocket::client_frame(CLOSE, &1000u16.to_be_bytes()));
        }
    }

    /// All leave, and the server has a moment to say its part too: else its work for them would be in the next run.
    pub fn leave_all(&mut self) {
        const MOMENT: u64 = 1_000_000_000;
        for i in 0..self.conns.len() {
            self.leave(i);
        }
        let start = self.net.now();
        while self.net.now() - start < MOMENT && self.conns.iter().any(|conn| conn.state != State::Gone) {
            self.poll(Duration::from_millis(20), &mut Tally::default());
        }
    }

    pub fn poll(&mut self, wait: Duration, load: &mut impl Load) {
        let mut readable = std::mem::take(&mut self.readable);
        let mut buffer = [0; BUFFER];
        self.net.wait(wait, &mut readable);
        for &i in &readable {
            match self.net.read(i, &mut buffer) {
                Input::Nothing => {}
                Input::Bytes(n) => self.feed(i, &buffer[..n], load),
                Input::End(why) => self.gone(i, &why, load),
            }
        }
        self.readable = readable;
    }

    fn gone(&mut self, i: usize, why: &str, load: &mut impl Load) {
        self.net.close(i);
        if !matches!(self.conns[i].state, State::Leaving | State::Gone) {
            self.net.complain(format!("connection {i}: {why}"));
            load.closed();
        }
        self.conns[i].state = State::Gone;
    }

    fn feed(&mut self, i: usize, data: &[u8], load: &mut impl Load) {
        let mut kept = std::mem::take(&mut self.conns[i].input);
        if kept.is_empty() {
            let used = self.parse(i, data, load);
            kept.extend_from_slice(&data[used..]);
        } else {
            kept.extend_from_slice(data);
            let used = self.parse(i, &kept, load);
            kept.drain(..used);
        }
        self.conns[i].input = kept;
    }

    /// Takes every complete frame of `bytes`, and says how many bytes those were.
    fn parse(&mut self, i: usize, bytes: &[u8], load: &mut impl Load) -> usize {
        let t = self.net.last_input();
        let mut used = 0;
        if self.conns[i].state == State::Upgrading {
            match websocket::upgraded(bytes) {
                Ok(None) => return 0,
                Ok(Some(head)) => used = head,
                Err(why) => {
                    self.gone(i, &why, load);
                    return bytes.len();
                }
            }
            self.conns[i].state = State::Opening;
        }
        while let Some(frame) = websocket::next_frame(&bytes[used..]) {
            used += frame.len;
            match frame.op {
                TEXT if frame.fin => self.packet(i, frame.payload, t, load),
                CLOSE => self.gone(i, "a close frame from the server", load),
                PING => self.net.write(i, &websocket::client_frame(PONG, frame.payload)),
                PONG => {}
                _ => self.gone(i, "a binary or fragmented frame", load),
            }
            if !self.net.is_open(i) {
                return bytes.len();
            }
        }
        used
    }

    fn packet(&mut self, i: usize, packet: &[u8], t: u64, load: &mut impl Load) {
        let ready = match (self.conns[i].state, packet) {
            (State::Leaving, _) => false,
            (_, b"2") => {
                self.pings += 1;
                self.send(i, "3");
                false
            }
            (State::Ready, _) => {
                load.packet(self, i, packet, t);
                false
            }
            (State::Opening, [b'0', ..]) => {
                self.conns[i].state = State::Connecting;
                self.send(i, "40");
                false
            }
            (State::Connecting, [b'4', b'0', ..]) => match (self.greeting)(i) {
                Some(first) => {
                    self.conns[i].state = State::Greeting;
                    self.send(i, &first);
                    false
                }
                None => true,
            },
            (State::Connecting, [b'4', b'4', ..]) => {
                self.gone(i, "CONNECT refused", load);
                false
            }
            (State::Greeting, [b'4', b'3', b'0', b'[', ..]) => true,
            _ => false,
        };
        if ready {
            self.conns[i].state = State::Ready;
            load.ready(self, i, t);
        }
    }
}

/// The load of clients that only connect.
#[derive(Default)]
pub struct Tally {
    pub ready: usize,
    pub closed: usize,
}

impl Load for Tally {
    fn ready(&mut self, _: &mut Swarm, _: usize, _: u64) {
        self.ready += 1;
    }
    fn closed(&mut self) {
        self.closed += 1;
    }
}
