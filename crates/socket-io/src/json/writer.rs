use std::fmt::{Display, Write as _};

use super::Error;
use super::reader::plain;

/// JSON that is being written. What writes here knows nothing of types.
pub(crate) struct Writer {
    pub(crate) json: String,
    /// Whether the innermost array or object was just opened: then no comma is due.
    fresh: bool,
    /// Whether nothing was written of what is arguments, if it is a tuple.
    at_top: bool,
    /// Whether it is one.
    pub(crate) is_tuple: bool,
    /// Whether the next text is JSON as it is.
    is_raw: bool,
}

impl Default for Writer {
    fn default() -> Self {
        Self { json: String::new(), fresh: true, at_top: true, is_tuple: false, is_raw: false }
    }
}

impl Writer {
    pub(super) fn open(&mut self, bracket: char) {
        self.json.push(bracket);
        self.fresh = true;
        self.at_top = false;
    }

    pub(super) fn close(&mut self, brackets: &str) {
        self.json.push_str(brackets);
        self.fresh = false;
    }

    /// The bracket of a tuple.
    pub(super) fn open_tuple(&mut self) {
        self.is_tuple |= self.at_top;
        self.open('[');
    }

    /// What follows is inside of something else, if without brackets.
    pub(super) fn leave_top(&mut self) {
        self.at_top = false;
    }

    /// What follows is a `RawValue`.
    pub(super) fn begin_raw(&mut self) {
        self.is_raw = true;
    }

    /// What comes before an element, or a key.
    pub(super) fn element(&mut self) {
        if !std::mem::take(&mut self.fresh) {
            self.json.push(',');
        }
    }

    pub(super) fn member(&mut self, key: &str) {
        if !self.is_raw {
            self.element();
            self.text(key);
            self.json.push(':');
        }
    }

    /// The beginning of a variant that has content.
    pub(super) fn variant(&mut self, name: &str) {
        self.open('{');
        self.member(name);
    }

    /// Where a key begins, for [`end_key`](Self::end_key).
    pub(super) fn begin_key(&mut self) -> usize {
        self.element();
        self.json.len()
    }

    /// What was written since then is a key: numbers and the like become strings.
    pub(super) fn end_key(&mut self, from: usize) -> Result<(), Error> {
        let key = self.json.get(from..).unwrap_or_default();
        if key.starts_with(['[', '{', 'n']) {
            return Err(Error::words("key must be a string"));
        }
        if !key.starts_with('"') {
            self.json.insert(from, '"');
            self.json.push('"');
        }
        self.json.push(':');
        Ok(())
    }

    pub(super) fn display(&mut self, value: &dyn Display) {
        _ = write!(self.json, "{value}"); // writing to a string cannot fail
    }

    pub(crate) fn text(&mut self, text: &str) {
        if std::mem::take(&mut self.is_raw) {
            return self.json.push_str(text);
        }
        self.json.push('"');
        let mut rest = text;
        loop {
            let (before, from) = rest.split_at_checked(plain(rest.as_bytes())).unwrap_or((rest, ""));
            self.json.push_str(before);
            let mut behind = from.chars();
            match behind.next() {
                None => break,
                Some('"') => self.json.push_str("\\\""),
                Some('\\') => self.json.push_str("\\\\"),
                Some('\n') => self.json.push_str("\\n"),
                Some('\r') => self.json.push_str("\\r"),
                Some('\t') => self.json.push_str("\\t"),
                Some('\x08') => self.json.push_str("\\b"),
                Some('\x0c') => self.json.push_str("\\f"),
                Some(control) => _ = write!(self.json, "\\u{:04x}", u32::from(control)),
            }
            rest = behind.as_str();
        }
        self.json.push('"');
    }
}
