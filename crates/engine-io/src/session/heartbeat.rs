//! Pings and pongs.
//!
//! Seen pongs (polling, and WebSockets of a server with a short interval): a ping is due one interval after the last
//! pong, and the session is dead when the pong does not come within the timeout. Only a pong counts as life.
//!
//! Unseen pongs ("lazy", WebSockets under [`Config::sleeps`]): the runtime takes the pong without waking the object, so
//! that the object can sleep. To wake only once a period, it does not wake at the deadline of the pong but when the next
//! ping would be due, learns then from the runtime what was heard, and does both: drops the dead, pings the living. So
//! that all sessions of an object fall into that one round, whatever their times, a ping is due half an interval early.
//! A dead client is found up to one interval later than Node would find it. The client notices none of this: it waits
//! for interval and timeout together.

use serde::{Deserialize, Serialize};

use crate::{Config, Millis};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Heartbeat {
    /// When the last pong came, or the session opened.
    heard: Millis,
    /// When the ping was sent whose pong is missing.
    pinged: Option<Millis>,
}

/// What a timeout demands.
pub(super) enum Beat {
    Wait,
    Ping,
    Dead,
}

impl Heartbeat {
    pub(super) fn new(now: Millis) -> Self {
        Self { heard: now, pinged: None }
    }

    /// A pong was seen.
    pub(super) fn pong(&mut self, now: Millis) {
        self.heard = self.heard.max(now);
        self.pinged = None;
    }

    /// The runtime took a pong at that time, which may be that of an earlier ping.
    pub(super) fn heard(&mut self, at: Millis) {
        self.heard = self.heard.max(at);
        self.pinged = self.pinged.filter(|pinged| *pinged > at);
    }

    pub(super) fn resume(&mut self, pinged: Option<Millis>, heard: Millis) {
        self.heard = self.heard.max(heard);
        self.pinged = pinged.filter(|pinged| *pinged > self.heard);
    }

    /// Whether a pong is overdue.
    pub(super) fn is_dead(&self, config: &Config, now: Millis) -> bool {
        self.pinged.is_some_and(|pinged| pinged.saturating_add(config.ping_timeout) <= now)
    }

    pub(super) fn next_timeout(&self, config: &Config, lazy: bool) -> Millis {
        match self.pinged {
            Some(pinged) if lazy => pinged.saturating_add(config.ping_interval.max(config.ping_timeout)),
            Some(pinged) => pinged.saturating_add(config.ping_timeout),
            None => self.heard.saturating_add(config.ping_interval),
        }
    }

    pub(super) fn handle_timeout(&mut self, config: &Config, lazy: bool, now: Millis) -> Beat {
        if self.is_dead(config, now) {
            return Beat::Dead;
        }
        let early = if lazy { config.ping_interval / 2 } else { 0 };
        if self.pinged.is_some()
            || self.heard.saturating_add(config.ping_interval) > now.saturating_add(early)
        {
            return Beat::Wait;
        }
        self.pinged = Some(now);
        Beat::Ping
    }
}
