//! JSON as `serde_json` reads and writes it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use socket_io::json::{from_slice, from_str, to_string};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Dot,
    Circle(f64),
    Line(i8, u64),
    Box { w: f32, h: Option<char> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(i64),
    Text(String),
    Many(Vec<Loose>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Here { at: u8 },
    Gone,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Nothing;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Meters(u16);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct More {
    #[serde(default)]
    extra: bool,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct All {
    text: String,
    number: Option<i32>,
    shapes: Vec<Shape>,
    by_number: BTreeMap<u32, bool>,
    by_truth: BTreeMap<bool, ()>,
    #[serde(alias = "alias")]
    loose: Loose,
    tagged: Tagged,
    pair: (Nothing, Meters),
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<i128>,
    more: More,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c]{0,3}", "\\PC{0,12}", any::<String>()]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Dot),
        any::<f64>().prop_map(Shape::Circle),
        any::<(i8, u64)>().prop_map(|(a, b)| Shape::Line(a, b)),
        any::<(f32, Option<char>)>().prop_map(|(w, h)| Shape::Box { w, h }),
    ]
}

fn all() -> impl Strategy<Value = All> {
    let maps = (any::<BTreeMap<u32, bool>>(), any::<BTreeMap<bool, ()>>());
    let loose = prop_oneof![
        any::<i64>().prop_map(Loose::Number),
        text().prop_map(Loose::Text),
        Just(Loose::Many(vec![Loose::Number(1), Loose::Many(vec![])])),
    ];
    let tagged = prop_oneof![Just(Tagged::Gone), any::<u8>().prop_map(|at| Tagged::Here { at })];
    let rest = prop::collection::btree_map("[d-f]{1,2}", value(), 0..3);
    let first = (text(), any::<Option<i32>>(), prop::collection::vec(shape(), 0..4), maps);
    (first, loose, tagged, any::<u16>(), any::<Option<i128>>(), rest).prop_map(
        |((text, number, shapes, (by_number, by_truth)), loose, tagged, meters, kind, rest)| All {
            text,
            number,
            shapes,
            by_number,
            by_truth,
            loose,
            tagged,
            pair: (Nothing, Meters(meters)),
            kind,
            more: More { extra: kind.is_some(), rest },
        },
    )
}

/// Both read the same of it, or neither reads it.
fn same<T: DeserializeOwned + PartialEq + std::fmt::Debug>(json: &str) {
    let (ours, theirs) = (from_str::<T>(json), serde_json::from_str::<T>(json));
    assert_eq!(ours.as_ref().ok(), theirs.as_ref().ok(), "{json}\n{ours:?}\n{theirs:?}");
    assert_eq!(from_slice::<T>(json.as_bytes()).ok(), theirs.ok());
}

fn same_of_all_types(json: &str) {
    same::<Value>(json);
    same::<All>(json);
    same::<Vec<Shape>>(json);
    same::<Loose>(json);
    same::<More>(json);
    same::<(Option<u8>, String)>(json);
    same::<BTreeMap<i8, f32>>(json);
    same::<BTreeMap<Option<String>, Cow<'static, str>>>(json);
    same::<f64>(json);
    same::<u128>(json);
    let (ours, theirs) = (from_str::<&RawValue>(json), serde_json::from_str::<&RawValue>(json));
    assert_eq!(ours.ok().map(RawValue::get), theirs.ok().map(RawValue::get), "{json}");
}

proptest! {
    #[test]
    fn values_are_written_and_read_as_by_serde_json(value in value(), all in all()) {
        prop_assert_eq!(to_string(&value).unwrap(), serde_json::to_string(&value).unwrap());
        same::<Value>(&to_string(&value).unwrap());
        same::<Value>(&serde_json::to_string_pretty(&value).unwrap());
        let json = to_string(&all).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&all).unwrap());
        same::<All>(&json);
        same_of_all_types(&serde_json::to_string_pretty(&all).unwrap());
    }

    #[test]
    fn what_is_nearly_json_is_taken_or_refused_as_by_serde_json(
        all in all(), at: prop::sample::Index, what in "[\\]\\[{}:,\"\\\\0-9eE.+ \n\ttruefalsn\u{1}u-]{0,3}", cut in 0..4_usize,
    ) {
        let mut json: Vec<char> = serde_json::to_string(&all).unwrap().chars().collect();
        let from = at.index(json.len());
        let to = (from + cut).min(json.len());
        json.splice(from..to, what.chars());
        same_of_all_types(&json.into_iter().collect::<String>());
    }

    #[test]
    fn scraps_are_taken_or_refused_as_by_serde_json(json in "([\\]\\[{}:,0-9eE.+ \n-]|\"[ab]?\"|\\\\|\"|true|null|fals){0,12}") {
        same_of_all_types(&json);
    }

    #[test]
    fn texts_are_taken_or_refused_as_by_serde_json(json in "\"([a-c\u{e9}\u{1f600}\u{0}\u{7f}]|\\\\[\"\\\\/bfnrtux]|\\\\u[0-9a-fA-F]{4}|\\\\u[dD][89a-fA-F][0-9]{2}){0,8}\"") {
        same_of_all_types(&json);
        same_of_all_types(&format!("{{{json}:{json}}}"));
    }
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    for depth in [126, 127, 128, 129, 10_000] {
        let json = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(from_str::<Value>(&json).is_ok(), depth < 128);
        assert!(from_str::<&RawValue>(&json).is_ok());
        assert!(from_str::<serde::de::IgnoredAny>(&json).is_ok());
    }
}

#[test]
fn keys_that_come_twice_and_keys_that_are_no_text_are_refused() {
    assert_eq!(from_str::<Meters>("7").unwrap(), Meters(7));
    assert_eq!(from_str::<Value>(r#"{"a":1,"a":2}"#).unwrap(), json!({ "a": 2 }));
    let twice = from_str::<Tagged>(r#"{"kind":"Here","at":1,"at":2}"#).unwrap_err();
    assert_eq!(twice.to_string(), "duplicate field `at`");
    let keys = BTreeMap::from([(Some(1_u8), 1), (None, 2)]);
    assert_eq!(to_string(&keys).unwrap_err().to_string(), "key must be a string");
    assert!(to_string(&BTreeMap::from([((1, 2), 3)])).is_err());
    assert_eq!(to_string(&BTreeMap::from([('a', f64::NAN)])).unwrap(), r#"{"a":null}"#);
}

#[test]
fn errors_say_what_was_expected() {
    fn error<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
        from_str::<T>(json).unwrap_err().to_string()
    }
    for (said, due) in [
        (error::<String>("1"), "invalid type: integer, expected a string"),
        (error::<String>("null"), "invalid type: null, expected a string"),
        (error::<u8>("-1"), "invalid value: integer, expected u8"),
        (error::<u8>("1.5"), "invalid type: floating point number, expected u8"),
        (error::<bool>("\"a\\n\""), "invalid type: string, expected a boolean"),
        (error::<More>("[]"), "invalid type: sequence, expected struct More"),
        (error::<Meters>("true"), "invalid type: boolean, expected u16"),
        (error::<Shape>("\"Ring\""), "unknown variant, expected one of Dot, Circle, Line, Box"),
        (error::<Shape>("\"Circle\""), "invalid type: unit variant, expected newtype variant"),
        (error::<Tagged>(r#"{"kind":"Here"}"#), "missing field `at`"),
        (error::<(u8, u8)>("[1]"), "invalid length 1, expected a tuple of size 2"),
        (error::<Value>("[1"), "the JSON ends too early"),
        (error::<Value>("[1,]"), "trailing comma"),
        (error::<Value>("1 2"), "trailing characters"),
    ] {
        assert_eq!(said, due);
    }
}
