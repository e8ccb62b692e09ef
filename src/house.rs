//! What every namespace of the chat knows: who people are, which rooms there are, and what is kept about both.
//!
//! What is kept are values of rooms of `/`, each acknowledged when it is stored:
//!
//! | where | key | value |
//! |---|---|---|
//! | everyone | `name:ada.` | who has the name, for 90 days from their last visit |
//! | | `who:ID.` | what they are called |
//! | | `room:tea.` | the name and topic of a public room, for 90 days from when somebody last came in |
//! | | `closed:tea.` | why a room is closed |
//! | | `mute:ID.`, `ban:ID.` | until when, and why |
//! | `person:ID` | `room:tea.` | the rooms that a person is in |
//! | | `read:tea.` | the number of the last message that they have read |
//! | a private room | `card` | its name and topic |
//! | any room | `reaction:000000000012.ID` | what a person put under message 12 |

pub(crate) mod limits;
pub(crate) mod measures;
pub(crate) mod names;
mod order;
pub(crate) mod people;
pub(crate) mod rooms;
pub(crate) mod token;

use std::time::Duration;

use parlor::Broadcast;
use parlor_worker::{parlor, prelude::*};

/// How long names and public rooms are kept for those who don't come.
pub(crate) const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// The chat, for what is kept about it as a whole, from whichever namespace.
pub(crate) fn all(io: &Io) -> Broadcast {
    io.of("/")
}

/// A room of the chat, from whichever namespace.
pub(crate) fn room(io: &Io, id: impl AsRef<str>) -> Broadcast {
    io.of("/").to(id.as_ref())
}

/// All sockets of a person in the chat, and what is kept about them.
pub(crate) fn person(io: &Io, id: impl AsRef<str>) -> Broadcast {
    io.of("/").to(&person_room(id.as_ref()))
}

/// The room that all sockets of a person are in. No room of people is called so: it has a colon.
pub(crate) fn person_room(id: &str) -> String {
    format!("person:{id}")
}
