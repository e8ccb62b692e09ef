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
//!
//! The client's pings (version 3): the client pings once per interval, and is dead when nothing came for interval and
//! timeout together. The runtime cannot answer these pings, so each wakes the object, and is stored.

use serde::{Deserialize, Serialize};

use crate::{Config, Millis};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Heartbeat {
    /// When the last pong came, or the session opened.
    heard: Millis,
    /// When the ping was sent whose pong is missing.
    pinged: Option<Millis>,
}

/// Who pings, and who sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    Seen,
    Lazy,
    Client,
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

    /// A pong was seen, or the client's ping.
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

    /// Whether a pong is overdue, or the client's ping.
    pub(super) fn is_dead(&self, config: &Config, pace: Pace, now: Millis) -> bool {
        match pace {
            Pace::Client => self.next_timeout(config, pace) <= now,
            _ => self.pinged.is_some_and(|pinged| pinged.saturating_add(config.ping_timeout) <= now),
        }
    }

    pub(super) fn next_timeout(&self, config: &Config, pace: Pace) -> Millis {
        let interval = self.heard.saturating_add(config.ping_interval);
        match (pace, self.pinged) {
            (Pace::Client, _) => interval.saturating_add(config.ping_timeout),
            (Pace::Lazy, Some(pinged)) => {
                pinged.saturating_add(config.ping_interval.max(config.ping_timeout))
            }
            (Pace::Seen, Some(pinged)) => pinged.saturating_add(config.ping_timeout),
            (_, None) => interval,
        }
    }

    pub(super) fn handle_timeout(&mut self, config: &Config, pace: Pace, now: Millis) -> Beat {
        if self.is_dead(config, pace, now) {
            return Beat::Dead;
        }
        let early = if pace == Pace::Lazy { config.ping_interval / 2 } else { 0 };
        if pace == Pace::Client
            || self.pinged.is_some()
            || self.heard.saturating_add(config.ping_interval) > now.saturating_add(early)
        {
            return Beat::Wait;
        }
        self.pinged = Some(now);
        Beat::Ping
    }
}
