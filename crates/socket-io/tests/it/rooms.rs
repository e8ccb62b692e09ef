//! Rooms, by example; `properties` holds them against a naive model.

use socket_io::{Rooms, Target};

fn rooms(members: &[(&str, &[&str])]) -> Rooms {
    let mut all = Rooms::new();
    for (id, joined) in members {
        assert!(all.insert(*id));
        for room in *joined {
            assert!(all.join(id, room));
        }
    }
    all
}

fn select(all: &Rooms, rooms: &[&str], except: &[&str]) -> String {
    let to_vec = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    all.select(&Target { rooms: to_vec(rooms), except: to_vec(except) }).join(" ")
}

fn names<'a>(names: impl Iterator<Item = &'a std::rc::Rc<str>>) -> String {
    names.map(AsRef::as_ref).collect::<Vec<_>>().join(" ")
}

#[test]
fn members_come_and_go() {
    let mut all = rooms(&[("b", &["x", "y"]), ("a", &["x"]), ("c", &[])]);
    assert!(!all.insert("a"));
    assert!(!all.join("a", "x"));
    assert!(!all.join("nobody", "x"));
    assert_eq!(
        (names(all.ids()), names(all.members("x")), names(all.rooms())),
        ("a b c".into(), "a b".into(), "x y".into())
    );
    assert!(all.leave("a", "x"));
    assert!(!all.leave("a", "x"));
    assert!(!all.leave("nobody", "x"));
    assert_eq!(names(all.members("x")), "b");
    assert_eq!(names(all.remove("b").iter()), "x y");
    assert!(all.remove("b").is_empty());
    assert_eq!(all.rooms().count(), 0, "empty rooms are forgotten");
    assert_eq!((all.len(), all.is_empty(), all.contains("a"), all.contains("b")), (2, false, true, false));
    assert_eq!(names(all.rooms_of("a")), "");
}

#[test]
fn an_id_is_a_room_of_its_own() {
    let mut all = rooms(&[("a", &["x"]), ("b", &["x"])]);
    assert_eq!(names(all.members("a")), "a");
    assert!(all.is_in("a", "a"));
    assert!(!all.is_in("c", "c"));
    assert!(!all.join("a", "a"));
    assert!(!all.join("b", "a"));
    assert!(!all.leave("a", "a"));
    assert_eq!(select(&all, &["a"], &[]), "a");
    assert_eq!(select(&all, &["x"], &["a"]), "b");
    // Someone waited in a room named like an id that was not there yet.
    assert!(all.join("b", "c"));
    assert!(all.insert("c"));
    assert_eq!(names(all.members("c")), "c");
    assert_eq!(names(all.rooms_of("b")), "x");
    // So had they who are put back.
    all.put_back("d".into(), vec!["a".into(), "d".into(), "e".into(), "x".into()]);
    assert_eq!(names(all.rooms_of("d")), "e x");
    all.put_back("e".into(), vec![]);
    assert_eq!((names(all.members("e")), names(all.rooms_of("d"))), ("e".into(), "x".into()));
}

#[test]
fn broadcasts_are_for_a_union_less_another() {
    let all = rooms(&[("a", &["x", "y"]), ("b", &["y"]), ("c", &["z"]), ("d", &[])]);
    assert_eq!(select(&all, &[], &[]), "a b c d");
    assert_eq!(select(&all, &[], &["y", "d"]), "c");
    assert_eq!(select(&all, &["x"], &[]), "a");
    assert_eq!(select(&all, &["y", "x", "x"], &[]), "a b");
    assert_eq!(select(&all, &["z", "y", "d"], &["x"]), "b c d");
    assert_eq!(select(&all, &["y"], &["y"]), "");
    assert_eq!(select(&all, &["nowhere"], &[]), "");
    assert_eq!(select(&all, &["x", "nowhere"], &["nowhere"]), "a");
}
