//! An event of another Gateway belongs to no socket.
use parlor::prelude::*;

async fn changed(data: SocketData<u32>) {
    drop(data);
}

fn main() {
    let _ = Namespace::<u32>::new(async || Ok::<u32, Refused>(1)).on_server_side("changed", changed);
}
