//! What the Admin UI is shown of this Gateway, and what it asks for: see [`Instrument`](crate::Instrument).
//!
//! Nothing is shown, or counted, unless somebody looks, and nothing runs for it but where an admin is connected. All Gateways
//! with connections are members of one Room of the admins' namespace. A Gateway with an admin asks that Room every other
//! second; whoever is asked shows what happens to it for a while, and says how many it has. So it ends by itself when nobody
//! asks any more, and a Gateway that comes later, or has lost its memory, is found the next time.

use std::rc::Rc;

use bytes::Bytes;
use codec::{Decode, Encode};
use engine_io::{Frame, Message, Millis, Transport};
use serde_json::value::RawValue;
use socket_io::{Payload, Target, json};

use super::{Gateway, calls::with_own, client, client::Phase, log::only, questions::Asker};
use crate::{
    Turn,
    broadcast::{check_event, check_room},
    instrument::{
        Admin, Mode,
        shown::{self, Happened, Server, time},
    },
    names::RoomKey,
    wire::{Cast, Found, Query, ToRoom},
};

/// How often all Gateways are asked, and say how many they have, as on Node.
const PERIOD: Millis = 2_000;
/// How soon one may be asked again and still say so: admins of two Gateways each have it asked.
const PAUSE: Millis = 1_500;
/// For how long one that was asked shows what happens.
const LOOK: Millis = 10_000;
/// As many characters of a connection's id as Node shows, which are not enough to take it over.
const CLIENT_ID: usize = 12;

/// Whether somebody looks, and what was counted since.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(super) struct Watch {
    /// Until when; 0: nobody does.
    until: Millis,
    /// When admins here have all Gateways asked again.
    ask_at: Millis,
    /// When this one said last how many it has.
    told_at: Millis,
    #[codec(skip)]
    counts: Counts,
}

#[derive(Clone, Debug, Default)]
struct Counts {
    connections: u64,
    disconnections: Vec<(&'static str, u64)>,
    packets_in: u64,
    bytes_in: u64,
    packets_out: u64,
    bytes_out: u64,
}

impl Watch {
    /// That of a new memory: whoever asked, asks again.
    pub(super) fn new(now: Millis) -> Self {
        Self { ask_at: now + PERIOD, ..Self::default() }
    }
}

impl Gateway {
    fn is_watched(&self) -> bool {
        self.watch.until != 0
    }

    /// Whether each event is shown.
    pub(super) fn shows(&self) -> bool {
        self.is_watched() && self.app.admin().is_some_and(|admin| admin.mode == Mode::Development)
    }

    pub(super) fn is_of_admins(&self, nsp: &str) -> bool {
        self.app.admin().is_some_and(|admin| admin.namespace == nsp)
    }

    /// Nobody looks any more.
    pub(super) fn look_away(&mut self, now: Millis) {
        if self.is_watched() && self.watch.until <= now {
            self.watch.until = 0;
            self.watch.counts = Counts::default();
        }
    }

    /// Whether it is the Room that this Gateway is in for the admins, as it has connections.
    pub(super) fn is_asked_by_admins(&self, key: &RoomKey) -> bool {
        !self.clients.is_empty() && self.app.admin().is_some_and(|admin| admin.asks(key))
    }

    // What is counted.

    /// A connection is about to open. With the first this Gateway is one of those that admins have asked.
    pub(super) fn opening(&mut self, turn: &mut Turn<'_>) {
        let Some(key) = self.app.admin().map(Admin::gateways) else { return };
        if self.is_watched() {
            self.watch.counts.connections += 1;
        }
        if self.membership(turn, &key).is_out() {
            self.membership(turn, &key).mark(turn);
            self.ready.push(crate::Peer::Room(key));
        }
    }

    pub(super) fn count_closed(&mut self, reason: &'static str) {
        if self.is_watched() {
            let counts = &mut self.watch.counts.disconnections;
            match counts.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count += 1,
                None => counts.push((reason, 1)),
            }
        }
    }

    /// A connection is gone, perhaps the last.
    pub(super) fn client_gone(&mut self, turn: &mut Turn<'_>) {
        if !self.clients.is_empty() {
            return;
        }
        let Some(key) = self.app.admin().map(Admin::gateways) else { return };
        if self.is_watched() {
            self.tell_counts(turn);
        }
        self.left(turn, &key, "", true);
    }

    pub(super) fn count_in(&mut self, message: &Message) {
        if self.is_watched() {
            self.watch.counts.packets_in += 1;
            self.watch.counts.bytes_in += match message {
                Message::Text(text) => text.len(),
                Message::Binary(bytes) => bytes.len(),
            } as u64;
        }
    }

    pub(super) fn count_out(&mut self, frames: &[Frame], sockets: usize) {
        if self.is_watched() {
            // Without the digit before a text, as on Node.
            let bytes: usize =
                frames.iter().map(|frame| frame.len() - usize::from(matches!(frame, Frame::Text(_)))).sum();
            self.watch.counts.packets_out += (frames.len() * sockets) as u64;
            self.watch.counts.bytes_out += (bytes * sockets) as u64;
        }
    }

    /// Says how many connections and sockets there are, and what was counted.
    fn tell_counts(&mut self, turn: &mut Turn<'_>) {
        let app = self.app.clone();
        let Some(admin) = app.admin() else { return };
        self.watch.told_at = turn.now;
        let counts = std::mem::take(&mut self.watch.counts);
        let mut aggregated_events = Vec::new();
        let mut happened = |r#type, sub_type, count| {
            if count > 0 {
                let timestamp = turn.now - turn.now % 1_000;
                aggregated_events.push(Happened { timestamp, r#type, sub_type, count });
            }
        };
        happened("rawConnection", None, counts.connections);
        happened("packetsIn", None, counts.packets_in);
        happened("bytesIn", None, counts.bytes_in);
        happened("packetsOut", None, counts.packets_out);
        happened("bytesOut", None, counts.bytes_out);
        for (reason, count) in &counts.disconnections {
            happened("rawDisconnection", Some(*reason), *count);
        }
        let mut names: Vec<&str> = app.namespaces().collect();
        for name in self.locals.keys() {
            if !names.contains(&&**name) {
                names.push(name); // a dynamic one
            }
        }
        let count = |name: &str| self.locals.get(name).map_or(0, |local| local.rooms.len());
        let namespaces =
            names.into_iter().map(|name| shown::Namespace { name, sockets_count: count(name) }).collect();
        let transports = self.clients.values().map(|client| client.session.transport());
        let id = admin.server_id.as_ref().map(|id| format!("{id}#{}", self.name));
        let server = Server {
            server_id: id.as_ref().unwrap_or(&self.name),
            hostname: &self.name,
            pid: 0,
            uptime: turn.now.saturating_sub(self.born) as f64 / 1_000.0,
            clients_count: self.clients.len(),
            polling_clients_count: transports.filter(|one| *one == Some(Transport::Polling)).count(),
            aggregated_events,
            namespaces,
        };
        if let Ok(server) = json::to_string(&server) {
            self.show(turn, "server_stats", &server, &[]);
        }
    }

    // What is shown.

    /// Sends an event with these arguments to all admins. If they can't be reached for long it is not sent: nobody else is
    /// to notice that.
    fn show(&mut self, turn: &mut Turn<'_>, event: &str, args: &str, attachments: &[Bytes]) {
        let app = self.app.clone();
        let payload = Payload::from_raw(args, attachments.to_vec());
        let (Some(admin), Ok(payload)) = (app.admin(), payload) else { return };
        let Ok(frames) = app.config().parser.encode_event(&admin.namespace, None, event, &payload) else {
            return;
        };
        let room = self.rooms.get(&RoomKey::everyone(&admin.namespace));
        if !room.is_some_and(|room| room.link.is_full(ToRoom::weight)) {
            let cast = Cast { target: Target::default(), frames, volatile: false, trace: String::new() };
            self.cast(turn, &admin.namespace, cast);
        }
    }

    /// A socket is in.
    pub(super) fn show_connected(&mut self, turn: &mut Turn<'_>, nsp: &str, id: &Rc<str>) {
        if self.shows() {
            self.show_room(turn, true, nsp, id, id);
            if let Some(socket) = self.shown(nsp, id) {
                let args = [&socket, ",", &words(&[&time(turn.now)])].concat();
                self.show(turn, "socket_connected", &args, &[]);
            }
        }
    }

    /// A socket has gone from these rooms.
    pub(super) fn show_disconnected(
        &mut self,
        turn: &mut Turn<'_>,
        socket: &client::Socket,
        rooms: &[Rc<str>],
        reason: &str,
    ) {
        if self.shows() && socket.phase == Phase::Live {
            let (nsp, id) = (&*socket.nsp, &socket.id);
            let args = words(&[nsp, id, reason, &time(turn.now)]);
            self.show(turn, "socket_disconnected", &args, &[]);
            for room in [id].into_iter().chain(rooms) {
                self.show_room(turn, false, nsp, room, id);
            }
        }
    }

    /// A socket has joined a room, or left it.
    pub(super) fn show_room(&mut self, turn: &mut Turn<'_>, join: bool, nsp: &str, room: &str, id: &str) {
        if self.shows() {
            let event = if join { "room_joined" } else { "room_left" };
            self.show(turn, event, &words(&[nsp, room, id, &time(turn.now)]), &[]);
        }
    }

    /// An event has come from a socket, or goes to it.
    pub(super) fn show_event(
        &mut self,
        turn: &mut Turn<'_>,
        event: &str,
        (nsp, id): (&str, &str),
        (name, args): (&str, &Payload),
    ) {
        if !self.shows() || self.is_of_admins(nsp) {
            return;
        }
        let comma = if args.is_empty() { "" } else { "," };
        let (socket, name, time) = (words(&[nsp, id]), words(&[name]), words(&[&time(turn.now)]));
        let shown = [&socket, ",[", &name, comma, args.json(), "],", &time].concat();
        self.show(turn, event, &shown, args.attachments());
    }

    /// A socket has other data.
    pub(super) fn show_data(&mut self, turn: &mut Turn<'_>, nsp: &str, id: &str, data: &str) {
        if self.shows() {
            self.show_update(turn, &shown::Update { id, nsp, transport: None, data: object(data) });
        }
    }

    /// A connection goes on by WebSocket.
    pub(super) fn show_upgraded(&mut self, turn: &mut Turn<'_>, sid: &str) {
        if !self.shows() {
            return;
        }
        let Some(client) = self.clients.get(sid) else { return };
        let sockets = client.sockets.values().filter(|socket| socket.phase == Phase::Live);
        let sockets: Vec<_> = sockets.map(|socket| (socket.nsp.clone(), socket.id.clone())).collect();
        for (nsp, id) in sockets {
            let transport = Some(Transport::WebSocket.as_str());
            self.show_update(turn, &shown::Update { id: &id, nsp: &nsp, transport, data: None });
        }
    }

    fn show_update(&mut self, turn: &mut Turn<'_>, update: &shown::Update<'_>) {
        if let Ok(update) = json::to_string(update) {
            self.show(turn, "socket_updated", &update, &[]);
        }
    }

    /// A socket here, as JSON.
    fn shown(&self, nsp: &str, id: &Rc<str>) -> Option<String> {
        let place = self.sockets.get(id)?;
        let client = self.clients.get(&place.sid)?;
        let socket = client.sockets.get(nsp).filter(|socket| socket.phase == Phase::Live)?;
        let rooms = self.locals.get(nsp)?.rooms.rooms_of(id).cloned().collect();
        let transport = client.session.transport().unwrap_or(Transport::Polling);
        let shown = shown::Socket {
            id,
            client_id: place.sid.get(..CLIENT_ID).unwrap_or_default(),
            transport: transport.as_str(),
            nsp,
            data: object(&socket.data)?,
            handshake: shown::Request::new(&client.handshake, &self.app.config().path),
            rooms: with_own(rooms, id),
        };
        json::to_string(&shown).ok()
    }

    // Who looks.

    /// An admin has come: all Gateways are asked for their sockets.
    pub(super) fn admin_entered(&mut self, turn: &mut Turn<'_>, nsp: &str, id: &Rc<str>) {
        if self.is_of_admins(nsp) {
            self.ask_gateways(turn, true, Asker::Admin(id.clone()));
        }
    }

    fn ask_gateways(&mut self, turn: &mut Turn<'_>, sockets: bool, asker: Asker) {
        let Some(key) = self.app.admin().map(Admin::gateways) else { return };
        self.watch.ask_at = turn.now + PERIOD;
        let target = Target { rooms: key.room.into_iter().collect(), except: Vec::new() };
        self.ask_as(turn, asker, &key.nsp, target, Query::Watch { sockets });
    }

    /// When to ask again: as long as there are admins here.
    pub(super) fn watch_timeout(&self) -> Option<Millis> {
        let local = self.locals.get(self.app.admin()?.namespace.as_str())?;
        (!local.rooms.is_empty()).then_some(self.watch.ask_at)
    }

    pub(super) fn ask_gateways_again(&mut self, turn: &mut Turn<'_>) {
        if self.watch_timeout().is_some_and(|at| at <= turn.now) {
            self.ask_gateways(turn, false, Asker::Nobody);
        }
    }

    /// Somebody looks, from now on and for a while. Gives the sockets here, if they are asked for.
    pub(super) fn watched(&mut self, turn: &mut Turn<'_>, sockets: bool) -> Found {
        let mut found = Found::default();
        let is_new = !self.is_watched();
        if self.app.admin().is_none() {
            return found; // it was asked by other code
        }
        self.watch.until = turn.now + LOOK;
        if self.shows() && (sockets || is_new) {
            let locals = self.locals.iter();
            let all: Vec<(Rc<str>, Rc<str>)> = locals
                .flat_map(|(nsp, local)| local.rooms.ids().map(|id| (nsp.clone(), id.clone())))
                .collect();
            if sockets {
                let all: Vec<String> = all.iter().filter_map(|(nsp, id)| self.shown(nsp, id)).collect();
                found.answers = Payload::from_raw(&all.join(","), Vec::new()).ok().into_iter().collect();
            } else {
                all.iter().for_each(|(nsp, id)| self.show_connected(turn, nsp, id));
            }
        }
        if turn.now >= self.watch.told_at + PAUSE {
            self.tell_counts(turn);
        }
        found
    }

    /// The sockets of all Gateways, for the admin who came.
    pub(super) fn show_all(&mut self, turn: &mut Turn<'_>, id: &str, found: Found) {
        let app = self.app.clone();
        let Some(admin) = app.admin().filter(|admin| admin.mode == Mode::Development) else { return };
        let parts = found.answers.iter();
        let parts: Vec<&str> = parts.map(Payload::json).filter(|json| !json.is_empty()).collect();
        let all = Payload::from_raw(&["[", &parts.join(","), "]"].concat(), Vec::new());
        let encode = |all| app.config().parser.encode_event(&admin.namespace, None, "all_sockets", &all).ok();
        if let Some(frames) = all.ok().and_then(encode) {
            self.deliver(turn, &admin.namespace, &only(id, frames), None);
        }
    }

    // What admins ask for.

    /// An event has come: it is shown, or, if an admin sent it, done. Tells whether that is all.
    pub(super) fn for_admins(
        &mut self,
        turn: &mut Turn<'_>,
        sid: &str,
        nsp: &str,
        (name, args): (&str, &Payload),
    ) -> bool {
        if self.app.admin().is_none() {
            return false;
        }
        let Some(socket) = self.socket(sid, nsp) else { return false };
        let (id, is_live) = (socket.id.clone(), socket.phase == Phase::Live);
        let is_command = self.is_of_admins(nsp);
        if is_command && is_live {
            self.command(turn, name, args);
        } else {
            self.show_event(turn, "event_received", (nsp, &id), (name, args));
        }
        is_command
    }

    /// Does what an admin asks for, if it may be. As on Node nobody is told that it was not.
    fn command(&mut self, turn: &mut Turn<'_>, name: &str, args: &Payload) {
        let (Ok(Some(nsp)), false) = (text(args, 0), self.app.admin().is_none_or(|admin| admin.read_only))
        else {
            return;
        };
        match (name, text(args, 1), text(args, 2)) {
            ("join" | "leave", Ok(Some(room)), Ok(filter)) if check_room(&room).is_ok() => {
                self.order(turn, &nsp, filter, Query::Change { room, join: name == "join" });
            }
            ("_disconnect", _, Ok(filter)) => {
                let close = args.args().nth(1).is_some_and(|close| close.get() == "true");
                self.order(turn, &nsp, filter, Query::Disconnect(close));
            }
            ("emit", Ok(filter), Ok(Some(event))) => {
                let rest: Vec<&str> = args.args().skip(3).map(RawValue::get).collect();
                let payload = Payload::from_raw(&rest.join(","), args.attachments().to_vec());
                if let (Some(target), Ok(()), Ok(payload)) =
                    (self.target(&nsp, filter), check_event(&event), payload)
                    && let Ok(frames) = self.app.config().parser.encode_event(&nsp, None, &event, &payload)
                {
                    self.cast(turn, &nsp, Cast { target, frames, volatile: false, trace: String::new() });
                }
            }
            _ => {}
        }
    }

    fn order(&mut self, turn: &mut Turn<'_>, nsp: &str, filter: Option<String>, query: Query) {
        if let Some(target) = self.target(nsp, filter) {
            self.ask_as(turn, Asker::Nobody, nsp, target, query);
        }
    }

    /// Whom an admin means: everyone, or a room, or a socket. Of what there is not there is nobody.
    fn target(&self, nsp: &str, filter: Option<String>) -> Option<Target> {
        let rooms: Vec<String> = filter.into_iter().filter(|filter| !filter.is_empty()).collect();
        let is_there = self.app.handlers(nsp).is_some() && rooms.iter().all(|room| check_room(room).is_ok());
        is_there.then_some(Target { rooms, except: Vec::new() })
    }
}

/// Texts as arguments.
fn words(words: &[&str]) -> String {
    let list = json::to_string(words).unwrap_or_default();
    list.trim_start_matches('[').trim_end_matches(']').to_owned()
}

/// An argument that is text, or is missing.
fn text(args: &Payload, at: usize) -> Result<Option<String>, json::Error> {
    args.args().nth(at).map_or(Ok(None), |arg| json::from_str(arg.get()))
}

/// A socket's data as the UI has it: an object, if there is none.
fn object(data: &str) -> Option<&RawValue> {
    json::from_str(if data == "null" { "{}" } else { data }).ok()
}
