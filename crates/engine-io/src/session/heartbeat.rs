//! Pings and pongs.
//!
//! Seen pongs (polling, and WebSockets of a server with a short interval): a ping is due one interval after the last
//! pong, and the session is dead when the pong does not come within the timeout. Only a pong counts as life.
//!
//! Unseen pongs ("lazy", WebSockets under [`Config::sleeps`]): the runtime takes the pong without waking the object, so
//! that the object can sleep. To wake only once a period, it does not wake at the deadline of the pong but when the next
//! ping would be due, learns then from the runtime what was heard, and does both: drops the dead, pings the living. That
//! is one interval after the last ping, not after the pong, of whose time nobody knows when the alarm is set.
//! So that all sessions of an object fall into that one round, whatever their times, a ping is due half an interval early:
//! of two rounds one is always so near before the other.
//! A dead client is found up to one interval later than Node would find it. The client notices none of this: it waits
//! for interval and timeout together.
//!
//! The client's pings (version 3): the client pings once per interval, and is dead when nothing came for interval and
//! timeout together. The runtime cannot answer these pings, so each wakes the object, and is stored.

use codec::{Decode, Encode};

use crate::{Config, Millis};

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Heartbeat {
    /// When the last pong came, or the session opened.
    heard: Millis,
    /// When the last ping was sent; its pong is missing if nothing was heard since.
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
        self.heard(now.max(self.pinged.unwrap_or_default())); // though the clock was put back
    }

    /// The runtime took a pong at that time, which may be that of an earlier ping.
    pub(super) fn heard(&mut self, at: Millis) {
        self.heard = self.heard.max(at);
    }

    /// After sleep: `round` is when pings last went out on the object's WebSockets. Of those who had come by then, whoever
    /// was heard since was pinged in it, and so was whoever was due; without an answer to an earlier ping, if there was
    /// one, which came when they were due at the latest.
    pub(super) fn resume(&mut self, config: &Config, opened: Millis, round: Option<Millis>, heard: Millis) {
        self.heard(heard.max(opened));
        let due = self.heard.saturating_add(config.ping_interval);
        let was_pinged =
            |round: &Millis| opened <= *round && (self.heard > *round || due <= config.horizon(*round));
        self.pinged = round.filter(was_pinged).map(|round| round.min(due));
    }

    /// When the ping was sent whose pong is missing.
    fn unanswered(&self) -> Option<Millis> {
        self.pinged.filter(|pinged| *pinged > self.heard)
    }

    /// When the next ping is due, if none is unanswered.
    fn due(&self, config: &Config, pace: Pace) -> Millis {
        let last = self.pinged.filter(|_| pace == Pace::Lazy).unwrap_or(self.heard);
        last.saturating_add(config.ping_interval)
    }

    /// Whether a pong is overdue, or the client's ping.
    pub(super) fn is_dead(&self, config: &Config, pace: Pace, now: Millis) -> bool {
        match pace {
            Pace::Client => self.next_timeout(config, pace) <= now,
            _ => self.unanswered().is_some_and(|pinged| pinged.saturating_add(config.ping_timeout) <= now),
        }
    }

    pub(super) fn next_timeout(&self, config: &Config, pace: Pace) -> Millis {
        match (pace, self.unanswered()) {
            (Pace::Client, _) => self.due(config, pace).saturating_add(config.ping_timeout),
            (Pace::Lazy, Some(pinged)) => {
                pinged.saturating_add(config.ping_interval.max(config.ping_timeout))
            }
            (Pace::Seen, Some(pinged)) => pinged.saturating_add(config.ping_timeout),
            (_, None) => self.due(config, pace),
        }
    }

    pub(super) fn handle_timeout(&mut self, config: &Config, pace: Pace, now: Millis) -> Beat {
        if self.is_dead(config, pace, now) {
            return Beat::Dead;
        }
        let horizon = if pace == Pace::Lazy { config.horizon(now) } else { now };
        if pace == Pace::Client || self.unanswered().is_some() || self.due(config, pace) > horizon {
            return Beat::Wait;
        }
        self.pinged = Some(now);
        Beat::Ping
    }
}
