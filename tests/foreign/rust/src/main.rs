//! `rust_socketio` plays one scenario against the lab: `foreign URL TRANSPORT SCENARIO`. It ends with 0 if all was as it
//! should be. `../foreign.test.mjs` says what each scenario is, and drives this.
//!
//! What the library cannot do, in version 0.6.0, and is therefore not asked of it:
//! - Binary is one argument, beside no other: none nested, none sent to a room (`msg` has a room first). Of several
//!   attachments it hands on the first.
//! - An event with binary that asks for an acknowledgement is sent as an acknowledgement itself.
//! - It splits what a WebSocket brings at every byte 0x1e, binary too.
//! - It does not acknowledge an event of the server.
//! - A socket does not know its id; and each namespace has a connection of its own.
//! - A client that was disconnected stays so, and its thread spins until the program ends.

use std::{
    env,
    fmt::Debug,
    process::ExitCode,
    sync::mpsc::{Receiver, Sender, channel},
    time::Duration,
};

use rust_socketio::{Event, Payload, TransportType, client::Client, client::ClientBuilder};
use serde_json::{Value, json};

/// Far more than anything takes.
const LIMIT: Duration = Duration::from_secs(20);

type Outcome<T = ()> = Result<T, String>;

/// A client. What it hears waits in a queue: the event's name and its arguments.
struct Person {
    client: Client,
    heard: Receiver<(String, Payload)>,
}

impl Person {
    fn hears(&self, event: &str, expected: impl Into<Payload>) -> Outcome {
        let heard = self.heard.recv_timeout(LIMIT).map_err(|_| format!("waited in vain for {event}"))?;
        expect(heard, (event.to_owned(), expected.into()))
    }

    fn say(&self, event: &str, args: impl Into<Payload>) -> Outcome {
        self.client.emit(event, args).map_err(|error| error.to_string())
    }

    /// The acknowledgement's arguments, as a list.
    fn ask(&self, event: &str, args: Value) -> Outcome<Value> {
        let (answer, answered) = channel();
        let heard = move |payload: Payload, _| drop(answer.send(payload));
        self.client.emit_with_ack(event, list(args), LIMIT, heard).map_err(|error| error.to_string())?;
        match answered.recv_timeout(LIMIT) {
            Ok(Payload::Text(mut args)) if args.len() == 1 => Ok(args.remove(0)),
            other => Err(format!("the ack of {event}: {other:?}")),
        }
    }

    fn id(&self) -> Outcome<String> {
        let rooms = self.ask("rooms", json!([]))?;
        match &rooms[0][0] {
            Value::String(id) if rooms[0][1].is_null() => Ok(id.clone()),
            _ => Err(format!("expected the room of its own only, but: {rooms}")),
        }
    }
}

struct Lab {
    url: String,
    transport: TransportType,
}

impl Lab {
    fn enter(&self, namespace: &str, auth: Value) -> Outcome<Person> {
        let (hear, heard) = channel();
        let tell = |event: &'static str, hear: &Sender<_>| {
            let hear = hear.clone();
            move |payload: Payload, _| drop(hear.send((event.to_owned(), payload)))
        };
        let hear_any = hear.clone();
        let client = ClientBuilder::new(&self.url)
            .namespace(namespace)
            .auth(auth)
            .transport_type(self.transport.clone())
            .reconnect_delay(50, 200)
            .on(Event::Connect, tell("connect", &hear))
            .on(Event::Close, tell("close", &hear))
            .on(Event::Error, tell("error", &hear))
            .on_any(move |event, payload, _| drop(hear_any.send((event.to_string(), payload))))
            .connect()
            .map_err(|error| error.to_string())?;
        Ok(Person { client, heard })
    }

    fn greeted(&self, namespace: &str) -> Outcome<Person> {
        let person = self.enter(namespace, auth())?;
        person.hears("connect", "")?;
        person.hears("auth", auth())?;
        Ok(person)
    }
}

fn auth() -> Value {
    json!({ "token": "letmein", "list": [1, "ü😀"] })
}

fn list(args: Value) -> Payload {
    match args {
        Value::Array(args) => Payload::Text(args),
        one => Payload::Text(vec![one]),
    }
}

fn expect<T: PartialEq + Debug>(value: T, expected: T) -> Outcome {
    if value == expected { Ok(()) } else { Err(format!("got {value:?}, expected {expected:?}")) }
}

fn connect(lab: &Lab) -> Outcome {
    lab.greeted("/")?.id().map(drop)
}

fn events(lab: &Lab) -> Outcome {
    let person = lab.greeted("/")?;
    let args = json!([1, "zwei 😀", { "three": [null, true, 3.5] }]);
    person.say("message", list(args.clone()))?;
    person.hears("message-back", list(args))?;
    person.say("no such event", json!(1))?;
    person.hears("unknown", json!("no such event"))?;
    for n in 0..100 {
        person.say("message", json!(n))?;
    }
    (0..100).try_for_each(|n| person.hears("message-back", json!(n)))
}

fn acks(lab: &Lab) -> Outcome {
    let person = lab.greeted("/")?;
    expect(person.ask("echo", json!([{ "a": [1] }]))?, json!([{ "a": [1] }]))?;
    expect(person.ask("message-with-ack", json!([1, "two"]))?, json!([1, "two"]))?;
    expect(person.ask("set", json!(["key", "value"]))?, json!([]))?;
    expect(person.ask("get", json!(["key"]))?, json!(["value"]))?;
    expect(person.ask("boom", json!([]))?[0]["error"].clone(), json!("internal"))
}

fn binary(lab: &Lab) -> Outcome {
    let person = lab.greeted("/")?;
    let mut all: Vec<u8> = (0..=255).collect();
    all.remove(0x1e);
    for bytes in [vec![0, 1, 2, 255], all.repeat(1000)] {
        person.say("message", bytes.clone())?;
        person.hears("message-back", bytes)?;
    }
    Ok(())
}

fn custom(lab: &Lab) -> Outcome {
    let person = lab.greeted("/custom")?;
    person.say("message", json!("hello"))?;
    person.hears("message-back", json!("hello"))?;
    person.say("message", vec![1, 2, 3])?;
    person.hears("message-back", vec![1, 2, 3])
}

fn refused(lab: &Lab) -> Outcome {
    let person = lab.enter("/members", json!({ "token": "guessed" }))?;
    let (event, payload) = person.heard.recv_timeout(LIMIT).map_err(|error| error.to_string())?;
    expect(event.as_str(), "error")?;
    let Payload::Text(args) = payload else { return Err(format!("no text: {payload:?}")) };
    let text = args[0].as_str().unwrap_or_default();
    let data = text.strip_prefix("Received an ConnectError frame: ").unwrap_or(text);
    let data = serde_json::from_str::<Value>(data).map_err(|_| text.to_owned())?;
    expect(data, json!({ "message": "unauthorized", "data": { "code": 401 } }))
}

fn members(lab: &Lab) -> Outcome {
    lab.enter("/members", auth())?.hears("connect", "")
}

fn rooms(lab: &Lab) -> Outcome {
    let (a, b) = (lab.greeted("/")?, lab.greeted("/")?);
    let (id_of_a, id_of_b) = (a.id()?, b.id()?);
    if id_of_a.rsplit('.').next() == id_of_b.rsplit('.').next() {
        return Err(format!("both are on one Gateway: {id_of_a}, {id_of_b}"));
    }
    for person in [&a, &b] {
        expect(person.ask("join", json!(["shared"]))?, json!([]))?;
    }
    a.say("msg", list(json!(["shared", "from a"])))?;
    b.hears("msg", json!("from a"))?;
    b.say("all", list(json!(["shared", { "nested": [1] }])))?;
    for person in [&a, &b] {
        person.hears("msg", json!({ "nested": [1] }))?; // the first that a hears: `msg` left the sender out
    }
    a.say("whisper", list(json!([id_of_b, "psst"])))?;
    b.hears("msg", json!("psst"))?;
    expect(b.ask("leave", json!(["shared"]))?, json!([]))?;
    a.say("all", list(json!(["shared", "to the rest"])))?;
    a.hears("msg", json!("to the rest"))?;
    a.say("whisper", list(json!([id_of_b, "the end"])))?;
    b.hears("msg", json!("the end")) // and nothing before it
}

fn official(lab: &Lab) -> Outcome {
    let person = lab.greeted("/")?;
    expect(person.ask("join", json!(["mixed"]))?, json!([]))?;
    println!("ready");
    person.hears("msg", vec![0, 255])?;
    person.say("msg", list(json!(["mixed", { "from": "foreign" }])))?;
    person.hears("msg", json!("seen"))
}

fn again(lab: &Lab) -> Outcome {
    let person = lab.greeted("/")?;
    let first = person.id()?;
    person.client.disconnect().map_err(|error| error.to_string())?;
    person.hears("close", "")?;
    let person = lab.greeted("/")?; // a new one: there is no other way back
    expect(person.id()? != first, true)?;
    expect(person.ask("echo", json!(["again"]))?, json!(["again"]))
}

fn lost(lab: &Lab) -> Outcome {
    let person = lab.greeted("/")?;
    let first = person.id()?;
    expect(person.ask("join", json!(["before"]))?, json!([]))?;
    println!("ready"); // the connection is cut, unseen by the server's application
    let (event, _) = person.heard.recv_timeout(LIMIT).map_err(|error| error.to_string())?;
    expect(event.as_str(), "error")?; // in words of the operating system
    person.hears("close", "")?;
    person.hears("connect", "")?;
    person.hears("auth", auth())?;
    expect(person.id()? != first, true)
}

fn play() -> Outcome {
    let mut args = env::args().skip(1);
    let mut arg = || args.next().ok_or("usage: foreign URL TRANSPORT SCENARIO");
    let url = arg()?;
    let transport = match arg()?.as_str() {
        "polling" => TransportType::Polling,
        "websocket" => TransportType::Websocket,
        "upgrade" => TransportType::WebsocketUpgrade, // as the default, `Any`, but that hides a failed upgrade
        other => return Err(format!("no transport {other}")),
    };
    let lab = Lab { url, transport };
    match arg()?.as_str() {
        "connect" => connect(&lab),
        "events" => events(&lab),
        "acks" => acks(&lab),
        "binary" => binary(&lab),
        "custom" => custom(&lab),
        "refused" => refused(&lab),
        "members" => members(&lab),
        "rooms" => rooms(&lab),
        "official" => official(&lab),
        "again" => again(&lab),
        "lost" => lost(&lab),
        other => Err(format!("no scenario {other}")),
    }
}

fn main() -> ExitCode {
    match play() {
        Ok(()) => {
            println!("done");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
