//! Time, and the network.

mod counts;
mod people;
mod releases;
mod verdict;
mod weather;
mod work;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write as _,
    rc::Rc,
};

use parlor::{Conn, Dialect, Frame, Handshake, Peer, Protocol, Turn, edition::run_as};

pub(crate) use self::counts::Counts;
use self::{releases::Releases, weather::Weather};
use crate::{
    app::app,
    client::{Client, number_of},
    jobs::Number,
    model::{Millis, Model},
    object::{Object, Out},
    random::Random,
};

/// How much of the story is kept.
const STORY: usize = 3000;
/// How long all may take to come to rest, once nothing goes wrong any more.
const REST: Millis = 180_000;

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
    /// A consumer has done this attempt of a job.
    Finish {
        conn: Conn,
        frame: String,
        attempt: (Number, u64),
    },
    /// An edition of the code is deployed.
    Release(u8),
    /// An object gets it.
    Restart(Peer, u8),
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

pub(crate) struct World {
    random: Random,
    /// For what is done with the queue.
    errands: Random,
    /// Whether nothing goes wrong any more.
    is_calm: bool,
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
    releases: Releases,
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
        let recovery = random.chance(500);
        let acts = 30 + random.below(120);
        let mut world = Self {
            acts,
            releases: Releases::new(seed, acts),
            random,
            errands: Random::new(seed ^ 0x9e37_79b9),
            is_calm: false,
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
            model: Model::new(recovery),
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
        self.no_jobs_left()?;
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
                self.work();
                self.release_if_due();
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
                self.counts.rows += object.journal.write(batch.entries);
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
                if let Frame::Text(text) = &frame
                    && self.clients[client].conn == Some(conn)
                    && let Some((ack, job)) = work::job_of(text)
                {
                    return self.job(client, conn, ack, &job);
                }
                if let (Frame::Text(text), true) = (&frame, self.clients[client].conn == Some(conn)) {
                    if **text != *"2" {
                        self.tell(|_| format!("client {client} hears {text}"));
                    }
                    if **text == *"2" {
                        self.lines.get_mut(&conn).into_iter().for_each(|line| line.heard = self.now);
                    } else {
                        let Peer::Gateway(gateway) = self.lines[&conn].gateway.clone() else { return Ok(()) };
                        let answer = self.clients[client].hears(text, &gateway, &mut self.model, self.now)?;
                        answer.into_iter().for_each(|frame| self.up(client, frame));
                    }
                }
            }
            Event::Finish { conn, frame, attempt } => {
                let client = self.lines[&conn].client;
                if self.clients[client].conn == Some(conn) {
                    self.model.jobs.acknowledged(attempt, self.now);
                    self.up(client, frame);
                }
            }
            Event::Release(edition) => self.release_edition(edition),
            Event::Restart(peer, edition) => self.restart(&peer, edition),
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
        let (gateways, recovery, edition) = (self.gateways, self.model.recovery, self.releases.edition);
        let object = self
            .objects
            .entry(peer.clone())
            .or_insert_with(|| Object::new(peer.clone(), Rc::new(app(gateways, recovery)), edition));
        run_as(object.edition);
        let mut random = Random::new(self.random.next());
        let mut bytes = || random.bytes();
        let mut journal = std::mem::take(&mut object.journal);
        let mut turn = Turn { now: self.now, random: &mut bytes, journal: &mut journal };
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
        batch.entries = journal.take_changes();
        object.journal = journal;
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
            self.model.dropped.extend(event.as_ref().and_then(number_of));
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
        if batch.stores.is_empty() && batch.entries.is_empty() && object.gate.is_empty() {
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
}
