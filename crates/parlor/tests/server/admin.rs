//! What the official Admin UI is shown, on two Gateways, and what it may do.
#![allow(clippy::unwrap_used, reason = "in tests a panic is a failure")]

use std::time::Duration;

use parlor::{App, Binary, Instrument, Memory, Mode, TestClient, TestServer};
use serde_json::{Value, json};

use crate::app::{app, guest, in_every_memory_of};

const PASSWORD: &str = "a password for tests";

fn instrumented() -> App {
    app().instrument(Instrument::new().auth("admin", PASSWORD))
}

fn read_only() -> App {
    app().instrument(Instrument::new().without_auth().read_only(true).namespace_name("look").server_id("lab"))
}

fn production() -> App {
    app().instrument(Instrument::new().mode(Mode::Production)).var("ADMIN_PASSWORD", PASSWORD)
}

fn credentials() -> Value {
    json!({ "username": "admin", "password": PASSWORD })
}

fn admin(server: &mut TestServer) -> TestClient {
    let admin = server.connect("/admin", &credentials());
    assert_eq!(admin.refusal(), None);
    admin
}

/// What it was shown by these events, but for what was counted, without the time at the end.
fn shown(admin: &TestClient) -> Vec<(String, Value)> {
    let events = admin.events().into_iter().filter(|(name, _)| name != "server_stats");
    events
        .map(|(name, mut args)| {
            let is_time = |last: &Value| last.as_str().is_some_and(|text| text.starts_with("2027-01-15T"));
            let args_list = args.as_array_mut().unwrap();
            if args_list.last().is_some_and(is_time) {
                args_list.pop();
            }
            (name, args)
        })
        .collect()
}

fn stats(admin: &TestClient) -> Vec<Value> {
    admin
        .events()
        .into_iter()
        .filter(|(name, _)| name == "server_stats")
        .map(|(_, args)| args[0].clone())
        .collect()
}

/// How many in all of a kind.
fn counted(stats: &[Value], kind: &str) -> u64 {
    let happened = stats.iter().flat_map(|one| one["aggregatedEvents"].as_array().unwrap());
    happened.filter(|one| one["type"] == kind).map(|one| one["count"].as_u64().unwrap()).sum()
}

fn ids(sockets: &Value) -> Vec<(&str, &str)> {
    let sockets = sockets.as_array().unwrap().iter();
    let mut ids: Vec<_> =
        sockets.map(|one| (one["nsp"].as_str().unwrap(), one["id"].as_str().unwrap())).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn whoever_has_no_password_or_session_is_refused_in_the_words_of_node() {
    in_every_memory_of(instrumented, |server| {
        for auth in [
            json!({}),
            json!({ "username": "admin", "password": "wrong" }),
            json!({ "username": "eve", "password": PASSWORD }),
            json!({ "sessionId": "1.x" }),
            json!({ "username": ["admin"], "password": PASSWORD }),
        ] {
            let refused = server.connect("/admin", &auth);
            assert_eq!(refused.refusal(), Some(json!({ "message": "invalid credentials" })), "{auth}");
        }
        let first = admin(server);
        let told = shown(&first);
        assert_eq!(told[0].0, "session");
        let session = json!({ "sessionId": told[0].1[0] });
        let second = server.connect("/admin", &session);
        let told = shown(&second);
        assert!(told.iter().any(|(name, _)| name == "config"), "{told:?}");
        assert!(told.iter().all(|(name, _)| name != "session"), "{told:?}");
        first.hang_up();
        second.hang_up();
        server.advance(Duration::from_secs(24 * 3600));
        assert!(server.connect("/admin", &session).refusal().is_some(), "a session ends");
    });
}

#[test]
fn an_admin_is_shown_all_sockets_of_all_gateways() {
    in_every_memory_of(instrumented, |server| {
        let (ann, bob) = (guest(server), guest(server));
        ann.ask("join", "tea");
        ann.ask("note", "milk");
        let team = ann.also("/org-7/blue", &());
        let admin = admin(server);
        let told = shown(&admin);
        let all = &told.iter().find(|(name, _)| name == "all_sockets").unwrap().1[0];
        let (own, ann_id) = (admin.id(), ann.id());
        let mut expected = [("/", &ann_id), ("/", &bob.id()), ("/admin", &own), ("/org-7/blue", &team.id())]
            .map(|(n, i)| (n, i.clone()));
        expected.sort_unstable();
        let expected: Vec<_> = expected.iter().map(|(nsp, id)| (*nsp, id.as_str())).collect();
        assert_eq!(ids(all), expected);
        let one = all.as_array().unwrap().iter().find(|one| one["id"] == ann_id.as_str()).unwrap();
        assert_eq!(one["rooms"], sorted(&[json!(ann_id), json!("tea")]));
        assert_eq!((&one["data"], &one["transport"]), (&json!({ "list": ["milk"] }), &json!("websocket")));
        assert_eq!(one["clientId"].as_str().map(str::len), Some(12));
        assert_eq!(one["handshake"]["issued"], 1_800_000_000_000_u64);
        assert_eq!(one["handshake"]["time"], "2027-01-15T08:00:00.000Z");
    });
}

fn sorted(rooms: &[Value]) -> Value {
    let mut rooms = rooms.to_vec();
    rooms.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    rooms.into()
}

#[test]
fn what_happens_on_any_gateway_is_shown_in_the_order_of_node() {
    for memory in [Memory::Kept, Memory::Snapshots] {
        let server = &mut TestServer::with_memory(instrumented, memory);
        let bob = guest(server);
        let admin = admin(server);
        shown(&admin);
        for here in [false, true] {
            let ann = guest(server); // on one Gateway, then on the other
            let id = ann.id();
            let mut came = shown(&admin);
            let connected = came.iter().position(|(name, _)| name == "socket_connected").unwrap();
            assert_eq!(came.remove(connected).1[0]["id"], id.as_str());
            let greeting = json!(["/", id, ["auth", {}]]);
            let joined = json!(["/", id, id]);
            assert_eq!(came, [("room_joined".to_owned(), joined), ("event_sent".to_owned(), greeting)]);

            ann.ask("echo", (1, Binary(vec![7].into())));
            let bytes = json!({ "_placeholder": true, "num": 0 });
            assert_eq!(shown(&admin), [("event_received".to_owned(), json!(["/", id, ["echo", 1, bytes]]))]);

            ann.ask("join", "tea");
            ann.ask("join", "tea");
            let asked = ("event_received".to_owned(), json!(["/", id, ["join", "tea"]]));
            assert_eq!(
                shown(&admin),
                [asked.clone(), ("room_joined".to_owned(), json!(["/", "tea", id])), asked]
            );

            ann.ask("note", "milk");
            let data = json!([{ "id": id, "nsp": "/", "data": { "list": ["milk"] } }]);
            assert_eq!(shown(&admin)[1], ("socket_updated".to_owned(), data));

            bob.emit("all", ("tea", 2));
            let sent = ("event_sent".to_owned(), json!(["/", id, ["msg", 2]]));
            assert!(shown(&admin).contains(&sent), "{here}");

            ann.emit("leave-me", false);
            let gone = shown(&admin);
            let expected = [
                ("event_received".to_owned(), json!(["/", id, ["leave-me", false]])),
                ("socket_disconnected".to_owned(), json!(["/", id, "server namespace disconnect"])),
                ("room_left".to_owned(), json!(["/", id, id])),
                ("room_left".to_owned(), json!(["/", "tea", id])),
            ];
            assert_eq!(gone[..4], expected);
            bob.events();
        }
    }
}

#[test]
fn a_gateway_that_begins_while_an_admin_looks_shows_who_is_there() {
    in_every_memory_of(
        || instrumented().gateways_per_location(4),
        |server| {
            let admin = admin(server);
            shown(&admin);
            let all: Vec<TestClient> = (0..3).map(|_| guest(server)).collect();
            server.advance(Duration::from_secs(3));
            let told = shown(&admin);
            for client in all {
                let is_shown = |(name, args): &(String, Value)| {
                    name == "socket_connected" && args[0]["id"] == client.id().as_str()
                };
                assert!(told.iter().any(is_shown), "{} {told:?}", client.id());
            }
        },
    );
}

#[test]
fn an_admin_has_sockets_join_leave_and_go_and_emits() {
    in_every_memory_of(instrumented, |server| {
        let (ann, bob) = (guest(server), guest(server));
        let admin = admin(server);
        admin.emit("join", ("/", "tea", ann.id()));
        admin.emit("join", ("/", "all"));
        assert_eq!((server.members("/", "tea"), server.members("/", "all")), (1, 2));
        admin.emit("leave", ("/", "all", "tea"));
        assert_eq!(server.members("/", "all"), 1);
        admin.emit("emit", ("/", "tea", "hello", 1, Binary(vec![7].into())));
        let bytes = json!({ "_placeholder": true, "num": 0 });
        assert_eq!(ann.events(), [("hello".to_owned(), json!([1, bytes]))]);
        assert_eq!(bob.events(), []);
        // What makes no sense does nothing, and nothing is told of it, as on Node.
        for (event, args) in [
            ("join", json!(["/nowhere", "tea"])),
            ("join", json!(["/", "x".repeat(513)])),
            ("join", json!([])),
            ("join", json!(["/", "odd", ["all"]])),
            ("_disconnect", json!(["/", true, 7])),
            ("emit", json!(["/", "", "connect", 1])),
            ("no such command", json!([])),
        ] {
            let args: Vec<String> = args.as_array().unwrap().iter().map(Value::to_string).collect();
            admin.raw(&format!(
                "42/admin,[{}]",
                [json!(event).to_string()].into_iter().chain(args).collect::<Vec<_>>().join(",")
            ));
        }
        assert!(shown(&admin).iter().all(|(name, _)| name != "connect"));
        assert_eq!((server.members("/", "odd"), ann.is_closed()), (0, false));
        admin.emit("_disconnect", ("/", false, bob.id()));
        assert_eq!(bob.next(), Some(parlor::Incoming::Disconnected));
        assert!(!bob.is_closed());
        admin.emit("_disconnect", ("/", true, ann.id()));
        assert!(ann.is_closed());
        assert_eq!(server.log(), [""; 0]);
    });
}

#[test]
fn one_who_may_only_look_changes_nothing() {
    in_every_memory_of(read_only, |server| {
        let ann = guest(server);
        let admin = server.connect("/look", &());
        let told = shown(&admin);
        let config = json!([{ "supportedFeatures": ["AGGREGATED_EVENTS", "ALL_EVENTS"] }]);
        assert!(told.contains(&("config".to_owned(), config)), "{told:?}");
        admin.emit("join", ("/", "tea", ann.id()));
        admin.emit("emit", ("/", "", "hello"));
        admin.emit("_disconnect", ("/", true, ann.id()));
        assert_eq!((server.members("/", "tea"), ann.events(), ann.is_closed()), (0, vec![], false));
        server.advance(Duration::from_secs(2));
        let mut servers: Vec<Value> = stats(&admin).iter().map(|one| one["serverId"].clone()).collect();
        servers.dedup();
        servers.sort_by_key(Value::to_string);
        servers.dedup();
        assert_eq!(servers, ["lab#any-0", "lab#any-1"]);
    });
}

#[test]
fn in_production_there_are_numbers_and_nothing_else() {
    let server = &mut TestServer::new(production);
    let (ann, bob) = (guest(server), guest(server));
    let admin = admin(server);
    let told = admin.events();
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["session", "config", "server_stats", "server_stats"]);
    assert_eq!(told[1].1[0]["supportedFeatures"].as_array().unwrap().last().unwrap(), "AGGREGATED_EVENTS");
    ann.ask("join", "tea");
    bob.ask("join", "tea");
    ann.emit("all", ("tea", 1));
    let carl = guest(server);
    carl.hang_up();
    assert_eq!(admin.events(), [], "before it is time");
    server.advance(Duration::from_millis(2_000));
    let told = stats(&admin);
    assert_eq!(told.len(), 2);
    let sockets = |name: &str| {
        let all = told.iter().flat_map(|one| one["namespaces"].as_array().unwrap());
        all.filter(|one| one["name"] == name).map(|one| one["socketsCount"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((sockets("/"), sockets("/admin"), sockets("/other")), (2, 1, 0));
    let clients: u64 = told.iter().map(|one| one["clientsCount"].as_u64().unwrap()).sum();
    assert_eq!(clients, 3);
    assert_eq!((counted(&told, "rawConnection"), counted(&told, "rawDisconnection")), (1, 1));
    assert_eq!(counted(&told, "packetsIn"), 4, "two joins, one to all, one CONNECT");
    let join = r#"20["join","tea"]"#.len() * 2 + r#"2["all","tea",1]"#.len() + "0{}".len();
    assert_eq!(counted(&told, "bytesIn"), join as u64);
    assert!(counted(&told, "packetsOut") >= 6);
    server.advance(Duration::from_millis(2_000));
    assert_eq!(counted(&stats(&admin), "packetsIn"), 0, "it was told");
}

#[test]
fn without_an_admin_it_costs_a_request_for_the_first_connection_of_a_gateway_and_the_last() {
    let cost = |app: fn() -> App| {
        let mut server = TestServer::new(app);
        let mut costs = Vec::new();
        let mut before = (0, 0);
        let mut note = |server: &TestServer| {
            let now = (server.requests(), server.writes());
            costs.push((now.0 - before.0, now.1 - before.1));
            before = now;
        };
        let ann = guest(&mut server);
        note(&server);
        let others: Vec<TestClient> = (0..3).map(|_| guest(&mut server)).collect();
        note(&server);
        ann.ask("join", "tea");
        for n in 0..100 {
            ann.emit("all", ("tea", n));
        }
        note(&server);
        server.advance(Duration::from_secs(100));
        note(&server);
        ann.hang_up();
        others.iter().for_each(TestClient::hang_up);
        note(&server);
        costs
    };
    let (plain, paid) = (cost(app), cost(instrumented));
    let more: Vec<_> =
        plain.iter().zip(&paid).map(|(a, b)| (b.0 as i64 - a.0 as i64, b.1 as i64 - a.1 as i64)).collect();
    assert_eq!(more, [(1, 1), (3, 1), (0, 0), (0, 0), (2, 2)], "{plain:?} {paid:?}");
}

#[test]
fn when_the_admin_has_gone_everything_is_as_before() {
    let server = &mut TestServer::new(instrumented);
    let (ann, bob) = (guest(server), guest(server));
    let admin = admin(server);
    server.advance(Duration::from_secs(60));
    assert!(stats(&admin).len() >= 50);
    admin.hang_up();
    server.advance(Duration::from_secs(60)); // two heartbeats, in which what was shown came to nobody
    let before = (server.requests(), server.writes());
    ann.emit("echo", 1);
    bob.emit("echo", 1);
    assert_eq!((server.requests(), server.writes()), before);
    let alarms = server.alarms();
    server.advance(Duration::from_secs(100));
    let more = (server.alarms().0 - alarms.0, server.alarms().1 - alarms.1);
    assert!(more.0 <= 8 && more.1 <= 8, "heartbeats alone: {more:?}");
}

#[test]
fn without_a_password_nobody_is_an_admin_and_a_wrong_setting_is_said() {
    let plain = || app().instrument(Instrument::new());
    let mut server = TestServer::new(plain);
    assert_eq!(
        server.connect("/admin", &credentials()).refusal(),
        Some(json!({ "message": "Invalid namespace" }))
    );
    assert_eq!(plain().problems(), [""; 0]);
    for (name, value) in [("ADMIN_PASSWORD", "short"), ("ADMIN_MODE", "prod"), ("ADMIN_READONLY", "yes")] {
        let problems = plain().var(name, value).problems();
        assert!(matches!(problems.as_slice(), [one] if one.starts_with(name)), "{problems:?}");
    }
    let mut server = TestServer::new(move || {
        let open = Instrument::new().without_auth();
        app().instrument(open).var("ADMIN_MODE", "production").var("ADMIN_READONLY", "true")
    });
    let told = server.connect("/admin", &()).events();
    assert_eq!(told[0], ("config".to_owned(), json!([{ "supportedFeatures": ["AGGREGATED_EVENTS"] }])));
}

#[test]
fn nobody_is_an_admin_by_being_in_a_namespace_of_that_name() {
    let clash = || instrumented().namespace("/admin", parlor::Namespace::open());
    assert!(clash().problems()[0].contains("/admin"), "{:?}", clash().problems());
    let mut server = TestServer::new(clash);
    let ann = guest(&mut server);
    let eve = server.connect("/admin", &());
    assert_eq!(eve.events(), []);
    eve.emit("_disconnect", ("/", true));
    server.advance(Duration::from_secs(5));
    assert_eq!((ann.is_closed(), eve.events()), (false, vec![]));
}

#[test]
fn an_admin_who_looks_costs_what_the_guide_says() {
    for (gateways, most) in [(1, 4), (2, 6), (4, 10)] {
        let server = &mut TestServer::new(move || production().gateways_per_location(gateways));
        let all: Vec<TestClient> = (0..2 * gateways).map(|_| guest(server)).collect();
        let admin = admin(server);
        server.advance(Duration::from_secs(3));
        let before = (server.requests(), server.alarms().0);
        server.advance(Duration::from_secs(20));
        let ticks = 10;
        let (requests, alarms) = (server.requests() - before.0, server.alarms().0 - before.1);
        println!("{gateways} Gateways: {requests} requests and {alarms} alarms for {ticks} times");
        assert!(requests <= ticks * most, "{gateways} Gateways: {requests} requests");
        assert!(gateways > 1 || requests <= 2, "{requests} requests with nobody else to ask");
        assert_eq!((stats(&admin).len(), all.len()), (12 * gateways as usize, 2 * gateways as usize));
    }
}
