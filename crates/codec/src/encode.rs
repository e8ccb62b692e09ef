use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use bytes::Bytes;
use litemap::{LiteMap, store::Store};

/// What can be written.
pub trait Encode {
    /// Adds its bytes.
    fn encode(&self, to: &mut Vec<u8>);
}

/// The bytes of a value.
#[must_use]
pub fn to_vec<T: Encode + ?Sized>(value: &T) -> Vec<u8> {
    to_extend(value, Vec::new())
}

/// These bytes, and then those of a value.
#[must_use]
pub fn to_extend<T: Encode + ?Sized>(value: &T, mut bytes: Vec<u8>) -> Vec<u8> {
    value.encode(&mut bytes);
    bytes
}

/// Adds the number of an enum's variant; for what is derived.
pub fn tag(number: u8, to: &mut Vec<u8>) {
    to.push(number);
}

fn varint(mut number: u64, to: &mut Vec<u8>) {
    while number > 0x7f {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn bytes(bytes: &[u8], to: &mut Vec<u8>) {
    varint(bytes.len() as u64, to);
    to.extend_from_slice(bytes);
}

fn all<T: Encode>(values: impl ExactSizeIterator<Item = T>, to: &mut Vec<u8>) {
    varint(values.len() as u64, to);
    for value in values {
        value.encode(to);
    }
}

fn pairs<K: Encode, V: Encode>(entries: impl ExactSizeIterator<Item = (K, V)>, to: &mut Vec<u8>) {
    varint(entries.len() as u64, to);
    for (key, value) in entries {
        key.encode(to);
        value.encode(to);
    }
}

impl Encode for () {
    fn encode(&self, _: &mut Vec<u8>) {}
}

impl Encode for u8 {
    fn encode(&self, to: &mut Vec<u8>) {
        to.push(*self);
    }
}

impl Encode for bool {
    fn encode(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }
}

impl Encode for u16 {
    fn encode(&self, to: &mut Vec<u8>) {
        varint(u64::from(*self), to);
    }
}

impl Encode for u32 {
    fn encode(&self, to: &mut Vec<u8>) {
        varint(u64::from(*self), to);
    }
}

impl Encode for u64 {
    fn encode(&self, to: &mut Vec<u8>) {
        varint(*self, to);
    }
}

impl Encode for usize {
    fn encode(&self, to: &mut Vec<u8>) {
        varint(*self as u64, to);
    }
}

impl Encode for str {
    fn encode(&self, to: &mut Vec<u8>) {
        bytes(self.as_bytes(), to);
    }
}

impl Encode for String {
    fn encode(&self, to: &mut Vec<u8>) {
        bytes(self.as_bytes(), to);
    }
}

impl Encode for Bytes {
    fn encode(&self, to: &mut Vec<u8>) {
        bytes(self, to);
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self, to: &mut Vec<u8>) {
        (**self).encode(to);
    }
}

impl<T: Encode + ?Sized> Encode for Box<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        (**self).encode(to);
    }
}

impl<T: Encode + ?Sized> Encode for Rc<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        (**self).encode(to);
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        to.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.encode(to);
        }
    }
}

impl<T: Encode> Encode for [T] {
    fn encode(&self, to: &mut Vec<u8>) {
        all(self.iter(), to);
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        all(self.iter(), to);
    }
}

impl<T: Encode> Encode for VecDeque<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        all(self.iter(), to);
    }
}

impl<T: Encode> Encode for BTreeSet<T> {
    fn encode(&self, to: &mut Vec<u8>) {
        all(self.iter(), to);
    }
}

impl<K: Encode, V: Encode> Encode for BTreeMap<K, V> {
    fn encode(&self, to: &mut Vec<u8>) {
        pairs(self.iter(), to);
    }
}

impl<K: Encode, V: Encode, S> Encode for HashMap<K, V, S> {
    fn encode(&self, to: &mut Vec<u8>) {
        pairs(self.iter(), to);
    }
}

impl<K: Encode, V: Encode, S: Store<K, V>> Encode for LiteMap<K, V, S> {
    fn encode(&self, to: &mut Vec<u8>) {
        varint(self.len() as u64, to);
        for (key, value) in (0..self.len()).filter_map(|index| self.get_indexed(index)) {
            key.encode(to);
            value.encode(to);
        }
    }
}

impl<A: Encode, B: Encode> Encode for (A, B) {
    fn encode(&self, to: &mut Vec<u8>) {
        self.0.encode(to);
        self.1.encode(to);
    }
}

impl<A: Encode, B: Encode, C: Encode> Encode for (A, B, C) {
    fn encode(&self, to: &mut Vec<u8>) {
        self.0.encode(to);
        self.1.encode(to);
        self.2.encode(to);
    }
}
