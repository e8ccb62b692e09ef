//! What a request is, told from the request alone: [`route`] needs no session, so a stateless worker can refuse what is
//! wrong and forward the rest.

use crate::http::query_value;
use crate::output::Answer;
use crate::{Config, Dialect, Millis, Refusal, Version, quoted};

/// An HTTP method, as far as Engine.IO tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Opens a session, or asks for packets.
    Get,
    /// Brings packets.
    Post,
    /// A CORS preflight, which [`Cors`](crate::Cors) answers; without it, as wrong as [`Method::Other`].
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
    /// Its header `Origin`.
    pub origin: Option<&'a str>,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To a new session.
    Open(Transport, Dialect),
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

/// Decides where a request goes. The checks are in Node's order: transport, `Origin`, `sid`, method, `allow`, `EIO`. The
/// last two are only looked at when a session opens: `allow` is where the application has its say, and its error is
/// [`Refusal::Forbidden`].
///
/// # Errors
///
/// The [`Refusal`] to answer. A WebSocket upgrade with `transport=polling`, which Node accepts and then closes, is
/// [`Refusal::BadRequest`].
pub fn route(
    request: &Request<'_>,
    config: &Config,
    allow: impl FnOnce() -> Result<(), String>,
) -> Result<Route, Refusal> {
    let transport = match query_value(request.query, "transport").as_deref() {
        Some("polling") if config.polling => Transport::Polling,
        Some("websocket") if config.websocket => Transport::WebSocket,
        _ => return Err(Refusal::UnknownTransport),
    };
    if request.origin.is_some_and(|origin| !origin.chars().all(is_field_char)) {
        return Err(Refusal::BadRequest);
    }
    if let Some(sid) = query_value(request.query, "sid").filter(|sid| !sid.is_empty()) {
        return Ok(Route::Session { sid: sid.into_owned(), transport });
    }
    if request.method != Method::Get {
        return Err(Refusal::BadHandshakeMethod);
    }
    if request.upgrade != (transport == Transport::WebSocket) {
        return Err(Refusal::BadRequest);
    }
    allow().map_err(Refusal::Forbidden)?;
    let version = request.version();
    if version == Version::V3 && !config.allow_eio3 {
        return Err(Refusal::UnsupportedVersion);
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect();
    let dialect = Dialect {
        version,
        base64: query_value(request.query, "b64").is_some_and(|value| !value.is_empty()),
        jsonp: query_value(request.query, "j").map(|callback| digits(&callback)),
    };
    Ok(Route::Open(transport, dialect))
}

/// Whether HTTP allows it in the value of a header.
fn is_field_char(c: char) -> bool {
    matches!(c, '\t' | ' '..='~' | '\u{80}'..='\u{ff}')
}

impl Request<'_> {
    /// The version that it names: what is not 4 is 3, as on Node.
    fn version(&self) -> Version {
        match query_value(self.query, "EIO").as_deref() {
            Some("4") => Version::V4,
            _ => Version::V3,
        }
    }

    /// What the request wants of a session that exists and is of this version, after [`route`] gave
    /// [`Route::Session`].
    ///
    /// # Errors
    ///
    /// The [`Answer`] to give instead: `Bad request` where the `Upgrade` header and the transport disagree or the
    /// version is another, an empty 500 for a method that is neither GET nor POST, as on Node.
    pub fn action(&self, transport: Transport, version: Version) -> Result<Action, Answer> {
        if self.upgrade != (transport == Transport::WebSocket) || self.version() != version {
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
        let Self { sid, upgrades, ping_interval, ping_timeout, max_payload } = self;
        let (sid, upgrades) =
            (quoted(sid), upgrades.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(","));
        format!(
            r#"0{{"sid":{sid},"upgrades":[{upgrades}],"pingInterval":{ping_interval},"pingTimeout":{ping_timeout},"maxPayload":{max_payload}}}"#
        )
    }
}
