//! What moderators do. Each is in the log once it is done.

use std::time::Duration;

use parlor_worker::prelude::*;

use super::log::Entry;
use crate::{
    chat::messages::take_down,
    house::{
        all,
        measures::{self, Measure, ban_key, send_away},
        names::{Kind, Name, RoomId, RoomName, Text, Why},
        people::{self, Person, by_id},
        room,
        rooms::{self, Card, closed_key},
    },
    notifications::{Announcement, inbox_of},
};

/// The longest that somebody is muted or banned: a year.
const MINUTES_MAX: u64 = 366 * 24 * 60;

pub(super) async fn empty_queue(
    io: Io,
    vars: Vars,
    me: SocketData<Person>,
    Now(now): Now,
    Data(id): Data<String>,
) -> Result<Ack<u64>, Fault> {
    let whom = by_id(&io, &vars, &id).await?;
    let gone = io.queue(&inbox_of(&whom.id)).purge().await?;
    Entry { whom: Some(whom), ..Entry::new(&me, now, "empty queue") }.write(&io).await?;
    Ok(Ack(gone))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Rename {
    room: RoomId,
    name: RoomName,
}

pub(super) async fn rename_room(
    io: Io,
    vars: Vars,
    me: SocketData<Person>,
    Now(now): Now,
    Data(Rename { room: id, name }): Data<Rename>,
) -> Result<Ack, Fault> {
    let name = name.as_ref().to_owned();
    let card = Card { name, ..rooms::card(&io, &vars, &me, &id).await? };
    rooms::put(&io, &card).await?;
    let changed = crate::chat::Changed { room: &card };
    match id.kind() {
        Kind::Public => all(&io).emit("room", &changed)?,
        _ => room(&io, &id).emit("room", &changed)?,
    }
    Entry { room: Some(id), ..Entry::new(&me, now, "rename room") }.write(&io).await
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Close {
    room: RoomId,
    why: Why,
}

/// A room is closed; in the words in which who comes later is told of it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Closed<'a> {
    room: &'a RoomId,
    why: String,
}

pub(super) async fn close_room(
    io: Io,
    me: SocketData<Person>,
    Now(now): Now,
    Data(Close { room: id, why }): Data<Close>,
) -> Result<Ack, Fault> {
    all(&io).set(&closed_key(&id), &why).await?;
    let closed = Closed { room: &id, why: rooms::closed_words(&why) };
    match id.kind() {
        Kind::Public => all(&io).emit("closed", &closed)?,
        _ => room(&io, &id).emit("closed", &closed)?,
    }
    room(&io, &id).leave_all(id.as_ref()).await?;
    Entry { room: Some(id), why: Some(why), ..Entry::new(&me, now, "close room") }.write(&io).await
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Which {
    room: RoomId,
}

pub(super) async fn open_room(
    io: Io,
    me: SocketData<Person>,
    Now(now): Now,
    Data(Which { room }): Data<Which>,
) -> Result<Ack, Fault> {
    all(&io).remove(&closed_key(&room)).await?;
    Entry { room: Some(room), ..Entry::new(&me, now, "open room") }.write(&io).await
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct TakeDown {
    room: RoomId,
    seq: u64,
    why: Why,
}

pub(super) async fn remove_message(
    io: Io,
    me: SocketData<Person>,
    Now(now): Now,
    Data(TakeDown { room, seq, why }): Data<TakeDown>,
) -> Result<Ack, Fault> {
    let author = take_down(&io, &room, seq).await?;
    let entry = Entry::new(&me, now, "remove message");
    Entry { whom: Some(author), room: Some(room), why: Some(why), ..entry }.write(&io).await
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct ForTime {
    id: String,
    name: Name,
    minutes: u64,
    why: Why,
}

impl ForTime {
    fn measure(self, vars: &Vars, now: u64) -> Result<(Measure, Duration), Fault> {
        let person = genuine(vars, self.id, self.name)?;
        let time = Duration::from_secs(self.minutes.clamp(1, MINUTES_MAX) * 60);
        Ok((Measure { person, until: now + time.as_millis() as u64, why: self.why }, time))
    }
}

/// Somebody that there is, or was.
fn genuine(vars: &Vars, id: String, name: Name) -> Result<Person, Fault> {
    match crate::house::token::Keys::new(vars).made(&id) {
        true => Ok(Person { id, name }),
        false => Err(Fault::new("nobody", "There is no such person.")),
    }
}

impl Entry {
    fn of(by: &Person, at: u64, what: &str, measure: Measure) -> Self {
        let Measure { person, until, why } = measure;
        Self { whom: Some(person), until: Some(until), why: Some(why), ..Self::new(by, at, what) }
    }
}

pub(super) async fn mute(
    io: Io,
    vars: Vars,
    me: SocketData<Person>,
    Now(now): Now,
    Data(mute): Data<ForTime>,
) -> Result<Ack, Fault> {
    let (measure, time) = mute.measure(&vars, now)?;
    measures::mute(&io, &measure, time).await?;
    Entry::of(&me, now, "mute", measure).write(&io).await
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Whom {
    id: String,
    name: Name,
}

pub(super) async fn unmute(
    io: Io,
    vars: Vars,
    me: SocketData<Person>,
    Now(now): Now,
    Data(Whom { id, name }): Data<Whom>,
) -> Result<Ack, Fault> {
    let whom = genuine(&vars, id, name)?;
    measures::unmute(&io, &whom.id).await?;
    Entry { whom: Some(whom), ..Entry::new(&me, now, "unmute") }.write(&io).await
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Kick {
    id: String,
    name: Name,
    why: Why,
}

pub(super) async fn kick(
    io: Io,
    vars: Vars,
    me: SocketData<Person>,
    Now(now): Now,
    Data(Kick { id, name, why }): Data<Kick>,
) -> Result<Ack, Fault> {
    let measure = Measure { person: genuine(&vars, id, name)?, until: now, why };
    send_away(&io, &measure).await?;
    Entry { until: None, ..Entry::of(&me, now, "kick", measure) }.write(&io).await
}

pub(super) async fn ban(
    io: Io,
    vars: Vars,
    me: SocketData<Person>,
    Now(now): Now,
    Data(ban): Data<ForTime>,
) -> Result<Ack, Fault> {
    let (measure, time) = ban.measure(&vars, now)?;
    all(&io).set_for(&ban_key(&measure.person.id), &measure, time).await?;
    send_away(&io, &measure).await?;
    Entry::of(&me, now, "ban", measure).write(&io).await
}

pub(super) async fn unban(
    io: Io,
    vars: Vars,
    me: SocketData<Person>,
    Now(now): Now,
    Data(Whom { id, name }): Data<Whom>,
) -> Result<Ack, Fault> {
    let whom = genuine(&vars, id, name)?;
    all(&io).remove(&ban_key(&whom.id)).await?;
    Entry { whom: Some(whom), ..Entry::new(&me, now, "unban") }.write(&io).await
}

/// Sends a person away, and removes what is kept of them. The log says that it was done, and not of whom.
pub(super) async fn forget(
    io: Io,
    vars: Vars,
    me: SocketData<Person>,
    Now(now): Now,
    Data(id): Data<String>,
) -> Result<Ack, Fault> {
    let measure = Measure { person: by_id(&io, &vars, &id).await?, until: now, why: Why::default() };
    send_away(&io, &measure).await?;
    io.queue(&inbox_of(&measure.person.id)).purge().await?;
    people::forget(&io, &measure.person).await?;
    Entry::new(&me, now, "forget").write(&io).await
}

pub(super) async fn announce(
    socket: Socket,
    io: Io,
    me: SocketData<Person>,
    Now(at): Now,
    Data(text): Data<Text>,
) -> Result<Ack, Fault> {
    if text.is_blank() {
        return Err(Fault::new("empty", "There is nothing to announce."));
    }
    let id = format!("{}:{at}", socket.id());
    io.of("/notifications").emit("announcement", &Announcement { id, text: text.as_ref(), by: &me, at })?;
    let why =
        Why::try_from(text.as_ref().chars().take(200).filter(|c| !c.is_control()).collect::<String>()).ok();
    Entry { why, ..Entry::new(&me, at, "announce") }.write(&io).await
}
