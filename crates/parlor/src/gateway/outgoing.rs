//! Events on their way to sockets, shown to the handler that wants to see them, and to admins.

use std::rc::Rc;

use engine_io::{Frame, Message};
use socket_io::{Decoder, Packet};

use super::{Gateway, client::Work};
use crate::{Turn, namespace::Handlers};

impl Gateway {
    /// Has the namespace's handler see an event that was sent to sockets here.
    pub(super) fn sent(&mut self, turn: &mut Turn<'_>, nsp: &str, sockets: &[Rc<str>], frames: &[Frame]) {
        let shows = self.shows() && !self.is_of_admins(nsp);
        let is_handled = self.app.handlers(nsp).is_some_and(Handlers::has_outgoing);
        if !shows && !is_handled {
            return; // so that nothing is read again for nobody
        }
        let mut decoder = Decoder::new(self.app.config().parser);
        let packets = frames.iter().filter_map(|frame| decoder.decode(message(frame)).ok().flatten());
        let Some(Packet::Event { name, args: payload, .. }) = packets.last() else { return };
        for id in sockets.iter().filter(|_| shows) {
            self.show_event(turn, "event_sent", (nsp, id), (&name, &payload));
        }
        for id in sockets.iter().filter(|_| is_handled) {
            let Some(place) = self.sockets.get(id).cloned() else { continue };
            // Who is behind is not shown more: others decide how much that is.
            if let Some(socket) = self.socket(&place.sid, &place.nsp).filter(|socket| !socket.is_behind()) {
                socket.work.push_back(Work::Outgoing { name: name.clone(), payload: payload.clone() });
                self.step(turn, &place.sid, &place.nsp);
            }
        }
    }
}

fn message(frame: &Frame) -> Message {
    match frame {
        Frame::Text(text) => Message::Text(text.chars().skip(1).collect()),
        Frame::Binary(bytes) => Message::Binary(bytes.clone()),
    }
}
