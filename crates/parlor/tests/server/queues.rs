//! Queues: jobs are stored, handed to one consumer at a time, finished by its acknowledgement alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in tests a panic is a failure")]

mod faults;
mod outside;

use std::time::Duration;

use bytes::Bytes;
use parlor::{Incoming, QueueConfig, TestClient, TestServer, prelude::*};
use serde_json::{Value, json};

use crate::app::in_every_memory_of;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Order {
    queue: String,
    job: Raw,
    #[serde(default)]
    delay: u64,
    key: Option<String>,
    once: Option<String>,
}

async fn push(io: Io, Data(order): Data<Order>) -> Result<Ack<u64>, Fault> {
    let mut queue = io.queue(&order.queue).delay(Duration::from_millis(order.delay));
    if let Some(key) = &order.key {
        queue = queue.key(key);
    }
    if let Some(once) = &order.once {
        queue = queue.once(once);
    }
    Ok(Ack(queue.push(&order.job).await?))
}

async fn consume(socket: Socket, Data(queue): Data<String>) -> Result<Ack, Fault> {
    Ok(Ack(socket.consume(&queue)?))
}

async fn consume_with(
    socket: Socket,
    Data((queue, prefetch, event)): Data<(String, u32, String)>,
) -> Result<Ack, Fault> {
    Ok(Ack(socket.consume_with(&queue, prefetch, &event)?))
}

async fn stop(socket: Socket, Data(queue): Data<String>) -> Result<Ack, Fault> {
    Ok(Ack(socket.stop_consuming(&queue).await?))
}

async fn counts(io: Io, Data(queue): Data<String>) -> Result<Ack<(u64, u64, u64)>, Fault> {
    let counts = io.queue(&queue).counts().await?;
    Ok(Ack((counts.ready, counts.held, counts.dead)))
}

async fn dead(
    io: Io,
    Data((queue, limit)): Data<(String, u64)>,
) -> Result<Ack<(Vec<(u64, u32, Raw)>,)>, Fault> {
    let jobs = io.queue(&queue).dead(limit).await?;
    let jobs = jobs.iter().map(|job| Ok((job.id, job.attempt, job.to()?))).collect::<Result<_, Fault>>()?;
    Ok(Ack((jobs,)))
}

async fn put_back(io: Io, Data((queue, id)): Data<(String, u64)>) -> Result<Ack, Fault> {
    Ok(Ack(io.queue(&queue).put_back(id).await?))
}

async fn purge(io: Io, Data(queue): Data<String>) -> Result<Ack<u64>, Fault> {
    Ok(Ack(io.queue(&queue).purge().await?))
}

/// Asks before it lets anyone in, and makes them consumers at once.
async fn staff(socket: Socket, io: Io) -> Result<(), Refused> {
    let counts = io.queue("q").counts().await?;
    socket.emit("waiting", counts.ready)?;
    socket.consume("q")?;
    Ok(())
}

fn app() -> App {
    let main = Namespace::open()
        .on("push", push)
        .on("consume", consume)
        .on("consume-with", consume_with)
        .on("stop", stop)
        .on("counts", counts)
        .on("dead", dead)
        .on("put-back", put_back)
        .on("purge", purge);
    App::new()
        .gateways_per_location(2)
        .namespace("/", main)
        .namespace("/staff", Namespace::new(staff))
        .configure(|config| config.engine.max_payload = 4 << 20)
        .queue("q", QueueConfig { visibility: 2_000, backoff: 0, ..QueueConfig::default() })
        .queue("slow*", QueueConfig { visibility: 2_000, attempts: 3, ..QueueConfig::default() })
}

fn in_every_memory(test: impl Fn(&mut TestServer)) {
    in_every_memory_of(app, test);
}

fn guest(server: &mut TestServer) -> TestClient {
    server.connect("/", &())
}

fn order(job: impl Into<Value>) -> Value {
    json!({ "queue": "q", "job": job.into() })
}

/// Pushes jobs; their ids.
fn push_all(client: &TestClient, jobs: &[Value]) -> Vec<u64> {
    let push = |job| client.ask("push", job).unwrap()[0].as_u64().unwrap();
    jobs.iter().map(push).collect()
}

fn count_of(client: &TestClient, queue: &str) -> Value {
    client.ask("counts", queue).unwrap()
}

/// The job that came next: the number of its acknowledgement, id, attempt and data.
fn job(client: &TestClient) -> Option<(u64, u64, u64, Value)> {
    match client.next()? {
        Incoming::Question(number, event, args, _) => {
            assert_eq!(event, "job");
            let [id, attempt] = ["id", "attempt"].map(|name| args[0][name].as_u64().unwrap());
            Some((number, id, attempt, args[0]["data"].clone()))
        }
        other => panic!("{other:?}"),
    }
}

/// The data of the jobs that come while each is acknowledged.
fn work(client: &TestClient) -> Vec<Value> {
    let mut done = Vec::new();
    while let Some((number, _, _, data)) = job(client) {
        client.acknowledge(number, ());
        done.push(data);
    }
    done
}

#[test]
fn jobs_come_one_at_a_time_in_their_order_and_end_with_the_acknowledgement() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        assert_eq!(push_all(&ann, &[order("a"), order("b"), order("c")]), [1, 2, 3]);
        assert_eq!(count_of(&ann, "q"), json!([3, 0, 0]));
        bob.ask("consume", "q").unwrap();
        let (number, id, attempt, data) = job(&bob).unwrap();
        assert_eq!((id, attempt, data), (1, 1, json!("a")));
        assert_eq!((job(&bob), count_of(&ann, "q")), (None, json!([2, 1, 0])));
        bob.acknowledge(number, "whatever");
        assert_eq!(count_of(&ann, "q"), json!([1, 1, 0]));
        assert_eq!(work(&bob), ["b", "c"]);
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
        let later = push_all(&ann, &[order("d")]);
        assert!(later[0] > 3, "an id is used once: {later:?}");
        assert_eq!(work(&bob), ["d"]);
    });
}

#[test]
fn consumers_on_all_gateways_take_turns_and_have_as_many_as_they_want() {
    in_every_memory(|server| {
        let (ann, bob, cid) = (guest(server), guest(server), guest(server));
        bob.ask("consume-with", ("q", 2, "job")).unwrap();
        cid.ask("consume", "q").unwrap();
        let jobs: Vec<Value> = (0..5).map(order).collect();
        push_all(&ann, &jobs);
        assert_eq!(count_of(&ann, "q"), json!([2, 3, 0]));
        let (first, second) = (job(&bob).unwrap(), job(&bob).unwrap());
        assert_eq!(job(&bob), None);
        let third = job(&cid).unwrap();
        assert_eq!(job(&cid), None);
        let mut seen = vec![first.1, second.1, third.1];
        seen.sort_unstable();
        assert_eq!(seen, [1, 2, 3]);
        bob.acknowledge(second.0, ());
        assert_eq!(job(&bob).unwrap().1, 4, "the order of acknowledgements is theirs");
        cid.acknowledge(third.0, ());
        assert_eq!(job(&cid).unwrap().1, 5);
    });
}

#[test]
fn a_job_that_is_not_acknowledged_in_time_goes_to_another() {
    in_every_memory(|server| {
        let (ann, bob, cid) = (guest(server), guest(server), guest(server));
        bob.ask("consume", "q").unwrap();
        push_all(&ann, &[order("a")]);
        let (late, ..) = job(&bob).unwrap();
        cid.ask("consume", "q").unwrap();
        server.advance(2 * SECOND - Duration::from_millis(1));
        assert_eq!(job(&cid), None);
        server.advance(SECOND);
        let (number, id, attempt, _) = job(&cid).unwrap();
        assert_eq!((id, attempt), (1, 2));
        bob.acknowledge(late, ());
        assert_eq!(count_of(&ann, "q"), json!([0, 1, 0]), "who is late changes nothing");
        cid.acknowledge(number, ());
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
        bob.acknowledge(late, ());
        assert_eq!((job(&bob), job(&cid)), (None, None));
    });
}

#[test]
fn a_late_acknowledgement_does_not_finish_what_the_same_consumer_has_again() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "q").unwrap();
        push_all(&ann, &[order("a")]);
        let (late, ..) = job(&bob).unwrap();
        server.advance(2 * SECOND);
        let (number, _, attempt, _) = job(&bob).unwrap();
        assert_eq!(attempt, 2);
        bob.acknowledge(late, ());
        assert_eq!(count_of(&ann, "q"), json!([0, 1, 0]));
        bob.acknowledge(number, ());
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
    });
}

#[test]
fn who_goes_leaves_jobs_for_others() {
    in_every_memory(|server| {
        let (ann, bob, cid) = (guest(server), guest(server), guest(server));
        bob.ask("consume-with", ("q", 2, "job")).unwrap();
        push_all(&ann, &[order("a"), order("b")]);
        assert!(job(&bob).is_some() && job(&bob).is_some());
        cid.ask("consume", "q").unwrap();
        assert_eq!(job(&cid), None);
        bob.hang_up();
        let (number, id, attempt, _) = job(&cid).unwrap();
        assert_eq!((id, attempt), (1, 2));
        cid.acknowledge(number, ());
        assert_eq!(work(&cid), ["b"]);
        cid.disconnect();
        push_all(&ann, &[order("c")]);
        assert_eq!(count_of(&ann, "q"), json!([1, 0, 0]));
        assert_eq!(server.log(), [""; 0]);
    });
}

#[test]
fn after_so_many_attempts_a_job_is_dead_and_may_be_put_back() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "q").unwrap();
        push_all(&ann, &[order("bad"), order("good")]);
        for attempt in 1..=5 {
            let (_, id, now, _) = job(&bob).unwrap();
            assert_eq!((id, now), (1, attempt));
            server.advance(2 * SECOND);
        }
        assert_eq!(count_of(&ann, "q"), json!([0, 1, 1]));
        assert_eq!(work(&bob), ["good"]);
        assert_eq!(ann.ask("dead", ("q", 10)), Some(json!([[[1, 5, "bad"]]])));
        assert_eq!(ann.ask("put-back", ("q", 2)).unwrap()[0]["error"], json!("not dead"));
        assert_eq!(ann.ask("put-back", ("q", 1)), Some(json!([])));
        assert_eq!(ann.ask("dead", ("q", 10)), Some(json!([[]])));
        let (number, id, attempt, _) = job(&bob).unwrap();
        assert_eq!((id, attempt), (1, 6), "it has five more");
        bob.acknowledge(number, ());
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
        assert!(push_all(&ann, &[order("next")])[0] > 2);
    });
}

#[test]
fn a_job_waits_longer_after_each_attempt() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "slow1").unwrap();
        push_all(&ann, &[json!({ "queue": "slow1", "job": 1 })]);
        for pause in [1, 2] {
            assert!(job(&bob).is_some());
            server.advance(2 * SECOND);
            assert_eq!((job(&bob), count_of(&ann, "slow1")), (None, json!([1, 0, 0])));
            server.advance(pause * SECOND - Duration::from_millis(1));
            assert_eq!(job(&bob), None);
            server.advance(Duration::from_millis(1));
        }
        assert_eq!(job(&bob).unwrap().2, 3);
        server.advance(2 * SECOND);
        assert_eq!(count_of(&ann, "slow1"), json!([0, 0, 1]));
    });
}

#[test]
fn a_job_with_a_delay_waits_and_others_go_before_it() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "q").unwrap();
        push_all(&ann, &[json!({ "queue": "q", "job": "later", "delay": 5_000 }), order("now")]);
        assert_eq!(work(&bob), ["now"]);
        assert_eq!(count_of(&ann, "q"), json!([1, 0, 0]));
        server.advance(5 * SECOND - Duration::from_millis(1));
        assert_eq!(work(&bob), [""; 0]);
        server.advance(Duration::from_millis(1));
        assert_eq!(work(&bob), ["later"]);
    });
}

#[test]
fn jobs_of_a_key_come_one_after_another() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume-with", ("q", 10, "job")).unwrap();
        let of = |key: &str, job: &str| json!({ "queue": "q", "job": job, "key": key });
        push_all(&ann, &[of("x", "x1"), of("x", "x2"), of("y", "y1"), of("x", "x3"), order("free")]);
        let mut at_once = Vec::new();
        while let Some(one) = job(&bob) {
            at_once.push(one);
        }
        let names: Vec<&Value> = at_once.iter().map(|(_, _, _, data)| data).collect();
        assert_eq!(names, ["x1", "y1", "free"]);
        server.advance(2 * SECOND);
        while job(&bob).is_some_and(|(number, ..)| {
            bob.acknowledge(number, ());
            true
        }) {}
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
        // The next goes on when the one before it is dead, and what is put back comes last.
        push_all(&ann, &[of("x", "dies"), of("x", "x4"), of("x", "x5")]);
        for _ in 0..5 {
            assert_eq!(job(&bob).unwrap().3, "dies");
            assert_eq!(job(&bob), None);
            server.advance(2 * SECOND);
        }
        let (number, _, _, data) = job(&bob).unwrap();
        assert_eq!(data, "x4");
        let dead = ann.ask("dead", ("q", 1)).unwrap()[0][0][0].as_u64().unwrap();
        ann.ask("put-back", ("q", dead)).unwrap();
        assert_eq!(job(&bob), None);
        bob.acknowledge(number, ());
        assert_eq!(work(&bob), ["x5", "dies"]);
    });
}

#[test]
fn a_push_of_the_same_id_is_done_once() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        let once = |job: &str| json!({ "queue": "q", "job": job, "once": "7" });
        let first = push_all(&ann, &[once("a")]);
        assert_eq!(push_all(&bob, &[once("b")]), first);
        bob.ask("consume", "q").unwrap();
        assert_eq!(work(&bob), ["a"]);
        server.hibernate();
        assert_eq!(push_all(&ann, &[once("c")]), first, "it is done, and still known");
        assert_eq!(work(&bob), [""; 0]);
        let many: Vec<Value> = (0..1_000).map(order).collect();
        push_all(&ann, &many);
        assert_eq!(work(&bob).len(), 1_000);
        assert_ne!(push_all(&ann, &[once("d")]), first, "a thousand pushes later it is another");
        assert_eq!(work(&bob), ["d"]);
    });
}

#[test]
fn a_consumer_that_stops_finishes_what_it_has() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        assert_eq!(bob.ask("stop", "q"), Some(json!([])), "it is none");
        bob.ask("consume", "q").unwrap();
        push_all(&ann, &[order("a"), order("b")]);
        let (number, ..) = job(&bob).unwrap();
        let stop = bob.request("stop", "q");
        assert_eq!(bob.answer(stop), None);
        bob.acknowledge(number, ());
        assert_eq!(bob.answer(stop), Some(json!([])));
        assert_eq!((job(&bob), count_of(&ann, "q")), (None, json!([1, 0, 0])));
        bob.ask("consume", "q").unwrap();
        let (_, id, ..) = job(&bob).unwrap();
        assert_eq!(id, 2);
        let stop = bob.request("stop", "q");
        server.advance(2 * SECOND);
        assert_eq!(bob.answer(stop), Some(json!([])), "the time of what it has is over");
        assert_eq!((job(&bob), count_of(&ann, "q")), (None, json!([1, 0, 0])));
    });
}

#[test]
fn bytes_stay_bytes() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "q").unwrap();
        #[derive(Serialize)]
        struct Photo {
            queue: &'static str,
            job: (u8, Binary),
        }
        let photo = Photo { queue: "q", job: (1, Binary(Bytes::from_static(&[1, 2, 3]))) };
        assert!(ann.ask("push", &photo).unwrap()[0].is_number());
        let Some(Incoming::Question(number, _, args, bytes)) = bob.next() else { panic!("no job") };
        assert_eq!(args[0]["data"], json!([1, { "_placeholder": true, "num": 0 }]));
        assert_eq!(bytes, [Bytes::from_static(&[1, 2, 3])]);
        bob.acknowledge(number, ());
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
    });
}

#[test]
fn a_purge_takes_all_and_who_is_at_a_job_finishes_nothing() {
    in_every_memory(|server| {
        let (ann, bob) = (guest(server), guest(server));
        bob.ask("consume", "q").unwrap();
        push_all(
            &ann,
            &[order("a"), order("b"), json!({ "queue": "q", "job": "c", "key": "k", "delay": 9_000 })],
        );
        let (number, ..) = job(&bob).unwrap();
        assert_eq!(ann.ask("purge", "q"), Some(json!([3])));
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
        assert!(push_all(&ann, &[json!({ "queue": "q", "job": "d", "key": "k" })])[0] > 3);
        let (next, _, _, data) = job(&bob).unwrap();
        bob.acknowledge(number, ());
        assert_eq!((data, count_of(&ann, "q")), (json!("d"), json!([0, 1, 0])));
        bob.acknowledge(next, ());
        assert_eq!(count_of(&ann, "q"), json!([0, 0, 0]));
    });
}

#[test]
fn settings_that_make_no_sense_are_said() {
    assert_eq!(app().problems(), [""; 0]);
    for config in [
        QueueConfig { visibility: 0, ..QueueConfig::default() },
        QueueConfig { attempts: 0, ..QueueConfig::default() },
    ] {
        let problems = App::new().queue("q", config).problems();
        assert!(matches!(&problems[..], [one] if one.starts_with("the queue \"q\"")), "{problems:?}");
    }
}

#[test]
fn a_connect_handler_may_ask_and_make_consumers() {
    in_every_memory(|server| {
        server.push(Push::new("q", ("a", 1)).unwrap().key("k")).unwrap();
        let cook = server.connect("/staff", &());
        assert_eq!(cook.next(), Some(Incoming::Event("waiting".into(), json!([1]), vec![])));
        assert_eq!(work(&cook), [json!(["a", 1])], "several arguments are a list");
    });
}
