//! What moderators have taken against people: those who may not speak, or not come in, for a time.

use std::time::Duration;

use parlor::Values;
use parlor_worker::{parlor, prelude::*};

use super::{
    all,
    names::{Name, Why},
    people::{Person, called_key, refused},
    person, person_room,
    rooms::{rooms_of, tell_all_left},
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

/// What is kept about somebody who comes in.
#[derive(Debug)]
pub(crate) struct AtDoor {
    /// What they are called since they were here last.
    pub(crate) called: Option<Name>,
    /// The words for who may not speak.
    pub(crate) muted: Option<String>,
}

/// Refuses who may not come in.
pub(crate) async fn check(io: &Io, id: &str) -> Result<AtDoor, Refused> {
    let (called, mute, ban) = (called_key(id), mute_key(id), ban_key(id));
    let kept: Values = all(io).values(&[&called, &mute, &ban]).await?;
    if let Some(measure) = kept.get::<Measure>(&ban)? {
        return Err(refused("banned", measure.words("You were sent away")));
    }
    let muted = kept.get::<Measure>(&mute)?.map(|measure| measure.words("You were muted"));
    Ok(AtDoor { called: kept.get(&called)?, muted })
}

/// For who comes back as the socket that they were: whether they may not speak. Who may not come in any more is sent away, and
/// that is `None`.
pub(crate) async fn check_again(socket: &Socket, io: &Io, id: &str) -> Result<Option<bool>, Fault> {
    let kept: Values = all(io).values(&[&mute_key(id), &ban_key(id)]).await?;
    if let Some(measure) = kept.get::<Measure>(&ban_key(id))? {
        turn_out(socket, &measure)?;
        return Ok(None);
    }
    Ok(Some(kept.get::<Measure>(&mute_key(id))?.is_some()))
}

/// Sends away whom a ban did not find, since they were just coming in.
pub(crate) fn turn_out(socket: &Socket, measure: &Measure) -> Result<(), Fault> {
    socket.emit("sent away", &SentAway { why: measure.words("You were sent away") })?;
    socket.disconnect(true);
    Ok(())
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

/// Closes all connections of a person, who is told why. They leave their rooms before, with all tabs at once: of tabs that
/// go at the same time none would know which is the last.
pub(crate) async fn send_away(io: &Io, measure: &Measure) -> Result<(), Fault> {
    let who = &measure.person;
    let tabs = person(io, &who.id).fetch_sockets().await;
    let rooms = rooms_of(tabs.iter());
    let left: Vec<_> = rooms.iter().map(|room| person(io, &who.id).leave_all(room)).collect();
    for left in left {
        _ = left.await; // what is not done is done when the connections are closed
    }
    _ = tell_all_left(io, who, &rooms).await;
    person(io, &who.id).emit("sent away", &SentAway { why: measure.words("You were sent away") })?;
    let notified = io.of("/notifications").to(&person_room(&who.id));
    let (here, there) = (person(io, &who.id).disconnect_all(true), notified.disconnect_all(true));
    here.await?;
    there.await
}
