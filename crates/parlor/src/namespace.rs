//! A namespace: its connect handler, its event handlers, its rooms.

use std::{marker::PhantomData, rc::Rc};

use litemap::LiteMap;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    answer::{Fault, Outcome, Refused},
    call::{Occasion, Running, Scope},
    extract::ServerSide,
    handler::{BoxedHandler, ConnectHandler, Handler, HandlerFuture},
    history::Keep,
};

/// The handlers of a namespace, whose sockets each keep an `S` (Node's `socket.data`).
///
/// ```
/// use parlor::prelude::*;
///
/// #[derive(Serialize, Deserialize)]
/// struct Guest { name: String }
///
/// async fn connect(Auth(guest): Auth<Guest>) -> Result<Guest, Refused> {
///     if guest.name.is_empty() { Err(Refused::new("a name, please")) } else { Ok(guest) }
/// }
/// async fn say(socket: Socket, guest: SocketData<Guest>, Data(text): Data<String>) -> Result<Ack, Fault> {
///     socket.broadcast().emit("said", &(&guest.name, text))?;
///     Ok(Ack(()))
/// }
/// let namespace = Namespace::new(connect).on("say", say);
/// ```
pub struct Namespace<S> {
    handlers: Handlers,
    data: PhantomData<fn() -> S>,
}

/// What a room keeps of its history, by its name.
type KeepOf = Rc<dyn Fn(&str) -> Option<Keep>>;

/// A namespace without its type.
#[derive(Default)]
pub(crate) struct Handlers {
    connect: Option<BoxedHandler>,
    /// Before the connect handler.
    doors: Vec<BoxedHandler>,
    /// Before the handler of an event.
    guards: Vec<BoxedHandler>,
    events: LiteMap<String, BoxedHandler>,
    fallback: Option<BoxedHandler>,
    answers: LiteMap<String, BoxedHandler>,
    recover: Option<BoxedHandler>,
    disconnect: Option<BoxedHandler>,
    outgoing: Option<BoxedHandler>,
    server_side: LiteMap<String, BoxedHandler>,
    keep: Option<KeepOf>,
}

impl<S> std::fmt::Debug for Namespace<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let events: Vec<_> = self.handlers.events.keys().collect();
        f.debug_struct("Namespace").field("events", &events).finish_non_exhaustive()
    }
}

impl Namespace<()> {
    /// A namespace that lets everyone in and keeps nothing with a socket.
    #[must_use]
    pub fn open() -> Self {
        async fn welcome() -> Result<(), Refused> {
            Ok(())
        }
        Self::new(welcome)
    }
}

impl<S: Serialize + DeserializeOwned + 'static> Namespace<S> {
    /// A namespace with its connect handler, which is middleware and constructor in one: `Ok` lets the client
    /// in and is the socket's data, `Err` is its CONNECT_ERROR. What it emits follows the CONNECT packet.
    pub fn new<Args>(connect: impl ConnectHandler<S, Args>) -> Self {
        let connect: BoxedHandler = Rc::new(move |scope| connect.call(scope));
        Self { handlers: Handlers { connect: Some(connect), ..Handlers::default() }, data: PhantomData }
    }

    /// Handles an event. A later handler for the same event takes the place of an earlier one.
    #[must_use]
    pub fn on<Args>(mut self, event: &str, handler: impl Handler<S, Args>) -> Self {
        self.handlers.events.insert(event.to_owned(), boxed(handler));
        self
    }

    /// Is asked before the connect handler (Node's `namespace.use`), in the order in which they are added: `Ok` lets
    /// the client go on to the next, `Err` is its CONNECT_ERROR.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// async fn grown_up(handshake: Handshake) -> Result<(), Refused> {
    ///     match handshake.query().any(|(key, value)| key == "age" && value == "18") {
    ///         true => Ok(()),
    ///         false => Err(Refused::new("too young").data(&18)),
    ///     }
    /// }
    /// let namespace = Namespace::open().guard_connect(grown_up);
    /// ```
    #[must_use]
    pub fn guard_connect<Args>(mut self, guard: impl ConnectHandler<(), Args>) -> Self {
        self.handlers.doors.push(Rc::new(move |scope| guard.call(scope)));
        self
    }

    /// Is asked before the handler of every event (Node's `socket.use`, and `socket.onAny`), in the order in which they
    /// are added. What it returns is not used, but its `Err` stops the event and is acknowledged.
    #[must_use]
    pub fn guard<Args>(mut self, guard: impl Handler<S, Args>) -> Self {
        self.handlers.guards.push(boxed(guard));
        self
    }

    /// Handles every event that has no handler of its own.
    #[must_use]
    pub fn on_fallback<Args>(mut self, handler: impl Handler<S, Args>) -> Self {
        self.handlers.fallback = Some(boxed(handler));
        self
    }

    /// Handles the answers to what was sent by [`Timed::emit_then`](crate::Timed::emit_then) for a handler of this
    /// name. [`Data`](crate::Data) is the client's answer (a `Result<Data<T>, Fault>` tells of one that did not come),
    /// [`Kept`](crate::Kept) what was kept.
    #[must_use]
    pub fn on_answer<Args>(mut self, name: &str, handler: impl Handler<S, Args>) -> Self {
        self.handlers.answers.insert(name.to_owned(), boxed(handler));
        self
    }

    /// Is called after every event that is sent to a socket (Node's `socket.onAnyOutgoing`), by whomever, with the
    /// event's name and arguments: to write a log, or to count. It can't send anything itself.
    ///
    /// It costs a call for each event and each socket that gets it; what waits for the call waits behind the socket's own
    /// events.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// async fn count(mut sent: SocketData<u64>, EventName(name): EventName) {
    ///     *sent += u64::from(name == "news");
    /// }
    /// let namespace = Namespace::new(async || Ok::<u64, Refused>(0)).on_any_outgoing(count);
    /// ```
    #[must_use]
    pub fn on_any_outgoing<Args>(mut self, handler: impl Handler<S, Args>) -> Self {
        self.handlers.outgoing = Some(boxed(handler));
        self
    }

    /// Handles an event that another Gateway sent by [`Io::server_side_emit`](crate::Io::server_side_emit). There is no
    /// socket: it takes [`Data`](crate::Data), [`Io`](crate::Io), [`State`](crate::State), but not `Socket` or
    /// `SocketData`.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use parlor::prelude::*;
    ///
    /// #[derive(Default)]
    /// struct Motto(Cell<u32>);
    ///
    /// async fn change(io: Io, motto: State<Motto>, Data(new): Data<u32>) -> Result<(), Fault> {
    ///     motto.0.set(new);
    ///     io.server_side_emit("motto", new)
    /// }
    /// async fn changed(motto: State<Motto>, Data(new): Data<u32>) {
    ///     motto.0.set(new);
    /// }
    /// let namespace = Namespace::open().on("change motto", change).on_server_side("motto", changed);
    /// let app = App::new().state(Motto::default()).namespace("/", namespace);
    /// ```
    #[must_use]
    pub fn on_server_side<Args>(mut self, event: &str, handler: impl Handler<ServerSide, Args>) -> Self {
        self.handlers.server_side.insert(event.to_owned(), boxed(handler));
        self
    }

    /// Is called when a client has come back as the socket that it was
    /// ([`connection_state_recovery`](crate::Config::connection_state_recovery)), behind what it had missed. The connect
    /// handler and its guards are not called then (Node's `skipMiddlewares`).
    #[must_use]
    pub fn on_recover<Args>(mut self, handler: impl Handler<S, Args>) -> Self {
        self.handlers.recover = Some(boxed(handler));
        self
    }

    /// Is called when a socket has gone, with its data and the rooms that it was in.
    #[must_use]
    pub fn on_disconnect<Args>(mut self, handler: impl Handler<S, Args>) -> Self {
        self.handlers.disconnect = Some(boxed(handler));
        self
    }

    /// Has the rooms of this namespace keep a history, to which [`Broadcast::publish`](crate::Broadcast::publish) adds.
    #[must_use]
    pub fn history(self, keep: Keep) -> Self {
        self.history_of(move |_| Some(keep))
    }

    /// As [`history`](Self::history), for each room by its name (that of everyone in the namespace is empty); `None`: it
    /// keeps none.
    #[must_use]
    pub fn history_of(mut self, keep: impl Fn(&str) -> Option<Keep> + 'static) -> Self {
        self.handlers.keep = Some(Rc::new(keep));
        self
    }

    /// The names of the events that have handlers of their own.
    #[cfg(feature = "typescript")]
    pub(crate) fn events(&self) -> impl Iterator<Item = &str> {
        self.handlers.events.keys().map(String::as_str)
    }

    #[cfg(feature = "typescript")]
    pub(crate) fn is_guarded(&self) -> bool {
        !self.handlers.guards.is_empty()
    }

    pub(crate) fn into_handlers(self) -> Handlers {
        self.handlers
    }
}

async fn outcome_of(mut running: HandlerFuture) -> Outcome {
    std::future::poll_fn(|cx| running.as_mut().go_on(cx)).await
}

fn boxed<S, Args>(handler: impl Handler<S, Args>) -> BoxedHandler {
    Rc::new(move |scope| handler.call(scope))
}

impl Handlers {
    /// Starts the handlers of a call, one after another.
    pub(crate) fn start(&self, scope: Rc<Scope>) -> Running {
        let (before, own) = match &scope.call.occasion {
            Occasion::Connect => (self.doors.clone(), self.connect.clone()),
            Occasion::Recover => (Vec::new(), self.recover.clone()),
            Occasion::Disconnect { .. } => (Vec::new(), self.disconnect.clone()),
            Occasion::Outgoing { .. } => (Vec::new(), self.outgoing.clone()),
            Occasion::ServerSide { name, .. } => (Vec::new(), self.server_side.get(name.as_str()).cloned()),
            Occasion::Answer { handler, .. } => (Vec::new(), self.answers.get(handler.as_str()).cloned()),
            Occasion::Event { name, .. } => {
                (self.guards.clone(), self.events.get(name.as_str()).or(self.fallback.as_ref()).cloned())
            }
        };
        let running = match own {
            Some(only) if before.is_empty() => only(scope.clone()),
            own => {
                let scope = scope.clone();
                Box::pin(async move {
                    for handler in before {
                        let outcome = outcome_of(handler(scope.clone())).await;
                        if matches!(outcome, Outcome::Failed(_) | Outcome::Refused(_)) {
                            return outcome;
                        }
                    }
                    match (own, &scope.call.occasion) {
                        (Some(own), _) => outcome_of(own(scope)).await,
                        (None, Occasion::Answer { handler, .. }) => {
                            Outcome::Failed(Fault::internal(format!("no `on_answer` handler {handler:?}")))
                        }
                        (None, _) => Outcome::Done(None),
                    }
                })
            }
        };
        Running::new(scope, running)
    }

    pub(crate) fn has_event(&self, event: &str) -> bool {
        self.events.contains_key(event)
    }

    pub(crate) fn has_outgoing(&self) -> bool {
        self.outgoing.is_some()
    }

    pub(crate) fn has_server_side(&self, event: &str) -> bool {
        self.server_side.contains_key(event)
    }

    /// How much of its history a room keeps, if it has any.
    pub(crate) fn keep(&self, room: Option<&str>) -> Option<Keep> {
        self.keep.as_ref().and_then(|keep| keep(room.unwrap_or_default()))
    }

    pub(crate) fn has_recover(&self) -> bool {
        self.recover.is_some()
    }

    pub(crate) fn has_disconnect(&self) -> bool {
        self.disconnect.is_some()
    }
}
