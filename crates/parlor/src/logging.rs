//! Lines of the log: one JSON object for each event. Machines write what happened; the shell adds who says so and when.
//!
//! What a client sends is in none of them: no texts, tokens, ids of sessions or private ids.

use codec::{Decode, Encode};

use crate::answer::Fault;

/// How much a line matters; of the log, which lines are written: those of its own level and of those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Level {
    /// Something failed that should not.
    Error,
    /// Something went wrong, and was dealt with.
    Warn,
    /// Connections and objects come and go, or are refused.
    #[default]
    Info,
    /// Every message.
    Debug,
}

impl Level {
    /// The level of that name, as [`name`](Self::name) gives it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Error, Self::Warn, Self::Info, Self::Debug].into_iter().find(|level| level.name() == name)
    }

    /// Its name, in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// What is said of a broadcast that is not delivered, lest it be delivered twice.
pub(crate) const DROPPED: &str =
    "a broadcast may have been delivered before an object lost its memory, and was dropped";

/// How many characters of a text are in a line.
const TEXT_MAX: usize = 2_000;

/// A line of the log.
///
/// ```
/// use parlor::{Level, Line};
/// let mut line = Line::new(Level::Info, "closed");
/// line.text("reason", "ping timeout").number("ms", 12);
/// assert_eq!(line.json(), r#"{"level":"info","event":"closed","reason":"ping timeout","ms":12}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    level: Level,
    /// Without the last brace.
    json: String,
}

impl Line {
    /// A line about an event.
    #[must_use]
    pub fn new(level: Level, event: &str) -> Self {
        let mut line = Self { level, json: ["{\"level\":\"", level.name(), "\""].concat() };
        line.text("event", event);
        line
    }

    /// Adds a text. Of a long one, such as a client may send, only the beginning is in the line.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        let json = match value.char_indices().nth(TEXT_MAX) {
            None => socket_io::json::to_string(value),
            Some((end, _)) => {
                socket_io::json::to_string(&[value.get(..end).unwrap_or_default(), "…"].concat())
            }
        };
        self.member(name, &json.unwrap_or_default())
    }

    /// Adds a number.
    pub fn number(&mut self, name: &str, value: u64) -> &mut Self {
        self.member(name, &value.to_string())
    }

    /// Adds which request, or which of its messages, it is about, where that is known.
    pub(crate) fn id(&mut self, id: &str) -> &mut Self {
        if id.is_empty() { self } else { self.text("id", id) }
    }

    /// Adds why a handler failed. Its words for the client are left out, since they may quote what that sent.
    pub(crate) fn fault(&mut self, fault: &Fault) -> &mut Self {
        self.text("code", fault.code());
        match fault.cause() {
            Some(cause) => self.text("error", cause),
            None => self,
        }
    }

    fn member(&mut self, name: &str, json: &str) -> &mut Self {
        for part in [",\"", name, "\":", json] {
            self.json.push_str(part);
        }
        self
    }

    /// How much it matters.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// It, as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        [&self.json, "}"].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_whatever_is_in_it() {
        let nasty = "\"quoted\"\n\u{7}\\ }{";
        let mut line = Line::new(Level::Debug, nasty);
        line.text("room", nasty).number("n", u64::MAX).id(nasty);
        assert!(!line.json().contains('\n'));
        let read: serde_json::Value = serde_json::from_str(&line.json()).unwrap();
        assert_eq!(
            (&read["event"], &read["room"], &read["id"]),
            (&nasty.into(), &nasty.into(), &nasty.into())
        );
        assert_eq!((&read["level"], &read["n"]), (&"debug".into(), &u64::MAX.into()));
    }

    #[test]
    fn of_a_long_text_the_beginning_is_logged() {
        let nsp = "/é".repeat(TEXT_MAX);
        let mut line = Line::new(Level::Info, "refused");
        line.text("nsp", &nsp).text("room", &"r".repeat(TEXT_MAX));
        let read: serde_json::Value = serde_json::from_str(&line.json()).unwrap();
        assert_eq!(read["nsp"], format!("{}…", "/é".repeat(TEXT_MAX / 2)));
        assert_eq!(read["room"], "r".repeat(TEXT_MAX));
    }

    #[test]
    fn what_a_fault_tells_the_client_is_not_logged() {
        let mut line = Line::new(Level::Error, "failed");
        line.fault(&Fault::bad_payload("no such word: \"hello\""));
        assert_eq!(line.json(), r#"{"level":"error","event":"failed","code":"bad payload"}"#);
        let mut line = Line::new(Level::Error, "failed");
        line.fault(&Fault::internal("no disk"));
        assert_eq!(line.json(), r#"{"level":"error","event":"failed","code":"internal","error":"no disk"}"#);
    }

    #[test]
    fn levels_are_ordered_and_named() {
        let names = ["error", "warn", "info", "debug"].map(|name| Level::named(name).unwrap());
        assert!(names.is_sorted());
        assert_eq!(names.map(Level::name), ["error", "warn", "info", "debug"]);
        assert_eq!(Level::named("INFO"), None);
    }
}
