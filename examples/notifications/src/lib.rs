//! A chat in `/`, and beside it `/notifications`: whoever is mentioned as `@name` is told there, wherever they are.

use std::collections::BTreeSet;

use parlor_worker::prelude::*;

fn app() -> App {
    App::new()
        .namespace("/", Namespace::new(connect).on("chat message", chat_message))
        .namespace("/notifications", Namespace::new(connect_notifications).on("quiet", quiet))
}

/// What the client sends as `auth` is what is kept with its socket, in each of the two namespaces.
#[derive(Serialize, Deserialize)]
struct Person {
    name: String,
}

/// Lets in whoever has a name. It is checked, because it becomes the name of a room.
async fn connect(auth: Option<Auth<Person>>) -> Result<Person, Refused> {
    match auth {
        Some(Auth(person)) if is_name(&person.name) => Ok(person),
        _ => Err(Refused::new("A name has 1 to 20 letters and digits.")),
    }
}

/// The same; and the person is in the room of their own name, with each window that they have open.
async fn connect_notifications(socket: Socket, auth: Option<Auth<Person>>) -> Result<Person, Refused> {
    let person = connect(auth).await?;
    socket.join(&room_of(&person.name));
    Ok(person)
}

async fn chat_message(io: Io, me: SocketData<Person>, Data(text): Data<String>) -> Result<(), Fault> {
    io.emit("chat message", (&me.name, &text))?;
    for room in mentioned(&text) {
        io.of("/notifications").to(&room).emit("mentioned", (&me.name, &text))?;
    }
    Ok(())
}

/// Who wants to be left in peace leaves the room, and comes back to it later.
async fn quiet(socket: Socket, me: SocketData<Person>, Data(quiet): Data<bool>) -> Ack {
    let room = room_of(&me.name);
    if quiet {
        socket.leave(&room)
    } else {
        socket.join(&room)
    }
    Ack(())
}

/// The rooms of those whose names come after an `@`: a set, so that nobody is told twice. At most five, because each
/// room costs a request to its object.
fn mentioned(text: &str) -> BTreeSet<String> {
    let after_at = text.split_whitespace().filter_map(|word| word.strip_prefix('@'));
    let names = after_at.map(|name| name.trim_end_matches(|c: char| !c.is_alphanumeric()));
    names.filter(|name| is_name(name)).map(room_of).take(5).collect()
}

fn is_name(text: &str) -> bool {
    (1..=20).contains(&text.chars().count()) && text.chars().all(char::is_alphanumeric)
}

/// `@ann` is Ann.
fn room_of(name: &str) -> String {
    name.to_lowercase()
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
    use parlor_worker::parlor::{TestClient, TestServer};
    use serde_json::{Value, json};

    /// Two Gateways: clients are on one and the other in turn.
    fn server() -> TestServer {
        TestServer::new(|| super::app().gateways_per_location(2))
    }

    /// Somebody's sockets in both namespaces, over one connection.
    fn arrive(server: &mut TestServer, name: &str) -> (TestClient, TestClient) {
        let auth = json!({ "name": name });
        let chat = server.connect("/", &auth);
        let notifications = chat.also("/notifications", &auth);
        (chat, notifications)
    }

    fn event(name: &str, args: Value) -> (String, Value) {
        (name.to_owned(), args)
    }

    #[test]
    fn who_is_mentioned_is_told_on_whichever_gateway() {
        let mut server = server();
        let [ann, bob, also_bob] = ["Ann", "Bob", "bob"].map(|name| arrive(&mut server, name));
        server.hibernate();
        ann.0.emit("chat message", "@bob, are you there, @bob? @nobody");
        let args = json!(["Ann", "@bob, are you there, @bob? @nobody"]);
        for (chat, notifications) in [&bob, &also_bob] {
            assert_eq!(chat.events(), [event("chat message", args.clone())]);
            assert_eq!(notifications.events(), [event("mentioned", args.clone())], "once");
        }
        assert_eq!(ann.0.events(), [event("chat message", args)]);
        assert_eq!(ann.1.events(), []);
    }

    #[test]
    fn who_wants_quiet_has_it() {
        let mut server = server();
        let [ann, bob] = ["Ann", "Bob"].map(|name| arrive(&mut server, name));
        assert_eq!(bob.1.ask("quiet", true), Some(json!([])));
        ann.0.emit("chat message", "psst, @Bob");
        assert_eq!(bob.1.ask("quiet", false), Some(json!([])));
        ann.0.emit("chat message", "@Bob!");
        assert_eq!(bob.1.events(), [event("mentioned", json!(["Ann", "@Bob!"]))]);
        assert_eq!(bob.0.events().len(), 2, "the chat goes on meanwhile");
    }

    #[test]
    fn a_name_is_a_word() {
        let mut server = server();
        for auth in
            [json!({}), json!({ "name": "" }), json!({ "name": "a b" }), json!({ "name": "x".repeat(21) })]
        {
            for nsp in ["/", "/notifications"] {
                let refusal = server.connect(nsp, &auth).refusal().unwrap();
                assert_eq!(refusal, json!({ "message": "A name has 1 to 20 letters and digits." }), "{auth}");
            }
        }
    }
}
