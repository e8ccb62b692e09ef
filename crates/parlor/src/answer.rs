//! What a handler gives back: an acknowledgement, a fault, a refusal.

use std::borrow::Cow;

use serde::Serialize;
use socket_io::{IntoPayload, Payload};

use crate::{history::Receipt, wire::Found};

/// The answer to the client's acknowledgement, if it asked for one. A tuple is several arguments, `()` none.
///
/// ```
/// use parlor::prelude::*;
/// async fn echo(Data(text): Data<String>) -> Ack<String> {
///     Ack(text)
/// }
/// # let _: Namespace<()> = Namespace::open().on("echo", echo);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ack<T = ()>(pub T);

/// Why an event could not be handled. The client's acknowledgement gets `{error, message}`.
///
/// Any [`std::error::Error`] becomes `internal` by `?`: its text is logged and not told to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(Box<Words>); // boxed: it is in the result of nearly everything

#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    error: Cow<'static, str>,
    message: Option<String>,
    cause: Option<String>,
}

const TIMEOUT: &str = "timeout";

impl Fault {
    /// A fault with a code for programs and words for people.
    pub fn new(error: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::of(error.into(), Some(message.into()), None)
    }

    #[cold]
    fn of(error: Cow<'static, str>, message: Option<String>, cause: Option<String>) -> Self {
        Self(Box::new(Words { error, message, cause }))
    }

    /// The payload does not fit what the handler takes.
    pub fn bad_payload(message: impl std::fmt::Display) -> Self {
        Self::new("bad payload", message.to_string())
    }

    /// Something that is not the client's doing. The client gets the code `internal` alone.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::of("internal".into(), None, Some(cause.to_string()))
    }

    /// An answer that did not come in time.
    #[must_use]
    pub fn timeout() -> Self {
        Self::new(TIMEOUT, "operation has timed out")
    }

    /// Too much waits to be sent.
    #[must_use]
    pub fn busy() -> Self {
        Self::new("busy", "Too much waits to be sent. Try again later.")
    }

    /// Whether it is that an answer did not come in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.error == TIMEOUT
    }

    /// The code for programs.
    pub(crate) fn code(&self) -> &str {
        &self.0.error
    }

    /// `{"error", "message"}`, as the client's acknowledgement has it.
    #[must_use]
    pub fn to_json(&self) -> String {
        socket_io::json::to_string(&self.body()).unwrap_or_default()
    }

    /// What went wrong, if it is not the client's doing.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// What the acknowledgement carries.
    pub(crate) fn payload(&self) -> Payload {
        Payload::from_args(&self.body()).unwrap_or_default()
    }

    fn body(&self) -> FaultBody<'_> {
        FaultBody { error: &self.0.error, message: self.0.message.as_deref() }
    }
}

#[derive(Serialize)]
struct FaultBody<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.0.cause.as_ref().or(self.0.message.as_ref()).map_or("", String::as_str);
        write!(f, "{}: {words}", self.0.error)
    }
}

impl<E: std::error::Error> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::internal(error)
    }
}

/// Why a client may not enter a namespace: its CONNECT_ERROR, with `err.message` and `err.data` in the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(Box<Refusal>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    message: String,
    /// As JSON.
    data: Option<String>,
}

impl Refused {
    /// A refusal in words.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Refusal { message: message.into(), data: None }))
    }

    /// Adds details for programs.
    ///
    /// ```
    /// # use parlor::Refused;
    /// let refused = Refused::new("unauthorized").data(&serde_json::json!({ "code": 401 }));
    /// ```
    #[must_use]
    pub fn data<T: Serialize + ?Sized>(mut self, data: &T) -> Self {
        self.0.data = socket_io::json::to_string(data).ok();
        self
    }

    pub(crate) fn body(&self) -> String {
        let message = socket_io::json::to_string(&self.0.message).unwrap_or_default();
        match &self.0.data {
            Some(data) => format!(r#"{{"message":{message},"data":{data}}}"#),
            None => format!(r#"{{"message":{message}}}"#),
        }
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        let Words { error, message, .. } = *fault.0;
        Self::new(message.unwrap_or_else(|| error.into_owned()))
    }
}

/// How a call of a handler ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A client may enter; the socket's data as JSON.
    Connected(String),
    /// It may not; the body of its CONNECT_ERROR.
    Refused(String),
    /// Handled; what the acknowledgement carries, if the handler gives one.
    Done(Option<Payload>),
    /// Handled, but for what was published by this question of the call: the acknowledgement carries what comes of that.
    Publishes(u64),
    /// Not handled.
    Failed(Fault),
}

impl Outcome {
    /// That of a handler which has returned what it published, once the Room has answered.
    pub(crate) fn of_receipt(found: Found) -> Self {
        Receipt::read(found).map(Ack).into_outcome()
    }
}

/// What an event handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a handler may return",
    note = "a handler returns (), `Ack<T>`, `Asked<Receipt>`, or a `Result` of these whose error turns into a `Fault`"
)]
pub trait IntoOutcome {
    /// The outcome of the call.
    fn into_outcome(self) -> Outcome;
}

impl IntoOutcome for Outcome {
    fn into_outcome(self) -> Outcome {
        self
    }
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Outcome {
        Outcome::Done(None)
    }
}

impl<T: IntoPayload> IntoOutcome for Ack<T> {
    fn into_outcome(self) -> Outcome {
        match self.0.into_payload() {
            Ok(payload) => Outcome::Done(Some(payload)),
            Err(error) => Outcome::Failed(Fault::internal(error)),
        }
    }
}

impl<T: IntoOutcome, E: Into<Fault>> IntoOutcome for Result<T, E> {
    fn into_outcome(self) -> Outcome {
        match self {
            Ok(value) => value.into_outcome(),
            Err(error) => Outcome::Failed(error.into()),
        }
    }
}

/// What a `connect` handler of a `Namespace<S>` may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what the connect handler of a `Namespace<{S}>` may return",
    note = "it returns `Result<{S}, E>`, where `E` turns into `Refused`"
)]
pub trait IntoConnected<S> {
    /// The outcome of the call.
    fn into_connected(self) -> Outcome;
}

impl<S: Serialize, E: Into<Refused>> IntoConnected<S> for Result<S, E> {
    fn into_connected(self) -> Outcome {
        match self.map(|data| socket_io::json::to_string(&data)) {
            Ok(Ok(json)) => Outcome::Connected(json),
            Ok(Err(error)) => Outcome::Failed(Fault::internal(error)),
            Err(refused) => Outcome::Refused(refused.into().body()),
        }
    }
}
