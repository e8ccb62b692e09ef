use crate::json::Reader;

/// A JSON array that was checked but not parsed.
pub(crate) struct Array<'a> {
    /// The first element.
    pub(crate) first: &'a str,
    /// All elements, without the brackets.
    pub(crate) all: &'a str,
}

impl<'a> Array<'a> {
    /// `None` when `json` is anything but one valid JSON array.
    pub(crate) fn parse(json: &'a str) -> Option<Self> {
        let mut reader = Reader::new(json);
        reader.open(b'[', &"an array").ok()?;
        let mut first = None;
        while reader.more(b']').ok()? {
            let element = reader.raw().ok()?;
            first = first.or(Some(element));
        }
        reader.close(b']');
        reader.end().ok()?;
        let all = json.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
        Some(Self { first: first.unwrap_or_default(), all })
    }

    /// The elements behind the first.
    pub(crate) fn rest(&self) -> &'a str {
        let rest = self.all.strip_prefix(self.first).unwrap_or_default().trim_start();
        rest.strip_prefix(',').unwrap_or_default().trim_start()
    }
}
