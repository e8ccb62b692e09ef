//! An answer is an `Ack`; a bare value is none.
use parlor::prelude::*;

async fn wrong() -> String {
    "hello".into()
}

fn main() {
    let _ = Namespace::open().on("wrong", wrong);
}
