//! A namespace for members only, `/members`, beside one that is open to everyone, `/`.

use parlor_worker::prelude::*;
use serde_json::json;

fn app() -> App {
    App::new()
        .namespace("/", Namespace::open().on("chat message", in_the_lobby))
        .namespace("/members", Namespace::new(connect).on("chat message", among_members))
}

/// What the client sends as `auth`.
#[derive(Deserialize)]
struct Ticket {
    token: String,
}

/// What is kept with a member's socket.
#[derive(Serialize, Deserialize)]
struct Member {
    name: String,
}

/// Lets in whoever has a member's token. `auth` is an `Option`, because one without a token, or with a number for
/// one, shall get the same answer as one with a wrong token.
async fn connect(socket: Socket, auth: Option<Auth<Ticket>>) -> Result<Member, Refused> {
    match auth.and_then(|Auth(ticket)| name_of(&ticket.token)) {
        Some(name) => {
            socket.emit("welcome", name)?; // comes right after the client's `connect`
            Ok(Member { name: name.to_owned() })
        }
        None => Err(Refused::new("unauthorized").data(&json!({ "code": 401 }))),
    }
}

/// Whose token it is. This stands for what you have: a session that you look up, or a signature that you check.
fn name_of(token: &str) -> Option<&'static str> {
    match token {
        "ann's token" => Some("Ann"),
        "bob's token" => Some("Bob"),
        _ => None,
    }
}

async fn in_the_lobby(io: Io, Data(text): Data<String>) -> Result<(), Fault> {
    io.emit("chat message", &text)
}

/// The name is the server's: who has been let in cannot speak in another's.
async fn among_members(io: Io, me: SocketData<Member>, Data(text): Data<String>) -> Result<(), Fault> {
    io.emit("chat message", (&me.name, &text))
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
    fn who_has_no_token_is_told_so() {
        let mut server = TestServer::new(super::app);
        for auth in [json!({}), json!({ "token": "guess" }), json!({ "token": 1 })] {
            let stranger = server.connect("/members", &auth);
            let refusal = json!({ "message": "unauthorized", "data": { "code": 401 } });
            assert_eq!(stranger.refusal(), Some(refusal), "{auth}");
        }
    }

    #[test]
    fn a_stranger_may_be_in_the_lobby() {
        let mut server = TestServer::new(super::app);
        let stranger = server.connect("/", &());
        assert!(stranger.also("/members", &()).refusal().is_some()); // over the same connection, which lives on
        stranger.emit("chat message", "hello");
        assert_eq!(stranger.events(), [("chat message".to_owned(), json!(["hello"]))]);
    }

    #[test]
    fn members_are_among_themselves() {
        let mut server = TestServer::new(super::app);
        let lobby = server.connect("/", &());
        let ann = server.connect("/members", &json!({ "token": "ann's token" }));
        let bob = server.connect("/members", &json!({ "token": "bob's token" }));
        assert_eq!(bob.events(), [("welcome".to_owned(), json!(["Bob"]))]);
        server.hibernate(); // the name is in a row, not in memory
        ann.emit("chat message", "hello");
        assert_eq!(bob.events(), [("chat message".to_owned(), json!(["Ann", "hello"]))]);
        assert_eq!(lobby.events(), []);
    }
}
