//! Names: of Gateways, of connections and sockets (which carry their Gateway's name), and of Rooms.

use socket_io::Target;

use crate::wire::Peer;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use codec::{Decode, Encode};

/// Random bytes behind an id: 15, so 20 characters, as on Node.
pub const ID_BYTES: usize = 15;
const ID_CHARS: usize = 20;

/// Where Gateways may stand: Cloudflare's location hints, and `any` where no place is known.
pub(crate) const LOCATIONS: [&str; 10] =
    ["any", "wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"];

/// The Gateway that keeps the list of those that were ever used, where counters are told.
pub const REGISTRY: &str = "any-0";

/// The Gateways that exist: `location-shard`, with the same number of shards in each location. Names come
/// only from this set, so nobody can make objects by inventing names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gateways {
    /// Shards per location, at least 1.
    pub shards: u32,
}

impl Gateways {
    /// The Gateway for a hint and a number (a hash of the client, or a counter).
    #[must_use]
    pub fn pick(self, location: &str, number: u32) -> String {
        let location = LOCATIONS.iter().find(|known| **known == location).unwrap_or(&"any");
        format!("{location}-{}", number % self.shards.max(1))
    }

    /// Whether `name` is one of these Gateways, in its one spelling.
    #[must_use]
    pub fn contains(self, name: &str) -> bool {
        name.split_once('-').is_some_and(|(location, shard)| {
            LOCATIONS.contains(&location)
                && shard
                    .parse::<u32>()
                    .is_ok_and(|number| number < self.shards.max(1) && number.to_string() == shard)
        })
    }
}

/// A fresh id on a Gateway: 20 unguessable characters, a dot, the Gateway's name.
#[must_use]
pub(crate) fn id(random: &[u8; ID_BYTES], gateway: &str) -> String {
    let mut id = BASE64_URL_SAFE_NO_PAD.encode(random);
    id.push('.');
    id.push_str(gateway);
    id
}

/// The Gateway's name inside the id of a connection or socket; `None` if it has not the form of an id.
#[must_use]
pub fn gateway_of(id: &str) -> Option<&str> {
    // In a namespace, a client of Socket.IO 2 has the namespace's name before it.
    let own = id.rsplit_once('#').filter(|(nsp, _)| nsp.starts_with('/')).map_or(id, |(_, own)| own);
    let (random, gateway) = own.split_once('.')?;
    let is_id =
        random.len() == ID_CHARS && random.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    (is_id && !gateway.is_empty()).then_some(gateway)
}

/// How many characters of a name are shown.
const SHOWN: usize = 12;

/// The name of a Room or a Queue, for the log: of a long one the beginning, for who has a secret link to a room finds the rest
/// of it there.
#[must_use]
pub fn shown(name: &str) -> String {
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => [name.get(..end).unwrap_or_default(), "…"].concat(),
        None => name.to_owned(),
    }
}

/// How long the name of a room may be, in bytes. It becomes part of an object's name, which the platform bounds.
pub const ROOM_NAME_MAX: usize = 512;

/// Whether a name has no control characters: names of objects are shown in logs and dashboards, each in one line.
pub(crate) fn is_printable(name: &str) -> bool {
    !name.chars().any(char::is_control)
}

/// Which Room: one per namespace and room, and one per namespace for everyone in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct RoomKey {
    /// The namespace, with its leading slash.
    pub nsp: String,
    /// The room; `None` is everyone in the namespace.
    pub room: Option<String>,
}

impl RoomKey {
    /// The Room of one room of a namespace.
    #[must_use]
    pub fn room(nsp: &str, room: &str) -> Self {
        Self { nsp: nsp.to_owned(), room: Some(room.to_owned()) }
    }

    /// The Room of everyone in a namespace.
    #[must_use]
    pub fn everyone(nsp: &str) -> Self {
        Self { nsp: nsp.to_owned(), room: None }
    }

    /// The object's name: `/chat#rust`, or `/chat` for everyone. `#` and `%` in a namespace are escaped, so
    /// that no two Rooms share a name.
    #[must_use]
    pub fn object_name(&self) -> String {
        let nsp = self.nsp.replace('%', "%25").replace('#', "%23");
        match &self.room {
            Some(room) => format!("{nsp}#{room}"),
            None => nsp,
        }
    }

    /// The key of an object's name.
    #[must_use]
    pub fn of_object(name: &str) -> Self {
        let (nsp, room) = match name.split_once('#') {
            Some((nsp, room)) => (nsp, Some(room.to_owned())),
            None => (name, None),
        };
        Self { nsp: nsp.replace("%23", "#").replace("%25", "%"), room }
    }
}

/// Where something for these sockets goes: to one socket's Gateway by its id, to the Room of one room, else to the Room
/// of everyone, whose Gateways pick their sockets.
pub(crate) fn address(gateways: Gateways, nsp: &str, target: &Target) -> Peer {
    match target.rooms.as_slice() {
        [room] => match gateway_of(room).filter(|name| gateways.contains(name)) {
            Some(name) => Peer::Gateway(name.to_owned()),
            None => Peer::Room(RoomKey::room(nsp, room)),
        },
        _ => Peer::Room(RoomKey::everyone(nsp)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_its_gateway() {
        let id = id(&[255; ID_BYTES], "weur-3");
        assert_eq!(id, "____________________.weur-3");
        assert_eq!(gateway_of(&id), Some("weur-3"));
        assert_eq!(gateway_of(&format!("/custom#{id}")), Some("weur-3"));
        assert_eq!(gateway_of(&format!("custom#{id}")), None);
        for not_an_id in ["", ".", "lounge", "a.b", "____________________.", "_________ __________.weur-3"] {
            assert_eq!(gateway_of(not_an_id), None, "{not_an_id}");
        }
    }

    #[test]
    fn what_is_logged_lets_nobody_in() {
        let of = |name: &str| Peer::Room(RoomKey::room("/", name)).shown();
        assert_eq!(of("tea party"), "/#tea party");
        assert_eq!(of("~AAAAAAAAAAAAAAAAAAAAAA"), "/#~AAAAAAAAA…");
        assert_eq!(Peer::Queue("é".repeat(13)).shown(), ["é".repeat(12).as_str(), "…"].concat());
        assert_eq!(Peer::Gateway("weur-1234567890".into()).shown(), "weur-1234567890");
    }

    #[test]
    fn gateways_are_a_checked_set() {
        let gateways = Gateways { shards: 2 };
        assert_eq!(gateways.pick("weur", 3), "weur-1");
        assert_eq!(gateways.pick("atlantis", 0), "any-0");
        assert!(gateways.contains("any-1"));
        for stranger in ["any-2", "any-01", "any--1", "any-", "any", "atlantis-0", "", "any-+1"] {
            assert!(!gateways.contains(stranger), "{stranger}");
        }
    }

    #[test]
    fn room_names_go_both_ways_and_never_meet() {
        let keys = [
            RoomKey::everyone("/"),
            RoomKey::room("/", ""),
            RoomKey::room("/a#b", "c"),
            RoomKey::room("/a", "b#c"),
            RoomKey::room("/a%23b", "c"),
            RoomKey::everyone("/a#b#c"),
        ];
        let names: std::collections::BTreeSet<_> = keys.iter().map(RoomKey::object_name).collect();
        assert_eq!(names.len(), keys.len());
        for key in keys {
            assert_eq!(RoomKey::of_object(&key.object_name()), key);
        }
    }
}
