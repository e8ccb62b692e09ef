//! The moderators' events for their page: `public/js/moderator-events.d.ts`.

use parlor::typescript::Events;

use super::*;
use crate::house::people::Code;

#[test]
fn the_pages_types_are_those_of_the_server() {
    Events::of(&namespace())
        .connect(connect)
        .refuses_with::<Code>()
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
        .emits::<log::Did>("did")
        .check("public/js/moderator-events.d.ts");
}
