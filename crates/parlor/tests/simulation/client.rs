//! Clients: what they do, and what they make of what they get.

use std::collections::BTreeMap;

use parlor::Conn;
use serde_json::Value;

use crate::{
    jobs::Number,
    model::{Millis, Model, SessionId},
};

/// What an acknowledgement will be of.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Join(String),
    Leave(String),
    Who(String),
    /// Everyone in one room to join another.
    Herd(String, String, Vec<SessionId>, Millis),
    Said,
    /// A job to be stored.
    Push(Number),
    /// Something of the queue, which may fail.
    Errand,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    pub(crate) conn: Option<Conn>,
    pub(crate) session: Option<SessionId>,
    pub(crate) asked: BTreeMap<u64, Asked>,
    pub(crate) next_ack: u64,
    /// The answer to the last `Who`.
    pub(crate) roster: Option<(String, Vec<String>)>,
}

impl Client {
    /// The frame of an event that is to be acknowledged.
    pub(crate) fn ask(&mut self, asked: Asked, event: &Value) -> String {
        self.next_ack += 1;
        self.asked.insert(self.next_ack, asked);
        format!("42{}{event}", self.next_ack)
    }

    /// The connection is gone.
    pub(crate) fn lost(&mut self, model: &mut Model, now: Millis) {
        if let Some(session) = self.session.take() {
            model.sessions[session].until = Some(now);
        }
        *self = Self { next_ack: self.next_ack, ..Self::default() };
    }

    /// A frame came; what is sent back at once.
    pub(crate) fn hears(
        &mut self,
        frame: &str,
        model: &mut Model,
        now: Millis,
    ) -> Result<Option<String>, String> {
        if frame.starts_with('0') {
            return Ok(Some("40".into()));
        }
        if let Some(body) = frame.strip_prefix("40") {
            let body: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
            self.session = Some(model.session(body["sid"].as_str().unwrap_or_default().to_owned(), now));
        } else if let Some(event) = frame.strip_prefix("42") {
            let event: Value = serde_json::from_str(event).map_err(|error| error.to_string())?;
            let session = self.session.ok_or("an event before the CONNECT")?;
            model.hears(session, event[2].as_u64().unwrap_or_default())?;
        } else if let Some(ack) = frame.strip_prefix("43") {
            let (number, body) = ack.split_at(ack.find('[').unwrap_or_default());
            let body: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
            let asked = number.parse().ok().and_then(|number: u64| self.asked.remove(&number));
            self.acknowledged(&asked.ok_or("an acknowledgement of nothing")?, &body, model, now)?;
        }
        Ok(None)
    }

    fn acknowledged(
        &mut self,
        asked: &Asked,
        body: &Value,
        model: &mut Model,
        now: Millis,
    ) -> Result<(), String> {
        let own = self.session.ok_or("an acknowledgement before the CONNECT")?;
        if let Asked::Herd(from, to, members, at) = asked {
            if body[0]["error"].is_null() {
                model.herded(from, to, members, *at, now);
            }
            return Ok(()); // a Gateway that can't be reached makes it late, which is said
        }
        if let Asked::Push(number) = asked
            && let Some(id) = body[0].as_u64()
        {
            model.jobs.stored(*number, id)?;
        }
        if matches!(asked, Asked::Push(_) | Asked::Errand) {
            return Ok(()); // a queue that can't be reached is said to be
        }
        let session = &mut model.sessions[own];
        if !body[0]["error"].is_null() {
            return Err(format!("{asked:?} failed: {body}"));
        }
        match asked {
            Asked::Join(room) => {
                // It may have been made to join before this came, and have asked to leave since.
                if let Some(joined @ None) = session.rooms.get_mut(room) {
                    *joined = Some(now);
                }
            }
            Asked::Leave(room) => _ = session.left.insert(room.clone(), now),
            Asked::Who(room) => {
                let ids = body[0].as_array().into_iter().flatten();
                self.roster =
                    Some((room.clone(), ids.filter_map(Value::as_str).map(str::to_owned).collect()));
            }
            Asked::Said | Asked::Herd(..) | Asked::Push(_) | Asked::Errand => {}
        }
        Ok(())
    }
}
