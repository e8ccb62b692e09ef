//! The Queues of a test server.

use std::rc::Rc;

use super::{Rows, Traffic, World, alarm::Alarm, noise, store, turn};
use crate::{
    Fault, Turn,
    journal::MemoryJournal,
    names::ID_BYTES,
    queue::{Push, Queue, QueueOutput},
    testing::Memory,
    wire::Peer,
};

pub(super) struct QueueHost {
    pub(super) machine: Queue,
    pub(super) rows: Rows,
    pub(super) journal: MemoryJournal,
    pub(super) alarm: Alarm,
}

impl World {
    pub(super) fn queue<T>(&mut self, name: &str, act: impl FnOnce(&mut Queue, &mut Turn<'_>) -> T) -> T {
        let host = self.queues.entry(name.to_owned()).or_insert_with(|| {
            let mut journal = MemoryJournal::default();
            let turn = &mut Turn { now: self.now, random: &mut || [0; ID_BYTES], journal: &mut journal };
            let machine = Queue::restore(turn, Rc::new((self.build)()), name, Rows::new());
            QueueHost { machine, rows: Rows::new(), journal, alarm: Alarm::default() }
        });
        let result = turn!(self, &mut host.journal, turn => act(&mut host.machine, turn));
        while let Some(output) = host.machine.poll_output() {
            match output {
                QueueOutput::Store { key, value } => {
                    self.writes += 1;
                    store(&mut host.rows, key, value);
                }
                QueueOutput::Log(line) => self.log.push((name.to_owned(), line)),
                QueueOutput::Request { gateway, body } => {
                    let (from, to) = (Peer::Queue(name.to_owned()), Peer::Gateway(gateway));
                    self.traffic.push_back(Traffic::Request { from, to, body });
                }
            }
        }
        host.alarm.ensure(host.machine.next_timeout());
        if self.memory == Memory::Snapshots {
            host.machine = host.machine.through_snapshot();
        }
        result
    }

    /// A job from outside of all objects.
    pub(in crate::testing) fn push(&mut self, push: Push) -> Result<u64, Fault> {
        let (to, body) = self.app.push_request(push)?;
        let reply = self.request(to, &body).unwrap_or_default();
        self.app.push_receipt(&reply)
    }

    /// What a program in another language asks a queue.
    pub(in crate::testing) fn ask_queue(&mut self, json: &str) -> (u16, String) {
        match self.app.queue_request(json.as_bytes()) {
            Err(fault) => (400, fault.to_json()),
            Ok((to, body)) => {
                let reply = self.request(to, &body).unwrap_or_default();
                self.app.queue_answer(json.as_bytes(), &reply)
            }
        }
    }

    pub(in crate::testing) fn forget_queues(&mut self) {
        for (name, host) in &mut self.queues {
            let (app, rows) = (Rc::new((self.build)()), host.rows.clone());
            host.machine = turn!(self, &mut host.journal, turn => Queue::restore(turn, app, name, rows));
            host.alarm.forget();
        }
    }

    /// Has the storage of all queues take nothing, or something again.
    pub(in crate::testing) fn fill_queues(&mut self, is_full: bool) {
        self.queues.values_mut().for_each(|host| host.journal.is_full = is_full);
    }
}
