//! What moderators see: rooms, people, connections, and what waits.

use parlor_worker::prelude::*;

use crate::{
    chat::{Earlier, Older, earlier},
    house::{
        all,
        measures::Measure,
        names::{Kind, Name, RoomId, Why},
        people::{Present, by_id, each_person, tabs},
        room,
        rooms::{self, Card, Sign, closed_key, rooms_of},
    },
    notifications::inbox_of,
};

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Overview {
    /// The public ones, and those that somebody is in.
    rooms: Vec<Seen>,
    people: Vec<Guest>,
    /// Sockets in the chat, in the notifications, and of moderators.
    connections: usize,
    notifications: usize,
    moderators: usize,
    bans: Vec<Ban>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Seen {
    room: Card,
    people: usize,
    /// Why it is closed, if it is.
    closed: Option<Why>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Guest {
    id: String,
    name: Name,
    away: bool,
    rooms: Vec<String>,
    connections: usize,
    /// Until when they may not speak, if so.
    muted: Option<u64>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct Ban {
    id: String,
    name: Name,
    until: u64,
    why: Why,
}

pub(super) async fn overview(io: Io) -> Result<Ack<Overview>, Fault> {
    let (notifications, moderators) = (io.of("/notifications").count(), io.all().count());
    let (sockets, measures) = (all(&io).fetch_sockets(), all(&io).values(&["mute:*", "ban:*"]));
    let public = rooms::public(&io).await?;
    let (sockets, measures) = (sockets.await, measures.await?);
    let (notifications, moderators) = (notifications.await, moderators.await);

    let mut people = Vec::new();
    for (Present { id, name, away }, tabs) in each_person(&tabs(&sockets)) {
        let muted = measures.get::<Measure>(&format!("mute:{id}."))?.map(|measure| measure.until);
        let rooms = rooms_of(tabs.iter().map(|(_, tab)| *tab)).into_iter().map(str::to_owned).collect();
        people.push(Guest { id, name, away, rooms, connections: tabs.len(), muted });
    }
    let mut rooms: Vec<Seen> = public
        .into_iter()
        .map(|(listed, closed)| Seen { room: listed.room, people: listed.people, closed })
        .collect();
    for heads in rooms::heads(&sockets).chunk_by(|(one, _), (other, _)| one == other) {
        let id = heads.first().and_then(|(room, _)| RoomId::try_from(room.clone()).ok());
        if let Some(id) = id.filter(|id| id.kind() != Kind::Public) {
            rooms.push(Seen { people: heads.len(), ..of_others(&io, id, &people).await? });
        }
    }
    let bans = measures.iter().filter(|(key, _)| key.starts_with("ban:"));
    let bans = bans.map(|(_, value)| {
        let Measure { person, until, why } = value.to()?;
        Ok(Ban { id: person.id, name: person.name, until, why })
    });
    let bans = bans.collect::<Result<_, Fault>>()?;
    Ok(Ack(Overview { rooms, people, connections: sockets.len(), notifications, moderators, bans }))
}

/// A private room, or one for two.
async fn of_others(io: &Io, id: RoomId, people: &[Guest]) -> Result<Seen, Fault> {
    let closed = all(io).get(&closed_key(&id)).await?;
    let sign = match id.kind() {
        Kind::Direct => {
            let pair = id.as_ref().trim_start_matches('@').split('.');
            let guest = |id: &str| people.iter().find(|guest| guest.id == id);
            let names = pair.map(|id| guest(id).map_or("somebody", |guest| guest.name.as_ref()));
            Sign { name: names.collect::<Vec<_>>().join(" and "), topic: Why::default() }
        }
        _ => room(io, &id)
            .get("card")
            .await?
            .unwrap_or_else(|| Sign { name: String::new(), topic: Why::default() }),
    };
    Ok(Seen { room: sign.card(id), people: 0, closed })
}

/// What waits for a person.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct Waiting {
    ready: u64,
    held: u64,
    dead: u64,
}

pub(super) async fn queue(io: Io, vars: Vars, Data(id): Data<String>) -> Result<Ack<Waiting>, Fault> {
    let person = by_id(&io, &vars, &id).await?;
    let counts = io.queue(&inbox_of(&person.id)).counts().await?;
    let (ready, held, dead) = (counts.ready as u64, counts.held as u64, counts.dead as u64);
    Ok(Ack(Waiting { ready, held, dead }))
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
pub(super) struct Look {
    room: RoomId,
    before: Option<u64>,
}

/// What is written in a room, to look at before something is removed.
pub(super) async fn messages(io: Io, Data(Look { room, before }): Data<Look>) -> Result<Ack<Earlier>, Fault> {
    Ok(Ack(earlier(&io, Older { room, before: before.unwrap_or(u64::MAX) }).await?))
}
