//! Extractors: the arguments of a handler say what it needs.

use std::{
    cell::Cell,
    ops::{Deref, DerefMut},
    rc::Rc,
};

use serde::{Serialize, de::DeserializeOwned};
use socket_io::Payload;

use crate::{
    answer::Fault,
    call::{Effect, Handshake, Occasion, Scope},
    socket::{Io, Socket},
};

/// What can be an argument of a handler in a `Namespace<S>`.
///
/// Implement it for your own types from others that already have it:
///
/// ```
/// use parlor::{FromCall, Fault, Scope, prelude::*};
/// struct Language(String);
/// impl<S> FromCall<S> for Language {
///     fn from_call(scope: &std::rc::Rc<Scope>) -> Result<Self, Fault> {
///         let headers = Handshake::from_call_of::<S>(scope)?;
///         let found = headers.headers.iter().find(|(name, _)| name == "accept-language");
///         Ok(Language(found.map_or_else(|| "en".into(), |(_, value)| value.clone())))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a handler in a `Namespace<{S}>`",
    note = "arguments are extractors: `Socket`, `Io`, `Data<T>`, `SocketData<{S}>`, `Auth<T>`, `EventName`, `Payload`, `Handshake`, `DisconnectReason`, `State<T>`, `Vars`, or an `Option` or `Result<_, Fault>` of one",
    note = "`SocketData` takes the namespace's own type, and is not there yet in its connect handler"
)]
pub trait FromCall<S>: Sized {
    /// Takes the value from the call.
    ///
    /// # Errors
    /// A [`Fault`], which the client's acknowledgement gets instead of an answer.
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault>;
}

/// The marker that stands for `S` in the connect handler: there is no socket data yet.
#[derive(Clone, Copy, Debug)]
pub struct Connecting;

/// The marker that stands for `S` where a Gateway handles what another one sent: there is no socket.
#[derive(Clone, Copy, Debug)]
pub struct ServerSide;

/// The arguments of the event, or of the client's answer, parsed: a tuple takes several, `()` none, anything else the first one.
/// A struct is an object there, with its fields by name, and not an array of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data<T>(pub T);

impl<S, T: DeserializeOwned> FromCall<S> for Data<T> {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        payload(scope)?.to().map(Data).map_err(Fault::bad_payload)
    }
}

fn payload(scope: &Scope) -> Result<&Payload, Fault> {
    match &scope.call.occasion {
        Occasion::Answer { payload: Some(payload), .. } => Ok(payload),
        Occasion::Answer { payload: None, .. } => Err(Fault::timeout()),
        occasion => match occasion.event() {
            Some((_, payload)) => Ok(payload),
            None => Err(Fault::internal("`Data` is there for events only")),
        },
    }
}

/// What was kept with a question, in a handler of its answer: see [`Timed::emit_then`](crate::Timed::emit_then).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept<T>(pub T);

impl<S, T: DeserializeOwned> FromCall<S> for Kept<T> {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        match &scope.call.occasion {
            Occasion::Answer { kept, .. } => Ok(Self(socket_io::json::from_str(kept)?)),
            _ => Err(Fault::internal("`Kept` is there for answers only")),
        }
    }
}

/// The arguments of the event as they came, unparsed, binary attachments included. Can be emitted again.
impl<S> FromCall<S> for Payload {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        Ok(match &scope.call.occasion {
            Occasion::Answer { payload, .. } => payload.clone(),
            occasion => occasion.event().map(|(_, payload)| payload.clone()),
        }
        .unwrap_or_default())
    }
}

/// The name of the event; empty when a socket connects or disconnects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventName(pub String);

impl<S> FromCall<S> for EventName {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        Ok(Self(scope.call.occasion.event().map_or("", |(name, _)| name).to_owned()))
    }
}

/// Why the socket is gone, in Node's words (`transport close`, `ping timeout`, `client namespace disconnect`, …);
/// empty while it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisconnectReason(pub &'static str);

impl<S> FromCall<S> for DisconnectReason {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        Ok(Self(match &scope.call.occasion {
            Occasion::Disconnect { reason } => reason,
            _ => "",
        }))
    }
}

/// The client's `auth`, parsed; `{}` when it sent none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auth<T>(pub T);

impl<S, T: DeserializeOwned> FromCall<S> for Auth<T> {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        let json = scope.call.auth.as_deref().unwrap_or("{}");
        socket_io::json::from_str(json).map(Auth).map_err(|error| Fault::new("bad auth", error.to_string()))
    }
}

/// What the application gave to [`App::state`](crate::App::state).
#[derive(Debug)]
pub struct State<T>(Rc<T>);

impl<S, T: 'static> FromCall<S> for State<T> {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        let found = scope.states.iter().rev().find_map(|state| state.clone().downcast().ok());
        let name = std::any::type_name::<T>();
        found.map(Self).ok_or_else(|| Fault::internal(format!("`App::state` was given no {name}")))
    }
}

impl<T> Deref for State<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> FromCall<S> for Handshake {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        Ok((*scope.call.handshake).clone())
    }
}

impl Handshake {
    /// [`FromCall::from_call`] with the namespace's type named, for use in other extractors.
    ///
    /// # Errors
    /// None at present.
    pub fn from_call_of<S>(scope: &Rc<Scope>) -> Result<Self, Fault> {
        <Self as FromCall<S>>::from_call(scope)
    }
}

impl<S> FromCall<S> for Socket {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        match &scope.call.occasion {
            Occasion::ServerSide { .. } => {
                Err(Fault::internal("an event of another Gateway has no `Socket`"))
            }
            _ => Ok(Self::new(scope.clone())),
        }
    }
}

impl<S> FromCall<S> for Io {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        Ok(Self::new(scope.clone()))
    }
}

/// When the event came, ms since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now(pub u64);

impl<S> FromCall<S> for Now {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        Ok(Self(scope.call.now))
    }
}

impl<S, T: FromCall<S>> FromCall<S> for Option<T> {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        Ok(T::from_call(scope).ok())
    }
}

impl<S, T: FromCall<S>> FromCall<S> for Result<T, Fault> {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        Ok(T::from_call(scope))
    }
}

/// The socket's own data: what `connect` returned, kept with the connection, so it survives sleep.
///
/// Changed through it, the data is stored when the handler ends well; a handler that fails changes nothing.
#[derive(Debug)]
pub struct SocketData<S: Serialize>(Box<Lent<S>>); // boxed: it is handed from the call to the handler

#[derive(Debug)]
struct Lent<S: Serialize> {
    data: S,
    changed: Cell<bool>,
    scope: Rc<Scope>,
}

impl<S: Serialize + DeserializeOwned> FromCall<S> for SocketData<S> {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        let data = socket_io::json::from_str(&scope.call.data).map_err(|error| {
            Fault::internal(format!("the stored socket data does not fit its type: {error}"))
        })?;
        Ok(Self(Box::new(Lent { data, changed: Cell::new(false), scope: scope.clone() })))
    }
}

impl<S: Serialize> Deref for SocketData<S> {
    type Target = S;
    fn deref(&self) -> &S {
        &self.0.data
    }
}

impl<S: Serialize> DerefMut for SocketData<S> {
    fn deref_mut(&mut self) -> &mut S {
        self.0.changed.set(true);
        &mut self.0.data
    }
}

impl<S: Serialize> Drop for Lent<S> {
    fn drop(&mut self) {
        if self.changed.get()
            && let Ok(json) = socket_io::json::to_string(&self.data)
        {
            self.scope.push(Effect::Store(json));
        }
    }
}
