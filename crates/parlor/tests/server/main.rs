//! Whole applications on the test server. Every test runs three times: with memory kept, with each machine
//! replaced by its own snapshot after every step, and with every object rebuilt from its stored rows whenever
//! nothing is under way.
#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "in tests a panic is a failure, and what is printed tells of it"
)]

mod admin;
mod app;
mod around;
mod costs;
mod handlers;
mod history;
mod limits;
mod lives;
mod observability;
mod questions;
mod queues;
mod recovery;
mod rooms;
mod values;
mod vars;
mod wire;
