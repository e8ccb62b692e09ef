//! The crate from outside. Every test of a machine runs twice, the second time with the machine replaced by
//! what a store would give back after each step (see `rig`).
#![allow(clippy::unwrap_used, clippy::panic)]

mod connection;
mod json;
mod map;
mod msgpack;
mod packets;
mod payload;
mod properties;
mod rig;
mod rooms;
mod version3;
