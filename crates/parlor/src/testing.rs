//! Runs a whole application natively: Gateways, Rooms and clients in one process, virtual time, no network.

mod client;
mod world;

use std::{cell::RefCell, rc::Rc, time::Duration};

use serde::Serialize;

pub use self::client::{Incoming, TestClient};
use self::world::World;
use crate::{App, Emission, Fault, Level, Push, Report};

/// What becomes of the machines' memory between steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// It stays.
    Kept,
    /// After every step each machine is replaced by what its serialised form gives back.
    Snapshots,
    /// Whenever nothing is under way every object is forgotten, and built again from its stored rows.
    Rows,
}

/// A server of an application, with as many Gateways as its settings say, for tests.
///
/// ```
/// use parlor::{TestServer, prelude::*};
///
/// async fn say(socket: Socket, Data(text): Data<String>) -> Result<(), Fault> {
///     socket.broadcast().emit("said", &text)
/// }
/// let mut server = TestServer::new(|| App::new().namespace("/", Namespace::open().on("say", say)));
/// let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
/// server.hibernate();
/// ann.emit("say", &"hello");
/// assert_eq!(bob.events(), [("said".to_owned(), serde_json::json!(["hello"]))]);
/// ```
#[derive(Debug)]
pub struct TestServer {
    world: Rc<RefCell<World>>,
}

impl TestServer {
    /// A server whose objects keep their memory.
    pub fn new(app: impl Fn() -> App + 'static) -> Self {
        Self::with_memory(app, Memory::Kept)
    }

    /// A server whose objects lose their memory as told.
    pub fn with_memory(app: impl Fn() -> App + 'static, memory: Memory) -> Self {
        Self { world: Rc::new(RefCell::new(World::new(Box::new(app), memory))) }
    }

    /// A client over a new WebSocket to the next Gateway, in a namespace, with its auth (`&()`: none).
    pub fn connect(&mut self, nsp: &str, auth: &(impl Serialize + ?Sized)) -> TestClient {
        TestClient::open(&self.world, nsp, auth)
    }

    /// A client of Socket.IO 2, which is in `/` by itself. Its pings are its own to send: `raw("2")`.
    pub fn connect_v2(&mut self) -> TestClient {
        TestClient::open_v2(&self.world)
    }

    /// Emits from outside of all handlers, as a request to the Worker may.
    ///
    /// # Errors
    /// As [`App::request`].
    pub fn emit(&mut self, emission: Emission) -> Result<(), Fault> {
        self.world.borrow_mut().outside(emission)
    }

    /// Pushes a job from outside of all handlers, as a request to the Worker may.
    ///
    /// # Errors
    /// Why it is not stored.
    pub fn push(&mut self, push: Push) -> Result<u64, Fault> {
        self.world.borrow_mut().push(push)
    }

    /// Asks a queue as a program in another language does: JSON as `docs/queues.md` has it. Gives status and JSON.
    pub fn ask_queue(&mut self, json: &str) -> (u16, String) {
        self.world.borrow_mut().ask_queue(json)
    }

    /// Has the storage of all queues that there are refuse what is to be added, or take it again.
    pub fn fill_queues(&mut self, is_full: bool) {
        self.world.borrow_mut().fill_queues(is_full);
    }

    /// Forgets the memory of every Queue, and of no Gateway.
    pub fn forget_queues(&mut self) {
        self.world.borrow_mut().forget_queues();
    }

    /// Forgets the memory of every object.
    pub fn hibernate(&mut self) {
        let mut world = self.world.borrow_mut();
        world.hibernate();
        world.settle();
    }

    /// Forgets the memory of every Room, and of no Gateway.
    pub fn forget_rooms(&mut self) {
        self.world.borrow_mut().forget_rooms();
    }

    /// Restarts everything: memory is lost and all connections break; what was stored is kept.
    pub fn restart(&mut self) {
        self.world.borrow_mut().restart();
    }

    /// Lets time pass. Clients answer their pings.
    pub fn advance(&mut self, time: Duration) {
        self.world.borrow_mut().advance(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    }

    /// How many members a room has, on those Gateways that its Room knows of.
    #[must_use]
    pub fn members(&self, nsp: &str, room: &str) -> usize {
        self.world.borrow().members(nsp, room)
    }

    /// How many Gateways have members in a room, by the account of its Room.
    #[must_use]
    pub fn gateways(&self, nsp: &str, room: &str) -> usize {
        self.world.borrow().gateways(nsp, room)
    }

    /// How many rows all objects have stored.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.world.borrow().rows()
    }

    /// How many rows were written or deleted so far.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.world.borrow().writes()
    }

    /// How many rows of journals were read so far.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.world.borrow().reads()
    }

    /// Has the storage of all objects that there are take nothing more, or take it again.
    pub fn fill_storage(&mut self, is_full: bool) {
        self.world.borrow_mut().fill_storage(is_full);
    }

    /// How many requests went between objects so far.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.world.borrow().requests
    }

    /// How many alarms were set so far, and how many went off. Cloudflare takes the one for a row written, and the other for
    /// a request.
    #[must_use]
    pub fn alarms(&self) -> (usize, usize) {
        self.world.borrow().alarms_set()
    }

    /// Loses the reply of a request between objects, after it has taken effect: of the next one (0), or of a
    /// later one.
    pub fn lose_reply(&mut self, after: usize) {
        self.world.borrow_mut().lose_reply = Some(after);
    }

    /// Cuts a Gateway off from all other objects, or (`None`) none any more.
    pub fn cut_off(&mut self, gateway: Option<&str>) {
        self.world.borrow_mut().cut_off = gateway.map(str::to_owned);
    }

    /// Loses the next request between objects.
    pub fn lose_next_request(&mut self) {
        self.world.borrow_mut().lose_request = true;
    }

    /// What went wrong so far: of the log, the lines that are warnings or errors.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        let world = self.world.borrow();
        let lines = world.log.iter().filter(|(_, line)| line.level() <= Level::Warn);
        lines.map(|(_, line)| line.json()).collect()
    }

    /// The whole log so far: who says it, and the line.
    #[must_use]
    pub fn lines(&self) -> Vec<(String, String)> {
        self.world.borrow().log.iter().map(|(object, line)| (object.clone(), line.json())).collect()
    }

    /// What a Gateway would tell of its counters.
    #[must_use]
    pub fn report(&mut self, gateway: &str) -> Option<Report> {
        self.world.borrow_mut().report(gateway)
    }

    /// Has every Gateway store what it has counted, as it does a moment after it has.
    pub fn keep_counters(&mut self) {
        self.world.borrow_mut().keep_counters();
    }

    /// The points that were written so far.
    #[must_use]
    pub fn points(&self) -> Vec<Vec<u64>> {
        self.world.borrow().points.clone()
    }
}
