//! Eight arguments are enough.
use parlor::prelude::*;

async fn wrong(_: Socket, _: Io, _: Io, _: Io, _: Io, _: Io, _: Io, _: Io, _: Io) {}

fn main() {
    let _ = Namespace::open().on("wrong", wrong);
}
