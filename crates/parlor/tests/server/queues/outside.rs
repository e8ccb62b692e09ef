//! Queues as other programs use them, and what a job costs.

use parlor::TestServer;
use serde_json::{Value, json};

use super::{SECOND, app, guest, in_every_memory, job, order, push_all, work};

/// What a program in another language asks, and its answer.
fn ask(server: &mut TestServer, asked: Value) -> (u16, Value) {
    let (status, json) = server.ask_queue(&asked.to_string());
    (status, serde_json::from_str(&json).unwrap())
}

#[test]
fn other_programs_push_take_and_finish() {
    in_every_memory(|server| {
        let push = |data: Value| json!({ "queue": "q", "do": "push", "data": data });
        assert_eq!(ask(server, push(json!({ "a": 1 }))), (200, json!({ "id": 1 })));
        let once = json!({ "queue": "q", "do": "push", "data": 2, "once": "x", "key": "k", "delay": 0 });
        assert_eq!(ask(server, once.clone()), (200, json!({ "id": 2 })));
        assert_eq!(ask(server, once), (200, json!({ "id": 2 })));
        let bytes = json!({
            "queue": "q", "do": "push", "data": { "_placeholder": true, "num": 0 }, "attachments": ["AQI="],
        });
        assert_eq!(ask(server, bytes).0, 200);
        let counts = json!({ "queue": "q", "do": "counts" });
        assert_eq!(ask(server, counts.clone()), (200, json!({ "ready": 3, "held": 0, "dead": 0 })));
        let take = json!({ "queue": "q", "do": "take", "limit": 3, "visibility": 5_000 });
        let (_, taken) = ask(server, take.clone());
        assert_eq!(taken["jobs"][0], json!({ "id": 1, "attempt": 1, "data": { "a": 1 } }));
        assert_eq!(taken["jobs"][2]["attachments"], json!(["AQI="]));
        let done =
            |id: u64, attempt: u64| json!({ "queue": "q", "do": "done", "id": id, "attempt": attempt });
        assert_eq!(ask(server, done(1, 1)), (200, json!({})));
        let (status, fault) = ask(server, done(1, 1));
        assert_eq!((status, &fault["error"]), (409, &json!("not held")));
        server.advance(5 * SECOND);
        assert_eq!(ask(server, done(2, 1)).0, 409, "too late");
        let (_, taken) = ask(server, take);
        assert_eq!((&taken["jobs"][0]["id"], &taken["jobs"][0]["attempt"]), (&json!(2), &json!(2)));
        assert_eq!(ask(server, done(2, 2)).0, 200);
        // A socket does not finish what was taken so, nor the other way round.
        let cook = server.connect("/staff", &());
        cook.events();
        assert_eq!(ask(server, json!({ "queue": "q", "do": "purge" })), (200, json!({ "purged": 1 })));
        ask(server, push(json!(4)));
        let (_, id, attempt, _) = job(&cook).unwrap();
        assert_eq!(ask(server, done(id, attempt)).0, 409);
        for _ in 0..5 {
            server.advance(2 * SECOND);
        }
        let (_, dead) = ask(server, json!({ "queue": "q", "do": "dead" }));
        assert_eq!(dead["jobs"], json!([{ "id": id, "attempt": 5, "data": 4 }]));
        assert_eq!(ask(server, json!({ "queue": "q", "do": "put back", "id": 999 })).0, 404);
        assert_eq!(ask(server, json!({ "queue": "q", "do": "put back", "id": id })), (200, json!({})));
    });
}

#[test]
fn what_is_no_request_is_refused_in_words() {
    let mut server = TestServer::new(app);
    for (asked, words) in [
        (json!({ "queue": "q" }), "missing field"),
        (json!({ "queue": "q", "do": "juggle" }), "there is no \"juggle\" to do"),
        (json!({ "queue": "q", "do": "done", "id": 1 }), "`attempt` is missing"),
        (json!({ "queue": "q", "do": "push", "data": 1, "dealy": 5 }), "unknown field"),
        (json!({ "queue": "q", "do": "push", "attachments": ["?"] }), "not base64"),
        (json!({ "queue": "", "do": "counts" }), "1 to 512 bytes"),
    ] {
        let (status, fault) = ask(&mut server, asked.clone());
        assert_eq!(status, 400, "{asked}");
        assert!(fault["message"].as_str().unwrap().contains(words), "{asked}: {fault}");
    }
}

#[test]
fn a_job_costs_three_rows_and_a_request() {
    let mut server = TestServer::new(app);
    let (ann, bob) = (guest(&mut server), guest(&mut server));
    bob.ask("consume", "q").unwrap();
    push_all(&ann, &[order("first")]);
    work(&bob);
    let mut rows = Vec::new();
    let mut cost = |server: &mut TestServer, act: &mut dyn FnMut()| {
        let before = (server.requests(), server.writes(), server.reads());
        act();
        rows.push((server.requests() - before.0, server.writes() - before.1, server.reads() - before.2));
    };
    // Stored, and handed to a consumer on another Gateway that is free: put and handed out there; the client's row here.
    cost(&mut server, &mut || _ = push_all(&ann, &[order("a")]));
    let (number, ..) = job(&bob).unwrap();
    cost(&mut server, &mut || _ = push_all(&ann, &[order("b")]));
    // Done; the next comes with the reply.
    cost(&mut server, &mut || bob.acknowledge(number, ()));
    let (number, ..) = job(&bob).unwrap();
    cost(&mut server, &mut || bob.acknowledge(number, ()));
    // Requests, rows written, rows read: a job's when it is handed out, and when it is removed.
    assert_eq!(rows, [(2, 3, 1), (1, 1, 0), (1, 3, 2), (1, 1, 1)]);
}
