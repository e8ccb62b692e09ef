//! How often each object was built and called, for tests that promise few. In local workerd all objects share the Worker's
//! isolate, so it can tell.

use std::{cell::RefCell, collections::BTreeMap};

use parlor_worker::{GatewayShell, QueueShell, RoomShell, parlor::App, prelude::*};
use worker::{State, wasm_bindgen::JsValue, web_sys::WebSocket};

/// What one object has had since the lab started.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Count {
    /// Runs of its constructor: once, and once each time that it wakes without its memory.
    constructed: u64,
    requests: u64,
    alarms: u64,
    /// WebSocket messages that the runtime woke it for.
    messages: u64,
}

thread_local! {
    static OBJECTS: RefCell<BTreeMap<String, Count>> = RefCell::default();
}

/// By the object's name.
pub(crate) fn objects() -> BTreeMap<String, Count> {
    OBJECTS.with_borrow(Clone::clone)
}

/// How often each was built.
pub(crate) fn constructed() -> BTreeMap<String, u64> {
    objects().into_iter().map(|(name, count)| (name, count.constructed)).collect()
}

/// How many requests each Room has had. Only a Room's name begins with that of a namespace.
pub(crate) fn rooms() -> BTreeMap<String, u64> {
    let of_rooms = objects().into_iter().filter(|(name, count)| name.starts_with('/') && count.requests > 0);
    of_rooms.map(|(name, count)| (name, count.requests)).collect()
}

fn count(name: &str, add: impl FnOnce(&mut Count)) {
    OBJECTS.with_borrow_mut(|objects| add(objects.entry(name.to_owned()).or_default()));
}

/// The shell of an object, which counts what it passes on.
macro_rules! counted {
    ($name:ident, $shell:ident) => {
        #[derive(Debug)]
        pub(crate) struct $name {
            name: String,
            shell: $shell,
        }

        impl $name {
            pub(crate) fn new(state: State, env: Env, app: fn() -> App) -> Self {
                let name = state.id().name().unwrap_or_default();
                count(&name, |count| count.constructed += 1);
                Self { name, shell: $shell::new(state, env, app) }
            }

            pub(crate) async fn fetch(&self, request: Request) -> worker::Result<Response> {
                count(&self.name, |count| count.requests += 1);
                self.shell.fetch(request).await
            }

            pub(crate) async fn alarm(&self) -> worker::Result<Response> {
                count(&self.name, |count| count.alarms += 1);
                self.shell.alarm().await
            }
        }
    };
}

counted!(CountedGateway, GatewayShell);
counted!(CountedRoom, RoomShell);
counted!(CountedQueue, QueueShell);

impl CountedGateway {
    pub(crate) fn websocket_message(&self, socket: &WebSocket, message: &JsValue) {
        count(&self.name, |count| count.messages += 1);
        self.shell.websocket_message(socket, message);
    }

    pub(crate) fn websocket_closed(&self, socket: &WebSocket) {
        self.shell.websocket_closed(socket);
    }
}
