//! Up to eight extractors, in any order, each also as an `Option` or a `Result`.
use parlor::prelude::*;

async fn eight(
    _: Data<(u8, Option<String>)>,
    _: Socket,
    _: Io,
    _: SocketData<u32>,
    _: EventName,
    _: Handshake,
    _: Now,
    _: Payload,
) -> Result<Ack<&'static str>, Fault> {
    Ok(Ack("done"))
}

async fn perhaps(_: Option<Data<u8>>, _: Result<Data<String>, Fault>, _: Option<SocketData<u32>>, _: Params) {}

async fn connect(_: Auth<Option<String>>, _: Socket, _: Handshake) -> Result<u32, Refused> {
    Ok(7)
}

async fn any_error() -> Result<(), std::num::ParseIntError> {
    "7".parse::<u8>().map(drop)
}

fn main() {
    let _ = Namespace::new(connect)
        .guard_connect(async || Ok::<(), Refused>(()))
        .guard(any_error)
        .on("eight", eight)
        .on("perhaps", perhaps)
        .on("closure", async |_: Socket, Data(_): Data<String>| Ack(()))
        .on_fallback(any_error)
        .on_disconnect(async |_: DisconnectReason| {});
}
