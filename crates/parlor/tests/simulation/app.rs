//! The application of the simulation: rooms to join and leave, and every way to send to them.

use parlor::{IntoOutcome, Outcome, Recovery, prelude::*};

/// How long a client may be away, ms.
const RECOVERY: u64 = 60_000;

/// Goes round: where it was sent to, and its number.
type Said = (String, u64);

async fn join(socket: Socket, Data(room): Data<String>) -> Ack {
    socket.join(&room);
    Ack(())
}

async fn leave(socket: Socket, Data(room): Data<String>) -> Ack {
    socket.leave(&room);
    Ack(())
}

async fn say(io: Io, Data((room, number)): Data<Said>) -> Result<Ack, Fault> {
    Ok(Ack(io.to(&room).emit("said", (&room, number))?))
}

/// Joins and says in one go: the sender has to hear itself.
async fn enter(socket: Socket, io: Io, Data((room, number)): Data<Said>) -> Result<Ack, Fault> {
    socket.join(&room);
    Ok(Ack(io.to(&room).emit("said", (&room, number))?))
}

async fn shout(io: Io, Data(number): Data<u64>) -> Result<Ack, Fault> {
    Ok(Ack(io.emit("said", ("*", number))?))
}

async fn union(io: Io, Data((one, other, number)): Data<(String, String, u64)>) -> Result<Ack, Fault> {
    Ok(Ack(io.to(&one).to(&other).emit("said", ("*", number))?))
}

/// Stores a message; the client says under which id. What comes behind waits for each second one.
async fn publish(io: Io, Data((room, number)): Data<Said>) -> Outcome {
    let receipt = io.to(&room).once(&number.to_string()).publish("stored", &(&room, number));
    match number % 2 {
        0 => receipt.into_outcome(),
        _ => receipt.await.map(Ack).into_outcome(),
    }
}

/// A page of what is stored: numbers in the history, and of the messages.
async fn history(io: Io, Data((room, after)): Data<Said>) -> Result<Ack<(Vec<(u64, u64)>,)>, Fault> {
    let page = io.to(&room).history(Page::after(after, 50)).await?;
    let numbers = page.iter().map(|stored| Ok((stored.seq, stored.data::<Said>()?.1)));
    Ok(Ack((numbers.collect::<Result<_, Fault>>()?,)))
}

async fn whisper(io: Io, Data((id, number)): Data<Said>) -> Result<Ack, Fault> {
    Ok(Ack(io.to(&id).emit("said", ("", number))?))
}

async fn who(io: Io, Data(room): Data<String>) -> Ack<Vec<String>> {
    let mut ids: Vec<String> =
        io.in_(&room).fetch_sockets().await.iter().map(|one| one.id().to_owned()).collect();
    ids.sort();
    Ack(ids)
}

async fn herd(io: Io, Data((from, to)): Data<(String, String)>) -> Result<Ack, Fault> {
    Ok(Ack(io.in_(&from).join_all(&to).await?))
}

async fn push(io: Io, Data(number): Data<u64>) -> Result<Ack<u64>, Fault> {
    Ok(Ack(io.queue("jobs").push(number).await?))
}

async fn consume(socket: Socket, Data(prefetch): Data<u32>) -> Result<Ack, Fault> {
    Ok(Ack(socket.consume_with("jobs", prefetch, "job")?))
}

async fn stop(socket: Socket) -> Result<Ack, Fault> {
    Ok(Ack(socket.stop_consuming("jobs").await?))
}

pub(crate) fn app(gateways: u32, recovery: bool) -> App {
    let main = Namespace::open()
        .history(Keep::everything())
        .on("publish", publish)
        .on("history", history)
        .on("join", join)
        .on("leave", leave)
        .on("say", say)
        .on("enter", enter)
        .on("shout", shout)
        .on("union", union)
        .on("whisper", whisper)
        .on("who", who)
        .on("herd", herd)
        .on("push", push)
        .on("consume", consume)
        .on("stop", stop);
    let jobs = QueueConfig { visibility: 2_000, backoff: 100, attempts: u32::MAX, ..QueueConfig::default() };
    App::new().gateways_per_location(gateways).queue("jobs", jobs).namespace("/", main).configure(|config| {
        config.connection_state_recovery =
            recovery.then(|| Recovery { max_disconnection_duration: RECOVERY, ..Recovery::default() });
        config.metrics = true; // so that all comes through that it adds to what objects say
    })
}
