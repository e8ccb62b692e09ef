use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Argument, Events, Signature};
use crate::{FromCall, Scope, prelude::*};

/// The functions of the client's events, one a line.
fn client(events: &Events) -> Vec<&str> {
    events.client.iter().map(|(_, function)| function.as_str()).collect()
}

fn server(events: &Events) -> Vec<&str> {
    events.server.iter().map(|(_, function)| function.as_str()).collect()
}

fn open() -> Events {
    Events::of(&Namespace::open())
}

#[test]
fn arguments_are_those_that_a_payload_has() {
    #[derive(Serialize, TS)]
    struct Newtype(String);
    #[derive(Serialize, TS)]
    struct Pair(Newtype, [u8; 2]);
    #[derive(Serialize, TS)]
    struct Unit;

    fn case<T: Serialize + TS + 'static>(value: &T, due: &[&str]) {
        let events = open().emits::<T>("x");
        assert_eq!(server(&events), [format!("({}) => void", due.join(", "))]);
        assert_eq!(Payload::from_args(value).unwrap().args().count(), due.len());
    }
    case(&(), &[]);
    case(&7_u64, &["data: number"]);
    case(&"a", &["data: string"]);
    case(&vec![1_u8], &["data: Array<number>"]);
    case(&Binary::default(), &["data: ArrayBuffer"]);
    case(&(1_u8,), &["data: number"]);
    case(&(1_u8, "a"), &["data1: number", "data2: string"]);
    case(&[true, false], &["data1: boolean", "data2: boolean"]);
    case(&((1_u8, 'b'), Some(2_i64)), &["data1: [number, string]", "data2: number | null"]);
    case(&Some((1_u8, 'b')), &["data: [number, string] | null"]);
    case(&(Newtype("a".into()), Pair(Newtype("b".into()), [1, 2])), &["data1: Newtype", "data2: Pair"]);
    case(&Newtype("a".into()), &["data: Newtype"]);
    case(&Pair(Newtype("b".into()), [1, 2]), &["data1: Newtype", "data2: [number, number]"]);
    case(&Unit, &["data: Unit"]);
}

#[test]
fn commas_inside_of_an_element_are_its_own() {
    #[derive(TS)]
    #[ts(type = "[\"a, ]\", Map<string, [number, '}']>, { b: 1, c: 2 }]")]
    #[allow(dead_code, reason = "its name alone matters")]
    struct Odd;
    let due = "(data1: \"a, ]\", data2: Map<string, [number, '}']>, data3: { b: 1, c: 2 }) => void";
    assert_eq!(server(&open().emits::<Odd>("x")), [due]);
}

#[test]
fn what_may_fail_is_answered_so() {
    let events = open()
        .on("nothing", async || {})
        .on("faults alone", async |_: Socket| Ok::<(), Fault>(()))
        .on("ack", async || Ack(()))
        .on("value", async |_: Io| Ack(7))
        .on("values", async || Ack((7, "a")))
        .on("result", async || Ok::<_, Fault>(Ack(())))
        .on("result of a value", async || Ok::<_, std::fmt::Error>(Ack(7)))
        .on("result of values", async || Ok::<_, Fault>(Ack((7, "a", true))))
        .on("arguments", async |_: Data<(String, bool)>| Ack(7))
        .on("no arguments", async |_: Data<()>| Ack(7))
        .on("perhaps", async |_: Option<Data<String>>| Ack(7))
        .on("or not", async |_: Result<Data<String>, Fault>| Ack(7));
    let due = [
        "() => void",
        "() => void",
        "(ack: () => void) => void",
        "(ack: (answer: number) => void) => void",
        "(ack: (answer1: number, answer2: string) => void) => void",
        "(ack: (answer: Failed | undefined) => void) => void",
        "(ack: (answer: number | Failed) => void) => void",
        "(ack: (answer1: number | Failed, answer2?: string, answer3?: boolean) => void) => void",
        "(data1: string, data2: boolean, ack: (answer: number | Failed) => void) => void",
        "(ack: (answer: number) => void) => void",
        "(data: string, ack: (answer: number) => void) => void",
        "(data: string, ack: (answer: number) => void) => void",
    ];
    assert_eq!(client(&events), due);

    async fn guard() -> Result<(), Fault> {
        Ok(())
    }
    let guarded = Events::of(&Namespace::open().guard(guard)).on("value", async || Ack(7));
    assert_eq!(client(&guarded), ["(ack: (answer: number | Failed) => void) => void"]);
}

#[test]
fn what_nobody_looked_into_is_unknown() {
    let events = open()
        .on("payload", async |_: Payload| {})
        .on("with ack", async |_: Payload| Ack(1))
        .on("beside", async |_: Payload, _: Data<u8>, _: Payload| {})
        .on("echo", async |all: Payload| Ok::<_, Fault>(Ack(all)))
        .on("raw", async |Data(raw): Data<Raw>| Ack(raw));
    let due = [
        "(...data: unknown[]) => void",
        "(...data: [...data: unknown[], ack: (answer: number) => void]) => void",
        "(data: number) => void",
        "(...data: [...data: unknown[], ack: (...answer: unknown[]) => void]) => void",
        "(data: unknown, ack: (answer: unknown | Failed) => void) => void",
    ];
    assert_eq!(client(&events), due);
}

#[test]
fn extractors_of_an_application_say_what_they_take() {
    struct Language;
    impl<S> FromCall<S> for Language {
        fn from_call(_: &std::rc::Rc<Scope>) -> Result<Self, Fault> {
            Ok(Self)
        }
    }
    impl Argument for Language {}

    struct Checked<T>(T);
    impl<T: TS + 'static> Argument for Checked<T> {
        fn declare(signature: &mut Signature<'_>) {
            signature.data::<T>();
        }
    }
    let events = open()
        .on("language", async |_: Language| Ack(1))
        .on("checked", async |Checked(text): Checked<String>| drop(text));
    assert_eq!(
        client(&events),
        ["(ack: (answer: number | Failed) => void) => void", "(data: string) => void"]
    );
}

#[test]
fn what_is_published_is_answered_by_its_receipt() {
    async fn say(io: Io) -> Asked<Receipt> {
        io.to("r").publish("said", &1)
    }
    let events = open().on("say", say);
    assert_eq!(client(&events), ["(ack: (answer: Receipt | Failed) => void) => void"]);
    let types: String = events.types.declarations().collect();
    assert!(types.contains("export type Receipt = {") && types.contains("seq: number"), "{types}");
}

#[derive(Serialize, Deserialize, TS)]
struct Leaf {
    size: u32,
}

/// Has trees in it.
#[derive(Serialize, Deserialize, TS)]
struct Tree<T> {
    leaf: Box<T>,
    branches: Vec<Tree<T>>,
}

#[test]
fn types_bring_what_they_are_made_of() {
    let types = |events: &Events| events.types.declarations().collect::<Vec<_>>().join("\n");
    let due = "export type Leaf = { size: number, };\n\
        /** Has trees in it. */\n\
        export type Tree<T> = { leaf: T, branches: Array<Tree<T>>, };";
    for events in [
        open().emits::<Tree<Leaf>>("x"),
        open().emits::<(u8, Vec<Option<Tree<Leaf>>>)>("x"),
        open().asks::<(), Tree<Leaf>>("x"),
        open().on("x", async |_: Data<std::collections::BTreeMap<String, Tree<Leaf>>>| {}),
        open().on("x", async || Ack([Leaf { size: 1 }, Leaf { size: 2 }])).emits::<Tree<Leaf>>("x"),
    ] {
        assert_eq!(types(&events), due);
    }
}

#[test]
fn clients_are_asked_and_refused() {
    async fn connect(_: Auth<Leaf>) -> Result<u8, Refused> {
        Ok(7)
    }
    let events = Events::of(&Namespace::new(connect)).connect(connect).refuses_with::<u16>();
    let events = events.asks::<(u8, u8), bool>("really, now?").to_string();
    assert!(
        events.contains("  \"really, now?\": (data1: number, data2: number, ack: (answer: boolean) => void)")
    );
    assert!(events.contains("export type Auth = Leaf;"));
    assert!(events.contains("export type Refusal = number;"));
}

#[test]
fn what_is_forgotten_or_unclear_is_said() {
    async fn nothing() {}
    let problem = |events: Events| events.problem().unwrap_or_default();
    let namespace = Namespace::open().on("a", nothing).on("b", nothing);
    let events = || Events::of(&namespace).on("a", nothing);
    assert!(problem(events()).contains("handles \"b\""));
    assert_eq!(problem(events().on("b", nothing)), "");
    assert!(problem(events().on("b", nothing).on("c", nothing)).starts_with("\"c\" is declared"));

    mod other {
        #[derive(ts_rs::TS)]
        pub(super) struct Leaf {
            #[allow(dead_code, reason = "its type alone matters")]
            age: u32,
        }
        #[derive(ts_rs::TS)]
        pub(super) struct ServerToClientEvents;
    }
    assert!(problem(open().emits::<Leaf>("x").emits::<other::Leaf>("y")).contains("called Leaf"));
    assert!(
        problem(open().emits::<other::ServerToClientEvents>("y")).contains("called ServerToClientEvents")
    );
    assert_eq!(problem(open().emits::<Leaf>("x").emits::<Leaf>("y")), "");
}

#[test]
fn a_file_is_compared_or_written() {
    let file = std::env::temp_dir().join(format!("parlor-events-{}.d.ts", std::process::id()));
    let (old, new) = (open().emits::<u8>("x"), open().emits::<bool>("x"));
    assert!(old.compare(&file, false).is_err(), "there is none");
    assert_eq!(old.compare(&file, true), Ok(()));
    assert_eq!(old.compare(&file, false), Ok(()));
    let words = new.compare(&file, false).unwrap_err();
    assert!(words.contains("from line 9:\n  is:    x: (data: number)"), "{words}");
    assert!(words.contains("UPDATE_TYPES=1 cargo test -p parlor"), "{words}");
    assert_eq!(old.compare(&file, false), Ok(()), "it was not touched");
    let elsewhere = std::fs::read_to_string(&file).unwrap().replace('\n', "\r\n");
    std::fs::write(&file, elsewhere).unwrap();
    assert_eq!(old.compare(&file, false), Ok(()), "line ends of Windows");
    std::fs::remove_file(&file).unwrap();
}
