//! Values ⇄ arguments.

use std::collections::BTreeMap;

use bytes::Bytes;
use codec::{Decode, Encode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use socket_io::{Binary, IntoPayload, Payload, Raw, Violation};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Said {
    text: String,
    at: Option<u64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Pair(u8, String);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapper((u8, u8));

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Nothing;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Dot,
    Circle(u8),
    Line(u8, u8),
    Box { w: u8 },
}

fn raw(json: &str) -> Payload {
    Payload::from_raw(json, vec![]).unwrap()
}

fn said() -> Said {
    Said { text: "hi".into(), at: None }
}

/// Writes a value, reads it back, and gives the JSON.
fn there_and_back<T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
    value: T,
) -> String {
    let payload = Payload::from_args(&value).unwrap();
    assert_eq!(payload.to::<T>().unwrap(), value);
    payload.json().to_owned()
}

#[test]
fn tuples_are_several_arguments() {
    assert_eq!(there_and_back(()), "");
    assert_eq!(there_and_back((1, "a".to_owned(), said())), r#"1,"a",{"text":"hi","at":null}"#);
    assert_eq!(there_and_back(((1, 2),)), "[1,2]");
    assert_eq!(there_and_back([1, 2, 3]), "1,2,3");
    assert_eq!(there_and_back(Pair(1, "]".into())), r#"1,"]""#);
    assert_eq!(there_and_back(((),)), "null");
    assert_eq!(there_and_back((None::<u8>, Some((1, 2)))), "null,[1,2]");
}

#[test]
fn anything_else_is_one_argument() {
    assert_eq!(there_and_back(said()), r#"{"text":"hi","at":null}"#);
    assert_eq!(there_and_back("☃\"".to_owned()), r#""☃\"""#);
    assert_eq!(there_and_back(vec![1, 2]), "[1,2]");
    assert_eq!(there_and_back(Vec::<u8>::new()), "[]");
    assert_eq!(there_and_back(None::<u8>), "null");
    assert_eq!(there_and_back(Some((1, 2))), "[1,2]");
    assert_eq!(there_and_back(Wrapper((1, 2))), "[1,2]");
    assert_eq!(there_and_back(Nothing), "null");
    assert_eq!(there_and_back(Shape::Dot), r#""Dot""#);
    assert_eq!(there_and_back(Shape::Circle(1)), r#"{"Circle":1}"#);
    assert_eq!(there_and_back(Shape::Line(1, 2)), r#"{"Line":[1,2]}"#);
    assert_eq!(there_and_back(Shape::Box { w: 1 }), r#"{"Box":{"w":1}}"#);
    assert_eq!(there_and_back(BTreeMap::from([("a".to_owned(), 1)])), r#"{"a":1}"#);
    assert_eq!(there_and_back(true), "true");
    assert_eq!(there_and_back('x'), r#""x""#);
    assert_eq!(there_and_back(-1.5), "-1.5");
    assert_eq!(there_and_back(u128::MAX), u128::MAX.to_string());
    assert_eq!(there_and_back(serde_json::json!({"a": [1]})), r#"{"a":[1]}"#);
    let unparsed = serde_json::from_str::<Box<RawValue>>(r#"{ "a" : 1 }"#).unwrap();
    let payload = Payload::from_args(&unparsed).unwrap();
    assert_eq!(payload.json(), unparsed.get());
    assert_eq!(payload.to::<Box<RawValue>>().unwrap().get(), unparsed.get());
}

#[test]
fn arguments_too_many_are_ignored() {
    assert_eq!(raw(r#""a", 1 ,{"b":2}"#).to::<String>().unwrap(), "a");
    assert_eq!(raw("12,13").to::<u8>().unwrap(), 12);
    assert_eq!(raw("12,13").to::<(u8,)>().unwrap(), (12,));
    raw("12,13").to::<()>().unwrap();
    assert_eq!(raw(r#""a",1,2"#).to::<(String, u8)>().unwrap(), ("a".into(), 1));
}

#[test]
fn missing_arguments_are_like_null() {
    assert_eq!(raw("").to::<Option<u8>>().unwrap(), None);
    assert_eq!(raw("null").to::<Option<u8>>().unwrap(), None);
    assert_eq!(raw("1").to::<(u8, Option<u8>)>().unwrap(), (1, None));
    assert_eq!(raw("").to::<serde_json::Value>().unwrap(), serde_json::Value::Null);
    for error in [raw("").to::<u8>().unwrap_err(), raw("1").to::<Pair>().unwrap_err()] {
        assert_eq!(error.to_string(), "an argument is missing");
    }
    let error = raw("true").to::<String>().unwrap_err().to_string();
    assert!(error.starts_with("invalid type: boolean, expected a string"), "{error}");
    assert!(raw(r#"1,"a""#).to::<(u8, u8)>().is_err());
}

#[test]
fn binary_values_become_attachments() {
    let one = Binary(Bytes::from_static(b"one"));
    let two = Binary(Bytes::from_static(b"two"));
    let value = ("x".to_owned(), one.clone(), BTreeMap::from([("k".to_owned(), vec![two.clone()])]));
    let payload = Payload::from_args(&value).unwrap();
    assert_eq!(payload.json(), r#""x",{"_placeholder":true,"num":0},{"k":[{"_placeholder":true,"num":1}]}"#);
    assert_eq!(payload.attachments(), [one.0.clone(), two.0.clone()]);
    assert_eq!(payload.to::<(String, Binary, BTreeMap<String, Vec<Binary>>)>().unwrap(), value);
    assert_eq!(Payload::from_args(&one).unwrap().to::<Binary>().unwrap(), one);

    // Not without its attachment, and not by a forged placeholder.
    assert!(raw(r#"{"_placeholder":true,"num":0}"#).to::<Binary>().is_err());
    assert!(raw("{}").to::<Binary>().is_err());
    let denied = Payload::from_raw(r#"{"_placeholder":false,"num":0}"#, vec![one.0.clone()]).unwrap();
    assert!(denied.to::<Binary>().is_err());
    let forged = serde_json::json!({"_placeholder": true, "num": 7});
    assert!(Payload::from_args(&(one.clone(), &forged)).is_err());
    assert!(Payload::from_args(&forged).is_ok(), "without attachments it is an object like any other");

    // Elsewhere it is bytes.
    let json = serde_json::to_string(&two).unwrap();
    assert_eq!(serde_json::from_str::<Binary>(&json).unwrap(), two);
}

#[test]
fn arguments_are_added_behind() {
    let mut payload = Payload::default();
    payload.push(&1).unwrap();
    payload.push(&(2, 3)).unwrap();
    payload.push(&Binary(Bytes::from_static(b"x"))).unwrap();
    payload.push(&Binary(Bytes::from_static(b"y"))).unwrap();
    payload.push("offset").unwrap();
    assert_eq!(
        payload.json(),
        r#"1,[2,3],{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},"offset""#
    );
    assert_eq!(payload.attachments(), [&b"x"[..], b"y"]);
    let before = payload.clone();
    assert!(payload.push(&serde_json::json!({"_placeholder": true, "num": 7})).is_err());
    assert!(payload.push(&BTreeMap::from([((1, 2), 3)])).is_err());
    assert_eq!(payload, before);
}

#[test]
fn raw_parts_are_checked() {
    let x = || vec![Bytes::from_static(b"x")];
    assert_eq!(raw(" 1 , [2] ").json(), "1 , [2]");
    assert!(raw("  ").is_empty());
    for json in ["1,", ",", "1 2", "1],[2", "]", "[", "nope", "\"a"] {
        assert_eq!(Payload::from_raw(json, vec![]), Err(Violation::InvalidPayload), "{json}");
    }
    let placeholder = r#"[{"_placeholder":true,"num":1}]"#;
    assert_eq!(Payload::from_raw(placeholder, x()), Err(Violation::PlaceholderOutOfRange));
    assert!(Payload::from_raw(placeholder, vec![]).is_ok());
    assert!(Payload::from_raw("1", x()).is_ok());
}

#[test]
fn raw_arguments_one_by_one() {
    let payload = raw(r#" 1 , "a,]" ,{"b":[1,2]},null ,-2.5e3 , [ ] "#);
    let args: Vec<&str> = payload.args().map(RawValue::get).collect();
    assert_eq!(args, ["1", r#""a,]""#, r#"{"b":[1,2]}"#, "null", "-2.5e3", "[ ]"]);
    assert_eq!(raw("").args().count(), 0);
}

#[test]
#[allow(clippy::needless_borrows_for_generic_args)] // by value or by reference: both are what is tested
fn anything_can_be_emitted() {
    fn emit(args: impl IntoPayload) -> Payload {
        args.into_payload().unwrap()
    }
    let payload = raw(r#""a",1"#);
    assert_eq!(emit(("a", 1)), payload);
    assert_eq!(emit(&("a", 1)), payload);
    assert_eq!(emit(&payload), payload);
    assert_eq!(emit(payload.clone()), payload);
    assert_eq!(emit("a"), raw(r#""a""#));
    assert_eq!(emit(&said()), raw(r#"{"text":"hi","at":null}"#));
    assert!(emit(()).is_empty());
}

#[test]
fn the_stored_form_is_faithful() {
    #[derive(Debug, PartialEq, Encode, Decode)]
    struct Job {
        args: Payload,
        more: Vec<Payload>,
    }
    let payload = Payload::from_args(&(1, Binary(Bytes::from_static(b"x")))).unwrap();
    let job = Job { args: payload.clone(), more: vec![payload, raw("")] };
    let stored = codec::to_vec(&job);
    assert_eq!(codec::from_bytes::<Job>(&stored).unwrap(), job);

    // A damaged store is found where the payload is used.
    let damaged: Payload = codec::from_bytes(b"\x041,}{\0").unwrap();
    assert_eq!(damaged.args().count(), 1);
    assert!(damaged.to::<(u8, u8)>().is_err());
}

#[test]
fn raw_arguments_are_sent_on_as_they_came() {
    let (one, two) = (Binary(Bytes::from_static(b"one")), Binary(Bytes::from_static(b"two")));
    let sent = Payload::from_args(&(1.5, &two, vec![("deep", &one)])).unwrap();
    let (number, second, third) = sent.to::<(Raw, Raw, Raw)>().unwrap();
    assert_eq!(number.json(), "1.5");
    // In another order, and behind an attachment that was not there before.
    let new = Binary(Bytes::from_static(b"new"));
    let sent_on = Payload::from_args(&(&new, third, second)).unwrap();
    assert_eq!(sent_on.attachments(), [&b"new"[..], b"one", b"two"]);
    let read = sent_on.to::<(Binary, Vec<(String, Binary)>, Binary)>().unwrap();
    assert_eq!(read, (new, vec![("deep".to_owned(), one)], two));
}

#[test]
fn a_raw_argument_without_binary_is_copied_to_the_letter() {
    let sent = Payload::from_raw(r#"{"b" : 1e400,"a":12345678901234567890123}"#, vec![]).unwrap();
    assert_eq!(Payload::from_args(&sent.to::<Raw>().unwrap()).unwrap().json(), sent.json());
    // What only looks like binary data, in a packet without any, is left alone.
    let forged = Payload::from_raw(r#"{"_placeholder":true,"num":7}"#, vec![]).unwrap();
    assert_eq!(Payload::from_args(&forged.to::<Raw>().unwrap()).unwrap(), forged);
}
