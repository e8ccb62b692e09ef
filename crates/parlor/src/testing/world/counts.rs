//! What there is in a world, and what it has cost.

use super::{World, alarm::Alarm};
use crate::{journal::MemoryJournal, metrics::Report, names::RoomKey, wire::Peer};

impl World {
    pub(in crate::testing) fn members(&self, nsp: &str, room: &str) -> usize {
        let gateways =
            self.rooms.get(&RoomKey::room(nsp, room)).into_iter().flat_map(|host| host.machine.gateways());
        gateways.filter_map(|name| self.gateways.get(name)).map(|host| host.machine.members(nsp, room)).sum()
    }

    pub(in crate::testing) fn gateways(&self, nsp: &str, room: &str) -> usize {
        self.rooms.get(&RoomKey::room(nsp, room)).map_or(0, |host| host.machine.gateways().count())
    }

    pub(in crate::testing) fn rows(&self) -> usize {
        let gateways = self.gateways.values().map(|host| host.rows.len() + host.journal.len());
        let rooms = self.rooms.values().map(|host| host.rows.len() + host.journal.len());
        let queues = self.queues.values().map(|host| host.rows.len() + host.journal.len());
        gateways.chain(rooms).chain(queues).sum()
    }

    /// Rows written, those of journals among them.
    pub(in crate::testing) fn writes(&self) -> usize {
        self.writes + self.journals().map(|journal| journal.written).sum::<u64>() as usize
    }

    pub(in crate::testing) fn report(&mut self, gateway: &str) -> Option<Report> {
        Report::read(&self.request(Peer::Gateway(gateway.to_owned()), &Report::request())?).ok()
    }

    pub(in crate::testing) fn keep_counters(&mut self) {
        let names: Vec<String> = self.gateways.keys().cloned().collect();
        for name in names {
            self.gateway(&name, |machine, turn| machine.keep_counters(turn));
        }
    }

    /// How many alarms were set, and how many went off.
    pub(in crate::testing) fn alarms_set(&self) -> (usize, usize) {
        self.alarms().fold((0, 0), |(set, fired), alarm| (set + alarm.set, fired + alarm.fired))
    }

    pub(super) fn alarms(&self) -> impl Iterator<Item = &Alarm> {
        let gateways = self.gateways.values().map(|host| &host.alarm);
        let queues = self.queues.values().map(|host| &host.alarm);
        gateways.chain(self.rooms.values().map(|host| &host.alarm)).chain(queues)
    }

    /// Rows that were read of journals.
    pub(in crate::testing) fn reads(&self) -> usize {
        self.journals().map(|journal| journal.read.get()).sum::<u64>() as usize
    }

    fn journals(&self) -> impl Iterator<Item = &MemoryJournal> {
        let gateways = self.gateways.values().map(|host| &host.journal);
        let queues = self.queues.values().map(|host| &host.journal);
        gateways.chain(self.rooms.values().map(|host| &host.journal)).chain(queues)
    }

    pub(in crate::testing) fn fill_storage(&mut self, is_full: bool) {
        self.gateways.values_mut().for_each(|host| host.journal.is_full = is_full);
        self.rooms.values_mut().for_each(|host| host.journal.is_full = is_full);
        self.queues.values_mut().for_each(|host| host.journal.is_full = is_full);
    }
}
