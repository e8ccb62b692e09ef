//! Clients: what they do, and what they make of what they get.

use std::collections::BTreeMap;

use parlor::Conn;
use serde_json::Value;

use crate::{
    jobs::Number as JobNumber,
    model::{Millis, Model, Number, SessionId},
};

/// What an acknowledgement will be of.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Join(String),
    Leave(String),
    Who(String),
    /// Everyone in one room to join another.
    Herd(String, String, Vec<SessionId>, Millis),
    /// A message to be stored in a room, until it is acknowledged.
    Published(String, Number),
    History,
    Said,
    /// A job to be stored.
    Push(JobNumber),
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
    /// The same of `History`.
    pub(crate) page: Option<Vec<(u64, Number)>>,
    /// What is to be published again.
    pub(crate) unsent: Vec<(String, Number)>,
    /// Who it was when it lost its connection, and how it may be that again.
    returning: Option<SessionId>,
    pid: Option<String>,
    offset: Option<String>,
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
            self.returning = Some(session).filter(|_| model.recovery);
        }
        let asked = std::mem::take(&mut self.asked).into_values();
        let published = asked.filter_map(|asked| match asked {
            Asked::Published(room, number) => Some((room, number)),
            _ => None,
        });
        self.unsent.extend(published);
        *self = Self {
            next_ack: self.next_ack,
            unsent: std::mem::take(&mut self.unsent),
            returning: self.returning,
            pid: self.pid.take(),
            offset: self.offset.take(),
            ..Self::default()
        };
    }

    /// A frame came; what is sent back at once.
    pub(crate) fn hears(
        &mut self,
        frame: &str,
        gateway: &str,
        model: &mut Model,
        now: Millis,
    ) -> Result<Option<String>, String> {
        if frame.starts_with('0') {
            let auth: BTreeMap<&str, &String> = [("pid", &self.pid), ("offset", &self.offset)]
                .into_iter()
                .filter_map(|(key, value)| Some((key, value.as_ref()?)))
                .collect();
            return Ok(Some(match auth.is_empty() {
                true => "40".into(),
                false => format!("40{}", serde_json::json!(auth)),
            }));
        }
        if let Some(body) = frame.strip_prefix("40") {
            let body: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
            let text = |key: &str| body[key].as_str().map(str::to_owned);
            let returning = self.returning.take();
            self.session = match returning.filter(|_| text("pid").is_some() && text("pid") == self.pid) {
                Some(session) => {
                    if Some(&model.sessions[session].id) != text("sid").as_ref() {
                        return Err(format!("session {session} comes back with another id: {body}"));
                    }
                    model.returns(session, gateway);
                    Some(session)
                }
                None => {
                    self.offset = None;
                    Some(model.session(text("sid").unwrap_or_default(), gateway, now))
                }
            };
            self.pid = text("pid");
        } else if let Some(event) = frame.strip_prefix("42") {
            let event: Value = serde_json::from_str(event).map_err(|error| error.to_string())?;
            // What it missed comes before its CONNECT.
            let session = self.session.or(self.returning).ok_or("an event before the CONNECT")?;
            match event[0].as_str() {
                Some("stored") => {
                    let seq = event[1]["seq"].as_u64().unwrap_or_default();
                    model.hears_stored(session, number_of(&event).unwrap_or_default(), seq)?;
                }
                _ => model.hears(session, number_of(&event).unwrap_or_default())?,
            }
            let last = event.as_array().and_then(|event| event.last()).and_then(Value::as_str);
            self.offset = last.filter(|_| self.pid.is_some()).map(str::to_owned).or(self.offset.take());
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
        if let (Asked::Published(room, number), false) = (asked, body[0]["error"].is_null()) {
            self.unsent.push((room.clone(), *number)); // a Room that can't be reached is late, which is said
            return Ok(());
        }
        if let (Asked::History, false) = (asked, body[0]["error"].is_null()) {
            return Ok(());
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
            Asked::Published(_, number) => {
                let seq = body[0]["seq"].as_u64().ok_or("a receipt without a number")?;
                if let Some(other) = model.receipts.insert(*number, seq).filter(|other| *other != seq) {
                    return Err(format!("message {number} is acknowledged as {other}, and as {seq}"));
                }
            }
            Asked::History => {
                self.page = serde_json::from_value(body[0].clone()).ok();
            }
            Asked::Said | Asked::Herd(..) | Asked::Push(_) | Asked::Errand => {}
        }
        Ok(())
    }
}

/// The number of the message that an event carries.
pub(crate) fn number_of(event: &Value) -> Option<Number> {
    event[2].as_u64().or(event[1]["data"][1].as_u64())
}
