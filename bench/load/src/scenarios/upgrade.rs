//! upgrade: the way of a browser's client. A polling handshake, `40` by POST, polls until CONNECT is answered; a WebSocket
//! with the session's id, a probe, and `5` once the poll that waits has been let go; then one echo, and a clean close. As in
//! a browser, requests take turns on one keep-alive connection, and the WebSocket is another one.
use super::handshakes::{self, Handshakes, Tally};
use crate::contract::{self, Packet, Payloads};
use crate::http::{self, Answer};
use crate::net::{BUFFER, Input, Net};
use crate::options::Options;
use crate::report::Report;
use crate::websocket::{self, CLOSE, PING, PONG, TEXT};
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Step {
    /// The GET that opens the session.
    Open,
    /// The POST of `40`.
    Post,
    /// GETs until the answer to it has come.
    Welcome,
    /// The WebSocket's upgrade.
    WebSocket,
    Probe,
    /// Probed; the GET that waits is still to be answered.
    Pause,
    Echo,
    /// Done, or failed.
    Over,
}

struct Way {
    step: Step,
    sid: String,
    /// The connections' numbers.
    polling: Option<usize>,
    socket: Option<usize>,
    /// A request that is not answered yet.
    asked: bool,
    /// Incomplete answers, and frames.
    answers: Vec<u8>,
    frames: Vec<u8>,
}

struct Ways {
    net: Net,
    host: String,
    path: String,
    payloads: Payloads,
    ways: Vec<Way>,
    /// Of each connection, whose it is.
    owners: Vec<usize>,
    readable: Vec<usize>,
    tally: Tally,
}

impl Ways {
    fn connect(&mut self, w: usize) -> Result<usize, String> {
        let i = self.net.connect().map_err(|e| format!("cannot connect: {e}"))?;
        self.owners.push(w);
        Ok(i)
    }

    /// A request of the polling transport.
    fn ask(&mut self, w: usize, body: Option<&str>) -> Result<(), String> {
        let sid = match self.ways[w].sid.as_str() {
            "" => String::new(),
            sid => format!("&sid={sid}"),
        };
        let target = format!("{}?EIO=4&transport=polling{sid}", self.path);
        let i = match self.ways[w].polling {
            Some(i) => i,
            None => self.connect(w)?,
        };
        self.net.write(i, http::request(&self.host, &target, body).as_bytes());
        let way = &mut self.ways[w];
        (way.polling, way.asked) = (Some(i), true);
        Ok(())
    }

    fn fail(&mut self, w: usize, why: &str) {
        let way = &mut self.ways[w];
        self.net.complain(format!("handshake {w}, at {:?}: {why}", way.step));
        if way.step != Step::Over {
            self.tally.failed += 1;
        }
        way.step = Step::Over;
        for i in [way.polling, way.socket].into_iter().flatten() {
            self.net.close(i);
        }
    }

    fn ended(&mut self, w: usize, i: usize, why: String) -> Result<(), String> {
        self.net.close(i);
        let way = &mut self.ways[w];
        if way.step == Step::Over {
            return Ok(());
        }
        if way.polling == Some(i) && !way.asked {
            way.polling = None; // between two requests it may
            return Ok(());
        }
        Err(why)
    }

    fn feed(&mut self, w: usize, i: usize, data: &[u8]) -> Result<(), String> {
        if self.ways[w].polling == Some(i) {
            self.ways[w].answers.extend_from_slice(data);
            if let Some(answer) = http::answer(&self.ways[w].answers)? {
                self.ways[w].answers.drain(..answer.len);
                return self.answered(w, i, &answer);
            }
            return Ok(());
        }
        let mut kept = std::mem::take(&mut self.ways[w].frames);
        kept.extend_from_slice(data);
        let used = self.frames(w, i, &kept)?;
        kept.drain(..used);
        self.ways[w].frames = kept;
        Ok(())
    }

    fn answered(&mut self, w: usize, i: usize, answer: &Answer) -> Result<(), String> {
        let way = &mut self.ways[w];
        if !way.asked {
            return Err("an answer to nothing".into());
        }
        way.asked = false;
        if !answer.keeps {
            way.polling = None;
            self.net.close(i);
        }
        let text = String::from_utf8_lossy(&answer.body);
        if answer.status != 200 {
            return Err(format!("status {}: {text}", answer.status));
        }
        match way.step {
            Step::Open => {
                let sid = text.starts_with("0{").then(|| contract::field(&answer.body, "sid")).flatten();
                let sid = sid.ok_or_else(|| format!("not an open packet: {text}"))?;
                way.sid = String::from_utf8_lossy(sid).into_owned();
                way.step = Step::Post;
                self.ask(w, Some("40"))
            }
            Step::Post => {
                way.step = Step::Welcome;
                self.ask(w, None)
            }
            Step::Welcome => {
                if packets(&text).any(|packet| packet.starts_with("44")) {
                    return Err(format!("CONNECT refused: {text}"));
                }
                if packets(&text).any(|packet| packet.starts_with("40{")) {
                    way.step = Step::WebSocket;
                    let request =
                        websocket::upgrade_request(&self.host, &self.path, &format!("&sid={}", way.sid));
                    let socket = self.connect(w)?;
                    self.ways[w].socket = Some(socket);
                    self.net.write(socket, request.as_bytes());
                }
                self.ask(w, None)
            }
            // What it brings is a noop, or an event that does not matter here.
            Step::WebSocket | Step::Probe => self.ask(w, None),
            Step::Pause => {
                self.upgraded(w);
                Ok(())
            }
            Step::Echo | Step::Over => Ok(()),
        }
    }

    /// Takes every complete frame, and says how many bytes those were.
    fn frames(&mut self, w: usize, i: usize, bytes: &[u8]) -> Result<usize, String> {
        let mut used = 0;
        if self.ways[w].step == Step::WebSocket {
            let Some(head) = websocket::upgraded(bytes)? else { return Ok(0) };
            used = head;
            self.ways[w].step = Step::Probe;
            self.net.write(i, &websocket::client_frame(TEXT, b"2probe"));
        }
        while let Some(frame) = websocket::next_frame(&bytes[used..]) {
            used += frame.len;
            match frame.op {
                TEXT if frame.fin => self.packet(w, i, frame.payload)?,
                CLOSE if self.ways[w].step == Step::Over => self.net.close(i),
                CLOSE => return Err("a close frame from the server".into()),
                PING => self.net.write(i, &websocket::client_frame(PONG, frame.payload)),
                PONG => {}
                _ => return Err("a binary or fragmented frame".into()),
            }
        }
        Ok(used)
    }

    fn packet(&mut self, w: usize, i: usize, packet: &[u8]) -> Result<(), String> {
        match (self.ways[w].step, packet) {
            (Step::Over, _) => {}
            (Step::Probe, b"3probe") => {
                self.ways[w].step = Step::Pause;
                if !self.ways[w].asked {
                    self.upgraded(w);
                }
            }
            (_, b"2") => self.net.write(i, &websocket::client_frame(TEXT, b"3")),
            (Step::Echo, packet) => match contract::read(packet) {
                Packet::Ack { id, args } if id == w as u64 && self.payloads.read_only(args) == Some(id) => {
                    self.finish(w, i);
                }
                Packet::Ack { .. } | Packet::Broken => return Err("an echo that is not what was sent".into()),
                _ => {}
            },
            (_, packet) => return Err(format!("unexpected: {}", String::from_utf8_lossy(packet))),
        }
        Ok(())
    }

    fn upgraded(&mut self, w: usize) {
        let Some(socket) = self.ways[w].socket else { return };
        self.ways[w].step = Step::Echo;
        let id = w as u64;
        let echo = contract::event(Some(id), "echo", &[&self.payloads.write(id)]);
        for packet in ["5", &echo] {
            self.net.write(socket, &websocket::client_frame(TEXT, packet.as_bytes()));
        }
    }

    fn finish(&mut self, w: usize, socket: usize) {
        let way = &mut self.ways[w];
        way.step = Step::Over;
        if let Some(polling) = way.polling.take() {
            self.net.close(polling);
        }
        self.net.finish(socket, &websocket::client_frame(CLOSE, &1000u16.to_be_bytes()));
        self.tally.done(w, self.net.last_input());
    }
}

impl Handshakes for Ways {
    fn net(&mut self) -> &mut Net {
        &mut self.net
    }

    fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }

    fn begin(&mut self) -> Result<(), String> {
        self.ways.push(Way {
            step: Step::Open,
            sid: String::new(),
            polling: None,
            socket: None,
            asked: false,
            answers: vec![],
            frames: vec![],
        });
        self.ask(self.ways.len() - 1, None)
    }

    fn poll(&mut self, wait: Duration) {
        let mut readable = std::mem::take(&mut self.readable);
        let mut buffer = [0; BUFFER];
        self.net.wait(wait, &mut readable);
        for &i in &readable {
            let w = self.owners[i];
            let step = match self.net.read(i, &mut buffer) {
                Input::Nothing => Ok(()),
                Input::Bytes(n) => self.feed(w, i, &buffer[..n]),
                Input::End(why) => self.ended(w, i, why),
            };
            if let Err(why) = step {
                self.fail(w, &why);
            }
        }
        self.readable = readable;
    }
}

/// Of a payload of the polling transport.
fn packets(payload: &str) -> impl Iterator<Item = &str> {
    payload.split('\x1e')
}

pub fn run(o: &Options) -> Report {
    let mut ways = Ways {
        net: Net::new(o.addr, o.timeout),
        host: o.addr.to_string(),
        path: o.path.clone(),
        payloads: Payloads::new(o.payload),
        ways: vec![],
        owners: vec![],
        readable: vec![],
        tally: Tally::default(),
    };
    handshakes::run(o, &mut ways)
}
