//! The values of a room: what an application keeps with it by key, stored before it is acknowledged.

use std::time::Duration;

use codec::{Decode, Encode};
use serde::{Serialize, de::DeserializeOwned};
use socket_io::{Payload, json::Error};

use crate::{
    answer::Fault,
    app::millis,
    asked::Asked,
    broadcast::{Broadcast, is_done, one},
    wire::{Found, Query},
};

/// The longest key, in bytes.
const KEY_MAX: usize = 256;
/// The longest value, in bytes.
const VALUE_MAX: usize = 65_536;
/// How many values are read at once, and how many bytes they have.
pub(crate) const READ_MAX: usize = 1_000;
/// See there.
pub(crate) const READ_BYTES: usize = 4 << 20;

/// Values of a room, by key: see [`Broadcast::values`].
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub struct Values {
    /// Sorted by key.
    pub(crate) entries: Vec<(String, Value)>,
    pub(crate) is_cut: bool,
}

/// A value of a room.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Value(Payload);

impl Value {
    fn new(payload: Payload) -> Result<Self, Fault> {
        let bytes = payload.attachments().iter().map(|bytes| bytes.len()).sum::<usize>();
        if payload.json().len() + bytes > VALUE_MAX {
            return Err(Fault::new("too large", format!("A value has at most {VALUE_MAX} bytes.")));
        }
        Ok(Self(payload))
    }

    /// What it is.
    ///
    /// # Errors
    /// If it does not fit `T`.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        self.0.to::<(T,)>().map(|(value,)| value).map_err(Fault::internal)
    }
}

impl Values {
    /// The value of a key; `None` if there is none.
    ///
    /// # Errors
    /// If it does not fit `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Fault> {
        let found = self.entries.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok();
        found.and_then(|at| self.entries.get(at)).map(|(_, value)| value.to()).transpose()
    }

    /// The value of the one key that was asked for.
    fn first<T: DeserializeOwned>(&self) -> Result<Option<T>, Fault> {
        self.entries.first().map(|(_, value)| value.to()).transpose()
    }

    /// Keys and values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Whether it is all that was asked for, and nothing was left out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.is_cut
    }
}

/// # Values
///
/// What an application keeps with one room, or with everyone in a namespace (`io.all()`), by key: its topic, who is muted in
/// it, who has a name. It is stored before it is acknowledged, in the Room's object, whether or not the room keeps a history
/// or has members, and no broadcast comes of it.
///
/// A key has 1 to 256 bytes and does not end in `*`: where several keys may be meant, that makes it a prefix. So mind what
/// people type, where it becomes a part of a key. A value has at most 65,536 bytes of JSON, bytes in it included.
///
/// All of them fail with `bad key` if it is none, `too large`, `storage` if it could not be stored or read, `busy` if too much
/// waits to be sent, `no values` for the id of a socket, `no namespace`, and [`Fault::is_timeout`] if the Room has not
/// answered within 6 s. What was to be set or removed may take effect all the same then, also later.
///
/// Of several who set a key at once the last one that takes effect wins; [`claim`](Broadcast::claim) lets the first one win.
impl Broadcast {
    /// Keeps a value under a key, in place of the one that is there.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// async fn set_topic(io: Io, Data((room, topic)): Data<(String, String)>) -> Result<Ack, Fault> {
    ///     io.to(&room).set("topic", &topic).await?;
    ///     Ok(Ack(()))
    /// }
    /// async fn topic(io: Io, Data(room): Data<String>) -> Result<Ack<Option<String>>, Fault> {
    ///     Ok(Ack(io.to(&room).get("topic").await?))
    /// }
    /// # let _ = Namespace::open().on("set-topic", set_topic).on("topic", topic);
    /// ```
    ///
    /// # Errors
    /// See [above](#values).
    pub fn set<T: Serialize + ?Sized>(self, key: &str, value: &T) -> Asked<()> {
        self.put_value(key, one(value), None, false, is_done)
    }

    /// As [`set`](Self::set); the value is gone by itself after this time.
    ///
    /// # Errors
    /// See [above](#values).
    pub fn set_for<T: Serialize + ?Sized>(self, key: &str, value: &T, time: Duration) -> Asked<()> {
        self.put_value(key, one(value), Some(time), false, is_done)
    }

    /// Sets a key that has no value, for a time or (`None`) for good, and gives what it holds now: this value, or the one
    /// that was there. Claiming again with an equal value (the same JSON) renews the time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use parlor::prelude::*;
    /// async fn take(socket: Socket, io: Io, Data(name): Data<String>) -> Result<Ack<bool>, Fault> {
    ///     let mine = socket.id().to_owned();
    ///     let holder = io.all().claim(&format!("name:{name}."), &mine, Some(Duration::from_secs(3600))).await?;
    ///     Ok(Ack(holder == mine))
    /// }
    /// # let _ = Namespace::open().on("take", take);
    /// ```
    ///
    /// # Errors
    /// See [above](#values). One that failed may be made again.
    pub fn claim<T: Serialize + DeserializeOwned>(
        self,
        key: &str,
        value: &T,
        time: Option<Duration>,
    ) -> Asked<T> {
        self.put_value(key, one(value), time, true, |found| {
            let held = found.done()?.values.first()?;
            held.ok_or_else(|| Fault::internal("a claim without an answer"))
        })
    }

    /// The value of a key; `None` if there is none.
    ///
    /// # Errors
    /// See [above](#values), and if it does not fit `T`.
    pub fn get<T: DeserializeOwned>(self, key: &str) -> Asked<Option<T>> {
        let query = check_key(key).map(|()| Query::Values(vec![key.to_owned()]));
        self.of_the_room(query, |found| found.done()?.values.first())
    }

    /// The values of several keys, and of those that begin as one that ends in `*`, in one request: sorted by key, each once,
    /// at most 1,000 of them and about 4 MB. [`Values::is_complete`] tells whether some were left out.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// async fn rooms(io: Io) -> Result<Ack<Vec<(String, String)>>, Fault> {
    ///     let values = io.all().values(&["room:*", "motd"]).await?;
    ///     let motd: Option<String> = values.get("motd")?;
    ///     let rooms = values.iter().filter_map(|(key, value)| Some((key.strip_prefix("room:")?.to_owned(), value.to())));
    ///     Ok(Ack(rooms.map(|(room, topic)| Ok((room, topic?))).collect::<Result<_, Fault>>()?))
    /// }
    /// # let _ = Namespace::open().on("rooms", rooms);
    /// ```
    ///
    /// # Errors
    /// See [above](#values).
    pub fn values(self, keys: &[&str]) -> Asked<Values> {
        let query = keys.iter().try_for_each(|keys| check_keys(keys));
        let query = query.map(|()| Query::Values(keys.iter().map(|keys| (*keys).to_owned()).collect()));
        self.of_the_room(query, |found| Ok(found.done()?.values))
    }

    /// Removes the value of a key, or of all that begin so, if it ends in `*`.
    ///
    /// # Errors
    /// See [above](#values).
    pub fn remove(self, keys: &str) -> Asked<()> {
        let query = check_keys(keys).and_then(|()| self.check_room_left());
        self.of_the_room(query.map(|()| Query::Remove(keys.to_owned())), is_done)
    }

    fn put_value<T>(
        self,
        key: &str,
        value: Result<Payload, Error>,
        time: Option<Duration>,
        claim: bool,
        read: fn(Found) -> Result<T, Fault>,
    ) -> Asked<T> {
        let query = self.setting(key, value, time, claim);
        self.of_the_room(query, read)
    }

    fn setting(
        &self,
        key: &str,
        value: Result<Payload, Error>,
        time: Option<Duration>,
        claim: bool,
    ) -> Result<Query, Fault> {
        let value = Value::new(value?)?;
        check_key(key)?;
        self.check_room_left()?;
        Ok(Query::Set { key: key.to_owned(), value, time: time.map(millis), claim })
    }
}

fn check_key(key: &str) -> Result<(), Fault> {
    match (1..=KEY_MAX).contains(&key.len()) && !key.ends_with('*') {
        true => Ok(()),
        false => {
            Err(Fault::new("bad key", format!("A key has 1 to {KEY_MAX} bytes and does not end in `*`.")))
        }
    }
}

/// A key, or what keys begin with and a `*`.
fn check_keys(keys: &str) -> Result<(), Fault> {
    match keys.strip_suffix('*') {
        Some(prefix) if prefix.len() <= KEY_MAX => Ok(()),
        _ => check_key(keys),
    }
}
