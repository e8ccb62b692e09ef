//! The packets of the benchmark's contract: how they are written, and how read.
use std::time::{SystemTime, UNIX_EPOCH};

/// Rooms and queues that no run before this one has used, so that a server which ran before has no history of them.
pub struct Names {
    nonce: String,
}

impl Names {
    pub fn new() -> Names {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let digits = (0..8).scan(since, |rest, _| {
            let digit = (*rest % 36) as u32;
            *rest /= 36;
            char::from_digit(digit, 36)
        });
        Names { nonce: digits.collect() }
    }

    pub fn room(&self, number: usize) -> String {
        format!("room-{number}-{}", self.nonce)
    }

    pub fn queue(&self) -> String {
        format!("queue-{}", self.nonce)
    }
}

/// Payloads of one size, each with the id of its message: 16 hex digits, and a filler that is the same in all.
pub struct Payloads {
    filler: String,
}

const DIGITS: usize = 16;

impl Payloads {
    pub fn new(size: usize) -> Payloads {
        Payloads { filler: (DIGITS..size).map(|k| (b'a' + (k % 26) as u8) as char).collect() }
    }

    pub fn write(&self, id: u64) -> String {
        format!("{id:016x}{}", self.filler)
    }

    /// The message's id; None if it is not a payload as it was sent.
    pub fn read(&self, payload: &[u8]) -> Option<u64> {
        let (digits, filler) = payload.split_at_checked(DIGITS)?;
        let id = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        (filler == self.filler.as_bytes()).then_some(id)
    }

    /// Of arguments that are one payload.
    pub fn read_only(&self, args: &[u8]) -> Option<u64> {
        self.read(args.strip_prefix(b"\"")?.strip_suffix(b"\"")?)
    }
}

/// An event whose arguments are texts without anything to escape.
pub fn event(ack: Option<u64>, name: &str, args: &[&str]) -> String {
    let mut packet = match ack {
        Some(id) => format!("42{id}[\"{name}\""),
        None => format!("42[\"{name}\""),
    };
    for arg in args {
        packet.push_str(",\"");
        packet.push_str(arg);
        packet.push('"');
    }
    packet.push(']');
    packet
}

/// An acknowledgement of nothing.
pub fn ack(id: u64) -> String {
    format!("43{id}[]")
}

#[derive(Debug, PartialEq)]
pub enum Packet<'a> {
    /// `args` are those after the name.
    Event {
        name: &'a [u8],
        args: &'a [u8],
        ack: Option<u64>,
    },
    Ack {
        id: u64,
        args: &'a [u8],
    },
    /// Of Engine.IO, or a DISCONNECT, or the like.
    Other,
    /// An event or an acknowledgement that is not as it has to be.
    Broken,
}

pub fn read(packet: &[u8]) -> Packet<'_> {
    let [b'4', kind @ (b'2' | b'3'), rest @ ..] = packet else { return Packet::Other };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let id: Option<u64> = std::str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse().ok());
    let Some(inside) = rest[digits..].strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")) else {
        return Packet::Broken;
    };
    if *kind == b'3' {
        return id.map_or(Packet::Broken, |id| Packet::Ack { id, args: inside });
    }
    let name = inside.strip_prefix(b"\"").and_then(|rest| Some(&rest[..quote(rest)?]));
    let Some(name) = name else { return Packet::Broken };
    let args = &inside[name.len() + 2..];
    Packet::Event { name, args: args.strip_prefix(b",").unwrap_or(args), ack: id }
}

/// The value of a field, as it is written, without the quotes of a text. For objects whose texts have neither quotes nor
/// colons, which those of the contract have not.
pub fn field<'a>(object: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let key = format!("\"{name}\":");
    let at = object.windows(key.len()).position(|w| w == key.as_bytes())?;
    let value = &object[at + key.len()..];
    match value.strip_prefix(b"\"") {
        Some(text) => Some(&text[..quote(text)?]),
        None => Some(&value[..value.iter().position(|byte| matches!(byte, b',' | b'}'))?]),
    }
}

pub fn number(object: &[u8], name: &str) -> Option<u64> {
    std::str::from_utf8(field(object, name)?).ok()?.parse().ok()
}

fn quote(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_read_as_they_are_written() {
        let payloads = Payloads::new(64);
        let text = payloads.write(77);
        assert_eq!((text.len(), payloads.read(text.as_bytes())), (64, Some(77)));
        assert_eq!(payloads.read_only(format!("\"{text}\"").as_bytes()), Some(77));
        assert_eq!(payloads.read_only(format!("\"{text}\",1").as_bytes()), None);
        assert_eq!(payloads.read(&text.as_bytes()[..63]), None);
        assert_eq!(payloads.read(text.replace('z', "y").as_bytes()), None);
        assert_eq!(Payloads::new(65).read(text.as_bytes()), None);
        assert_eq!(payloads.read(b"short"), None);
    }

    #[test]
    fn events() {
        let text = event(Some(7), "publish", &["room", "x"]);
        assert_eq!(text, r#"427["publish","room","x"]"#);
        let args = &br#""room","x""#[..];
        assert_eq!(read(text.as_bytes()), Packet::Event { name: b"publish", args, ack: Some(7) });
        assert_eq!(event(None, "stop", &[]), r#"42["stop"]"#);
        assert_eq!(read(br#"42["stop"]"#), Packet::Event { name: b"stop", args: b"", ack: None });
    }

    #[test]
    fn acks_and_the_rest() {
        assert_eq!(read(ack(12).as_bytes()), Packet::Ack { id: 12, args: b"" });
        assert_eq!(read(br#"433[{"seq":1}]"#), Packet::Ack { id: 3, args: br#"{"seq":1}"# });
        for other in ["2", "6", "41", r#"40{"sid":"x"}"#, ""] {
            assert_eq!(read(other.as_bytes()), Packet::Other, "{other}");
        }
        for broken in ["43[]", "42", "42[", "42[1]", "433[", r#"42["x"#] {
            assert_eq!(read(broken.as_bytes()), Packet::Broken, "{broken}");
        }
    }

    #[test]
    fn fields() {
        let job = br#"{"id":41,"data":"0a","attempt":1}"#;
        assert_eq!((number(job, "id"), number(job, "attempt")), (Some(41), Some(1)));
        assert_eq!(field(job, "data"), Some(&b"0a"[..]));
        assert_eq!(field(job, "seq"), None);
        assert_eq!(number(br#"{"id":"q-1"}"#, "id"), None);
        assert_eq!(field(br#"{"id":"q-1"}"#, "id"), Some(&b"q-1"[..]));
        assert_eq!(field(br#"{"id":1"#, "id"), None);
    }
}
