//! An object around a machine that only Gateways talk to: a Room, a Queue.

use std::{cell::RefCell, rc::Rc};

use parlor::{App, Line, Millis, Peer, Turn, WireError};
use worker::{Env, Request, Response, Result, State, wasm_bindgen_futures::spawn_local};

use crate::{alarm::Alarm, awake::Awake, log, now, peers, random, settings, store::Store};

/// Such a machine. (Not by type parameters: so there is one copy of the shell.)
pub(crate) trait Machine {
    fn handle_request(&mut self, turn: &mut Turn<'_>, body: &[u8])
    -> std::result::Result<Vec<u8>, WireError>;
    fn handle_reply(&mut self, turn: &mut Turn<'_>, gateway: &str, reply: Option<&[u8]>);
    fn handle_timeout(&mut self, turn: &mut Turn<'_>);
    fn poll_output(&mut self) -> Option<Wanted>;
    fn next_timeout(&self) -> Option<Millis>;
    /// Whether something waits in it that would be lost with its memory.
    fn is_asking(&self) -> bool;
}

/// Makes it from the object's name, its rows and its journal.
pub(crate) type Restore = fn(&mut Turn<'_>, Rc<App>, &str, Vec<(String, Vec<u8>)>) -> Box<dyn Machine>;

/// What it wants done.
pub(crate) enum Wanted {
    Store { key: String, value: Option<Vec<u8>> },
    Request { gateway: String, body: Vec<u8> },
    Log(Line),
}

/// The object: its machine, and what that is plumbed with.
pub(crate) struct Shell {
    state: State,
    env: Env,
    app: Rc<App>,
    /// How it is called in the log.
    name: String,
    restore: Restore,
    /// `None` until the first event after the object's memory was lost.
    loaded: RefCell<Option<(Box<dyn Machine>, Store)>>,
    alarm: Alarm,
    awake: Awake,
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell").finish_non_exhaustive()
    }
}

impl Shell {
    pub(crate) fn new(kind: &str, state: State, env: Env, app: fn() -> App, restore: Restore) -> Rc<Self> {
        let app = Rc::new(settings::apply_what_can_be(&env, app()));
        Rc::new(Self {
            name: log::object(kind, &state),
            state,
            env,
            app,
            restore,
            loaded: RefCell::default(),
            alarm: Alarm::default(),
            awake: Awake::default(),
        })
    }

    /// A request of a Gateway, or from outside.
    pub(crate) async fn fetch(self: &Rc<Self>, mut request: Request) -> Result<Response> {
        if request.path() != peers::PATH {
            return Response::error("Not found", 404);
        }
        let body = request.bytes().await?;
        let mut reply = Ok(Vec::new());
        self.turn(&mut |machine, turn| reply = machine.handle_request(turn, &body))?;
        peers::reply(&self.name, reply)
    }

    /// The alarm went off.
    pub(crate) fn alarm(self: &Rc<Self>) -> Result<Response> {
        self.alarm.fired();
        self.turn(&mut |machine, turn| machine.handle_timeout(turn))?;
        Response::empty()
    }

    /// Tells the machine what happened, then does what it wants done.
    fn turn(self: &Rc<Self>, act: &mut dyn FnMut(&mut dyn Machine, &mut Turn<'_>)) -> Result<()> {
        let mut loaded = self.loaded.borrow_mut();
        let (now, mut random) = (now(), random::source()?);
        let (machine, store) = match &mut *loaded {
            Some((machine, store)) => (machine, store),
            none => {
                let name = self.state.id().name().ok_or("the object has a name")?;
                let mut store = Store::new(&self.state, &self.name)?;
                let rows = store.load()?;
                let turn = &mut Turn { now, random: &mut random, journal: &mut store };
                let machine = (self.restore)(turn, self.app.clone(), &name, rows);
                let (machine, store) = none.insert((machine, store));
                (machine, store)
            }
        };
        act(machine.as_mut(), &mut Turn { now, random: &mut random, journal: store });
        while let Some(wanted) = machine.poll_output() {
            match wanted {
                Wanted::Store { key, value } => store.put(&key, value.as_deref())?,
                Wanted::Request { gateway, body } => self.request(gateway, body),
                Wanted::Log(mut line) => log::write(&self.name, &mut line),
            }
        }
        self.alarm.ensure(&self.state, &self.name, machine.next_timeout());
        self.awake.while_(machine.is_asking());
        Ok(())
    }

    fn request(self: &Rc<Self>, gateway: String, body: Vec<u8>) {
        let shell = self.clone();
        spawn_local(async move {
            let peer = Peer::Gateway(gateway.clone());
            let reply = peers::exchange(&shell.env, shell.app.config(), &peer, &body).await;
            if let Err(error) = &reply {
                log::unreachable(&shell.name, shell.app.config(), &gateway, error);
            }
            let reply = reply.ok();
            let result =
                shell.turn(&mut |machine, turn| machine.handle_reply(turn, &gateway, reply.as_deref()));
            if let Err(error) = result {
                log::error(&shell.name, "failed", &error);
            }
        });
    }
}
