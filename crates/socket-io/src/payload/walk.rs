//! One walk over a JSON value, without building a tree of it: it finds how many attachments the placeholders in it point
//! to, and can write the value as msgpack on its way.

use bytes::Bytes;
use rmp::encode::{
    write_array_len, write_bin, write_bool, write_f64, write_map_len, write_nil, write_sint, write_str,
    write_uint,
};

use crate::json::{Error, Number, Reader};

/// The number of attachments there must be for every placeholder in `json` (arguments without the brackets)
/// to point to one of them; `usize::MAX` when a placeholder's index cannot be one.
///
/// Fails on values nested deeper than 128 levels, unlike Node, whose stack is larger.
pub(crate) fn attachments_needed(json: &str) -> Result<usize, Error> {
    let mut needed = 0;
    let mut reader = Reader::new(json);
    while let Some(argument) = reader.argument() {
        needed = needed.max(Walk { out: None }.over(argument)?);
    }
    Ok(needed)
}

pub(crate) struct Walk<'a> {
    out: Option<Writer<'a>>,
}

impl<'a> Walk<'a> {
    /// A walk that writes what it meets as msgpack, attachments where placeholders stand.
    pub(crate) fn writing(out: &'a mut Vec<u8>, attachments: &'a [Bytes]) -> Self {
        Self { out: Some(Writer { out, attachments }) }
    }

    /// Goes over a value; gives the number of attachments that it needs.
    ///
    /// # Errors
    /// When it is no JSON, or deeper than 128 levels.
    pub(crate) fn over(mut self, json: &str) -> Result<usize, Error> {
        let mut reader = Reader::lenient(json);
        let seen = self.value(&mut reader)?;
        reader.end()?;
        Ok(seen.needed)
    }

    fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(writer) = &mut self.out {
            write(writer.out);
        }
    }

    fn value(&mut self, json: &mut Reader<'_>) -> Result<Seen, Error> {
        match json.peek() {
            b'[' => return self.array(json),
            b'{' => return self.object(json),
            b'"' => {
                let text = json.text()?;
                self.write(|out| _ = write_str(out, json.or_scratch(text)));
            }
            b't' | b'f' => {
                let value = json.boolean(&"a JSON value")?;
                self.write(|out| _ = write_bool(out, value));
                return Ok(Seen { is_true: value, ..Seen::default() });
            }
            b'n' if json.word("null") => self.write(|out| _ = write_nil(out)),
            _ => return Ok(self.number(json.number(&"a JSON value")?)),
        }
        Ok(Seen::default())
    }

    fn number(&mut self, number: Number) -> Seen {
        // JavaScript has one kind of number, and writes the whole ones as integers.
        const WHOLE: f64 = 9_007_199_254_740_992.0;
        self.write(|out| {
            _ = match number {
                Number::Unsigned(value) => write_uint(out, value).map(drop),
                Number::Signed(value) => write_sint(out, value).map(drop),
                Number::Float(value) if value.fract() == 0.0 && value.abs() <= WHOLE => {
                    write_sint(out, value as i64).map(drop)
                }
                Number::Float(value) => write_f64(out, value),
            }
        });
        let Number::Unsigned(value) = number else { return Seen::default() };
        Seen { index: usize::try_from(value).ok(), ..Seen::default() }
    }

    fn array(&mut self, json: &mut Reader<'_>) -> Result<Seen, Error> {
        let mark = self.mark();
        let (mut needed, mut length) = (0, 0);
        json.open(b'[', &"an array")?;
        while json.more(b']')? {
            needed = needed.max(self.value(json)?.needed);
            length += 1;
        }
        json.close(b']');
        self.head(mark, |head| _ = write_array_len(head, length));
        Ok(Seen { needed, ..Seen::default() })
    }

    fn object(&mut self, json: &mut Reader<'_>) -> Result<Seen, Error> {
        let mark = self.mark();
        let (mut is_placeholder, mut index, mut needed, mut length) = (false, None, 0, 0);
        json.open(b'{', &"an object")?;
        while json.more(b'}')? {
            let key = json.key()?;
            let key = json.or_scratch(key);
            self.write(|out| _ = write_str(out, key));
            let (says_placeholder, says_index) = (key == "_placeholder", key == "num");
            let value = self.value(json)?;
            is_placeholder = if says_placeholder { value.is_true } else { is_placeholder };
            index = if says_index { value.index } else { index };
            needed = needed.max(value.needed);
            length += 1;
        }
        json.close(b'}');
        self.head(mark, |head| _ = write_map_len(head, length));
        if is_placeholder {
            needed = index.map_or(usize::MAX, |index| index.saturating_add(1));
            self.attach(mark, index.unwrap_or(usize::MAX));
        }
        Ok(Seen { needed, ..Seen::default() })
    }

    fn mark(&self) -> usize {
        self.out.as_ref().map_or(0, |writer| writer.out.len())
    }

    /// Puts the head of an array or map before what was written since the mark; its length is known only now.
    fn head(&mut self, mark: usize, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(writer) = &mut self.out {
            let mut head = Vec::new();
            write(&mut head);
            writer.out.splice(mark..mark, head);
        }
    }

    /// Puts an attachment in the place of what was written since the mark.
    fn attach(&mut self, mark: usize, index: usize) {
        if let Some(writer) = &mut self.out
            && let Some(bytes) = writer.attachments.get(index)
        {
            writer.out.truncate(mark);
            let _ = write_bin(writer.out, bytes);
        }
    }
}

// Writing to a vector cannot fail, which is why the results of `rmp` are not looked at.
struct Writer<'a> {
    out: &'a mut Vec<u8>,
    attachments: &'a [Bytes],
}

/// What has to be known of a value by the object around it.
#[derive(Default)]
struct Seen {
    is_true: bool,
    index: Option<usize>,
    needed: usize,
}
