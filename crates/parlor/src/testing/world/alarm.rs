//! The alarm of an object, as the shell has it: one for all its deadlines, only ever moved earlier.

use engine_io::Millis;

#[derive(Debug, Default)]
pub(super) struct Alarm {
    /// When it goes off.
    pub(super) at: Option<Millis>,
    /// The same as the object knows it: that is forgotten with its memory.
    known: Option<Millis>,
    /// How often it was set, each time a row.
    pub(super) set: usize,
    /// How often it went off.
    pub(super) fired: usize,
}

impl Alarm {
    /// Makes sure that it goes off by then.
    pub(super) fn ensure(&mut self, deadline: Option<Millis>) {
        let Some(deadline) = deadline else { return };
        if self.known.is_none_or(|at| at > deadline) {
            (self.at, self.known) = (Some(deadline), Some(deadline));
            self.set += 1;
        }
    }

    /// Goes off, if it is time.
    pub(super) fn is_due(&mut self, now: Millis) -> bool {
        let is_due = self.at.is_some_and(|at| at <= now);
        if is_due {
            (self.at, self.known) = (None, None);
            self.fired += 1;
        }
        is_due
    }

    pub(super) fn forget(&mut self) {
        self.known = None;
    }
}
