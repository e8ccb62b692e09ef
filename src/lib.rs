//! The chat: people choose a name, meet in rooms, and write to each other.

mod chat;
mod names;
mod people;

use parlor_worker::prelude::*;

/// The whole application: one namespace, whose handlers are in `chat`.
#[must_use]
pub fn app() -> App {
    App::new().namespace("/", chat::namespace())
}

// The Durable Object classes named in wrangler.toml.
parlor_worker::durable_objects! { app; Gateway, Room }

#[event(start)]
fn start() {
    parlor_worker::report_panics();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    parlor_worker::serve(app(), request, &env).await // what is not Socket.IO comes from public/
}
