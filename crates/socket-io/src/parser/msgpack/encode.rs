//! JSON → msgpack.

use engine_io::Frame;
use rmp::encode::{write_array_len, write_map_len, write_str, write_uint};

use crate::payload::Walk;
use crate::{Packet, Payload, parser::EncodeError};

// Writing to a vector cannot fail, which is why the results of `rmp` are not looked at.

pub(crate) fn event(
    nsp: &str,
    id: Option<u64>,
    name: &str,
    args: &Payload,
) -> Result<Vec<Frame>, EncodeError> {
    packet(2, nsp, id, Some(name), args)
}

pub(crate) fn ack(nsp: &str, id: u64, args: &Payload) -> Result<Vec<Frame>, EncodeError> {
    packet(3, nsp, Some(id), None, args)
}

pub(crate) fn with_argument(frames: &[Frame], text: &str) -> Option<Vec<Frame>> {
    let [Frame::Binary(packet)] = frames else { return None };
    let Ok(Some(Packet::Event { nsp, id: None, name, mut args })) = super::decode(packet) else {
        return None;
    };
    args.push(text).ok()?;
    event(&nsp, None, &name, &args).ok()
}

fn packet(
    kind: u8,
    nsp: &str,
    id: Option<u64>,
    name: Option<&str>,
    args: &Payload,
) -> Result<Vec<Frame>, EncodeError> {
    let mut out = head(kind, nsp, 3 + u32::from(id.is_some()));
    if let Some(id) = id {
        let _ = write_str(&mut out, "id");
        let _ = write_uint(&mut out, id);
    }
    let _ = write_str(&mut out, "data");
    let count = usize::from(name.is_some()) + args.args().count();
    let _ = write_array_len(&mut out, u32::try_from(count).unwrap_or(u32::MAX));
    if let Some(name) = name {
        let _ = write_str(&mut out, name);
    }
    for argument in args.args() {
        Walk::writing(&mut out, args.attachments()).over(argument.get())?;
    }
    Ok(vec![Frame::Binary(out.into())])
}

pub(crate) fn plain(kind: u8, nsp: &str, json: &str) -> Vec<Frame> {
    let mut out = head(kind, nsp, 2 + u32::from(!json.is_empty()));
    if !json.is_empty() {
        let _ = write_str(&mut out, "data");
        if Walk::writing(&mut out, &[]).over(json).is_err() {
            return Vec::new();
        }
    }
    vec![Frame::Binary(out.into())]
}

fn head(kind: u8, nsp: &str, keys: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = write_map_len(&mut out, keys);
    let _ = write_str(&mut out, "type");
    let _ = write_uint(&mut out, u64::from(kind));
    let _ = write_str(&mut out, "nsp");
    let _ = write_str(&mut out, nsp);
    out
}
