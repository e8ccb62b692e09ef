//! The chat's server, natively: every event of every namespace, in every kind of memory.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "in tests a panic is a failure, and what is printed tells of it"
)]

mod admin;
mod files;
mod measures;
mod messages;
mod moderators;
mod notices;
mod people;
mod rooms;

use std::{
    cell::RefCell,
    ops::{Deref, DerefMut},
    time::Duration,
};

use parlor::{App, Incoming, IntoPayload, Memory, Recovery, TestClient, TestServer};
use serde_json::{Value, json};

const KEY: &str = "the moderators' key";

fn house() -> App {
    secret_house("a secret")
}

fn secret_house(secret: &str) -> App {
    chat::app().var("CHAT_SECRET", secret).var("MODERATOR_KEY", KEY).gateways_per_location(2)
}

/// A story is told in every kind of memory, on two Gateways: who comes in goes to the one and the other in turn.
fn in_every_memory(story: impl Fn(&mut House)) {
    in_every_memory_of(house, story);
}

/// The same where the deployment lets people come back as the sockets that they were.
fn in_every_memory_with_recovery(story: impl Fn(&mut House)) {
    let recovery = Recovery { max_disconnection_duration: 60_000, ..Recovery::default() };
    in_every_memory_of(
        move || house().configure(|config| config.connection_state_recovery = Some(recovery)),
        story,
    );
}

fn in_every_memory_of(app: impl Fn() -> App + Copy + 'static, story: impl Fn(&mut House)) {
    for memory in [Memory::Kept, Memory::Snapshots, Memory::Rows] {
        println!("memory: {memory:?}");
        let mut house = House(TestServer::with_memory(app, memory));
        story(&mut house);
        let faults: Vec<_> =
            house.log().into_iter().filter(|line| line.contains(r#""code":"internal""#)).collect();
        assert_eq!(faults, [""; 0]);
    }
}

/// The chat, with doors to its namespaces.
struct House(TestServer);

impl Deref for House {
    type Target = TestServer;
    fn deref(&self) -> &TestServer {
        &self.0
    }
}

impl DerefMut for House {
    fn deref_mut(&mut self) -> &mut TestServer {
        &mut self.0
    }
}

impl House {
    /// Somebody who has never been here.
    fn newcomer(&mut self, name: &str) -> Tab {
        self.enter(&json!({ "name": name, "seed": seed(name) }))
    }

    /// Somebody else who wants a name that another had.
    fn stranger(&mut self, name: &str) -> Tab {
        self.enter(&json!({ "name": name, "seed": seed("a stranger") }))
    }

    /// Another tab, or another device, of somebody who is known.
    fn tab_of(&mut self, tab: &Tab) -> Tab {
        self.enter(&json!({ "token": tab.token() }))
    }

    fn enter(&mut self, auth: &Value) -> Tab {
        let client = self.connect("/", auth);
        assert_eq!(client.refusal(), None, "{auth}");
        let tab = Tab::new(client);
        let [welcome] = &tab.heard("welcome")[..] else { panic!("no welcome for {auth}") };
        Tab { welcome: welcome.clone(), ..tab }
    }

    /// Several people who are in one room; nobody has heard anything yet that is not taken.
    fn people_in<const N: usize>(&mut self, room: &str, names: [&str; N]) -> [Tab; N] {
        let tabs = names.map(|name| self.newcomer(name));
        for tab in &tabs {
            tab.join(room);
        }
        tabs.iter().for_each(Tab::forget);
        tabs
    }

    /// Why somebody may not come in: the code.
    fn refusal(&mut self, nsp: &str, auth: &Value) -> String {
        let refusal = self.connect(nsp, auth).refusal().unwrap_or_else(|| panic!("{auth} may come in"));
        assert!(refusal["message"].as_str().is_some_and(|words| !words.is_empty()), "words for people");
        refusal["data"]["code"].as_str().unwrap_or_default().to_owned()
    }

    fn moderator(&mut self, tab: &Tab) -> Tab {
        let client = self.connect("/moderators", &json!({ "token": tab.token(), "key": KEY }));
        assert_eq!(client.refusal(), None);
        Tab::new(client)
    }

    fn seconds(&mut self, seconds: u64) {
        self.advance(Duration::from_secs(seconds));
    }

    fn minutes(&mut self, minutes: u64) {
        self.seconds(60 * minutes);
    }
}

/// What a browser has made up for a newcomer.
fn seed(name: &str) -> String {
    format!("seed of {name:0<16}")
}

/// A client in a namespace, as a tab of the page is.
struct Tab {
    client: TestClient,
    /// What it was told when it came in; `null` but in `/`.
    welcome: Value,
    events: RefCell<Vec<(String, Value)>>,
}

impl Deref for Tab {
    type Target = TestClient;
    fn deref(&self) -> &TestClient {
        &self.client
    }
}

impl Tab {
    fn new(client: TestClient) -> Self {
        Self { client, welcome: Value::Null, events: RefCell::default() }
    }

    /// The person, `{id, name}`.
    fn me(&self) -> Value {
        self.welcome["me"].clone()
    }

    fn person_id(&self) -> String {
        self.me()["id"].as_str().unwrap().to_owned()
    }

    /// The person in a room.
    fn present(&self, away: bool) -> Value {
        json!({ "id": self.me()["id"], "name": self.me()["name"], "away": away })
    }

    fn token(&self) -> String {
        self.welcome["token"].as_str().unwrap().to_owned()
    }

    /// The ids of the rooms that it was told to be in, and how far each is read.
    fn rooms(&self) -> Vec<(String, u64)> {
        let rooms = self.welcome["rooms"].as_array().unwrap().iter();
        rooms.map(|mine| (text(&mine["room"]["id"]), mine["read"].as_u64().unwrap())).collect()
    }

    /// The answer to an event; `null` if it has none but that all is well.
    fn ask(&self, event: &str, payload: impl IntoPayload) -> Value {
        let answer = self.client.ask(event, payload).unwrap_or_else(|| panic!("{event} has no answer"));
        assert!(answer.as_array().unwrap().len() <= 1, "{event}: {answer}");
        answer[0].clone()
    }

    /// An event that is done.
    fn done(&self, event: &str, payload: impl IntoPayload) -> Value {
        let answer = self.ask(event, payload);
        assert!(answer.get("error").is_none(), "{event}: {answer}");
        answer
    }

    /// Why an event is not done: the code.
    fn error(&self, event: &str, payload: impl IntoPayload) -> String {
        let answer = self.ask(event, payload);
        let words = answer["message"].as_str().unwrap_or_default();
        assert!(!words.is_empty(), "{event}: no words for people in {answer}");
        answer["error"].as_str().unwrap_or_default().to_owned()
    }

    fn join(&self, room: &str) -> Value {
        self.done("join", json!({ "room": room }))
    }

    fn leave(&self, room: &str) {
        assert_eq!(self.done("leave", json!({ "room": room })), Value::Null);
    }

    /// Says something; its number. Its id is the text.
    fn say(&self, room: &str, text: &str) -> u64 {
        self.done("say", message(room, text, text))["seq"].as_u64().unwrap()
    }

    /// The events of that name that have come, each with its argument. The others stay.
    fn heard(&self, name: &str) -> Vec<Value> {
        self.events.borrow_mut().extend(self.client.events());
        let taken: Vec<_> = self.events.borrow_mut().extract_if(.., |(known, _)| known == name).collect();
        taken.into_iter().map(|(_, args)| args[0].clone()).collect()
    }

    /// All events that have come.
    fn everything(&self) -> Vec<(String, Value)> {
        self.events.borrow_mut().extend(self.client.events());
        let taken = self.events.take().into_iter();
        taken.map(|(name, args)| (name, args[0].clone())).collect()
    }

    fn forget(&self) {
        self.everything();
    }

    /// The texts of the messages that have come.
    fn said(&self) -> Vec<String> {
        self.heard("said").iter().map(|said| text(&said["data"]["text"])).collect()
    }

    /// What is written in a room, by its numbers and texts.
    fn history(&self, room: &str) -> Vec<(u64, String)> {
        texts(&self.join(room)["messages"])
    }

    /// The notifications, over the same connection.
    fn notifications(&self) -> Tab {
        self.notifications_by(&json!({ "token": self.token() }))
    }

    /// As one comes who does not want to be disturbed.
    fn quiet_notifications(&self) -> Tab {
        self.notifications_by(&json!({ "token": self.token(), "quiet": true }))
    }

    fn notifications_by(&self, auth: &Value) -> Tab {
        let client = self.client.also("/notifications", auth);
        assert_eq!(client.refusal(), None);
        Tab::new(client)
    }

    /// The next notice that it was handed, and the number by which it is acknowledged.
    fn notice(&self) -> Option<(u64, Value)> {
        while let Some(next) = self.client.next() {
            match next {
                Incoming::Question(number, name, args, _) if name == "notice" => {
                    return Some((number, args[0].clone()));
                }
                Incoming::Event(name, args, _) => self.events.borrow_mut().push((name, args)),
                _ => {}
            }
        }
        None
    }

    /// All notices, one after another: each is acknowledged.
    fn notices(&self) -> Vec<Value> {
        std::iter::from_fn(|| {
            let (number, notice) = self.notice()?;
            self.acknowledge(number, ());
            Some(notice["data"].clone())
        })
        .collect()
    }
}

fn message(room: &str, id: &str, text: &str) -> Value {
    json!({ "room": room, "id": id, "text": text, "files": [] })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// The numbers and texts of a list of messages.
fn texts(told: &Value) -> Vec<(u64, String)> {
    let told = told.as_array().unwrap().iter();
    told.map(|told| (told["seq"].as_u64().unwrap(), text(&told["data"]["text"]))).collect()
}

/// The names of a list of people.
fn names(people: &Value) -> Vec<String> {
    people.as_array().unwrap().iter().map(|person| text(&person["name"])).collect()
}

/// A card of a public room without a topic.
fn card(id: &str) -> Value {
    json!({ "id": id, "name": id, "topic": "", "kind": "public" })
}
