//! A journal with entries that can't be read here.

use super::{Log, Missed, Recovery, VERSION, only};
use crate::{Journal, MemoryJournal, Turn};

const DAMAGED: [u8; 2] = [VERSION, 255];
const NEWER: [u8; 2] = [VERSION + 1, 7];

#[test]
fn entries_that_cannot_be_read_are_not_taken_for_anything_and_go_in_time() {
    let mut journal = MemoryJournal::default();
    for number in 1..=5 {
        journal.put(number, &DAMAGED, &DAMAGED).unwrap();
    }
    let turn = &mut Turn { now: 1_000, random: &mut || [0; 15], journal: &mut journal };
    let mut log = Log::restore(turn.journal, None).unwrap();
    assert!(log.has_lost(4), "what was missed can't be told any more");
    assert_eq!(log.add(turn, "/", &only("id", Vec::new()), None), Some(6), "no number is used again");
    assert!(!log.has_lost(5));
    turn.journal.put(7, &DAMAGED, &DAMAGED).unwrap();

    turn.now += 1_000;
    let config = Recovery::default();
    assert_eq!(log.next_timeout(&config, 100), Some(1_200));
    assert!(log.trim(turn, &config, 100).is_empty());
    assert_eq!(log.next_timeout(&config, 100), None);
    assert!(journal.is_empty());
}

#[test]
fn a_log_that_newer_code_has_written_begins_anew_behind_it() {
    let mut journal = MemoryJournal::default();
    let row = Log::default().row().unwrap();
    journal.put(3, &[], &[]).unwrap();
    journal.put(4, &NEWER, &NEWER).unwrap();
    let turn = &mut Turn { now: 1_000, random: &mut || [0; 15], journal: &mut journal };
    assert!(Log::restore(turn.journal, Some(&row)).is_none());
    assert!(Log::restore(turn.journal, None).is_none());
    let mut log = Log::anew(turn);
    assert!(log.has_lost(3) && !log.has_lost(4));
    assert_eq!(log.add(turn, "/", &only("id", Vec::new()), None), Some(5));
    assert_eq!(Log::restore(turn.journal, log.row().as_deref()).unwrap().last(), 5);
    assert!(Log::restore(turn.journal, Some(&NEWER)).is_none());
}

#[test]
fn a_journal_that_ends_early_is_noticed() {
    let mut journal = MemoryJournal::default();
    let turn = &mut Turn { now: 1_000, random: &mut || [0; 15], journal: &mut journal };
    let mut log = Log::default();
    for _ in 0..3 {
        log.add(turn, "/", &only("id", Vec::new()), None);
    }
    let heard = |turn: &Turn<'_>, log: &Log, after| {
        let mut numbers = Vec::new();
        let missed = Missed { nsp: "/", id: "id", rooms: &[], after, everyone: after };
        let is_all = log.replay(turn.journal, &missed, |number, _| numbers.push(number));
        (numbers, is_all)
    };
    assert_eq!(heard(turn, &log, 1), (vec![2, 3], true));
    assert_eq!(heard(turn, &log, 3), (vec![], true));
    turn.journal.remove(3..4).unwrap(); // as a failing storage has it
    assert_eq!(heard(turn, &log, 1), (vec![2], false));
    turn.journal.put(3, &[], &DAMAGED).unwrap();
    assert_eq!(heard(turn, &log, 1), (vec![2], false));
    turn.now += 1_000;
    log.trim(turn, &Recovery::default(), 100);
    assert_eq!(heard(turn, &log, 1), (vec![], true), "all of it is too old to be missed");
}
