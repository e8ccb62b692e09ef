//! One call of a handler: what it is given, what it asked for, and how it is driven.
//!
//! A [`Call`] is data: the Gateway machine emits it and takes its [`Progress`] back. In between the shell (or
//! the test server) polls the handler's future; only that future is not serialisable, so a handler that waits
//! does not survive the loss of the object's memory, and one that does not wait cannot be lost at all.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    rc::Rc,
    task::{Context, Poll, Waker},
};

use codec::{Decode, Encode};
use engine_io::Frame;
use litemap::LiteMap;
use socket_io::{Parser, Payload, Target};

use crate::{
    App,
    answer::{Fault, Outcome},
    app::States,
    handler::HandlerFuture,
    names::gateway_of,
    pattern::Params,
    queue::QueueQuery,
    vars::Vars,
    wire::{Found, Query},
};

/// Names a call on its Gateway.
pub type CallId = u64;

/// Why a handler runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Occasion {
    /// A client asks to enter the namespace.
    Connect,
    /// A client has come back as the socket that it was.
    Recover,
    /// An event came.
    Event {
        /// Its name.
        name: String,
        /// Its arguments.
        payload: Payload,
    },
    /// An event was sent to the client.
    Outgoing {
        /// Its name.
        name: String,
        /// Its arguments.
        payload: Payload,
    },
    /// Another Gateway sent an event to this one. There is no socket.
    ServerSide {
        /// Its name.
        name: String,
        /// Its arguments.
        payload: Payload,
    },
    /// The client has acknowledged an event that was sent for this handler, or has not.
    Answer {
        /// The handler, by the name it was registered under.
        handler: String,
        /// Its answer; `None` if none came in time.
        payload: Option<Payload>,
        /// What was kept for it, as JSON.
        kept: String,
    },
    /// The socket is gone; Node's reason.
    Disconnect {
        /// For example `transport close`.
        reason: &'static str,
    },
}

impl Occasion {
    /// In a word.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Recover => "recover",
            Self::Event { .. } => "event",
            Self::Outgoing { .. } => "outgoing",
            Self::ServerSide { .. } => "server side",
            Self::Answer { .. } => "answer",
            Self::Disconnect { .. } => "disconnect",
        }
    }

    /// The event's name and arguments, if it is about one.
    pub(crate) fn event(&self) -> Option<(&str, &Payload)> {
        match self {
            Self::Event { name, payload }
            | Self::Outgoing { name, payload }
            | Self::ServerSide { name, payload } => Some((name, payload)),
            _ => None,
        }
    }
}

/// What the client sent when it connected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Handshake {
    /// The query of the first request, without `?`, undecoded.
    pub query: String,
    /// The client's address, if known.
    pub address: String,
    /// When the connection was opened, ms since the epoch.
    pub issued: u64,
    /// Request headers, names in lower case: `host`, `origin`, `user-agent`, `accept-language`, `cookie`, `authorization`
    /// and `cf-ray`; all of them in [`App::allow_request`](crate::App::allow_request).
    pub headers: Vec<(String, String)>,
}

impl Handshake {
    /// The keys and values of the query, decoded.
    pub fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        engine_io::query_pairs(&self.query)
    }

    /// The id of the request that opened the connection, by which the log has it: Cloudflare's `cf-ray`, or where there is
    /// none one that the Worker made.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.header("cf-ray")
    }

    /// The value of a header; its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }
}

/// A handler to run, and all that it may look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its number.
    pub id: CallId,
    /// The namespace.
    pub nsp: Rc<str>,
    /// The socket; empty if it is about none.
    pub socket: Rc<str>,
    /// Why.
    pub occasion: Occasion,
    /// The socket's data, as JSON; empty before it is connected.
    pub data: String,
    /// The socket's rooms at the start of the call, its own id among them.
    pub rooms: Vec<Rc<str>>,
    /// The client's auth payload, as JSON.
    pub auth: Option<Rc<str>>,
    /// The handshake.
    pub handshake: Rc<Handshake>,
    /// The time, ms since the epoch.
    pub now: u64,
    /// Whether more waits to be sent to Rooms than should: a handler is not to add to it.
    pub busy: bool,
}

/// What a handler asked for, in its order.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum Effect {
    /// Send to the socket itself.
    Emit {
        /// The packet and its attachments.
        frames: Vec<Frame>,
        /// May be dropped.
        volatile: bool,
    },
    /// Send an acknowledgement to the socket itself.
    Acknowledge {
        /// The packet and its attachments.
        frames: Vec<Frame>,
    },
    /// Send an event to the socket itself, and bring the client's acknowledgement to a handler.
    EmitThen {
        /// The event.
        name: String,
        /// Its arguments.
        payload: Payload,
        /// How long the acknowledgement may take, ms.
        timeout: u64,
        /// The handler, by the name it was registered under.
        handler: String,
        /// What is to be kept for it, as JSON.
        kept: String,
    },
    /// Send to others.
    Cast {
        /// In this namespace.
        nsp: String,
        /// To these.
        target: Target,
        /// The packet and its attachments.
        frames: Vec<Frame>,
        /// May be dropped.
        volatile: bool,
    },
    /// Join a room.
    Join(String),
    /// Leave a room.
    Leave(String),
    /// Keep this as the socket's data.
    Store(String),
    /// Leave the namespace; close the connection too, if true.
    Disconnect(bool),
    /// Ask something of sockets, or have it done with them.
    Ask {
        /// The answer goes to this question of the call.
        ask: u64,
        /// In this namespace.
        nsp: String,
        /// These.
        target: Target,
        /// What.
        query: Query,
    },
    /// Ask something of a queue, or have it done.
    Queue {
        /// The answer goes to this question of the call.
        ask: u64,
        /// Its name.
        queue: String,
        /// What.
        query: QueueQuery,
    },
    /// Become a consumer of a queue.
    Consume {
        /// Its name.
        queue: String,
        /// How many jobs at once, if not as the queue's settings say.
        prefetch: Option<u32>,
        /// By which event, likewise.
        event: Option<String>,
    },
    /// Be a consumer no more.
    StopConsuming {
        /// The answer goes to this question of the call.
        ask: u64,
        /// The queue's name.
        queue: String,
    },
}

impl Effect {
    /// The question that it is, if it is one.
    pub(crate) fn question(&self) -> Option<u64> {
        match self {
            Self::Ask { ask, .. } | Self::Queue { ask, .. } | Self::StopConsuming { ask, .. } => Some(*ask),
            _ => None,
        }
    }

    /// Whether it is an event that goes to clients.
    fn sends(&self) -> bool {
        match self {
            Self::Emit { .. } | Self::EmitThen { .. } | Self::Cast { .. } => true,
            Self::Ask { query, .. } => matches!(query, Query::Emit { .. }),
            Self::Queue { query, .. } => matches!(query, QueueQuery::Push { .. }),
            _ => false,
        }
    }
}

/// How far a call is.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// It waits; what it asked for meanwhile.
    Waiting(Vec<Effect>),
    /// It has ended; what it asked for last, and how it ended.
    Done(Vec<Effect>, Outcome),
}

/// What the extractors of one call share.
#[derive(Debug)]
pub struct Scope {
    pub(crate) call: Call,
    /// How the application's packets are written.
    pub(crate) parser: Parser,
    /// What the name of the namespace says, if it is a dynamic one.
    pub(crate) params: Params,
    pub(crate) states: States,
    pub(crate) vars: Vars,
    /// How many rooms a socket may be in.
    rooms_max: usize,
    effects: RefCell<Vec<Effect>>,
    /// The socket's rooms, as they will be once this call's effects are carried out.
    rooms: RefCell<Vec<Rc<str>>>,
    answers: RefCell<LiteMap<u64, Found>>,
    asked: Cell<u64>,
    waker: RefCell<Option<Waker>>,
    /// What went wrong without the handler having been told.
    fault: RefCell<Option<Fault>>,
}

impl Scope {
    pub(crate) fn new(call: Call, app: &App, params: Params) -> Rc<Self> {
        Rc::new(Self {
            rooms: RefCell::new(call.rooms.clone()),
            call,
            parser: app.config().parser,
            params,
            states: app.states(),
            vars: app.vars.clone(),
            rooms_max: app.config().limits.rooms_per_socket,
            effects: RefCell::default(),
            answers: RefCell::default(),
            asked: Cell::new(0),
            waker: RefCell::default(),
            fault: RefCell::default(),
        })
    }

    pub(crate) fn push(&self, effect: Effect) {
        if matches!(self.call.occasion, Occasion::Outgoing { .. }) && effect.sends() {
            self.fail(Fault::internal("what `on_any_outgoing` sends would come back to it without end"));
            if let Some(ask) = effect.question() {
                self.answer(ask, Found::too_late());
            }
            return;
        }
        match &effect {
            // Another socket's id is an address, and no room to join.
            Effect::Join(room) if gateway_of(room).is_none() => self.join(room),
            Effect::Leave(room) if **room != *self.call.socket => {
                self.rooms.borrow_mut().retain(|joined| **joined != **room);
            }
            _ => {}
        }
        self.effects.borrow_mut().push(effect);
    }

    fn join(&self, room: &str) {
        let mut rooms = self.rooms.borrow_mut();
        if let Err(at) = rooms.binary_search_by(|joined| (**joined).cmp(room)) {
            rooms.insert(at, room.into());
        }
    }

    /// Whether the socket may join a room; always one that it is in.
    pub(crate) fn may_join(&self, room: &str) -> Result<(), Fault> {
        if self.rooms.borrow().len() < self.rooms_max || self.is_in(room) {
            return Ok(());
        }
        Err(Fault::new("too many rooms", format!("A socket is in {} rooms at most.", self.rooms_max)))
    }

    pub(crate) fn is_in(&self, room: &str) -> bool {
        self.rooms.borrow().iter().any(|joined| **joined == *room)
    }

    pub(crate) fn rooms(&self) -> Vec<Rc<str>> {
        self.rooms.borrow().clone()
    }

    /// Has the call fail, whatever its handler returns.
    pub(crate) fn fail(&self, fault: Fault) {
        self.fault.replace(Some(fault));
    }

    /// Asks, and gives the question's number.
    pub(crate) fn ask(&self, nsp: String, target: Target, query: Query) -> u64 {
        let ask = self.next_ask();
        self.push(Effect::Ask { ask, nsp, target, query });
        ask
    }

    /// The number of the next question of this call.
    pub(crate) fn next_ask(&self) -> u64 {
        self.asked.replace(self.asked.get() + 1)
    }

    /// The answer to a question, once it is there.
    pub(crate) fn poll_answer(&self, ask: u64, cx: &Context<'_>) -> Poll<Found> {
        match self.take_answer(ask) {
            Some(found) => Poll::Ready(found),
            None => {
                self.waker.replace(Some(cx.waker().clone()));
                Poll::Pending
            }
        }
    }

    /// Takes the answer to a question, if it is there.
    pub(crate) fn take_answer(&self, ask: u64) -> Option<Found> {
        self.answers.borrow_mut().remove(&ask)
    }

    /// Brings the answer to a question of this call.
    pub fn answer(&self, ask: u64, found: Found) {
        self.answers.borrow_mut().insert(ask, found);
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A call under way.
pub struct Running {
    scope: Rc<Scope>,
    future: HandlerFuture,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("call", &self.scope.call).finish_non_exhaustive()
    }
}

impl Running {
    pub(crate) fn new(scope: Rc<Scope>, future: HandlerFuture) -> Self {
        Self { scope, future }
    }

    /// For [`Scope::answer`].
    #[must_use]
    pub fn scope(&self) -> Rc<Scope> {
        self.scope.clone()
    }

    /// Lets the handler go on.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Progress {
        match self.future.as_mut().go_on(cx) {
            Poll::Pending => Progress::Waiting(self.scope.effects.take()),
            Poll::Ready(outcome) => {
                let outcome = self.scope.fault.take().map_or(outcome, Outcome::Failed);
                let mut effects = self.scope.effects.take();
                if matches!(outcome, Outcome::Failed(_)) {
                    // A failed handler sent what it sent, but its half-made changes to the data are not kept.
                    effects.retain(|effect| !matches!(effect, Effect::Store(_)));
                }
                Progress::Done(effects, outcome)
            }
        }
    }
}
