//! While a socket connects it has no data yet.
use parlor::prelude::*;

async fn connect(_: SocketData<u32>) -> Result<u32, Refused> {
    Ok(7)
}

fn main() {
    let _ = Namespace::new(connect);
}
