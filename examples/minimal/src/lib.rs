//! The server: what one says, everyone hears.

use parlor_worker::prelude::*;

fn app() -> App {
    App::new().namespace("/", Namespace::open().on("say", say))
}

async fn say(io: Io, Data(text): Data<String>) -> Result<Ack, Fault> {
    io.emit("said", &text)?;
    Ok(Ack(()))
}

parlor_worker::durable_objects! { app; Gateway, Room }

#[event(start)]
fn start() {
    parlor_worker::report_panics();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    parlor_worker::serve(app, request, &env).await
}
