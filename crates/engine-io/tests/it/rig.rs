//! A session, a clock, and what came out.

use bytes::Bytes;
use engine_io::payload::Body;
use engine_io::{
    Answer, CloseReason, Config, Conn, Dialect, Frame, Message, Millis, Output, Refusal, Session, Ticket,
    payload,
};

/// Whether the session is kept between steps, or replaced each time by what its serialised form gives back.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    Kept,
    Restored,
}

/// Runs a test in both modes.
pub(crate) fn both(test: impl Fn(Mode)) {
    for mode in [Mode::Kept, Mode::Restored] {
        eprintln!("mode: {mode:?}");
        test(mode);
    }
}

/// The timers of the protocol suites: nothing sleeps.
pub(crate) fn quick() -> Config {
    Config { ping_interval: 300, ping_timeout: 200, ..Config::default() }
}

/// The default timers: the object sleeps, and pongs by WebSocket are not seen.
pub(crate) fn lazy() -> Config {
    Config::default()
}

pub(crate) fn restore(session: &Session) -> Session {
    codec::from_bytes(&codec::to_vec(session)).unwrap()
}

pub(crate) fn drain(session: &mut Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll_output()).collect()
}

pub(crate) struct Rig {
    pub(crate) mode: Mode,
    pub(crate) config: Config,
    pub(crate) now: Millis,
    pub(crate) session: Session,
}

pub(crate) const START: Millis = 1_000_000;

impl Rig {
    /// A polling session at [`START`], its handshake (ticket 0) answered.
    pub(crate) fn polling(mode: Mode, config: Config) -> Self {
        Self::polling_as(mode, config, Dialect::default())
    }

    pub(crate) fn polling_as(mode: Mode, config: Config, dialect: Dialect) -> Self {
        let session = Session::open_polling(&config, dialect, "sid", 0, START);
        let mut rig = Self { mode, config, now: START, session };
        assert!(matches!(rig.step(|_| ())[..], [Output::Answer { ticket: 0, answer: Answer::Payload(_) }]));
        rig
    }

    /// A WebSocket session at [`START`] on WebSocket 0, its open packet sent.
    pub(crate) fn websocket(mode: Mode, config: Config) -> Self {
        Self::websocket_as(mode, config, Dialect::default())
    }

    pub(crate) fn websocket_as(mode: Mode, config: Config, dialect: Dialect) -> Self {
        let session = Session::open_websocket(&config, dialect, "sid", 0, START);
        let mut rig = Self { mode, config, now: START, session };
        assert!(matches!(rig.step(|_| ())[..], [Output::Send { conn: 0, .. }]));
        rig
    }

    /// A session that went over to WebSocket 7.
    pub(crate) fn upgraded(mode: Mode, config: Config) -> Self {
        let mut rig = Self::polling(mode, config);
        rig.open_socket(7);
        rig.text(7, "2probe");
        assert_eq!(rig.text(7, "5"), [Output::Upgraded]);
        rig
    }

    /// One turn: the inputs, all outputs, and in its mode a restart.
    pub(crate) fn step(&mut self, input: impl FnOnce(&mut Self)) -> Vec<Output> {
        input(self);
        let outputs = drain(&mut self.session);
        if let Mode::Restored = self.mode {
            let restored = restore(&self.session);
            assert_eq!(restored, self.session);
            self.session = restored;
        }
        outputs
    }

    pub(crate) fn get(&mut self, ticket: Ticket) -> Vec<Output> {
        self.step(|rig| rig.session.handle_poll(&rig.config, ticket, rig.now))
    }

    pub(crate) fn start_post(&mut self, ticket: Ticket) -> Vec<Output> {
        self.step(|rig| rig.session.handle_post_started(ticket, false))
    }

    pub(crate) fn post_body(&mut self, ticket: Ticket, body: impl AsRef<[u8]>) -> Vec<Output> {
        self.step(|rig| rig.session.handle_post(&rig.config, ticket, body.as_ref(), rig.now))
    }

    pub(crate) fn post(&mut self, ticket: Ticket, body: impl AsRef<[u8]>) -> Vec<Output> {
        assert_eq!(self.start_post(ticket), []);
        self.post_body(ticket, body)
    }

    pub(crate) fn open_socket(&mut self, conn: Conn) -> Vec<Output> {
        self.step(|rig| rig.session.handle_websocket(&rig.config, conn, rig.now))
    }

    pub(crate) fn text(&mut self, conn: Conn, text: &str) -> Vec<Output> {
        self.step(|rig| rig.session.handle_text(&rig.config, conn, text, rig.now))
    }

    pub(crate) fn binary(&mut self, conn: Conn, data: impl Into<Bytes>) -> Vec<Output> {
        let data = data.into();
        self.step(|rig| rig.session.handle_binary(&rig.config, conn, data, rig.now))
    }

    pub(crate) fn socket_closed(&mut self, conn: Conn) -> Vec<Output> {
        self.step(|rig| rig.session.handle_socket_closed(conn))
    }

    pub(crate) fn send(&mut self, text: &str) -> Vec<Output> {
        self.step(|rig| rig.session.send(Frame::text_message(text)))
    }

    pub(crate) fn close(&mut self, reason: CloseReason) -> Vec<Output> {
        self.step(|rig| rig.session.close(reason, rig.now))
    }

    /// Lets time go by, to the millisecond, running the timer whenever it is due.
    pub(crate) fn wait(&mut self, time: Millis) -> Vec<Output> {
        let end = self.now + time;
        let mut outputs = Vec::new();
        while let Some(at) = self.next_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            outputs.extend(self.timeout());
            assert!(self.next_timeout().is_none_or(|at| at > self.now), "the timer would spin");
        }
        self.now = end;
        outputs
    }

    pub(crate) fn timeout(&mut self) -> Vec<Output> {
        self.step(|rig| rig.session.handle_timeout(&rig.config, rig.now))
    }

    pub(crate) fn next_timeout(&self) -> Option<Millis> {
        self.session.next_timeout(&self.config)
    }
}

pub(crate) fn answer(ticket: Ticket, answer: Answer) -> Output {
    Output::Answer { ticket, answer }
}

pub(crate) fn paid(ticket: Ticket, body: &str) -> Output {
    answer(ticket, Answer::Payload(Body::Text(body.to_owned())))
}

pub(crate) fn ok(ticket: Ticket) -> Output {
    answer(ticket, Answer::Ok)
}

pub(crate) fn bare(ticket: Ticket, status: u16) -> Output {
    answer(ticket, Answer::Bare(status))
}

pub(crate) fn unknown(ticket: Ticket) -> Output {
    answer(ticket, Answer::Refused(Refusal::UnknownSid))
}

pub(crate) fn bad_request(ticket: Ticket) -> Output {
    answer(ticket, Answer::Refused(Refusal::BadRequest))
}

pub(crate) fn sent(conn: Conn, packet: &str) -> Output {
    Output::Send { conn, frame: Frame::Text(packet.into()) }
}

pub(crate) fn shut(conn: Conn) -> Output {
    Output::CloseSocket { conn, code: None }
}

pub(crate) fn message(text: &str) -> Output {
    Output::Message(Message::Text(text.to_owned()))
}

pub(crate) fn bytes(data: &'static [u8]) -> Output {
    Output::Message(Message::Binary(Bytes::from_static(data)))
}

pub(crate) fn closed(reason: CloseReason) -> Output {
    Output::Closed(reason)
}

pub(crate) fn encode(frames: &[Frame]) -> String {
    payload::encode(frames)
}
