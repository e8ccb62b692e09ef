//! What holds for any input.

use engine_io::payload;
use engine_io::{Config, Dialect, Frame, Message, Method, Packet, Request, Version, decode_text, route};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::script::{Step, Turn, play};

fn packet() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "4[a-z€]{0,8}",
        4 => Just("3".to_owned()),
        4 => Just("2probe".to_owned()),
        4 => Just("5".to_owned()),
        1 => "[0-7b]",
        1 => "\\PC{0,4}",
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Get),
        1 => Just(Step::AbortGet),
        4 => Just(Step::StartPost),
        4 => vec(packet(), 1..4).prop_map(|packets| Step::Post(packets.join("\x1e"))),
        1 => Just(Step::PostTooLarge),
        1 => Just(Step::StartBinaryPost),
        1 => Just(Step::AbortPost),
        3 => Just(Step::OpenSocket),
        6 => (any::<bool>(), packet()).prop_map(|(newest, text)| Step::Text { newest, text }),
        1 => (any::<bool>(), 0..120_usize).prop_map(|(newest, len)| Step::Binary { newest, len }),
        1 => any::<bool>().prop_map(|newest| Step::CloseSocket { newest }),
        6 => Just(Step::Send),
        2 => Just(Step::SendVolatile),
        1 => Just(Step::Close),
        4 => (0..40_000_u64).prop_map(Step::Wait),
        2 => (0..40_000_u64).prop_map(Step::Heard),
        1 => Just(Step::ForgetRequests),
    ]
}

fn turn() -> impl Strategy<Value = Turn> {
    let sends = || prop_oneof![3 => Just(0_usize), 1 => 1..3_usize];
    (sends(), step(), sends()).prop_map(|(before, step, after)| Turn { before, step, after })
}

fn frames_of(messages: &[Message]) -> Vec<Frame> {
    let frame = |message: &Message| match message {
        Message::Text(text) => Frame::text_message(text),
        Message::Binary(data) => Frame::Binary(data.clone()),
    };
    messages.iter().map(frame).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn payloads_come_back(packets in vec(prop_oneof![
        "[^\\x1e]{0,20}".prop_map(Message::Text),
        vec(any::<u8>(), 0..20).prop_map(|data| Message::Binary(data.into())),
    ], 1..8)) {
        let frames = frames_of(&packets);
        let back = payload::decode(&payload::encode(&frames)).unwrap();
        prop_assert_eq!(back, packets.into_iter().map(Packet::Message).collect::<Vec<_>>());
    }

    #[test]
    fn payloads_of_version_3_come_back(packets in vec(prop_oneof![
        ".{0,20}".prop_map(Message::Text),
        vec(any::<u8>(), 0..20).prop_map(|data| Message::Binary(data.into())),
    ], 1..8)) {
        let frames = frames_of(&packets);
        let sent: Vec<_> = packets.into_iter().map(|message| Ok(Packet::Message(message))).collect();
        prop_assert_eq!(payload::v3::packets(&payload::v3::encode(&frames)), sent.clone());
        if let Some(body) = payload::v3::encode_binary(&frames) {
            prop_assert_eq!(payload::v3::packets_binary(&body), sent);
        }
    }

    #[test]
    fn decoding_never_panics(
        body in vec(any::<u8>(), 0..60), text in "\\PC{0,30}", lengths in "[0-9]{0,2}:?[0-6b€😀]{0,9}[0-9]?:?4?",
        bytes in vec(prop_oneof![any::<u8>(), 0..3_u8, Just(255_u8)], 0..12)
    ) {
        let _ = (payload::v3::packets(&text), payload::v3::packets(&lengths));
        let _ = (payload::v3::packets_binary(&body), payload::v3::packets_binary(&bytes));
        let body = String::from_utf8_lossy(&body);
        let _ = (payload::decode(&body), decode_text(&body), decode_text(&text), payload::decode(&text));
    }

    #[test]
    fn any_request_has_a_route(query in "([a-zA-Z%0-9+€]{0,9}|transport|sid|EIO|[=&%]|polling|4){0,12}", upgrade: bool) {
        let _ = route(&Request { method: Method::Get, query: &query, upgrade, origin: None }, &Config::default(), || Ok(()));
    }

    #[test]
    fn a_sid_comes_through_its_escape(sid in "\\PC{1,12}") {
        let escaped: String = sid.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = format!("transport=polling&sid={escaped}");
        let request = Request { method: Method::Get, query: &query, upgrade: false, origin: None };
        let route = route(&request, &Config::default(), || Ok(()));
        prop_assert_eq!(route, Ok(engine_io::Route::Session { sid, transport: engine_io::Transport::Polling }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_script_keeps_the_rules(
        polling: bool, sleeps: bool, old: bool, base64: bool, script in vec(turn(), 0..40)
    ) {
        let config = Config { max_payload: 100, ..Config::default() };
        let config = if sleeps { config } else { Config { ping_interval: 9_000, ping_timeout: 6_000, ..config } };
        let version = if old { Version::V3 } else { Version::V4 };
        play(polling, &config, Dialect { version, base64, jsonp: None }, script);
    }
}
