//! How much of a Room's history this Gateway has handed on. Stored messages are numbered without gaps, so where one is
//! missing, because an object lost its memory while it was under way, that shows: what comes behind it is held back, and
//! the Room is asked for it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Gateway;
use crate::{
    Turn,
    link::Arrived,
    names::RoomKey,
    wire::{Peer, ToGateway, ToRoom},
};

/// What of a Room's history was handed on here.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Having {
    /// The number of the last stored message, if that is known.
    seen: Option<u64>,
    /// What is missing is being asked for.
    asking: Option<Asking>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asking {
    /// The Room's answer to this comes behind what is missing.
    token: u64,
    /// From where on it was asked.
    from: u64,
    /// What came meanwhile.
    held: VecDeque<Arrived<ToGateway>>,
}

/// What to do with a stored message.
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
    pub(super) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// Has the Room say what is missing. The answer to the token comes behind it.
    pub(super) fn ask(&mut self, token: u64) -> Option<ToRoom> {
        let have = self.seen?;
        let held = self.asking.take().map(|asking| asking.held).unwrap_or_default();
        self.asking = Some(Asking { token, from: have, held });
        self.question()
    }

    /// The question that is open.
    pub(super) fn question(&self) -> Option<ToRoom> {
        self.asking.as_ref().map(|asking| ToRoom::Join { token: asking.token, have: self.seen })
    }

    /// Whether something has to wait until what is missing before it has come.
    fn holds_back(&self, item: &ToGateway) -> bool {
        match (&self.asking, item) {
            (None, _) => false,
            (_, ToGateway::Deliver { again, .. }) => !again,
            (Some(asking), ToGateway::Joined { token, .. }) => *token != asking.token,
            _ => false,
        }
    }

    fn judge(&self, seq: u64, again: bool, doubtful: bool) -> Verdict {
        match self.seen {
            Some(seen) if seq <= seen => Verdict::Known,
            Some(seen) if seq > seen + 1 && !again => Verdict::Early,
            Some(_) => Verdict::HandOn,
            None if again || doubtful => Verdict::Doubtful,
            None => Verdict::HandOn,
        }
    }
}

impl Gateway {
    /// Keeps what has to wait for what is missing; gives back what has not.
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
        Some(arrived)
    }

    /// What to do with a stored message. If it is to be handed on, that is remembered.
    pub(super) fn judge(
        &mut self,
        turn: &mut Turn<'_>,
        key: &RoomKey,
        (seq, again, doubtful): (u64, bool, bool),
    ) -> Verdict {
        let membership = self.membership(turn, key);
        let verdict = membership.having.judge(seq, again, doubtful);
        if verdict == Verdict::HandOn {
            membership.having.seen = Some(seq);
        }
        verdict
    }

    /// Asks a Room for what is missing; the one that came early waits for it.
    pub(super) fn ask_for_missing(
        &mut self,
        turn: &mut Turn<'_>,
        key: &RoomKey,
        early: Option<Arrived<ToGateway>>,
    ) {
        let token = turn.epoch();
        let membership = self.membership(turn, key);
        if let Some(question) = membership.having.ask(token) {
            if let Some(asking) = &mut membership.having.asking {
                asking.held.extend(early);
            }
            membership.put_off(turn.now);
            membership.push(question);
            self.awaited_rooms.insert(key.clone());
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
        let Some(membership) = self.rooms.get_mut(key) else { return };
        let having = &mut membership.having;
        let Some(asking) = having.asking.take_if(|asking| asking.token == token) else {
            match having.seen.filter(|_| was_in) {
                Some(seen) if seen < last => self.ask_for_missing(turn, key, None),
                Some(_) => {}
                None => having.seen = Some(last),
            }
            return;
        };
        let seen = having.seen.unwrap_or_default();
        if seen < last && seen > asking.from {
            having.asking = Some(asking); // there was more than goes in one
            return self.ask_for_missing(turn, key, None);
        }
        having.seen = Some(seen.max(last)); // what did not come is not kept any more
        self.take(turn, key, asking.held.into());
    }
}
