//! The shell: runs a [`parlor`] application on Cloudflare Workers. It holds no rule, only plumbing; it is the
//! only crate that knows `worker`.
//!
//! ```text
//! use parlor_worker::prelude::*;
//!
//! fn app() -> App {
//!     App::new().namespace("/", Namespace::open())
//! }
//!
//! parlor_worker::durable_objects! { app; Gateway, Room, Queue }
//!
//! #[event(fetch)]
//! async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
//!     parlor_worker::serve(app, request, &env).await
//! }
//! ```
//!
//! `wrangler.toml` binds the classes as `GATEWAY`, `ROOM` and `QUEUE`, and static files as `ASSETS`. An application
//! without queues may leave out the last: `durable_objects! { app; Gateway, Room }`.
//!
//! # Layout
//!
//! - `edge`: the stateless Worker: refuses what is wrong, finds the Gateway, forwards; `client_files`: what it serves
//!   beside that
//! - `emit`, `jobs`: emitting, and queues, from outside of the objects; `outside`: what they share
//! - `gateway`, `room`, `queue`: the objects, each a machine of [`parlor`] with its outputs carried out; `object`: what the
//!   last two share
//! - `sockets`, `store`, `alarm`, `awake`, `listener`, `http`, `peers`, `rate`, `settings`: what they are plumbed with
//! - `log`, `metrics`, `panics`: what whoever runs it sees
//! - `macros`: [`durable_objects!`]

mod alarm;
mod awake;
mod client_files;
mod edge;
mod emit;
mod gateway;
mod http;
mod jobs;
mod listener;
mod log;
mod macros;
mod metrics;
mod object;
mod outside;
mod panics;
mod peers;
mod queue;
mod random;
mod rate;
mod room;
mod settings;
mod sockets;
mod store;

pub use parlor;

pub use crate::{
    edge::serve,
    emit::{emit, emit_through, serve_emit},
    gateway::GatewayShell,
    jobs::{push, serve_queue},
    panics::report_panics,
    queue::QueueShell,
    room::RoomShell,
};

/// What an application on Workers needs.
pub mod prelude {
    pub use parlor::prelude::*;
    pub use worker::{Context, Env, Request, Response, event};
}

/// The time, ms since the epoch. It stands still while code runs, and moves with each event.
fn now() -> parlor::Millis {
    worker::js_sys::Date::now() as parlor::Millis
}
