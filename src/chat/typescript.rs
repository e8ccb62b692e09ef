//! The chat's events for its page: `public/js/events.d.ts`.

use parlor::typescript::Events;

use super::{
    messages::{Altered, Message, Reacted},
    people::{Called, Looks},
    rooms::{Came, IsTyping, NotMine, Read},
    *,
};
use crate::{
    house::{
        measures::{Muted, SentAway},
        people::Code,
        rooms::{Heads, Left},
    },
    moderators::Closed,
};

/// A message as it is published: its number, and what it is.
#[derive(ts_rs::TS)]
#[allow(dead_code, reason = "it stands for what the library makes of a message")]
struct Said {
    seq: u64,
    data: Message,
}

#[test]
fn the_pages_types_are_those_of_the_server() {
    Events::of(&namespace())
        .connect(connect)
        .refuses_with::<Code>()
        .on("rename", people::rename)
        .on("find", people::find)
        .on("away", people::away)
        .on("rooms", rooms::rooms)
        .on("open", rooms::open)
        .on("join", rooms::join_room)
        .on("leave", rooms::leave)
        .on("topic", rooms::topic)
        .on("read", rooms::read)
        .on("direct", rooms::direct)
        .on("invite", rooms::invite)
        .on("typing", rooms::typing)
        .on("say", messages::say)
        .on("edit", messages::edit)
        .on("remove", messages::remove)
        .on("react", messages::react)
        .on("older", history::older)
        .on("search", history::search)
        .on("upload", files::upload)
        .on("download", files::download)
        .emits::<Welcome>("welcome")
        .emits::<Muted>("muted")
        .emits::<SentAway>("sent away")
        .emits::<Said>("said")
        .emits::<Altered>("changed")
        .emits::<Reacted>("reacted")
        .emits::<Came>("joined")
        .emits::<Left>("left")
        .emits::<Called>("person")
        .emits::<Looks>("presence")
        .emits::<IsTyping>("typing")
        .emits::<Heads>("people")
        .emits::<Changed>("room")
        .emits::<Closed>("closed")
        .emits::<Mine>("mine")
        .emits::<NotMine>("not mine")
        .emits::<Read>("read")
        .check("public/js/events.d.ts");
}
