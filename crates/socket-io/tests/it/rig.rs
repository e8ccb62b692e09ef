use std::fmt::Debug;

use bytes::Bytes;
use codec::{Decode, Encode};
use engine_io::{Frame, Message};
use socket_io::{Connection, Decoder, Packet, Violation};

/// Whether memory is lost between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Awake,
    Asleep,
}

/// Runs a test in both modes.
pub(crate) fn twice(test: impl Fn(Mode)) {
    test(Mode::Awake);
    test(Mode::Asleep);
}

pub(crate) trait Machine: Clone + Debug + PartialEq + Encode + Decode {
    /// Whether the driver would store it now.
    fn take_dirty(&mut self) -> bool;
}

impl Machine for Decoder {
    fn take_dirty(&mut self) -> bool {
        true
    }
}

impl Machine for Connection {
    fn take_dirty(&mut self) -> bool {
        Connection::take_dirty(self)
    }
}

/// A machine and its store.
pub(crate) struct Rig<M> {
    machine: M,
    stored: Vec<u8>,
    mode: Mode,
}

impl<M: Machine> Rig<M> {
    pub(crate) fn new(mode: Mode, machine: M) -> Self {
        let mut rig = Self { machine, stored: Vec::new(), mode };
        rig.step(|_| ());
        rig
    }

    pub(crate) fn step<R>(&mut self, step: impl FnOnce(&mut M) -> R) -> R {
        let result = step(&mut self.machine);
        if self.machine.take_dirty() {
            self.stored = codec::to_vec(&self.machine);
        }
        if self.mode == Mode::Asleep {
            let restored: M = codec::from_bytes(&self.stored).unwrap();
            assert_eq!(restored, self.machine, "something changed that was not stored");
            self.machine = restored;
        }
        result
    }

    pub(crate) fn look(&self) -> &M {
        &self.machine
    }
}

impl Rig<Decoder> {
    pub(crate) fn decode(&mut self, message: Message) -> Result<Option<Packet>, Violation> {
        self.step(|decoder| decoder.decode(message))
    }
}

pub(crate) fn text(text: &str) -> Message {
    Message::Text(text.to_owned())
}

pub(crate) fn binary(bytes: &'static [u8]) -> Message {
    Message::Binary(Bytes::from_static(bytes))
}

/// A frame as the other side's Engine.IO hands it on.
pub(crate) fn delivered(frame: &Frame) -> Message {
    match frame {
        Frame::Text(text) => Message::Text(text.strip_prefix('4').unwrap().to_owned()),
        Frame::Binary(bytes) => Message::Binary(bytes.clone()),
    }
}

/// Frames as one readable line: texts as they are, attachments as `<bytes>`.
pub(crate) fn show(frames: &[Frame]) -> String {
    let shown: Vec<String> = frames
        .iter()
        .map(|frame| match frame {
            Frame::Text(text) => text.to_string(),
            Frame::Binary(bytes) => format!("<{}>", String::from_utf8_lossy(bytes)),
        })
        .collect();
    shown.join(" ")
}
