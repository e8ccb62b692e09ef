//! Packets as text: type, attachments`-`, namespace`,`, id, JSON. Each attachment is a frame of its own behind it.

use std::fmt::Write as _;

use engine_io::Frame;

use crate::{Payload, json::Writer};

pub(crate) fn event(nsp: &str, id: Option<u64>, name: &str, args: &Payload) -> Vec<Frame> {
    let comma = if args.is_empty() { "" } else { "," };
    with_attachments(['2', '5'], nsp, id, &[&json_string(name), comma, args.json()], args)
}

pub(crate) fn ack(nsp: &str, id: u64, args: &Payload) -> Vec<Frame> {
    with_attachments(['3', '6'], nsp, Some(id), &[args.json()], args)
}

pub(crate) fn with_argument(frames: &[Frame], text: &str) -> Option<Vec<Frame>> {
    let (Frame::Text(packet), attachments) = frames.split_first()? else { return None };
    let array = packet.strip_suffix(']').filter(|_| packet.starts_with("42") || packet.starts_with("45"))?;
    let packet = [array, ",\"", text, "\"]"].concat();
    Some(std::iter::once(Frame::Text(packet.into())).chain(attachments.iter().cloned()).collect())
}

fn with_attachments(
    [plain, binary]: [char; 2],
    nsp: &str,
    id: Option<u64>,
    array: &[&str],
    args: &Payload,
) -> Vec<Frame> {
    let count = args.attachments().len();
    let mut out = String::with_capacity(nsp.len() + args.json().len() + 64);
    out.push('4');
    if count == 0 {
        out.push(plain);
    } else {
        // Writing to a string cannot fail.
        let _ = write!(out, "{binary}{count}-");
    }
    push_namespace(&mut out, nsp);
    if let Some(id) = id {
        let _ = write!(out, "{id}");
    }
    out.push('[');
    out.extend(array.iter().copied());
    out.push(']');

    let mut frames = Vec::with_capacity(1 + count);
    frames.push(Frame::Text(out.into()));
    frames.extend(args.attachments().iter().cloned().map(Frame::Binary));
    frames
}

/// A packet of the kinds that have no attachments; `json` may be empty.
pub(crate) fn text(kind: char, nsp: &str, json: &str) -> Frame {
    let mut out = String::with_capacity(nsp.len() + json.len() + 3);
    out.push('4');
    out.push(kind);
    push_namespace(&mut out, nsp);
    out.push_str(json);
    Frame::Text(out.into())
}

fn push_namespace(out: &mut String, nsp: &str) {
    if nsp != "/" {
        out.push_str(nsp);
        out.push(',');
    }
}

pub(crate) fn json_string(text: &str) -> String {
    let mut writer = Writer::default();
    writer.text(text);
    writer.json
}
