//! An object's journal, of which a crash takes what was not written yet.

use std::ops::Range;

use parlor::{Entry, Journal as _, MemoryJournal, Order, StorageFault, TakeValue};

/// What a turn did to it.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put(u64, Vec<u8>, Vec<u8>),
    SetHead(u64, Vec<u8>),
    Remove(Range<u64>),
    SetValue(Vec<u8>, Vec<u8>),
    RemoveValues(Range<Vec<u8>>),
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// As the machine sees it.
    current: MemoryJournal,
    /// As it is on disk.
    written: MemoryJournal,
    changes: Vec<Change>,
}

impl Journal {
    /// What was done to it since this was last asked.
    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// These changes are on disk now.
    pub(crate) fn write(&mut self, changes: Vec<Change>) -> u64 {
        let before = self.written.written;
        for change in changes {
            let done = match change {
                Change::Put(number, head, body) => self.written.put(number, &head, &body),
                Change::SetHead(number, head) => self.written.set_head(number, &head),
                Change::Remove(numbers) => self.written.remove(numbers),
                Change::SetValue(key, value) => self.written.set_value(&key, &value),
                Change::RemoveValues(keys) => self.written.remove_values(keys),
            };
            assert_eq!(done, Ok(()));
        }
        self.written.written - before
    }

    /// The object loses its memory, and what was not written with it.
    pub(crate) fn forget(&mut self) {
        self.changes.clear();
        self.current = self.written.clone();
    }
}

impl parlor::Journal for Journal {
    fn put(&mut self, number: u64, head: &[u8], body: &[u8]) -> Result<(), StorageFault> {
        self.current.put(number, head, body)?;
        self.changes.push(Change::Put(number, head.to_vec(), body.to_vec()));
        Ok(())
    }

    fn set_head(&mut self, number: u64, head: &[u8]) -> Result<(), StorageFault> {
        self.current.set_head(number, head)?;
        self.changes.push(Change::SetHead(number, head.to_vec()));
        Ok(())
    }

    fn remove(&mut self, numbers: Range<u64>) -> Result<(), StorageFault> {
        self.current.remove(numbers.clone())?;
        self.changes.push(Change::Remove(numbers));
        Ok(())
    }

    fn heads(&self, numbers: Range<u64>, order: Order, most: usize) -> Vec<(u64, Vec<u8>)> {
        self.current.heads(numbers, order, most)
    }

    fn read(&self, numbers: Range<u64>, order: Order, most: usize, bytes: usize) -> Vec<Entry> {
        self.current.read(numbers, order, most, bytes)
    }

    fn set_value(&mut self, key: &[u8], value: &[u8]) -> Result<(), StorageFault> {
        self.current.set_value(key, value)?;
        self.changes.push(Change::SetValue(key.to_vec(), value.to_vec()));
        Ok(())
    }

    fn remove_values(&mut self, keys: Range<Vec<u8>>) -> Result<(), StorageFault> {
        self.current.remove_values(keys.clone())?;
        self.changes.push(Change::RemoveValues(keys));
        Ok(())
    }

    fn values(&self, keys: Range<Vec<u8>>, take: &mut TakeValue<'_>) -> Result<(), StorageFault> {
        self.current.values(keys, take)
    }
}
