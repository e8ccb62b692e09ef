//! The text of a packet: type, attachments`-`, namespace`,`, id, JSON, where each part but the type may be
//! missing.

use crate::json::{self, Reader};
use crate::payload::Array;
use crate::{MAX_ATTACHMENTS, Packet, Payload, Violation, is_reserved};

/// The packet, if the text has any effect, and the number of attachments that follow it.
pub(crate) fn parse(text: &str) -> Result<(Option<Packet>, usize), Violation> {
    let mut rest = text.chars();
    let kind = rest.next().filter(|kind| matches!(kind, '0'..='6')).ok_or(Violation::UnknownPacketType)?;
    let rest = rest.as_str();

    let (expected, rest) = if matches!(kind, '5' | '6') { attachments(rest)? } else { (0, rest) };
    let (nsp, rest) = namespace(rest);
    let (id, json) = id(rest)?;
    let json = Some(json).filter(|json| !json.is_empty());

    let packet = match (kind, json) {
        ('0', json) => Some(Packet::Connect { nsp, data: json.map(object).transpose()? }),
        ('1', None) => Some(Packet::Disconnect { nsp }),
        ('1', Some(_)) => return Err(Violation::InvalidPayload),
        ('4', json) => Some(Packet::ConnectError { nsp, data: reason(json.unwrap_or_default())? }),
        ('2' | '5', None) => None,
        ('2' | '5', Some(json)) => {
            let (name, args) = event(json)?;
            Some(Packet::Event { nsp, id, name, args })
        }
        (_, json) => {
            let args = json.map(arguments).transpose()?.unwrap_or_default();
            id.map(|id| Packet::Ack { nsp, id, args })
        }
    };
    Ok((packet, expected))
}

fn attachments(text: &str) -> Result<(usize, &str), Violation> {
    let (count, rest) = text.split_once('-').ok_or(Violation::IllegalAttachments)?;
    if count.is_empty() || !count.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Violation::IllegalAttachments);
    }
    let count = count.parse().ok().filter(|count| *count <= MAX_ATTACHMENTS);
    Ok((count.ok_or(Violation::TooManyAttachments)?, rest))
}

fn namespace(text: &str) -> (String, &str) {
    if !text.starts_with('/') {
        return ("/".to_owned(), text);
    }
    let (nsp, rest) = text.split_once(',').unwrap_or((text, ""));
    (nsp.to_owned(), rest)
}

fn id(text: &str) -> Result<(Option<u64>, &str), Violation> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.strip_suffix(rest).unwrap_or_default();
    if digits.is_empty() {
        return Ok((None, rest));
    }
    let id = digits.parse().map_err(|_| Violation::IllegalId)?;
    Ok((Some(id), rest))
}

fn object(json: &str) -> Result<String, Violation> {
    value(json).filter(|json| json.starts_with('{')).map(str::to_owned).ok_or(Violation::InvalidPayload)
}

fn reason(json: &str) -> Result<String, Violation> {
    value(json)
        .filter(|json| json.starts_with(['{', '"']))
        .map(str::to_owned)
        .ok_or(Violation::InvalidPayload)
}

pub(crate) fn event(json: &str) -> Result<(String, Payload), Violation> {
    let array = Array::parse(json).ok_or(Violation::InvalidPayload)?;
    let first = array.first;
    let name = if first.starts_with('"') {
        let name: String = json::from_str(first).map_err(|_| Violation::InvalidPayload)?;
        if is_reserved(&name) {
            return Err(Violation::ReservedEvent);
        }
        name
    } else if first.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        first.to_owned()
    } else {
        return Err(Violation::InvalidPayload);
    };
    Ok((name, Payload::from_array(array.rest(), Vec::new())?))
}

fn arguments(json: &str) -> Result<Payload, Violation> {
    let array = Array::parse(json).ok_or(Violation::InvalidPayload)?;
    Payload::from_array(array.all, Vec::new())
}

/// `json` without the whitespace around it, if it is one JSON value.
fn value(json: &str) -> Option<&str> {
    let mut reader = Reader::new(json);
    let value = reader.raw().ok()?;
    reader.end().ok().map(|()| value)
}
