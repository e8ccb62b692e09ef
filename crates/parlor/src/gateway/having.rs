//! How much of a Room's history this Gateway has handed on. Stored messages are numbered without gaps, so where one is
//! missing, because an object lost its memory while it was under way, that shows: what comes behind it is held back, and
//! the Room is asked for it.

use std::{collections::VecDeque, rc::Rc};

use codec::{Decode, Encode};

use super::{Gateway, Output, log::Log};
use crate::{
    Turn,
    link::Arrived,
    metrics::Count,
    names::RoomKey,
    wire::{Peer, ToGateway, ToRoom},
};

/// Prefix of the stored rows with the number of the last message of a Room that was handed on.
pub(super) const SEEN: &str = "s/";

/// What of a Room's history was handed on here.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(super) struct Having {
    /// The number of the last stored message, if that is known.
    seen: Option<u64>,
    /// What is missing is being asked for.
    asking: Option<Asking>,
}

#[derive(Clone, Debug, Encode, Decode)]
struct Asking {
    /// The Room's answer to this comes behind what is missing.
    token: u64,
    /// From where on it was asked.
    from: u64,
    /// Whether something is known to be missing: what comes meanwhile is to come behind it.
    holds: bool,
    held: VecDeque<Arrived<ToGateway>>,
}

/// What to do with a broadcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    HandOn,
    /// It was handed on before.
    Known,
    /// It may have been handed on by a memory before this one.
    Doubtful,
    /// Others are missing before it.
    Early,
}

impl Having {
    pub(super) fn new(seen: Option<u64>) -> Self {
        Self { seen, asking: None }
    }

    /// The token of the question that is open.
    pub(super) fn asked(&self) -> Option<u64> {
        self.asking.as_ref().map(|asking| asking.token)
    }

    pub(super) fn seen(&self) -> Option<u64> {
        self.seen
    }

    pub(super) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// Has the Room say what is missing, if anything is. The answer to the token comes behind it.
    fn ask(&mut self, token: u64) -> Option<ToRoom> {
        let from = self.seen?;
        let (holds, held) = self.asking.take().map(|asking| (asking.holds, asking.held)).unwrap_or_default();
        self.asking = Some(Asking { token, from, holds, held });
        self.question()
    }

    /// The question that is open.
    pub(super) fn question(&self) -> Option<ToRoom> {
        self.asking.as_ref().map(|asking| ToRoom::Join { token: asking.token, have: self.seen })
    }

    /// Whether something has to wait until what is missing before it has come.
    fn holds_back(&self, item: &ToGateway) -> bool {
        match (self.asking.as_ref().filter(|asking| asking.holds), item) {
            (None, _) => false,
            (_, ToGateway::Deliver { again, .. }) => !again,
            (Some(asking), ToGateway::Joined { token, .. }) => *token != asking.token,
            _ => false,
        }
    }

    /// The next of what is held back, if it comes before this message.
    fn held_before(&mut self, seq: u64) -> Option<Arrived<ToGateway>> {
        let held = &mut self.asking.as_mut()?.held;
        match &held.front()?.item {
            ToGateway::Deliver { last, .. } if *last >= seq => None,
            _ => held.pop_front(),
        }
    }

    fn judge(&self, (seq, last): (u64, u64), again: bool, doubtful: bool) -> Verdict {
        match self.seen {
            _ if seq == 0 && doubtful => Verdict::Doubtful,
            Some(seen) if seq == 0 && last > seen => Verdict::Early,
            _ if seq == 0 => Verdict::HandOn,
            Some(seen) if seq <= seen => Verdict::Known,
            Some(seen) if seq > seen + 1 && !again => Verdict::Early,
            Some(_) => Verdict::HandOn,
            None if again || doubtful => Verdict::Doubtful,
            None => Verdict::HandOn,
        }
    }
}

impl Gateway {
    /// Keeps what has to wait for what is missing; gives back what has not. Of what waits, that goes on which comes before
    /// this in the Room's order.
    pub(super) fn hold_back(
        &mut self,
        turn: &mut Turn<'_>,
        key: &RoomKey,
        arrived: Arrived<ToGateway>,
    ) -> Option<Arrived<ToGateway>> {
        let having = &mut self.membership(turn, key).having;
        if having.holds_back(&arrived.item)
            && let Some(asking) = &mut having.asking
        {
            asking.held.push_back(arrived);
            return None;
        }
        if let ToGateway::Deliver { order, again: true, .. } = &arrived.item
            && having.asking.as_ref().is_some_and(|asking| asking.holds)
        {
            having.seen = having.seen.max(order.seq.checked_sub(1)); // what is left out is not kept any more
            while let Some(before) = self.membership(turn, key).having.held_before(order.seq) {
                self.take_one(turn, key, before);
            }
        }
        Some(arrived)
    }

    /// What to do with a broadcast: its number in the history, if it has one, and that of the last before it. If it is
    /// to be handed on, that is remembered.
    pub(super) fn judge(
        &mut self,
        turn: &mut Turn<'_>,
        key: &RoomKey,
        (seq, last): (u64, u64),
        again: bool,
        doubtful: bool,
    ) -> Verdict {
        let membership = self.membership(turn, key);
        if !membership.is_in() {
            // Nobody here is in the room yet, or any more: where its history begins for them the Room will say.
            return if doubtful { Verdict::Doubtful } else { Verdict::HandOn };
        }
        let verdict = membership.having.judge((seq, last), again, doubtful);
        if verdict == Verdict::HandOn {
            // What is not stored comes when all before it was handed on.
            membership.having.seen = Some(membership.having.seen.map_or(last, |seen| seen.max(seq)));
            if let Some(handed_on) = self.handed_on.as_mut().filter(|_| seq > 0) {
                handed_on.insert(key.clone(), seq);
            }
        }
        verdict
    }

    /// Something came before what is missing: it waits, and the Room is asked, unless it is asked already. (Then its
    /// answer is still to come, behind all that it has told so far.)
    pub(super) fn came_early(&mut self, turn: &mut Turn<'_>, key: &RoomKey, early: Arrived<ToGateway>) {
        if !self.membership(turn, key).having.is_asking() {
            self.ask_for_missing(turn, key);
        }
        if let Some(asking) = &mut self.membership(turn, key).having.asking {
            asking.holds = true;
            asking.held.push_back(early);
        }
    }

    /// Asks a Room for what is missing, if anything is.
    fn ask_for_missing(&mut self, turn: &mut Turn<'_>, key: &RoomKey) {
        let token = turn.epoch();
        let membership = self.membership(turn, key);
        if let Some(question) = membership.having.ask(token) {
            membership.put_off(turn.now);
            membership.ask(token, question);
            self.awaited_rooms.insert(key.clone());
            self.counters.count(Count::Repairs);
            self.ready.push(Peer::Room(key.clone()));
        }
    }

    /// A Room has said that at this place in its order this was the last message; `was_in`: to a member.
    pub(super) fn caught_up(
        &mut self,
        turn: &mut Turn<'_>,
        key: &RoomKey,
        (token, last): (u64, u64),
        was_in: bool,
    ) {
        let Some(membership) = self.rooms.get_mut(key).filter(|membership| membership.is_in()) else {
            return;
        };
        let having = &mut membership.having;
        let Some(asking) = having.asking.take_if(|asking| asking.token == token) else {
            match having.seen.filter(|_| was_in) {
                Some(seen) if seen < last => self.ask_for_missing(turn, key),
                Some(_) => {}
                None => {
                    having.seen = Some(last);
                    if last > 0 {
                        self.remember(key, last);
                    }
                }
            }
            return;
        };
        let seen = having.seen.unwrap_or_default();
        if seen < last && seen > asking.from {
            having.asking = Some(asking); // there was more than goes in one
            return self.ask_for_missing(turn, key);
        }
        having.seen = Some(seen.max(last)); // what did not come is not kept any more
        self.take(turn, key, asking.held.into());
    }

    /// Has a socket that comes back wait until the Room has told all of its history.
    pub(super) fn await_rest(&mut self, turn: &mut Turn<'_>, key: &RoomKey, id: &Rc<str>) {
        if let Some(place) = self.sockets.get(id).cloned()
            && let Some(socket) = self.socket(&place.sid, &place.nsp)
        {
            socket.resuming.awaits += 1;
        }
        let membership = self.membership(turn, key);
        // Who comes back at the same time waits for the same answer.
        match membership.having.asked().filter(|token| membership.is_open(*token)) {
            Some(token) => membership.wait(token, id, true),
            None => self.await_place(turn, key, id),
        }
    }

    /// Has somebody wait until the Room has told all that is by now in its order, and all of its history.
    pub(super) fn await_place(&mut self, turn: &mut Turn<'_>, key: &RoomKey, id: &Rc<str>) {
        if !self.keeps_history(key) {
            return self.mark(turn, key, id);
        }
        self.ask_for_missing(turn, key);
        let Some(token) = self.membership(turn, key).having.asked() else { return self.mark(turn, key, id) };
        self.membership(turn, key).wait(token, id, true);
    }

    pub(super) fn keeps_history(&self, key: &RoomKey) -> bool {
        let handlers = self.app.handlers(&key.nsp);
        handlers.is_some_and(|handlers| handlers.keep(key.room.as_deref()).is_some())
    }

    /// How much of a Room's history was handed on here before this memory began; known only where there is a log.
    pub(super) fn handed_on(&mut self, turn: &Turn<'_>, key: &RoomKey) -> Option<u64> {
        self.recovery().filter(|_| self.keeps_history(key))?;
        let remembered = &self.remembered;
        let handed_on = self.handed_on.get_or_insert_with(|| {
            let mut all = remembered.clone();
            for (key, seq) in Log::stored(turn.journal) {
                let known = all.entry(key).or_default();
                *known = seq.max(*known);
            }
            all
        });
        Some(handed_on.get(key).copied().unwrap_or_default())
    }

    /// Keeps how much of a Room's history was handed on, where the log does not tell.
    pub(super) fn remember(&mut self, key: &RoomKey, seq: u64) {
        if self.recovery().is_none() {
            return;
        }
        if let Some(handed_on) = &mut self.handed_on {
            let known = handed_on.entry(key.clone()).or_default();
            *known = seq.max(*known);
        }
        let known = self.remembered.entry(key.clone()).or_default();
        if *known < seq {
            *known = seq;
            let value = Some(codec::to_vec(&seq));
            self.stores.push_back(Output::Store { key: format!("{SEEN}{}", key.object_name()), value });
        }
    }

    /// Nobody here is in the room any more.
    pub(super) fn forget_history(&mut self, key: &RoomKey) {
        if self.remembered.remove(key).is_some() {
            self.stores.push_back(Output::Store { key: format!("{SEEN}{}", key.object_name()), value: None });
        }
        if let Some(handed_on) = &mut self.handed_on {
            handed_on.remove(key);
        }
    }
}
