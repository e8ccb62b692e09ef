//! Those who keep order: the namespace `/moderators`, for who has the key. `overview` is what they see, `actions` what
//! they do, `log` what is kept of it.

mod actions;
mod log;
mod overview;
#[cfg(test)]
mod typescript;

use std::time::Duration;

use parlor::Keep;
use parlor_worker::{parlor, prelude::*};

#[cfg(test)]
pub(crate) use self::actions::Closed;
use crate::house::{
    limits::Crowd,
    people::{Person, known, refused},
};

const KEEP: Duration = Duration::from_secs(365 * 24 * 3600);

pub(crate) fn namespace() -> Namespace<Person> {
    Namespace::new(connect)
        .history_of(|room| (room == log::ROOM).then(|| Keep::messages(10_000).for_time(KEEP)))
        .on("overview", overview::overview)
        .on("queue", overview::queue)
        .on("messages", overview::messages)
        .on("log", log::read)
        .on("empty queue", actions::empty_queue)
        .on("rename room", actions::rename_room)
        .on("close room", actions::close_room)
        .on("open room", actions::open_room)
        .on("remove message", actions::remove_message)
        .on("mute", actions::mute)
        .on("unmute", actions::unmute)
        .on("kick", actions::kick)
        .on("ban", actions::ban)
        .on("unban", actions::unban)
        .on("forget", actions::forget)
        .on("announce", actions::announce)
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Moderator {
    token: String,
    key: String,
}

/// Lets in who has the key, and says why not to everyone else.
async fn connect(
    socket: Socket,
    vars: Vars,
    crowd: State<Crowd>,
    handshake: Handshake,
    Now(now): Now,
    Auth(Moderator { token, key }): Auth<Moderator>,
) -> Result<Person, Refused> {
    let me = known(&vars, &token)?;
    if vars.get("MODERATOR_KEY").is_empty() {
        let words = "This house has no moderators. Give it a key: npx wrangler secret put MODERATOR_KEY";
        return Err(refused("no key", words));
    }
    crowd.may_guess(&handshake.address, now)?;
    if !vars.is("MODERATOR_KEY", &key) {
        crowd.guessed(&handshake.address, now);
        return Err(refused("wrong key", "That is not the key."));
    }
    socket.join(log::ROOM);
    Ok(me)
}
