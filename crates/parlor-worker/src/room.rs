//! The Room object: a [`Room`] machine, its outputs carried out.

use std::rc::Rc;

use parlor::{App, Millis, Room, RoomKey, RoomOutput, Turn, WireError};
use worker::{Env, Request, Response, Result, State};

use crate::object::{Machine, Shell, Wanted};

/// The shell of a Room object; [`durable_objects!`](crate::durable_objects) wraps it in a class.
#[derive(Clone, Debug)]
pub struct RoomShell(Rc<Shell>);

impl RoomShell {
    /// The object of this state.
    pub fn new(state: State, env: Env, app: fn() -> App) -> Self {
        Self(Shell::new("room", state, env, app, |turn, app, name, rows| {
            Box::new(Room::restore(turn, app, RoomKey::of_object(name), rows))
        }))
    }

    /// A request of a Gateway.
    ///
    /// # Errors
    /// Those of the platform.
    pub async fn fetch(&self, request: Request) -> Result<Response> {
        self.0.fetch(request).await
    }

    /// The alarm went off.
    ///
    /// # Errors
    /// Those of the platform.
    pub async fn alarm(&self) -> Result<Response> {
        self.0.alarm()
    }
}

impl Machine for Room {
    fn handle_request(
        &mut self,
        turn: &mut Turn<'_>,
        body: &[u8],
    ) -> std::result::Result<Vec<u8>, WireError> {
        self.handle_request(turn, body)
    }

    fn handle_reply(&mut self, turn: &mut Turn<'_>, gateway: &str, reply: Option<&[u8]>) {
        self.handle_reply(turn, gateway, reply);
    }

    fn handle_timeout(&mut self, turn: &mut Turn<'_>) {
        self.handle_timeout(turn);
    }

    fn poll_output(&mut self) -> Option<Wanted> {
        loop {
            return Some(match self.poll_output()? {
                RoomOutput::Store { key, value } => Wanted::Store { key, value },
                RoomOutput::Request { gateway, body } => Wanted::Request { gateway, body },
                RoomOutput::Dropped(_) => continue, // a line says so
                RoomOutput::Log(line) => Wanted::Log(line),
            });
        }
    }

    fn next_timeout(&self) -> Option<Millis> {
        self.next_timeout()
    }

    fn is_asking(&self) -> bool {
        self.is_asking()
    }
}
