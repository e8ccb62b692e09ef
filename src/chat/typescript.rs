//! The chat's events for its page: `public/js/events.d.ts`.

use parlor::typescript::Events;

use super::*;

#[test]
fn the_pages_types_are_those_of_the_server() {
    Events::of(&namespace())
        .connect(connect)
        .refuses_with::<Code>()
        .on("rooms", rooms)
        .on("join", join)
        .on("leave", leave)
        .on("say", say)
        .on("typing", typing)
        .emits::<Said>("said")
        .emits::<Move>("joined")
        .emits::<Move>("left")
        .emits::<IsTyping>("typing")
        .emits::<Listed>("room")
        .check("public/js/events.d.ts");
}
