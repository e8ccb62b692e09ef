//! Scripts: anything that can happen to a session, in any order, and what must hold whatever it is. `properties.rs` makes
//! scripts up, and so does the fuzz target `session`.

use std::collections::HashSet;

use bytes::Bytes;
use engine_io::payload::{self, Body};
use engine_io::{
    Answer, CloseReason, Config, Dialect, Frame, Message, Millis, Output, Packet, Session, Version,
    decode_text,
};

use crate::rig::{drain, restore};

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Get,
    AbortGet,
    StartPost,
    Post(String),
    PostTooLarge,
    StartBinaryPost,
    AbortPost,
    OpenSocket,
    Text { newest: bool, text: String },
    Binary { newest: bool, len: usize },
    CloseSocket { newest: bool },
    Send,
    SendVolatile,
    Close,
    Wait(Millis),
    Heard(Millis),
    ForgetRequests,
}

/// What happens before the outputs are drained: an input, and sends of the application before and after it.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) before: usize,
    pub(crate) step: Step,
    pub(crate) after: usize,
}

/// Checks all that was given out so far.
#[derive(Default)]
struct Witness {
    dialect: Dialect,
    answered: HashSet<u64>,
    aborted: HashSet<u64>,
    shut: HashSet<u64>,
    closed: bool,
    delivered: Vec<u64>,
}

impl Witness {
    fn new(dialect: Dialect) -> Self {
        Self { dialect, ..Self::default() }
    }

    /// What a payload says to this client.
    fn read(&self, body: &Body) -> Vec<Packet> {
        match (body, self.dialect.version) {
            (Body::Text(body), Version::V4) => payload::packets(body).map(Result::unwrap).collect(),
            (Body::Text(body), Version::V3) => {
                payload::v3::packets(body).into_iter().map(Result::unwrap).collect()
            }
            (Body::Binary(body), _) => {
                assert!(self.dialect.version == Version::V3 && !self.dialect.base64);
                payload::v3::packets_binary(body).into_iter().map(Result::unwrap).collect()
            }
        }
    }

    fn see(&mut self, output: &Output) {
        match output {
            Output::Answer { ticket, answer } => {
                assert!(self.answered.insert(*ticket), "{ticket} answered twice");
                assert!(!self.aborted.contains(ticket), "{ticket} answered after it was gone");
                if let Answer::Payload(body) = answer {
                    let packets = self.read(body);
                    assert!(!packets.is_empty());
                    packets.iter().for_each(|packet| self.deliver(packet));
                }
            }
            Output::Send { conn, frame } => {
                assert!(!self.shut.contains(conn), "sent on a closed socket");
                let Frame::Text(text) = frame else { return };
                self.deliver(&decode_text(text).unwrap());
            }
            Output::CloseSocket { conn, .. } => assert!(self.shut.insert(*conn), "{conn} closed twice"),
            Output::Message(_) | Output::Upgraded => assert!(!self.closed, "something after the end"),
            Output::Closed(_) => assert!(!std::mem::replace(&mut self.closed, true), "closed twice"),
        }
    }

    fn deliver(&mut self, packet: &Packet) {
        if let Packet::Message(Message::Text(number)) = packet {
            self.delivered.extend(number.parse::<u64>().ok());
        }
    }
}

/// The newest socket, or the one before.
fn socket(conn: u64, newest: bool) -> u64 {
    if newest { conn } else { conn.saturating_sub(1) }
}

/// Plays a script on a session that is kept and on one restored from storage after every step, and beside them one
/// restored from what was last found worth storing.
pub(crate) fn play(polling: bool, config: &Config, dialect: Dialect, script: Vec<Turn>) {
    let mut now = 1_000_000;
    let (mut ticket, mut conn, mut numbers) = (0, 0_u64, 0);
    let (mut get, mut post) = (0, 0);
    let mut kept = if polling {
        Session::open_polling(config, dialect.clone(), "sid", 0, now)
    } else {
        Session::open_websocket(config, dialect.clone(), "sid", 0, now)
    };
    let mut witness = Witness::new(dialect);
    drain(&mut kept).iter().for_each(|output| witness.see(output));
    let mut restored = restore(&kept);
    let mut stored = restore(&kept);

    for Turn { before, step, after } in script {
        let mut timed = false;
        match &step {
            Step::Get => {
                ticket += 1;
                get = ticket;
            }
            Step::StartPost | Step::StartBinaryPost => {
                ticket += 1;
                post = ticket;
            }
            Step::OpenSocket => conn += 1,
            Step::Wait(time) => now += time,
            Step::AbortGet if !witness.answered.contains(&get) => _ = witness.aborted.insert(get),
            Step::AbortPost if !witness.answered.contains(&post) => _ = witness.aborted.insert(post),
            Step::ForgetRequests => {
                witness.aborted.extend((0..=ticket).filter(|t| !witness.answered.contains(t)))
            }
            Step::Text { newest, .. } | Step::Binary { newest, .. }
                if witness.shut.contains(&socket(conn, *newest)) =>
            {
                continue;
            }
            _ => {}
        }
        let mut next = 0;
        let mut turn = |session: &mut Session| {
            next = numbers;
            let send = |session: &mut Session, next: &mut u64| {
                let accepted = !session.is_closed();
                session.send(Frame::text_message(&next.to_string()));
                *next += u64::from(accepted);
            };
            (0..before).for_each(|_| send(session, &mut next));
            match &step {
                Step::Get => session.handle_poll(config, ticket, now),
                Step::AbortGet => session.handle_poll_aborted(get),
                Step::StartPost => session.handle_post_started(ticket, false),
                Step::StartBinaryPost => session.handle_post_started(ticket, true),
                Step::Post(body) => session.handle_post(config, post, body.as_bytes(), now),
                Step::PostTooLarge => session.handle_post_too_large(post),
                Step::AbortPost => session.handle_post_aborted(post),
                Step::OpenSocket => session.handle_websocket(config, conn, now),
                Step::Text { newest, text } => session.handle_text(config, socket(conn, *newest), text, now),
                Step::Binary { newest, len } => {
                    session.handle_binary(config, socket(conn, *newest), Bytes::from(vec![0; *len]), now);
                }
                Step::CloseSocket { newest } => session.handle_socket_closed(socket(conn, *newest)),
                Step::Send => send(session, &mut next),
                Step::SendVolatile => {
                    next += u64::from(session.send_volatile(&[Frame::text_message(&next.to_string())]));
                }
                Step::Close => session.close(CloseReason::ForcedClose, now),
                Step::Wait(_) => {
                    session.handle_timeout(config, now);
                    timed = true;
                }
                Step::Heard(ago) => session.heard(config, now - ago),
                Step::ForgetRequests => session.forget_requests(),
            }
            (0..after).for_each(|_| send(session, &mut next));
            drain(session)
        };
        let outputs = turn(&mut kept);
        assert_eq!(turn(&mut restored), outputs, "a restart was seen");
        numbers = next;
        let gone = match &step {
            Step::CloseSocket { newest } => {
                Some(socket(conn, *newest)).filter(|conn| !witness.shut.contains(conn))
            }
            _ => None,
        };
        outputs.iter().for_each(|output| witness.see(output));
        assert!(gone.is_none_or(|conn| witness.shut.insert(conn)), "closed a socket that is gone");

        if timed {
            assert!(kept.next_timeout(config).is_none_or(|at| at > now), "the timer would spin");
        }
        assert_eq!(kept.is_closed(), witness.closed);
        assert_eq!(kept.is_finished(), kept.next_timeout(config).is_none());
        assert!(witness.delivered.iter().copied().eq(0..witness.delivered.len() as u64), "out of order");
        if kept.conn().is_some() {
            assert_eq!(witness.delivered.len() as u64, numbers, "something is held back");
        }

        assert_eq!(restored.take_dirty(), kept.clone().take_dirty());
        if kept.take_dirty() {
            stored = restore(&kept);
        }
        restored = restore(&kept);
        same_after_loss(config, now, &stored, &kept);
    }

    kept.close(CloseReason::ForcedClose, now);
    kept.handle_timeout(config, now + 30_000);
    drain(&mut kept).iter().for_each(|output| witness.see(output));
    assert!(kept.is_finished() && witness.closed);
    let waiting = (u64::from(!polling)..=ticket)
        .find(|ticket| !witness.answered.contains(ticket) && !witness.aborted.contains(ticket));
    assert_eq!(waiting, None, "a request was forgotten");
}

/// Losing the memory costs nothing but the requests under way: what was stored delivers what the living one would.
fn same_after_loss(config: &Config, now: Millis, stored: &Session, kept: &Session) {
    let after = |session: &Session| {
        let mut session = session.clone();
        session.forget_requests();
        session.resume_heartbeat(config, None, now);
        let state = (session.transport(), session.conn(), session.probe());
        session.handle_poll(config, u64::MAX, now);
        (state, drain(&mut session), session.is_finished())
    };
    assert_eq!(after(stored), after(kept));
}
