//! The chat: people choose a name, meet in rooms, and write to each other. `house` is what all of it stands on.

mod chat;
mod house;
mod moderators;
mod notifications;

use parlor_worker::{
    parlor::{Instrument, Mode},
    prelude::*,
};

/// The whole application: three namespaces, each with its own handlers, rooms and door, and the queues of notices.
#[must_use]
pub fn app() -> App {
    App::new()
        .needs(
            "CHAT_SECRET",
            "what people's names are signed with. Set one: npx wrangler secret put CHAT_SECRET",
        )
        .wants("MODERATOR_KEY")
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
