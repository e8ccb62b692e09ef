//! The Queue object: a [`Queue`] machine, its outputs carried out.

use std::rc::Rc;

use parlor::{App, Millis, Queue, QueueOutput, Turn, WireError};
use worker::{Env, Request, Response, Result, State};

use crate::object::{Machine, Shell, Wanted};

/// The shell of a Queue object; [`durable_objects!`](crate::durable_objects) wraps it in a class.
#[derive(Clone, Debug)]
pub struct QueueShell(Rc<Shell>);

impl QueueShell {
    /// The object of this state.
    pub fn new(state: State, env: Env, app: fn() -> App) -> Self {
        Self(Shell::new("queue", state, env, app, |turn, app, name, rows| {
            Box::new(Queue::restore(turn, app, name, rows))
        }))
    }

    /// A request of a Gateway, or from outside of all objects.
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

impl Machine for Queue {
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
        Some(match self.poll_output()? {
            QueueOutput::Store { key, value } => Wanted::Store { key, value },
            QueueOutput::Request { gateway, body } => Wanted::Request { gateway, body },
            QueueOutput::Log(line) => Wanted::Log(line),
        })
    }

    fn next_timeout(&self) -> Option<Millis> {
        self.next_timeout()
    }

    fn is_asking(&self) -> bool {
        false // all that waits in it is stored
    }
}
