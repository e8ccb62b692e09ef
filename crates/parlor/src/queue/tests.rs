//! A queue that has as many jobs as it can take, and one whose jobs are not this code's.

use std::rc::Rc;

use super::{Counts, Push, Queue, jobs};
use crate::{App, Journal, MemoryJournal, Peer, Turn, WireError, edition::run_as};

#[test]
fn a_full_queue_wakes_and_refuses_until_a_job_is_done() {
    let app = Rc::new(App::new());
    let mut journal = MemoryJournal::default();
    for id in 1..=jobs::JOBS_MAX as u64 {
        journal.put(id, &jobs::fresh_head(id), b"").unwrap();
    }
    let turn = &mut Turn { now: 1_000, random: &mut || [0; 15], journal: &mut journal };
    let mut queue = Queue::restore(turn, app.clone(), "q", []);
    assert_eq!(queue.counts(), Counts { ready: jobs::JOBS_MAX as u64, ..Counts::default() });
    let mut push = |queue: &mut Queue| {
        let (to, body) = app.push_request(Push::new("q", 1).unwrap()).unwrap();
        assert_eq!(to, Peer::Queue("q".into()));
        app.push_receipt(&queue.handle_request(turn, &body).unwrap())
    };
    assert_eq!(push(&mut queue).unwrap_err().code(), "queue full");
    let purge = app.queue_request(br#"{"queue": "q", "do": "purge"}"#).unwrap().1;
    let turn = &mut Turn { now: 1_000, random: &mut || [0; 15], journal: &mut journal };
    queue.handle_request(turn, &purge).unwrap();
    let (_, body) = app.push_request(Push::new("q", 1).unwrap()).unwrap();
    let receipt = app.push_receipt(&queue.handle_request(turn, &body).unwrap()).unwrap();
    assert_eq!(receipt, jobs::JOBS_MAX as u64 + 1, "no id is used again");
}

#[test]
fn a_queue_that_newer_code_has_written_to_waits_for_it() {
    let app = Rc::new(App::new());
    let mut journal = MemoryJournal::default();
    let mut push = |edition| {
        run_as(edition);
        let turn = &mut Turn { now: 1_000, random: &mut || [edition; 15], journal: &mut journal };
        let mut queue = Queue::restore(turn, app.clone(), "q", []);
        let (_, body) = app.push_request(Push::new("q", 1).unwrap().once(&format!("of {edition}"))).unwrap();
        let receipt = queue.handle_request(turn, &body).map(|body| app.push_receipt(&body).unwrap());
        run_as(0);
        receipt
    };
    assert_eq!(push(0), Ok(1));
    assert_eq!(push(1), Ok(2));
    assert_eq!(push(0), Err(WireError::NewerStorage));
    assert_eq!(push(2), Ok(3));
    assert_eq!(push(1), Err(WireError::NewerStorage));
}
