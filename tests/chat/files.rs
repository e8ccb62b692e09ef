//! Pictures and files, in parts.

use parlor::Binary;
use serde::Serialize;

use super::*;

const PART: usize = 262_144;

#[derive(Serialize)]
struct Upload<'a> {
    file: &'a str,
    part: u64,
    bytes: Binary,
}

/// A part as a client sends it.
fn part(file: &str, part: u64, bytes: &[u8]) -> impl IntoPayload {
    Upload { file, part, bytes: Binary(bytes.to_vec().into()) }
}

fn id(tab: &Tab, letter: &str) -> String {
    format!("{}-{}", tab.person_id(), letter.repeat(22))
}

fn file(id: &str, size: usize) -> Value {
    json!({ "id": id, "name": "cat.png", "type": "image/png", "size": size, "parts": size.div_ceil(PART) })
}

fn with_files(id: &str, files: &[Value]) -> Value {
    json!({ "room": "tea", "id": id, "text": "", "files": files })
}

/// The bytes of a part.
fn download(tab: &Tab, file: &str, part: u64) -> Vec<u8> {
    tab.forget();
    tab.request("download", json!({ "file": file, "part": part }));
    let Some(Incoming::Ack(_, args, bytes)) = tab.next() else { panic!("no answer") };
    assert_eq!(bytes.len(), 1, "{args}");
    bytes[0].to_vec()
}

fn error_of_download(tab: &Tab, file: &str, part: u64) -> String {
    tab.error("download", json!({ "file": file, "part": part }))
}

#[test]
fn a_file_is_there_for_everybody_who_knows_of_it() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let cat = id(&ann, "c");
        let bytes: Vec<u8> = (0..PART + 10).map(|at| at as u8).collect();
        let (first, last) = bytes.split_at(PART);
        assert_eq!(ann.done("upload", part(&cat, 0, first)), Value::Null);
        house.hibernate();
        ann.done("upload", part(&cat, 1, last));
        ann.done("upload", part(&cat, 0, first)); // the answer got lost
        ann.done("upload", part(&cat, 1, last));
        ann.done("say", with_files("m1", &[file(&cat, bytes.len())]));
        let said = bob.heard("said")[0]["data"].clone();
        assert_eq!((&said["text"], &said["files"]), (&json!(""), &json!([file(&cat, bytes.len())])));
        house.restart();
        let bob = house.tab_of(&bob);
        assert!(download(&bob, &cat, 0) == first && download(&bob, &cat, 1) == last);
        assert_eq!(error_of_download(&bob, &cat, 2), "no such file");
        assert_eq!(error_of_download(&bob, &id(&ann, "d"), 0), "no such file");
    });
}

#[test]
fn parts_come_in_order_and_are_not_too_large() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let cat = id(&ann, "c");
        ann.done("upload", part(&cat, 0, &vec![0; PART]));
        assert_eq!(ann.error("upload", part(&cat, 2, b"x")), "bad part");
        let dog = id(&ann, "d");
        assert_eq!(ann.error("upload", part(&dog, 40, b"x")), "too large");
        assert_eq!(ann.error("upload", part(&dog, 0, &vec![0; PART + 1])), "too large");
        assert_eq!(ann.error("upload", part(&dog, 0, b"")), "too large");
        for bad in [id(&bob, "c"), "x".to_owned(), format!("{}-short", ann.person_id()), id(&ann, "é")] {
            assert_eq!(ann.error("upload", part(&bad, 0, b"x")), "bad file", "{bad}");
        }
        for bad in ["x", "tea", &id(&ann, "é")] {
            assert_eq!(error_of_download(&ann, bad, 0), "bad file");
        }
    });
}

#[test]
fn forty_parts_are_a_file_and_two_hundred_a_minute() {
    in_every_memory(|house| {
        let [ann] = house.people_in("tea", ["Ann"]);
        for letter in ["a", "b", "c", "d", "e"] {
            for number in 0..40 {
                ann.done("upload", part(&id(&ann, letter), number, &[number as u8]));
            }
        }
        assert_eq!(ann.error("upload", part(&id(&ann, "f"), 0, b"x")), "slow down");
        assert_eq!(download(&ann, &id(&ann, "e"), 39), [39]);
        house.minutes(1);
        ann.done("upload", part(&id(&ann, "f"), 0, b"x"));
    });
}

/// The part was stored, and nobody knows: again is fine, on a bad network too.
#[test]
fn a_part_whose_answer_got_lost_is_stored_once() {
    for lost in 0..3 {
        in_every_memory(|house| {
            let [ann] = house.people_in("tea", ["Ann"]);
            let cat = id(&ann, "c");
            house.lose_reply(lost);
            ann.request("upload", part(&cat, 0, b"one"));
            ann.hang_up();
            house.seconds(2);
            let ann = house.tab_of(&ann);
            ann.done("upload", part(&cat, 0, b"one"));
            ann.done("upload", part(&cat, 1, b"two"));
            assert_eq!(
                (download(&ann, &cat, 0), download(&ann, &cat, 1)),
                (b"one".to_vec(), b"two".to_vec())
            );
            assert_eq!(error_of_download(&ann, &cat, 2), "no such file");
        });
    }
}

#[test]
fn a_message_names_ones_own_files_as_they_are() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let cat = file(&id(&ann, "c"), 10);
        let but = |key: &str, value: Value| {
            let mut file = cat.clone();
            file[key] = value;
            file
        };
        for bad in [
            but("id", json!(id(&bob, "c"))),
            but("id", json!("x")),
            but("name", json!("")),
            but("name", json!("x".repeat(201))),
            but("name", json!("cat\u{202e}gnp.exe")),
            but("type", json!("x".repeat(101))),
            but("size", json!(0)),
            but("size", json!(41 * PART)),
            but("parts", json!(2)),
            file(&id(&ann, "c"), 40 * PART + 1),
        ] {
            assert_eq!(ann.error("say", with_files("m", std::slice::from_ref(&bad))), "bad file", "{bad}");
        }
        let eleven = vec![cat.clone(); 11];
        assert_eq!(ann.error("say", with_files("m", &eleven)), "too many files");
        ann.done("say", with_files("m", &eleven[..10]));
    });
}

#[test]
fn the_files_of_a_message_that_is_removed_are_gone() {
    in_every_memory(|house| {
        let [ann, bob] = house.people_in("tea", ["Ann", "Bob"]);
        let (cat, dog, fox) = (id(&ann, "c"), id(&ann, "d"), id(&ann, "f"));
        let before = house.rows();
        for file in [&cat, &dog, &fox] {
            ann.done("upload", part(file, 0, b"picture"));
        }
        ann.done("say", with_files("m1", &[file(&cat, 7), file(&dog, 7)]));
        ann.done("say", with_files("m2", &[file(&fox, 7)]));
        ann.done("edit", json!({ "room": "tea", "seq": 2, "text": "" }));
        assert_eq!(
            bob.heard("changed")[0]["data"]["files"],
            json!([file(&fox, 7)]),
            "they stay with what is changed"
        );
        ann.done("remove", json!({ "room": "tea", "seq": 1 }));
        assert_eq!(bob.heard("changed")[0]["data"]["files"], json!([]));
        house.hibernate();
        assert_eq!(
            (error_of_download(&bob, &cat, 0), error_of_download(&bob, &dog, 0)),
            ("no such file".into(), "no such file".into())
        );
        assert_eq!(download(&bob, &fox, 0), b"picture");
        assert_eq!(
            ann.error("upload", part(&cat, 0, b"again")),
            "bad part",
            "what was removed does not come back"
        );
        assert!(house.rows() > before);
    });
}
