//! What a server chooses.

use crate::{Cookie, Cors, Millis};

/// From this ping interval on an object can sleep between two pings: workerd lets it hibernate after ten idle seconds.
const SLEEPS_FROM: Millis = 10_000;

/// The options of a server, named and set by default as in Node's Engine.IO. Times are in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// From a pong to the next ping; more than 0.
    pub ping_interval: Millis,
    /// How long the pong may take; more than 0.
    pub ping_timeout: Millis,
    /// How long a client may take to finish an upgrade.
    pub upgrade_timeout: Millis,
    /// The longest POST body and WebSocket frame taken from a client, in bytes (Node's `maxHttpBufferSize`).
    pub max_payload: usize,
    /// Whether HTTP long-polling is served.
    pub polling: bool,
    /// Whether WebSocket is served.
    pub websocket: bool,
    /// Whether a polling session may go over to WebSocket.
    pub allow_upgrades: bool,
    /// Whether clients of version 3 are served, those of Socket.IO 2 (Node's `allowEIO3`). Their pings wake an object.
    pub allow_eio3: bool,
    /// What pages of other origins may do; `None`: nothing is said of it, and browsers keep them out of polling.
    pub cors: Option<Cors>,
    /// The cookie that a polling handshake sets; the server itself has no use for it.
    pub cookie: Option<Cookie>,
    /// From how many bytes on an answer to a GET is compressed, for clients that take gzip; `None`: never.
    pub http_compression: Option<usize>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ping_interval: 25_000,
            ping_timeout: 20_000,
            upgrade_timeout: 10_000,
            max_payload: 1_000_000,
            polling: true,
            websocket: true,
            allow_upgrades: true,
            allow_eio3: false,
            cors: None,
            cookie: None,
            http_compression: Some(1024),
        }
    }
}

impl Config {
    /// Whether the object sleeps between pings. Then the runtime answers the pongs of WebSockets by itself, the session
    /// never sees them, and the caller tells of them with [`Session::heard`](crate::Session::heard).
    pub fn sleeps(&self) -> bool {
        self.ping_interval >= SLEEPS_FROM
    }

    /// Up to when those are due whose pings may go out now. Where the object sleeps that is half an interval on, so that
    /// all of its sessions fall into one round.
    pub fn horizon(&self, now: Millis) -> Millis {
        if self.sleeps() { now.saturating_add(self.ping_interval / 2) } else { now }
    }

    pub(crate) fn upgrades(&self) -> bool {
        self.websocket && self.allow_upgrades
    }
}
