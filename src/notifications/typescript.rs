//! The notifications' events for the page: `public/js/notification-events.d.ts`.

use parlor::typescript::Events;

use super::*;
use crate::house::people::Code;

/// A notice as the queue hands it out.
#[derive(ts_rs::TS)]
#[allow(dead_code, reason = "it stands for what the library makes of a job")]
struct Waiting {
    id: u64,
    data: Notice,
    /// How often it was handed out.
    attempt: u32,
}

#[test]
fn the_pages_types_are_those_of_the_server() {
    Events::of(&namespace())
        .connect(connect)
        .refuses_with::<Code>()
        .on("quiet", quiet)
        .asks::<Waiting, ()>("notice")
        .emits::<Announcement>("announcement")
        .check("public/js/notification-events.d.ts");
}
