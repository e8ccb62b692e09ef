//! How many requests each Room got, for tests that promise few. In local workerd all objects share the Worker's isolate,
//! so it can tell.

use std::{cell::RefCell, collections::BTreeMap, ops::Deref};

use parlor_worker::{RoomShell, parlor::App, prelude::*};
use worker::State;

thread_local! {
    static REQUESTS: RefCell<BTreeMap<String, u64>> = RefCell::default();
}

/// By the Room's name.
pub(crate) fn requests() -> BTreeMap<String, u64> {
    REQUESTS.with_borrow(Clone::clone)
}

/// A Room whose requests are counted.
#[derive(Debug)]
pub(crate) struct CountedRoom {
    name: String,
    shell: RoomShell,
}

impl CountedRoom {
    pub(crate) fn new(state: State, env: Env, app: fn() -> App) -> Self {
        let name = state.id().name().unwrap_or_default();
        Self { name, shell: RoomShell::new(state, env, app) }
    }

    pub(crate) async fn fetch(&self, request: Request) -> worker::Result<Response> {
        REQUESTS.with_borrow_mut(|requests| *requests.entry(self.name.clone()).or_default() += 1);
        self.shell.fetch(request).await
    }
}

impl Deref for CountedRoom {
    type Target = RoomShell;

    fn deref(&self) -> &RoomShell {
        &self.shell
    }
}
