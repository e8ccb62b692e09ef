//! What goes wrong.

use std::collections::BTreeSet;

use parlor::{Conn, Peer};

use super::{Event, World};
use crate::{model::Millis, object::Object, random::Random};

/// What goes wrong, and how often; chances in a thousand.
#[derive(Debug)]
pub(super) struct Weather {
    pub(super) slowest: Millis,
    pub(super) lose_request: u64,
    pub(super) lose_reply: u64,
    pub(super) hibernate: u64,
    pub(super) kill: u64,
    pub(super) hang_up: u64,
    /// How often everyone in a room is made to join another.
    pub(super) herd: u64,
}

impl Weather {
    /// Every run has its own, so that some faults are seen alone and some together.
    pub(super) fn new(random: &mut Random) -> Self {
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

impl World {
    /// Something goes wrong, perhaps.
    pub(super) fn misfortune(&mut self) {
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

    pub(super) fn kill(&mut self, peer: &Peer, with_connections: bool) {
        self.tell(|_| format!("{peer:?} dies; its connections too: {with_connections}"));
        self.counts.kills += 1;
        self.model.losses.push(self.now);
        if matches!(peer, Peer::Queue(_)) {
            self.model.jobs.losses.push(self.now);
        }
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
}
