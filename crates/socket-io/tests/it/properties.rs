//! What holds for anything.

use std::collections::BTreeSet;

use bytes::Bytes;
use engine_io::Message;
use proptest::prelude::*;
use serde_json::{Value, json};
use socket_io::{Connection, Decoder, Incoming, Options, Packet, Parser, Payload, Rooms, Target};

use crate::rig::{Rig, delivered, twice};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z\"_]{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

prop_compose! {
    fn any_payload()(
        mut args in prop::collection::vec(any_json(), 0..4),
        attachments in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 0..=10),
    ) -> Payload {
        for num in 0..attachments.len() {
            args.push(json!([{"_placeholder": true, "num": num}]));
        }
        let mut payload = Payload::default();
        for argument in &args {
            payload.push(argument).unwrap();
        }
        Payload::from_raw(payload.json(), attachments.into_iter().map(Bytes::from).collect()).unwrap()
    }
}

fn any_packet() -> impl Strategy<Value = Packet> {
    let nsp = || prop_oneof![Just("/".to_owned()), "/[^,]{0,8}"];
    let name = any::<String>().prop_filter("reserved", |name| {
        !["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"]
            .contains(&name.as_str())
    });
    let object = || any::<String>().prop_map(|text| json!({ "message": text }).to_string());
    prop_oneof![
        (nsp(), prop::option::of(object())).prop_map(|(nsp, data)| Packet::Connect { nsp, data }),
        nsp().prop_map(|nsp| Packet::Disconnect { nsp }),
        (nsp(), any::<Option<u64>>(), name, any_payload()).prop_map(|(nsp, id, name, args)| Packet::Event {
            nsp,
            id,
            name,
            args
        }),
        (nsp(), any::<u64>(), any_payload()).prop_map(|(nsp, id, args)| Packet::Ack { nsp, id, args }),
        (nsp(), object()).prop_map(|(nsp, data)| Packet::ConnectError { nsp, data }),
    ]
}

/// Messages from a stranger, many of them nearly right.
fn any_message() -> impl Strategy<Value = Message> {
    let nearly = (
        "[0-9]?",
        "([0-9]{0,2}-)?",
        "(/[a-c?]{0,3},?)?",
        "[0-9]{0,2}",
        prop_oneof![
            Just(String::new()),
            any_json().prop_map(|json| json.to_string()),
            prop::collection::vec(any_json(), 0..3).prop_map(|json| Value::from(json).to_string()),
            Just(r#"["a",{"_placeholder":true,"num":0}]"#.to_owned()),
            "[\\[\\]{}\",:0-9a-z ]{0,12}",
        ],
    );
    prop_oneof![
        4 => nearly.prop_map(|(kind, count, nsp, id, json)| Message::Text([kind, count, nsp, id, json].concat())),
        1 => any::<String>().prop_map(Message::Text),
        2 => prop::collection::vec(any::<u8>(), 0..4).prop_map(|bytes| Message::Binary(bytes.into())),
    ]
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(packets in prop::collection::vec(any_packet(), 0..4)) {
        twice(|mode| {
            let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
            for packet in &packets {
                let frames = Parser::Json.encode(packet).unwrap();
                let mut decoded = None;
                for (index, frame) in frames.iter().enumerate() {
                    decoded = decoder.decode(delivered(frame)).unwrap();
                    assert_eq!(decoded.is_some(), index + 1 == frames.len());
                }
                assert_eq!(decoded.as_ref(), Some(packet));
            }
        });
    }

    /// Whatever comes, the decoder says something, and what it passes can be encoded and decoded again. It
    /// says the same whether it slept or not.
    #[test]
    fn strangers_are_answered(messages in prop::collection::vec(any_message(), 0..12)) {
        let run = |mode| {
            let mut decoder = Rig::new(mode, Decoder::new(Parser::Json));
            let mut results = Vec::new();
            for message in &messages {
                let result = decoder.decode(message.clone());
                if let Ok(Some(packet)) = &result {
                    let mut again = Decoder::new(Parser::Json);
                    let frames = Parser::Json.encode(packet).unwrap();
                    let decoded = frames.iter().filter_map(|frame| again.decode(delivered(frame)).unwrap()).last();
                    // A numeric name comes back as a string, which is the same text here.
                    assert_eq!(decoded.as_ref(), Some(packet));
                }
                results.push(result);
            }
            results
        };
        prop_assert_eq!(run(crate::rig::Mode::Awake), run(crate::rig::Mode::Asleep));
    }

    /// Events only come out of namespaces that are joined, as seen by someone who keeps a plain list.
    #[test]
    fn connections_know_their_namespaces(
        messages in prop::collection::vec((any_message(), 0..4_u8), 0..24),
    ) {
        twice(|mode| {
            let mut connection = Rig::new(mode, Connection::new(0, 10, Options::default()));
            let mut joined = BTreeSet::new();
            for (message, answer) in &messages {
                let Ok(incoming) = connection.step(|c| c.handle_message(message.clone())) else {
                    // The driver closes here; that the machine does not panic later either costs nothing to
                    // see.
                    continue;
                };
                match incoming {
                    Some(Incoming::Connect { nsp, .. }) if *answer == 0 => {
                        assert!(!connection.step(|c| c.refuse(&nsp, "{}")).is_empty());
                    }
                    Some(Incoming::Connect { nsp, .. }) => {
                        assert!(!connection.step(|c| c.accept(&nsp, "id")).is_empty());
                        assert!(joined.insert(nsp));
                    }
                    Some(Incoming::Disconnect { nsp }) => assert!(joined.remove(&nsp)),
                    Some(Incoming::Event { nsp, .. } | Incoming::Ack { nsp, .. }) => assert!(joined.contains(&nsp)),
                    None => {}
                }
                let namespaces: BTreeSet<String> =
                    connection.look().namespaces().map(|(nsp, _)| nsp.to_owned()).collect();
                assert_eq!(namespaces, joined);
            }
        });
    }

    #[test]
    fn raw_payloads_never_panic(json in "[\\[\\]{}\",:0-9a-z_ ]{0,16}", attachment in any::<bool>()) {
        let attachments = if attachment { vec![Bytes::new()] } else { vec![] };
        if let Ok(payload) = Payload::from_raw(&json, attachments) {
            let whole: Vec<Value> = serde_json::from_str(&format!("[{json}]")).unwrap();
            let args: Vec<Value> = payload.args().map(|raw| serde_json::from_str(raw.get()).unwrap()).collect();
            prop_assert_eq!(&args, &whole);
            prop_assert_eq!(payload.to::<Value>().unwrap(), whole.into_iter().next().unwrap_or_default());
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(String),
    Remove(String),
    Join(String, String),
    Leave(String, String),
    Select(Target),
}

fn any_step() -> impl Strategy<Value = Step> {
    // Ids and rooms share some names, as an id is a room.
    let id = || "[a-e]";
    let room = || "[c-h]";
    let several = || prop::collection::vec("[a-h]", 0..4);
    prop_oneof![
        2 => id().prop_map(Step::Insert),
        1 => id().prop_map(Step::Remove),
        6 => (id(), room()).prop_map(|(id, room)| Step::Join(id, room)),
        2 => (id(), room()).prop_map(|(id, room)| Step::Leave(id, room)),
        4 => (several(), several()).prop_map(|(rooms, except)| Step::Select(Target { rooms, except })),
    ]
}

/// Rooms as one would say them: a set of members, and a set of (member, room).
#[derive(Default)]
struct Model {
    members: BTreeSet<String>,
    joined: BTreeSet<(String, String)>,
}

impl Model {
    fn is_in(&self, id: &str, room: &str) -> bool {
        self.members.contains(id) && (id == room || self.joined.contains(&(id.to_owned(), room.to_owned())))
    }

    fn apply(&mut self, step: &Step) -> String {
        match step.clone() {
            Step::Insert(id) => {
                let is_new = self.members.insert(id.clone());
                if is_new {
                    self.joined.retain(|(_, room)| *room != id);
                }
                is_new.to_string()
            }
            Step::Remove(id) => {
                self.members.remove(&id);
                let rooms: Vec<_> = self.joined.iter().filter(|(member, _)| *member == id).cloned().collect();
                self.joined.retain(|(member, _)| *member != id);
                rooms.into_iter().map(|(_, room)| room).collect()
            }
            Step::Join(id, room) => {
                let may = self.members.contains(&id) && !self.members.contains(&room);
                (may && self.joined.insert((id, room))).to_string()
            }
            Step::Leave(id, room) => self.joined.remove(&(id, room)).to_string(),
            Step::Select(target) => self
                .members
                .iter()
                .filter(|id| target.rooms.is_empty() || target.rooms.iter().any(|room| self.is_in(id, room)))
                .filter(|id| !target.except.iter().any(|room| self.is_in(id, room)))
                .cloned()
                .collect(),
        }
    }
}

fn apply(rooms: &mut Rooms, step: &Step) -> String {
    match step {
        Step::Insert(id) => rooms.insert(id.as_str()).to_string(),
        Step::Remove(id) => rooms.remove(id).concat(),
        Step::Join(id, room) => rooms.join(id, room).to_string(),
        Step::Leave(id, room) => rooms.leave(id, room).to_string(),
        Step::Select(target) => rooms.select(target).concat(),
    }
}

proptest! {
    #[test]
    fn rooms_are_as_the_model_says(steps in prop::collection::vec(any_step(), 0..60)) {
        let (mut rooms, mut model) = (Rooms::new(), Model::default());
        for step in &steps {
            prop_assert_eq!(apply(&mut rooms, step), model.apply(step), "{:?}", step);
            prop_assert_eq!(rooms.ids().map(ToString::to_string).collect::<BTreeSet<_>>(), model.members.clone());
            let by_member: BTreeSet<_> = rooms
                .ids()
                .flat_map(|id| rooms.rooms_of(id).map(move |room| (id.to_string(), room.to_string())))
                .collect();
            let by_room: BTreeSet<_> = rooms
                .rooms()
                .flat_map(|room| rooms.members(room).map(move |id| (id.to_string(), room.to_string())))
                .collect();
            prop_assert_eq!(&by_member, &model.joined);
            prop_assert_eq!(&by_room, &model.joined);
            if let Step::Select(target) = step {
                let one_by_one: String =
                    rooms.ids().filter(|id| target.includes(|room| rooms.is_in(id, room))).map(AsRef::as_ref).collect();
                prop_assert_eq!(one_by_one, rooms.select(target).concat());
            }
        }
    }

    #[test]
    fn rooms_can_be_built_again(steps in prop::collection::vec(any_step(), 0..60), first in any::<prop::sample::Index>()) {
        let mut rooms = Rooms::new();
        for step in &steps {
            apply(&mut rooms, step);
        }
        let mut members: Vec<_> =
            rooms.ids().map(|id| (id.clone(), rooms.rooms_of(id).cloned().collect::<Vec<_>>())).collect();
        if !members.is_empty() {
            let first = first.index(members.len());
            members.rotate_left(first);
        }
        let mut again = Rooms::new();
        for (id, joined) in members {
            again.put_back(id.clone(), joined);
            again.put_back(id, vec!["a room that it was not in".into()]); // it is there
        }
        prop_assert_eq!(again, rooms);
    }
}
