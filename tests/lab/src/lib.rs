//! The lab app: a small Socket.IO application with no product in it, which every test on workerd and every
//! benchmark talks to. Start it with `npm run lab`; README.md beside it is its contract.

mod beyond;
mod counts;
mod main_namespace;
mod values;

use parlor_worker::{parlor::Instrument, prelude::*};
use serde_json::{Value, json};

/// The whole application.
#[must_use]
pub fn app() -> App {
    let custom = Namespace::new(greet).on("message", main_namespace::message).on_recover(greet);
    App::new()
        .needs("LAB_WORD", "any word, which `/beyond` tells")
        .wants("LAB_WISH")
        .namespace("/", main_namespace::namespace())
        .namespace("/custom", custom)
        .namespace("/members", Namespace::new(members_only))
        .namespace("/beyond", beyond::namespace())
        .dynamic("/org-{n}", is_number, Namespace::new(org).on("msg", main_namespace::msg))
        .engine("/engine.io/", |message| vec![message])
        .allow_request(unless_denied)
        .instrument(Instrument::new())
        .queue("*", QueueConfig { visibility: 2_000, attempts: 5, backoff: 0, ..QueueConfig::default() })
}

// As by `durable_objects! { app; Gateway, Room, Queue }`, but each counts what happens to it.
parlor_worker::durable_objects! { @gateway Gateway, counts::CountedGateway, app }
parlor_worker::durable_objects! { @class Room, counts::CountedRoom, app, "One room: its members and their order." }
parlor_worker::durable_objects! { @class Queue, counts::CountedQueue, app, "One queue: jobs until they are done." }

#[event(start)]
fn start() {
    parlor_worker::report_panics();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    match request.path().as_str() {
        "/healthz" => Response::ok("ok"),
        "/constructed" => Response::from_json(&counts::constructed()),
        "/objects" => Response::from_json(&counts::objects()),
        "/counts" => Response::from_json(&counts::rooms()),
        "/emit" => parlor_worker::serve_emit(app, request, &env, "lab").await,
        "/queue" => parlor_worker::serve_queue(app, request, &env, "lab").await,
        "/relay" => relay(request, &env).await,
        _ => parlor_worker::serve(app, request, &env).await,
    }
}

/// Emits what it is given as another Worker would: through a service binding, which leads to this one.
async fn relay(mut request: Request, env: &Env) -> worker::Result<Response> {
    let body = request.bytes().await?;
    let secret = request.headers().get("x-secret")?.unwrap_or_default();
    let emission = Emission::from_json(&body).map_err(|fault| fault.to_string())?;
    match parlor_worker::emit_through(&env.service("SELF")?, "/emit", &secret, &emission).await {
        Ok(()) => Response::ok("emitted"),
        Err(error) => Response::error(error.to_string(), 502),
    }
}

/// Refuses a client that asks for it, with the words of its query's `deny`.
fn unless_denied(handshake: &Handshake) -> Result<(), String> {
    let denied = |(key, value): (_, std::borrow::Cow<'_, str>)| (key == "deny").then(|| value.into_owned());
    handshake.query().find_map(denied).map_or(Ok(()), Err)
}

async fn greet(socket: Socket, Auth(auth): Auth<Value>) -> Result<(), Fault> {
    socket.emit("auth", &auth)
}

fn is_number(params: &Params) -> bool {
    params.parse::<u64>("n").is_ok_and(|n| params.get("n") == Some(&n.to_string()))
}

async fn org(socket: Socket, params: Params) -> Result<(), Fault> {
    socket.emit("org", params.parse::<u64>("n")?)
}

async fn members_only(Auth(auth): Auth<Value>) -> Result<(), Refused> {
    match auth.get("token").and_then(Value::as_str) {
        Some("letmein") => Ok(()),
        _ => Err(Refused::new("unauthorized").data(&json!({ "code": 401 }))),
    }
}
