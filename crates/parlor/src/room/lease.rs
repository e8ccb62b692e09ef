//! The lease: while all members of a room are on one Gateway, the Room lends it the order, and a broadcast needs no hop.
//!
//! A lease is given in the reply to a request of that Gateway, which counts its time from when it made the request: so it
//! always ends there before it ends here. Before a second Gateway is let in the lease is asked back, and the Room waits
//! until it has it, or until its time is over. Leases are numbered, for one may still be on its way when it is asked back.
//! A Room that lost its memory does not know what it gave, and takes the worst for true.

use codec::{Decode, Encode};
use engine_io::Millis;

/// How long a Gateway may use a lease, from its request on.
pub(crate) const LEASE: Millis = 30_000;
/// How much sooner it stops, since clocks do not run alike.
pub(crate) const MARGIN: Millis = 1_000;

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Lease {
    /// The number of the last one that was given, or may have been.
    last: u64,
    /// Until when it may be used.
    until: Millis,
    recalled: bool,
}

impl Lease {
    /// After the loss of memory.
    pub(super) fn restore(now: Millis, gateways: usize) -> Self {
        let until = if gateways == 1 { now + LEASE } else { 0 };
        Self { last: now, until, recalled: false }
    }

    /// Gives one to the only Gateway with members.
    pub(super) fn grant(&mut self, now: Millis) -> Option<u64> {
        if self.recalled {
            return None;
        }
        self.last = now.max(self.last + 1);
        self.until = now + LEASE;
        Some(self.last)
    }

    /// The number of the last one.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Whether somebody may be using one.
    pub(super) fn is_out(&self, now: Millis) -> bool {
        self.until > now
    }

    pub(super) fn is_recalled(&self) -> bool {
        self.recalled
    }

    /// Asks it back; gives the number of the last if that is news.
    pub(super) fn recall(&mut self) -> Option<u64> {
        let news = !std::mem::replace(&mut self.recalled, true);
        news.then_some(self.last)
    }

    /// Whether it was asked back and its time is over.
    pub(super) fn has_ended(&self, now: Millis) -> bool {
        self.recalled && self.until <= now
    }

    pub(super) fn next_timeout(&self) -> Option<Millis> {
        self.recalled.then_some(self.until)
    }

    /// It is here again.
    pub(super) fn end(&mut self) {
        self.until = 0;
        self.recalled = false;
    }
}
