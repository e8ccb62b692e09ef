//! Clients that come back: as whom, and to what they missed.

use std::time::Duration;

use parlor::{Keep, Recovery, TestClient, TestServer, prelude::*};
use serde_json::{Value, json};

use crate::app::in_every_memory_of;

type Notes = Vec<String>;

pub(crate) fn app() -> App {
    let main = Namespace::new(async || Ok::<Notes, Refused>(Notes::new()))
        .history(Keep::messages(1_000))
        .on("join", async |socket: Socket, Data(room): Data<String>| {
            socket.join(&room);
            Ack(())
        })
        .on("leave", async |socket: Socket, Data(room): Data<String>| {
            socket.leave(&room);
            Ack(())
        })
        .on("note", note)
        .on("all", all)
        .on("volatile", volatile)
        .on("everyone", async |io: Io, Data(x): Data<Raw>| io.emit("msg", &x))
        .on("ask", ask)
        .on("who", who)
        .on("publish", publish)
        .on("echo", async |socket: Socket, Data(x): Data<Raw>| socket.emit("msg", &x))
        .on_recover(back)
        .on_disconnect(gone);
    App::new()
        .gateways_per_location(3)
        .namespace("/", main)
        .namespace("/other", Namespace::open().on("all", all))
        .configure(|config| {
            config.connection_state_recovery =
                Some(Recovery { max_disconnection_duration: 60_000, ..Recovery::default() });
        })
}

async fn note(mut notes: SocketData<Notes>, Data(text): Data<String>) -> Ack<Notes> {
    if !text.is_empty() {
        notes.push(text);
    }
    Ack(notes.clone())
}

async fn all(io: Io, Data((room, x)): Data<(String, Raw)>) -> Result<(), Fault> {
    io.to(&room).emit("msg", &x)
}

async fn volatile(io: Io, Data((room, x)): Data<(String, Raw)>) -> Result<(), Fault> {
    io.to(&room).volatile().emit("msg", &x)
}

async fn ask(socket: Socket, Data(room): Data<String>) -> Result<Ack<usize>, Fault> {
    let others = socket.to(&room).timeout(Duration::from_secs(1));
    Ok(Ack(others.emit_with_ack("question", ()).await?.answers.len()))
}

async fn who(io: Io, Data(room): Data<String>) -> Ack<usize> {
    Ack(io.in_(&room).fetch_sockets().await.len())
}

async fn publish(io: Io, Data((room, x)): Data<(String, Raw)>) -> Result<Ack<u64>, Fault> {
    Ok(Ack(io.to(&room).publish("said", &x).await?.seq))
}

async fn back(socket: Socket) -> Result<(), Fault> {
    socket.emit("back", ())
}

async fn gone(io: Io, reason: DisconnectReason) -> Result<(), Fault> {
    io.to("watch").emit("gone", reason.0)
}

/// What came, without the offsets.
fn heard(client: &TestClient) -> Vec<Value> {
    client
        .events()
        .into_iter()
        .map(|(name, args)| if name == "msg" { args[0].clone() } else { json!(name) })
        .collect()
}

fn two(server: &mut TestServer) -> (TestClient, TestClient) {
    let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
    assert_eq!(ann.ask("join", "r"), Some(json!([])));
    assert_eq!(bob.ask("join", "r"), Some(json!([])));
    (ann, bob)
}

fn seconds(server: &mut TestServer, seconds: u64) {
    server.advance(Duration::from_secs(seconds));
}

#[test]
fn who_comes_back_is_who_it_was_and_hears_what_it_missed() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        bob.ask("note", "mine");
        ann.emit("all", ("r", 1));
        assert_eq!(heard(&bob), [1]);
        bob.hang_up();
        for x in 2..=4 {
            ann.emit("all", ("r", x));
        }
        ann.emit("everyone", 5);
        ann.emit("all", (bob.id().as_str(), 6));
        ann.emit("all", ("elsewhere", 7));
        assert_eq!(ann.ask("who", "r"), Some(json!([1])), "who is away is not seen");
        seconds(server, 20);
        let back = bob.come_back(None);
        assert!(back.recovered());
        assert_eq!(back.id(), bob.id());
        assert_eq!(heard(&back), [json!(2), json!(3), json!(4), json!(5), json!(6), json!("back")]);
        assert_eq!(back.ask("note", ""), Some(json!([["mine"]])));
        assert_eq!(ann.ask("who", "r"), Some(json!([2])));
        ann.emit("all", ("r", 8));
        assert_eq!(heard(&back), [8]);
    });
}

#[test]
fn it_works_before_anything_was_heard_and_again_and_again() {
    in_every_memory_of(app, |server| {
        let (ann, mut bob) = two(server);
        for round in 0..4 {
            bob.hang_up();
            if round % 2 == 0 {
                ann.emit("all", ("r", round));
            }
            let back = bob.come_back(None);
            assert!(back.recovered());
            let expected =
                if round % 2 == 0 { vec![json!(round), json!("back")] } else { vec![json!("back")] };
            assert_eq!(heard(&back), expected);
            bob = back;
        }
    });
}

#[test]
fn what_was_on_its_way_when_the_connection_broke_is_sent_again() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        ann.emit("all", ("r", 1));
        bob.miss(); // it never came
        let back = bob.come_back(None); // and the server does not know yet
        assert!(back.recovered());
        assert_eq!(heard(&back), [json!(1), json!("back")]);
        assert!(bob.is_closed());
        ann.emit("all", ("r", 2));
        assert_eq!(heard(&back), [2]);
    });
}

#[test]
fn a_connection_that_was_lost_unnoticed_is_counted_as_closed_once() {
    let mut server = TestServer::new(app);
    let (_ann, bob) = two(&mut server);
    let back = bob.come_back(None);
    assert!(back.recovered());
    let report = server.report(home(&bob.id())).unwrap();
    assert_eq!(report.value("connections_closed"), Some(1));
}

#[test]
fn after_a_restart_of_everything_all_come_back() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        ann.emit("all", ("r", 1));
        assert_eq!(heard(&bob), [1]);
        server.restart();
        let ann = ann.come_back(None);
        ann.emit("all", ("r", 2));
        assert_eq!(ann.ask("publish", ("r", "x")), Some(json!([1])));
        server.restart();
        let (ann, back) = (ann.come_back(None), bob.come_back(None));
        assert!(ann.recovered() && back.recovered());
        assert_eq!(heard(&back), [json!(2), json!("said"), json!("back")]);
        assert_eq!(ann.ask("who", "r"), Some(json!([2])));
    });
}

#[test]
fn who_comes_too_late_left_or_was_sent_away_is_somebody_new() {
    in_every_memory_of(app, |server| {
        let (_ann, bob) = two(server);
        let cid = server.connect("/", &());
        cid.ask("join", "r");
        assert_eq!(server.gateways("/", "r"), 3);
        bob.hang_up();
        cid.disconnect();
        seconds(server, 61);
        assert_eq!(server.gateways("/", "r"), 1, "they have left their rooms");
        let rows = server.rows();
        for (client, why) in [(&bob, "too late"), (&cid, "left")] {
            let back = client.come_back(None);
            assert!(!back.recovered(), "{why}");
            assert_ne!(back.id(), client.id());
            back.disconnect();
        }
        assert!(server.rows() <= rows + 4);
    });
}

#[test]
fn what_is_volatile_or_to_be_acknowledged_is_not_sent_again() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        bob.hang_up();
        ann.emit("volatile", ("r", 1));
        assert_eq!(ann.ask("ask", "r"), Some(json!([0])));
        ann.emit("all", ("r", 2));
        let back = bob.come_back(None);
        assert_eq!(heard(&back), [json!(2), json!("back")]);
    });
}

#[test]
fn a_room_counts_from_the_join_to_the_leave() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        ann.emit("all", ("late", 1));
        bob.ask("join", "late");
        bob.ask("leave", "r");
        ann.emit("all", ("late", 2));
        ann.emit("all", ("r", 3));
        bob.miss();
        bob.hang_up();
        let back = bob.come_back(None);
        assert_eq!(heard(&back), [json!(2), json!("back")]);
    });
}

#[test]
fn bytes_and_several_namespaces_come_back() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        let other = bob.also("/other", &());
        bob.hang_up();
        ann.emit("all", ("r", Binary(vec![1, 2].into())));
        ann.also("/other", &()).emit("all", (other.id().as_str(), 1));
        let (back, other_back) = (bob.come_back(None), other.come_back(None));
        assert!(back.recovered() && other_back.recovered());
        assert_eq!(heard(&back), [json!({ "_placeholder": true, "num": 0 }), json!("back")]);
        assert_eq!(heard(&other_back), [1]);
    });
}

#[test]
fn disconnect_handlers_hear_of_each_loss_as_on_node() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        ann.ask("join", "watch");
        bob.hang_up();
        assert_eq!(ann.events()[0].1[0], "transport close");
        let _back = bob.come_back(None);
        assert_eq!(ann.events(), []);
    });
}

#[test]
fn stored_messages_come_back_whoever_lost_their_memory() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        assert_eq!(ann.ask("publish", ("r", 1)), Some(json!([1])));
        assert_eq!(heard(&bob), ["said"]);
        let gateway = bob.id().split_once('.').map(|(_, gateway)| gateway.to_owned());
        server.cut_off(gateway.as_deref());
        assert_eq!(ann.ask("publish", ("r", 2)), Some(json!([2])));
        server.restart(); // the Room had not told bob's Gateway
        server.cut_off(None);
        let ann = ann.come_back(None);
        let back = bob.come_back(None);
        assert!(back.recovered());
        let seqs: Vec<Value> = back
            .events()
            .iter()
            .filter(|(name, _)| name == "said")
            .map(|(_, args)| args[0]["seq"].clone())
            .collect();
        assert_eq!(seqs, [2]);
        assert_eq!(ann.ask("publish", ("r", 3)), Some(json!([3])));
        assert_eq!(back.events().len(), 1);
    });
}

#[test]
fn a_log_that_had_to_be_cut_makes_those_who_missed_it_new() {
    fn short() -> App {
        app().configure(|config| {
            if let Some(recovery) = &mut config.connection_state_recovery {
                recovery.log_entries = 10;
            }
        })
    }
    in_every_memory_of(short, |server| {
        let (ann, bob) = two(server);
        let cid = server.connect("/", &());
        cid.ask("join", "r");
        bob.hang_up();
        for x in 0..30 {
            ann.emit("all", ("r", x));
        }
        cid.hang_up();
        seconds(server, 1);
        assert!(!bob.come_back(None).recovered());
        let heard_all = cid.come_back(None);
        assert!(heard_all.recovered());
        let rows = server.rows();
        seconds(server, 600);
        assert!(server.rows() < rows, "the log of the past is gone");
    });
}

#[test]
fn a_full_storage_loses_nobody_anything_unseen() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        bob.hang_up();
        server.fill_storage(true);
        ann.emit("all", ("r", 1));
        server.fill_storage(false);
        assert!(!bob.come_back(None).recovered(), "for it would miss something");
    });
}

/// The Gateway that an id names.
fn home(id: &str) -> &str {
    id.split_once('.').map_or("", |(_, gateway)| gateway)
}

/// The others.
fn others(id: &str) -> Vec<String> {
    (0..3).map(|n| format!("any-{n}")).filter(|name| name != home(id)).collect()
}

#[test]
fn another_gateway_fetches_the_socket_and_what_it_missed() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        bob.ask("note", "mine");
        ann.emit("all", ("r", 1));
        assert_eq!(heard(&bob), [1]);
        bob.hang_up();
        ann.emit("all", ("r", 2));
        assert_eq!(ann.ask("publish", ("r", 3)), Some(json!([1])));
        ann.emit("everyone", 4);
        let others = others(&bob.id());
        let (second, third) = (&others[0], &others[1]);
        let back = bob.come_back(Some(second));
        assert!(back.recovered());
        assert_eq!(back.id(), bob.id());
        assert_eq!(heard(&back), [json!(2), json!("said"), json!(4), json!("back")]);
        assert_eq!(back.ask("note", ""), Some(json!([["mine"]])));
        ann.emit("all", ("r", 5));
        ann.emit("all", (bob.id().as_str(), 6)); // by its home
        assert_eq!(heard(&back), [5, 6]);
        assert_eq!(ann.ask("who", "r"), Some(json!([2])));
        assert_eq!(ann.ask("who", bob.id().as_str()), Some(json!([1])));

        // Again: to a third, with the old connection open still; then to the second again, and home.
        ann.emit("all", ("r", 7));
        back.miss();
        let again = back.come_back(Some(third));
        assert!(again.recovered() && back.is_closed());
        assert_eq!(heard(&again), [json!(7), json!("back")]);
        again.hang_up();
        ann.emit("all", (bob.id().as_str(), 8));
        let again = again.come_back(Some(second));
        assert!(again.recovered());
        assert_eq!(heard(&again), [json!(8), json!("back")]);
        let bobs = bob.id();
        let at_home = again.come_back(Some(home(&bobs)));
        assert!(at_home.recovered());
        assert_eq!(heard(&at_home), ["back"]);
        ann.emit("all", (bob.id().as_str(), 9));
        ann.emit("all", ("r", 10));
        assert_eq!(heard(&at_home), [9, 10]);
        assert_eq!(server.members("/", "r"), 2);
    });
}

#[test]
fn who_moved_may_lose_its_connection_before_anything_is_heard() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        let second = &others(&bob.id())[0];
        bob.hang_up();
        ann.emit("all", ("r", 1));
        let back = bob.come_back(Some(second));
        back.miss(); // too late: it has been read
        let again = bob.come_back(Some(second)); // with what it knew at first
        assert!(again.recovered());
        assert_eq!(heard(&again), [json!(1), json!("back"), json!("back")]);
    });
}

#[test]
fn who_has_moved_survives_a_restart_and_in_the_end_leaves_nothing() {
    in_every_memory_of(app, |server| {
        let (ann, bob) = two(server);
        let rows = server.rows();
        let second = &others(&bob.id())[0];
        bob.hang_up();
        let back = bob.come_back(Some(second));
        server.restart();
        let ann = ann.come_back(None);
        ann.emit("all", (bob.id().as_str(), 1));
        ann.emit("all", ("r", 2));
        let again = back.come_back(None);
        assert!(again.recovered());
        assert_eq!(heard(&again), [json!(1), json!(2), json!("back")]);
        again.disconnect();
        ann.disconnect();
        seconds(server, 1000);
        assert!(server.rows() <= rows, "{} {rows}", server.rows());
        assert_eq!(server.gateways("/", "r"), 0);
    });
}

#[test]
fn a_gateway_that_cannot_be_reached_makes_somebody_new() {
    in_every_memory_of(app, |server| {
        let (_ann, bob) = two(server);
        let second = &others(&bob.id())[0];
        let bobs = bob.id();
        bob.hang_up();
        server.cut_off(Some(home(&bobs)));
        let back = bob.come_back(Some(second));
        assert_eq!(back.id(), "");
        seconds(server, 11);
        let connected = std::iter::from_fn(|| back.next())
            .any(|one| matches!(one, parlor::Incoming::Connected(id, _) if id != bob.id()));
        assert!(connected);
        server.cut_off(None);
    });
}
