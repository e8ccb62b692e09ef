//! A handler is an `async fn`.
use parlor::prelude::*;

fn wrong(_: Socket) {}

fn main() {
    let _ = Namespace::open().on("wrong", wrong);
}
