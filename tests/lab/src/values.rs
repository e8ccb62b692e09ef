//! The rows of the namespace `/` about what is kept with a room, or with everyone in it.

use std::time::Duration;

use parlor_worker::{parlor::Broadcast, prelude::*};
use serde_json::Value;

fn place(io: &Io, room: Option<&String>) -> Broadcast {
    room.map_or_else(|| io.all(), |room| io.to(room))
}

type Keep = (Option<String>, String, Raw, Option<u64>);

pub(crate) async fn keep(io: Io, Data((room, key, x, ms)): Data<Keep>) -> Result<Ack, Fault> {
    let place = place(&io, room.as_ref());
    match ms {
        Some(ms) => place.set_for(&key, &x, Duration::from_millis(ms)).await?,
        None => place.set(&key, &x).await?,
    }
    Ok(Ack(()))
}

pub(crate) async fn kept(
    io: Io,
    Data((room, key)): Data<(Option<String>, String)>,
) -> Result<Ack<Option<Raw>>, Fault> {
    Ok(Ack(place(&io, room.as_ref()).get(&key).await?))
}

pub(crate) async fn values(
    io: Io,
    Data((room, keys)): Data<(Option<String>, Vec<String>)>,
) -> Result<Ack<(Vec<(String, Raw)>, bool)>, Fault> {
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let values = place(&io, room.as_ref()).values(&keys).await?;
    let read = values.iter().map(|(key, value)| Ok((key.to_owned(), value.to()?)));
    Ok(Ack((read.collect::<Result<_, Fault>>()?, values.is_complete())))
}

type Claim = (Option<String>, String, Value, Option<u64>);

pub(crate) async fn claim(io: Io, Data((room, key, x, ms)): Data<Claim>) -> Result<Ack<Value>, Fault> {
    Ok(Ack(place(&io, room.as_ref()).claim(&key, &x, ms.map(Duration::from_millis)).await?))
}

pub(crate) async fn forget(io: Io, Data((room, keys)): Data<(Option<String>, String)>) -> Result<Ack, Fault> {
    Ok(Ack(place(&io, room.as_ref()).remove(&keys).await?))
}

pub(crate) async fn replace(
    io: Io,
    Data((room, seq, x)): Data<(String, u64, Raw)>,
) -> Result<Ack<bool>, Fault> {
    Ok(Ack(io.to(&room).replace(seq, &x).await?))
}
