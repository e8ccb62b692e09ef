//! Time, the network, and what goes wrong.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt::Write as _,
    rc::Rc,
};

use parlor::{Conn, Dialect, Frame, Handshake, Peer, Protocol, RoomKey, Turn};
use serde_json::json;

use crate::{
    app::app,
    client::{Asked, Client},
    model::{Millis, Model},
    object::{Object, Out},
    random::Random,
};

/// How much of the story is kept.
const STORY: usize = 3000;
/// How long all may take to come to rest, once nothing goes wrong any more.
const REST: Millis = 180_000;

/// What goes wrong, and how often; chances in a thousand.
#[derive(Debug)]
struct Weather {
    slowest: Millis,
    lose_request: u64,
    lose_reply: u64,
    hibernate: u64,
    kill: u64,
    hang_up: u64,
    /// How often everyone in a room is made to join another.
    herd: u64,
}

impl Weather {
    /// Every run has its own, so that some faults are seen alone and some together.
    fn new(random: &mut Random) -> Self {
        let mut sometimes = |most: u64| if random.chance(500) { random.below(most) } else { 0 };
        Self {
            lose_request: sometimes(200),
            lose_reply: sometimes(200),
            hibernate: sometimes(300),
            kill: sometimes(60),
            hang_up: sometimes(60),
            herd: sometimes(500),
            slowest: 1 + sometimes(400),
        }
    }
}

#[derive(Debug)]
enum Event {
    /// The next thing that people do, or that happens to them.
    Act,
    Request {
        number: u64,
        to: Peer,
        body: Vec<u8>,
    },
    Reply {
        number: u64,
        body: Option<Vec<u8>>,
    },
    Written {
        to: Peer,
        life: u64,
    },
    Alarm(Peer),
    Open {
        conn: Conn,
    },
    Up {
        conn: Conn,
        frame: String,
    },
    HungUp {
        conn: Conn,
    },
    Down {
        conn: Conn,
        frame: Frame,
    },
    Dropped {
        conn: Conn,
    },
}

/// One of the requests that have not been answered.
#[derive(Debug)]
struct Asking {
    from: Peer,
    life: u64,
    to: Peer,
}

#[derive(Debug)]
struct Line {
    gateway: Peer,
    client: usize,
    /// When it last answered a ping.
    heard: Millis,
    open: bool,
}

/// What all of it cost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) messages: u64,
    pub(crate) requests: u64,
    pub(crate) rows: u64,
    pub(crate) wakes: u64,
    pub(crate) kills: u64,
    pub(crate) lost: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.requests += other.requests;
        self.rows += other.rows;
        self.wakes += other.wakes;
        self.kills += other.kills;
        self.lost += other.lost;
    }
}

pub(crate) struct World {
    random: Random,
    now: Millis,
    weather: Weather,
    gateways: u32,
    rooms: Vec<String>,
    objects: BTreeMap<Peer, Object>,
    events: BTreeMap<(Millis, u64), Event>,
    event: u64,
    asking: BTreeMap<u64, Asking>,
    /// When a request to or of an object last failed.
    failed: BTreeMap<Peer, Millis>,
    /// When the last of each way arrives: what is sent after it does not overtake it.
    ways: BTreeMap<String, Millis>,
    lines: BTreeMap<Conn, Line>,
    clients: Vec<Client>,
    model: Model,
    acts: u64,
    counts: Counts,
    story: Option<VecDeque<String>>,
}

impl World {
    pub(crate) fn new(seed: u64, told: bool) -> Self {
        let mut random = Random::new(seed);
        let weather = Weather::new(&mut random);
        let gateways = 1 + u32::try_from(random.below(4)).unwrap_or_default();
        let rooms = (0..1 + random.below(3)).map(|n| format!("r{n}")).collect();
        let clients = usize::try_from(2 + random.below(6)).unwrap_or_default();
        let mut world = Self {
            acts: 30 + random.below(120),
            random,
            now: 1_800_000_000_000,
            weather,
            gateways,
            rooms,
            objects: BTreeMap::new(),
            events: BTreeMap::new(),
            event: 0,
            asking: BTreeMap::new(),
            failed: BTreeMap::new(),
            ways: BTreeMap::new(),
            lines: BTreeMap::new(),
            clients: vec![Client::default(); clients],
            model: Model::default(),
            counts: Counts::default(),
            story: told.then(VecDeque::new),
        };
        world.tell(|world| format!("{:?}, {} Gateways, {} clients", world.weather, world.gateways, clients));
        world
    }

    pub(crate) fn story(&self) -> String {
        let mut story = String::new();
        self.story.iter().flatten().for_each(|line| _ = writeln!(story, "{line}"));
        story
    }

    fn tell(&mut self, line: impl FnOnce(&Self) -> String) {
        if self.story.is_some() {
            let line = format!("{:>8} {}", self.now % 100_000_000, line(self));
            let story = self.story.get_or_insert_default();
            story.push_back(line);
            if story.len() > STORY {
                story.pop_front();
            }
        }
    }

    pub(crate) fn run(&mut self) -> Result<Counts, String> {
        self.later(0, Event::Act);
        self.until_rest()?;
        self.weather = Weather {
            slowest: 5,
            lose_request: 0,
            lose_reply: 0,
            hibernate: 0,
            kill: 0,
            hang_up: 0,
            herd: 0,
        };
        self.until_rest()?;
        self.probe()?;
        self.model.check()?;
        self.no_ghosts()?;
        self.counts.messages = self.model.messages.len() as u64;
        Ok(self.counts.clone())
    }

    /// Lets everything happen that is under way, but not the alarms of times to come.
    fn until_rest(&mut self) -> Result<(), String> {
        let mut end = self.now + REST;
        while let Some(((at, _), event)) = self.events.pop_first() {
            if at > end {
                self.event += 1;
                self.events.insert((at, self.event), event);
                break;
            }
            self.now = at;
            let ping = |frame: &Frame| matches!(frame, Frame::Text(text) if **text == *"2");
            let heartbeat = match &event {
                Event::Alarm(_) | Event::Written { .. } => true,
                Event::Down { frame, .. } => ping(frame),
                _ => false,
            };
            if !heartbeat {
                end = end.max(at + REST / 3);
            }
            self.happen(event)?;
        }
        Ok(())
    }

    fn later(&mut self, delay: Millis, event: Event) {
        self.event += 1;
        self.events.insert((self.now + delay, self.event), event);
    }

    /// As `later`, behind what is on the same way.
    fn behind(&mut self, way: String, event: Event) {
        let arrival = self.now + self.random.below(self.weather.slowest + 1);
        let last = self.ways.entry(way).or_default();
        *last = arrival.max(*last);
        let delay = *last - self.now;
        self.later(delay, event);
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Act => {
                self.tell(|_| String::new());
                self.act()?;
                self.misfortune();
                self.acts = self.acts.saturating_sub(1);
                if self.acts > 0 {
                    let longest = if self.random.chance(100) { 30_000 } else { 200 };
                    let pause = self.random.below(longest);
                    self.later(pause, Event::Act);
                }
            }
            Event::Request { number, to, body } => {
                self.tell(|_| format!("request {number} arrives at {to:?}"));
                self.counts.requests += 1;
                self.turn(&to, |object, turn| {
                    let reply = object.handle_request(turn, &body).ok();
                    vec![Out::Reply(number, reply)]
                });
            }
            Event::Reply { number, body } => {
                let Some(Asking { from, life, to }) = self.asking.remove(&number) else { return Ok(()) };
                let lives = self
                    .objects
                    .get(&from)
                    .is_some_and(|object| object.machine.is_some() && object.life == life);
                if body.is_none() {
                    self.failed.extend([(from.clone(), self.now), (to.clone(), self.now)]);
                }
                let fate = if body.is_some() { "is answered" } else { "has failed" };
                self.tell(|_| format!("request {number} of {from:?} to {to:?} {fate}, {lives}"));
                if lives {
                    self.turn(&from, |object, turn| {
                        object.handle_reply(turn, &to, body.as_deref());
                        Vec::new()
                    });
                }
            }
            Event::Written { to, life } => {
                let Some(object) = self.objects.get_mut(&to).filter(|object| object.life == life) else {
                    return Ok(());
                };
                let Some(batch) = object.gate.pop_front() else { return Ok(()) };
                for (key, value) in batch.stores {
                    self.counts.rows += 1;
                    match value {
                        Some(value) => object.rows.insert(key, value),
                        None => object.rows.remove(&key),
                    };
                }
                batch.outs.into_iter().for_each(|out| self.release(&to, out));
            }
            Event::Alarm(peer) => {
                let Some(object) =
                    self.objects.get_mut(&peer).filter(|object| object.alarm == Some(self.now))
                else {
                    return Ok(());
                };
                object.alarm = None;
                let sleeping: Vec<_> =
                    self.lines.iter().filter(|(_, line)| line.open && line.gateway == peer).collect();
                let heard: Vec<(Conn, Millis)> =
                    sleeping.into_iter().map(|(conn, line)| (*conn, line.heard)).collect();
                self.turn(&peer, |object, turn| {
                    if let Some(gateway) = object.gateway() {
                        heard.into_iter().for_each(|(conn, at)| gateway.heard(conn, at));
                    }
                    object.handle_timeout(turn);
                    Vec::new()
                });
            }
            Event::Open { conn } => {
                let gateway = self.lines[&conn].gateway.clone();
                self.turn(&gateway, |object, turn| {
                    let handshake = Handshake { issued: turn.now, ..Handshake::default() };
                    if let Some(gateway) = object.gateway() {
                        gateway.open_websocket(turn, Protocol::SocketIo, Dialect::default(), handshake, conn);
                    }
                    Vec::new()
                });
            }
            Event::Up { conn, frame } => {
                let line = &self.lines[&conn];
                if line.open {
                    let gateway = line.gateway.clone();
                    self.tell(|_| format!("{gateway:?} gets {frame} of connection {conn}"));
                    self.turn(&gateway, |object, turn| {
                        if let Some(gateway) = object.gateway() {
                            gateway.handle_text(turn, conn, &frame);
                        }
                        Vec::new()
                    });
                }
            }
            Event::HungUp { conn } => {
                if let Some(line) = self.lines.get_mut(&conn).filter(|line| line.open) {
                    line.open = false;
                    let gateway = line.gateway.clone();
                    self.turn(&gateway, |object, turn| {
                        if let Some(gateway) = object.gateway() {
                            gateway.handle_socket_closed(turn, conn);
                        }
                        Vec::new()
                    });
                }
            }
            Event::Down { conn, frame } => {
                let client = self.lines[&conn].client;
                if let (Frame::Text(text), true) = (&frame, self.clients[client].conn == Some(conn)) {
                    if **text != *"2" {
                        self.tell(|_| format!("client {client} hears {text}"));
                    }
                    if **text == *"2" {
                        self.lines.get_mut(&conn).into_iter().for_each(|line| line.heard = self.now);
                    } else if let Some(frame) = self.clients[client].hears(text, &mut self.model, self.now)? {
                        self.up(client, frame);
                    }
                }
            }
            Event::Dropped { conn } => {
                let client = self.lines[&conn].client;
                if self.clients[client].conn == Some(conn) {
                    self.tell(|_| format!("client {client} has lost its connection"));
                    self.clients[client].lost(&mut self.model, self.now);
                }
            }
        }
        Ok(())
    }

    /// Something happens to an object: it wakes if it slept, and what it wants is done once its rows are written.
    fn turn(&mut self, peer: &Peer, act: impl FnOnce(&mut Object, &mut Turn<'_>) -> Vec<Out>) {
        let gateways = self.gateways;
        let object = self
            .objects
            .entry(peer.clone())
            .or_insert_with(|| Object::new(peer.clone(), Rc::new(app(gateways))));
        let mut random = Random::new(self.random.next());
        let mut bytes = || random.bytes();
        let mut turn = Turn { now: self.now, random: &mut bytes };
        let lines = &self.lines;
        let heard = |conn| lines.get(&conn).filter(|line| line.open).map(|line| line.heard);
        self.counts.wakes += u64::from(object.wake(&mut turn, heard));
        object.used = self.now;
        let mut batch = object.drain(&mut turn);
        let outs = act(object, &mut turn);
        let rest = object.drain(&mut turn);
        batch.stores.extend(rest.stores);
        batch.outs.extend(rest.outs);
        batch.outs.extend(outs);
        for frame in std::mem::take(&mut object.dropped) {
            self.counts.lost += 1;
            let Frame::Text(text) = frame else { continue };
            if let Some(story) = &mut self.story {
                story.push_back(format!("         {peer:?} drops {text}"));
            }
            let event: Option<serde_json::Value> = text
                .strip_prefix("442")
                .or(text.strip_prefix("42"))
                .and_then(|json| serde_json::from_str(json).ok());
            self.model.dropped.extend(event.and_then(|event| event[2].as_u64()));
        }
        for line in std::mem::take(&mut object.log) {
            if let Some(story) = &mut self.story {
                story.push_back(format!("         {peer:?} says {line}"));
            }
        }
        if let Some(story) = &mut self.story {
            for (key, value) in batch.stores.iter().filter(|(key, _)| key.starts_with("g/")) {
                story.push_back(format!("         {peer:?} stores {key}: {}", value.is_some()));
            }
        }
        let life = object.life;
        match (object.next_timeout(), object.alarm) {
            (Some(at), alarm) if alarm.is_none_or(|alarm| at < alarm) => {
                let at = at.max(self.now + 1);
                object.alarm = Some(at);
                let delay = at - self.now;
                self.later(delay, Event::Alarm(peer.clone()));
            }
            _ => {}
        }
        let Some(object) = self.objects.get_mut(peer) else { return };
        if batch.stores.is_empty() && object.gate.is_empty() {
            batch.outs.into_iter().for_each(|out| self.release(peer, out));
        } else {
            object.gate.push_back(batch);
            self.behind(format!("rows of {peer:?}"), Event::Written { to: peer.clone(), life });
        }
    }

    fn release(&mut self, from: &Peer, out: Out) {
        match out {
            Out::Frame(conn, frame) => self.behind(format!("down {conn}"), Event::Down { conn, frame }),
            Out::Close(conn) => {
                if let Some(line) = self.lines.get_mut(&conn) {
                    line.open = false;
                }
                self.behind(format!("down {conn}"), Event::Dropped { conn });
            }
            Out::Request(to, body) => {
                let number = self.event;
                let life = self.objects.get(from).map_or(0, |object| object.life);
                self.asking.insert(number, Asking { from: from.clone(), life, to: to.clone() });
                self.tell(|_| format!("request {number} of {from:?} to {to:?} leaves"));
                if self.random.chance(self.weather.lose_request) {
                    let after = self.random.below(500);
                    self.later(after, Event::Reply { number, body: None });
                } else {
                    self.behind(format!("{from:?} {to:?}"), Event::Request { number, to, body });
                }
            }
            Out::Reply(number, body) => {
                let body = body.filter(|_| !self.random.chance(self.weather.lose_reply));
                let delay = self.random.below(self.weather.slowest + 1);
                self.later(delay, Event::Reply { number, body });
            }
        }
    }

    fn up(&mut self, client: usize, frame: String) {
        if let Some(conn) = self.clients[client].conn {
            self.behind(format!("up {conn}"), Event::Up { conn, frame });
        }
    }

    /// Somebody does something.
    fn act(&mut self) -> Result<(), String> {
        let client = usize::try_from(self.random.below(self.clients.len() as u64)).unwrap_or_default();
        let Some(session) = self.clients[client].session else {
            if self.clients[client].conn.is_none() {
                self.connect(client);
            }
            return Ok(());
        };
        let room = self.random.pick(&self.rooms).cloned().ok_or("no rooms")?;
        match self.random.below(20) {
            0..=3 => self.join_or_leave(client, session, &room),
            4 if self.random.chance(self.weather.herd) => {
                let other = self.random.pick(&self.rooms).cloned().ok_or("no rooms")?;
                if other != room {
                    let members = self.model.herds(&room, &other);
                    let asked = Asked::Herd(room.clone(), other.clone(), members, self.now);
                    self.ask(client, asked, &json!(["herd", room, other]));
                }
            }
            4..=13 => {
                let number = self.model.message(&room, &[&room], session, self.now);
                self.ask(client, Asked::Said, &json!(["say", room, number]));
            }
            14 => {
                let number = self.model.message("*", &[], session, self.now);
                self.ask(client, Asked::Said, &json!(["shout", number]));
            }
            15 => {
                let other = self.random.pick(&self.rooms).cloned().ok_or("no rooms")?;
                let number = self.model.message("*", &[&room, &other], session, self.now);
                self.ask(client, Asked::Said, &json!(["union", room, other, number]));
            }
            16 => {
                let other = self.random.pick(&self.model.sessions).ok_or("nobody is there")?.id.clone();
                let number = self.model.message("", &[], session, self.now);
                self.ask(client, Asked::Said, &json!(["whisper", other, number]));
            }
            17 => self.ask(client, Asked::Who(room.clone()), &json!(["who", room])),
            18 if !self.model.sessions[session].rooms.contains_key(&room) => {
                self.join(session, &room);
                let number = self.model.message(&room, &[&room], session, self.now);
                self.ask(client, Asked::Join(room.clone()), &json!(["enter", room, number]));
            }
            _ => {
                // Several in a row, so that they wait for each other on their way.
                for _ in 0..5 {
                    let number = self.model.message(&room, &[&room], session, self.now);
                    self.ask(client, Asked::Said, &json!(["say", room, number]));
                }
            }
        }
        Ok(())
    }

    fn join(&mut self, session: usize, room: &str) {
        self.model.sessions[session].left.remove(room);
        self.model.sessions[session].rooms.insert(room.to_owned(), None);
    }

    fn join_or_leave(&mut self, client: usize, session: usize, room: &str) {
        match self.model.sessions[session].rooms.get(room) {
            None => {
                self.join(session, room);
                self.ask(client, Asked::Join(room.to_owned()), &json!(["join", room]));
            }
            Some(Some(_)) => {
                self.model.sessions[session].rooms.remove(room);
                self.model.sessions[session].leaves.insert(room.to_owned(), self.now);
                self.model.sessions[session].left.insert(room.to_owned(), Millis::MAX); // not yet
                self.ask(client, Asked::Leave(room.to_owned()), &json!(["leave", room]));
            }
            Some(None) => {} // on its way
        }
    }

    fn ask(&mut self, client: usize, asked: Asked, event: &serde_json::Value) {
        self.tell(|_| format!("client {client} says {event}"));
        let frame = self.clients[client].ask(asked, event);
        self.up(client, frame);
    }

    fn connect(&mut self, client: usize) {
        let conn = self.lines.len() as Conn + 1;
        let gateway = Peer::Gateway(format!("any-{}", self.random.below(u64::from(self.gateways))));
        self.tell(|_| format!("client {client} opens connection {conn} to {gateway:?}"));
        self.lines.insert(conn, Line { gateway, client, heard: self.now, open: true });
        self.clients[client].conn = Some(conn);
        self.behind(format!("up {conn}"), Event::Open { conn });
    }

    /// Something goes wrong, perhaps.
    fn misfortune(&mut self) {
        if self.random.chance(self.weather.hang_up) {
            let client = usize::try_from(self.random.below(self.clients.len() as u64)).unwrap_or_default();
            if let Some(conn) = self.clients[client].conn {
                self.tell(|_| format!("client {client} goes away"));
                self.clients[client].lost(&mut self.model, self.now);
                self.behind(format!("up {conn}"), Event::HungUp { conn });
            }
        }
        if self.random.chance(self.weather.hibernate) {
            let busy: BTreeSet<Peer> =
                self.asking.values().flat_map(|asking| [asking.from.clone(), asking.to.clone()]).collect();
            for (peer, object) in &mut self.objects {
                if !busy.contains(peer) && object.may_sleep(self.now) && self.random.chance(700) {
                    object.machine = None;
                    // Others may have tried to reach it all the time, to say that they had no answer.
                    if self.failed.get(peer).is_some_and(|failed| failed + 15_000 > self.now) {
                        self.model.losses.push(self.now);
                    }
                    if let Some(story) = &mut self.story {
                        story.push_back(format!("         {peer:?} falls asleep"));
                    }
                }
            }
        }
        if self.random.chance(self.weather.kill) {
            let peers: Vec<Peer> = self.objects.keys().cloned().collect();
            let all = self.random.chance(200);
            let with_connections = self.random.chance(500);
            let victims = if all { peers } else { self.random.pick(&peers).cloned().into_iter().collect() };
            for peer in victims {
                self.kill(&peer, with_connections);
            }
        }
    }

    fn kill(&mut self, peer: &Peer, with_connections: bool) {
        self.tell(|_| format!("{peer:?} dies; its connections too: {with_connections}"));
        self.counts.kills += 1;
        self.model.losses.push(self.now);
        let unanswered = self.objects.get_mut(peer).map(Object::forget).unwrap_or_default();
        for number in unanswered {
            self.later(1, Event::Reply { number, body: None });
        }
        let conns: Vec<Conn> = self
            .lines
            .iter_mut()
            .filter(|(conn, line)| {
                // One whose opening was not written has not been answered, and fails.
                let begun = self.clients[line.client].conn == Some(**conn)
                    && self.clients[line.client].session.is_none();
                line.gateway == *peer && (with_connections || begun)
            })
            .map(|(conn, line)| {
                line.open = false;
                *conn
            })
            .collect();
        for conn in conns {
            self.behind(format!("down {conn}"), Event::Dropped { conn });
        }
    }

    /// Whether everything still works: everyone is there, hears what is said now, and is on the list.
    fn probe(&mut self) -> Result<(), String> {
        self.tell(|_| "all is quiet; does everything work?".into());
        for client in 0..self.clients.len() {
            if self.clients[client].conn.is_none() {
                self.connect(client);
            }
        }
        self.until_rest()?;
        for client in 0..self.clients.len() {
            let session =
                self.clients[client].session.ok_or_else(|| format!("client {client} can't connect"))?;
            // With the memory of its Gateway the handler of an event is lost, and does not run again.
            let asked = self.clients[client].asked.values().next().filter(|_| self.counts.kills == 0);
            if let Some(asked) = asked {
                return Err(format!("client {client} was never acknowledged {asked:?}"));
            }
            for room in self.rooms.clone() {
                let number = self.model.message(&room, &[&room], session, self.now);
                self.ask(client, Asked::Said, &json!(["say", room, number]));
            }
            let number = self.model.message("*", &[], session, self.now);
            self.ask(client, Asked::Said, &json!(["shout", number]));
        }
        self.until_rest()?;
        let losses = std::mem::take(&mut self.model.losses);
        let checked = self.model.check_since(self.now - REST);
        self.model.losses = losses;
        checked?;
        for room in self.rooms.clone() {
            self.ask(0, Asked::Who(room.clone()), &json!(["who", room]));
            self.until_rest()?;
            let (_, roster) = self.clients[0].roster.take().ok_or("no answer to `who`")?;
            let listed: BTreeSet<String> = roster.iter().cloned().collect();
            let (sure, perhaps) = self.model.members(&room);
            if !sure.is_subset(&listed) || !listed.is_subset(&perhaps) || listed.len() != roster.len() {
                return Err(format!(
                    "in {room} are {sure:?}, perhaps {perhaps:?}, but it is said to be {roster:?}"
                ));
            }
        }
        Ok(())
    }

    /// Whether each Room knows those Gateways that have members, and no others.
    fn no_ghosts(&self) -> Result<(), String> {
        for room in &self.rooms {
            let gateways = |ids: BTreeSet<String>| -> BTreeSet<String> {
                ids.iter().filter_map(|id| parlor::gateway_of(id)).map(str::to_owned).collect()
            };
            let (sure, perhaps) = self.model.members(room);
            let (sure, perhaps) = (gateways(sure), gateways(perhaps));
            let object = self.objects.get(&Peer::Room(RoomKey::room("/", room)));
            let known: BTreeSet<String> = object
                .and_then(Object::room)
                .map(|room| room.gateways().map(str::to_owned).collect())
                .unwrap_or_default();
            if !sure.is_subset(&known) || !known.is_subset(&perhaps) {
                return Err(format!(
                    "{room} has members on {sure:?}, perhaps {perhaps:?}, its Room says on {known:?}"
                ));
            }
        }
        Ok(())
    }
}
