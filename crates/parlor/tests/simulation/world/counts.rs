//! What a run came to.

/// What all of it cost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) messages: u64,
    pub(crate) requests: u64,
    pub(crate) rows: u64,
    pub(crate) wakes: u64,
    pub(crate) kills: u64,
    /// Of these, those that were for other code.
    pub(crate) restarts: u64,
    pub(crate) lost: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.requests += other.requests;
        self.rows += other.rows;
        self.wakes += other.wakes;
        self.kills += other.kills;
        self.restarts += other.restarts;
        self.lost += other.lost;
    }
}
