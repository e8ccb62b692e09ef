//! What people do.

use parlor::{Conn, Peer};
use serde_json::json;

use super::{Event, Line, World};
use crate::{client::Asked, model::Millis};

impl World {
    pub(super) fn up(&mut self, client: usize, frame: String) {
        if let Some(conn) = self.clients[client].conn {
            self.behind(format!("up {conn}"), Event::Up { conn, frame });
        }
    }

    /// Somebody does something.
    pub(super) fn act(&mut self) -> Result<(), String> {
        let client = usize::try_from(self.random.below(self.clients.len() as u64)).unwrap_or_default();
        let Some(session) = self.clients[client].session else {
            if self.clients[client].conn.is_none() {
                self.connect(client);
            }
            return Ok(());
        };
        let room = self.random.pick(&self.rooms).cloned().ok_or("no rooms")?;
        if let Some((room, number)) = self.clients[client].unsent.pop() {
            self.publish(client, room, number);
        }
        match self.random.below(23) {
            0..=3 => self.join_or_leave(client, session, &room),
            4 if self.random.chance(self.weather.herd) => {
                let other = self.random.pick(&self.rooms).cloned().ok_or("no rooms")?;
                if other != room {
                    let members = self.model.herds(&room, &other);
                    let asked = Asked::Herd(room.clone(), other.clone(), members, self.now);
                    self.ask(client, asked, &json!(["herd", room, other]));
                }
            }
            4..=13 => {
                let number = self.model.message(&room, &[&room], session, self.now);
                self.ask(client, Asked::Said, &json!(["say", room, number]));
            }
            14 => {
                let number = self.model.message("*", &[], session, self.now);
                self.ask(client, Asked::Said, &json!(["shout", number]));
            }
            15 => {
                let other = self.random.pick(&self.rooms).cloned().ok_or("no rooms")?;
                let number = self.model.message("*", &[&room, &other], session, self.now);
                self.ask(client, Asked::Said, &json!(["union", room, other, number]));
            }
            16 => {
                let other = self.random.pick(&self.model.sessions).ok_or("nobody is there")?.id.clone();
                let number = self.model.message("", &[], session, self.now);
                self.ask(client, Asked::Said, &json!(["whisper", other, number]));
            }
            17 => self.ask(client, Asked::Who(room.clone()), &json!(["who", room])),
            18 if !self.model.sessions[session].rooms.contains_key(&room) => {
                self.join(session, &room);
                let number = self.model.message(&room, &[&room], session, self.now);
                self.ask(client, Asked::Join(room.clone()), &json!(["enter", room, number]));
            }
            19..=21 => {
                let number = self.model.publication(&room, session, self.now);
                self.publish(client, room, number);
            }
            _ => {
                // Several in a row, so that they wait for each other on their way.
                for _ in 0..5 {
                    let number = self.model.message(&room, &[&room], session, self.now);
                    self.ask(client, Asked::Said, &json!(["say", room, number]));
                }
            }
        }
        Ok(())
    }

    pub(super) fn publish(&mut self, client: usize, room: String, number: u64) {
        let event = json!(["publish", room, number]);
        self.ask(client, Asked::Published(room, number), &event);
    }

    pub(super) fn join(&mut self, session: usize, room: &str) {
        self.model.sessions[session].left.remove(room);
        self.model.sessions[session].rooms.insert(room.to_owned(), None);
    }

    pub(super) fn join_or_leave(&mut self, client: usize, session: usize, room: &str) {
        match self.model.sessions[session].rooms.get(room) {
            None => {
                self.join(session, room);
                self.ask(client, Asked::Join(room.to_owned()), &json!(["join", room]));
            }
            Some(Some(_)) => {
                self.model.sessions[session].rooms.remove(room);
                self.model.sessions[session].leaves.insert(room.to_owned(), self.now);
                self.model.sessions[session].left.insert(room.to_owned(), Millis::MAX); // not yet
                self.ask(client, Asked::Leave(room.to_owned()), &json!(["leave", room]));
            }
            Some(None) => {} // on its way
        }
    }

    pub(super) fn ask(&mut self, client: usize, asked: Asked, event: &serde_json::Value) {
        self.tell(|_| format!("client {client} says {event}"));
        let frame = self.clients[client].ask(asked, event);
        self.up(client, frame);
    }

    pub(super) fn connect(&mut self, client: usize) {
        let conn = self.lines.len() as Conn + 1;
        let gateway = Peer::Gateway(format!("any-{}", self.random.below(u64::from(self.gateways))));
        self.tell(|_| format!("client {client} opens connection {conn} to {gateway:?}"));
        self.lines.insert(conn, Line { gateway, client, heard: self.now, open: true });
        self.clients[client].conn = Some(conn);
        self.behind(format!("up {conn}"), Event::Open { conn });
    }
}
