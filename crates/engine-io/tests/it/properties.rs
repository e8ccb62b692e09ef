//! What holds for any input.

use std::collections::HashSet;

use bytes::Bytes;
use engine_io::payload::{self, Body};
use engine_io::{
    Answer, CloseReason, Config, Dialect, Frame, Message, Method, Millis, Output, Packet, Request, Session,
    Version, decode_text, route,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::rig::{drain, restore};

#[derive(Clone, Debug)]
enum Step {
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

fn packet() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "4[a-z€]{0,8}",
        4 => Just("3".to_owned()),
        4 => Just("2probe".to_owned()),
        4 => Just("5".to_owned()),
        1 => "[0-7b]",
        1 => "\\PC{0,4}",
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Get),
        1 => Just(Step::AbortGet),
        4 => Just(Step::StartPost),
        4 => vec(packet(), 1..4).prop_map(|packets| Step::Post(packets.join("\x1e"))),
        1 => Just(Step::PostTooLarge),
        1 => Just(Step::StartBinaryPost),
        1 => Just(Step::AbortPost),
        3 => Just(Step::OpenSocket),
        6 => (any::<bool>(), packet()).prop_map(|(newest, text)| Step::Text { newest, text }),
        1 => (any::<bool>(), 0..120_usize).prop_map(|(newest, len)| Step::Binary { newest, len }),
        1 => any::<bool>().prop_map(|newest| Step::CloseSocket { newest }),
        6 => Just(Step::Send),
        2 => Just(Step::SendVolatile),
        1 => Just(Step::Close),
        4 => (0..40_000_u64).prop_map(Step::Wait),
        2 => (0..40_000_u64).prop_map(Step::Heard),
        1 => Just(Step::ForgetRequests),
    ]
}

/// What happens before the outputs are drained: an input, and sends of the application before and after it.
#[derive(Clone, Debug)]
struct Turn {
    before: usize,
    step: Step,
    after: usize,
}

fn turn() -> impl Strategy<Value = Turn> {
    let sends = || prop_oneof![3 => Just(0_usize), 1 => 1..3_usize];
    (sends(), step(), sends()).prop_map(|(before, step, after)| Turn { before, step, after })
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
fn play(polling: bool, config: &Config, dialect: Dialect, script: Vec<Turn>) {
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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn payloads_come_back(packets in vec(prop_oneof![
        "[^\\x1e]{0,20}".prop_map(Message::Text),
        vec(any::<u8>(), 0..20).prop_map(|data| Message::Binary(data.into())),
    ], 1..8)) {
        let frames: Vec<_> = packets.iter().map(|message| match message {
            Message::Text(text) => Frame::text_message(text),
            Message::Binary(data) => Frame::Binary(data.clone()),
        }).collect();
        let back = payload::decode(&payload::encode(&frames)).unwrap();
        prop_assert_eq!(back, packets.into_iter().map(Packet::Message).collect::<Vec<_>>());
    }

    #[test]
    fn payloads_of_version_3_come_back(packets in vec(prop_oneof![
        ".{0,20}".prop_map(Message::Text),
        vec(any::<u8>(), 0..20).prop_map(|data| Message::Binary(data.into())),
    ], 1..8)) {
        let frames: Vec<_> = packets.iter().map(|message| match message {
            Message::Text(text) => Frame::text_message(text),
            Message::Binary(data) => Frame::Binary(data.clone()),
        }).collect();
        let sent: Vec<_> = packets.into_iter().map(|message| Ok(Packet::Message(message))).collect();
        prop_assert_eq!(payload::v3::packets(&payload::v3::encode(&frames)), sent.clone());
        if let Some(body) = payload::v3::encode_binary(&frames) {
            prop_assert_eq!(payload::v3::packets_binary(&body), sent);
        }
    }

    #[test]
    fn decoding_never_panics(
        body in vec(any::<u8>(), 0..60), text in "\\PC{0,30}", lengths in "[0-9]{0,2}:?[0-6b€😀]{0,9}[0-9]?:?4?",
        bytes in vec(prop_oneof![any::<u8>(), 0..3_u8, Just(255_u8)], 0..12)
    ) {
        let _ = (payload::v3::packets(&text), payload::v3::packets(&lengths));
        let _ = (payload::v3::packets_binary(&body), payload::v3::packets_binary(&bytes));
        let body = String::from_utf8_lossy(&body);
        let _ = (payload::decode(&body), decode_text(&body), decode_text(&text), payload::decode(&text));
    }

    #[test]
    fn any_request_has_a_route(query in "([a-zA-Z%0-9+€]{0,9}|transport|sid|EIO|[=&%]|polling|4){0,12}", upgrade: bool) {
        let _ = route(&Request { method: Method::Get, query: &query, upgrade, origin: None }, &Config::default(), || Ok(()));
    }

    #[test]
    fn a_sid_comes_through_its_escape(sid in "\\PC{1,12}") {
        let escaped: String = sid.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = format!("transport=polling&sid={escaped}");
        let request = Request { method: Method::Get, query: &query, upgrade: false, origin: None };
        let route = route(&request, &Config::default(), || Ok(()));
        prop_assert_eq!(route, Ok(engine_io::Route::Session { sid, transport: engine_io::Transport::Polling }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_script_keeps_the_rules(
        polling: bool, sleeps: bool, old: bool, base64: bool, script in vec(turn(), 0..40)
    ) {
        let config = Config { max_payload: 100, ..Config::default() };
        let config = if sleeps { config } else { Config { ping_interval: 9_000, ping_timeout: 6_000, ..config } };
        let version = if old { Version::V3 } else { Version::V4 };
        play(polling, &config, Dialect { version, base64, jsonp: None }, script);
    }
}
