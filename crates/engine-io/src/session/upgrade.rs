//! From polling to WebSocket. The client opens a probe beside its polling:
//!
//! 1. `2probe` on the probe is answered `3probe`. From then on a GET that would wait is answered `6`, because the client
//!    goes on only when its poll has ended.
//! 2. `5` on the probe makes it the session's WebSocket. What waits goes out there, in order.
//!
//! Until `5` the session is a polling session as any other, and what goes wrong with the probe costs only the probe.

use codec::{Decode, Encode};

use super::{Link, Session};
use crate::{Config, Conn, DecodeError, Frame, Millis, Output, Packet};

/// A WebSocket that is not yet the session's.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Probe {
    pub(super) conn: Conn,
    since: Millis,
    /// `2probe` came.
    pub(super) probed: bool,
}

impl Probe {
    pub(super) fn deadline(&self, config: &Config) -> Millis {
        self.since.saturating_add(config.upgrade_timeout)
    }
}

impl Session {
    /// A WebSocket was opened with this session's id. It becomes the probe of a polling session that has none;
    /// otherwise it is closed.
    pub fn handle_websocket(&mut self, config: &Config, conn: Conn, now: Millis) {
        match &mut self.link {
            Link::Polling { probe: probe @ None, .. } if config.upgrades() => {
                *probe = Some(Probe { conn, since: now, probed: false });
                self.dirty = true;
            }
            _ => self.close_socket(conn, None),
        }
    }

    /// One packet on the probe.
    pub(super) fn handle_probe_packet(&mut self, packet: Result<Packet, DecodeError>) {
        let Link::Polling { probe: Some(probe), .. } = &mut self.link else { return };
        match packet {
            Ok(Packet::Ping(data)) if data == "probe" => {
                self.dirty |= !probe.probed;
                probe.probed = true;
                let conn = probe.conn;
                self.outputs.push_back(Output::Send { conn, frame: Frame::probe_pong() });
            }
            Ok(Packet::Upgrade) => {
                let conn = probe.conn;
                self.upgrade(conn);
            }
            _ => self.drop_probe(None),
        }
    }

    fn upgrade(&mut self, conn: Conn) {
        // What waits goes by WebSocket, where the client listens from now on.
        let waiting = self.outbox.take();
        self.answer_poll(Some(Frame::close()));
        self.link = Link::WebSocket { conn };
        self.dirty = true;
        self.outputs.push_back(Output::Upgraded);
        for frame in waiting {
            let frame = self.dialect.frame(frame);
            self.outputs.push_back(Output::Send { conn, frame });
        }
    }

    /// Closes the probe; the session keeps polling.
    pub(super) fn drop_probe(&mut self, code: Option<u16>) {
        if let Some(conn) = self.probe() {
            self.close_socket(conn, code);
            self.forget_probe();
        }
    }

    pub(super) fn forget_probe(&mut self) {
        if let Link::Polling { probe, .. } = &mut self.link {
            *probe = None;
            self.dirty = true;
        }
    }
}
