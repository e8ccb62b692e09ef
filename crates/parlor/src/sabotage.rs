//! Mistakes that a test can switch on, to see whether the simulation finds them. They are there only with the feature
//! `sabotage`, which nothing but parlor's own tests has.

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// What comes again is acted on again.
    MissingDedupe,
    /// What came early is acted on without what is missing before it.
    LostGap,
    /// A Gateway that gave the order back goes on using it.
    StaleLease,
    /// A join is acknowledged before the Room knows of it.
    EarlyJoin,
    /// A Room keeps a Gateway whose last member has left.
    GhostMember,
    /// A job is finished by a consumer that has it no more.
    LateFinish,
    /// A message is acknowledged without being stored.
    EarlyReceipt,
    /// A message is stored again under an id that was there.
    TwoReceipts,
    /// Newer code takes what older code has stored for nothing.
    NoMigration,
    /// Older code goes on where newer code has stored.
    RollBackUnseen,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::MissingDedupe,
        Self::LostGap,
        Self::StaleLease,
        Self::EarlyJoin,
        Self::GhostMember,
        Self::LateFinish,
        Self::EarlyReceipt,
        Self::TwoReceipts,
        Self::NoMigration,
        Self::RollBackUnseen,
    ];
}

#[cfg(feature = "sabotage")]
mod switch {
    use std::cell::Cell;

    thread_local! {
        static MISTAKE: Cell<Option<super::Mistake>> = const { Cell::new(None) };
    }

    /// Has the machines of this thread make a mistake, or none.
    pub fn make(mistake: Option<super::Mistake>) {
        MISTAKE.set(mistake);
    }

    pub(super) fn is_made(mistake: super::Mistake) -> bool {
        MISTAKE.get() == Some(mistake)
    }
}

#[cfg(feature = "sabotage")]
pub use switch::make;

/// Whether the mistake is to be made.
pub(crate) fn makes(mistake: Mistake) -> bool {
    #[cfg(feature = "sabotage")]
    return switch::is_made(mistake);
    #[cfg(not(feature = "sabotage"))]
    {
        let _ = mistake;
        false
    }
}
