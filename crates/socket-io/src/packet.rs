//! One packet, and how it is written: type, attachments`-`, namespace`,`, id, JSON.

use std::fmt::Write as _;

use engine_io::Frame;
use serde::{Deserialize, Serialize};

use crate::Payload;

/// A Socket.IO packet. The two binary types of the wire are an event or acknowledgement whose payload has
/// attachments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packet {
    /// Type 0: a client asks to join a namespace, or the server says that it has.
    Connect {
        /// The namespace.
        nsp: String,
        /// A JSON object: the client's `auth`, or the server's `{"sid":…}`.
        data: Option<String>,
    },
    /// Type 1: one side leaves a namespace.
    Disconnect {
        /// The namespace.
        nsp: String,
    },
    /// Types 2 and 5.
    Event {
        /// The namespace.
        nsp: String,
        /// Present when an acknowledgement is expected.
        id: Option<u64>,
        /// The event's name. A number, which the protocol allows too, is its JSON text here, and is sent as a
        /// string.
        name: String,
        /// What follows the name.
        #[serde(with = "crate::stored")]
        args: Payload,
    },
    /// Types 3 and 6: the answer to the event with that id.
    Ack {
        /// The namespace.
        nsp: String,
        /// The event's id.
        id: u64,
        /// The answer.
        #[serde(with = "crate::stored")]
        args: Payload,
    },
    /// Type 4: the server does not let the client into a namespace.
    ConnectError {
        /// The namespace.
        nsp: String,
        /// A JSON object or string: the reason.
        data: String,
    },
}

/// The frames of one packet: a text, then one for each attachment.
pub fn encode(packet: &Packet) -> Vec<Frame> {
    match packet {
        Packet::Connect { nsp, data } => vec![text('0', nsp, data.as_deref().unwrap_or_default())],
        Packet::Disconnect { nsp } => encode_disconnect(nsp),
        Packet::Event { nsp, id, name, args } => encode_event(nsp, *id, name, args),
        Packet::Ack { nsp, id, args } => encode_ack(nsp, *id, args),
        Packet::ConnectError { nsp, data } => encode_connect_error(nsp, data),
    }
}

/// An event; `id` asks for an acknowledgement. Names reserved by Socket.IO are not refused here.
pub fn encode_event(nsp: &str, id: Option<u64>, name: &str, args: &Payload) -> Vec<Frame> {
    let comma = if args.is_empty() { "" } else { "," };
    with_attachments(['2', '5'], nsp, id, &[&json_string(name), comma, args.json()], args)
}

/// The acknowledgement of the event `id`.
pub fn encode_ack(nsp: &str, id: u64, args: &Payload) -> Vec<Frame> {
    with_attachments(['3', '6'], nsp, Some(id), &[args.json()], args)
}

/// The server's answer to a CONNECT: the id of the new socket.
pub fn encode_connect(nsp: &str, sid: &str) -> Vec<Frame> {
    vec![text('0', nsp, &format!(r#"{{"sid":{}}}"#, json_string(sid)))]
}

/// As [`encode_connect`], with the private id that lets the client recover this socket later.
pub fn encode_connect_with_pid(nsp: &str, sid: &str, pid: &str) -> Vec<Frame> {
    vec![text('0', nsp, &format!(r#"{{"sid":{},"pid":{}}}"#, json_string(sid), json_string(pid)))]
}

/// The server's refusal of a CONNECT. `json` is the error, `{"message":"…"}` or `{"message":"…","data":…}`.
pub fn encode_connect_error(nsp: &str, json: &str) -> Vec<Frame> {
    vec![text('4', nsp, json)]
}

/// The end of one namespace.
pub fn encode_disconnect(nsp: &str) -> Vec<Frame> {
    vec![text('1', nsp, "")]
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

fn text(kind: char, nsp: &str, json: &str) -> Frame {
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

fn json_string(text: &str) -> String {
    // Serialising a string cannot fail.
    serde_json::to_string(text).unwrap_or_default()
}
