//! What goes wrong with queues: requests and memory that are lost, storage that is full.

use parlor::{TestServer, prelude::*};
use serde_json::json;

use super::{SECOND, app, count_of, guest, in_every_memory, job, order, push_all, work};
use crate::app::in_every_memory_of;

#[test]
fn what_fails_on_its_way_is_neither_lost_nor_doubled() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "q").unwrap();
        for losses in 0..6 {
            server.lose_reply(losses);
            let first = ann.request("push", order(losses));
            server.advance(SECOND);
            assert!(ann.answer(first).is_some(), "{losses}");
            assert_eq!(work(&bob), [losses], "{losses}");
            server.advance(SECOND);
            assert_eq!(work(&bob), [0; 0], "{losses}");
        }
        server.lose_next_request();
        let number = ann.request("push", order("last"));
        server.advance(SECOND);
        assert!(ann.answer(number).is_some());
        assert_eq!(work(&bob), ["last"]);
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
    });
}

#[test]
fn a_push_whose_receipt_was_lost_with_the_queues_memory_is_not_stored_twice() {
    let mut server = TestServer::new(app);
    let (ann, bob) = (guest(&mut server), guest(&mut server));
    server.lose_reply(0);
    let number = ann.request("push", order("a"));
    assert_eq!(ann.answer(number), None);
    server.forget_queues();
    bob.ask("consume", "q").unwrap();
    let (ack, ..) = job(&bob).unwrap();
    bob.acknowledge(ack, ());
    server.forget_queues();
    server.advance(SECOND);
    assert_eq!(ann.answer(number), Some(json!([1])));
    assert_eq!((work(&bob), count_of(&ann, "q")), (vec![], json!([0, 0, 0])));
}

#[test]
fn a_job_that_got_lost_with_the_queues_memory_comes_at_once() {
    let mut server = TestServer::new(app);
    let (ann, bob) = (guest(&mut server), guest(&mut server));
    bob.ask("consume-with", ("q", 3, "job")).unwrap();
    push_all(&ann, &[order("a")]);
    let (first, ..) = job(&bob).unwrap();
    server.lose_next_request(); // with the next job
    server.push(Push::new("q", "b").unwrap()).unwrap();
    server.forget_queues();
    assert_eq!(job(&bob), None);
    server.push(Push::new("q", "c").unwrap()).unwrap();
    let mut came: Vec<_> =
        std::iter::from_fn(|| job(&bob)).map(|(_, _, attempt, data)| (data, attempt)).collect();
    came.sort_by_key(|(data, _)| data.to_string());
    assert_eq!(came, [(json!("b"), 2), (json!("c"), 1)]);
    bob.acknowledge(first, ());
    assert_eq!(count_of(&ann, "q"), json!([0, 2, 0]));
}

#[test]
fn an_acknowledgement_counts_after_sleep() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "q").unwrap();
        push_all(&ann, &[order("a"), order("b")]);
        let (number, ..) = job(&bob).unwrap();
        server.hibernate();
        bob.acknowledge(number, ());
        assert_eq!(work(&bob), ["b"]);
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
    });
}

#[test]
fn a_restart_leaves_every_job_and_no_consumer() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "q").unwrap();
        push_all(&ann, &[order("a"), order("b"), json!({ "queue": "q", "job": "c", "delay": 60_000 })]);
        assert!(job(&bob).is_some());
        server.restart();
        let cid = guest(server);
        assert_eq!(count_of(&cid, "q"), json!([3, 0, 0]));
        cid.ask("consume", "q").unwrap();
        let (number, id, attempt, _) = job(&cid).unwrap();
        assert_eq!((id, attempt), (1, 2));
        cid.acknowledge(number, ());
        assert_eq!(work(&cid), ["b"]);
        server.advance(60 * SECOND);
        assert_eq!(work(&cid), ["c"]);
        cid.hang_up();
        assert!(server.rows() <= 2, "the ids, and when clients were pinged: {}", server.rows());
    });
}

#[test]
fn what_storage_does_not_take_is_refused() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        push_all(&ann, &[order("a")]);
        server.fill_queues(true);
        assert_eq!(ann.ask("push", order("b")).unwrap()[0]["error"], json!("storage"));
        bob.ask("consume", "q").unwrap();
        assert_eq!((job(&bob), count_of(&ann, "q")), (None, json!([1, 0, 0])), "nor is it handed out");
        server.fill_queues(false);
        server.advance(SECOND);
        assert_eq!(work(&bob), ["a"]);
        let large = ann.ask("push", order("x".repeat(1_900_000))).unwrap();
        assert_eq!(large[0]["error"], json!("too large"));
        assert!(ann.ask("push", order("x".repeat(1_800_000))).unwrap()[0].is_number());
        for name in [String::new(), "x".repeat(513)] {
            let refused = ann.ask("push", json!({ "queue": name, "job": 1 })).unwrap();
            assert_eq!(refused[0]["error"], json!("bad queue name"));
            assert_eq!(bob.ask("consume", name).unwrap()[0]["error"], json!("bad queue name"));
        }
    });
}

#[test]
fn a_queue_that_cannot_be_reached_is_told_of() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "calm").unwrap();
        let gateway = parlor::gateway_of(&ann.id()).unwrap().to_owned();
        server.cut_off(Some(&gateway));
        let number = ann.request("push", json!({ "queue": "calm", "job": "a" }));
        server.advance(7 * SECOND);
        assert_eq!(ann.answer(number).unwrap()[0]["error"], json!("timeout"));
        server.cut_off(None);
        server.advance(10 * SECOND);
        assert_eq!(work(&bob), ["a"], "it may be stored all the same");
    });
}

#[test]
fn without_a_binding_there_are_no_queues() {
    in_every_memory_of(
        || app().without_queues(),
        |server| {
            let ann = guest(server);
            assert_eq!(ann.ask("push", order(1)).unwrap()[0]["error"], json!("no queues"));
            assert_eq!(ann.ask("consume", "q"), Some(json!([])));
            let log = server.log();
            assert!(
                log.last().is_some_and(|line| line.contains("no Durable Object is bound as QUEUE")),
                "{log:?}"
            );
        },
    );
}

#[test]
fn a_consumer_of_whose_end_nobody_heard_gives_its_jobs_to_others_at_once() {
    let mut server = TestServer::new(app);
    let (ann, bob, cid) = (guest(&mut server), guest(&mut server), guest(&mut server));
    bob.ask("consume", "q").unwrap();
    server.lose_next_request(); // by which its Gateway says so
    bob.hang_up();
    server.hibernate(); // and the Gateway has forgotten it
    cid.ask("consume", "q").unwrap();
    push_all(&ann, &[order("a"), order("b")]);
    let mut done = work(&cid);
    done.sort_by_key(ToString::to_string);
    assert_eq!((done, count_of(&ann, "q")), (vec![json!("a"), json!("b")], json!([0, 0, 0])));
}

#[test]
fn what_is_handed_over_when_all_lose_their_memory_comes_once_or_after_its_time() {
    for arrives in [true, false] {
        let mut server = TestServer::new(app);
        let (ann, bob) = (guest(&mut server), guest(&mut server));
        bob.ask("consume", "q").unwrap();
        if arrives {
            server.lose_reply(0);
        } else {
            server.lose_next_request();
        }
        server.push(Push::new("q", "a").unwrap()).unwrap();
        server.hibernate(); // the Queue does not know whether the job arrived
        server.advance(SECOND);
        let first = job(&bob);
        assert_eq!(first.is_some(), arrives);
        if let Some((number, ..)) = first {
            bob.acknowledge(number, ());
        }
        server.advance(SECOND);
        let second = job(&bob);
        assert_eq!(second.as_ref().map(|(_, _, attempt, _)| *attempt), (!arrives).then_some(2));
        if let Some((number, ..)) = second {
            bob.acknowledge(number, ());
        }
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
    }
}
