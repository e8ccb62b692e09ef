//! One test binary. Every test of a session runs twice, see `rig`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod handshake;
mod heartbeat;
mod http;
mod polling;
mod properties;
mod rig;
mod script;
mod storage;
mod upgrade;
mod version3;
mod websocket;
mod wire;
