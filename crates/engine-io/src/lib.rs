//! Engine.IO v4 for servers, as pure state machines; v3 too, where it is allowed.
//!
//! Engine.IO carries messages between a browser and a server: by HTTP long-polling, by WebSocket, or first the one and
//! then the other. This crate holds its rules and nothing else: no I/O, no clock, no randomness, no `async`. Time,
//! requests and frames are arguments; answers, frames to send and messages are return values. It behaves as Node's
//! Engine.IO 6.6 does where a client can tell, except that
//!
//! - a `1` by WebSocket ends the session at once, not with the next ping timeout;
//! - a GET that waits is answered `6` as soon as the upgrade is probed, not up to 100 ms later;
//! - a WebSocket upgrade with `transport=polling` is refused, not accepted and closed;
//! - invalid base64 is a parse error, not repaired;
//! - a polling client that lets more than 4 MB wait is disconnected;
//! - a dead WebSocket of a server that sleeps is found up to one ping interval later;
//! - in version 3 a length is digits, and that of what follows: Node takes what JavaScript takes for a number, ends inside
//!   of a character, and makes do with less. Packets before a bad length count in a body of bytes too, and surrogates in
//!   its UTF-8 are a parse error.
//!
//! # Layout
//!
//! - [`route`] tells what a request is, from the request alone; [`Refusal`] is the answer to a wrong one.
//! - [`Session`] is the state machine of one session; [`Output`] is what it wants done.
//! - [`Frame`] is a packet to a client, [`Packet`] one from a client.
//! - [`payload`] is the body formats of long-polling, [`Dialect`] which of them a client speaks.
//! - [`Config`] is what a server chooses; [`Cors`] and [`Cookie`] give the headers for it.
//!
//! # The driver loop
//!
//! 1. A request comes: [`route`] it. A refusal is answered and that is all.
//! 2. [`Route::Open`]: invent a `sid` and call [`Session::open_polling`] or [`Session::open_websocket`].
//!    [`Route::Session`]: find the session, or answer [`Refusal::UnknownSid`]; [`Request::action`] says which
//!    `handle_…` to call.
//! 3. A frame, a closed socket, a request that was aborted: call the `handle_…` of that name.
//! 4. The application wants to send: [`Session::send`], as often as it likes.
//! 5. After each turn drain [`Session::poll_output`], carrying out each [`Output`] in order. Messages may lead to more
//!    sends; go on until it gives `None`.
//! 6. If [`Session::take_dirty`], store the session (it is [`codec::Encode`]); if [`Session::is_finished`], delete it.
//! 7. Set a timer for [`Session::next_timeout`], and call [`Session::handle_timeout`] when it fires. Go to 5.
//!
//! ```
//! use engine_io::{Answer, Config, Frame, Message, Method, Output, Request, Route, Session, Transport, route};
//! use engine_io::payload::Body;
//!
//! let config = Config::default();
//! let query = "EIO=4&transport=polling";
//! let request = Request { method: Method::Get, query, upgrade: false, origin: None };
//! let Ok(Route::Open(Transport::Polling, dialect)) = route(&request, &config, || Ok(())) else { panic!() };
//!
//! // The handshake is request 1, at time 0.
//! let mut session = Session::open_polling(&config, dialect, "lv_VI97HAXpY6yYWAAAB", 1, 0);
//! assert!(matches!(session.poll_output(), Some(Output::Answer { ticket: 1, answer: Answer::Payload(_) })));
//!
//! // Request 2 is a GET that waits, request 3 a POST; the application echoes.
//! session.handle_poll(&config, 2, 10);
//! session.handle_post_started(3, false);
//! session.handle_post(&config, 3, b"4hello", 20);
//! let mut answers = Vec::new();
//! while let Some(output) = session.poll_output() {
//!     match output {
//!         Output::Message(Message::Text(text)) => session.send(Frame::text_message(&text)),
//!         Output::Answer { ticket, answer } => answers.push((ticket, answer)),
//!         _ => {}
//!     }
//! }
//! assert_eq!(answers, [(3, Answer::Ok), (2, Answer::Payload(Body::Text("4hello".into())))]);
//! assert_eq!(session.next_timeout(&config), Some(25_000));
//! ```

mod config;
mod dialect;
mod handshake;
mod http;
mod output;
mod packet;
pub mod payload;
mod refusal;
mod session;

pub use config::Config;
pub use dialect::{Dialect, Version};
pub use handshake::{Action, Method, Open, Request, Route, Transport, route};
pub use http::{Cookie, Cors, Header, Origins, SameSite, query_pairs, takes_gzip};
pub use output::{Answer, CloseReason, Output};
pub use packet::{DecodeError, Frame, Message, Packet, decode_binary, decode_text};
pub use refusal::Refusal;
pub use session::Session;

/// Text as JSON.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default() // text always serialises
}

/// A time in milliseconds since the epoch.
pub type Millis = u64;

/// Names one HTTP request that waits for its answer. The caller chooses it, and no two of one session are alike.
pub type Ticket = u64;

/// Names one WebSocket. The caller chooses it, and no two of one session are alike.
pub type Conn = u64;
