//! Frames and closings of a session's WebSockets: its own, or the probe's.

use bytes::Bytes;

use super::{Link, Session};
use crate::{CloseReason, Config, Conn, DecodeError, Dialect, Millis, Packet};

/// The close code for a frame that is too long.
const TOO_LONG: u16 = 1009;

/// Whose WebSocket it is.
enum Socket {
    Own,
    Probe,
    /// One that the session has closed already.
    Stale,
}

impl Session {
    /// A text frame came. One longer than [`Config::max_payload`] closes its WebSocket with 1009.
    pub fn handle_text(&mut self, config: &Config, conn: Conn, text: &str, now: Millis) {
        self.handle_frame(config, conn, text.len(), now, |dialect| dialect.decode_text(text));
    }

    /// A binary frame came. One longer than [`Config::max_payload`] closes its WebSocket with 1009.
    pub fn handle_binary(&mut self, config: &Config, conn: Conn, data: Bytes, now: Millis) {
        self.handle_frame(config, conn, data.len(), now, |dialect| Ok(dialect.decode_binary(data)));
    }

    /// A WebSocket was closed by the client or the network: the session ends if it was its own, and keeps polling if it
    /// was a probe.
    pub fn handle_socket_closed(&mut self, conn: Conn) {
        match self.socket(conn) {
            Socket::Own => {
                self.link = Link::Closed;
                self.finish(CloseReason::TransportClose);
            }
            Socket::Probe => self.forget_probe(),
            Socket::Stale => {}
        }
    }

    fn handle_frame(
        &mut self,
        config: &Config,
        conn: Conn,
        len: usize,
        now: Millis,
        decode: impl FnOnce(&Dialect) -> Result<Packet, DecodeError>,
    ) {
        let too_long = len > config.max_payload;
        match self.socket(conn) {
            Socket::Own if too_long => {
                self.close_socket(conn, Some(TOO_LONG));
                self.link = Link::Closed;
                self.finish(CloseReason::TransportError);
            }
            Socket::Own => {
                let packet = decode(&self.dialect);
                if let Err(reason) = self.handle_packet(packet, now) {
                    self.finish(reason);
                }
            }
            Socket::Probe if too_long => self.drop_probe(Some(TOO_LONG)),
            Socket::Probe => {
                let packet = decode(&self.dialect);
                self.handle_probe_packet(packet);
            }
            Socket::Stale => {}
        }
    }

    fn socket(&self, conn: Conn) -> Socket {
        if self.conn() == Some(conn) {
            Socket::Own
        } else if self.probe() == Some(conn) {
            Socket::Probe
        } else {
            Socket::Stale
        }
    }
}
