use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::rc::Rc;

use bytes::Bytes;
use litemap::{LiteMap, store::StoreMut};

/// As many bytes of memory a length that was read is believed to need, before there is more of the list.
const BELIEVED: usize = 4096;

/// What can be read.
pub trait Decode: Sized {
    /// Takes its bytes. If they are damaged the reader [has failed](Reader), and the value is any.
    fn decode(from: &mut Reader<'_>) -> Self;
}

/// Bytes that are being read. It has failed once something was not in them, and then is empty: what is read further is
/// zeros. So the code of a type need not ask after each field; whoever began asks, at the end.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    has_failed: bool,
}

/// The value that bytes begin with; `None` if they are damaged.
#[must_use]
pub fn from_bytes<T: Decode>(bytes: &[u8]) -> Option<T> {
    take(bytes).map(|(value, _)| value)
}

/// The value that bytes begin with, and the bytes behind it; `None` if they are damaged.
#[must_use]
pub fn take<T: Decode>(bytes: &[u8]) -> Option<(T, &[u8])> {
    let mut reader = Reader { rest: bytes, has_failed: false };
    let value = T::decode(&mut reader);
    (!reader.has_failed).then_some((value, reader.rest))
}

impl<'a> Reader<'a> {
    fn fail(&mut self) {
        self.has_failed = true;
        self.rest = &[];
    }

    fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                *byte
            }
            None => {
                self.fail();
                0
            }
        }
    }

    /// A number below this, in one byte; for what is derived.
    pub fn tag(&mut self, below: u8) -> u8 {
        let tag = self.byte();
        if tag < below {
            return tag;
        }
        self.fail();
        0
    }

    fn varint(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                if shift == 63 && byte > 1 {
                    break;
                }
                return number;
            }
        }
        self.fail();
        0
    }

    /// A number that a smaller type has to hold.
    fn number<T: TryFrom<u64> + Default>(&mut self) -> T {
        T::try_from(self.varint()).unwrap_or_else(|_| {
            self.fail();
            T::default()
        })
    }

    /// How many entries follow, each of a byte at least.
    fn count(&mut self) -> usize {
        let count = self.number::<usize>();
        if count <= self.rest.len() {
            return count;
        }
        self.fail();
        0
    }

    fn bytes(&mut self) -> &'a [u8] {
        let count = self.count();
        let (bytes, rest) = self.rest.split_at_checked(count).unwrap_or_default();
        self.rest = rest;
        bytes
    }

    fn text(&mut self) -> &'a str {
        std::str::from_utf8(self.bytes()).unwrap_or_else(|_| {
            self.fail();
            ""
        })
    }

    /// The entries of a list, without memory for more of them than there can be.
    fn all<T: Decode>(&mut self) -> Vec<T> {
        let count = self.count();
        let mut all = Vec::with_capacity(count.min(BELIEVED / size_of::<T>().max(1)));
        for _ in 0..count {
            if self.has_failed {
                break;
            }
            all.push(T::decode(self));
        }
        all
    }
}

impl Decode for () {
    fn decode(_: &mut Reader<'_>) -> Self {}
}

impl Decode for u8 {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.byte()
    }
}

impl Decode for bool {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.tag(2) == 1
    }
}

impl Decode for u16 {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.number()
    }
}

impl Decode for u32 {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.number()
    }
}

impl Decode for u64 {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.varint()
    }
}

impl Decode for usize {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.number()
    }
}

impl Decode for String {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.text().to_owned()
    }
}

impl Decode for Rc<str> {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.text().into()
    }
}

impl Decode for Bytes {
    fn decode(from: &mut Reader<'_>) -> Self {
        Self::copy_from_slice(from.bytes())
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(from: &mut Reader<'_>) -> Self {
        Self::new(T::decode(from))
    }
}

impl<T: Decode> Decode for Rc<T> {
    fn decode(from: &mut Reader<'_>) -> Self {
        Self::new(T::decode(from))
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(from: &mut Reader<'_>) -> Self {
        (from.tag(2) == 1).then(|| T::decode(from))
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.all()
    }
}

impl<T: Decode> Decode for VecDeque<T> {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.all().into()
    }
}

impl<T: Decode + Ord> Decode for BTreeSet<T> {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.all().into_iter().collect()
    }
}

impl<K: Decode + Ord, V: Decode> Decode for BTreeMap<K, V> {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.all::<(K, V)>().into_iter().collect()
    }
}

impl<K: Decode + Eq + Hash, V: Decode, S: BuildHasher + Default> Decode for HashMap<K, V, S> {
    fn decode(from: &mut Reader<'_>) -> Self {
        from.all::<(K, V)>().into_iter().collect()
    }
}

/// In a row keys are in order, so each goes to the end; a sort of them all would be more code, for each type of map.
impl<K: Decode + Ord, V: Decode, S: StoreMut<K, V>> Decode for LiteMap<K, V, S> {
    fn decode(from: &mut Reader<'_>) -> Self {
        let count = from.count();
        let mut map = Self::with_capacity(count.min(BELIEVED / size_of::<(K, V)>().max(1)));
        for _ in 0..count {
            if from.has_failed {
                break;
            }
            map.insert(K::decode(from), V::decode(from));
        }
        map
    }
}

impl<A: Decode, B: Decode> Decode for (A, B) {
    fn decode(from: &mut Reader<'_>) -> Self {
        (A::decode(from), B::decode(from))
    }
}

impl<A: Decode, B: Decode, C: Decode> Decode for (A, B, C) {
    fn decode(from: &mut Reader<'_>) -> Self {
        (A::decode(from), B::decode(from), C::decode(from))
    }
}
