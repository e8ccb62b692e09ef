//! Events typed for clients: declarations in TypeScript, made from the Rust types of an application. With the feature
//! `typescript`, for tests; nothing of it is in a Worker.
//!
//! A test of the application names its handlers and what it emits. [`Events::check`] compares what comes of that with a
//! file, and fails when it is out of date.
//!
//! ```
//! use parlor::{prelude::*, typescript::Events};
//! use ts_rs::TS;
//!
//! #[derive(Deserialize, TS)]
//! struct Guest { name: String }
//!
//! #[derive(Deserialize, TS)]
//! struct Say { room: String, text: String }
//!
//! #[derive(Serialize, TS)]
//! struct Said { from: String, text: String, at: u64 }
//!
//! async fn connect(Auth(guest): Auth<Guest>) -> Result<String, Refused> {
//!     Ok(guest.name)
//! }
//! async fn join(socket: Socket, Data(room): Data<String>) -> Ack<usize> {
//!     socket.join(&room);
//!     Ack(socket.rooms().len())
//! }
//! async fn say(socket: Socket, me: SocketData<String>, Now(at): Now, Data(say): Data<Say>) -> Result<(), Fault> {
//!     socket.to(&say.room).emit("said", &Said { from: me.clone(), text: say.text, at })
//! }
//! fn namespace() -> Namespace<String> {
//!     Namespace::new(connect).on("join", join).on("say", say)
//! }
//!
//! // In a test:
//! let events = Events::of(&namespace()).connect(connect).on("join", join).on("say", say).emits::<Said>("said");
//! assert_eq!(events.to_string(), r#"// Made from the types of the server: a test compares them, and says how to write it anew.
//!
//! /** What the client sends. */
//! export interface ClientToServerEvents {
//!   join: (data: string, ack: (answer: number | Failed) => void) => void;
//!   say: (data: Say) => void;
//! }
//!
//! /** What the server sends. */
//! export interface ServerToClientEvents {
//!   said: (data: Said) => void;
//! }
//!
//! /** The client's `auth`. */
//! export type Auth = Guest;
//!
//! /** Why an event was not handled: `error` is for programs, `message` for people. */
//! export type Failed = { error: string, message?: string, };
//!
//! export type Guest = { name: string, };
//!
//! export type Said = { from: string, text: string, at: number, };
//!
//! export type Say = { room: string, text: string, };
//! "#);
//! // events.check("public/js/events.d.ts");
//! ```
//!
//! An answer may be `Failed` where the handler returns a `Result`, where the namespace has a guard, and where the
//! handler takes arguments, since those may not fit.
//!
//! # Layout
//!
//! - `handler`: what the types of a handler say
//! - `signature`: an event as a function's type
//! - `types`: the types that are named, with all that they are made of

mod handler;
mod signature;
#[cfg(test)]
mod tests;
mod types;

use std::{fmt, path::Path};

use serde::{Serialize, de::DeserializeOwned};
use ts_rs::TS;

use self::types::Types;
pub use self::{
    handler::{Answer, Argument, Declared},
    signature::Signature,
};
use crate::Namespace;

const HEAD: &str =
    "// Made from the types of the server: a test compares them, and says how to write it anew.";
const CLIENT: &str = "ClientToServerEvents";
const SERVER: &str = "ServerToClientEvents";
const AUTH: &str = "Auth";
const REFUSAL: &str = "Refusal";

/// The variable with which a test writes the file instead of comparing it.
const UPDATE: &str = "UPDATE_TYPES";

/// What the clients of a namespace send and get.
#[derive(Debug)]
pub struct Events {
    /// Of the namespace: the names of its handlers, and whether a guard may stop an event.
    handled: Vec<String>,
    is_guarded: bool,
    client: Vec<(String, String)>,
    server: Vec<(String, String)>,
    types: Types,
}

impl Events {
    /// Those of a namespace, to be declared one by one. [`check`](Self::check) tells of handlers that were forgotten.
    #[must_use]
    pub fn of<S: Serialize + DeserializeOwned + 'static>(namespace: &Namespace<S>) -> Self {
        let handled = namespace.events().map(str::to_owned).collect();
        let is_guarded = namespace.is_guarded();
        Self { handled, is_guarded, client: Vec::new(), server: Vec::new(), types: Types::default() }
    }

    /// The connect handler, for its [`Auth`](crate::Auth).
    #[must_use]
    pub fn connect<Args, Handler: Declared<Args>>(mut self, _: Handler) -> Self {
        let mut signature = Signature::new(&mut self.types);
        Handler::declare(&mut signature);
        if let Some(auth) = signature.into_auth() {
            self.types.alias(AUTH, "The client's `auth`.", &auth);
        }
        self
    }

    /// What a refusal has for programs, [`Refused::data`](crate::Refused::data): `error.data` of a `connect_error`.
    #[must_use]
    pub fn refuses_with<T: TS + 'static>(mut self) -> Self {
        let data = self.types.name::<T>();
        self.types.alias(REFUSAL, "`error.data` of a `connect_error`.", &data);
        self
    }

    /// An event and its handler, as in [`Namespace::on`].
    #[must_use]
    pub fn on<Args, Handler>(mut self, event: &str, _: Handler) -> Self
    where
        Handler: Declared<Args, Output: Answer>,
    {
        let mut signature = Signature::new(&mut self.types);
        Handler::declare(&mut signature);
        Handler::Output::declare(&mut signature);
        if self.is_guarded {
            signature.may_fail();
        }
        self.client.push((event.to_owned(), signature.into_function()));
        self
    }

    /// An event that the server emits, by what it emits: a tuple is several arguments.
    #[must_use]
    pub fn emits<T: TS + 'static>(mut self, event: &str) -> Self {
        let mut signature = Signature::new(&mut self.types);
        signature.takes::<T>();
        self.server.push((event.to_owned(), signature.into_function()));
        self
    }

    /// An event that the server wants acknowledged, by what it emits and what the client answers.
    #[must_use]
    pub fn asks<T: TS + 'static, A: TS + 'static>(mut self, event: &str) -> Self {
        let mut signature = Signature::new(&mut self.types);
        signature.takes::<T>();
        signature.answer::<A>();
        self.server.push((event.to_owned(), signature.into_function()));
        self
    }

    /// Compares it with a file, whose path is relative to the package that is tested. With `UPDATE_TYPES=1` in the
    /// environment it writes the file instead.
    ///
    /// # Panics
    /// When the file is out of date, when an event of the namespace is not declared, or one that it does not have, and
    /// when two types have one name.
    #[track_caller]
    #[allow(clippy::panic, reason = "it is an assertion, for tests")]
    pub fn check(&self, file: impl AsRef<Path>) {
        if let Err(words) = self.compare(file.as_ref(), std::env::var_os(UPDATE).is_some()) {
            panic!("{words}");
        }
    }

    fn compare(&self, file: &Path, is_update: bool) -> Result<(), String> {
        if let Some(problem) = self.problem() {
            return Err(problem);
        }
        let (is, due) = (std::fs::read_to_string(file).unwrap_or_default(), self.to_string());
        if is.replace('\r', "") == due {
            return Ok(());
        }
        if is_update {
            return std::fs::write(file, due).map_err(|error| format!("{}: {error}", file.display()));
        }
        let line = is.lines().zip(due.lines()).take_while(|(is, due)| is == due).count();
        let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
        Err(format!(
            "{} is not what the types of the server say, from line {}:\n  is:  {}\n  due: {}\n\
             This writes it anew: {UPDATE}=1 cargo test -p {package}",
            file.display(),
            line + 1,
            is.lines().nth(line).unwrap_or("(its end)"),
            due.lines().nth(line).unwrap_or("(its end)"),
        ))
    }

    fn problem(&self) -> Option<String> {
        let is_declared = |event: &String| self.client.iter().any(|(name, _)| name == event);
        if let Some(event) = self.handled.iter().find(|event| !is_declared(event)) {
            return Some(format!(
                "the namespace handles {event:?}, which is not declared: `.on({event:?}, …)`"
            ));
        }
        if let Some((event, _)) = self.client.iter().find(|(event, _)| !self.handled.contains(event)) {
            return Some(format!("{event:?} is declared, but the namespace has no handler for it"));
        }
        let name = self.types.clash(&[CLIENT, SERVER])?;
        Some(format!("two different types are called {name}: give one `#[ts(rename = \"…\")]`"))
    }
}

/// The file.
impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        for (name, docs, events) in [
            (CLIENT, "What the client sends.", &self.client),
            (SERVER, "What the server sends.", &self.server),
        ] {
            writeln!(f, "\n/** {docs} */\nexport interface {name} {{")?;
            for (event, function) in events {
                writeln!(f, "  {}: {function};", key(event))?;
            }
            writeln!(f, "}}")?;
        }
        self.types.declarations().try_for_each(|declaration| write!(f, "\n{declaration}\n"))
    }
}

/// A name as a key: in quotes where it has to be.
fn key(name: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "_$".contains(char);
    match name.chars().all(is_plain) && name.starts_with(|char: char| !char.is_ascii_digit()) {
        true => name.to_owned(),
        false => serde_json::Value::from(name).to_string(),
    }
}
