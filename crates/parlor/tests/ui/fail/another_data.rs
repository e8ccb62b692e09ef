//! A socket's data is what the namespace's connect handler returns.
use parlor::prelude::*;

async fn connect() -> Result<u32, Refused> {
    Ok(7)
}

async fn wrong(_: SocketData<String>) {}

fn main() {
    let _ = Namespace::new(connect).on("wrong", wrong);
}
