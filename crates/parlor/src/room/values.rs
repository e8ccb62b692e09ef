//! The values of a room, in its object's journal, by key. Nothing of them is in memory.

use std::ops::Range;

use engine_io::Millis;

use crate::{
    Turn,
    journal::StorageFault,
    stored,
    values::{READ_BYTES, READ_MAX, Value, Values},
    wire::{Found, Query},
};

/// Version of the stored form of a value. Raise it with any change to it, and read the older ones too: this is to last.
const VERSION: u8 = 1;

/// Answers what is asked of values.
pub(super) fn answer(turn: &mut Turn<'_>, query: Query) -> Found {
    let done = match query {
        Query::Set { key, value, time, claim } => set(turn, key, value, time, claim),
        Query::Values(keys) => read(turn, &keys),
        Query::Remove(keys) => turn.journal.remove_values(range(&keys)).map(|()| Values::default()),
        _ => Ok(Values::default()),
    };
    match done {
        Ok(values) => Found { values, ..Found::default() },
        Err(StorageFault) => Found::refused("storage", "The storage takes nothing. Try again later."),
    }
}

/// Keeps a value, unless another one is there and it is a claim. To a claim it answers what is there now.
fn set(
    turn: &mut Turn<'_>,
    key: String,
    value: Value,
    time: Option<Millis>,
    claim: bool,
) -> Result<Values, StorageFault> {
    if claim {
        let held = read(turn, std::slice::from_ref(&key))?;
        if held.entries.iter().any(|(_, held)| *held != value) {
            return Ok(held);
        }
    }
    let until = time.map(|time| turn.now.saturating_add(time));
    turn.journal.set_value(key.as_bytes(), &stored::write(VERSION, &(until, &value)))?;
    let entries = if claim { vec![(key, value)] } else { Vec::new() };
    Ok(Values { entries, ..Values::default() })
}

/// Reads values in the order of their keys, each once. Those whose time is over are not there, and go now.
fn read(turn: &mut Turn<'_>, keys: &[String]) -> Result<Values, StorageFault> {
    let now = turn.now;
    let mut ranges: Vec<Range<Vec<u8>>> = Vec::new();
    for range in keys.iter().map(|keys| range(keys)) {
        let at = ranges.partition_point(|known| known.start < range.start);
        ranges.insert(at, range);
    }
    let (mut values, mut bytes, mut expired) = (Values::default(), 0, Vec::new());
    let mut is_newer = false;
    let mut read_to = Vec::new();
    for Range { start, end } in ranges {
        let start = start.max(read_to);
        if start < end && !values.is_cut {
            turn.journal.values(start.clone()..end.clone(), &mut |key, row| {
                match stored::read::<(Option<Millis>, Value)>(VERSION, &row) {
                    Some((Some(until), _)) if until <= now => expired.push(key),
                    Some((_, value)) => {
                        bytes += row.len();
                        values.is_cut = values.entries.len() == READ_MAX || bytes > READ_BYTES;
                        if !values.is_cut {
                            values.entries.extend(String::from_utf8(key).ok().map(|key| (key, value)));
                        }
                    }
                    None => is_newer |= stored::is_newer(VERSION, &row),
                }
                !values.is_cut
            })?;
        }
        read_to = start.max(end);
    }
    if is_newer {
        return Err(StorageFault); // nobody may take for free what newer code than this knows to be taken
    }
    for key in expired {
        let end = [key.as_slice(), &[0]].concat();
        _ = turn.journal.remove_values(key..end); // if not, whoever meets it next tries again
    }
    Ok(values)
}

/// A key, or all that begin so, if it ends in `*`. In text there is no byte 255.
fn range(keys: &str) -> Range<Vec<u8>> {
    let (start, end) = match keys.strip_suffix('*') {
        Some(prefix) => (prefix, 255),
        None => (keys, 0),
    };
    start.as_bytes().to_vec()..[start.as_bytes(), &[end]].concat()
}
