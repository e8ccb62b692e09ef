//! Whether all is well, once nothing goes wrong any more.

use std::collections::BTreeSet;

use parlor::{Peer, RoomKey};
use serde_json::json;

use super::{REST, World};
use crate::{client::Asked, object::Object};

impl World {
    /// Whether everything still works: everyone is there, hears what is said now, and is on the list.
    pub(super) fn probe(&mut self) -> Result<(), String> {
        self.tell(|_| "all is quiet; does everything work?".into());
        for client in 0..self.clients.len() {
            if self.clients[client].conn.is_none() {
                self.connect(client);
            }
        }
        self.until_rest()?;
        for client in 0..self.clients.len() {
            let session =
                self.clients[client].session.ok_or_else(|| format!("client {client} can't connect"))?;
            // With the memory of its Gateway the handler of an event is lost, and does not run again.
            let asked = self.clients[client].asked.values().next().filter(|_| self.counts.kills == 0);
            if let Some(asked) = asked {
                return Err(format!("client {client} was never acknowledged {asked:?}"));
            }
            for (room, number) in std::mem::take(&mut self.clients[client].unsent) {
                self.publish(client, room, number);
            }
            for room in self.rooms.clone() {
                let number = self.model.message(&room, &[&room], session, self.now);
                self.ask(client, Asked::Said, &json!(["say", room, number]));
                let number = self.model.publication(&room, session, self.now);
                self.publish(client, room, number);
            }
            let number = self.model.message("*", &[], session, self.now);
            self.ask(client, Asked::Said, &json!(["shout", number]));
        }
        self.until_rest()?;
        let losses = std::mem::take(&mut self.model.losses);
        let checked = self.model.check_since(self.now - REST);
        self.model.losses = losses;
        checked?;
        for room in self.rooms.clone() {
            self.read_history(&room)?;
            self.ask(0, Asked::Who(room.clone()), &json!(["who", room]));
            self.until_rest()?;
            let (_, roster) = self.clients[0].roster.take().ok_or("no answer to `who`")?;
            let listed: BTreeSet<String> = roster.iter().cloned().collect();
            let (sure, perhaps) = self.model.members(&room);
            if !sure.is_subset(&listed) || !listed.is_subset(&perhaps) || listed.len() != roster.len() {
                return Err(format!(
                    "in {room} are {sure:?}, perhaps {perhaps:?}, but it is said to be {roster:?}"
                ));
            }
        }
        Ok(())
    }

    /// Whether a room's history is as it was said to be.
    fn read_history(&mut self, room: &str) -> Result<(), String> {
        let mut history: Vec<(u64, u64)> = Vec::new();
        loop {
            let after = history.last().map_or(0, |(seq, _)| *seq);
            self.ask(0, Asked::History, &json!(["history", room, after]));
            self.until_rest()?;
            let page = self.clients[0].page.take().ok_or("no answer to `history`")?;
            if page.is_empty() {
                return self.model.check_history(room, &history);
            }
            history.extend(page);
        }
    }

    /// Whether each Room knows those Gateways that have members, and no others.
    pub(super) fn no_ghosts(&self) -> Result<(), String> {
        for room in &self.rooms {
            let gateways = |ids: BTreeSet<String>| -> BTreeSet<String> {
                let sessions = self.model.sessions.iter().filter(|session| session.until.is_none());
                sessions.filter(|one| ids.contains(&one.id)).map(|one| one.gateway.clone()).collect()
            };
            let (sure, perhaps) = self.model.members(room);
            let (sure, perhaps) = (gateways(sure), gateways(perhaps));
            let object = self.objects.get(&Peer::Room(RoomKey::room("/", room)));
            let known: BTreeSet<String> = object
                .and_then(Object::room)
                .map(|room| room.gateways().map(str::to_owned).collect())
                .unwrap_or_default();
            if !sure.is_subset(&known) || !known.is_subset(&perhaps) {
                return Err(format!(
                    "{room} has members on {sure:?}, perhaps {perhaps:?}, its Room says on {known:?}"
                ));
            }
        }
        Ok(())
    }
}
