//! The chat: people choose a name, meet in rooms, and write to each other. `house` is what all of it stands on.

mod chat;
mod house;
mod moderators;
mod notifications;

use parlor_worker::{
    parlor::{Instrument, Limits, Mode, Rate},
    prelude::*,
};

use crate::house::limits::Crowd;

/// What one address and one tab may do, whoever is there: an office comes by one address. `house::limits` has what people may.
const LIMITS: Limits = Limits {
    connections_per_address: Some(200),
    handshakes_per_address: Some(Rate::new(300, 60_000)),
    messages_per_address: Some(Rate::new(6_000, 60_000)),
    messages_per_connection: Some(Rate::new(1_200, 60_000)),
    namespaces_per_connection: 4, // as many as there are, that of admins among them
    rooms_per_socket: 60,         // 50 of people, and those of the house
};

/// The whole application: three namespaces, each with its own handlers, rooms and door, and the queues of notices.
#[must_use]
pub fn app() -> App {
    App::new()
        .configure(|config| config.limits = LIMITS)
        .state(Crowd::default())
        .needs_secret(
            "CHAT_SECRET",
            "what people's names are signed with. Set one: npx wrangler secret put CHAT_SECRET",
        )
        .wants_secret("MODERATOR_KEY")
        .namespace("/", chat::namespace())
        .namespace("/notifications", notifications::namespace())
        .namespace("/moderators", moderators::namespace())
        .queue("inbox:*", notifications::inbox())
        // For the official Admin UI, where there is the secret ADMIN_PASSWORD.
        .instrument(Instrument::new().mode(Mode::Production).read_only(true))
}

// The Durable Object classes named in wrangler.toml.
parlor_worker::durable_objects! { app; Gateway, Room, Queue }

#[event(start)]
fn start() {
    parlor_worker::report_panics();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    parlor_worker::serve(app, request, &env).await // what is not Socket.IO comes from public/
}
