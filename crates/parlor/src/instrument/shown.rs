//! What the Admin UI is shown, in Node's form.

use std::rc::Rc;

use engine_io::Millis;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::call::Handshake;

/// Headers that let whoever has them in as somebody else. Node shows them, too.
const SECRET: [&str; 2] = ["cookie", "authorization"];

/// A socket.
#[derive(Serialize)]
pub(crate) struct Socket<'a> {
    pub(crate) id: &'a str,
    #[serde(rename = "clientId")]
    pub(crate) client_id: &'a str,
    pub(crate) transport: &'a str,
    pub(crate) nsp: &'a str,
    pub(crate) data: &'a RawValue,
    pub(crate) handshake: Request<'a>,
    pub(crate) rooms: Vec<Rc<str>>,
}

/// What its client asked with.
#[derive(Serialize)]
pub(crate) struct Request<'a> {
    address: &'a str,
    headers: Headers<'a>,
    query: Query<'a>,
    issued: Millis,
    secure: bool,
    time: String,
    url: String,
    xdomain: bool,
}

impl<'a> Request<'a> {
    pub(crate) fn new(handshake: &'a Handshake, path: &str) -> Self {
        let origin = handshake.header("origin");
        Self {
            address: &handshake.address,
            headers: Headers(handshake),
            query: Query(handshake),
            issued: handshake.issued,
            secure: origin.is_some_and(|origin| origin.starts_with("https:")),
            time: time(handshake.issued),
            url: [path, "?", &handshake.query].concat(),
            xdomain: origin.is_some(),
        }
    }
}

struct Headers<'a>(&'a Handshake);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = self.0.headers.iter().filter(|(name, _)| !SECRET.contains(&name.as_str()));
        serializer.collect_map(shown.map(|(name, value)| (name, value)))
    }
}

struct Query<'a>(&'a Handshake);

impl Serialize for Query<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.query())
    }
}

/// What changed of a socket.
#[derive(Serialize)]
pub(crate) struct Update<'a> {
    pub(crate) id: &'a str,
    pub(crate) nsp: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transport: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<&'a RawValue>,
}

/// A server, which here is a Gateway.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Server<'a> {
    pub(crate) server_id: &'a str,
    pub(crate) hostname: &'a str,
    /// Objects have none.
    pub(crate) pid: u32,
    /// For how long it has had its memory, s.
    pub(crate) uptime: f64,
    pub(crate) clients_count: usize,
    pub(crate) polling_clients_count: usize,
    pub(crate) aggregated_events: Vec<Happened>,
    pub(crate) namespaces: Vec<Namespace<'a>>,
}

/// How often something happened since the last time.
#[derive(Serialize)]
pub(crate) struct Happened {
    pub(crate) timestamp: Millis,
    pub(crate) r#type: &'static str,
    #[serde(rename = "subType", skip_serializing_if = "Option::is_none")]
    pub(crate) sub_type: Option<&'static str>,
    pub(crate) count: u64,
}

#[derive(Serialize)]
pub(crate) struct Namespace<'a> {
    pub(crate) name: &'a str,
    #[serde(rename = "socketsCount")]
    pub(crate) sockets_count: usize,
}

/// A time as JavaScript writes it in JSON: `2026-11-26T14:31:13.078Z`.
pub(crate) fn time(at: Millis) -> String {
    let (days, ms) = (at / 86_400_000, at % 86_400_000);
    // The calendar repeats after 400 years of 146,097 days; its years begin in March here, so that a leap day is the last.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = era * 400 + year + next;
    let mut text = String::with_capacity(24);
    for (number, digits, behind) in [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (ms / 3_600_000, 2, ':'),
        (ms / 60_000 % 60, 2, ':'),
        (ms / 1_000 % 60, 2, '.'),
        (ms % 1_000, 3, 'Z'),
    ] {
        for digit in (0..digits).rev() {
            text.extend(char::from_digit((number / 10_u64.pow(digit) % 10) as u32, 10));
        }
        text.push(behind);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_those_of_javascript() {
        for (at, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_703_473_078, "2026-11-26T14:31:13.078Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(time(at), text);
        }
    }
}
