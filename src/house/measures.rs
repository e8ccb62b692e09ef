//! What moderators have taken against people: those who may not speak, or not come in, for a time.

use std::time::Duration;

use parlor::Values;
use parlor_worker::{parlor, prelude::*};

use super::{
    all,
    names::Why,
    people::{Person, refused},
    person,
};

/// The room of those who may not speak, so that a message of anybody else costs no question.
pub(crate) const MUTED: &str = ":muted";

/// Against whom, until when (ms since 1970), and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Measure {
    pub(crate) person: Person,
    pub(crate) until: u64,
    pub(crate) why: Why,
}

impl Measure {
    pub(crate) fn words(&self, what: &str) -> String {
        match self.why.as_ref() {
            "" => format!("{what} by a moderator."),
            why => format!("{what} by a moderator: {why}"),
        }
    }
}

pub(crate) fn mute_key(id: &str) -> String {
    format!("mute:{id}.")
}

pub(crate) fn ban_key(id: &str) -> String {
    format!("ban:{id}.")
}

/// What is said to who may not speak; `null` once they may.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Muted {
    pub(crate) why: Option<String>,
}

/// Refuses who may not come in; gives the words for who may not speak.
pub(crate) async fn check(io: &Io, id: &str) -> Result<Option<String>, Refused> {
    let (mute, ban) = (mute_key(id), ban_key(id));
    let measures: Values = all(io).values(&[&mute, &ban]).await?;
    if let Some(measure) = measures.get::<Measure>(&ban)? {
        return Err(refused("banned", measure.words("You were sent away")));
    }
    Ok(measures.get::<Measure>(&mute)?.map(|measure| measure.words("You were muted")))
}

/// Fails for who may not speak; whose time is over may again.
pub(crate) async fn may_speak(socket: &Socket, io: &Io, me: &Person) -> Result<(), Fault> {
    if !socket.is_in(MUTED) {
        return Ok(());
    }
    if let Some(measure) = all(io).get::<Measure>(&mute_key(&me.id)).await? {
        return Err(Fault::new("muted", measure.words("You were muted")));
    }
    socket.leave(MUTED);
    socket.emit("muted", &Muted { why: None })
}

pub(crate) async fn mute(io: &Io, measure: &Measure, time: Duration) -> Result<(), Fault> {
    let id = &measure.person.id;
    all(io).set_for(&mute_key(id), measure, time).await?;
    person(io, id).join_all(MUTED).await?;
    person(io, id).emit("muted", &Muted { why: Some(measure.words("You were muted")) })
}

pub(crate) async fn unmute(io: &Io, id: &str) -> Result<(), Fault> {
    all(io).remove(&mute_key(id)).await?;
    person(io, id).leave_all(MUTED).await?;
    person(io, id).emit("muted", &Muted { why: None })
}

/// What is said to who is sent away.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct SentAway {
    pub(crate) why: String,
}

/// Closes all connections of a person, who is told why.
pub(crate) async fn send_away(io: &Io, measure: &Measure) -> Result<(), Fault> {
    person(io, &measure.person.id)
        .emit("sent away", &SentAway { why: measure.words("You were sent away") })?;
    person(io, &measure.person.id).disconnect_all(true).await
}
