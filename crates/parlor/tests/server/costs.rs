//! What things cost, in requests between objects, rows written and alarms: the table in ARCHITECTURE.md.

use std::time::Duration;

use parlor::{App, Binary, IntoPayload, TestClient, TestServer};

use crate::{
    app::{app, guest},
    history, recovery, values,
};

fn four_gateways() -> App {
    app().gateways_per_location(4)
}

/// Requests and rows of what is done.
fn cost(server: &mut TestServer, act: impl FnOnce(&mut TestServer)) -> (usize, usize) {
    let before = (server.requests(), server.writes());
    act(server);
    (server.requests() - before.0, server.writes() - before.1)
}

fn ask(client: &TestClient, event: &'static str, room: &'static str) -> impl FnOnce(&mut TestServer) {
    move |_| assert!(client.ask(event, room).is_some(), "{event} {room}")
}

#[test]
fn a_room_on_one_gateway_costs_no_requests() {
    let mut server = TestServer::new(four_gateways);
    let all: Vec<TestClient> = (0..8).map(|_| guest(&mut server)).collect();
    let (ann, bob) = (&all[0], &all[4]); // of the same Gateway
    assert_eq!(cost(&mut server, ask(ann, "join", "r")), (1, 3));
    assert_eq!(cost(&mut server, ask(bob, "join", "r")), (0, 1));
    assert_eq!(cost(&mut server, |_| ann.emit("all", ("r", 1))), (0, 0));
    assert_eq!(cost(&mut server, ask(ann, "who", "r")), (0, 0));
    assert_eq!(cost(&mut server, ask(bob, "leave", "r")), (0, 1));
    server.advance(Duration::from_secs(35));
    assert_eq!(cost(&mut server, |_| ann.emit("all", ("r", 2))), (1, 0), "the lease was over");
    assert_eq!(cost(&mut server, |_| ann.emit("all", ("r", 3))), (0, 0));
    assert_eq!(cost(&mut server, ask(ann, "leave", "r")), (1, 2));
}

#[test]
fn a_broadcast_costs_a_request_for_each_gateway() {
    let mut server = TestServer::new(four_gateways);
    let all: Vec<TestClient> = (0..8).map(|_| guest(&mut server)).collect();
    ask(&all[0], "join", "r")(&mut server);
    assert_eq!(cost(&mut server, ask(&all[1], "join", "r")), (3, 3), "the recall, and the answer");
    for (gateways, member) in [(3, &all[2]), (4, &all[3])] {
        assert_eq!(cost(&mut server, |_| all[0].emit("all", ("r", 1))), (gateways - 1, 0));
        assert_eq!(cost(&mut server, |_| member.emit("all", ("r", 1))), (gateways, 0), "not a member");
        assert_eq!(cost(&mut server, ask(member, "join", "r")), (1, 3));
    }
    assert_eq!(cost(&mut server, |_| all[5].emit("everyone", 1)), (4, 0));
    let on_another = all[1].id();
    assert_eq!(cost(&mut server, |_| all[0].emit("all", (on_another.as_str(), 1))), (1, 0));
    assert_eq!(cost(&mut server, |_| all[1].emit("all", (on_another.as_str(), 1))), (0, 0));
}

#[test]
fn many_who_come_back_at_once_cost_a_room_one_request_for_each_gateway() {
    let mut server = TestServer::new(four_gateways);
    let crowd: Vec<TestClient> = (0..200).map(|_| guest(&mut server)).collect();
    let (requests, rows) = cost(&mut server, |_| crowd.iter().for_each(|one| _ = one.ask("join", "r")));
    assert!(requests <= 4 * 2 + 1, "{requests}");
    assert!((208..=210).contains(&rows), "one for each, and two more for the first of each Gateway: {rows}");
}

#[test]
fn a_published_message_costs_a_row_and_a_request_for_each_gateway() {
    let mut server = TestServer::new(history::app);
    let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
    ask(&ann, "join", "r")(&mut server);
    let publish = |_: &mut TestServer| assert!(ann.ask("publish", ("r", 1)).is_some());
    let read = server.reads();
    assert_eq!(cost(&mut server, publish), (1, 1));
    assert_eq!(server.reads(), read);
    ask(&bob, "join", "r")(&mut server);
    assert_eq!(cost(&mut server, publish), (2, 1));
    let read = server.reads();
    assert_eq!(cost(&mut server, |_| _ = ann.ask("history", ("r", 0, 2))), (1, 0));
    assert_eq!(server.reads() - read, 2);
}

/// Requests and rows of a question, and rows that were read.
fn asked(
    server: &mut TestServer,
    client: &TestClient,
    event: &str,
    payload: impl IntoPayload,
) -> (usize, usize, usize) {
    let read = server.reads();
    let (requests, rows) = cost(server, |_| assert!(client.ask(event, payload).is_some(), "{event}"));
    (requests, rows, server.reads() - read)
}

#[test]
fn an_edit_and_a_value_cost_a_request_and_a_row() {
    let mut server = TestServer::new(history::app);
    let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
    ask(&ann, "join", "r")(&mut server);
    ask(&bob, "join", "r")(&mut server);
    ann.ask("publish", ("r", 1));
    assert_eq!(asked(&mut server, &ann, "replace", ("r", 1, 2)), (1, 1, 1));

    let server = &mut TestServer::new(values::app);
    let ann = server.connect("/", &());
    for n in 0..3 {
        assert_eq!(asked(server, &ann, "set", ("r", format!("k:{n}"), n)), (1, 1, 0));
    }
    assert_eq!(asked(server, &ann, "get", ("r", "k:1")), (1, 0, 1));
    assert_eq!(asked(server, &ann, "values", ("r", ["k:*", "x", "k:1"])), (1, 0, 3));
    assert_eq!(asked(server, &ann, "claim", ("r", "name", "ann", 1)), (1, 1, 0));
    assert_eq!(asked(server, &ann, "claim", ("r", "name", "ann", 1)), (1, 1, 1));
    assert_eq!(asked(server, &ann, "remove", ("r", "k:*")), (1, 3, 0));
}

#[test]
fn recovery_costs_rows_for_what_is_heard_and_for_each_loss() {
    let mut server = TestServer::new(recovery::app);
    let clients: Vec<TestClient> = (0..4).map(|_| server.connect("/", &())).collect();
    let (ann, bob) = (&clients[0], &clients[3]); // of the same Gateway
    ask(ann, "join", "r")(&mut server);
    ask(bob, "join", "r")(&mut server);
    assert_eq!(cost(&mut server, |_| ann.emit("all", ("r", 1))), (0, 1), "for all who hear it");
    assert_eq!(cost(&mut server, |_| ann.emit("echo", 1)), (0, 1));
    assert_eq!(cost(&mut server, |_| assert!(ann.ask("publish", ("r", 1)).is_some())), (1, 2));
    assert_eq!(
        cost(&mut server, |_| bob.hang_up()),
        (1, 2),
        "its handler tells a room; one row goes, one comes"
    );
    let read = server.reads();
    let mut back = None;
    let (requests, rows) = cost(&mut server, |_| back = Some(bob.come_back(None)));
    assert_eq!(requests, 2, "to the room, and to that of everyone");
    assert_eq!(rows, 5, "three of the connection, none any more for who is away, its handler's event");
    assert_eq!(server.reads() - read, 0, "it has missed nothing");
    let elsewhere =
        if back.map(|back| back.id()).is_some_and(|id| id.ends_with("0")) { "any-1" } else { "any-0" };
    let (requests, rows) = cost(&mut server, |_| assert!(ann.come_back(Some(elsewhere)).recovered()));
    assert_eq!((requests, rows), (13, 14));
}

#[test]
fn a_connection_costs_two_rows_and_its_end_one() {
    let mut server = TestServer::new(app);
    let connect = |server: &mut TestServer| _ = guest(server);
    assert_eq!(
        cost(&mut server, connect),
        (1, 4),
        "the first here: the Room of everyone counts the Gateway in"
    );
    assert_eq!(
        cost(&mut server, connect),
        (3, 4),
        "of the second Gateway, with the recall and the late answer"
    );
    let ann = guest(&mut server);
    assert_eq!(cost(&mut server, connect), (0, 2), "opened, in the namespace");
    assert_eq!(server.alarms().0, 3, "the Gateways' pings, the recall");
    for room in ["r", "s"] {
        ask(&ann, "join", room)(&mut server);
    }
    let (requests, rows) = cost(&mut server, |_| ann.hang_up());
    assert_eq!((requests, rows), (2 + 2, 1 + 2), "its handler tells everyone, on two Gateways");
}

#[test]
fn an_event_costs_nothing_but_what_it_changes() {
    let mut server = TestServer::new(app);
    let all: Vec<TestClient> = (0..3).map(|_| guest(&mut server)).collect();
    let ann = &all[0];
    let alarms = server.alarms();
    assert_eq!(cost(&mut server, ask(ann, "echo", "x")), (0, 0));
    assert_eq!(cost(&mut server, ask(ann, "note", "x")), (0, 1));
    let bytes = || Binary(vec![1, 2, 3].into());
    let attached = |_: &mut TestServer| ann.emit("echo", (bytes(), bytes()));
    assert_eq!(cost(&mut server, attached), (0, 3), "one for the packet, one for each attachment");
    ask(ann, "join", "r")(&mut server);
    ask(&all[2], "join", "s")(&mut server);
    assert_eq!(cost(&mut server, |_| ann.emit("union", (["r", "s"], 1))), (2, 0), "as to everyone");
    assert_eq!(server.alarms(), alarms, "nor does any of it wake anything later");
}

/// An hour is 144 intervals of 25 s.
#[test]
fn an_idle_gateway_costs_an_alarm_and_a_row_per_ping_interval_however_many_clients_it_has() {
    for (clients, sleeps) in [(1, false), (1, true), (100, false), (100, true)] {
        let mut server = TestServer::new(|| app().gateways_per_location(1));
        let clients: Vec<TestClient> = (0..clients).map(|_| guest(&mut server)).collect();
        let (set, fired) = server.alarms();
        let hour = cost(&mut server, |server| {
            for _ in 0..144 {
                server.advance(Duration::from_secs(25));
                if sleeps {
                    server.hibernate();
                }
            }
        });
        assert_eq!(hour, (0, 144), "the round");
        assert_eq!((server.alarms().0 - set, server.alarms().1 - fired), (144, 144));
        assert!(clients.iter().all(|client| !client.is_closed()));
    }
}

#[test]
fn whoever_comes_when_shares_the_round_of_pings() {
    for apart in [40, 5_000, 12_459, 12_460, 12_500, 12_540, 12_541, 20_000, 25_000] {
        let mut server = TestServer::new(|| app().gateways_per_location(1));
        _ = guest(&mut server);
        server.advance(Duration::from_millis(apart));
        _ = guest(&mut server);
        server.advance(Duration::from_secs(60));
        let (_, fired) = server.alarms();
        server.advance(Duration::from_secs(250));
        assert_eq!(server.alarms().1 - fired, 10, "{apart} ms apart");
    }
}

#[test]
fn what_sets_an_alarm_besides() {
    let mut server = TestServer::new(app);
    let all: Vec<TestClient> = (0..4).map(|_| guest(&mut server)).collect();
    let set = |server: &mut TestServer, act: &dyn Fn(&mut TestServer)| {
        let before = server.alarms().0;
        act(server);
        server.alarms().0 - before
    };
    ask(&all[0], "join", "r")(&mut server);
    assert_eq!(set(&mut server, &|server| ask(&all[1], "join", "r")(server)), 1, "the recall of a lease");
    server.advance(Duration::from_secs(60));
    let question = |server: &mut TestServer| ask(&all[0], "who", "r")(server);
    assert_eq!(set(&mut server, &question), 2, "the deadlines of its Gateway and of the Room");
    assert_eq!(cost(&mut server, question), (3, 0));
    let mut server = TestServer::new(history::app);
    let (ann, bob) = (server.connect("/", &()), server.connect("/", &()));
    for client in [&ann, &bob] {
        ask(client, "join", "r")(&mut server);
    }
    let publish = |_: &mut TestServer| assert!(ann.ask("publish", ("r", 1)).is_some());
    assert_eq!(set(&mut server, &publish), 1, "what is asked has 6 s");
    assert_eq!(set(&mut server, &publish), 0, "so has what is asked meanwhile");
    let sleep = |server: &mut TestServer| {
        server.hibernate();
        ask(&ann, "join", "s")(server);
    };
    assert_eq!(set(&mut server, &sleep), 1, "who is woken by anything else than its alarm sets it anew");
}
