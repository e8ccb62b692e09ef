//! The Gateway object: a [`Gateway`] machine, its outputs carried out.

use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::Rc,
    task::{Context, Waker},
    time::Duration,
};

use engine_io::{Action, Answer, Refusal, Route};
use futures_channel::oneshot;
use futures_util::future::{self, Either};
use litemap::LiteMap;
use parlor::{App, CallId, Conn, Gateway, Output, Peer, Progress, Protocol, Running, Scope, Ticket, Turn};
use worker::{
    Delay, Env, Request, Response, Result, State, WebSocket, WebSocketPair,
    js_sys::Uint8Array,
    wasm_bindgen::{JsCast, JsValue},
    wasm_bindgen_futures::spawn_local,
    web_sys,
};

use crate::{
    alarm::Alarm,
    awake::{self, Awake},
    http::{self, Asked, Body},
    listener::Listener,
    log, metrics, now, peers, random, settings,
    sockets::{self, Sockets},
    store::Store,
};

/// How long a poll of a session that is upgrading is held back. The frame that ends the upgrade travels by another
/// connection, and a poll sent after it must not overtake it.
const UPGRADE_GRACE: Duration = Duration::from_millis(10);

/// How long what was counted may be in memory alone.
const KEEP_COUNTERS: Duration = Duration::from_secs(1);

/// The shell of a Gateway object; [`durable_objects!`](crate::durable_objects) wraps it in a class.
#[derive(Clone, Debug)]
pub struct GatewayShell(Rc<Shell>);

struct Shell {
    state: State,
    env: Env,
    app: Rc<App>,
    /// How it is called in the log.
    name: String,
    /// `None` until the first event after the object's memory was lost.
    machine: RefCell<Option<Gateway>>,
    store: RefCell<Option<Store>>,
    sockets: Rc<Sockets>,
    alarm: Alarm,
    /// HTTP requests that wait for their answer.
    waiting: RefCell<LiteMap<Ticket, oneshot::Sender<Answer>>>,
    next_ticket: Cell<Ticket>,
    /// Handlers that wait.
    calls: RefCell<LiteMap<CallId, Rc<Scope>>>,
    /// Who hears the events of the WebSockets of an object that never sleeps.
    listeners: RefCell<LiteMap<Conn, Listener>>,
    /// Whether outputs are being carried out further up the stack.
    driving: Cell<bool>,
    /// For what sockets here have been asked, by a handler on another Gateway perhaps.
    awake: Awake,
    /// Whether what was counted is stored in a moment.
    counting: Cell<bool>,
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell").finish_non_exhaustive()
    }
}

impl GatewayShell {
    /// The object of this state.
    pub fn new(state: State, env: Env, app: fn() -> App) -> Self {
        let app = Rc::new(settings::apply_what_can_be(&env, app()).state(env.clone()));
        Self(Rc::new(Shell {
            name: log::object("gateway", &state),
            state,
            env,
            app,
            machine: RefCell::default(),
            store: RefCell::default(),
            sockets: Rc::default(),
            alarm: Alarm::default(),
            waiting: RefCell::default(),
            next_ticket: Cell::new(1),
            calls: RefCell::default(),
            listeners: RefCell::default(),
            driving: Cell::new(false),
            awake: Awake::default(),
            counting: Cell::new(false),
        }))
    }

    /// A request of the Worker for a client, or of another object.
    ///
    /// # Errors
    /// Those of the platform.
    pub async fn fetch(&self, mut request: Request) -> Result<Response> {
        let shell = &self.0;
        let config = shell.app.config();
        let asked = Asked::of(&request, config)?;
        if asked.path == peers::PATH {
            let body = request.bytes().await?;
            let reply = shell.turn(|gateway, turn| gateway.handle_request(turn, &body))?;
            return peers::reply(&shell.name, reply);
        }
        // The Worker has asked the application whether the client may.
        let route = asked.route(config, || Ok(()));
        if let Ok(Route::Open(..)) = route {
            let address = http::address(&request);
            match shell.turn(|gateway, turn| gateway.admit(turn, &address))? {
                Ok(()) => {}
                Err(Answer::Refused(refusal)) => return asked.refuse(refusal),
                Err(answer) => return asked.answer(answer),
            }
        }
        match route {
            Err(refusal) => asked.refuse(refusal),
            Ok(Route::Open(engine_io::Transport::Polling, dialect)) => {
                let handshake = asked.handshake(&request, now());
                let protocol = shell.protocol(&asked.path);
                let (ticket, answer) = shell.ticket();
                let sid = shell
                    .turn(|gateway, turn| gateway.open_polling(turn, protocol, dialect, handshake, ticket))?;
                asked.answer_handshake(given(answer).await, config.engine.cookie.as_ref(), &sid)
            }
            Ok(Route::Open(engine_io::Transport::WebSocket, dialect)) => {
                let handshake = asked.handshake(&request, now());
                let protocol = shell.protocol(&asked.path);
                asked.websocket(shell.websocket(|gateway, turn, conn| {
                    gateway.open_websocket(turn, protocol, dialect, handshake, conn)
                })?)
            }
            Ok(Route::Session { sid, transport }) => {
                let Some(version) = shell.turn(|gateway, _| gateway.version_of(&sid))? else {
                    return asked.refuse(Refusal::UnknownSid);
                };
                match asked.engine().action(transport, version) {
                    Err(Answer::Refused(refusal)) => asked.refuse(refusal),
                    Err(answer) => asked.answer(answer),
                    Ok(Action::Upgrade) => asked.websocket(
                        shell.websocket(|gateway, turn, conn| gateway.handle_websocket(turn, &sid, conn))?,
                    ),
                    Ok(Action::Poll) => {
                        if shell.turn(|gateway, _| gateway.is_upgrading(&sid))? {
                            Delay::from(UPGRADE_GRACE).await;
                            if shell.turn(|gateway, _| gateway.version_of(&sid))?.is_none() {
                                // It ended meanwhile, and this is what a GET gets that waits for it then.
                                return asked.answer(Answer::noop(version));
                            }
                        }
                        let (ticket, answer) = shell.ticket();
                        shell.turn(|gateway, turn| gateway.handle_poll(turn, &sid, ticket))?;
                        let gone = {
                            let (shell, sid) = (shell.clone(), sid.clone());
                            Listener::of_abort(&request, move || shell.poll_aborted(&sid, ticket))
                        };
                        let answer = given(answer).await;
                        drop(gone);
                        asked.answer(answer)
                    }
                    Ok(Action::Post) => asked.answer(shell.post(request, &sid).await?),
                }
            }
        }
    }

    /// The alarm went off.
    ///
    /// # Errors
    /// Those of the platform.
    pub async fn alarm(&self) -> Result<Response> {
        let shell = &self.0;
        shell.alarm.fired();
        let sleeps = shell.app.config().engine.sleeps();
        let heard = sleeps.then(|| sockets::kept(&shell.state)).transpose()?;
        shell.turn(|gateway, turn| {
            for (conn, at, _) in heard.into_iter().flatten() {
                gateway.heard(conn, at);
            }
            gateway.handle_timeout(turn);
            gateway.keep_counters(turn);
        })?;
        Response::empty()
    }

    /// A frame came: a string, or an `ArrayBuffer`.
    pub fn websocket_message(&self, socket: &web_sys::WebSocket, message: &JsValue) {
        let shell = &self.0;
        let Some(conn) = shell.sockets.conn(&shell.state, socket) else { return };
        shell.message(conn, message);
    }

    /// A WebSocket was closed, or broke.
    pub fn websocket_closed(&self, socket: &web_sys::WebSocket) {
        let shell = &self.0;
        let Some(conn) = shell.sockets.conn(&shell.state, socket) else { return };
        shell.report(shell.closed(conn));
    }
}

/// The answer to a request, once there is one.
async fn given(answer: oneshot::Receiver<Answer>) -> Answer {
    answer.await.unwrap_or(Answer::Bare(503))
}

impl Shell {
    fn protocol(&self, path: &str) -> Protocol {
        if path.starts_with(&self.app.config().path) { Protocol::SocketIo } else { Protocol::EngineIo }
    }

    /// A number for an HTTP request, and where its answer will come.
    fn ticket(&self) -> (Ticket, oneshot::Receiver<Answer>) {
        let ticket = self.next_ticket.replace(self.next_ticket.get() + 1);
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().insert(ticket, sender);
        (ticket, receiver)
    }

    /// The client of a poll that waits has gone; nobody is there to be answered.
    fn poll_aborted(self: &Rc<Self>, sid: &str, ticket: Ticket) {
        let is_waiting = self.waiting.borrow_mut().remove(&ticket).is_some();
        if is_waiting {
            self.report(self.turn(|gateway, turn| gateway.handle_poll_aborted(turn, sid, ticket)));
        }
    }

    async fn post(self: &Rc<Self>, request: Request, sid: &str) -> Result<Answer> {
        let (ticket, answer) = self.ticket();
        let is_binary = http::is_binary(&request);
        self.turn(|gateway, turn| gateway.handle_post_started(turn, sid, ticket, is_binary))?;
        let refused = !self.waiting.borrow().contains_key(&ticket);
        if !refused {
            let body = http::body(request, self.app.config().engine.max_payload).await;
            self.turn(|gateway, turn| match &body {
                Body::Whole(body) => gateway.handle_post(turn, sid, ticket, body),
                Body::TooLarge => gateway.handle_post_too_large(turn, sid, ticket),
                Body::Aborted => gateway.handle_post_aborted(turn, sid, ticket),
            })?;
        }
        Ok(given(answer).await)
    }

    fn websocket<T>(
        self: &Rc<Self>,
        open: impl FnOnce(&mut Gateway, &mut Turn<'_>, Conn) -> T,
    ) -> Result<WebSocket> {
        let pair = WebSocketPair::new()?;
        let conn = random::unique()?;
        self.load()?;
        if self.app.config().engine.sleeps() {
            self.sockets.accept(&self.state, &pair.server, conn)?;
        } else {
            self.sockets.accept_awake(&pair.server, conn)?;
            self.listen(&pair.server, conn);
        }
        self.turn(|gateway, turn| open(gateway, turn, conn))?;
        Ok(pair.client)
    }

    /// Brings the events of a WebSocket to the machine, where the object never sleeps. (Where it does the runtime
    /// calls it; but workerd then leaves the connection of a client that was closed before it had sent anything
    /// open for another 10 s, which a heartbeat that short would be late by.)
    fn listen(self: &Rc<Self>, socket: &WebSocket, conn: Conn) {
        let shell = Rc::downgrade(self);
        let socket: &web_sys::WebSocket = socket.as_ref();
        let listener = Listener::new(socket, &["message", "close", "error"], move |event| {
            let Some(shell) = shell.upgrade() else { return };
            match event.dyn_ref::<web_sys::MessageEvent>() {
                Some(message) => shell.message(conn, &message.data()),
                None => shell.report(shell.closed(conn)),
            }
        });
        self.listeners.borrow_mut().insert(conn, listener);
    }

    fn message(self: &Rc<Self>, conn: Conn, message: &JsValue) {
        self.report(match message.as_string() {
            Some(text) => self.turn(|gateway, turn| gateway.handle_text(turn, conn, &text)),
            None => {
                let bytes = Uint8Array::new(message).to_vec().into();
                self.turn(|gateway, turn| gateway.handle_binary(turn, conn, bytes))
            }
        });
    }

    fn closed(self: &Rc<Self>, conn: Conn) -> Result<()> {
        self.sockets.close(conn, None); // the client's close wants an answer
        let listener = self.listeners.borrow_mut().remove(&conn);
        drop(listener);
        self.turn(|gateway, turn| gateway.handle_socket_closed(turn, conn))
    }

    /// Builds the machine from what is stored, if its memory was lost.
    fn load(self: &Rc<Self>) -> Result<()> {
        if self.machine.borrow().is_some() {
            return Ok(());
        }
        let name = self.state.id().name().ok_or("a Gateway has a name")?;
        let mut store = Store::new(&self.state, &self.name)?;
        if self.app.config().engine.sleeps() {
            sockets::answer_pongs(&self.state)?;
        }
        self.sockets.load(&self.state)?;
        let rows = store.load()?;
        let mut random = random::source()?;
        let mut turn = Turn { now: now(), random: &mut random, journal: &mut store };
        let heard = |conn| self.sockets.heard(conn);
        let gateway = Gateway::restore(&mut turn, self.app.clone(), &name, rows, heard);
        self.machine.replace(Some(gateway));
        self.store.replace(Some(store));
        Ok(())
    }

    /// Tells the machine what happened, then does what it wants done.
    fn turn<T>(self: &Rc<Self>, act: impl FnOnce(&mut Gateway, &mut Turn<'_>) -> T) -> Result<T> {
        let (mut act, mut result) = (Some(act), None);
        self.tell(&mut |gateway, turn| result = act.take().map(|act| act(gateway, turn)))?;
        result.ok_or_else(|| "the Gateway was told nothing".into())
    }

    /// What every turn is, whatever its type.
    fn tell(self: &Rc<Self>, act: &mut dyn FnMut(&mut Gateway, &mut Turn<'_>)) -> Result<()> {
        self.load()?;
        let mut random = random::source()?;
        match (self.machine.borrow_mut().as_mut(), self.store.borrow_mut().as_mut()) {
            (Some(gateway), Some(journal)) => {
                act(gateway, &mut Turn { now: now(), random: &mut random, journal });
            }
            _ => return Err("the Gateway could not be loaded".into()),
        }
        self.drive()
    }

    /// Carries out the machine's outputs, in order. A turn within (a handler that ended at once) leaves its own
    /// to the one that is already at it.
    fn drive(self: &Rc<Self>) -> Result<()> {
        if self.driving.replace(true) {
            return Ok(());
        }
        let mut result = Ok(());
        loop {
            let output = self.machine.borrow_mut().as_mut().and_then(Gateway::poll_output);
            let Some(output) = output else { break };
            if let Err(error) = self.perform(output) {
                result = Err(error);
            }
        }
        self.driving.set(false);
        self.sockets.end_turn();
        let machine = self.machine.borrow();
        self.alarm.ensure(&self.state, &self.name, machine.as_ref().and_then(Gateway::next_timeout));
        self.awake.while_(machine.as_ref().is_some_and(Gateway::is_waiting));
        if !self.counting.get() && machine.as_ref().is_some_and(Gateway::has_counted) {
            self.keep_counters();
        }
        result
    }

    fn perform(self: &Rc<Self>, output: Output) -> Result<()> {
        match output {
            Output::Store { key, value } => match self.store.borrow().as_ref() {
                Some(store) => store.put(&key, value.as_deref())?,
                None => return Err("no storage".into()),
            },
            Output::Send { conn, frame } => self.sockets.send(conn, &frame),
            Output::Close { conn, code } => self.sockets.close(conn, code),
            Output::Answer { ticket, answer } => {
                let waiting = self.waiting.borrow_mut().remove(&ticket);
                if let Some(waiting) = waiting {
                    let _ = waiting.send(answer); // the client may have gone
                }
            }
            Output::Request(peer) => self.request(peer),
            Output::Run(call) => self.run(*call)?,
            Output::Answered { call, ask, found } => {
                let scope = self.calls.borrow().get(&call).cloned();
                if let Some(scope) = scope {
                    scope.answer(ask, found);
                }
            }
            Output::Dropped(_) => {} // a line says so
            Output::Log(mut line) => log::write(&self.name, &mut line),
            Output::Point(point) => {
                metrics::write(&self.env, &self.state.id().name().unwrap_or_default(), &point);
            }
        }
        Ok(())
    }

    /// Has what was counted stored in a moment, with what is counted until then. Where the object may sleep that is while it
    /// would be awake in any case.
    fn keep_counters(self: &Rc<Self>) {
        self.counting.set(true);
        let shell = self.clone();
        spawn_local(async move {
            Delay::from(KEEP_COUNTERS).await;
            shell.counting.set(false);
            shell.report(shell.turn(|gateway, turn| gateway.keep_counters(turn)));
        });
    }

    /// Makes a request. What it says is asked for when the tasks that are ready have run: where a reply has let several
    /// handlers go on, what they say next goes in one request.
    fn request(self: &Rc<Self>, peer: Peer) {
        let shell = self.clone();
        spawn_local(async move {
            let body = shell.machine.borrow_mut().as_mut().and_then(|gateway| gateway.request(now(), &peer));
            let Some(body) = body else { return };
            let reply = peers::exchange(&shell.env, shell.app.config(), &peer, &body).await;
            if let Err(error) = &reply {
                log::unreachable(&shell.name, shell.app.config(), &peer.shown(), error);
            }
            let reply = reply.ok();
            shell.report(shell.turn(|gateway, turn| gateway.handle_reply(turn, &peer, reply.as_deref())));
        });
    }

    /// Starts a handler. One that does not wait is done here and now.
    fn run(self: &Rc<Self>, call: parlor::Call) -> Result<()> {
        let id = call.id;
        let mut running = self.app.start(call);
        let progress = running.poll(&mut Context::from_waker(Waker::noop()));
        let waits = matches!(progress, Progress::Waiting(_));
        if waits {
            self.calls.borrow_mut().insert(id, running.scope());
        }
        self.turn(|gateway, turn| gateway.handle_progress(turn, id, progress))?;
        if waits {
            self.attend(id, running);
        }
        Ok(())
    }

    /// Stays with a handler that waits. A timer keeps the object awake meanwhile: what the handler waits for may be a
    /// client, which to the runtime is no reason not to put an idle object to sleep, and the handler with it.
    fn attend(self: &Rc<Self>, id: CallId, mut running: Running) {
        let shell = self.clone();
        let call = future::poll_fn(move |cx| {
            let progress = running.poll(cx);
            let done = matches!(progress, Progress::Done(..));
            if done {
                shell.calls.borrow_mut().remove(&id);
            }
            shell.report(shell.turn(|gateway, turn| gateway.handle_progress(turn, id, progress)));
            if done { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        });
        spawn_local(async move {
            let awake = pin!(awake::for_a_handler());
            if let Either::Right(((), call)) = future::select(call, awake).await {
                call.await; // which the object does not stay awake for any more
            }
        });
    }

    fn report(&self, result: Result<()>) {
        if let Err(error) = result {
            log::error(&self.name, "failed", &error);
        }
    }
}
