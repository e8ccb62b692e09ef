//! Messages that are stored before they are acknowledged, and what becomes of them.

use std::time::Duration;

use parlor::{IntoPayload, Keep, Page, Receipt, Stored, TestClient, TestServer, prelude::*};
use serde_json::{Value, json};

use crate::app::in_every_memory_of;

pub(crate) fn app() -> App {
    let main = Namespace::open()
        .history_of(|room| match room {
            "plain" => None,
            "few" => Some(Keep::messages(10)),
            "brief" => Some(Keep::everything().for_time(Duration::from_secs(7200))),
            _ => Some(Keep::messages(1_000)),
        })
        .on("join", async |socket: Socket, Data(room): Data<String>| {
            socket.join(&room);
            Ack(())
        })
        .on("publish", publish)
        .on("publish-and-wait", async |io: Io, Data((room, x)): Data<(String, Raw)>| {
            Ok::<_, Fault>(Ack(io.to(&room).publish("said", &x).await?.seq))
        })
        .on("enter", enter)
        .on("enter-and-tell", enter_and_tell)
        .on("delegate", async |io: Io, Data(room): Data<String>| {
            let answers = io.server_side_emit_with_ack("publish", (room, "delegated")).await?;
            Ok::<_, Fault>(Ack(answers.answers.first().cloned().unwrap_or_default()))
        })
        .on_server_side("publish", publish)
        .on("echo", async |x: Payload| Ack(x))
        .on("history", history)
        .on("before", before)
        .on("erase", erase)
        .on("replace", replace)
        .on("replace-by-much", async |io: Io, Data((room, bytes)): Data<(String, usize)>| {
            Ok::<_, Fault>(Ack(io.to(&room).replace(1, &"x".repeat(bytes)).await?))
        })
        .on("publish-to-others", others)
        .on("publish-much", much)
        .on("all", async |io: Io, Data((room, x)): Data<(String, Value)>| io.to(&room).emit("msg", &x));
    App::new().gateways_per_location(2).namespace("/", main)
}

async fn publish(io: Io, Data((room, x, id)): Data<(String, Raw, Option<String>)>) -> Asked<Receipt> {
    io.to(&room).once(&id.unwrap_or_default()).publish("said", &x)
}

/// Its effects wait until it is in the room; and what it published is known before it has ended, if it waits.
async fn enter(
    socket: Socket,
    io: Io,
    Data((room, waits)): Data<(String, bool)>,
) -> Result<Asked<Receipt>, Fault> {
    socket.join(&room);
    let entered = io.to(&room).publish("said", "enter");
    if waits {
        io.to(&room).history(Page::newest(1)).await?;
    }
    Ok(entered)
}

/// What it publishes is for another room than the one that it is not in yet.
async fn enter_and_tell(
    socket: Socket,
    io: Io,
    Data((room, other, waits)): Data<(String, String, bool)>,
) -> Result<Asked<Receipt>, Fault> {
    socket.join(&room);
    if waits {
        io.to(&other).history(Page::newest(1)).await?;
    }
    Ok(io.to(&other).publish("said", "enter"))
}

async fn others(socket: Socket, Data((room, x)): Data<(String, Raw)>) -> Result<Ack<Receipt>, Fault> {
    Ok(Ack(socket.to(&room).publish("said", &x).await?))
}

async fn much(io: Io, Data((room, bytes)): Data<(String, usize)>) -> Asked<Receipt> {
    io.to(&room).publish("said", &"x".repeat(bytes))
}

type Bounds = (String, u64, u64);

async fn history(io: Io, Data((room, after, limit)): Data<Bounds>) -> Result<Ack<Payload>, Fault> {
    let page = io.to(&room).history(Page::after(after, limit)).await?;
    let messages: Vec<_> = page.iter().map(Stored::message).collect();
    Ok(Ack(Payload::from_args(&messages)?))
}

async fn before(io: Io, Data((room, seq)): Data<(String, u64)>) -> Result<Ack<Vec<u64>>, Fault> {
    let page = if seq == 0 { Page::newest(3) } else { Page::before(seq, 3) };
    Ok(Ack(io.to(&room).history(page).await?.iter().map(|message| message.seq).collect()))
}

async fn erase(io: Io, Data(room): Data<String>) -> Result<Ack, Fault> {
    Ok(Ack(io.to(&room).erase_history().await?))
}

async fn replace(io: Io, Data((room, seq, x)): Data<(String, u64, Raw)>) -> Result<Ack<bool>, Fault> {
    Ok(Ack(io.to(&room).replace(seq, &x).await?))
}

fn ask(client: &TestClient, event: &str, payload: impl IntoPayload) -> Value {
    client.ask(event, payload).unwrap_or_default()
}

fn seqs(page: &Value) -> Vec<u64> {
    page[0].as_array().into_iter().flatten().filter_map(|message| message["seq"].as_u64()).collect()
}

#[test]
fn messages_are_numbered_stored_and_heard_in_order_on_all_gateways() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        assert_eq!(ask(&ann, "join", "r"), json!([]));
        assert_eq!(ask(&bob, "join", "r"), json!([]));
        for n in 1..=3 {
            assert_eq!(ask(&ann, "publish", ("r", n)), json!([{ "seq": n }]));
        }
        let heard: Vec<_> = (1..=3).map(|n| ("said".to_owned(), json!([{ "seq": n, "data": n }]))).collect();
        assert_eq!(ann.events(), heard);
        assert_eq!(bob.events(), heard);
        assert_eq!(
            ask(&bob, "history", ("r", 1, 10)),
            json!([[{ "seq": 2, "data": 2 }, { "seq": 3, "data": 3 }]])
        );
        assert_eq!(seqs(&ask(&bob, "history", ("r", 0, 2))), [1, 2]);
        assert_eq!(ask(&bob, "before", ("r", 0)), json!([[1, 2, 3]]));
        assert_eq!(ask(&bob, "before", ("r", 3)), json!([[1, 2]]));
        assert_eq!(ask(&bob, "history", ("nobody's", 0, 2)), json!([[]]));
    });
}

#[test]
fn what_is_published_again_is_stored_once() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        ask(&bob, "join", "r");
        assert_eq!(ask(&ann, "publish", ("r", "x", "ann-1")), json!([{ "seq": 1 }]));
        assert_eq!(ask(&ann, "publish", ("r", "y", "ann-2")), json!([{ "seq": 2 }]));
        assert_eq!(ask(&ann, "publish", ("r", "x", "ann-1")), json!([{ "seq": 1 }]));
        server.hibernate();
        assert_eq!(ask(&ann, "publish", ("r", "y", "ann-2")), json!([{ "seq": 2 }]));
        assert_eq!(bob.events().len(), 2);
        assert_eq!(seqs(&ask(&ann, "history", ("r", 0, 10))), [1, 2]);
    });
}

#[test]
fn the_last_thousand_ids_are_known() {
    let mut server = TestServer::new(app);
    let ann = server.connect("/", &());
    let mut published = 0;
    for round in 0..2 {
        for _ in 0..1_150 {
            published += 1;
            assert_eq!(ask(&ann, "publish", ("r", 1, published.to_string())), json!([{ "seq": published }]));
        }
        for known in [published - 999, published - 500, published] {
            assert_eq!(
                ask(&ann, "publish", ("r", 1, known.to_string())),
                json!([{ "seq": known }]),
                "{round}"
            );
        }
        server.hibernate();
        assert_eq!(ask(&ann, "publish", ("r", 1, published.to_string())), json!([{ "seq": published }]));
    }
    assert_eq!(ask(&ann, "publish", ("r", 1, "1")), json!([{ "seq": published + 1 }]), "forgotten");
}

fn said(client: &TestClient) -> Vec<u64> {
    client
        .events()
        .into_iter()
        .filter(|(name, _)| name == "said")
        .filter_map(|(_, args)| args[0]["seq"].as_u64())
        .collect()
}

#[test]
fn bytes_stay_bytes_and_an_excepted_sender_hears_nothing() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        ask(&ann, "join", "r");
        ask(&bob, "join", "r");
        let data = json!({ "text": "hm" });
        let picture = Binary(vec![1, 2, 3].into());
        assert_eq!(ask(&ann, "publish-to-others", ("r", (&data, &picture))), json!([{ "seq": 1 }]));
        let bytes = json!([{ "text": "hm" }, { "_placeholder": true, "num": 0 }]);
        assert_eq!(bob.events(), [("said".to_owned(), json!([{ "seq": 1, "data": bytes }]))]);
        assert_eq!(ann.events(), []);
        assert_eq!(ask(&bob, "history", ("r", 0, 1)), json!([[{ "seq": 1, "data": bytes }]]));
    });
}

#[test]
fn a_room_without_history_says_so() {
    in_every_memory_of(app, |server| {
        let ann = server.connect("/", &());
        let words = "This room keeps no history: see `Namespace::history`.";
        let none = json!([{ "error": "no history", "message": words }]);
        assert_eq!(ask(&ann, "publish", ("plain", 1)), none);
        assert_eq!(ask(&ann, "history", ("plain", 0, 1)), none);
    });
}

#[test]
fn what_is_too_large_or_finds_no_storage_is_refused_and_nothing_is_lost() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        ask(&bob, "join", "r");
        assert_eq!(ask(&ann, "publish", ("r", 1)), json!([{ "seq": 1 }]));
        let answer = ask(&ann, "publish-much", ("r", 1_900_000));
        let words = "A message has at most 1900000 bytes.";
        assert_eq!(answer, json!([{ "error": "too large", "message": words }]));
        server.fill_storage(true);
        let answer = ask(&ann, "publish", ("r", 2, "ann-2"));
        let words = "The message could not be stored. Try again later.";
        assert_eq!(answer, json!([{ "error": "storage", "message": words }]));
        server.fill_storage(false);
        assert_eq!(ask(&ann, "publish", ("r", 2, "ann-2")), json!([{ "seq": 2 }]));
        assert_eq!(said(&bob), [1, 2]);
        assert_eq!(seqs(&ask(&ann, "history", ("r", 0, 10))), [1, 2]);
    });
}

#[test]
fn history_is_trimmed_by_number_and_by_age_and_numbers_go_on() {
    in_every_memory_of(app, |server| {
        let ann = server.connect("/", &());
        for n in 1..=100 {
            assert_eq!(ask(&ann, "publish", ("few", n)), json!([{ "seq": n }]));
        }
        server.advance(Duration::from_secs(120));
        assert_eq!(seqs(&ask(&ann, "history", ("few", 0, 1000))), (91..=100).collect::<Vec<_>>());
        for n in 1..=2 {
            ask(&ann, "publish", ("brief", n));
            server.advance(Duration::from_secs(2 * 3600));
        }
        server.advance(Duration::from_secs(3600));
        assert_eq!(seqs(&ask(&ann, "history", ("brief", 0, 10))), [0; 0]);
        server.hibernate();
        assert_eq!(ask(&ann, "publish", ("brief", 3)), json!([{ "seq": 3 }]));
    });
}

#[test]
fn what_is_erased_is_gone_and_numbers_go_on() {
    in_every_memory_of(app, |server| {
        let ann = server.connect("/", &());
        ask(&ann, "publish", ("r", 1));
        let rows = server.rows();
        assert_eq!(ask(&ann, "erase", "r"), json!([]));
        assert_eq!(server.rows(), rows, "the message is gone, and its number is kept");
        assert_eq!(seqs(&ask(&ann, "history", ("r", 0, 10))), [0; 0]);
        server.hibernate();
        assert_eq!(ask(&ann, "publish", ("r", 1)), json!([{ "seq": 2 }]));
    });
}

#[test]
fn a_message_has_other_data_once_it_is_replaced_and_nothing_else_changes() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        ask(&bob, "join", "r");
        for (x, id) in [("one", "ann-1"), ("two", "ann-2"), ("three", "ann-3")] {
            ask(&ann, "publish", ("r", x, id));
        }
        bob.events();
        let rows = server.rows();
        for x in [json!("2"), json!({ "erased": true })] {
            assert_eq!(ask(&ann, "replace", ("r", 2, &x)), json!([true]));
            server.hibernate();
            let message = |seq: u64, data: &Value| json!({ "seq": seq, "data": data });
            let all = [message(1, &json!("one")), message(2, &x), message(3, &json!("three"))];
            assert_eq!(ask(&bob, "history", ("r", 0, 10)), json!([all]));
        }
        assert_eq!(server.rows(), rows);
        assert_eq!(bob.events(), [], "nobody is told");
        assert_eq!(ask(&ann, "publish", ("r", "two", "ann-2")), json!([{ "seq": 2 }]), "it has its id");
        assert_eq!(ask(&ann, "publish", ("r", "four")), json!([{ "seq": 4 }]));
        assert_eq!(said(&bob), [4]);
    });
}

#[test]
fn what_is_not_there_or_finds_no_storage_is_not_replaced() {
    in_every_memory_of(app, |server| {
        let ann = server.connect("/", &());
        ask(&ann, "publish", ("r", 1));
        for seq in [0, 2, u64::MAX] {
            assert_eq!(ask(&ann, "replace", ("r", seq, 2)), json!([false]), "{seq}");
        }
        let large = json!([{ "error": "too large", "message": "A message has at most 1900000 bytes." }]);
        assert_eq!(ask(&ann, "replace-by-much", ("r", 1_900_000)), large);
        server.fill_storage(true);
        let words = "The message could not be stored. Try again later.";
        assert_eq!(ask(&ann, "replace", ("r", 1, 2)), json!([{ "error": "storage", "message": words }]));
        server.fill_storage(false);
        assert_eq!(ask(&ann, "history", ("r", 0, 10)), json!([[{ "seq": 1, "data": 1 }]]));
        ask(&ann, "erase", "r");
        assert_eq!(ask(&ann, "replace", ("r", 1, 2)), json!([false]));
        assert_eq!(seqs(&ask(&ann, "history", ("r", 0, 10))), [0; 0]);
        assert_eq!(ask(&ann, "replace", ("plain", 1, 2))[0]["error"], "no history");
        assert_eq!(ask(&ann, "replace", (ann.id(), 1, 2))[0]["error"], "no history");
    });
}

/// Whoever missed it hears what it is now, and who was not to get it does not.
#[test]
fn who_missed_a_message_that_was_replaced_hears_what_it_is_now() {
    let mut server = TestServer::new(app);
    let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
    ask(&ann, "join", "r");
    ask(&bob, "join", "r");
    assert_eq!(ask(&ann, "publish", ("r", "heard")), json!([{ "seq": 1 }]));
    let bobs = bob.id();
    server.cut_off(bobs.split_once('.').map(|(_, gateway)| gateway));
    assert_eq!(ask(&ann, "publish-to-others", ("r", "old")), json!([{ "seq": 2 }]));
    assert_eq!(ask(&ann, "replace", ("r", 2, "new")), json!([true]));
    server.forget_rooms();
    server.cut_off(None);
    ann.emit("all", ("r", "next"));
    server.advance(Duration::from_secs(10));
    let heard: Vec<_> = bob.events().into_iter().map(|(_, args)| args[0].clone()).collect();
    assert_eq!(
        heard,
        [json!({ "seq": 1, "data": "heard" }), json!({ "seq": 2, "data": "new" }), json!("next")]
    );
    assert_eq!(said(&ann), [1]);
}

/// Who leaves the acknowledgement to the Room has ended: what comes behind does not wait.
#[test]
fn a_receipt_that_is_returned_holds_up_nothing() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        ask(&bob, "join", "r");
        let anns = ann.id();
        server.cut_off(anns.split_once('.').map(|(_, gateway)| gateway));
        let published: Vec<u64> = (1..=3).map(|n| ann.request("publish", ("r", n))).collect();
        let too_much = ann.request("publish-much", ("r", 1_900_000));
        assert_eq!(ask(&ann, "echo", 1), json!([1]), "nobody waits");
        let waited = ann.request("publish-and-wait", ("r", 4));
        let echoed = ann.request("echo", 2);
        assert_eq!(ann.answer(echoed), None, "it waits for a handler that waits");
        server.cut_off(None);
        server.advance(Duration::from_secs(1));
        for (seq, id) in (1..).zip(published) {
            assert_eq!(ann.answer(id), Some(json!([{ "seq": seq }])));
        }
        assert_eq!(ann.answer(too_much).unwrap_or_default()[0]["error"], "too large");
        assert_eq!((ann.answer(waited), ann.answer(echoed)), (Some(json!([4])), Some(json!([2]))));
        assert_eq!(said(&bob), [1, 2, 3, 4], "in the order of their socket");
    });
}

#[test]
fn a_receipt_that_is_returned_comes_however_the_handler_ended() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        assert_eq!(ask(&ann, "enter", ("r", false)), json!([{ "seq": 1 }]));
        assert_eq!(said(&ann), [1], "it was in the room by then");
        assert_eq!(ask(&bob, "enter", ("r", true)), json!([{ "seq": 2 }]));
        assert_eq!((said(&ann), said(&bob)), (vec![2], vec![2]));
        assert_eq!(ask(&ann, "delegate", "r"), json!([{ "seq": 3 }]));
        assert_eq!(ask(&ann, "enter", ("plain", false))[0]["error"], "no history");
        assert_eq!(ask(&ann, "publish", ("x".repeat(1_000), 1))[0]["error"], "bad room name");
    });
}

/// A question to one room waits until the socket is in another, while memories come and go.
#[test]
fn who_enters_a_room_may_ask_another() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
        ask(&bob, "join", "r");
        for (seq, waits) in [(1, false), (2, true)] {
            let entered = ann.request("enter-and-tell", (format!("room {seq}"), "r", waits));
            let echoed = ann.request("echo", 1);
            assert_eq!(ann.answer(entered), Some(json!([{ "seq": seq }])));
            assert_eq!(ann.answer(echoed), Some(json!([1])), "what comes behind begins");
        }
        assert_eq!(said(&bob).len(), 2);
    });
}

#[test]
fn who_has_gone_or_waited_too_long_has_published_all_the_same() {
    in_every_memory_of(app, |server| {
        let (ann, bob, cid) = (server.connect("/", &()), server.connect("/", &()), server.connect("/", &()));
        ask(&bob, "join", "r");
        let anns = ann.id();
        server.cut_off(anns.split_once('.').map(|(_, gateway)| gateway));
        let late = ann.request("publish", ("r", 1));
        cid.emit("publish", ("r", 2));
        cid.disconnect();
        server.advance(Duration::from_secs(7));
        assert_eq!(ann.answer(late).unwrap_or_default()[0]["error"], "timeout");
        server.cut_off(None);
        server.advance(Duration::from_secs(6));
        assert_eq!(said(&bob), [1, 2]);
        assert_eq!(ann.next(), None, "it is answered once");
        assert_eq!(ask(&ann, "publish", ("r", 3)), json!([{ "seq": 3 }]));
    });
}

/// Not in every memory: a snapshot of so much after every step takes minutes.
#[test]
fn who_publishes_to_a_room_that_is_out_of_reach_is_told_in_time() {
    let mut server = TestServer::new(app);
    let ann = server.connect("/", &());
    let anns = ann.id();
    server.cut_off(anns.split_once('.').map(|(_, gateway)| gateway));
    let refused = (0..10_000).find(|n| ann.ask("publish", ("r", n)).is_some());
    assert!(refused.is_some_and(|refused| (4_000..5_000).contains(&refused)), "{refused:?}");
    assert_eq!(ask(&ann, "publish", ("r", "no"))[0]["error"], "busy");
    server.cut_off(None);
    server.advance(Duration::from_secs(6));
    assert_eq!(ask(&ann, "publish", ("r", "again")), json!([{ "seq": refused.unwrap_or_default() + 1 }]));
    server.cut_off(anns.split_once('.').map(|(_, gateway)| gateway));
    let refused = (0..100).find(|_| ann.ask("publish-much", ("r", 1_000_000)).is_some());
    assert_eq!(refused, Some(34), "32 MiB");
}

/// A message whose request comes after all: published once, acknowledged, and in order with what is not stored.
#[test]
fn lost_requests_and_replies_change_nothing() {
    for lost in 0..4 {
        in_every_memory_of(app, |server| {
            let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
            ask(&ann, "join", "r");
            ask(&bob, "join", "r");
            ann.emit("all", ("r", 1));
            server.lose_reply(lost);
            let first = ann.request("publish", ("r", 1));
            ann.emit("all", ("r", 2));
            server.advance(Duration::from_secs(1));
            assert_eq!(ann.answer(first), Some(json!([{ "seq": 1 }])));
            for client in [&ann, &bob] {
                let names: Vec<_> = client.events().into_iter().map(|(name, _)| name).collect();
                assert_eq!(names, ["msg", "said", "msg"], "{lost}");
            }
        });
    }
}

/// A Room that loses its memory between storing a message and telling it: who missed it hears it before what is next.
#[test]
fn what_a_room_forgot_to_tell_is_told_before_what_is_next() {
    let mut server = TestServer::new(app);
    let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
    ask(&ann, "join", "r");
    ask(&bob, "join", "r");
    assert_eq!(ask(&ann, "publish", ("r", 1)), json!([{ "seq": 1 }]));
    assert_eq!(said(&bob), [1]);
    let bobs = bob.id();
    server.cut_off(bobs.split_once('.').map(|(_, gateway)| gateway));
    assert_eq!(ask(&ann, "publish", ("r", 2)), json!([{ "seq": 2 }]));
    server.forget_rooms();
    server.cut_off(None);
    assert_eq!(said(&bob), [0; 0]);
    ann.emit("all", ("r", "between"));
    assert_eq!(ask(&ann, "publish", ("r", 3)), json!([{ "seq": 3 }]));
    ann.emit("all", ("r", "behind"));
    server.advance(Duration::from_secs(10));
    let heard: Vec<_> = bob.events().into_iter().map(|(_, args)| args[0].clone()).collect();
    let message = |n: u64| json!({ "seq": n, "data": n });
    assert_eq!(heard, [message(2), json!("between"), message(3), json!("behind")]);
    assert_eq!(said(&ann), [1, 2, 3]);
}
