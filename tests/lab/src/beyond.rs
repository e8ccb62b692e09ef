//! The namespace `/beyond`: what is outside of the contract, because Node's server has no such thing, or another.

use std::time::Duration;

use parlor_worker::prelude::*;

use crate::main_namespace;

/// The names of the events that a socket was sent.
type Seen = Vec<String>;

pub(crate) fn namespace() -> Namespace<Seen> {
    Namespace::new(async || Ok::<Seen, Refused>(Seen::new()))
        .on("echo", async |payload: Payload| Ack(payload))
        .on("hang", async || std::future::pending::<()>().await)
        .on("order", order)
        .on_answer("answered", answered)
        .on("variable", variable)
        .on("word", async |vars: Vars, Data(name): Data<String>| Ack(vars.get(&name).to_owned()))
        .on("join", main_namespace::join)
        .on("count", count)
        .on("rally", rally)
        .on_server_side("rally", rallied)
        .on("seen", async |seen: SocketData<Seen>| Ack(seen.clone()))
        .on_any_outgoing(saw)
}

async fn order(socket: Socket, Data((dish, ms)): Data<(String, u64)>) -> Result<Ack, Fault> {
    let patient = socket.timeout(Duration::from_millis(ms));
    Ok(Ack(patient.emit_then("sure?", &dish, "answered", &dish)?))
}

async fn answered(
    socket: Socket,
    Kept(dish): Kept<String>,
    sure: Result<Data<bool>, Fault>,
) -> Result<(), Fault> {
    match sure {
        Ok(Data(sure)) => socket.emit("answered", (dish, sure)),
        Err(fault) => socket.emit("answered", (dish, fault.is_timeout().then_some("timeout"))),
    }
}

async fn variable(env: State<Env>, Data(name): Data<String>) -> Ack<Option<String>> {
    Ack(env.var(&name).ok().map(|value| value.to_string()))
}

async fn count(io: Io, Data(room): Data<Option<String>>) -> Ack<usize> {
    Ack(match room {
        Some(room) => io.to(&room).count().await,
        None => io.all().count().await,
    })
}

async fn rally(io: Io, Data(call): Data<String>) -> Result<Ack<Vec<String>>, Fault> {
    let answers = io.server_side_emit_with_ack("rally", &call).await?;
    Ok(Ack(answers.answers.iter().filter_map(|answer| answer.to().ok()).collect()))
}

async fn rallied(io: Io, Data(call): Data<String>) -> Result<Ack<String>, Fault> {
    io.to(&call).emit("rallied", &call)?;
    Ok(Ack(call))
}

async fn saw(mut seen: SocketData<Seen>, EventName(name): EventName) {
    seen.push(name);
}
