//! msgpack → JSON.

use std::fmt::Write as _;

use bytes::Bytes;
use rmp::Marker;

use super::JAVASCRIPT;
use crate::parser::json;
use crate::{MAX_ATTACHMENTS, Packet, Payload, Violation};

/// How deep values may be nested, less than can be read later.
const MAX_DEPTH: usize = 120;

/// The packet; `None` for what has no effect, an event without a name or an acknowledgement without an id.
pub(crate) fn decode(bytes: &[u8]) -> Result<Option<Packet>, Violation> {
    let mut reader = Reader { rest: bytes, attachments: Vec::new(), has_placeholder: false };
    let (mut kind, mut nsp, mut data, mut id) = (None, None, None, None);
    let Head::Map(keys) = reader.head()? else { return Err(Violation::InvalidMsgPack) };
    for _ in 0..keys {
        // Of a key that comes twice the last counts, as in JavaScript.
        match reader.key()? {
            "type" => kind = reader.json()?,
            "nsp" => nsp = reader.json()?,
            "id" => id = reader.json()?,
            "data" => {
                reader.attachments.clear();
                reader.has_placeholder = false;
                data = reader.json()?;
            }
            _ => drop(reader.aside()?), // `options`, for instance
        }
    }
    if !reader.rest.is_empty() {
        return Err(Violation::InvalidMsgPack);
    }
    let nsp = nsp.as_deref().and_then(|nsp| crate::json::from_str::<String>(nsp).ok());
    let nsp = nsp.ok_or(Violation::InvalidPayload)?;
    let id = id.map(|id| id.parse().map_err(|_| Violation::IllegalId)).transpose()?;
    // Beside real attachments it could not be told from what stands for them.
    if reader.has_placeholder && !reader.attachments.is_empty() {
        return Err(Violation::PlaceholderOutOfRange);
    }
    packet(kind.as_deref(), nsp, id, data.as_deref(), reader.attachments)
}

fn packet(
    kind: Option<&str>,
    nsp: String,
    id: Option<u64>,
    data: Option<&str>,
    attachments: Vec<Bytes>,
) -> Result<Option<Packet>, Violation> {
    Ok(match (kind, data) {
        (Some("0"), data) if data.is_none_or(|data| data.starts_with('{')) => {
            Some(Packet::Connect { nsp, data: data.map(str::to_owned) })
        }
        (Some("1"), None) => Some(Packet::Disconnect { nsp }),
        (Some("2"), Some("[]")) => None,
        (Some("2"), Some(data)) => {
            let (name, args) = json::decode_event(data)?;
            let args = Payload::from_array(args.json(), attachments)?;
            Some(Packet::Event { nsp, id, name, args })
        }
        (Some("3"), Some(data)) => {
            let args = data.strip_prefix('[').and_then(|data| data.strip_suffix(']'));
            let args = Payload::from_array(args.ok_or(Violation::InvalidPayload)?, attachments)?;
            id.map(|id| Packet::Ack { nsp, id, args })
        }
        (Some("4"), Some(data)) if data.starts_with(['{', '"']) => {
            Some(Packet::ConnectError { nsp, data: data.to_owned() })
        }
        (Some("0" | "1" | "2" | "3" | "4"), _) => return Err(Violation::InvalidPayload),
        _ => return Err(Violation::UnknownPacketType),
    })
}

struct Reader<'a> {
    rest: &'a [u8],
    attachments: Vec<Bytes>,
    /// A key `_placeholder` was seen.
    has_placeholder: bool,
}

/// A value, or the beginning of one with others inside.
enum Head<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Str(&'a [u8]),
    Bin(&'a [u8]),
    Array(u32),
    Map(u32),
    /// Type and content; the last says whether it is one of the fixed lengths.
    Ext(i8, &'a [u8], bool),
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Violation> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Violation::InvalidMsgPack)?;
        self.rest = rest;
        Ok(taken)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Violation> {
        self.take(N)?.try_into().map_err(|_| Violation::InvalidMsgPack)
    }

    /// A length of so many bytes, then so much.
    fn sized(&mut self, width: usize) -> Result<&'a [u8], Violation> {
        let length = self.length(width)?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn length(&mut self, width: usize) -> Result<u32, Violation> {
        Ok(self.take(width)?.iter().fold(0, |length, byte| (length << 8) | u32::from(*byte)))
    }

    fn ext(&mut self, length: u32, is_fixed: bool) -> Result<Head<'a>, Violation> {
        let [kind] = self.bytes()?;
        let content = self.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        Ok(Head::Ext(i8::from_be_bytes([kind]), content, is_fixed))
    }

    fn head(&mut self) -> Result<Head<'a>, Violation> {
        let [marker] = self.bytes()?;
        Ok(match Marker::from_u8(marker) {
            Marker::Null => Head::Nil,
            Marker::True => Head::Bool(true),
            Marker::False => Head::Bool(false),
            Marker::FixPos(value) => Head::Uint(value.into()),
            Marker::FixNeg(value) => Head::Int(value.into()),
            Marker::U8 => Head::Uint(u8::from_be_bytes(self.bytes()?).into()),
            Marker::U16 => Head::Uint(u16::from_be_bytes(self.bytes()?).into()),
            Marker::U32 => Head::Uint(u32::from_be_bytes(self.bytes()?).into()),
            Marker::U64 => Head::Uint(u64::from_be_bytes(self.bytes()?)),
            Marker::I8 => Head::Int(i8::from_be_bytes(self.bytes()?).into()),
            Marker::I16 => Head::Int(i16::from_be_bytes(self.bytes()?).into()),
            Marker::I32 => Head::Int(i32::from_be_bytes(self.bytes()?).into()),
            Marker::I64 => Head::Int(i64::from_be_bytes(self.bytes()?)),
            Marker::F32 => Head::Float(f32::from_be_bytes(self.bytes()?).into()),
            Marker::F64 => Head::Float(f64::from_be_bytes(self.bytes()?)),
            Marker::FixStr(length) => Head::Str(self.take(length.into())?),
            Marker::Str8 => Head::Str(self.sized(1)?),
            Marker::Str16 => Head::Str(self.sized(2)?),
            Marker::Str32 => Head::Str(self.sized(4)?),
            Marker::Bin8 => Head::Bin(self.sized(1)?),
            Marker::Bin16 => Head::Bin(self.sized(2)?),
            Marker::Bin32 => Head::Bin(self.sized(4)?),
            Marker::FixArray(length) => Head::Array(length.into()),
            Marker::Array16 => Head::Array(self.length(2)?),
            Marker::Array32 => Head::Array(self.length(4)?),
            Marker::FixMap(length) => Head::Map(length.into()),
            Marker::Map16 => Head::Map(self.length(2)?),
            Marker::Map32 => Head::Map(self.length(4)?),
            Marker::FixExt1 => self.ext(1, true)?,
            Marker::FixExt2 => self.ext(2, true)?,
            Marker::FixExt4 => self.ext(4, true)?,
            Marker::FixExt8 => self.ext(8, true)?,
            Marker::FixExt16 => self.ext(16, true)?,
            Marker::Ext8 => self.sized_ext(1)?,
            Marker::Ext16 => self.sized_ext(2)?,
            Marker::Ext32 => self.sized_ext(4)?,
            Marker::Reserved => return Err(Violation::InvalidMsgPack),
        })
    }

    fn sized_ext(&mut self, width: usize) -> Result<Head<'a>, Violation> {
        let length = self.length(width)?;
        self.ext(length, false)
    }

    /// A key of the packet itself; of no known name if it is no text.
    fn key(&mut self) -> Result<&'a str, Violation> {
        match self.head()? {
            Head::Str(key) => Ok(std::str::from_utf8(key).unwrap_or_default()),
            _ => Err(Violation::InvalidMsgPack),
        }
    }

    /// The next value as JSON; `None` if it is `undefined`.
    fn json(&mut self) -> Result<Option<String>, Violation> {
        let mut out = String::new();
        let is_there = self.value(&mut out, 0)?;
        Ok(is_there.then_some(out))
    }

    /// The next value, of which nothing is kept.
    fn aside(&mut self) -> Result<Option<String>, Violation> {
        let kept = (std::mem::take(&mut self.attachments), self.has_placeholder);
        let value = self.json();
        (self.attachments, self.has_placeholder) = kept;
        value
    }

    /// Writes the next value; says whether it is anything but `undefined`.
    fn value(&mut self, out: &mut String, depth: usize) -> Result<bool, Violation> {
        if depth > MAX_DEPTH {
            return Err(Violation::InvalidPayload);
        }
        match self.head()? {
            Head::Nil => out.push_str("null"),
            Head::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            // Writing to a string cannot fail.
            Head::Int(value) => _ = write!(out, "{value}"),
            Head::Uint(value) => _ = write!(out, "{value}"),
            Head::Float(value) => out.push_str(&crate::json::to_string(&value).unwrap_or_default()),
            Head::Str(text) => out.push_str(&json::string(&String::from_utf8_lossy(text))),
            Head::Bin(content) => self.attach(content, out)?,
            Head::Array(length) => {
                out.push('[');
                for index in 0..length {
                    if index > 0 {
                        out.push(',');
                    }
                    self.value(out, depth + 1)?;
                }
                out.push(']');
            }
            Head::Map(length) => self.map(length, out, depth)?,
            Head::Ext(JAVASCRIPT, [_], true) => {
                out.push_str("null");
                return Ok(false);
            }
            Head::Ext(JAVASCRIPT, time, true) if time.len() == 8 => {
                let millis = time.iter().fold(0_i64, |time, byte| (time << 8) | i64::from(*byte));
                match iso(millis) {
                    Some(time) => _ = write!(out, "\"{time}\""),
                    None => out.push_str("null"),
                }
            }
            Head::Ext(JAVASCRIPT, content, false) => self.attach(content, out)?,
            Head::Ext(kind, content, _) => {
                let _ = write!(out, "[{kind},");
                self.attach(content, out)?;
                out.push(']');
            }
        }
        Ok(true)
    }

    fn map(&mut self, length: u32, out: &mut String, depth: usize) -> Result<(), Violation> {
        out.push('{');
        let mut is_first = true;
        for _ in 0..length {
            let Head::Str(key) = self.head()? else { return Err(Violation::InvalidMsgPack) };
            self.has_placeholder |= key == b"_placeholder";
            let before = out.len();
            if !is_first {
                out.push(',');
            }
            out.push_str(&json::string(&String::from_utf8_lossy(key)));
            out.push(':');
            if self.value(out, depth + 1)? {
                is_first = false;
            } else {
                out.truncate(before);
            }
        }
        out.push('}');
        Ok(())
    }

    fn attach(&mut self, content: &[u8], out: &mut String) -> Result<(), Violation> {
        if self.attachments.len() >= MAX_ATTACHMENTS * 100 {
            return Err(Violation::TooManyAttachments);
        }
        let _ = write!(out, r#"{{"_placeholder":true,"num":{}}}"#, self.attachments.len());
        self.attachments.push(Bytes::copy_from_slice(content));
        Ok(())
    }
}

/// How far JavaScript's dates go from 1970, both ways.
const MAX_TIME: u64 = 8_640_000_000_000_000;

/// A time as JavaScript's `JSON.stringify` writes it: `2026-11-25T03:24:02.000Z`; `None` for one that is no date there.
fn iso(millis: i64) -> Option<String> {
    if millis.unsigned_abs() > MAX_TIME {
        return None;
    }
    let (days, time) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    // Days since 0000-03-01, in eras of 400 years: Howard Hinnant's `civil_from_days`.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let day = day - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second, milli) = (time / 3_600_000, time / 60_000 % 60, time / 1000 % 60, time % 1000);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{}{:06}", if year < 0 { '-' } else { '+' }, year.abs()),
    };
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"))
}
