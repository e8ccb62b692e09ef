use serde::de::{Error as _, Expected, Unexpected};

use super::Error;
use super::float::nearest;

/// How deep values that are read may be nested, as in `serde_json`.
const MAX_DEPTH: u8 = 127;

type Result<T> = std::result::Result<T, Error>;

/// A place in JSON. What reads and skips there knows nothing of types.
pub(crate) struct Reader<'de> {
    json: &'de str,
    at: usize,
    /// How many arrays and objects may be opened yet.
    depth: u8,
    /// Whether the innermost array or object was just opened: then no comma is due.
    fresh: bool,
    /// Whether the arguments themselves are to be read, and not yet a value in them.
    at_top: bool,
    /// Whether there were fewer arguments than were asked for.
    missing: bool,
    /// Whether a value had an end that nobody had read up to.
    broken: bool,
    /// Whether half of a surrogate pair, which Rust's strings cannot hold, becomes U+FFFD.
    lenient: bool,
    /// The last text, if it is not in the JSON as it is.
    scratch: String,
}

/// A number, as what it is written.
#[derive(Clone, Copy)]
pub(crate) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl<'de> Reader<'de> {
    pub(crate) fn new(json: &'de str) -> Self {
        Self {
            json,
            at: 0,
            depth: MAX_DEPTH,
            fresh: true,
            at_top: false,
            missing: false,
            broken: false,
            lenient: false,
            scratch: String::new(),
        }
    }

    /// Arguments, which are an array without brackets. A tuple takes one for each of its elements, anything else the first;
    /// what is behind is not read.
    pub(crate) fn arguments(json: &'de str) -> Self {
        let mut reader = Self { at_top: true, ..Self::new(json) };
        if reader.is_at_end() {
            reader.go_without();
        }
        reader
    }

    /// An argument that is missing is like `null`.
    fn go_without(&mut self) {
        (self.json, self.at, self.missing) = ("null", 0, true);
    }

    /// Whether it is the arguments themselves that are read now; then it is one of them from now on.
    pub(crate) fn leaves_top(&mut self) -> bool {
        std::mem::take(&mut self.at_top)
    }

    /// Has the error of a value that was read from arguments, if there is a better one.
    pub(crate) fn end_arguments(&self, failed: bool) -> Result<()> {
        match (failed, self.missing, self.broken) {
            (true, true, _) => Err(Error::words("an argument is missing")),
            (false, _, true) => Err(Error::words("trailing characters")),
            _ => Ok(()),
        }
    }

    /// JavaScript's strings can hold half of a surrogate pair, as one that was cut in the middle of an emoji does. This
    /// takes U+FFFD for it, where others fail.
    pub(crate) fn lenient(json: &'de str) -> Self {
        Self { lenient: true, ..Self::new(json) }
    }

    fn byte(&self) -> u8 {
        self.json.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    /// The first byte of what comes next; 0 at the end.
    pub(crate) fn peek(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
        self.byte()
    }

    /// Whether that byte comes next, which then is read.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte && self.at < self.json.len();
        self.at += usize::from(is_next);
        is_next
    }

    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek();
        self.at >= self.json.len()
    }

    /// Fails if anything comes behind what was read.
    pub(crate) fn end(&mut self) -> Result<()> {
        match self.is_at_end() && !self.broken {
            true => Ok(()),
            false => Err(self.unfit("trailing characters")),
        }
    }

    #[cold]
    #[inline(never)]
    fn unfit(&self, words: &'static str) -> Error {
        Error::words(if self.at >= self.json.len() { "the JSON ends too early" } else { words })
    }

    /// Reads an opening bracket; what is no value of that kind is not what was expected.
    pub(crate) fn open(&mut self, bracket: u8, expected: &dyn Expected) -> Result<()> {
        if !self.takes(bracket) {
            return Err(self.unexpected(expected));
        }
        self.depth = self.depth.checked_sub(1).ok_or_else(|| Error::words("recursion limit exceeded"))?;
        (self.fresh, self.at_top) = (true, false);
        Ok(())
    }

    /// Whether there is one more element, or member; also reads the comma before it.
    pub(crate) fn more(&mut self, end: u8) -> Result<bool> {
        if self.depth == MAX_DEPTH && self.is_at_end() {
            self.go_without();
            return Ok(true);
        }
        if self.peek() == end {
            return Ok(false);
        }
        if !std::mem::take(&mut self.fresh) && !self.takes(b',') {
            return Err(self.unfit("expected a comma, or the end of an array or object"));
        }
        match self.peek() == end {
            true => Err(Error::words("trailing comma")),
            false => Ok(true),
        }
    }

    /// Reads a closing bracket. That something else is there is told at the [`end`](Self::end), so that nothing has to be
    /// done with a value that was already read.
    pub(crate) fn close(&mut self, bracket: u8) {
        if self.depth == MAX_DEPTH {
            return; // arguments
        }
        self.broken |= !self.takes(bracket);
        self.depth = self.depth.saturating_add(1);
        self.fresh = false;
    }

    /// Reads a key and the colon behind it.
    pub(crate) fn key(&mut self) -> Result<Option<&'de str>> {
        if self.peek() != b'"' {
            return Err(self.unfit("expected a key, which is a string"));
        }
        let key = self.text()?;
        self.colon()?;
        Ok(key)
    }

    fn colon(&mut self) -> Result<()> {
        if self.takes(b':') { Ok(()) } else { Err(self.unfit("expected `:`")) }
    }

    /// The text that [`text`](Self::text) or [`key`](Self::key) has read.
    pub(crate) fn or_scratch<'a>(&'a self, text: Option<&'a str>) -> &'a str {
        text.unwrap_or(&self.scratch)
    }

    /// Reads a string, whose quote comes next: the part of the JSON that it is; `None` if it is in the scratch, since there
    /// were escapes in it.
    pub(crate) fn text(&mut self) -> Result<Option<&'de str>> {
        self.at += 1;
        let plain = self.plain();
        if self.byte() == b'"' {
            self.at += 1;
            return Ok(Some(plain));
        }
        self.scratch.clear();
        self.scratch.push_str(plain);
        loop {
            match self.byte() {
                b'"' => {
                    self.at += 1;
                    return Ok(None);
                }
                b'\\' => {
                    let c = self.escape()?;
                    self.scratch.push(c);
                }
                _ => return Err(self.unfit("control character in a string")),
            }
            let plain = self.plain();
            self.scratch.push_str(plain);
        }
    }

    /// Reads up to a quote, backslash or control character.
    fn plain(&mut self) -> &'de str {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let plain = rest.get(..plain(rest.as_bytes())).unwrap_or(rest);
        self.at += plain.len();
        plain
    }

    fn escape(&mut self) -> Result<char> {
        self.at += 1;
        let escape = self.byte();
        self.at += 1;
        Ok(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                let behind = self.at;
                let second = match (first, self.json.get(behind..behind + 2)) {
                    (0xD800..=0xDBFF, Some("\\u")) => {
                        self.at += 2;
                        self.unit().unwrap_or_default() // what is no unit is met again if it is not the second half
                    }
                    _ => 0,
                };
                if let (0xD800..=0xDBFF, 0xDC00..=0xDFFF) = (first, second) {
                    let c = 0x1_0000 + (((first & 0x3FF) << 10) | (second & 0x3FF));
                    return Ok(char::from_u32(c).unwrap_or_default());
                }
                self.at = behind;
                match char::from_u32(first) {
                    Some(c) => c,
                    None if self.lenient => char::REPLACEMENT_CHARACTER,
                    None => return Err(Error::words("half of a surrogate pair in a string")),
                }
            }
            _ => return Err(self.unfit("invalid escape")),
        })
    }

    /// The UTF-16 unit of an escape `\uXXXX`, behind the `u`.
    fn unit(&mut self) -> Result<u32> {
        let digits = self.json.get(self.at..self.at + 4).unwrap_or_default();
        let mut unit = 0;
        for digit in digits.chars() {
            unit = (unit << 4) | digit.to_digit(16).ok_or_else(|| self.unfit("invalid escape"))?;
        }
        self.at += 4;
        if digits.is_empty() { Err(self.unfit("invalid escape")) } else { Ok(unit) }
    }

    /// Reads a word of JSON, if it comes next.
    pub(crate) fn word(&mut self, word: &str) -> bool {
        self.peek();
        let comes = self.json.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if comes { word.len() } else { 0 };
        comes
    }

    pub(crate) fn boolean(&mut self, expected: &dyn Expected) -> Result<bool> {
        let is_true = self.word("true");
        match is_true || self.word("false") {
            true => Ok(is_true),
            false => Err(self.unexpected(expected)),
        }
    }

    /// Whether a string comes next; else it is not what was expected.
    pub(crate) fn expect_text(&mut self, expected: &dyn Expected) -> Result<Option<&'de str>> {
        if self.peek() == b'"' { self.text() } else { Err(self.unexpected(expected)) }
    }

    pub(crate) fn number(&mut self, expected: &dyn Expected) -> Result<Number> {
        let (text, is_whole) = self.digits(expected)?;
        if is_whole {
            if let Ok(number) = text.parse() {
                return Ok(Number::Unsigned(number));
            }
            // To JavaScript `-0` is no integer.
            if let Some(number) = text.parse().ok().filter(|number| *number != 0) {
                return Ok(Number::Signed(number));
            }
        }
        let number = Some(nearest(text)).filter(|number| number.is_finite());
        number.map(Number::Float).ok_or_else(|| Error::words("number out of range"))
    }

    /// Reads a number: its text, and whether it is a whole one.
    pub(crate) fn digits(&mut self, expected: &dyn Expected) -> Result<(&'de str, bool)> {
        if !matches!(self.peek(), b'-' | b'0'..=b'9') {
            return Err(self.unexpected(expected));
        }
        let (from, mut is_whole) = (self.at, true);
        self.at += usize::from(self.byte() == b'-');
        match self.byte() {
            b'0' => self.at += 1,
            _ => self.run()?,
        }
        if self.byte() == b'.' {
            is_whole = false;
            self.at += 1;
            self.run()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            is_whole = false;
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.run()?;
        }
        match self.byte() {
            b'0'..=b'9' => Err(Error::words("invalid number")),
            _ => Ok((self.since(from), is_whole)),
        }
    }

    /// Reads digits, of which there is at least one.
    fn run(&mut self) -> Result<()> {
        let from = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        if self.at > from { Ok(()) } else { Err(self.unfit("invalid number")) }
    }

    /// Reads the next of some arguments, if there is one, and gives its JSON.
    pub(crate) fn argument(&mut self) -> Option<&'de str> {
        if self.is_at_end() || !self.more(0).ok()? {
            return None;
        }
        self.raw().ok()
    }

    /// Where it is, for [`since`](Self::since).
    pub(crate) fn place(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// What was read since that place.
    pub(crate) fn since(&self, place: usize) -> &'de str {
        self.json.get(place..self.at).unwrap_or_default()
    }

    /// Reads one value, whatever it is, and gives its JSON.
    pub(crate) fn raw(&mut self) -> Result<&'de str> {
        let from = self.place();
        self.skip()?;
        Ok(self.since(from))
    }

    /// Reads one value, however deep.
    pub(crate) fn skip(&mut self) -> Result<()> {
        let mut open = Vec::new(); // the brackets that are due
        loop {
            match self.peek() {
                b'"' => self.skip_text()?,
                b'[' | b'{' => {
                    let end = self.byte() + 2;
                    self.at += 1;
                    if !self.takes(end) {
                        open.push(end);
                        self.skip_key(end)?;
                        continue;
                    }
                }
                b'-' | b'0'..=b'9' => drop(self.digits(&"a number")?),
                _ if self.word("null") || self.word("true") || self.word("false") => {}
                _ => return Err(self.unfit("expected value")),
            }
            // A value was read; what was open may end with it.
            loop {
                let Some(end) = open.last().copied() else { return Ok(()) };
                if self.takes(b',') {
                    self.skip_key(end)?;
                    break;
                }
                if !self.takes(end) {
                    return Err(self.unfit("expected a comma, or the end of an array or object"));
                }
                open.pop();
            }
        }
    }

    /// Reads the key that is due in an object.
    fn skip_key(&mut self, end: u8) -> Result<()> {
        if end == b']' {
            return Ok(());
        }
        if self.peek() != b'"' {
            return Err(self.unfit("expected a key, which is a string"));
        }
        self.skip_text()?;
        self.colon()
    }

    fn skip_text(&mut self) -> Result<()> {
        self.at += 1;
        loop {
            self.at += plain(self.json.as_bytes().get(self.at..).unwrap_or_default());
            let byte = self.byte();
            self.at += 1;
            match byte {
                b'"' => return Ok(()),
                b'\\' => {
                    let escape = self.byte();
                    self.at += 1;
                    match escape {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => drop(self.unit()?),
                        _ => return Err(self.unfit("invalid escape")),
                    }
                }
                _ => return Err(self.unfit("control character in a string")),
            }
        }
    }

    /// The error that what comes next is not what was expected.
    #[cold]
    #[inline(never)]
    pub(crate) fn unexpected(&mut self, expected: &dyn Expected) -> Error {
        let found = match self.peek() {
            b'"' => match self.text() {
                Ok(text) => return Error::invalid_type(Unexpected::Str(self.or_scratch(text)), expected),
                Err(error) => return error,
            },
            b'-' | b'0'..=b'9' => match self.number(expected) {
                Ok(Number::Unsigned(found)) => Unexpected::Unsigned(found),
                Ok(Number::Signed(found)) => Unexpected::Signed(found),
                Ok(Number::Float(found)) => Unexpected::Float(found),
                Err(error) => return error,
            },
            b'[' => Unexpected::Seq,
            b'{' => Unexpected::Map,
            b't' => Unexpected::Bool(true),
            b'f' => Unexpected::Bool(false),
            b'n' => Unexpected::Unit,
            _ => return self.unfit("expected value"),
        };
        Error::invalid_type(found, expected)
    }
}

/// The number of bytes before the first quote, backslash or control character: eight at a time.
pub(super) fn plain(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xFF;
    // Has the high bit of each byte that is less, and perhaps of bytes behind the first of them.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = below(word, 0x20)
            | below(word ^ (ONES * u64::from(b'"')), 1)
            | below(word ^ (ONES * u64::from(b'\\')), 1);
        let found = found & (ONES << 7);
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..0x20);
    words.len() * 8 + rest.iter().take_while(is_plain).count()
}
