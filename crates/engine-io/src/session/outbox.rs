//! What waits for the next GET.

use std::mem;

use codec::{Decode, Encode};

use crate::Frame;

/// Node has no such bound; a client that never polls would fill the memory of an object it shares with others.
const MAX_BYTES: usize = 4_000_000;

/// What a frame costs beside its bytes, so that empty ones are not free.
const FRAME_COST: usize = 32;

#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub(super) struct Outbox {
    frames: Vec<Frame>,
    bytes: usize,
    /// Frames were added since the last look.
    grown: bool,
    /// Frames were there at the last look, so storage may hold them.
    stored: bool,
}

impl Outbox {
    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len() + FRAME_COST;
        self.frames.push(frame);
        self.grown = true;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.bytes > MAX_BYTES
    }

    /// Takes all frames, in order.
    pub(super) fn take(&mut self) -> Vec<Frame> {
        self.bytes = 0;
        mem::take(&mut self.frames)
    }

    pub(super) fn clear(&mut self) {
        self.take();
    }

    /// Whether what storage should hold has changed. What came and went between two looks has not: that is the common
    /// case, a GET that waits and frames that answer it.
    pub(super) fn take_dirty(&mut self) -> bool {
        let holds = !self.frames.is_empty();
        let dirty = if holds { self.grown } else { self.stored };
        self.grown = false;
        self.stored = holds;
        dirty
    }
}
