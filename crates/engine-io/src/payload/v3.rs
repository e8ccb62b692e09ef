//! Bodies in version 3: each packet with its length before it, as text or, if there is binary among them, as bytes.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::packet::{DecodeError, Frame, Packet, decode_binary_v3, decode_text_v3};

/// What stands behind the length of a packet in a binary body.
const END_OF_LENGTH: u8 = 255;

/// Encodes the frames as text: `6:4hello10:b4AQIDBA==`. Lengths count UTF-16 units, as JavaScript does.
pub fn encode(frames: &[Frame]) -> String {
    let mut body = String::new();
    for frame in frames {
        match frame {
            Frame::Text(text) => push(&mut body, text),
            Frame::Binary(data) => push(&mut body, &format!("b4{}", BASE64_STANDARD.encode(data))),
        }
    }
    body
}

fn push(body: &mut String, packet: &str) {
    body.push_str(&packet.encode_utf16().count().to_string());
    body.push(':');
    body.push_str(packet);
}

/// Encodes the frames as bytes, if one of them is binary: each as 0 (text) or 1 (binary), the digits of its length in
/// bytes, 255, and the packet.
pub fn encode_binary(frames: &[Frame]) -> Option<Vec<u8>> {
    frames.iter().any(|frame| matches!(frame, Frame::Binary(_))).then(|| {
        let mut body = Vec::new();
        for frame in frames {
            let (kind, prefix, data) = match frame {
                Frame::Text(text) => (0, &[][..], text.as_bytes()),
                Frame::Binary(data) => (1, &[4][..], data.as_ref()),
            };
            body.push(kind);
            body.extend((prefix.len() + data.len()).to_string().bytes().map(|digit| digit - b'0'));
            body.push(END_OF_LENGTH);
            body.extend_from_slice(prefix);
            body.extend_from_slice(data);
        }
        body
    })
}

/// Decodes a text body: the packets up to the first that is none.
pub fn packets(body: &str) -> Vec<Result<Packet, DecodeError>> {
    if body.is_empty() {
        return vec![Err(DecodeError::Empty)];
    }
    let mut rest = body;
    up_to_the_first_bad(|| {
        loop {
            if rest.is_empty() {
                return None;
            }
            let Some((packet, after)) = take(rest) else { return Some(Err(DecodeError::InvalidLength)) };
            rest = after;
            if !packet.is_empty() {
                return Some(decode_text_v3(packet)); // an empty one is nothing, as on Node
            }
        }
    })
}

fn up_to_the_first_bad(
    next: impl FnMut() -> Option<Result<Packet, DecodeError>>,
) -> Vec<Result<Packet, DecodeError>> {
    let mut is_over = false;
    std::iter::from_fn(next).take_while(|packet| !std::mem::replace(&mut is_over, packet.is_err())).collect()
}

/// The first packet of a text body, and what follows it.
fn take(body: &str) -> Option<(&str, &str)> {
    let (length, rest) = body.split_once(':')?;
    let length = number(length.bytes().map(|digit| digit.wrapping_sub(b'0')))?;
    let mut units = 0;
    let end = rest.char_indices().find_map(|(at, c)| {
        let is_end = units >= length;
        units += c.len_utf16();
        is_end.then_some(at)
    });
    let (packet, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    (packet.encode_utf16().count() == length).then_some((packet, after))
}

/// Decodes a binary body: the packets up to the first that is none.
pub fn packets_binary(body: &[u8]) -> Vec<Result<Packet, DecodeError>> {
    let mut rest = body;
    up_to_the_first_bad(|| {
        if rest.is_empty() {
            return None;
        }
        let Some((is_text, packet, after)) = take_binary(rest) else {
            return Some(Err(DecodeError::InvalidLength));
        };
        rest = after;
        if !is_text {
            return Some(Ok(decode_binary_v3(packet)));
        }
        Some(std::str::from_utf8(packet).map_err(|_| DecodeError::InvalidUtf8).and_then(decode_text_v3))
    })
}

/// Whether the first packet of a binary body is text, the packet, and what follows it.
fn take_binary(body: &[u8]) -> Option<(bool, &[u8], &[u8])> {
    let (kind, rest) = body.split_first()?;
    let end = rest.iter().position(|byte| *byte == END_OF_LENGTH)?;
    let (digits, rest) = rest.split_at_checked(end)?;
    let length = number(digits.iter().copied())?;
    let (packet, after) = rest.get(1..)?.split_at_checked(length)?;
    Some((*kind == 0, packet, after))
}

/// A length from its digits.
fn number(mut digits: impl ExactSizeIterator<Item = u8>) -> Option<usize> {
    if digits.len() == 0 {
        return None;
    }
    digits.try_fold(0_usize, |number, digit| match digit {
        0..=9 => number.checked_mul(10)?.checked_add(usize::from(digit)),
        _ => None,
    })
}
