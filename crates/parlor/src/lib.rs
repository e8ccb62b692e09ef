//! A Socket.IO server as pure state machines.
//!
//! An [`App`] is namespaces with handlers, which are plain `async fn`s. A [`Gateway`] holds client connections
//! and runs handlers; a [`Room`] puts the broadcasts of one room in order and delivers them to its Gateways; a [`Queue`]
//! stores jobs until somebody has done them.
//! Nothing here reads a clock, draws randomness or touches a network: time and random bytes are arguments
//! ([`Turn`]), and so is a [`Journal`] in the object's storage; everything to be done is an output. [`TestServer`] runs a whole application that way.
//!
//! # Layout
//!
//! - `app`, `config`, `vars`, `namespace`, `handler`, `extract`, `answer`, `socket`, `broadcast`, `history`, `values`, `pattern`, `outside`, `instrument`: the API of an application
//! - `limits`: how much a client may do
//! - `call`: one call of a handler, as data; `asked`: what it asks and waits for
//! - `gateway`, `room`, `queue`: the machines; the API of queues is with the last
//! - `journal`: what of its storage a machine reads and writes by itself; `stored`: the form of what is stored
//! - `link`, `wire`, `names`: how objects talk, what they say, what they are called
//! - `logging`, `metrics`: what whoever runs it sees
//! - `testing`: [`TestServer`]; `sabotage`, `edition`: for tests of this crate alone
//! - `typescript`: declarations of an application's events for clients in TypeScript, with the feature of that name
//!
//! # Driving a machine
//!
//! 1. Restore it from its stored rows ([`Gateway::restore`], [`Room::restore`], [`Queue::restore`]).
//! 2. Something happens: call its `handle_…` (or `open_…`) with a [`Turn`].
//! 3. Take every output and do it, in order; what is stored is stored before anything is sent.
//! 4. Replies and the progress of calls come back as `handle_reply` and `handle_progress`.
//! 5. At `next_timeout` call `handle_timeout`.
//! 6. When nothing is under way, the machine may be forgotten at any time; go to 1.

mod answer;
mod app;
mod asked;
mod broadcast;
mod call;
mod config;
#[doc(hidden)]
pub mod edition;
mod extract;
mod gateway;
mod handler;
mod history;
mod instrument;
mod journal;
mod limits;
mod link;
mod logging;
mod metrics;
mod names;
mod namespace;
mod outside;
mod pattern;
mod queue;
mod room;
#[doc(hidden)]
pub mod sabotage;
mod socket;
mod sorted;
mod stored;
mod testing;
#[cfg(feature = "typescript")]
pub mod typescript;
mod values;
mod vars;
mod wire;

pub use engine_io::{
    Answer, Conn, Cookie, Cors, Dialect, Frame, Message, Millis, Origins, Refusal, SameSite, Ticket, Version,
};
pub use socket_io::{Binary, IntoPayload, Parser, Payload, Raw, is_reserved};

pub use crate::{
    answer::{Ack, Fault, IntoConnected, IntoOutcome, Outcome, Refused},
    app::{App, EngineHandler, RequestGuard},
    asked::Asked,
    broadcast::{Answers, Broadcast, RemoteSocket},
    call::{Call, CallId, Effect, Handshake, Occasion, Progress, Running, Scope},
    config::{Config, Placement, Recovery},
    extract::{
        Auth, Connecting, Data, DisconnectReason, EventName, FromCall, Kept, Now, ServerSide, SocketData,
        State,
    },
    gateway::{Gateway, Output, Protocol},
    handler::{ConnectHandler, Handler},
    history::{Keep, Message as StoredMessage, PAGE_MAX, Page, Receipt, Stored},
    instrument::{Instrument, Mode},
    journal::{ENTRY_MAX, Entry, Journal, MemoryJournal, Order, StorageFault, TakeValue},
    limits::{Bucket, Buckets, Limits, Rate, network_of},
    logging::{Level, Line},
    metrics::{Counters, Report, exposition},
    names::{Gateways, ID_BYTES, REGISTRY, ROOM_NAME_MAX, RoomKey, gateway_of, shown},
    namespace::Namespace,
    outside::Emission,
    pattern::Params,
    queue::{Counts, Job, Push, Queue, QueueConfig, QueueHandle, QueueOutput, QueueQuery},
    room::{Room, RoomOutput},
    socket::{Io, Socket, Timed},
    testing::{Incoming, Memory, TestClient, TestServer},
    values::{Value as StoredValue, Values},
    vars::{Secret, Vars, same},
    wire::{Card, Found, Peer, Query, WireError},
};

/// What an application needs.
pub mod prelude {
    pub use serde::{Deserialize, Serialize};

    pub use crate::{
        Ack, Answers, App, Asked, Auth, Binary, Data, DisconnectReason, Emission, EventName, Fault,
        Handshake, Io, Keep, Kept, Namespace, Now, Page, Params, Payload, Push, QueueConfig, Raw, Receipt,
        Refused, Socket, SocketData, State, Stored, Values, Vars,
    };
}

/// What a machine may know of the world in one call.
pub struct Turn<'a> {
    /// The time, ms since the epoch.
    pub now: Millis,
    /// A source of unguessable bytes.
    pub random: &'a mut dyn FnMut() -> [u8; ID_BYTES],
    /// The object's journal.
    pub journal: &'a mut dyn Journal,
}

impl std::fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Turn<'_> {
    fn id(&mut self) -> [u8; ID_BYTES] {
        (self.random)()
    }

    /// A number that is greater than all that were given out before, here or in a life before this one.
    fn epoch(&mut self) -> u64 {
        let bytes = (self.random)();
        let noise = bytes.iter().take(2).fold(0, |noise, byte| (noise << 8) | u64::from(*byte));
        (self.now << 16) | noise
    }
}

/// The guides, so that what they show is compiled.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../../docs/admin.md")]
    mod admin {}
    #[doc = include_str!("../../../docs/from-socket-io.md")]
    mod from_socket_io {}
    #[doc = include_str!("../../../docs/getting-started.md")]
    mod getting_started {}
    #[doc = include_str!("../../../docs/queues.md")]
    mod queues {}
    #[doc = include_str!("../../../docs/history.md")]
    mod history {}
    #[doc = include_str!("../../../docs/testing.md")]
    mod testing {}
    #[cfg(feature = "typescript")]
    #[doc = include_str!("../../../docs/typescript.md")]
    mod typescript {}
}
