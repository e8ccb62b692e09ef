//! The chat of Socket.IO's tutorial: what one person says, everyone gets.

use parlor_worker::prelude::*;

fn app() -> App {
    App::new().namespace("/", Namespace::open().on("chat message", chat_message))
}

async fn chat_message(io: Io, Data(text): Data<String>) -> Result<(), Fault> {
    io.emit("chat message", &text) // to everyone, the sender too
}

// The Durable Object classes that wrangler.toml names.
parlor_worker::durable_objects! { app; Gateway, Room }

#[event(start)]
fn start() {
    parlor_worker::report_panics();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    parlor_worker::serve(app, request, &env).await // what is not Socket.IO comes from public/
}

#[cfg(test)]
mod tests {
    use parlor_worker::parlor::TestServer;
    use serde_json::json;

    #[test]
    fn what_one_says_everyone_gets() {
        let mut server = TestServer::new(super::app);
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        server.hibernate(); // every object loses its memory, and nobody notices
        ann.emit("chat message", "hello");
        let heard = [("chat message".to_owned(), json!(["hello"]))];
        assert_eq!(ann.events(), heard);
        assert_eq!(bob.events(), heard);
    }
}
