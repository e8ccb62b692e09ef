//! The Room object: a [`Room`] machine, its outputs carried out.

use std::{cell::RefCell, rc::Rc};

use parlor::{App, Peer, Room, RoomKey, RoomOutput, Turn};
use worker::{
    Env, Request, Response, Result, State, WebSocket, WebSocketIncomingMessage,
    wasm_bindgen_futures::spawn_local,
};

use crate::{DROPPED, alarm::Alarm, awake::Awake, now, peers, random, settings, store::Store};

/// The shell of a Room object; [`durable_objects!`](crate::durable_objects) wraps it in a class.
#[derive(Clone, Debug)]
pub struct RoomShell(Rc<Shell>);

struct Shell {
    state: State,
    env: Env,
    app: Rc<App>,
    /// `None` until the first event after the object's memory was lost.
    loaded: RefCell<Option<(Room, Store)>>,
    alarm: Alarm,
    awake: Awake,
}

impl std::fmt::Debug for Shell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell").field("loaded", &self.loaded).finish_non_exhaustive()
    }
}

impl RoomShell {
    /// The object of this state.
    pub fn new(state: State, env: Env, app: fn() -> App) -> Self {
        let app = Rc::new(settings::apply_what_can_be(&env, app()));
        Self(Rc::new(Shell {
            state,
            env,
            app,
            loaded: RefCell::default(),
            alarm: Alarm::default(),
            awake: Awake::default(),
        }))
    }

    /// A request of a Gateway.
    ///
    /// # Errors
    /// Those of the platform.
    pub async fn fetch(&self, mut request: Request) -> Result<Response> {
        if request.path() != peers::PATH {
            return Response::error("Not found", 404);
        }
        let body = request.bytes().await?;
        peers::reply(self.0.turn(|room, turn| room.handle_request(turn, &body))?)
    }

    /// The alarm went off.
    ///
    /// # Errors
    /// Those of the platform.
    pub async fn alarm(&self) -> Result<Response> {
        self.0.alarm.fired();
        self.0.turn(Room::handle_timeout)?;
        Response::empty()
    }

    /// A Room has no WebSockets.
    ///
    /// # Errors
    /// Never.
    pub fn websocket_message(&self, _: &WebSocket, _: WebSocketIncomingMessage) -> Result<()> {
        Ok(())
    }

    /// A Room has no WebSockets.
    ///
    /// # Errors
    /// Never.
    pub fn websocket_closed(&self, _: &WebSocket) -> Result<()> {
        Ok(())
    }
}

impl Shell {
    /// Tells the machine what happened, then does what it wants done.
    fn turn<T>(self: &Rc<Self>, act: impl FnOnce(&mut Room, &mut Turn<'_>) -> T) -> Result<T> {
        let mut loaded = self.loaded.borrow_mut();
        let (now, mut random) = (now(), random);
        let (room, store) = match &mut *loaded {
            Some((room, store)) => (room, store),
            none => {
                let key = RoomKey::of_object(&self.state.id().name().ok_or("a Room has a name")?);
                let mut store = Store::new(&self.state)?;
                let rows = store.load()?;
                let turn = &mut Turn { now, random: &mut random, journal: &mut store };
                let room = Room::restore(turn, self.app.clone(), key, rows);
                let (room, store) = none.insert((room, store));
                (room, store)
            }
        };
        let result = act(room, &mut Turn { now, random: &mut random, journal: store });
        while let Some(output) = room.poll_output() {
            match output {
                RoomOutput::Store { key, value } => store.put(&key, value.as_deref())?,
                RoomOutput::Request { gateway, body } => self.request(gateway, body),
                RoomOutput::Dropped(_) => worker::console_warn!("{DROPPED}"),
                RoomOutput::Log(line) => worker::console_log!("{line}"),
            }
        }
        self.alarm.ensure(&self.state, room.next_timeout());
        self.awake.while_(room.is_asking());
        Ok(result)
    }

    fn request(self: &Rc<Self>, gateway: String, body: Vec<u8>) {
        let shell = self.clone();
        spawn_local(async move {
            let peer = Peer::Gateway(gateway.clone());
            let reply = peers::exchange(&shell.env, &peer, &body).await;
            if let Err(error) = &reply {
                worker::console_warn!("{gateway} can't be reached, will be tried again: {error}");
            }
            let reply = reply.ok();
            if let Err(error) = shell.turn(|room, turn| room.handle_reply(turn, &gateway, reply.as_deref())) {
                worker::console_error!("{error}");
            }
        });
    }
}
