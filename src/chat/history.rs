//! What was written before: pages of it, and what is found in it.

use parlor_worker::prelude::*;

use super::{
    messages::{Message, Reaction, Reactions, reaction_key},
    rooms::must_be_in,
};
use crate::house::{
    limits::Deed,
    names::{RoomId, lower},
    people::Member,
    room,
};

/// How many messages one answer has.
const PAGE: u64 = 50;
/// How many messages are looked through for one answer of a search: so many pages of so many.
const SEARCH_PAGES: usize = 4;
const SEARCH_PAGE: u64 = 250;

/// A message with its number, and with the reactions to it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Told {
    pub(crate) seq: u64,
    pub(crate) data: Message,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Older {
    pub(crate) room: RoomId,
    /// A number.
    pub(crate) before: u64,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Earlier {
    messages: Vec<Told>,
    /// Whether there are older ones.
    more: bool,
}

pub(super) async fn older(socket: Socket, io: Io, Data(older): Data<Older>) -> Result<Ack<Earlier>, Fault> {
    must_be_in(&socket, &older.room)?;
    Ok(Ack(earlier(&io, older).await?))
}

/// The page of a room before a message.
pub(crate) async fn earlier(io: &Io, Older { room, before }: Older) -> Result<Earlier, Fault> {
    let mut messages = told(io, &room, Page::before(before, PAGE + 1)).await?;
    let more = messages.len() as u64 > PAGE;
    messages.drain(..usize::from(more));
    Ok(Earlier { messages, more })
}

/// A page of a room with its reactions, oldest first; asked at once.
pub(crate) fn told(io: &Io, id: &RoomId, page: Page) -> impl Future<Output = Result<Vec<Told>, Fault>> {
    let stored = room(io, id).history(page);
    async move {
        let mut messages = stored.await?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        add_reactions(io, id, &mut messages).await?;
        Ok(messages)
    }
}

fn read(stored: &Stored) -> Result<Told, Fault> {
    Ok(Told { seq: stored.seq, data: stored.data()? })
}

async fn add_reactions(io: &Io, id: &RoomId, messages: &mut [Told]) -> Result<(), Fault> {
    let keys: Vec<String> = messages.iter().map(|told| reaction_key(told.seq, "*")).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let values = room(io, id).values(&keys).await?;
    for told in messages {
        let prefix = reaction_key(told.seq, "");
        for (key, value) in values.iter().filter(|(key, _)| key.starts_with(&prefix)) {
            let (Reactions { name, emojis }, by) = (value.to()?, key.trim_start_matches(&prefix).to_owned());
            let reactions =
                emojis.into_iter().map(|emoji| Reaction { by: by.clone(), name: name.clone(), emoji });
            told.data.reactions.extend(reactions);
        }
    }
    Ok(())
}

/// One message, if it is there; asked at once.
pub(super) fn one(io: &Io, id: &RoomId, seq: u64) -> impl Future<Output = Result<Told, Fault>> + use<> {
    let page = room(io, id).history(Page::after(seq.saturating_sub(1), 1));
    async move {
        match page.await?.first().filter(|stored| stored.seq == seq) {
            Some(stored) => read(stored),
            None => Err(Fault::new("no such message", "This message is not there any more.")),
        }
    }
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub(super) struct Search {
    room: RoomId,
    words: String,
    /// A number: look before it.
    before: Option<u64>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Found {
    /// Newest first.
    messages: Vec<Told>,
    /// To go on with as `before`; `null` at the room's beginning.
    next: Option<u64>,
}

/// Messages that have all the words. One answer looks through a thousand messages at most.
pub(super) async fn search(
    socket: Socket,
    io: Io,
    mut me: SocketData<Member>,
    Now(now): Now,
    Data(Search { room: id, words, before }): Data<Search>,
) -> Result<Ack<Found>, Fault> {
    me.may(Deed::Search, now)?;
    must_be_in(&socket, &id)?;
    let words: Vec<String> = lower(&words).split_whitespace().take(10).map(str::to_owned).collect();
    if words.is_empty() {
        return Err(Fault::new("no words", "What are you looking for?"));
    }
    let mut found = Found { messages: Vec::new(), next: before };
    for _ in 0..SEARCH_PAGES {
        let page = found.next.map_or(Page::newest(SEARCH_PAGE), |next| Page::before(next, SEARCH_PAGE));
        let stored = room(&io, &id).history(page).await?;
        for stored in stored.iter().rev() {
            let told = read(stored)?;
            let text = lower(told.data.text.as_ref());
            if words.iter().all(|word| text.contains(word)) {
                found.messages.push(told);
            }
        }
        found.next = stored.first().map(|first| first.seq).filter(|first| *first > 1);
        if found.next.is_none() || found.messages.len() >= PAGE as usize {
            break;
        }
    }
    add_reactions(&io, &id, &mut found.messages).await?;
    Ok(Ack(found))
}
