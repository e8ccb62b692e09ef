//! A bare type is no extractor: the event's arguments come as `Data<String>`.
use parlor::prelude::*;

async fn wrong(_: Socket, _: String) {}

fn main() {
    let _ = Namespace::open().on("wrong", wrong);
}
