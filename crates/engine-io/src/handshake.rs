//! What a request is, told from the request alone: [`route`] needs no session, so a stateless worker can refuse what is
//! wrong and forward the rest.

use std::borrow::Cow;

use serde::Serialize;

use crate::output::Answer;
use crate::{Config, Millis, Refusal};

/// An HTTP method, as far as Engine.IO tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Opens a session, or asks for packets.
    Get,
    /// Brings packets.
    Post,
    /// A CORS preflight, for the caller to answer; here as wrong as [`Method::Other`].
    Options,
    /// Anything else; never right.
    Other,
}

/// How packets travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// HTTP long-polling.
    Polling,
    /// WebSocket.
    WebSocket,
}

impl Transport {
    /// The name in queries and in Node's API: `polling` or `websocket`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Polling => "polling",
            Self::WebSocket => "websocket",
        }
    }
}

/// What of a request Engine.IO looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Its method.
    pub method: Method,
    /// The query as it stands in the URL, without `?`.
    pub query: &'a str,
    /// Whether it has the header `Upgrade: websocket`.
    pub upgrade: bool,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To a new session.
    Open(Transport),
    /// To the session with this `sid`, if the caller has it; else it is [`Refusal::UnknownSid`]. What it wants there is
    /// said by [`Request::action`].
    Session {
        /// The session's id, as the client gives it: any text.
        sid: String,
        /// The transport the request names.
        transport: Transport,
    },
}

/// What a request wants of the session it names, and with which input the session is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A GET: [`Session::handle_poll`](crate::Session::handle_poll).
    Poll,
    /// A POST: [`Session::handle_post_started`](crate::Session::handle_post_started), then the body.
    Post,
    /// A WebSocket: [`Session::handle_websocket`](crate::Session::handle_websocket).
    Upgrade,
}

/// Decides where a request goes. The checks are in Node's order: transport, `sid`, method, `EIO`; so `EIO` is only
/// looked at when a session opens.
///
/// # Errors
///
/// The [`Refusal`] to answer. A WebSocket upgrade with `transport=polling`, which Node accepts and then closes, is
/// [`Refusal::BadRequest`].
pub fn route(request: &Request<'_>, config: &Config) -> Result<Route, Refusal> {
    let transport = match query_value(request.query, "transport").as_deref() {
        Some("polling") if config.polling => Transport::Polling,
        Some("websocket") if config.websocket => Transport::WebSocket,
        _ => return Err(Refusal::UnknownTransport),
    };
    if let Some(sid) = query_value(request.query, "sid").filter(|sid| !sid.is_empty()) {
        return Ok(Route::Session { sid: sid.into_owned(), transport });
    }
    if request.method != Method::Get {
        return Err(Refusal::BadHandshakeMethod);
    }
    if request.upgrade != (transport == Transport::WebSocket) {
        return Err(Refusal::BadRequest);
    }
    if query_value(request.query, "EIO").as_deref() != Some("4") {
        return Err(Refusal::UnsupportedVersion);
    }
    Ok(Route::Open(transport))
}

impl Request<'_> {
    /// What the request wants of a session that exists, after [`route`] gave [`Route::Session`].
    ///
    /// # Errors
    ///
    /// The [`Answer`] to give instead: `Bad request` where the `Upgrade` header and the transport disagree, an empty
    /// 500 for a method that is neither GET nor POST, as on Node.
    pub fn action(&self, transport: Transport) -> Result<Action, Answer> {
        if self.upgrade != (transport == Transport::WebSocket) {
            return Err(Answer::Refused(Refusal::BadRequest));
        }
        match (transport, self.method) {
            (Transport::WebSocket, _) => Ok(Action::Upgrade),
            (Transport::Polling, Method::Get) => Ok(Action::Poll),
            (Transport::Polling, Method::Post) => Ok(Action::Post),
            (Transport::Polling, Method::Options | Method::Other) => Err(Answer::Bare(500)),
        }
    }
}

/// The data of the first packet of a session: its JSON, with exactly these keys in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Open<'a> {
    /// The session's id.
    pub sid: &'a str,
    /// The transports the client may go over to: `websocket` or none.
    pub upgrades: &'a [&'a str],
    /// [`Config::ping_interval`].
    pub ping_interval: Millis,
    /// [`Config::ping_timeout`].
    pub ping_timeout: Millis,
    /// [`Config::max_payload`].
    pub max_payload: usize,
}

impl<'a> Open<'a> {
    /// What a session that opens on this transport announces.
    pub fn new(sid: &'a str, transport: Transport, config: &Config) -> Self {
        let upgrades: &[&str] = match transport {
            Transport::Polling if config.upgrades() => &["websocket"],
            _ => &[],
        };
        Self {
            sid,
            upgrades,
            ping_interval: config.ping_interval,
            ping_timeout: config.ping_timeout,
            max_payload: config.max_payload,
        }
    }

    /// The whole packet: `0{"sid":…}`.
    pub fn packet(&self) -> String {
        // Strings and numbers always serialise.
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("0{json}")
    }
}

/// The first value of a key in a query, decoded; a key without `=` has the empty value.
fn query_value<'a>(query: &'a str, key: &str) -> Option<Cow<'a, str>> {
    query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decode(name) == key).then(|| percent_decode(value))
    })
}

/// Decodes `%20` and `+`. What is no escape stays as it is; what is not UTF-8 becomes U+FFFD.
fn percent_decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = after;
                }
                _ => decoded.push(byte),
            },
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
