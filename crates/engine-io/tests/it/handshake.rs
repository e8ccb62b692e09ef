//! What a request is, without a session.

use engine_io::payload::Body;
use engine_io::{
    Action, Answer, Config, Dialect, Method, Open, Refusal, Request, Route, Session, Transport, Version,
    route,
};

use crate::rig::drain;

fn request(method: Method, query: &str, upgrade: bool) -> Request<'_> {
    Request { method, query, upgrade, origin: None }
}

fn get(query: &str) -> Result<Route, Refusal> {
    route(&request(Method::Get, query, false), &Config::default(), || Ok(()))
}

fn upgrade(query: &str) -> Result<Route, Refusal> {
    route(&request(Method::Get, query, true), &Config::default(), || Ok(()))
}

fn open(transport: Transport) -> Result<Route, Refusal> {
    Ok(Route::Open(transport, Dialect::default()))
}

fn session(sid: &str, transport: Transport) -> Result<Route, Refusal> {
    Ok(Route::Session { sid: sid.to_owned(), transport })
}

#[test]
fn openings() {
    assert_eq!(get("EIO=4&transport=polling"), open(Transport::Polling));
    assert_eq!(get("transport=polling&t=abc&EIO=4&x"), open(Transport::Polling));
    assert_eq!(get("EIO=4&transport=polling&sid="), open(Transport::Polling));
    assert_eq!(get("%45IO=%34&transport=pol%6Cing"), open(Transport::Polling));
    assert_eq!(upgrade("EIO=4&transport=websocket"), open(Transport::WebSocket));
}

#[test]
fn refusals_of_the_protocol_suites() {
    for query in ["", "EIO=4", "EIO=4&transport=abc", "EIO=4&transport=", "transport=abc&sid=x"] {
        assert_eq!(get(query), Err(Refusal::UnknownTransport), "{query}");
        assert_eq!(upgrade(query), Err(Refusal::UnknownTransport), "{query}");
    }
    for eio in ["", "&EIO=", "&EIO=3", "&EIO=abc", "&EIO=04", "&EIO=4%20"] {
        assert_eq!(get(&format!("transport=polling{eio}")), Err(Refusal::UnsupportedVersion), "{eio}");
        assert_eq!(upgrade(&format!("transport=websocket{eio}")), Err(Refusal::UnsupportedVersion), "{eio}");
    }
    for method in [Method::Post, Method::Options, Method::Other] {
        let request = request(method, "EIO=4&transport=polling", false);
        assert_eq!(route(&request, &Config::default(), || Ok(())), Err(Refusal::BadHandshakeMethod));
    }
    assert_eq!(get("EIO=4&transport=websocket"), Err(Refusal::BadRequest));
    assert_eq!(upgrade("EIO=4&transport=polling"), Err(Refusal::BadRequest));
}

#[test]
fn checks_come_in_nodes_order() {
    let config = Config::default();
    let post = |query| route(&request(Method::Post, query, false), &config, || Ok(()));
    assert_eq!(post("transport=abc&sid=x&EIO=3"), Err(Refusal::UnknownTransport));
    assert_eq!(post("transport=polling&sid=x&EIO=3"), session("x", Transport::Polling));
    assert_eq!(post("transport=websocket&EIO=3"), Err(Refusal::BadHandshakeMethod));
    assert_eq!(get("transport=websocket&EIO=3"), Err(Refusal::BadRequest));
}

#[test]
fn transports_can_be_switched_off() {
    let only_websocket = Config { polling: false, ..Config::default() };
    let only_polling = Config { websocket: false, ..Config::default() };
    let polling = request(Method::Get, "EIO=4&transport=polling", false);
    let websocket = request(Method::Get, "EIO=4&transport=websocket", true);
    assert_eq!(route(&polling, &only_websocket, || Ok(())), Err(Refusal::UnknownTransport));
    assert_eq!(route(&websocket, &only_websocket, || Ok(())), open(Transport::WebSocket));
    assert_eq!(route(&polling, &only_polling, || Ok(())), open(Transport::Polling));
    assert_eq!(route(&websocket, &only_polling, || Ok(())), Err(Refusal::UnknownTransport));
}

#[test]
fn a_sid_is_any_text() {
    assert_eq!(get("transport=polling&sid=a%2Fb%20c+d"), session("a/b c d", Transport::Polling));
    assert_eq!(get("transport=polling&sid=%"), session("%", Transport::Polling));
    assert_eq!(get("transport=polling&sid=%4"), session("%4", Transport::Polling));
    assert_eq!(get("transport=polling&sid=%zz%+5"), session("%zz% 5", Transport::Polling));
    assert_eq!(get("transport=polling&sid=%ff€"), session("\u{fffd}€", Transport::Polling));
    assert_eq!(get("transport=polling&sid=a&sid=b"), session("b", Transport::Polling));
    assert_eq!(upgrade("transport=websocket&sid=a"), session("a", Transport::WebSocket));
}

#[test]
fn what_a_request_wants_of_its_session() {
    let action =
        |method, upgrade, transport| request(method, "EIO=4", upgrade).action(transport, Version::V4);
    assert_eq!(action(Method::Get, false, Transport::Polling), Ok(Action::Poll));
    assert_eq!(action(Method::Post, false, Transport::Polling), Ok(Action::Post));
    assert_eq!(action(Method::Get, true, Transport::WebSocket), Ok(Action::Upgrade));
    assert_eq!(action(Method::Other, false, Transport::Polling), Err(Answer::Bare(500)));
    let bad = Err(Answer::Refused(Refusal::BadRequest));
    for (query, version) in [("EIO=3", Version::V4), ("", Version::V4), ("EIO=4", Version::V3)] {
        let other = request(Method::Other, query, false).action(Transport::Polling, version);
        assert_eq!(other, bad, "{query}");
    }
    assert_eq!(action(Method::Get, false, Transport::WebSocket), bad);
    assert_eq!(action(Method::Get, true, Transport::Polling), bad);
}

#[test]
fn refusals_on_the_wire() {
    let cases = [
        (Refusal::UnknownTransport, 400, r#"{"code":0,"message":"Transport unknown"}"#),
        (Refusal::UnknownSid, 400, r#"{"code":1,"message":"Session ID unknown"}"#),
        (Refusal::BadHandshakeMethod, 400, r#"{"code":2,"message":"Bad handshake method"}"#),
        (Refusal::BadRequest, 400, r#"{"code":3,"message":"Bad request"}"#),
        (Refusal::Forbidden("no \"x\"".to_owned()), 403, r#"{"code":4,"message":"no \"x\""}"#),
        (Refusal::UnsupportedVersion, 400, r#"{"code":5,"message":"Unsupported protocol version"}"#),
    ];
    for (refusal, status, body) in cases {
        assert_eq!((refusal.status(), refusal.upgrade_status()), (status, 400));
        assert_eq!(refusal.body(), body);
        let answer = Answer::Refused(refusal);
        assert_eq!((answer.status(), answer.content_type()), (status, Some("application/json")));
        assert_eq!(answer.into_body(), body.as_bytes());
    }
}

#[test]
fn answers_on_the_wire() {
    let wire = |answer: Answer| (answer.status(), answer.content_type(), answer.into_body());
    assert_eq!(wire(Answer::Ok), (200, Some("text/html"), b"ok".to_vec()));
    assert_eq!(wire(Answer::Bare(413)), (413, None, Vec::new()));
    let payload = Answer::Payload(Body::Text("2".to_owned()));
    assert_eq!(wire(payload), (200, Some("text/plain; charset=UTF-8"), b"2".to_vec()));
    let payload = Answer::Payload(Body::Binary(vec![1, 255]));
    assert_eq!(wire(payload), (200, Some("application/octet-stream"), vec![1, 255]));
}

#[test]
fn the_open_packet() {
    let config = Config::default();
    let with = |upgrades| {
        format!(
            r#"0{{"sid":"a\"b","upgrades":{upgrades},"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}}"#
        )
    };
    assert_eq!(Open::new("a\"b", Transport::Polling, &config).packet(), with(r#"["websocket"]"#));
    assert_eq!(Open::new("a\"b", Transport::WebSocket, &config).packet(), with("[]"));
    for config in
        [Config { allow_upgrades: false, ..config.clone() }, Config { websocket: false, ..config.clone() }]
    {
        assert_eq!(Open::new("a\"b", Transport::Polling, &config).packet(), with("[]"));
    }

    let mut polling = Session::open_polling(&config, Dialect::default(), "a\"b", 5, 9);
    assert_eq!(drain(&mut polling), [crate::rig::paid(5, &with(r#"["websocket"]"#))]);
    assert_eq!((polling.sid(), polling.opened_at()), ("a\"b", 9));
    assert_eq!((polling.transport(), polling.conn()), (Some(Transport::Polling), None));
    let mut websocket = Session::open_websocket(&config, Dialect::default(), "a\"b", 5, 9);
    assert_eq!(drain(&mut websocket), [crate::rig::sent(5, &with("[]"))]);
    assert_eq!((websocket.transport(), websocket.conn()), (Some(Transport::WebSocket), Some(5)));
}

#[test]
fn version_3_is_for_those_who_allow_it() {
    let config = Config { allow_eio3: true, ..Config::default() };
    let get = |query| route(&request(Method::Get, query, false), &config, || Ok(()));
    let v3 = Dialect { version: Version::V3, ..Dialect::default() };
    for query in ["EIO=3&transport=polling", "transport=polling", "EIO=2&transport=polling"] {
        assert_eq!(get(query), Ok(Route::Open(Transport::Polling, v3.clone())), "{query}");
    }
    assert_eq!(get("EIO=4&transport=polling"), open(Transport::Polling));
    let dialect = Dialect { base64: true, jsonp: Some("12".to_owned()), ..v3 };
    let query = "EIO=3&transport=polling&b64=1&j=%281alert2%29";
    assert_eq!(get(query), Ok(Route::Open(Transport::Polling, dialect)));
}

#[test]
fn the_application_has_its_say_when_a_session_opens() {
    let denied = |query, method| {
        route(&request(method, query, false), &Config::default(), || Err("not you".to_owned()))
    };
    let forbidden = Err(Refusal::Forbidden("not you".to_owned()));
    assert_eq!(denied("EIO=4&transport=polling", Method::Get), forbidden);
    assert_eq!(denied("EIO=3&transport=polling", Method::Get), forbidden);
    assert_eq!(denied("EIO=4&transport=polling", Method::Post), Err(Refusal::BadHandshakeMethod));
    assert_eq!(denied("transport=polling&sid=x", Method::Get), session("x", Transport::Polling));
}

#[test]
fn an_origin_has_only_the_characters_of_a_header() {
    let with = |origin| {
        let query = "EIO=4&transport=polling";
        let request = Request { method: Method::Get, query, upgrade: false, origin: Some(origin) };
        route(&request, &Config::default(), || Ok(()))
    };
    assert_eq!(with("https://a.example"), open(Transport::Polling));
    assert_eq!(with("null"), open(Transport::Polling));
    for origin in ["a\u{7f}", "\u{0}", "€"] {
        assert_eq!(with(origin), Err(Refusal::BadRequest));
    }
}
