//! Which edition of the code runs. There is one, but in parlor's own tests: with the feature `editions` the simulation has
//! several run side by side, as they do in a deploy, and the lab is deployed over another. Each raises all version bytes by
//! one, and reads what those before it have stored, as code does whose forms have changed.

use crate::sabotage::{Mistake, makes};

#[cfg(feature = "editions")]
mod switch {
    use std::{cell::Cell, hint::black_box};

    /// Its last byte is the edition that was built. A test makes another build of a module by changing it there.
    static BUILT: [u8; 16] = *b"parlor edition 0";

    thread_local! {
        static EDITION: Cell<u8> = Cell::new(black_box(&BUILT).last().map_or(0, |digit| digit.wrapping_sub(b'0')));
    }

    /// Has the machines of this thread be those of this edition.
    pub fn run_as(edition: u8) {
        EDITION.set(edition);
    }

    pub(super) fn number() -> u8 {
        EDITION.get()
    }
}

#[cfg(feature = "editions")]
pub use switch::run_as;

#[cfg(not(feature = "editions"))]
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
