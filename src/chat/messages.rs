//! What people write, and what becomes of it: stored before it is acknowledged, in the room's one order.

use parlor_worker::prelude::*;

use super::{
    files::{self, File},
    history::{Told, one},
    keep_room,
    rooms::must_be_in,
};
use crate::{
    house::{
        limits::Deed,
        measures::may_speak,
        names::{Kind, Name, RoomId, Text, is_seen},
        people::{Member, Person, by_id, mentioned},
        person, room,
        rooms::{self, Card},
    },
    notifications::{self, Notice, NoticeKind},
};

/// How many characters of a message are quoted where it is replied to.
const QUOTE: usize = 200;
const FILES_MAX: usize = 10;
const EMOJIS_MAX: usize = 5;

/// A message as it is stored, and as everybody in the room gets it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub(crate) struct Message {
    pub(crate) room: RoomId,
    /// Made by the sender.
    pub(crate) id: String,
    pub(crate) from: Person,
    /// When it was written, ms since 1970.
    pub(crate) at: u64,
    pub(crate) text: Text,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) reply: Option<Quote>,
    pub(crate) files: Vec<File>,
    /// Who is mentioned in the text.
    pub(crate) mentions: Vec<Person>,
    /// When it was changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) edited: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) removed: Option<By>,
    /// Not of a live one.
    #[serde(default)]
    pub(crate) reactions: Vec<Reaction>,
}

/// The message that another one replies to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Quote {
    seq: u64,
    from: Person,
    text: String,
}

/// Who has removed a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    Author,
    Moderator,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Reaction {
    /// The person's id.
    pub(crate) by: String,
    pub(crate) name: Name,
    pub(crate) emoji: String,
}

/// What is kept of one person's reactions to one message.
#[derive(Serialize, Deserialize)]
pub(super) struct Reactions {
    pub(super) name: Name,
    pub(super) emojis: Vec<String>,
}

/// Where a person's reactions to a message are kept: a key for each person, so that no two change the same one at once.
pub(super) fn reaction_key(seq: u64, by: &str) -> String {
    format!("reaction:{seq:012}.{by}")
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub(super) struct Say {
    room: RoomId,
    /// Made by the sender, so that a message that is sent again is known again.
    id: String,
    text: Text,
    /// The number of the message that it replies to.
    reply: Option<u64>,
    files: Vec<File>,
}

/// That a message is stored.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Receipt {
    seq: u64,
    at: u64,
}

/// Stores a message and tells the room; and tells those whom it concerns, wherever they are, before it is acknowledged.
/// So a client that sends again what was not acknowledged has all of it done, once.
pub(super) async fn say(
    socket: Socket,
    io: Io,
    vars: Vars,
    mut me: SocketData<Member>,
    Now(at): Now,
    Data(say): Data<Say>,
) -> Result<Ack<Receipt>, Fault> {
    must_be_in(&socket, &say.room)?;
    check(&say, &me.person)?;
    me.may(Deed::Say, at)?;
    let from = me.person.clone();
    may_speak(&socket, &io, &from).await?;
    let quoted = say.reply.map(|seq| one(&io, &say.room, seq));
    let mentions = mentioned(&io, say.text.as_ref()).await?;
    let reply = match quoted {
        Some(message) => Some(quote(message.await?)),
        None => None,
    };
    let Say { room: id, id: key, text, files, .. } = say;
    let message = Message {
        room: id.clone(),
        id: key,
        from,
        at,
        text,
        reply,
        files,
        mentions,
        edited: None,
        removed: None,
        reactions: Vec::new(),
    };
    let once = format!("{}:{}", me.person.id, message.id);
    let seq = room(&io, &id).once(&once).publish("said", &message).await?.seq;
    tell_concerned(&socket, &io, &vars, &message, seq).await?;
    Ok(Ack(Receipt { seq, at }))
}

fn check(say: &Say, me: &Person) -> Result<(), Fault> {
    if !(1..=64).contains(&say.id.len()) {
        return Err(Fault::new("bad id", "The id of a message has 1 to 64 characters."));
    }
    if say.text.is_blank() && say.files.is_empty() {
        return Err(Fault::new("empty", "There is nothing in this message."));
    }
    if say.files.len() > FILES_MAX {
        return Err(Fault::new("too many files", format!("A message has at most {FILES_MAX} files.")));
    }
    say.files.iter().try_for_each(|file| file.check(&me.id))
}

fn quote(Told { seq, data }: Told) -> Quote {
    Quote { seq, from: data.from, text: data.text.as_ref().chars().take(QUOTE).collect() }
}

/// Notices for the other one of a room for two, and for who is mentioned. Of a private room, and of one that is not there
/// for them, only those are told who are in it: the room's id is its key.
async fn tell_concerned(
    socket: &Socket,
    io: &Io,
    vars: &Vars,
    message: &Message,
    seq: u64,
) -> Result<(), Fault> {
    let me = &message.from;
    let id = &message.room;
    let key = format!("room:{}.", id.as_ref());
    let once = format!("{}:{seq}", id.as_ref());
    let notice = |kind, room| Notice {
        kind,
        room,
        seq,
        from: me.clone(),
        text: message.text.as_ref().chars().take(QUOTE).collect(),
        at: message.at,
    };
    if let Some(other) = id.other(&me.id) {
        let other = by_id(io, vars, other).await?;
        let card = rooms::direct(&other, me);
        keep_room(io, socket, &other.id, &card).await?;
        return notifications::tell(io, &other, &notice(NoticeKind::Direct, card), &once).await.map(drop);
    }
    let others: Vec<&Person> = message.mentions.iter().filter(|other| other.id != me.id).collect();
    if others.is_empty() {
        return Ok(());
    }
    let notice = notice(NoticeKind::Mention, rooms::card(io, vars, me, id).await?);
    let is_public = id.kind() == Kind::Public;
    // Each is asked and told at once, not one after another.
    let asked: Vec<_> =
        others.iter().map(|other| (!is_public).then(|| person(io, &other.id).get::<Card>(&key))).collect();
    let mut told = Vec::new();
    for (other, asked) in others.into_iter().zip(asked) {
        let may_know = match asked {
            Some(card) => card.await?.is_some(),
            None => true,
        };
        told.extend(may_know.then(|| notifications::tell(io, other, &notice, &once)));
    }
    for told in told {
        told.await?;
    }
    Ok(())
}

/// A message that is not as it was.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Altered<'a> {
    room: &'a RoomId,
    seq: u64,
    data: &'a Message,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Edit {
    room: RoomId,
    seq: u64,
    text: Text,
}

pub(super) async fn edit(
    socket: Socket,
    io: Io,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(Edit { room, seq, text }): Data<Edit>,
) -> Result<Ack, Fault> {
    me.may(Deed::Change, now)?;
    let message = own(&socket, &io, &me.person, &room, seq).await?;
    may_speak(&socket, &io, &me.person).await?;
    if text.is_blank() && message.files.is_empty() {
        return Err(Fault::new("empty", "There is nothing in this message. You can remove it."));
    }
    let mentions = mentioned(&io, text.as_ref()).await?;
    alter(&io, seq, &Message { text, mentions, edited: Some(now), ..message }).await?;
    Ok(Ack(()))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Nth {
    room: RoomId,
    seq: u64,
}

pub(super) async fn remove(
    socket: Socket,
    io: Io,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(Nth { room, seq }): Data<Nth>,
) -> Result<Ack, Fault> {
    me.may(Deed::Change, now)?;
    let message = own(&socket, &io, &me.person, &room, seq).await?;
    take_back(&io, seq, message, By::Author).await?;
    Ok(Ack(()))
}

/// One of a person's own messages, to change it.
async fn own(socket: &Socket, io: &Io, me: &Person, room: &RoomId, seq: u64) -> Result<Message, Fault> {
    must_be_in(socket, room)?;
    let message = one(io, room, seq).await?.data;
    match message.from.id == me.id && message.removed.is_none() {
        true => Ok(message),
        false => Err(Fault::new("not yours", "This message is not yours to change.")),
    }
}

/// Removes a message for a moderator.
pub(crate) async fn take_down(io: &Io, room: &RoomId, seq: u64) -> Result<Person, Fault> {
    let message = one(io, room, seq).await?.data;
    let author = message.from.clone();
    take_back(io, seq, message, By::Moderator).await?;
    Ok(author)
}

async fn take_back(io: &Io, seq: u64, message: Message, by: By) -> Result<(), Fault> {
    for file in &message.files {
        files::erase(io, file).await?;
    }
    room(io, &message.room).remove(&reaction_key(seq, "*")).await?;
    let Message { room, id, from, at, .. } = message;
    let gone = Message {
        room,
        id,
        from,
        at,
        text: Text::default(),
        reply: None,
        files: Vec::new(),
        mentions: Vec::new(),
        edited: None,
        removed: Some(by),
        reactions: Vec::new(),
    };
    alter(io, seq, &gone).await
}

async fn alter(io: &Io, seq: u64, message: &Message) -> Result<(), Fault> {
    let id = &message.room;
    room(io, id).replace(seq, message).await?;
    room(io, id).emit("changed", &Altered { room: id, seq, data: message })
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct React {
    room: RoomId,
    seq: u64,
    emoji: String,
    on: bool,
}

/// Somebody likes a message, or does not any more.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Reacted<'a> {
    room: &'a RoomId,
    seq: u64,
    /// The person's id.
    by: &'a str,
    name: &'a Name,
    emoji: &'a str,
    on: bool,
}

pub(super) async fn react(
    socket: Socket,
    io: Io,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(React { room: id, seq, emoji, on }): Data<React>,
) -> Result<Ack, Fault> {
    me.may(Deed::Change, now)?;
    must_be_in(&socket, &id)?;
    may_speak(&socket, &io, &me.person).await?;
    if !is_emoji(&emoji) {
        return Err(Fault::new("bad emoji", "That is no emoji."));
    }
    let key = reaction_key(seq, &me.person.id);
    let (message, kept) = (one(&io, &id, seq), room(&io, &id).get::<Reactions>(&key));
    let (message, kept) = (message.await?.data, kept.await?);
    if message.removed.is_some() {
        return Err(Fault::new("no such message", "This message is not there any more."));
    }
    let mut emojis = kept.map(|kept| kept.emojis).unwrap_or_default();
    emojis.retain(|known| *known != emoji);
    if on {
        if emojis.len() >= EMOJIS_MAX {
            let words = format!("You have put {EMOJIS_MAX} emojis there already.");
            return Err(Fault::new("too many", words));
        }
        emojis.push(emoji.clone());
    }
    let name = &me.person.name;
    match emojis.is_empty() {
        true => room(&io, &id).remove(&key).await?,
        false => room(&io, &id).set_for(&key, &Reactions { name: name.clone(), emojis }, super::KEEP).await?,
    }
    let reacted = Reacted { room: &id, seq, by: &me.person.id, name, emoji: &emoji, on };
    io.in_(id.as_ref()).emit("reacted", &reacted)?;
    Ok(Ack(()))
}

/// Roughly: a few characters, none of them of a word, none that turns the direction of what follows, or is put over it.
fn is_emoji(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() && !c.is_ascii_digit() || c.is_whitespace();
    let stray = |c: char| c != '\u{200d}' && !is_seen(c) || matches!(c, '\u{300}'..='\u{36f}');
    let fits = (1..=16).contains(&text.chars().count()) && !text.is_ascii();
    fits && !text.chars().any(|c| plain(c) || stray(c))
}
