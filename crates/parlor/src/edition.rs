//! Which edition of the code runs. There is one, but in parlor's own tests: with the feature `sabotage` the simulation has
//! several run side by side, as they do in a deploy. Each raises all version bytes by one, and reads what those before it
//! have stored, as code does whose forms have changed.

use crate::sabotage::{Mistake, makes};

#[cfg(feature = "sabotage")]
mod switch {
    use std::cell::Cell;

    thread_local! {
        static EDITION: Cell<u8> = const { Cell::new(0) };
    }

    /// Has the machines of this thread be those of this edition.
    pub fn run_as(edition: u8) {
        EDITION.set(edition);
    }

    pub(super) fn number() -> u8 {
        EDITION.get()
    }
}

#[cfg(feature = "sabotage")]
pub use switch::run_as;

#[cfg(not(feature = "sabotage"))]
mod switch {
    pub(super) const fn number() -> u8 {
        0
    }
}

/// The version byte that this edition writes, of a form whose version in the code is this.
pub(crate) fn written(version: u8) -> u8 {
    version.wrapping_add(switch::number())
}

/// Whether this edition reads the stored form with this version byte.
pub(crate) fn reads(version: u8, found: u8) -> bool {
    let oldest = if makes(Mistake::NoMigration) { written(version) } else { version };
    (oldest..=written(version)).contains(&found)
}
